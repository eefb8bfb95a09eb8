"""MSGS_ASRegistration: an AS registers with the MSGin5G Server (TS 29.538 clause 5, API v1)."""

from msgin5g_bridge.model import ABSENT, Absent, ApplicationId, AsServiceId, Body, OneOrMore
from msgin5g_bridge.ts29571 import ProblemDetails, Uri

__all__ = ["ASProfile", "ASRegistration", "ASRegistrationAck"]


class ASProfile(Body, kw_only=True):
    """What the AS tells of itself; `appSenarios` is the API's own spelling."""

    app_name: str | Absent = ABSENT
    app_providers: OneOrMore[str] | Absent = ABSENT
    app_senarios: OneOrMore[str] | Absent = ABSENT
    app_category: str | Absent = ABSENT
    as_status: str | Absent = ABSENT


class ASRegistration(Body, kw_only=True):
    """POST /registrations; `target_uri` is the only hook for what the server sends to the AS."""

    as_svc_id: AsServiceId
    app_id: ApplicationId | Absent = ABSENT
    target_uri: Uri | Absent = ABSENT
    as_prof: ASProfile | Absent = ABSENT


class ASRegistrationAck(Body, kw_only=True):
    """The answer to both calls; `result` is mandatory on success too, its status then the HTTP one."""

    as_svc_id: AsServiceId
    result: ProblemDetails
