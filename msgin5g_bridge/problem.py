"""What is refused, as problem+json: statuses and causes (TS 29.500 §5.2.7.2; RFC 9457)."""

import msgspec

from msgin5g_bridge.errors import DecodeError
from msgin5g_bridge.exchange import Headers, Response
from msgin5g_bridge.model import ABSENT, Absent, Body, decode, encode
from msgin5g_bridge.ts29571 import InvalidParam, ProblemDetails

__all__ = ["Problem", "of_fault", "problem_in"]

PROBLEM_JSON = "application/problem+json"
_TITLES = {
    400: "Bad Request",
    401: "Unauthorized",
    403: "Forbidden",
    404: "Not Found",
    405: "Method Not Allowed",
    406: "Not Acceptable",
    411: "Length Required",
    413: "Content Too Large",
    414: "URI Too Long",
    415: "Unsupported Media Type",
    429: "Too Many Requests",
    500: "Internal Server Error",
    503: "Service Unavailable",
    504: "Gateway Timeout",
}


class Problem(msgspec.Struct, frozen=True, kw_only=True):
    """Why somebody is refused; the rest of ProblemDetails follows from it."""

    status: int
    cause: str = ""
    detail: str = ""
    params: tuple[InvalidParam, ...] = ()
    versions: tuple[str, ...] = ()
    retry_after: float | None = None
    """Seconds after which it may be tried again; rounded up on the wire."""
    headers: Headers = ()

    @property
    def details(self) -> ProblemDetails:
        return ProblemDetails(
            title=_TITLES.get(self.status, ABSENT),
            status=self.status,
            detail=self.detail or ABSENT,
            cause=self.cause or ABSENT,
            invalid_params=self.params or ABSENT,
            supported_api_versions=self.versions or ABSENT,
        )

    @property
    def response(self) -> Response:
        headers: Headers = (("content-type", PROBLEM_JSON), *self.headers)
        if self.retry_after is not None:
            headers = (*headers, ("retry-after", str(-int(-self.retry_after // 1))))
        return Response(self.status, headers, encode(self.details))


def of_fault(fault: DecodeError, kind: type[Body]) -> Problem:
    """A body that its type does not allow (TS 29.500 table 5.2.7.2-1)."""
    if not fault.path:
        return Problem(status=400, cause="INVALID_MSG_FORMAT", detail=fault.reason)
    params = (InvalidParam(param=fault.path, reason=fault.reason),)
    detail = f"{fault.path}: {fault.reason}"
    if not _is_mandatory(fault.path, kind):
        return Problem(status=400, cause="OPTIONAL_IE_INCORRECT", detail=detail, params=params)
    cause = "MANDATORY_IE_MISSING" if fault.reason == "missing" else "MANDATORY_IE_INCORRECT"
    return Problem(status=400, cause=cause, detail=detail, params=params)


def problem_in(response: Response) -> ProblemDetails:
    """What a peer says is wrong; whatever it has sent, there is at least the status."""
    kind = (response.header("content-type") or "").partition(";")[0].strip().lower()
    said: ProblemDetails | Absent = ABSENT
    if kind in (PROBLEM_JSON, "application/json"):
        try:
            said = decode(ProblemDetails, response.body)
        except DecodeError:
            said = ABSENT
    if isinstance(said, ProblemDetails):
        return said
    return ProblemDetails(status=response.status, title=_TITLES.get(response.status, ABSENT))


def _is_mandatory(path: str, kind: type[Body]) -> bool:
    """Whether the attribute of the body that the fault is in has to be there."""
    name = path.split("/")[1]
    return any(each.required for each in msgspec.structs.fields(kind) if each.encode_name == name)
