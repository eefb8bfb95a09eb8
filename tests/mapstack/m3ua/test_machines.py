"""The ASP and AS machines: every pair of state and input of RFC 4666 §4.3."""

import itertools

import pytest

from mapstack.errors import LocalError
from mapstack.flow import Flow
from mapstack.m3ua.application_server import (
    AS_TRANSITIONS,
    AsAction,
    AsInput,
    AsMachine,
    AsState,
    as_input,
)
from mapstack.m3ua.asp import (
    ASPSM,
    ASPTM,
    AspAction,
    AspInput,
    AspState,
    Side,
    TrafficAction,
    TrafficInput,
)
from mapstack.m3ua.asp_side import Asp
from mapstack.m3ua.association import Peer
from mapstack.m3ua.data import Unsent
from mapstack.m3ua.member import Change
from mapstack.m3ua.message import MessageType, decode
from mapstack.m3ua.settings import M3uaSettings, Role
from tests.mapstack.m3ua.pair import association, flow_of

ROLES = {Side.NEAR: Role.ASP, Side.FAR: Role.SGP, Side.BOTH: Role.IPSP_SINGLE}
SENT: dict[AspAction, list[MessageType]] = {
    AspAction.NOTHING: [],
    AspAction.SETTLE: [],
    AspAction.SEND_UP: [MessageType.ASPUP],
    AspAction.ACK_UP: [MessageType.ASPUP_ACK],
    AspAction.ACK_UP_AGAIN: [MessageType.ASPUP_ACK],
    AspAction.AGAIN: [],
    AspAction.ACK_DOWN: [MessageType.ASPDN_ACK],
}
SENT_IN_AS: dict[TrafficAction, list[MessageType]] = {
    TrafficAction.NOTHING: [],
    TrafficAction.SETTLE: [],
    TrafficAction.REQUEST: [MessageType.ASPAC],
    TrafficAction.ACK_ACTIVE: [MessageType.ASPAC_ACK],
    TrafficAction.ACK_INACTIVE: [MessageType.ASPIA_ACK],
    TrafficAction.NOTIFY_ALTERNATE: [MessageType.NTFY],
}
UP_OR_DOWN = (AspState.DOWN, AspState.INACTIVE)


def asp_in(side: Side, state: AspState, traffic: AspState) -> tuple[Asp, list[tuple[bytes, Flow]]]:
    output: list[tuple[bytes, Flow]] = []
    peer = Peer(association(ROLES[side]), M3uaSettings(point_code=1), output)
    peer.link_up(flow_of("a"), 0.0)
    output.clear()
    (asp,) = peer.asps
    asp.state = state
    asp.members[0].state = traffic
    return asp, output


def kinds_of(output: list[tuple[bytes, Flow]]) -> list[MessageType]:
    return [decode(octets).kind for octets, _ in output]


@pytest.mark.parametrize(("side", "state", "what"), [*itertools.product(Side, UP_OR_DOWN, AspInput)])
def test_an_asp_does_what_its_table_says(side: Side, state: AspState, what: AspInput) -> None:
    asp, output = asp_in(side, state, state)
    transition = ASPSM[side].get((state, what))
    assert asp.allows(what) is (transition is not None)
    if transition is None:
        with pytest.raises(LocalError):
            asp.step(what, 1.0)
        assert (asp.state, output) == (state, [])
        return
    after, action = transition
    changes = asp.step(what, 1.0)
    assert (asp.state, asp.members[0].state) == (after, after)
    asks = side is not Side.FAR and (state, after) == UP_OR_DOWN
    assert kinds_of(output) == SENT[action] + [MessageType.ASPAC] * asks
    assert changes == ([] if after is state else [Change(asp.members[0], state, after)])


@pytest.mark.parametrize(("side", "state", "what"), [*itertools.product(Side, AspState, TrafficInput)])
def test_an_asp_does_in_its_as_what_the_table_says(side: Side, state: AspState, what: TrafficInput) -> None:
    asp, output = asp_in(side, AspState.INACTIVE, state)
    (member,) = asp.members
    transition = ASPTM[side].get((state, what))
    assert member.allows(what) is (transition is not None)
    if transition is None:
        with pytest.raises(LocalError):
            asp.traffic([member], what, 1.0)
        assert (member.state, output) == (state, [])
        return
    after, action = transition
    changes = asp.traffic([member], what, 1.0)
    assert member.state is after
    assert kinds_of(output) == SENT_IN_AS[action]
    assert changes == ([] if after is state else [Change(member, state, after)])


@pytest.mark.parametrize("side", Side)
def test_whatever_the_state_a_lost_association_leaves_the_asp_down(side: Side) -> None:
    for state in UP_OR_DOWN:
        assert ASPSM[side][state, AspInput.LINK_DOWN][0] is AspState.DOWN
    for state in AspState:
        assert ASPTM[side][state, TrafficInput.DOWN][0] is AspState.DOWN


def test_an_asp_that_was_active_and_comes_up_again_is_told_that_this_was_not_expected() -> None:
    for side, what in ((Side.NEAR, AspInput.UP_ACK), (Side.FAR, AspInput.UP), (Side.BOTH, AspInput.UP)):
        asp, output = asp_in(side, AspState.INACTIVE, AspState.ACTIVE)
        asp.step(what, 1.0)
        assert asp.members[0].state is AspState.INACTIVE
        assert MessageType.ERR in kinds_of(output)


def test_only_a_request_that_awaits_its_ack_has_t_ack() -> None:
    asp, _ = asp_in(Side.NEAR, AspState.DOWN, AspState.DOWN)
    assert asp.deadline == 2.0
    asp.step(AspInput.UP_ACK, 1.5)
    assert asp.deadline == 3.5
    asp.traffic(asp.members, TrafficInput.ACTIVE_ACK, 1.6)
    assert asp.deadline is None


def machine_in(state: AsState) -> AsMachine:
    machine = AsMachine(t_recovery=2.0, limit=2)
    machine.state = state
    machine.kept.append(Unsent(5, 1, b"kept"))
    return machine


@pytest.mark.parametrize(("state", "what"), [*itertools.product(AsState, AsInput)])
def test_an_as_does_what_its_table_says_and_nothing_else(state: AsState, what: AsInput) -> None:
    machine = machine_in(state)
    if (state, what) not in AS_TRANSITIONS:
        with pytest.raises(LocalError):
            machine.step(what, 1.0)
        return
    after, action = AS_TRANSITIONS[state, what]
    traffic = machine.step(what, 1.0)
    assert machine.state is after
    assert traffic == ([(5, 1, b"kept")] if action in (AsAction.DELIVER, AsAction.REFUSE) else [])
    assert machine.recovery == (3.0 if action is AsAction.START_RECOVERY else None)
    assert bool(machine.kept) is (action in (AsAction.NOTHING, AsAction.START_RECOVERY))


@pytest.mark.parametrize("asps", [*itertools.product(AspState, repeat=2)])
def test_an_as_gets_from_its_asps_only_what_its_state_can_take(asps: tuple[AspState, ...]) -> None:
    for state in AsState:
        what = as_input(asps)
        impossible = state is AsState.DOWN and what is AsInput.ASP_ACTIVE  # an ASP is inactive first
        assert ((state, what) in AS_TRANSITIONS) is not impossible
    if AspState.ACTIVE not in asps:
        assert (AsState.PENDING, as_input(asps, expired=True)) in AS_TRANSITIONS


def test_a_pending_as_keeps_no_more_than_its_limit() -> None:
    machine = machine_in(AsState.PENDING)
    assert machine.keep(5, 2, b"one more")
    assert not machine.keep(5, 3, b"too many")
    assert list(machine.kept) == [(5, 1, b"kept"), (5, 2, b"one more")]
