"""The S-CSCF's and the SM-SC's part of MO and MT: each packet of the gateway gets its answer at once."""

from collections.abc import Sequence
from typing import Protocol

from lab.bench.frames import field, number_in, ok, semi_octets, transaction_id
from lab.bench.ledger import Ledger, Run, Step
from lab.bench.rehearsal import BRANCH, CALL, Frames, delivery_report
from lab.plan import Subscriber

__all__ = ["Originating", "Recording", "Story", "Terminating"]

_ACCEPTED = b"SIP/2.0 202 "
_BRANCH = b";branch=" + BRANCH
_CALL = len(CALL)
_OTID, _DTID = 0x48, 0x49
_RP_ACK = b"\r\n\r\n\x03\xa7"


class Recording:
    """The packets of one message as the gateway sends them: what a relay has to send."""

    def __init__(self) -> None:
        self.accepted = b""
        self.message = b""
        self.frame = b""


class Story(Protocol):
    """Takes batches; what it has to say stands in `datagrams` and `frames` until somebody sends it."""

    datagrams: list[bytes]
    frames: list[bytes]

    @property
    def done(self) -> bool: ...
    def launch(self) -> None: ...
    def on_datagrams(self, batch: Sequence[bytes]) -> None: ...
    def on_frames(self, batch: Sequence[bytes]) -> None: ...


class Originating:
    """MO: MESSAGE, 202, Begin, End, MESSAGE with the report, 200 (TS 24.341 §5.3.3.4)."""

    def __init__(self, frames: Frames, people: Sequence[Subscriber], run: Run) -> None:
        self._submit = frames.submit
        self._result = frames.result
        self._msisdns = [person.msisdn.encode() for person in people]
        self.ledger = Ledger(run)
        self.recording = Recording()
        self.datagrams = self.ledger.requests
        self.frames: list[bytes] = []

    @property
    def done(self) -> bool:
        return self.ledger.done

    def launch(self) -> None:
        """Fill the window."""
        msisdns = self._msisdns
        for number in self.ledger.due():
            values = {
                b"id": b"%08x" % number,
                b"msisdn": msisdns[number % len(msisdns)],
                b"number": semi_octets(f"{number:08d}"),
            }
            self.ledger.ask(self._submit.fill(values))

    def on_datagrams(self, batch: Sequence[bytes]) -> None:
        for data in batch:
            if data.startswith(b"MESSAGE ") and _RP_ACK in data:
                self.datagrams.append(ok(data))
                self.ledger.note(_number(field(data, b"In-Reply-To")[_CALL:]), Step.FINISHED)
                self.recording.message = data
            elif data.startswith(_ACCEPTED):
                self.ledger.note(_accepted(data), Step.ACCEPTED)
                self.recording.accepted = data
            else:
                self.ledger.faults["unexpected"] += 1

    def on_frames(self, batch: Sequence[bytes]) -> None:
        for frame in batch:
            self.frames.append(self._result.fill({b"tid": transaction_id(frame, _OTID)}))
            self.ledger.note(number_in(frame), Step.HANDED_ON)
            self.recording.frame = frame


class Terminating:
    """MT: Begin, MESSAGE, 200, MESSAGE with the report, 202, End (TS 24.341 §5.3.3.3)."""

    def __init__(self, frames: Frames, people: Sequence[Subscriber], run: Run) -> None:
        self._begin = frames.begin
        self._report = frames.report
        self._imsis = [semi_octets(person.imsi + "f") for person in people]
        self._reports = [delivery_report(reference) for reference in range(256)]
        self.ledger = Ledger(run)
        self.recording = Recording()
        self.datagrams = self.ledger.requests
        self.frames: list[bytes] = []

    @property
    def done(self) -> bool:
        return self.ledger.done

    def launch(self) -> None:
        """Fill the window."""
        imsis = self._imsis
        for number in self.ledger.due():
            values = {
                b"tid": number.to_bytes(4),
                b"imsi": imsis[number % len(imsis)],
                b"number": semi_octets(f"{number:08d}"),
            }
            self.frames.append(self._begin.fill(values))

    def on_datagrams(self, batch: Sequence[bytes]) -> None:
        for data in batch:
            if data.startswith(b"MESSAGE "):
                self._deliver(data)
            elif data.startswith(_ACCEPTED):
                self.ledger.note(_accepted(data), Step.ACCEPTED)
                self.recording.accepted = data
            else:
                self.ledger.faults["unexpected"] += 1

    def on_frames(self, batch: Sequence[bytes]) -> None:
        for frame in batch:
            self.ledger.note(int.from_bytes(transaction_id(frame, _DTID)), Step.FINISHED)
            self.recording.frame = frame

    def _deliver(self, data: bytes) -> None:
        """The phone takes it and reports; its number stands in the Request-URI."""
        number = number_in(data)
        reference = data[data.find(b"\r\n\r\n") + 5]
        user, _, _ = data[13:].partition(b"@")
        values = {
            b"id": b"%08x" % max(number, 0),
            b"msisdn": user,
            b"in_reply_to": field(data, b"Call-ID"),
            b"body": self._reports[reference],
        }
        self.datagrams.append(ok(data))
        self.ledger.ask(self._report.fill(values))
        self.ledger.note(number, Step.HANDED_ON)
        self.recording.message = data


def _accepted(data: bytes) -> int:
    at = data.find(_BRANCH) + len(_BRANCH)
    return _number(data[at : at + 8])


def _number(digits: bytes) -> int:
    """A message's number in hexadecimal; -1 where somebody else wrote it."""
    try:
        return int(digits, 16)
    except ValueError:
        return -1
