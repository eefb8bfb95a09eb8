"""Which PDUs belong together: those of one call, dialogue or exchange, and of the same message."""

import re
from collections.abc import Iterator

from ipsmgw.explain.readings import MapReading, SipReading, read_map, read_sccp, read_sip
from ipsmgw.trace import Pdu
from ipsmgw.web.source import Seen, Told
from mapstack.sccp.message import SccpMessage
from sipbridge.cp import CpData
from sipbridge.cp import decode as decode_cp
from sipbridge.errors import DecodeError
from sipbridge.rp import Direction, RpData, Rpdu
from sipbridge.rp import decode as decode_rp

__all__ = ["Threads"]

Key = tuple[object, ...]
_KEYS = 200_000  # that are remembered; the oldest go first
_PARTS = 1_000
_MSG_ID = re.compile(rb'"(?:msgId|oriMsgId)":"([^"]{1,100})"')
_PATIENCE = 30.0  # seconds in which HTTP is answered, if at all
_COAP_TOKEN = slice(4, 6)
_SMPP_SEQUENCE = slice(12, 16)


class Threads:
    """Numbers them as they come: a PDU belongs to the thread that one of its names is known from."""

    def __init__(self) -> None:
        self._of: dict[Key, int] = {}
        self._parts: dict[Key, bytes] = {}
        self._heads: dict[float, list[tuple[bytes, int]]] = {}
        self._next = 0
        self._open: dict[tuple[str, str], list[tuple[float, int | None]]] = {}
        """Requests over HTTP that nobody has answered yet, by who has asked whom."""

    def of(self, seen: Seen) -> int:
        """The thread of the next PDU."""
        strong, weak = self._names(seen)
        http = seen.pdu.protocol == "http" and not seen.exchange
        asked = self._asked(seen.pdu) if http else None
        thread = self._known(strong if seen.begins else strong + weak) or asked
        if thread is None:
            thread = self._next = self._next + 1
        if http and not _answers(seen.pdu):
            self._waiting(seen.pdu.source, seen.pdu.target, seen.pdu.when).append((seen.pdu.when, thread))
        for name in strong + weak:
            self._of.setdefault(name, thread)
        for name in weak if seen.begins else []:
            self._of[name] = thread  # the same octets once more are another message
            self._begun(seen.pdu.when, name, thread)
        while len(self._of) > _KEYS:
            del self._of[next(iter(self._of))]
        return thread

    def _asked(self, pdu: Pdu) -> int | None:
        """What an answer over HTTP is to, where only one is open: of several it may be to any."""
        if not _answers(pdu):
            return None
        waiting = self._waiting(pdu.target, pdu.source, pdu.when)
        if len(waiting) > 1:
            waiting[:] = [(when, None) for when, _ in waiting]  # and whatever is left may be to any of them
        return waiting.pop(0)[1] if waiting else None

    def _waiting(self, asks: str, asked: str, now: float) -> list[tuple[float, int | None]]:
        """What one has asked the other for, and may still be answered."""
        found = self._open.setdefault((asks, asked), [])
        found[:] = [each for each in found[-_PARTS:] if now - each[0] < _PATIENCE]
        return found

    def find(self, told: Told) -> int | None:
        """Where the PDUs of a message are, as far as they have been seen."""
        if told.call_id:
            return self._of.get(("call", told.call_id))
        begun = self._heads.get(told.message.when, ())
        return next((thread for tpdu, thread in begun if told.head and tpdu.startswith(told.head)), None)

    def _begun(self, when: float, name: Key, thread: int) -> None:
        if isinstance(name[1], bytes):
            self._heads.setdefault(when, []).append((name[1], thread))
        while len(self._heads) > _KEYS // 10:
            del self._heads[next(iter(self._heads))]

    def _known(self, names: list[Key]) -> int | None:
        return next((self._of[name] for name in names if name in self._of), None)

    def _names(self, seen: Seen) -> tuple[list[Key], list[Key]]:
        """Of its exchange; and of the short message in it."""
        pdu = seen.pdu
        strong: list[Key] = [("exchange", seen.exchange)] if seen.exchange else []
        match pdu.protocol:
            case "sip":
                reading = read_sip(pdu.data)
                return (strong, []) if reading is None else _of_sip(reading)
            case "m3ua":
                return self._of_m3ua(pdu)
            case "smpp":
                return [("smpp", *_pair(pdu), pdu.data[_SMPP_SEQUENCE])], []
            case "coap":
                strong.append(("coap", *_pair(pdu), pdu.data[_COAP_TOKEN]))
            case "gsm_a_dtap":
                return strong, _of_radio(pdu.data)
        return strong, [("msg", found[1].decode("latin-1")) for found in _MSG_ID.finditer(pdu.data)]

    def _of_m3ua(self, pdu: Pdu) -> tuple[list[Key], list[Key]]:
        sccp = read_sccp(pdu.data)
        if sccp is None:
            return [("management", *_pair(pdu))], []
        part, octets = sccp.segmentation, sccp.data
        names: list[Key] = []
        if part is not None:
            name = ("segments", pdu.source, sccp.calling, part.local_reference)
            names.append(name)
            octets = self._whole(name, sccp, first=part.first, last=not part.remaining)
        reading = read_map(sccp, octets) if octets else None
        if reading is None:
            return names, []
        return [*_of_dialogue(reading, pdu), *names], _of_map(reading)

    def _whole(self, name: Key, sccp: SccpMessage, *, first: bool, last: bool) -> bytes:
        """All segments together, with the last of them (Q.714 §4.1.1.2)."""
        before = b"" if first else self._parts.pop(name, b"")
        if last:
            return before + sccp.data
        self._parts[name] = before + sccp.data
        if len(self._parts) > _PARTS:
            del self._parts[next(iter(self._parts))]
        return b""


def _answers(pdu: Pdu) -> bool:
    """Whether it is an answer and no request (RFC 9112 §2.1)."""
    return pdu.data.startswith(b"HTTP/")


def _pair(pdu: Pdu) -> tuple[str, str]:
    return (pdu.source, pdu.target) if pdu.source < pdu.target else (pdu.target, pdu.source)


def _of_sip(reading: SipReading) -> tuple[list[Key], list[Key]]:
    calls = [("call", name) for name in (reading.call_id, reading.in_reply_to) if name]
    return list(calls), list(_of_rpdu(reading.rpdu))


def _of_rpdu(rpdu: Rpdu | None) -> Iterator[Key]:
    if isinstance(rpdu, RpData):
        yield "tpdu", rpdu.user_data


def _of_radio(octets: bytes) -> list[Key]:
    """A CP-DATA with an RP-DATA in it."""
    try:
        message = decode_cp(octets)
        if not isinstance(message, CpData) or not message.user_data:
            return []
        down = message.user_data[0] & 1
        way = Direction.NETWORK_TO_MS if down else Direction.MS_TO_NETWORK
        return list(_of_rpdu(decode_rp(message.user_data, way)))
    except DecodeError:
        return []


def _of_dialogue(reading: MapReading, pdu: Pdu) -> list[Key]:
    """Each end has its own transaction id."""
    names = ((pdu.source, reading.otid), (pdu.target, reading.dtid))
    return [("dialogue", node, tid) for node, tid in names if tid]


def _of_map(reading: MapReading) -> list[Key]:
    tpdu = getattr(reading.arg, "sm_rp_ui", None)
    return [("tpdu", tpdu)] if isinstance(tpdu, bytes) and tpdu else []
