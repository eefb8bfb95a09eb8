"""Routing key management: keys asked for, granted and given back, with every result (RFC 4666 §4.4)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mapstack.events import ManagementKind, ManagementNotified, PeerMisbehaved
from mapstack.m3ua.codes import DeregistrationStatus, ErrorCode
from mapstack.m3ua.codes import RegistrationStatus as Status
from mapstack.m3ua.m3ua import M3ua, TransferRefused
from mapstack.m3ua.message import MessageType, Tag, encode, encode_parameters
from mapstack.m3ua.registration import results
from mapstack.m3ua.settings import (
    Association,
    M3uaLimits,
    M3uaSettings,
    MtpRoute,
    PointCodes,
    Role,
    RoutingKey,
    Served,
    TrafficMode,
)
from tests.mapstack.m3ua.pair import Pair, flow_of, sent

SGP, EAST, WEST, FIXED, KEYS = 500, 513, 514, 600, PointCodes(4, 512)
Parameters = tuple[tuple[Tag, bytes | int | None], ...]


def asp(code: int = EAST, *keys: RoutingKey, name: str = "a") -> M3ua:
    served = tuple(
        Served(name=f"key {n}", register=key, traffic_mode=TrafficMode.LOADSHARE)
        for n, key in enumerate(keys or (RoutingKey(),))
    )
    association = Association(name=name, role=Role.ASP, servers=served)
    return M3ua(
        M3uaSettings(
            point_code=code, associations=(association,), routes=(MtpRoute(point_code=SGP, via=name),)
        )
    )


def sgp(*names: str, limit: int = 2) -> M3ua:
    fixed = Served(point_code=FIXED, routing_context=1)
    associations = tuple(
        Association(name=name, role=Role.SGP, servers=(fixed,), grants=(KEYS,)) for name in names or ("a",)
    )
    return M3ua(
        M3uaSettings(point_code=SGP, associations=associations, limits=M3uaLimits(routing_keys=limit))
    )


def up(layer: M3ua, *names: str) -> M3ua:
    for name in names or ("a",):
        layer.link_up(flow_of(name), "", 0.0)
        layer.receive(encode(MessageType.ASPUP), flow_of(name), 0.0)
    layer.take_output()
    return layer


def key(code: int | None = EAST, *more: tuple[Tag, bytes | int | None], identifier: int | None = 1) -> bytes:
    return encode_parameters((Tag.LOCAL_RK_IDENTIFIER, identifier), (Tag.DESTINATION_POINT_CODE, code), *more)


def ask(layer: M3ua, *keys: bytes, name: str = "a") -> list[tuple[int, int, int]]:
    octets = encode(MessageType.REG_REQ, *((Tag.ROUTING_KEY, one) for one in keys))
    layer.receive(octets, flow_of(name), 1.0)
    answer = next(message for message in sent(layer) if message.kind is MessageType.REG_RSP)
    return [tuple(result) for result in results(answer)]  # type: ignore[misc]  # three numbers


def give_back(layer: M3ua, *contexts: int) -> list[int]:
    value = b"".join(context.to_bytes(4) for context in contexts)
    layer.receive(encode(MessageType.DEREG_REQ, (Tag.ROUTING_CONTEXT, value)), flow_of("a"), 2.0)
    answer = next(message for message in sent(layer) if message.kind is MessageType.DEREG_RSP)
    return [result.status for result in results(answer)]


def test_an_asp_registers_its_key_and_traffic_flows_under_the_context_it_is_given() -> None:
    pair = Pair(asp(), sgp())
    pair.link_up()
    assert pair.sgp.transfer(EAST, 0, b"down") is None
    assert pair.asp.transfer(SGP, 0, b"up") is None
    assert [message.numbers(Tag.ROUTING_CONTEXT) for message in sent(pair.sgp) + sent(pair.asp)] == [(2,)] * 2


def test_several_keys_are_asked_for_at_once_and_registered_again_after_a_cut() -> None:
    pair = Pair(asp(EAST, RoutingKey(), RoutingKey(point_code=WEST)), sgp())
    for now in (0.0, 2.0, 10.0):
        pair.link_up(now=now)
        assert pair.sgp.transfer(EAST, 0, b"x") is pair.sgp.transfer(WEST, 0, b"x") is None
        assert len(sent(pair.sgp)) == 2
        for layer in (pair.asp, pair.sgp):
            layer.link_down(flow_of("a"), now + 1.0)


def test_a_key_with_routing_context_0_changes_none_but_asks_for_one() -> None:
    layer = up(sgp())  # libosmo-sigtran 1.6 asks so
    assert ask(layer, key(EAST, (Tag.ROUTING_CONTEXT, 0))) == [(1, Status.REGISTERED, 2)]


def test_a_key_that_is_refused_is_told_and_asked_for_again_later() -> None:
    pair = Pair(asp(EAST, RoutingKey(point_code=9)), sgp())
    pair.link_up()
    refused = ManagementNotified("a", ManagementKind.REG_RSP, Status.PERMISSION_DENIED, "permission denied")
    assert refused in pair.asp_events
    assert pair.asp.transfer(SGP, 0, b"x") is TransferRefused.UNREACHABLE
    pair.asp.expire(29.0)
    assert sent(pair.asp) == []
    pair.asp.expire(30.0)
    assert MessageType.REG_REQ in [message.kind for message in sent(pair.asp)]


SCCP_ONLY = (Tag.SERVICE_INDICATORS, b"\x03")
FROM_US = (Tag.ORIGINATING_POINT_CODE_LIST, SGP.to_bytes(4))
REFUSED: dict[str, tuple[bytes, Status]] = {
    "no point code": (key(None), Status.INVALID_DPC),
    "a point code of 24 bits": (key(1 << 20), Status.INVALID_DPC),
    "a mask": (key(1 << 24 | EAST), Status.INVALID_DPC),
    "no identifier": (key(EAST, identifier=None), Status.INVALID_ROUTING_KEY),
    "octets cut short": (key(EAST)[:-2], Status.INVALID_ROUTING_KEY),
    "not in the range": (key(99), Status.PERMISSION_DENIED),
    "only from elsewhere": (
        key(EAST, (Tag.ORIGINATING_POINT_CODE_LIST, WEST.to_bytes(4))),
        Status.PERMISSION_DENIED,
    ),
    "configured, and asked for in part": (key(FIXED, FROM_US), Status.ROUTING_KEY_NOT_PROVISIONED),
    "ISUP": (key(EAST, (Tag.SERVICE_INDICATORS, b"\x05")), Status.UNSUPPORTED_PARAMETER_FIELD),
    "two destinations": (
        key(EAST, (Tag.DESTINATION_POINT_CODE, WEST)),
        Status.UNSUPPORTED_PARAMETER_FIELD,
    ),
    "something else in it": (key(EAST, (Tag.USER_CAUSE, 1)), Status.UNSUPPORTED_PARAMETER_FIELD),
    "mode 9": (key(EAST, (Tag.TRAFFIC_MODE_TYPE, 9)), Status.UNSUPPORTED_TRAFFIC_MODE),
    "a context that is not its own": (
        key(EAST, (Tag.ROUTING_CONTEXT, 77)),
        Status.ROUTING_KEY_CHANGE_REFUSED,
    ),
}


@pytest.mark.parametrize("name", REFUSED)
def test_a_key_that_cannot_be_has_its_result(name: str) -> None:
    octets, status = REFUSED[name]
    ((_, found, context), good) = ask(up(sgp()), octets, key(WEST, identifier=8))
    assert (found, context) == (status, 0)
    assert good == (8, Status.REGISTERED, 2)  # the others of the same request are not concerned


def test_a_key_is_registered_once_by_each_asp_and_by_several_for_one_as() -> None:
    layer = up(sgp("a", "b"), "a", "b")
    assert ask(layer, key()) == [(1, Status.REGISTERED, 2)]
    assert ask(layer, key()) == [(1, Status.ROUTING_KEY_ALREADY_REGISTERED, 2)]
    assert ask(layer, key(), name="b") == [(1, Status.REGISTERED, 2)]
    assert ask(layer, key(EAST, FROM_US)) == [(1, Status.CANNOT_SUPPORT_UNIQUE_ROUTING, 0)]
    assert ask(layer, key(WEST), key(WEST + 1)) == [
        (1, Status.REGISTERED, 3),
        (1, Status.INSUFFICIENT_RESOURCES, 0),
    ]
    for name in "ab":
        layer.receive(encode(MessageType.ASPAC, (Tag.ROUTING_CONTEXT, 2)), flow_of(name), 1.0)
    layer.take_output()
    for sls in range(2):
        layer.transfer(EAST, sls, b"x")
    assert [flow.connection for _, flow in layer.take_output()] == ["a", "b"]


def test_modes_and_appearances_must_agree() -> None:
    layer = up(sgp("a", "b"), "a", "b")
    assert ask(layer, key(EAST, (Tag.TRAFFIC_MODE_TYPE, 2)))[0][1] == Status.REGISTERED
    wrong = ask(layer, key(EAST, (Tag.TRAFFIC_MODE_TYPE, 1)), name="b")
    assert wrong[0][1] == Status.UNSUPPORTED_TRAFFIC_MODE
    association = Association(
        name="a", role=Role.SGP, point_code=FIXED, routing_context=1, network_appearance=8, grants=(KEYS,)
    )
    other = up(M3ua(M3uaSettings(point_code=SGP, associations=(association,))))
    assert ask(other, key(EAST, (Tag.NETWORK_APPEARANCE, 9)))[0][1] == Status.INVALID_NETWORK_APPEARANCE


def test_a_key_that_is_configured_has_the_configured_context() -> None:
    assert ask(up(sgp()), key(FIXED, SCCP_ONLY)) == [(1, Status.REGISTERED, 1)]


def test_keys_are_given_back_and_every_context_has_its_result() -> None:
    layer = up(sgp("a", "b"), "a", "b")
    ask(layer, key(), key(WEST))
    ask(layer, key(WEST + 1), name="b")
    layer.receive(encode(MessageType.ASPAC, (Tag.ROUTING_CONTEXT, 3)), flow_of("a"), 1.0)
    layer.take_output()
    assert give_back(layer, 2, 2, 1, 3, 4, 99) == [
        DeregistrationStatus.DEREGISTERED,
        DeregistrationStatus.INVALID_ROUTING_CONTEXT,
        DeregistrationStatus.PERMISSION_DENIED,
        DeregistrationStatus.ASP_CURRENTLY_ACTIVE,
        DeregistrationStatus.NOT_REGISTERED,
        DeregistrationStatus.INVALID_ROUTING_CONTEXT,
    ]
    assert layer.transfer(EAST, 0, b"x") is TransferRefused.UNREACHABLE
    assert ask(layer, key()) == [(1, Status.REGISTERED, 2)]


def test_who_does_not_come_back_is_forgotten_with_his_keys() -> None:
    layer = up(sgp())
    for _ in range(20):
        ask(layer, key(), key(WEST))
        layer.receive(encode(MessageType.ASPAC), flow_of("a"), 1.0)
        layer.link_down(flow_of("a"), 2.0)
        assert layer.transfer(EAST, 0, b"x") is None  # it may come back
        layer.expire(10.0)
        assert [member.context for member in layer._peers["a"].members] == [1]
        assert list(layer._network.servers) == [f"AS {FIXED}"]
        up(layer)
    assert ask(layer, key(WEST)) == [(1, Status.REGISTERED, 2)]


def test_rkm_is_refused_where_nothing_is_granted_or_the_asp_is_down() -> None:
    plain = M3ua(
        M3uaSettings(point_code=SGP, associations=(Association(name="a", role=Role.SGP, point_code=FIXED),))
    )
    for layer, code in (
        (up(plain), ErrorCode.UNSUPPORTED_MESSAGE_CLASS),
        (sgp(), ErrorCode.UNEXPECTED_MESSAGE),
    ):
        layer.link_up(flow_of("a"), "", 0.0)
        layer.receive(encode(MessageType.REG_REQ, (Tag.ROUTING_KEY, key())), flow_of("a"), 0.0)
        assert [one.number(Tag.ERROR_CODE) for one in sent(layer)] == [code]


def test_results_that_nobody_waits_for_are_refused() -> None:
    pair = Pair(asp(), sgp())
    pair.link_up()
    for identifier in (0, 1, 2, 0xFFFFFFFF):
        result = encode_parameters(
            (Tag.LOCAL_RK_IDENTIFIER, identifier), (Tag.REGISTRATION_STATUS, 0), (Tag.ROUTING_CONTEXT, 5)
        )
        octets = encode(MessageType.REG_RSP, (Tag.REGISTRATION_RESULT, result))
        assert isinstance(pair.asp.receive(octets, flow_of("a"), 1.0)[0], PeerMisbehaved)


def key_result(*parameters: tuple[Tag, bytes | int | None]) -> bytes:
    return encode_parameters((Tag.LOCAL_RK_IDENTIFIER, 1), *parameters)


@pytest.mark.parametrize("missing", [Tag.LOCAL_RK_IDENTIFIER, Tag.REGISTRATION_STATUS])
def test_a_result_that_says_nothing_is_not_taken_for_a_yes(missing: Tag) -> None:
    layer = asp()
    layer.link_up(flow_of("a"), "", 0.0)
    layer.receive(encode(MessageType.ASPUP_ACK), flow_of("a"), 0.0)
    layer.take_output()
    whole = ((Tag.LOCAL_RK_IDENTIFIER, 1), (Tag.REGISTRATION_STATUS, 0), (Tag.ROUTING_CONTEXT, 5))
    result = encode_parameters(*(each for each in whole if each[0] is not missing))
    layer.receive(encode(MessageType.REG_RSP, (Tag.REGISTRATION_RESULT, result)), flow_of("a"), 0.0)
    assert [one.number(Tag.ERROR_CODE) for one in sent(layer)] == [ErrorCode.MISSING_PARAMETER]
    assert [member.context for member in layer._peers["a"].members] == [None]


MESSAGES = [
    encode(MessageType.REG_REQ, (Tag.ROUTING_KEY, key(EAST, FROM_US)), (Tag.ROUTING_KEY, key(WEST))),
    encode(MessageType.DEREG_REQ, (Tag.ROUTING_CONTEXT, 2)),
    encode(MessageType.ASPAC, (Tag.ROUTING_CONTEXT, 2)),
    encode(MessageType.ASPDN),
    encode(MessageType.ASPUP),
    *(
        encode(kind, (tag, key_result((Tag.ROUTING_CONTEXT, 2), (status, 0))))
        for kind, tag, status in (
            (MessageType.REG_RSP, Tag.REGISTRATION_RESULT, Tag.REGISTRATION_STATUS),
            (MessageType.DEREG_RSP, Tag.DEREGISTRATION_RESULT, Tag.DEREGISTRATION_STATUS),
        )
    ),
    encode(MessageType.ASPUP_ACK),
    encode(MessageType.ASPAC_ACK),
]


@given(
    st.lists(
        st.tuples(
            st.sampled_from(MESSAGES), st.lists(st.tuples(st.integers(0), st.integers(0, 255)), max_size=2)
        ),
        max_size=20,
    )
)
def test_any_octets_about_keys_are_answered_or_reported_and_never_raise(
    messages: list[tuple[bytes, list[tuple[int, int]]]],
) -> None:
    for layer in (up(sgp()), asp()):
        layer.link_up(flow_of("a"), "", 0.0)
        for now, (octets, changes) in enumerate(messages):
            changed = bytearray(octets)
            for at, octet in changes:
                changed[at % len(changed)] = octet
            layer.receive(bytes(changed), flow_of("a"), float(now))
            layer.expire(float(now))
        sent(layer)
        assert len(layer._peers["a"].members) <= 3
