"""What SIP costs a message, in steps, to be counted: see tests/mapstack/instructions/gate.py.

`python -m tests.sipbridge.instructions.counted` prints the names in the order of the counts.
"""

from collections.abc import Callable, Iterator
from random import Random

from lab.bench.sip.messages import Written, written
from sipbridge import Direction, Flow, IscStack, RpAck, SipSettings, SmMessage
from sipbridge.layout import Layouts
from tests.mapstack.instructions.counting import Operation, run

__all__ = ["operations"]

_FLOW = Flow("udp", ("127.0.0.1", 5090), ("127.0.0.1", 6060))
_SETTINGS = SipSettings(host="127.0.0.1", port=5090)
_LIMITS = _SETTINGS.limits
_NOW = 0.0
_UNKNOWN, _FOLDED = (b"\r\nAllow: ", b"\r\nX-Allow: "), (b"Call-ID: ", b"Call-ID:\r\n ")
_MT = ("sip:+15551001005@ims.test", "sip:127.0.0.1:6060", bytes(150), _NOW)


def operations() -> Iterator[Operation]:
    """What is counted, by name."""
    for each in written():
        yield f"{each.name}: first sight", _first_sight(each)
        yield f"{each.name}: learned", _learned(each)
    usual = next(written())
    for name, (old, new) in (("unknown field", _UNKNOWN), ("folded", _FOLDED)):
        yield f"MESSAGE, {name}: first sight", _first_sight(Written(name, usual.octets.replace(old, new)))
    yield "MESSAGE: a request, up to its RPDU", _requests(usual, again=False)
    yield "MESSAGE: a repeated request", _requests(usual, again=True)
    yield "MESSAGE: a response", _responses(usual)
    yield "MT MESSAGE: built", _built
    yield "MT MESSAGE: built, and its 200", _answered
    yield "MESSAGE: a report", _reports(usual)


def _first_sight(each: Written) -> Callable[[int], object]:
    return lambda times: [Layouts(_LIMITS).parse(data, _FLOW.remote) for data in each.others(0, times)]


def _learned(each: Written) -> Callable[[int], object]:
    layouts = Layouts(_LIMITS)
    return lambda times: [layouts.parse(data, _FLOW.remote) for data in each.others(0, times)]


def _server() -> IscStack:
    return IscStack(_SETTINGS, Random(1))


def _requests(each: Written, *, again: bool) -> Callable[[int], object]:
    """A server for each call, so that a call costs the same whatever was before it."""

    def take(times: int) -> None:
        server, asked = _server(), each.others(0, times)
        for data in asked:
            (event,) = server.receive(data, _FLOW, _NOW)
            if again and isinstance(event, SmMessage):
                server.respond(event.tx, 202, _NOW)
        for data in asked if again else ():
            server.receive(data, _FLOW, _NOW)

    return take


def _responses(each: Written) -> Callable[[int], object]:
    def take(times: int) -> None:
        server = _server()
        for data in each.others(0, times):
            (event,) = server.receive(data, _FLOW, _NOW)
            if isinstance(event, SmMessage):
                server.respond(event.tx, 202, _NOW)

    return take


def _message(server: IscStack) -> bytes:
    server.message(*_MT, flow=_FLOW, asserted="sip:ipsmgw.ims.test")
    return server.take_output()[0][0]


def _built(times: int) -> None:
    server = _server()
    for _ in range(times):
        _message(server)


def _answered(times: int) -> None:
    server = _server()
    for _ in range(times):
        head, _, rest = _message(server).partition(b"\r\nMax-Forwards: 70")
        via = head.partition(b"\r\n")[2]
        server.receive(b"SIP/2.0 200 OK\r\n" + via + rest, _FLOW, _NOW)


def _reports(each: Written) -> Callable[[int], object]:
    def send(times: int) -> None:
        server = _server()
        for data in each.others(0, times):
            (event,) = server.receive(data, _FLOW, _NOW)
            if isinstance(event, SmMessage):
                report = RpAck(event.rpdu.message_reference).encode(Direction.NETWORK_TO_MS)
                to, route, *_ = _MT
                server.message(
                    to, route, report, _NOW, flow=_FLOW, asserted="sip:g", in_reply_to=event.call_id
                )

    return send


if __name__ == "__main__":
    run(operations())
