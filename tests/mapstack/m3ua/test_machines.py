"""The ASP and AS machines: every pair of state and input of RFC 4666 §4.3."""

import itertools

import pytest

from mapstack.errors import LocalError
from mapstack.events import AspStateChanged
from mapstack.flow import Flow
from mapstack.m3ua.application_server import AS_TRANSITIONS, AsAction, AsInput, AsMachine, AsState, as_input
from mapstack.m3ua.asp import AS_ASP, AS_SGP, AspAction, AspInput, AspState, Transitions
from mapstack.m3ua.association import Asp
from mapstack.m3ua.message import MessageType, decode
from mapstack.m3ua.settings import M3uaSettings, Role
from tests.mapstack.m3ua.pair import association, flow_of

TABLES = {Role.ASP: AS_ASP, Role.SGP: AS_SGP}
SENT: dict[AspAction, list[MessageType]] = {
    AspAction.NOTHING: [],
    AspAction.SETTLE: [],
    AspAction.SEND_UP: [MessageType.ASPUP],
    AspAction.SEND_ACTIVE: [MessageType.ASPAC],
    AspAction.REPORT_AND_SEND_ACTIVE: [MessageType.ERR, MessageType.ASPAC],
    AspAction.ACK_UP: [MessageType.ASPUP_ACK],
    AspAction.ACK_UP_AND_REPORT: [MessageType.ASPUP_ACK, MessageType.ERR],
    AspAction.ACK_DOWN: [MessageType.ASPDN_ACK],
    AspAction.ACK_ACTIVE: [MessageType.ASPAC_ACK],
    AspAction.ACK_INACTIVE: [MessageType.ASPIA_ACK],
    AspAction.NOTIFY_ALTERNATE: [MessageType.NTFY],
}
PAIRS = [
    pytest.param(role, state, what, id=f"{role.name}: {what.name} in {state.value}")
    for role, state, what in itertools.product(Role, AspState, AspInput)
]


def asp_in(role: Role, state: AspState) -> tuple[Asp, list[tuple[bytes, Flow]]]:
    output: list[tuple[bytes, Flow]] = []
    asp = Asp(association(role), M3uaSettings(point_code=1), output)
    asp.link_up(flow_of("a"), 0.0)
    output.clear()
    asp.state = state
    return asp, output


@pytest.mark.parametrize(("role", "state", "what"), PAIRS)
def test_an_asp_does_what_its_table_says(role: Role, state: AspState, what: AspInput) -> None:
    asp, output = asp_in(role, state)
    transition = TABLES[role].get((state, what))
    assert asp.allows(what) is (transition is not None)
    if transition is None:
        with pytest.raises(LocalError):
            asp.step(what, 1.0)
        assert (asp.state, output) == (state, [])
        return
    after, action = transition
    events = asp.step(what, 1.0)
    assert asp.state is after
    assert [decode(octets).kind for octets, _ in output] == SENT[action]
    assert events == ([] if after is state else [AspStateChanged("a", state, after)])


@pytest.mark.parametrize("table", [AS_ASP, AS_SGP], ids=["ASP", "SGP"])
def test_whatever_the_state_a_lost_association_leaves_the_asp_down(table: Transitions) -> None:
    for state in AspState:
        assert table[state, AspInput.LINK_DOWN][0] is AspState.DOWN


def test_only_a_request_that_awaits_its_ack_has_t_ack() -> None:
    asp, _ = asp_in(Role.ASP, AspState.DOWN)
    assert asp.deadline() == 2.0
    asp.step(AspInput.UP_ACK, 1.5)
    assert asp.deadline() == 3.5
    asp.step(AspInput.ACTIVE_ACK, 1.6)
    assert asp.deadline() == 30.0


def machine_in(state: AsState) -> AsMachine:
    machine = AsMachine(t_recovery=2.0, limit=2)
    machine.state = state
    machine.kept.append((1, b"kept"))
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
    assert traffic == ([(1, b"kept")] if action is AsAction.DELIVER else [])
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
    assert machine.keep(2, b"one more")
    assert not machine.keep(3, b"too many")
    assert list(machine.kept) == [(1, b"kept"), (2, b"one more")]
