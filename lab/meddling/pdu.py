"""A PDU on its way between two nodes, with all the names that a rule may call it by."""

import re
from dataclasses import dataclass

from ipsmgw.smpp import Command, header
from lab.elements.air import DTAP
from lab.meddling.ss7 import Dialogues, Ss7, names_of, read_ss7
from mapstack.m3ua.message import MessageType
from mapstack.map.operations import OPERATIONS

__all__ = ["ANYTHING", "NAMES", "Pdu", "names_by_layer", "read"]

ANYTHING = "*"
_METHODS = ("REGISTER", "MESSAGE", "SUBSCRIBE", "NOTIFY")
_RPDUS = {0: "RP-DATA", 2: "RP-ACK", 4: "RP-ERROR", 6: "RP-SMMA"}  # TS 24.011 §8.2.2, without the direction
_SMS = b"application/vnd.3gpp.sms"
_CSEQ = re.compile(rb"\r\ncseq[ \t]*:[ \t]*[0-9]+[ \t]+([A-Za-z]+)", re.IGNORECASE)


def names_by_layer() -> dict[str, list[str]]:
    """All that a rule may wait for."""
    commands = [each.name.lower() for each in Command if not each.name.endswith("_RESP")]
    return {
        "any": [ANYTHING, "sip", "m3ua", "map", "smpp"],
        "MAP": sorted({operation.name for operation in OPERATIONS}),
        "SIP": list(_METHODS),
        "RP": list(_RPDUS.values()),
        "M3UA": [kind.name.replace("_", "-") for kind in MessageType],
        "SMPP": commands,
    }


NAMES = {name.lower(): name for names in names_by_layer().values() for name in names}
"""By what a user may write: case does not matter."""


@dataclass(frozen=True, slots=True)
class Pdu:
    """`asks` is what it is or requests, `answers` what it is the answer to."""

    source: str
    target: str
    protocol: str
    data: bytes
    asks: frozenset[str]
    answers: frozenset[str] = frozenset()
    ss7: Ss7 | None = None


def read(source: str, target: str, protocol: str, data: bytes, dialogues: Dialogues) -> Pdu:
    """Whatever the octets are."""
    match protocol:
        case "m3ua":
            return _ss7(source, target, data, read_ss7(data, source, target, dialogues))
        case "sip":
            return Pdu(source, target, protocol, data, *_sip(data))
        case "smpp":
            return Pdu(source, target, protocol, data, *_smpp(data))
        case "json":
            return Pdu(source, target, protocol, data, frozenset({ANYTHING}))
    return Pdu(source, target, DTAP, data, frozenset({ANYTHING}))


def _ss7(source: str, target: str, data: bytes, found: Ss7 | None) -> Pdu:
    asks, answers = {ANYTHING, "m3ua"}, set[str]()
    if found is not None:
        asks.add(found.message.kind.name.replace("_", "-"))
        if found.transaction is not None:
            asks.add("map")
        if found.operation is not None:
            asks |= names_of(found.operation)
        if found.answered:
            answers |= found.answered | {ANYTHING, "map"}
    return Pdu(source, target, "m3ua", data, frozenset(asks), frozenset(answers), found)


def _sip(data: bytes) -> tuple[frozenset[str], frozenset[str]]:
    head, _, body = data.partition(b"\r\n\r\n")
    if head.startswith(b"SIP/2.0 "):
        found = _CSEQ.search(head)
        method = found[1].decode("ascii") if found else ""
        return frozenset({ANYTHING, "sip"}), frozenset({method, ANYTHING, "sip"})
    names = {ANYTHING, "sip", head.partition(b" ")[0].decode("latin-1")}
    if body and _SMS in head.lower():
        names.add(_RPDUS.get(body[0] & 6, ""))
    return frozenset(names), frozenset()


def _smpp(data: bytes) -> tuple[frozenset[str], frozenset[str]]:
    head = header(data)
    name = "" if head.command is None else head.command.name.lower()
    if head.is_response:
        return frozenset({ANYTHING, "smpp"}), frozenset({name.removesuffix("_resp"), ANYTHING, "smpp"})
    return frozenset({ANYTHING, "smpp", name}), frozenset()
