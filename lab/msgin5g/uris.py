"""URIs that others give, to be asked there: what is none is refused when it comes, not when it is used."""

from lab.msgin5g.records import Refusal
from msgin5g_bridge import Absent, DecodeError
from msgin5g_bridge.exchange import split_uri
from msgin5g_bridge.names import FailureCause

__all__ = ["refused_uri"]


def refused_uri(element: str, uri: str | Absent) -> Refusal | None:
    """A no with the name of the element; None: there can be asked, or it did not come."""
    if isinstance(uri, Absent):
        return None
    try:
        split_uri(uri)
    except DecodeError as fault:
        return Refusal(FailureCause.PAYLOAD_NOT_SUPPORTED, f"/{element}: {fault.reason}")
    return None
