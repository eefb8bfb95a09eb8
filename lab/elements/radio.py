"""A phone's radio: out of coverage nothing is heard and nothing is sent, and the stack does not know."""

from collections.abc import Sequence

from lab.elements.handwriting import Handwriting
from sipbridge.events import SipEvent
from sipbridge.flow import Flow
from sipbridge.stack import SipStack

__all__ = ["Radio"]


class Radio:
    """A SIP stack behind an antenna; `covered` is whether there is a network."""

    def __init__(self, stack: SipStack, handwriting: Handwriting) -> None:
        self._stack = stack
        self._handwriting = handwriting
        self.covered = True

    def receive(self, data: bytes, flow: Flow, now: float) -> Sequence[SipEvent]:
        return self._stack.receive(data, flow, now) if self.covered else ()

    def link_up(self, flow: Flow, identity: str, now: float) -> Sequence[SipEvent]:
        return self._stack.link_up(flow, identity, now)

    def link_down(self, flow: Flow, now: float) -> Sequence[SipEvent]:
        return self._stack.link_down(flow, now)

    def expire(self, now: float) -> Sequence[SipEvent]:
        return self._stack.expire(now)

    def deadline(self) -> float | None:
        return self._stack.deadline()

    def take_output(self) -> list[tuple[bytes, Flow]]:
        output = self._stack.take_output()
        if not self._handwriting.plain:
            output = [(self._handwriting.write(octets), flow) for octets, flow in output]
        return output if self.covered else []
