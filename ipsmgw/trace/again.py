"""Whether our codec gives the same octets back: what is read leniently, it may write otherwise or refuse."""

from collections.abc import Callable

from mapstack.errors import LocalError as MapLocalError
from sipbridge.errors import LocalError as SipLocalError

__all__ = ["encoded", "gives_back"]


def encoded(encode: Callable[[], bytes]) -> bytes | None:
    """The octets; None for what we may receive, but would not send."""
    try:
        return encode()
    except (MapLocalError, SipLocalError, ValueError, LookupError):
        return None


def gives_back(encode: Callable[[], bytes], octets: bytes) -> bool:
    """Whether these are the octets."""
    return encoded(encode) == octets
