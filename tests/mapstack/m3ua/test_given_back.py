"""What was accepted and cannot leave after all: given back, or sent another way; never lost, never twice."""

from hypothesis import given
from hypothesis import strategies as st

from mapstack.events import AssociationFailed, DestinationStateChanged
from mapstack.flow import Flow
from mapstack.m3ua.data import Unsent
from mapstack.m3ua.destination import DestinationState
from mapstack.m3ua.m3ua import M3ua
from mapstack.m3ua.message import MessageType, Tag, decode, encode
from mapstack.m3ua.settings import Association, M3uaSettings, MtpRoute, Role, TrafficMode
from tests.mapstack.m3ua.pair import ASP_POINT_CODE, Pair, active_pair, flow_of
from tests.mapstack.m3ua.test_destinations import HLR, come_up, node, route
from tests.mapstack.m3ua.test_registration import EAST, ask, key, sgp, up
from tests.mapstack.m3ua.test_several_servers import EAST as SERVED
from tests.mapstack.m3ua.test_several_servers import several

Sent = list[tuple[bytes, Flow]]


def given_back(events: list[object]) -> list[bytes]:
    return [event.data for event in events if isinstance(event, Unsent)]


def carried(output: Sent) -> list[tuple[str, bytes]]:
    """DATA, and which association took it."""
    found = [(flow.connection, decode(octets).get(Tag.PROTOCOL_DATA)) for octets, flow in output]
    return [(name, data[12:]) for name, data in found if data is not None]


def test_what_waits_for_an_as_that_does_not_come_back_is_given_back() -> None:
    pair = active_pair()
    pair.sgp.link_down(flow_of("a"), 1.0)
    for data in (b"one", b"two"):
        assert pair.sgp.transfer(ASP_POINT_CODE, 4, data) is None
    assert pair.sgp.expire(3.0)[-2:] == [
        Unsent(ASP_POINT_CODE, 4, b"one"),
        Unsent(ASP_POINT_CODE, 4, b"two"),
    ]
    assert given_back([*pair.sgp.expire(100.0)]) == []


def test_what_waits_for_an_as_that_stays_inactive_is_given_back() -> None:
    pair = active_pair()
    pair.sgp.receive(encode(MessageType.ASPIA), flow_of("a"), 1.0)
    pair.sgp.transfer(ASP_POINT_CODE, 4, b"kept")
    assert given_back([*pair.sgp.expire(3.0)]) == [b"kept"]


def test_what_waits_for_an_as_whose_key_is_given_back_is_given_back_too() -> None:
    layer = up(sgp())
    ask(layer, key())
    for kind in (MessageType.ASPAC, MessageType.ASPIA):
        layer.receive(encode(kind, (Tag.ROUTING_CONTEXT, 2)), flow_of("a"), 1.0)
    layer.transfer(EAST, 4, b"kept")
    events = layer.receive(encode(MessageType.DEREG_REQ, (Tag.ROUTING_CONTEXT, 2)), flow_of("a"), 1.5)
    assert given_back([*events]) == [b"kept"]


def test_what_a_dead_association_had_not_sent_goes_another_way_or_is_given_back() -> None:
    layer = node(route(HLR, "a"), route(HLR, "b", priority=2))
    for name, left in (("a", [("b", b"x")]), ("b", [])):
        layer.transfer(HLR, 3, b"x")
        unsent = layer.take_output()
        layer.link_down(flow_of(name), 1.0)
        refused = layer.unsent(unsent)
        assert carried(layer.take_output()) == left
        assert refused == ([] if left else [Unsent(HLR, 3, b"x")])


def test_what_it_had_not_sent_to_an_as_that_is_pending_waits_with_the_rest() -> None:
    pair = active_pair()
    pair.sgp.transfer(ASP_POINT_CODE, 4, b"x")
    unsent = pair.sgp.take_output()
    pair.sgp.link_down(flow_of("a"), 1.0)
    assert pair.sgp.unsent(unsent) == []
    pair.asp.link_down(flow_of("a"), 1.0)
    pair.link_up(now=2.0)
    assert [getattr(event, "data", b"") for event in pair.asp_events][-1] == b"x"


def test_management_that_had_not_been_sent_is_forgotten() -> None:
    layer = node(route(HLR, "a"))
    beat = encode(MessageType.BEAT)
    assert layer.unsent([(beat, flow_of("a"))]) == []
    assert layer.take_output() == []


def test_of_a_broadcast_nothing_is_sent_twice() -> None:
    layer = several(1, 2, mode=TrafficMode.BROADCAST)
    for name in "12":
        layer.receive(encode(MessageType.ASPAC), flow_of(name), 0.1)
    layer.take_output()
    layer.transfer(SERVED, 3, b"x")
    unsent = [each for each in layer.take_output() if each[1].connection == "1"]
    layer.link_down(flow_of("1"), 1.0)
    assert layer.unsent(unsent) == []
    assert carried(layer.take_output()) == []


# ---- whatever happens to its ASPs

EVENTS = ("up", "down", "ASPUP", "ASPAC", "ASPIA", "ASPDN", "transfer", "transfer", "lost", "wait")


@given(
    mode=st.sampled_from((TrafficMode.OVERRIDE, TrafficMode.LOADSHARE)),
    steps=st.lists(st.tuples(st.sampled_from(EVENTS), st.sampled_from("12")), max_size=60),
)
def test_what_was_accepted_is_sent_once_or_given_back_once(
    mode: TrafficMode, steps: list[tuple[str, str]]
) -> None:
    layer, now = several(1, 2, mode=mode), 0.0
    accepted: list[bytes] = []
    output: list[tuple[str, bytes]] = []
    back: list[bytes] = []
    for n, (what, name) in enumerate(steps):
        events: list[object] = []
        now += 0.7
        if what == "transfer":
            data = b"%d" % n
            accepted += [data] if layer.transfer(SERVED, n, data) is None else []
        elif what in ("up", "down"):
            flow = flow_of(name)
            events += layer.link_up(flow, "", now) if what == "up" else layer.link_down(flow, now)
        elif what == "lost":  # the association ends before anything of this has left
            waiting = layer.take_output()
            unsent = [each for each in waiting if each[1].connection == name]
            output += carried([each for each in waiting if each not in unsent])
            events += [*layer.link_down(flow_of(name), now), *layer.unsent(unsent)]
        elif what == "wait":
            events += layer.expire(now)
        else:
            identifier = (Tag.ASP_IDENTIFIER, int(name) if what == "ASPUP" else None)
            events += layer.receive(encode(MessageType[what], identifier), flow_of(name), now)
        back += given_back(events)
        if what in ("up", "ASPAC", "wait"):  # else it is still to be sent
            output += carried(layer.take_output())
    output += carried(layer.take_output())
    back += given_back([*layer.expire(now + 100.0)])
    assert sorted([data for _, data in output] + back) == sorted(accepted)


# ---- a link set whose first peer dies without a word


def stps(names: str = "ab") -> M3ua:
    """An ASP of STPs that lead to one HLR, each tried when those before it are gone."""
    settings = M3uaSettings(
        point_code=ASP_POINT_CODE,
        associations=tuple(Association(name=name, role=Role.ASP) for name in names),
        routes=tuple(MtpRoute(point_code=HLR, via=name, priority=n) for n, name in enumerate(names, start=1)),
    )
    layer = M3ua(settings)
    come_up(layer, *names)
    layer.take_output()
    return layer


def tick(layer: M3ua, alive: str, now: float) -> tuple[list[object], list[str]]:
    """A heartbeat later: what is told, and which way a message takes. Only those alive answer."""
    events = layer.expire(now)
    layer.transfer(HLR, 3, b"x")
    output = layer.take_output()
    for octets, flow in output:
        if decode(octets).kind is MessageType.BEAT and flow.connection in alive:
            layer.receive(encode(MessageType.BEAT_ACK), flow, now)
    return [*events], [name for name, _ in carried(output)]


def test_a_peer_that_dies_silently_is_given_up_after_two_heartbeats_and_used_again_when_it_is_back() -> None:
    layer = stps()
    assert tick(layer, "ab", 30.0) == ([], ["a"])
    assert tick(layer, "b", 60.0) == ([], ["a"])
    events, ways = tick(layer, "b", 90.0)
    assert events[0] == AssociationFailed(flow_of("a"), "a", "silent for two heartbeats")
    assert not any(isinstance(event, DestinationStateChanged) for event in events)  # SCCP hears nothing
    assert ways == ["b"]
    assert layer.link_down(flow_of("a"), 90.1) == []  # the shell has cut it
    for now in (120.0, 150.0, 180.0):
        assert tick(layer, "b", now) == ([], ["b"])
    come_up(layer, "a", now=181.0)
    layer.take_output()
    assert tick(layer, "ab", 182.0) == ([], ["a"])


def test_when_one_after_the_other_dies_silently_each_takes_over_until_the_destination_is_gone() -> None:
    layer = stps("abc")
    told, taken, alive = [], [], "abc"
    for n in range(1, 12):
        events, ways = tick(layer, alive, n * 30.0)
        told += [event for event in events if isinstance(event, DestinationStateChanged)]
        taken += ways
        alive = alive[1:] if n % 3 == 0 else alive
    assert list(dict.fromkeys(taken)) == ["a", "b", "c"]
    assert told == [DestinationStateChanged(HLR, DestinationState.UNAVAILABLE)]


def test_a_silent_death_at_the_gateway_lets_traffic_wait_and_then_gives_it_back() -> None:
    pair: Pair = active_pair()
    pair.sgp.expire(30.0)
    pair.sgp.take_output()
    pair.sgp.expire(60.0)
    assert pair.sgp.transfer(ASP_POINT_CODE, 4, b"kept") is None
    assert given_back([*pair.sgp.expire(62.0)]) == [b"kept"]
