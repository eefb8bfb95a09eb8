"""A stack that says what it is told to say and keeps what it hears, on a Driver of its own."""

from typing import Generic, TypeVar

from ipsmgw.drive import Clock, Driver, Port

__all__ = ["Node", "Recorder"]

FlowT = TypeVar("FlowT")


class Recorder(Generic[FlowT]):
    """Satisfies the contract of a stack (DESIGN §3)."""

    def __init__(self) -> None:
        self.heard: list[tuple[float, bytes, FlowT]] = []
        self.links: list[tuple[float, bool, FlowT]] = []
        self.output: list[tuple[bytes, FlowT]] = []

    def receive(self, data: bytes, flow: FlowT, now: float) -> list[None]:
        self.heard.append((now, data, flow))
        return []

    def link_up(self, flow: FlowT, identity: str, now: float) -> list[None]:
        self.links.append((now, True, flow))
        return []

    def link_down(self, flow: FlowT, now: float) -> list[None]:
        self.links.append((now, False, flow))
        return []

    def expire(self, now: float) -> list[None]:
        return []

    def deadline(self) -> float | None:
        return None

    def take_output(self) -> list[tuple[bytes, FlowT]]:
        output, self.output = self.output, []
        return output


class Node(Generic[FlowT]):
    """A recorder at its port."""

    def __init__(self, clock: Clock) -> None:
        self.stack: Recorder[FlowT] = Recorder()
        self.driver = Driver(clock)
        self.port: Port[None, FlowT] = self.driver.open(self.stack, lambda event, now: None)

    def say(self, *messages: bytes, to: FlowT) -> None:
        self.stack.output += [(message, to) for message in messages]
        self.driver.turn(lambda now: None)

    @property
    def heard(self) -> list[bytes]:
        return [data for _, data, _ in self.stack.heard]

    @property
    def ups(self) -> list[bool]:
        return [up for _, up, _ in self.stack.links]
