"""The same BER with its lengths written otherwise: what other people's stacks send (X.690 §8.1.3)."""

from collections.abc import Callable

from mapstack.ber import read_header

__all__ = ["indefinite", "long_form"]

_CONSTRUCTED, _HIGH_TAG = 0x20, 0x1F


def long_form(data: bytes) -> bytes:
    """Each constructed element with its length in three octets, as of a writer that leaves room for it."""
    return _rewritten(data, lambda contents: b"\x82" + len(contents).to_bytes(2) + contents)


def indefinite(data: bytes) -> bytes:
    """Each constructed element with the indefinite form."""
    return _rewritten(data, lambda contents: b"\x80" + contents + b"\x00\x00")


def _rewritten(data: bytes, write: Callable[[bytes], bytes]) -> bytes:
    out, at = b"", 0
    while at < len(data):
        _, start, stop, after = read_header(data, at, len(data))
        if data[at] & _CONSTRUCTED:
            out += data[at : _after_tag(data, at)] + write(_rewritten(data[start:stop], write))
        else:
            out += data[at:after]
        at = after
    return out


def _after_tag(data: bytes, at: int) -> int:
    """Where the length begins."""
    if data[at] & _HIGH_TAG != _HIGH_TAG:
        return at + 1
    while data[at + 1] & 0x80:
        at += 1
    return at + 2
