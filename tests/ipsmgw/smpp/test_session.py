"""Sessions: every command in every state from either end, timers, windows, nonsense (SMPP v3.4 §2)."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ipsmgw.smpp import (
    BOUND,
    Command,
    Connected,
    Framer,
    LocalError,
    PeerMisbehaved,
    Requested,
    Responded,
    RespondedLate,
    ResponseLost,
    Role,
    SessionEnded,
    SmppSettings,
    SmppStack,
    State,
    StateChanged,
    Status,
    encode,
    read,
)
from ipsmgw.smpp.codes import RESPONSE
from ipsmgw.smpp.machine import RULES, TRANSITIONS, Input, may_send
from ipsmgw.smpp.pdu import (
    BindTransceiver,
    BindTransmitterResp,
    DataSm,
    DeliverSm,
    EnquireLink,
    GenericNack,
    SubmitSm,
    SubmitSmResp,
    UnbindResp,
)
from ipsmgw.smpp.session import Session
from tests.ipsmgw.smpp.pair import FLOW, Pair, bind_for
from tests.ipsmgw.smpp.samples import SAMPLES, pdus

CONNECTED = [state for state in State if state is not State.CLOSED]
UNANSWERED = {Command.OUTBIND, Command.ALERT_NOTIFICATION}
SUBMIT = SubmitSm(source_addr="4242", destination_addr="15551001002", short_message=b"hello")


BOUND_STATES = sorted(BOUND, key=lambda state: str(state.name))


def submit_refused(pair: Pair) -> bool:
    try:
        pair.esme.request(FLOW, SUBMIT, pair.now)
    except LocalError:
        return True
    return False


# The machine.


@pytest.mark.parametrize(("state", "event"), list(itertools.product(State, Input)))
def test_every_input_in_every_state_is_in_the_table_or_cannot_be(state: State, event: Input) -> None:
    session = Session(FLOW, SmppSettings(), 0.0)
    session.state = state
    wanted = TRANSITIONS.get((state, event))
    if wanted is None:
        with pytest.raises(LocalError):
            session.run(event, 1.0)
        assert session.state is state
    else:
        assert session.run(event, 1.0) == (state, wanted)
        assert session.since == 1.0


@pytest.mark.parametrize(
    ("role", "state", "command"), list(itertools.product(Role, CONNECTED, sorted(RULES)))
)
def test_every_request_in_every_state_is_taken_or_answered_with_its_status(
    role: Role, state: State, command: Command
) -> None:
    """Table 2-1, as the other end sees it."""
    pair = Pair().reach(state)
    stack = pair.stacks[role]
    events = stack.receive(encode(SAMPLES[command], 77), FLOW, pair.now)
    answers = [read(data) for data, _ in stack.take_output()]
    if may_send(role.peer, command, state):
        assert not any(isinstance(event, PeerMisbehaved) for event in events)
        assert all(head.command_status == Status.ROK for head, _ in answers)
    else:
        (misbehaved,) = events
        assert isinstance(misbehaved, PeerMisbehaved)
        already = command in (1, 2, 9) and state in BOUND
        wanted = [] if command in UNANSWERED else [Status.RALYBND if already else Status.RINVBNDSTS]
        assert [head.command_status for head, _ in answers] == wanted
        assert all(head.command_id == command | RESPONSE for head, _ in answers)
        assert stack.state(FLOW) is state


@pytest.mark.parametrize(
    ("role", "state", "command"), list(itertools.product(Role, CONNECTED, sorted(RULES)))
)
def test_a_request_of_ours_at_the_wrong_time_is_our_own_bug(
    role: Role, state: State, command: Command
) -> None:
    stack = Pair().reach(state).stacks[role]
    if may_send(role, command, state):
        stack.request(FLOW, SAMPLES[command], 100.0)
        ((data, _),) = stack.take_output()
        assert read(data)[1] == SAMPLES[command]
    else:
        with pytest.raises(LocalError):
            stack.request(FLOW, SAMPLES[command], 100.0)
        assert not stack.take_output()


# The life of a session.


@pytest.mark.parametrize("state", BOUND_STATES)
def test_a_bind_leads_both_ends_to_its_state_and_unbind_ends_it(state: State) -> None:
    pair = Pair().bind(state)
    assert pair.events[Role.ESME][:2] == [Connected(FLOW), StateChanged(FLOW, State.OPEN, state)]
    assert pair.smsc.state(FLOW) is pair.esme.state(FLOW) is state
    pair.esme.unbind(FLOW, pair.now)
    pair.settle()
    assert pair.events[Role.SMSC][-1] == SessionEnded(FLOW, State.UNBOUND, "the peer has unbound")
    assert pair.events[Role.ESME][-1] == SessionEnded(FLOW, State.UNBOUND, "the session was unbound")
    assert pair.smsc.deadline() is pair.esme.deadline() is None


def test_a_bind_that_is_refused_leaves_the_session_open() -> None:
    pair = Pair()
    pair.esme.request(FLOW, bind_for(State.BOUND_TX), pair.now)
    pair.settle()
    pair.answer(BindTransmitterResp(), Status.RINVPASWD)
    responded = pair.events[Role.ESME][-1]
    assert isinstance(responded, Responded)
    assert responded.status == Status.RINVPASWD
    assert pair.esme.state(FLOW) is State.OPEN


def test_a_second_bind_while_the_first_is_judged_is_refused() -> None:
    pair = Pair()
    pair.smsc.receive(encode(BindTransceiver(system_id="a"), 1), FLOW, pair.now)
    pair.smsc.receive(encode(BindTransceiver(system_id="b"), 2), FLOW, pair.now)
    ((data, _),) = pair.smsc.take_output()
    assert read(data)[0].command_status == Status.RALYBND


def test_a_request_and_its_answer_find_each_other_in_any_order() -> None:
    pair = Pair().bind()
    first = pair.esme.request(FLOW, SUBMIT, pair.now)
    second = pair.esme.request(FLOW, SUBMIT, pair.now)
    pair.settle()
    pair.answer(SubmitSmResp(message_id="b"))
    pair.answer(SubmitSmResp(message_id="a"))
    answers = [event for event in pair.events[Role.ESME] if isinstance(event, Responded)][1:]
    found = [(event.sequence_number, event.pdu) for event in answers]
    assert found == [(second, SubmitSmResp(message_id="b")), (first, SubmitSmResp(message_id="a"))]


def test_the_window_holds_so_many_requests_and_no_more() -> None:
    pair = Pair(SmppSettings(window=2)).bind()
    assert pair.esme.room(FLOW) == 2
    assert [submit_refused(pair) for _ in range(3)] == [False, False, True]
    assert pair.esme.room(FLOW) == 0
    pair.settle()
    pair.answer()
    assert not submit_refused(pair)


def test_a_peer_that_asks_too_much_at_once_is_throttled() -> None:
    pair = Pair(SmppSettings(accepted=1)).bind()
    pair.esme.request(FLOW, SUBMIT, pair.now)
    pair.esme.request(FLOW, SUBMIT, pair.now)
    pair.settle()
    last = pair.events[Role.ESME][-1]
    assert isinstance(last, Responded)
    assert last.status == Status.RTHROTTLED


def test_two_requests_under_one_number_are_not_mixed_up() -> None:
    pair = Pair().bind()
    for _ in range(2):
        pair.smsc.receive(encode(SUBMIT, 5), FLOW, pair.now)
    ((data, _),) = pair.smsc.take_output()
    assert read(data)[0].command_status == Status.RSYSERR


def test_a_connection_that_goes_takes_what_waits_with_it() -> None:
    pair = Pair().bind()
    number = pair.esme.request(FLOW, SUBMIT, pair.now)
    assert pair.esme.link_down(FLOW, pair.now) == [
        ResponseLost(FLOW, number, SUBMIT, "the connection is gone"),
        SessionEnded(FLOW, State.BOUND_TRX, "the connection is gone"),
    ]
    assert pair.esme.link_down(FLOW, pair.now) == []
    assert pair.esme.respond(FLOW, 1, SubmitSmResp(), pair.now) == []


def test_there_are_only_so_many_connections() -> None:
    stack = SmppStack(Role.SMSC, SmppSettings(sessions=1))
    stack.link_up(FLOW, "", 0.0)
    (ended,) = stack.link_up(FLOW._replace(connection="2"), "", 0.0)
    assert isinstance(ended, SessionEnded)


# Timers (§7.2).


def test_a_connection_without_a_bind_is_ended() -> None:
    pair = Pair(SmppSettings(session_init=5.0))
    pair.elapse(5.0)
    assert pair.events[Role.SMSC][-1] == SessionEnded(FLOW, State.OPEN, "no bind has come in time")


def test_a_silent_link_is_enquired_and_lives_on() -> None:
    pair = Pair(SmppSettings(enquire_link=10.0, response=3.0)).bind()
    pair.elapse(100.0)
    assert pair.esme.state(FLOW) is pair.smsc.state(FLOW) is State.BOUND_TRX


def test_a_half_open_connection_is_found_out() -> None:
    pair = Pair(SmppSettings(enquire_link=10.0, response=3.0)).bind()
    pair.cut = True
    pair.elapse(12.9)
    assert pair.smsc.state(FLOW) is State.BOUND_TRX
    pair.elapse(0.2)
    assert pair.events[Role.SMSC][-1] == SessionEnded(FLOW, State.BOUND_TRX, "no answer to enquire_link")


def test_a_session_without_messages_is_unbound() -> None:
    pair = Pair(SmppSettings(enquire_link=10.0, inactivity=60.0)).bind()
    pair.elapse(61.0)
    assert pair.esme.state(FLOW) is pair.smsc.state(FLOW) is State.CLOSED


def test_an_answer_that_does_not_come_is_lost_and_the_session_lives() -> None:
    pair = Pair(SmppSettings(response=3.0)).bind()
    number = pair.esme.request(FLOW, SUBMIT, pair.now)
    pair.settle()
    pair.elapse(3.0)
    assert pair.events[Role.ESME][-1] == ResponseLost(FLOW, number, SUBMIT, "no answer in time")
    assert pair.esme.state(FLOW) is State.BOUND_TRX
    late = SubmitSmResp(message_id="late")
    pair.answer(late)
    assert pair.events[Role.ESME][-1] == RespondedLate(FLOW, number, SUBMIT, Status.ROK, late)
    (event,) = pair.esme.receive(encode(late, number), FLOW, pair.now)
    assert isinstance(event, PeerMisbehaved)


def test_an_unbind_that_nobody_answers_ends_the_session() -> None:
    pair = Pair(SmppSettings(response=3.0)).bind()
    pair.esme.unbind(FLOW, pair.now)
    pair.cut = True
    pair.elapse(3.0)
    assert pair.esme.state(FLOW) is State.CLOSED


# What a broken peer sends.


def test_a_generic_nack_ends_a_request_and_is_never_a_yes() -> None:
    pair = Pair().bind()
    number = pair.esme.request(FLOW, SUBMIT, pair.now)
    (event,) = pair.esme.receive(encode(GenericNack(), number), FLOW, pair.now)
    assert event == Responded(FLOW, number, SUBMIT, Status.RUNKNOWNERR, GenericNack())


def test_a_bind_answered_with_a_generic_nack_is_no_session() -> None:
    pair = Pair()
    number = pair.esme.request(FLOW, bind_for(State.BOUND_TX), pair.now)
    pair.esme.receive(encode(GenericNack(), number), FLOW, pair.now)
    assert pair.esme.state(FLOW) is State.CLOSED


def test_an_answer_of_another_kind_is_none() -> None:
    pair = Pair().bind()
    number = pair.esme.request(FLOW, SUBMIT, pair.now)
    (event,) = pair.esme.receive(encode(UnbindResp(), number), FLOW, pair.now)
    assert isinstance(event, PeerMisbehaved)
    assert pair.esme.waiting == 1


def test_an_answer_that_cannot_be_read_is_an_answer_lost() -> None:
    pair = Pair().bind()
    number = pair.esme.request(FLOW, SUBMIT, pair.now)
    octets = encode(SubmitSmResp(message_id="1"), number)[:-1]
    events = pair.esme.receive(len(octets).to_bytes(4) + octets[4:], FLOW, pair.now)
    assert [type(event) for event in events] == [PeerMisbehaved, ResponseLost]


def test_an_unknown_command_is_answered_with_a_generic_nack() -> None:
    pair = Pair().bind()
    pair.smsc.receive(b"\0\0\0\x10\0\0\0\x0c\0\0\0\0\0\0\0\x2a", FLOW, pair.now)
    ((data, _),) = pair.smsc.take_output()
    head, pdu = read(data)
    assert (pdu, head.command_status, head.sequence_number) == (GenericNack(), Status.RINVCMDID, 42)
    assert pair.smsc.state(FLOW) is State.BOUND_TRX


def test_a_stream_that_cannot_be_cut_is_answered_and_ended() -> None:
    pair = Pair().bind()
    framer = Framer()
    (octets,) = framer.feed(b"\xff" * 40)
    events = pair.smsc.receive(octets, FLOW, pair.now)
    ((data, _),) = pair.smsc.take_output()
    assert read(data)[0].command_status == Status.RINVCMDLEN
    assert isinstance(events[-1], SessionEnded)
    assert pair.smsc.receive(b"more", FLOW, pair.now) == []


def test_an_answer_to_nothing_is_our_own_bug() -> None:
    pair = Pair().bind()
    with pytest.raises(LocalError):
        pair.smsc.respond(FLOW, 99, SubmitSmResp(), pair.now)


@given(
    st.sampled_from([State.OPEN, *BOUND_STATES, State.UNBOUND]),
    st.sampled_from(list(Role)),
    st.lists(st.binary(max_size=60) | pdus().map(lambda pdu: encode(pdu, 1)), max_size=8),
)
def test_any_octets_in_any_state_are_answered_or_ignored(
    state: State, role: Role, pieces: list[bytes]
) -> None:
    pair = Pair().reach(state)
    stack = pair.stacks[role]
    for piece in pieces:
        stack.receive(piece, FLOW, pair.now)
    for data, flow in stack.take_output():
        assert flow == FLOW
        read(data)
    pair.elapse(200.0)


@given(st.lists(st.binary(max_size=40) | pdus().map(lambda pdu: encode(pdu, 1)), max_size=5).map(b"".join))
def test_any_stream_gives_the_same_whole_and_octet_by_octet(stream: bytes) -> None:
    told = []
    for pieces in ([stream], [stream[at : at + 1] for at in range(len(stream))]):
        pair, framer = Pair().bind(), Framer()
        events = [
            event
            for piece in pieces
            for pdu in framer.feed(piece)
            for event in pair.smsc.receive(pdu, FLOW, pair.now)
        ]
        told.append((events, pair.smsc.take_output()))
    assert told[0] == told[1]


def test_what_is_for_the_user_reaches_him_and_what_is_not_does_not() -> None:
    pair = Pair().bind()
    pair.smsc.request(FLOW, DeliverSm(short_message=b"hi"), pair.now)
    pair.smsc.request(FLOW, DataSm(), pair.now)
    pair.smsc.request(FLOW, EnquireLink(), pair.now)
    pair.settle()
    asked = [event.pdu for event in pair.events[Role.ESME] if isinstance(event, Requested)]
    assert asked == [DeliverSm(short_message=b"hi"), DataSm()]
