"""A stateful proxy in the middle: forwarding requests and responses (RFC 3261 §16)."""

from random import Random

from sipbridge import ClientTx, Flow, Limits, NoAnswer, Request, Response, SipSettings, SipStack, parse
from tests.sipbridge.element import TO_GATEWAY, message, octets, response, sent, stack

PROXY = SipSettings(host="127.0.0.1", port=6060, aliases=("scscf.ims.test", "[::1]:6060"))
TO_PROXY = Flow("udp", ("127.0.0.1", 6060), ("127.0.0.1", 57565))
ON = Flow("udp", ("127.0.0.1", 6060), ("127.0.0.1", 5090))


def proxy() -> SipStack:
    return SipStack(PROXY, Random(3))


def arrived(element: SipStack, data: bytes) -> Request:
    (event,) = element.receive(data, TO_PROXY, 0.0)
    assert isinstance(event, Request)
    return event


def test_a_request_goes_through_and_its_answer_comes_back() -> None:
    phone, middle, server = stack(port=57565), proxy(), stack(port=5090)
    phone.request(
        "MESSAGE", "sip:sc.test", 0.0, flow=TO_PROXY, sender="sip:a@x", recipient="sip:sc.test", body=b"\0\1"
    )
    request = arrived(middle, sent(phone)[0])
    tx = middle.forward(request.tx, 0.0, flow=ON, headers=[("P-Asserted-Identity", "<sip:a@x>")])
    (there,) = server.receive(sent(middle)[0], TO_GATEWAY, 0.0)
    assert isinstance(there, Request)
    assert there.message.body == b"\0\1"
    assert there.message.first(b"P-Asserted-Identity") == b"<sip:a@x>"
    assert there.message.first(b"Max-Forwards") == b"69"
    assert len(there.message.vias) == 2
    server.respond(there.tx, 202, 0.0, headers=[("X-Kept", "1")])
    (back,) = middle.receive(sent(server)[0], ON, 0.0)
    assert isinstance(back, Response)
    assert back.tx == tx
    assert middle.relay(request.tx, back, 0.0)
    ((answer, way),) = middle.take_output()
    assert way.remote == ("127.0.0.1", 57565)
    (told,) = phone.receive(answer, TO_PROXY, 0.0)
    assert isinstance(told, Response)
    assert told.message is not None
    assert told.message.first(b"x-kept") == b"1"
    assert middle.relay(request.tx, back, 0.0) is False


def test_our_own_route_goes_and_the_next_stays() -> None:
    for own in ("<sip:127.0.0.1:6060;lr>", "<sip:x@SCSCF.ims.test;lr>", "<sip:[::1]:6060;lr>"):
        middle = proxy()
        middle.forward(
            arrived(middle, message(f"Route: {own}, <sip:as.test;lr>", "Route: <sip:b;lr>")).tx, 0.0, flow=ON
        )
        assert parse(sent(middle)[0], Limits()).every(b"Route") == [b"<sip:as.test;lr>, <sip:b;lr>"]
    middle = proxy()
    middle.forward(arrived(middle, message("Route: <sip:other.test;lr>")).tx, 0.0, flow=ON)
    assert parse(sent(middle)[0], Limits()).first(b"Route") == b"<sip:other.test;lr>"


def test_kamailio_s_message_is_forwarded_with_all_that_it_carries() -> None:
    middle, data = proxy(), octets("sip", "kamailio-mo-message-over-isc-as-receives")
    middle.forward(arrived(middle, data).tx, 0.0, flow=ON, uri="sip:new@x.test", drop=["P-Charging-Vector"])
    before, after = parse(data, Limits()), parse(sent(middle)[0], Limits())
    assert (after.uri, after.body) == (b"sip:new@x.test", before.body)
    assert after.vias[2:] == before.vias[1:]
    assert after.first(b"P-Charging-Vector") is None
    names = {line.partition(b": ")[0] for line in before.lines} - {
        b"Via",
        b"P-Charging-Vector",
        b"Max-Forwards",
    }
    assert all(after.first(name) == before.first(name) for name in names)


def test_max_forwards_ends_the_way() -> None:
    for hops, status in (("0", 483), ("000", 483), ("x", 400), ("9999", 400)):
        middle = proxy()
        assert middle.forward(arrived(middle, message(f"Max-Forwards: {hops}")).tx, 0.0, flow=ON) is None
        assert parse(sent(middle)[0], Limits()).status == status
    middle = proxy()
    middle.forward(arrived(middle, message()).tx, 0.0, flow=ON)
    assert parse(sent(middle)[0], Limits()).first(b"Max-Forwards") == b"70"


def test_an_answered_request_is_not_forwarded() -> None:
    middle = proxy()
    request = arrived(middle, message())
    middle.respond(request.tx, 404, 0.0)
    assert middle.forward(request.tx, 0.0, flow=ON) is None


def test_an_answer_without_another_via_is_a_500_and_a_100_stays() -> None:
    middle = proxy()
    request = arrived(middle, message())
    tx = middle.forward(request.tx, 0.0, flow=ON)
    data = sent(middle)[0]
    (trying,) = middle.receive(response(data, 100), ON, 0.0)
    assert isinstance(trying, Response)
    assert middle.relay(request.tx, trying, 0.0) is False
    only = b"Via: SIP/2.0/UDP 127.0.0.1:6060;branch=z9hG4bK1\r\n"
    (final,) = middle.receive(response(data, 200).replace(only, b""), ON, 0.0)
    assert isinstance(final, Response)
    assert final.tx == tx
    middle.relay(request.tx, final, 0.0)
    assert parse(sent(middle)[0], Limits()).status == 500


def test_silence_behind_the_proxy_is_told() -> None:
    middle = proxy()
    tx = middle.forward(arrived(middle, message()).tx, 0.0, flow=ON)
    assert tx is not None
    middle.expire(3.5)
    told: list[object] = []
    while not told and (due := middle.deadline()) is not None:
        told.extend(middle.expire(due))
    assert told == [NoAnswer(ClientTx(tx), 408)]
