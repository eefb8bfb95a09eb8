"""Two REST stacks with nothing between them but the tests' own hands."""

from dataclasses import dataclass, field

from msgin5g_bridge.exchange import Answered, Ask, Asked, Peer, Reply, Request, Response
from msgin5g_bridge.rest import RestStack
from msgin5g_bridge.rest_events import Called, RestEvent

__all__ = ["PEER", "Wire", "ask"]

PEER = Peer("192.0.2.7:40000")


@dataclass
class Wire:
    """What `client` asks reaches `server`, whatever its origin; and back."""

    client: RestStack
    server: RestStack
    peer: Peer = PEER
    seen: list[Request] = field(default_factory=list)

    def carry(self, now: float) -> list[RestEvent]:
        """Requests that wait; what the server tells of them."""
        events: list[RestEvent] = []
        for out in self.client.take_output():
            assert isinstance(out, Ask)
            self.seen.append(out.request)
            events += self.server.receive(Asked(out.exchange, out.request, self.peer), now)
        return events

    def carry_back(self, now: float) -> list[RestEvent]:
        """Answers that wait; what the client tells of them."""
        events: list[RestEvent] = []
        for out in self.server.take_output():
            assert isinstance(out, Reply)
            events += self.client.receive(Answered(out.exchange, out.response), now)
        return events


def ask(stack: RestStack, request: Request, now: float = 0.0, peer: Peer = PEER) -> Response | Called:
    """What becomes of one request: the call that it is, or the answer that the stack has given itself."""
    events = stack.receive(Asked(1, request, peer), now)
    called = [event for event in events if isinstance(event, Called)]
    replies = stack.take_output()
    assert len(called) + len(replies) == 1
    if called:
        return called[0]
    (reply,) = replies
    assert isinstance(reply, Reply)
    return reply.response
