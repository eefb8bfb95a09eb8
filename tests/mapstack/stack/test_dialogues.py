"""MAP dialogues between two nodes: how each of them goes when all is well, and when the answer is no."""

import pytest
from msgspec.structs import replace

from mapstack import (
    INFORM_SERVICE_CENTRE,
    MO_FORWARD_SM,
    MT_FORWARD_SM,
    REPORT_SM_DELIVERY_STATUS,
    SEND_ROUTING_INFO_FOR_SM,
    Answered,
    DialogueClosed,
    DialogueLost,
    ErrorCode,
    Invoked,
    LocalError,
    LostReason,
    MapError,
    MapEvent,
    MapLimits,
    MapSettings,
    Operation,
    Refused,
    SccpAddress,
)
from mapstack.m3ua.settings import M3uaSettings
from tests.mapstack.stack.network import FLOW, HLR, SC, Network
from tests.mapstack.stack.samples import ARGUMENTS, ERRORS, INFORM, RESULTS

_WHY = "map-userAbort: userSpecificReason"


def _invoked(network: Network, operation: Operation) -> tuple[int, int]:
    """The dialogue's id at the SM-SC, which opens it, and at the HLR."""
    ours = network.sc.invoke(operation, HLR, ARGUMENTS[operation], network.now)
    _, events = network.exchange()
    (event,) = events
    assert isinstance(event, Invoked)
    assert (event.operation, event.arg) == (operation, ARGUMENTS[operation])
    assert (event.calling, event.called) == (SC, HLR)
    return ours, event.dialogue


@pytest.mark.parametrize("operation", ARGUMENTS, ids=lambda each: each.name)
def test_a_result_answers_an_invoke(operation: Operation) -> None:
    network = Network()
    ours, theirs = _invoked(network, operation)
    assert network.hlr.result(theirs, RESULTS[operation], network.now) is None
    events, _ = network.exchange()
    assert events == [Answered(ours, operation, RESULTS[operation])]
    assert len(network.sc) == len(network.hlr) == 0


@pytest.mark.parametrize("operation", ARGUMENTS, ids=lambda each: each.name)
def test_an_error_answers_an_invoke(operation: Operation) -> None:
    network = Network()
    ours, theirs = _invoked(network, operation)
    network.hlr.error(theirs, ERRORS[operation], network.now)
    events, _ = network.exchange()
    assert events == [Refused(ours, operation, ERRORS[operation])]
    assert len(network.sc) == len(network.hlr) == 0


@pytest.mark.parametrize("operation", [SEND_ROUTING_INFO_FOR_SM, REPORT_SM_DELIVERY_STATUS], ids=repr)
def test_the_waiting_data_ride_along_with_an_answer(operation: Operation) -> None:
    network = Network()
    ours, theirs = _invoked(network, operation)
    network.hlr.result(theirs, RESULTS[operation], network.now, inform=INFORM)
    events, _ = network.exchange()
    assert events == [
        Answered(ours, operation, RESULTS[operation]),
        Invoked(ours, INFORM_SERVICE_CENTRE, INFORM, HLR, SC),
    ]
    ours, theirs = _invoked(network, operation)
    network.hlr.error(theirs, ERRORS[operation], network.now, inform=INFORM)
    assert [type(event) for event in network.exchange()[0]] == [Refused, Invoked]


def test_a_result_may_be_empty() -> None:
    network = Network()
    ours, theirs = _invoked(network, MT_FORWARD_SM)
    network.hlr.result(theirs, None, network.now)
    assert network.exchange()[0] == [Answered(ours, MT_FORWARD_SM, None)]


def test_an_answer_that_is_not_allowed_is_our_bug() -> None:
    network = Network()
    _, theirs = _invoked(network, SEND_ROUTING_INFO_FOR_SM)
    with pytest.raises(LocalError):
        network.hlr.result(theirs, None, network.now)
    with pytest.raises(LocalError):
        network.hlr.result(theirs, RESULTS[MT_FORWARD_SM], network.now)
    with pytest.raises(LocalError):
        network.hlr.error(theirs, MapError(ErrorCode.SM_DELIVERY_FAILURE), network.now)
    _, mt = _invoked(network, MT_FORWARD_SM)
    with pytest.raises(LocalError):
        network.hlr.result(mt, None, network.now, inform=INFORM)


def test_nobody_answers_twice_nor_its_own_question() -> None:
    network = Network()
    ours, theirs = _invoked(network, MT_FORWARD_SM)
    with pytest.raises(LocalError):
        network.sc.result(ours, None, network.now)
    network.hlr.result(theirs, None, network.now)
    with pytest.raises(LocalError):
        network.hlr.result(theirs, None, network.now)
    with pytest.raises(LocalError):
        network.hlr.abort(theirs, network.now)


def test_an_operation_has_its_own_argument() -> None:
    network = Network()
    with pytest.raises(LocalError):
        network.sc.invoke(MO_FORWARD_SM, HLR, ARGUMENTS[MT_FORWARD_SM], network.now)


def test_a_long_message_is_segmented_and_put_together() -> None:
    network = Network()
    arg = ARGUMENTS[MT_FORWARD_SM]
    long = type(arg).decode(arg.encode())
    long.sm_rp_ui = bytes(200)  # type: ignore[attr-defined]  # the fields of the sample are not known here
    network.sc.invoke(MT_FORWARD_SM, HLR, long, network.now)
    _, (event,) = network.exchange()
    assert isinstance(event, Invoked)
    assert event.arg == long
    assert len(network.wire) == 2


def test_silence_ends_a_dialogue_by_its_own_timer() -> None:
    network = Network(invoke_timers={"mo-ForwardSM": 5.0})
    slow = network.sc.invoke(MT_FORWARD_SM, HLR, ARGUMENTS[MT_FORWARD_SM], network.now)
    quick = network.sc.invoke(MO_FORWARD_SM, HLR, ARGUMENTS[MO_FORWARD_SM], network.now)
    network.from_sc()
    assert network.sc.deadline() == network.now + 5.0
    assert network.sc.expire(network.now + 4.9) == []
    (event,) = network.sc.expire(network.now + 5.0)
    assert event == DialogueLost(quick, MO_FORWARD_SM, LostReason.TIMEOUT, "5 s without an answer")
    events = network.sc.expire(network.now + 180.0)
    assert (slow, LostReason.TIMEOUT) in [
        (each.dialogue, each.reason) for each in events if isinstance(each, DialogueLost)
    ]
    assert len(network.sc) == 0


def test_an_answer_that_is_late_meets_no_dialogue() -> None:
    network = Network(invoke_timers={"mo-ForwardSM": 5.0})
    _, theirs = _invoked(network, MO_FORWARD_SM)
    network.hlr.result(theirs, None, network.now)
    (answer,) = network.from_hlr()
    network.sc.expire(network.now + 5.0)
    network.from_sc()
    again = network.sc.invoke(MO_FORWARD_SM, HLR, ARGUMENTS[MO_FORWARD_SM], network.now + 6)
    events = network.sc.receive(answer, FLOW, network.now + 6)
    assert "not open" in str(events)
    assert len(network.sc) == 1
    network.sc.abort(again, network.now)


def test_a_dialogue_that_we_never_answer_is_aborted() -> None:
    network = Network(guard=7.0)
    ours, theirs = _invoked(network, MT_FORWARD_SM)
    network.now += 7.0
    events = network.hlr.expire(network.now)
    assert DialogueClosed(theirs, "7 s without an answer") in events
    to_sc, _ = network.exchange()
    assert to_sc == [DialogueLost(ours, MT_FORWARD_SM, LostReason.U_ABORT, f"aborted by the user: {_WHY}")]


def test_abort_tells_the_peer() -> None:
    network = Network()
    ours, theirs = _invoked(network, MT_FORWARD_SM)
    network.hlr.abort(theirs, network.now)
    events, _ = network.exchange()
    assert events == [DialogueLost(ours, MT_FORWARD_SM, LostReason.U_ABORT, f"aborted by the user: {_WHY}")]


def test_abort_of_what_nobody_answered_is_silent() -> None:
    network = Network()
    ours = network.sc.invoke(MT_FORWARD_SM, HLR, ARGUMENTS[MT_FORWARD_SM], network.now)
    network.from_sc()
    network.sc.abort(ours, network.now)
    assert (network.from_sc(), len(network.sc)) == ([], 0)


def test_what_cannot_leave_is_told_at_once_but_not_by_an_exception() -> None:
    network = Network()
    nowhere = SccpAddress(replace(HLR.gt, digits="99") if HLR.gt else None, 6)
    ours = network.sc.invoke(MT_FORWARD_SM, nowhere, ARGUMENTS[MT_FORWARD_SM], network.now)
    assert network.sc.deadline() == network.now
    (event,) = network.sc.expire(network.now)
    assert isinstance(event, DialogueLost)
    assert (event.dialogue, event.reason) == (ours, LostReason.NO_ROUTE)
    network.sc.link_down(FLOW, network.now)
    network.sc.invoke(MT_FORWARD_SM, HLR, ARGUMENTS[MT_FORWARD_SM], network.now)
    assert LostReason.NO_ROUTE in [getattr(each, "reason", None) for each in network.sc.expire(network.now)]
    assert len(network.sc) == 0


def _cut(network: Network) -> int:
    """An invoke has come, and then its association has gone; the dialogue, three seconds later."""
    _, theirs = _invoked(network, MT_FORWARD_SM)
    network.sc.link_down(FLOW, network.now)
    network.hlr.link_down(FLOW, network.now)
    network.now += 3
    network.hlr.expire(network.now)  # T(r)
    network.from_hlr()
    return theirs


def _join(network: Network) -> list[MapEvent]:
    """The association is back; what the invoker hears."""
    network.hlr.link_up(FLOW, "", network.now)
    network.sc.link_up(FLOW, "", network.now)
    return [event for event in network.exchange()[0] if isinstance(event, Answered | DialogueLost)]


def test_an_answer_that_cannot_leave_says_why_and_leaves_when_there_is_a_way() -> None:
    network = Network()
    theirs = _cut(network)
    assert network.hlr.result(theirs, None, network.now) is not None
    assert not network.hlr.awaits_answer(theirs)
    with pytest.raises(LocalError):
        network.hlr.result(theirs, None, network.now)
    (event,) = _join(network)
    assert isinstance(event, Answered)
    assert len(network.hlr) == 0


def test_an_answer_that_never_finds_a_way_goes_with_its_dialogue() -> None:
    network = Network(guard=20.0)
    theirs = _cut(network)
    network.hlr.result(theirs, None, network.now)
    network.now += 21
    assert [event for event in network.hlr.expire(network.now) if isinstance(event, DialogueClosed)] == []
    assert len(network.hlr) == 0
    assert _join(network) == []


def test_settings_are_checked() -> None:
    m3ua = M3uaSettings(point_code=1)
    for wrong in (
        {"own_gt": "+1"},
        {"own_gt": ""},
        {"own_gt": "\u0661"},
        {"node": 16},
        {"guard": 0.0},
        {"invoke_timers": {"moForwardSM": 1.0}},
        {"invoke_timers": {"mo-ForwardSM": 0.0}},
    ):
        with pytest.raises(ValueError):  # noqa: PT011 - each has its own words
            MapSettings(**{"m3ua": m3ua, "own_gt": "1", **wrong})  # type: ignore[arg-type]  # on purpose
    with pytest.raises(ValueError, match="dialogues"):
        MapLimits(dialogues=0)
