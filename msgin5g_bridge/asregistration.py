"""MSGS_ASRegistration: an AS registers with the MSGin5G Server (TS 29.538 clause 5, API v1).

[LAB] It has one AS in each request. That there is bulk registration of AS, too, is said of the service only
(5GMARCH_Ph2), so the bulk bodies and their paths are ours, after those of Non-MSGin5G UEs.
"""

from msgin5g_bridge.model import ABSENT, Absent, ApplicationId, AsServiceId, Body, Bulk, OneOrMore
from msgin5g_bridge.ts29571 import ProblemDetails, Uri

__all__ = [
    "ASDeregistration",
    "ASProfile",
    "ASRegistration",
    "ASRegistrationAck",
    "BulkASDeregistration",
    "BulkASRegistration",
    "BulkASRegistrationAck",
]


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


class ASDeregistration(Body, kw_only=True):
    """One entry of a bulk de-registration; a single one is DELETE /registrations/{registrationId}."""

    as_svc_id: AsServiceId


class BulkASRegistration(Bulk[ASRegistration], kw_only=True):
    """POST /bulk-registrations, by whoever acts for several AS."""


class BulkASDeregistration(Bulk[ASDeregistration], kw_only=True):
    """POST /bulk-deregistrations."""


class BulkASRegistrationAck(Bulk[ASRegistrationAck], kw_only=True):
    """The 200 to either, with one result for each entry: its status is that of a request of its own."""
