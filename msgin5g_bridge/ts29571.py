"""Data types of TS 29.571 that the MSGin5G APIs use: Uri, DateTime, SupportedFeatures, ProblemDetails."""

from datetime import datetime
from typing import Annotated, NewType

import msgspec

from msgin5g_bridge.model import ABSENT, Absent, Body, OneOrMore, OpenEnum

__all__ = [
    "AccessTokenErr",
    "AccessTokenError",
    "DateTime",
    "Fqdn",
    "InvalidParam",
    "ProblemDetails",
    "SupportedFeatures",
    "Uri",
]

Uri = NewType("Uri", str)
DateTime = Annotated[datetime, msgspec.Meta(tz=True)]
_LABELS = r"^([0-9A-Za-z]([-0-9A-Za-z]{0,61}[0-9A-Za-z])?\.)+[A-Za-z]{2,63}\.?$"
Fqdn = Annotated[str, msgspec.Meta(pattern=_LABELS, min_length=4, max_length=253)]
SupportedFeatures = Annotated[str, msgspec.Meta(pattern="^[A-Fa-f0-9]*$")]


class InvalidParam(Body, kw_only=True):
    """The fault of one parameter; `param` is a JSON Pointer, or "header X", "query X", "{variable}"."""

    param: str
    reason: str | Absent = ABSENT


class AccessTokenError(OpenEnum):
    """The `error` of AccessTokenErr (RFC 6749 clause 5.2): OAuth 2.0 may register more."""

    invalid_request = "invalid_request"
    invalid_client = "invalid_client"
    invalid_grant = "invalid_grant"
    unauthorized_client = "unauthorized_client"
    unsupported_grant_type = "unsupported_grant_type"
    invalid_scope = "invalid_scope"


class AccessTokenErr(Body, kw_only=True):
    """TS 29.510, Nnrf_AccessToken; the names are OAuth's, so not in camel case."""

    error: AccessTokenError
    error_description: str | Absent = msgspec.field(default=ABSENT, name="error_description")
    error_uri: str | Absent = msgspec.field(default=ABSENT, name="error_uri")


class ProblemDetails(Body, kw_only=True):
    """What is wrong (RFC 9457). The NRF's own two objects in it are kept as they came."""

    type: Uri | Absent = ABSENT
    title: str | Absent = ABSENT
    status: int | Absent = ABSENT
    detail: str | Absent = ABSENT
    instance: Uri | Absent = ABSENT
    cause: str | Absent = ABSENT
    invalid_params: OneOrMore[InvalidParam] | Absent = ABSENT
    supported_features: SupportedFeatures | Absent = ABSENT
    access_token_error: AccessTokenErr | Absent = ABSENT
    access_token_request: dict[str, object] | Absent = ABSENT
    nrf_id: Fqdn | Absent = ABSENT
    supported_api_versions: OneOrMore[str] | Absent = ABSENT
    no_profile_match_info: dict[str, object] | Absent = ABSENT
