"""Deeds of M3UA: ERR, NTFY, destinations, ASPs that go down or inactive (RFC 4666 §3.4, §3.8, §4.3)."""

from collections.abc import Callable
from random import Random

from lab.meddling.effects import Act, Deed, Effect, Hear, Place, Say, Withhold, passed
from lab.meddling.pdu import Pdu
from lab.meddling.words import choose, enumerated, octet, seconds
from mapstack.m3ua.codes import ErrorCode, Status
from mapstack.m3ua.message import MessageType, Tag, encode

__all__ = ["as_pending", "asp_down", "destination", "dupu", "err", "ntfy"]

_SCCP = 3
_DIAGNOSED = 40  # octets of what is complained of


def err(words: list[str]) -> Deed:
    """ERR instead of what M3UA would say; the message is not taken (RFC 4666 §3.8.1)."""
    codes = enumerated(ErrorCode)
    number = _number(words, "err", codes, "error code")

    def to(pdu: Pdu, rng: Random) -> Effect | None:
        if pdu.ss7 is None:
            return None
        contexts = pdu.ss7.message.get(Tag.ROUTING_CONTEXT)
        octets = encode(
            MessageType.ERR,
            (Tag.ERROR_CODE, number),
            (Tag.ROUTING_CONTEXT, contexts),
            (Tag.DIAGNOSTIC_INFORMATION, pdu.data[:_DIAGNOSED]),
        )
        return Effect(back=(octets,))

    return Deed(f"err {number}", to, _saying(encode(MessageType.ERR, (Tag.ERROR_CODE, number)), "err"))


def ntfy(words: list[str]) -> Deed:
    """NTFY that nothing has caused (RFC 4666 §3.8.2)."""
    statuses = enumerated(Status)
    if len(words) != 1:
        raise ValueError(f"ntfy wants a status: {', '.join(statuses)}")
    number = choose(words[0], statuses, "status of NTFY")
    return _said(f"ntfy {words[0]}", encode(MessageType.NTFY, (Tag.STATUS, number)), "ntfy")


def destination(kind: MessageType, codes: dict[str, int]) -> Callable[[list[str]], Deed]:
    """DUNA, DAVA, DRST, SCON: what is said of a node, by its name or point code (RFC 4666 §3.4)."""
    name = kind.name.lower()

    def read(words: list[str]) -> Deed:
        octets = encode(kind, (Tag.AFFECTED_POINT_CODE, _point_code(words[:1], name, codes)))
        if words[1:]:
            raise ValueError(f"{name} wants one node, without {' '.join(words[1:])!r}")
        return _said(f"{name} {words[0]}", octets, name)

    return read


def dupu(codes: dict[str, int]) -> Callable[[list[str]], Deed]:
    """DUPU: SCCP of a node is not there, with cause 1 (unequipped), or another (RFC 4666 §3.4.5)."""

    def read(words: list[str]) -> Deed:
        point_code = _point_code(words[:1], "dupu", codes)
        cause = octet(words[1], "the cause of DUPU") if words[1:] else 1
        octets = encode(
            MessageType.DUPU,
            (Tag.AFFECTED_POINT_CODE, point_code),
            (Tag.USER_CAUSE, cause << 16 | _SCCP),
        )
        return _said(f"dupu {words[0]} {cause}", octets, "dupu")

    return read


def asp_down(words: list[str]) -> Deed:
    """The peer's ASP is down, and its ASPUP is heard only after a time (RFC 4666 §4.3.4.2)."""
    return _deactivated("asp-down", words, MessageType.ASPDN, MessageType.ASPUP)


def as_pending(words: list[str]) -> Deed:
    """The peer's ASP is inactive: its AS is pending, and its ASPAC heard after a time (§4.3.2)."""
    return _deactivated("as-pending", words, MessageType.ASPIA, MessageType.ASPAC)


def _deactivated(name: str, words: list[str], heard: MessageType, withheld: MessageType) -> Deed:
    span = seconds(words, name)

    def acts(place: Place) -> tuple[Act, ...]:
        if not place.source or not place.target:
            raise ValueError(f"{name} wants both ends, the signalling gateway first, such as hlr->ipsmgw")
        sgp, asp = place
        return Withhold(asp, sgp, withheld, span), Hear(asp, sgp, encode(heard))

    def to(pdu: Pdu, rng: Random) -> Effect | None:
        return None if pdu.ss7 is None else passed(pdu, *acts(Place(pdu.source, pdu.target)))

    return Deed(f"{name} {span:g} s", to, acts)


def _said(text: str, octets: bytes, name: str) -> Deed:
    def to(pdu: Pdu, rng: Random) -> Effect | None:
        return None if pdu.ss7 is None else passed(pdu, Say(pdu.source, pdu.target, octets))

    return Deed(text, to, _saying(octets, name))


def _saying(octets: bytes, name: str) -> Callable[[Place], tuple[Act, ...]]:
    def acts(place: Place) -> tuple[Act, ...]:
        if not place.source or not place.target:
            raise ValueError(f"{name} at once wants both ends, such as hlr->ipsmgw")
        return (Say(*place, octets),)

    return acts


def _number(words: list[str], name: str, values: dict[str, int], what: str) -> int:
    """By its name, or any number of one octet."""
    if len(words) != 1:
        raise ValueError(f"{name} wants an {what}, its name or number")
    return octet(words[0], f"the {what}") if words[0].isdigit() else choose(words[0], values, what)


def _point_code(words: list[str], name: str, codes: dict[str, int]) -> int:
    if not words:
        raise ValueError(f"{name} wants a node or a point code; there are {', '.join(codes)}")
    return int(words[0]) if words[0].isdigit() else choose(words[0], codes, "node with a point code")
