"""Deeds that any PDU can suffer: silence, late, twice, garbage, cut; and none at all."""

from random import Random

from lab.meddling.effects import Act, Cut, Deed, Effect, Onward, Place, Refuse, passed
from lab.meddling.pdu import Pdu
from lab.meddling.words import seconds

__all__ = ["cut", "garbage", "late", "ok", "refuse", "silence", "twice"]

_HEAD = 8  # octets of M3UA, and of the length of an SMPP PDU: without them nobody finds the next message


def _nothing_follows(words: list[str], name: str) -> None:
    if words:
        raise ValueError(f"{name} stands alone, without {' '.join(words)!r}")


def ok(words: list[str]) -> Deed:
    """It arrives."""
    _nothing_follows(words, "ok")
    return Deed("ok", lambda pdu, rng: passed(pdu))


def silence(words: list[str]) -> Deed:
    """It does not arrive."""
    _nothing_follows(words, "silence")
    return Deed("silence", lambda pdu, rng: Effect())


def late(words: list[str]) -> Deed:
    """It arrives later; what comes after it may overtake it."""
    delay = seconds(words, "late")
    return Deed(f"late {delay:g} s", lambda pdu, rng: Effect((), (Onward(pdu.data, "late", delay),)))


def twice(words: list[str]) -> Deed:
    """It arrives, and once more."""
    _nothing_follows(words, "twice")
    return Deed("twice", lambda pdu, rng: Effect((), (Onward(pdu.data), Onward(pdu.data, "twice"))))


def garbage(words: list[str]) -> Deed:
    """Octets that mean nothing arrive, as many of them; a stream stays a stream."""
    _nothing_follows(words, "garbage")

    def to(pdu: Pdu, rng: Random) -> Effect:
        head = b"" if pdu.protocol == "sip" else pdu.data[:_HEAD]
        octets = head + rng.randbytes(len(pdu.data) - len(head))
        return Effect((), (Onward(octets, "spoilt"),))

    return Deed("garbage", to)


def cut(words: list[str]) -> Deed:
    """The association or session that it is on is cut, and it is lost with it."""
    _nothing_follows(words, "cut")

    def to(pdu: Pdu, rng: Random) -> Effect | None:
        return None if pdu.protocol not in ("m3ua", "smpp") else Effect(acts=(Cut(pdu.source, pdu.target),))

    return Deed("cut", to, lambda place: (Cut(*_both(place, "cut")),))


def refuse(words: list[str]) -> Deed:
    """No new association or session between the two, for a time."""
    span = seconds(words, "refuse")

    def to(pdu: Pdu, rng: Random) -> Effect | None:
        if pdu.protocol not in ("m3ua", "smpp"):
            return None
        return Effect(acts=_refuse(pdu.source, pdu.target, span))

    return Deed(f"refuse {span:g} s", to, lambda place: _refuse(*_both(place, "refuse"), span))


def _refuse(one: str, other: str, span: float) -> tuple[Act, ...]:
    return (Refuse(one, other, span), Cut(one, other))


def _both(place: Place, name: str) -> tuple[str, str]:
    if not place.source or not place.target:
        raise ValueError(f"{name} at once wants both ends, such as hlr->ipsmgw")
    return place
