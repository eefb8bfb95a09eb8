"""All deeds, by layer: how each is written, what it does, and how it is read."""

from collections.abc import Callable
from typing import NamedTuple

from lab.meddling import element_deeds, m3ua_deeds, sigtran, sip_deeds, traffic
from lab.meddling.effects import Deed
from lab.meddling.words import known
from mapstack.m3ua.message import MessageType

__all__ = ["Kind", "catalogue", "read_deed"]

Read = Callable[[list[str]], Deed]


class Kind(NamedTuple):
    """One kind of deed."""

    layer: str
    form: str
    what: str
    read: Read
    at_once: bool = False
    """Whether it needs no message to wait for."""

    @property
    def name(self) -> str:
        return self.form.split()[0]


def catalogue(codes: dict[str, int]) -> dict[str, Kind]:
    """By name; `codes` are point codes by node."""
    kinds = [*_TRAFFIC, *_M3UA, *_of_nodes(codes), *_SIGTRAN, *_SIP, *_ELEMENTS]
    return {kind.name: kind for kind in kinds}


def read_deed(words: list[str], kinds: dict[str, Kind]) -> Deed:
    """ValueError with a sentence."""
    return kinds[known(words[0], kinds, "fault")].read(words[1:])


_TRAFFIC = (
    Kind("any", "ok", "nothing goes wrong", traffic.ok),
    Kind("any", "silence", "it does not arrive, and nobody answers", traffic.silence),
    Kind("any", "late TIME", "it arrives later; others may overtake it", traffic.late),
    Kind("any", "twice", "it arrives, and once more", traffic.twice),
    Kind("any", "garbage", "as many octets arrive that mean nothing", traffic.garbage),
    Kind("SCTP", "cut", "the association or session is cut, and it is lost", traffic.cut, at_once=True),
    Kind("SCTP", "refuse TIME", "cut, and each new one is cut for that long", traffic.refuse, at_once=True),
)
_M3UA = (
    Kind("M3UA", "err CODE", "ERR with any code instead", m3ua_deeds.err, at_once=True),
    Kind("M3UA", "ntfy STATUS", "NTFY beside it", m3ua_deeds.ntfy, at_once=True),
    Kind(
        "M3UA", "asp-down TIME", "the ASP is down, its ASPUP heard later", m3ua_deeds.asp_down, at_once=True
    ),
    Kind(
        "M3UA", "as-pending TIME", "the AS is pending, ASPAC heard later", m3ua_deeds.as_pending, at_once=True
    ),
)
_DESTINATIONS = {
    MessageType.DUNA: "destination unavailable",
    MessageType.DAVA: "destination available again",
    MessageType.DRST: "destination restricted",
    MessageType.SCON: "destination congested",
}
_SIGTRAN = (
    Kind("SCCP", "udts CAUSE", "UDTS, XUDTS or LUDTS with any return cause", sigtran.udts),
    Kind("TCAP", "abort [CAUSE]", "P-Abort, in the middle of a dialogue for both ends", sigtran.abort),
    Kind("TCAP", "u-abort [REASON]", "U-Abort with map-userAbort, likewise", sigtran.u_abort_deed),
    Kind("TCAP", "reject PROBLEM", "a Reject with any problem", sigtran.reject),
    Kind("TCAP", "wrong-tid", "it arrives with a transaction id of nobody", sigtran.wrong_tid),
    Kind("MAP", "error NAME [MEMBER=VALUE …]", "any MAP error, with its parameter", sigtran.error),
)
_SIP = (
    Kind("SIP", "sip STATUS [Header:value …]", "an answer of 300 to 699", sip_deeds.sip),
    Kind("SIP", "to-tag", "a new request arrives with a tag in its To", sip_deeds.to_tag),
    Kind("RP", "rp-error CAUSE", "a report arrives as RP-ERROR", sip_deeds.rp_error),
    Kind("SMPP", "smpp STATUS", "a response with any command_status", sip_deeds.smpp),
)
_off, _full, _mute = (element_deeds.manner(name) for name in ("off", "memory-full", "no-report"))
_ELEMENTS = (
    Kind("phone", "battery TIME", "200, and gone before the report", element_deeds.battery),
    Kind("phone", "off TIME", "out of coverage", _off, at_once=True),
    Kind("phone", "memory-full TIME", "RP-ERROR 22, and RP-SMMA in the end", _full, at_once=True),
    Kind("phone", "no-report TIME", "200, and no report", _mute, at_once=True),
    Kind("element", "restart TIME", "it dies with what it has in hand", element_deeds.restart, at_once=True),
    Kind(
        "element",
        "clock ±TIME",
        "its own clock is wrong (or xRATE: fast, slow)",
        element_deeds.clock,
        at_once=True,
    ),
)


def _of_nodes(codes: dict[str, int]) -> tuple[Kind, ...]:
    """What is said of nodes."""
    said = (
        Kind(
            "M3UA",
            f"{kind.name.lower()} NODE",
            f"{kind.name} beside it: {what}",
            m3ua_deeds.destination(kind, codes),
            at_once=True,
        )
        for kind, what in _DESTINATIONS.items()
    )
    no_sccp = "DUPU beside it: no SCCP there"
    return (*said, Kind("M3UA", "dupu NODE [CAUSE]", no_sccp, m3ua_deeds.dupu(codes), at_once=True))
