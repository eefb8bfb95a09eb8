"""Third-party REGISTERs, and what the HLR answers to whatever the gateway tells or asks it."""

from lab.bench.frames import SWAP, Template
from lab.bench.place import HLR, IMSI, MSISDN
from lab.load.flow import Flow
from lab.load.ledger import Row
from lab.load.parts import Parts, cause_of, name_of
from lab.load.people import imsi_of, msisdn_of
from lab.load.reading import Unit, component
from mapstack.map import (
    ANY_TIME_MODIFICATION,
    READY_FOR_SM,
    REPORT_SM_DELIVERY_STATUS,
    SEND_ROUTING_INFO_FOR_SM,
)

__all__ = ["Registration", "Registry"]

_EXPIRES = b"600000"  # longer than any run
_MSISDN = b"\x91" + bytes.fromhex(MSISDN).translate(SWAP)
_DIGITS = 6


class Registration:
    """The S-CSCF's side."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._register = parts.templates.register

    def begin(self, row: Row, now: float) -> None:
        values = {
            b"id": name_of(row.number),
            b"msisdn": msisdn_of(row.subscriber),
            b"imsi": imsi_of(row.subscriber),
            b"expires": b"0" if row.flow is Flow.DEREGISTER else _EXPIRES,
        }
        self._parts.ask(row.number, self._register.fill(values), now)

    def answered(self, row: Row, response: bytes, now: float) -> None:
        if response.startswith(b"SIP/2.0 200 "):
            self._parts.ledger.done(row, now)
        else:
            self._parts.refuse(row, cause_of(response))


class Registry:
    """The HLR: whoever it is asked for, the SGSN has him, and it takes note of everything."""

    def __init__(self, parts: Parts) -> None:
        known = parts.templates
        self._parts = parts
        self._routed = known.routed
        self._answers: dict[int, Template] = {
            ANY_TIME_MODIFICATION.code: known.modified,
            REPORT_SM_DELIVERY_STATUS.code: known.reported,
            READY_FOR_SM.code: known.ready,
        }

    def asked(self, frame: bytes, unit: Unit) -> None:
        """An invoke of the gateway."""
        asked = component(frame, unit)
        if asked.code == SEND_ROUTING_INFO_FOR_SM.code:
            self._route(frame, unit, asked.at)
        elif (answer := self._answers.get(asked.code)) is not None:
            self._parts.tell(HLR, answer.fill({b"tid": unit.tid}))
        else:
            self._parts.ledger.figures.note(f"HLR: operation {asked.code}")

    def _route(self, frame: bytes, unit: Unit, at: int) -> None:
        """The MSISDN stands first in the argument, and ends with the digits that the IMSI ends with."""
        at = frame.find(_MSISDN, at) + 1
        digits = frame[at : at + _DIGITS].translate(SWAP).hex()
        imsi = bytes.fromhex(f"{IMSI}{digits[len(MSISDN) : -1]}f").translate(SWAP)
        self._parts.tell(HLR, self._routed.fill({b"tid": unit.tid, b"imsi": imsi}))
