"""Peers of older versions: asked again in theirs, remembered, and served in it (TS 29.002 §5.2, §18.2.4)."""

from dataclasses import replace

import pytest

from mapstack import (
    ALERT_SERVICE_CENTRE,
    MO_FORWARD_SM,
    MT_FORWARD_SM,
    REPORT_SM_DELIVERY_STATUS,
    SEND_ROUTING_INFO_FOR_SM,
    Answered,
    DialogueLost,
    Invoked,
    LostReason,
    MapEvent,
    Operation,
    PeerVersion,
    PeerVersionLearned,
    Refused,
)
from mapstack.ber import element
from mapstack.m3ua import message as m3ua
from mapstack.map.dialogue_information import MapUserAbortChoice, user_abort
from mapstack.map.errors import ErrorCode, MapError
from mapstack.map.operation import Parameter
from mapstack.map.operations import newest
from mapstack.map.short_message import RoutingInfoForSmArg
from mapstack.tcap.component import InvokeProblem, ProblemType, encode_invoke, encode_reject
from mapstack.tcap.dialogue_portion import Aare, decode_dialogue, encode_aare, encode_abrt
from mapstack.tcap.message import MessageType, PAbortCause, decode_message, encode_message, p_abort, u_abort
from tests.mapstack.stack.network import FLOW, HLR, HLR_GT, OTID, Network
from tests.mapstack.stack.samples import ARGUMENTS, ERRORS, RESULTS

NEWEST = [each for each in ARGUMENTS if each.older is not None and each.older.operation_class == 1]
FORMS = [(each, form) for each in NEWEST for form in (each.older, each.older and each.older.older) if form]


def _refuse_newer_than(network: Network, version: int) -> tuple[list[MapEvent], int]:
    """A peer that speaks only up to this version: what the SM-SC hears, and what the Begin was at last."""
    events: list[MapEvent] = []
    for _ in range(4):
        (data,) = network.sent_by_sc()
        message = decode_message(data)
        asked = decode_dialogue(message.dialogue).name if message.dialogue else (1,)  # type: ignore[union-attr]  # no Abrt in a Begin
        if asked[-1] <= version:
            return events, asked[-1]
        if version == 1:
            answer = p_abort(message.otid, PAbortCause.INCORRECT_TRANSACTION_PORTION)
        else:
            answer = u_abort(message.otid, encode_aare(Aare((*asked[:-1], version), 1, 2)))
        events += network.to_sc(answer)
    raise AssertionError("it does not stop")


def _older(operation: Operation, version: int) -> Operation:
    return next(form for each, form in FORMS if each is operation and form.version == version)


@pytest.mark.parametrize(("operation", "form"), FORMS, ids=str)
def test_a_peer_of_an_older_version_is_asked_again_in_it(operation: Operation, form: Operation) -> None:
    network = Network()
    ours = network.sc.invoke(operation, HLR, ARGUMENTS[operation], network.now)
    events, version = _refuse_newer_than(network, form.version)
    assert (events, version, len(network.sc)) == ([], form.version, 1)
    result = _in_words_of(operation, form)
    code, parameter = form.code, b"" if result is None else result
    network.to_sc(network.end(ours, form.context.accept, code, parameter))
    assert len(network.sc) == 0


def _in_words_of(operation: Operation, form: Operation) -> bytes | None:
    """Our sample result, as the older version has it."""
    result: Parameter | None = RESULTS[operation]
    each = operation
    while each is not form and result is not None and each.older is not None:
        result, each = each.answer_to_older(result), each.older
    return None if result is None else result.encode_element()


def test_the_outcome_is_told_once_and_in_the_words_of_the_question() -> None:
    network = Network()
    operation = SEND_ROUTING_INFO_FOR_SM
    ours = network.sc.invoke(operation, HLR, ARGUMENTS[operation], network.now)
    _refuse_newer_than(network, 2)
    form = _older(operation, 2)
    answer = network.end(ours, form.context.accept, 45, _in_words_of(operation, form) or b"")
    answered, learned = network.to_sc(answer)
    assert isinstance(answered, Answered)
    assert (answered.dialogue, answered.operation) == (ours, operation)
    assert type(answered.result) is operation.result
    until = network.now + 86_400.0
    assert learned == PeerVersionLearned(PeerVersion(HLR_GT, "shortMsgGatewayContext", 2, until))


def _falls_to(network: Network, version: int) -> None:
    ours = network.sc.invoke(MT_FORWARD_SM, HLR, ARGUMENTS[MT_FORWARD_SM], network.now)
    _refuse_newer_than(network, version)
    form = _older(MT_FORWARD_SM, version)
    network.to_sc(network.end(ours, form.context.accept, form.code, b""))


@pytest.mark.parametrize("version", [2, 1])
def test_a_peer_is_remembered_and_asked_in_its_version_at_once(version: int) -> None:
    network = Network()
    _falls_to(network, version)
    network.sc.invoke(MT_FORWARD_SM, HLR, ARGUMENTS[MT_FORWARD_SM], network.now)
    assert _refuse_newer_than(network, 3)[1] == version
    network.sc.invoke(MO_FORWARD_SM, HLR, ARGUMENTS[MO_FORWARD_SM], network.now)
    assert _refuse_newer_than(network, 3)[1] == 3, "that is another family"


def test_contexts_of_one_family_are_remembered_together() -> None:
    network = Network()
    ours = network.sc.invoke(
        REPORT_SM_DELIVERY_STATUS, HLR, ARGUMENTS[REPORT_SM_DELIVERY_STATUS], network.now
    )
    _refuse_newer_than(network, 2)
    network.to_sc(network.end(ours, _older(REPORT_SM_DELIVERY_STATUS, 2).context.accept, 47, b""))
    network.sc.invoke(SEND_ROUTING_INFO_FOR_SM, HLR, ARGUMENTS[SEND_ROUTING_INFO_FOR_SM], network.now)
    assert _refuse_newer_than(network, 3)[1] == 2


def test_knowledge_has_a_lifetime_and_outlives_a_restart() -> None:
    network = Network()
    _falls_to(network, 2)
    (known,) = network.sc.peer_versions()
    again = Network()
    again.sc.remember([known])
    again.sc.invoke(MT_FORWARD_SM, HLR, ARGUMENTS[MT_FORWARD_SM], again.now)
    assert _refuse_newer_than(again, 3)[1] == 2
    again.now += 86_400.0
    again.sc.invoke(MT_FORWARD_SM, HLR, ARGUMENTS[MT_FORWARD_SM], again.now)
    assert _refuse_newer_than(again, 3)[1] == 3


def test_the_version_that_is_not_answered_has_its_outcome_too() -> None:
    """alertServiceCentreWithoutResult is of class 4: that nobody complains is a yes."""
    network = Network()
    ours = network.sc.invoke(ALERT_SERVICE_CENTRE, HLR, ARGUMENTS[ALERT_SERVICE_CENTRE], network.now)
    _, version = _refuse_newer_than(network, 1)
    assert version == 1
    network.now += 10
    assert Answered(ours, ALERT_SERVICE_CENTRE, None) in network.sc.expire(network.now)
    assert len(network.sc) == 0


def test_a_peer_that_has_only_refused_is_not_remembered() -> None:
    network = Network()
    network.sc.invoke(MT_FORWARD_SM, HLR, ARGUMENTS[MT_FORWARD_SM], network.now)
    _refuse_newer_than(network, 2)
    assert network.sc.peer_versions() == ()


def test_a_peer_that_rejects_in_an_older_version_does_not_speak_it() -> None:
    network = Network()
    ours = network.sc.invoke(MT_FORWARD_SM, HLR, ARGUMENTS[MT_FORWARD_SM], network.now)
    _refuse_newer_than(network, 1)
    reject = encode_reject(1, ProblemType.INVOKE, InvokeProblem.UNRECOGNIZED_OPERATION)
    (lost,) = network.to_sc(encode_message(MessageType.END, element(0x49, ours.to_bytes(4)), b"", reject))
    assert isinstance(lost, DialogueLost)
    assert network.sc.peer_versions() == ()


@pytest.mark.parametrize("known", [2, 1])
@pytest.mark.parametrize("lives", [3, 2])
def test_a_peer_that_has_grown_is_asked_in_the_newest_version_again(known: int, lives: int) -> None:
    """What was remembered is refused: it is forgotten, and the search begins anew."""
    network = Network()
    network.sc.remember([PeerVersion(HLR_GT, "shortMsgMT-RelayContext", known, network.now + 1e6)])
    ours = network.sc.invoke(MT_FORWARD_SM, HLR, ARGUMENTS[MT_FORWARD_SM], network.now)
    asked: list[int] = []
    while data := network.sent_by_sc():
        message = decode_message(data[0])
        name = decode_dialogue(message.dialogue).name if message.dialogue else (0, 4, 0, 0, 1, 0, 25, 1)  # type: ignore[union-attr]  # no Abrt in a Begin
        asked.append(name[-1])
        if name[-1] == lives and len(asked) > 1:
            break
        refusal = encode_aare(Aare((*name[:-1], lives), 1, 2))
        if not message.dialogue:
            network.to_sc(p_abort(message.otid, PAbortCause.INCORRECT_TRANSACTION_PORTION))
        else:
            network.to_sc(u_abort(message.otid, refusal))
    assert asked == ([known, 3] if lives == 3 else [known, 3, 2])
    form = MT_FORWARD_SM if lives == 3 else _older(MT_FORWARD_SM, 2)
    answered = network.to_sc(network.end(ours, form.context.accept, form.code, b""))[0]
    assert answered == Answered(ours, MT_FORWARD_SM, None)
    assert [each.version for each in network.sc.peer_versions()] == ([2] if lives == 2 else [])


def test_a_peer_that_rejects_what_it_was_remembered_for_is_asked_anew() -> None:
    network = Network()
    network.sc.remember([PeerVersion(HLR_GT, "shortMsgMT-RelayContext", 1, network.now + 1e6)])
    ours = network.sc.invoke(MT_FORWARD_SM, HLR, ARGUMENTS[MT_FORWARD_SM], network.now)
    network.from_sc()
    reject = encode_reject(1, ProblemType.INVOKE, InvokeProblem.UNRECOGNIZED_OPERATION)
    network.to_sc(encode_message(MessageType.END, element(0x49, ours.to_bytes(4)), b"", reject))
    assert network.sc.peer_versions() == ()


def test_an_error_of_an_older_version_is_the_refusal_of_the_question() -> None:
    network = Network()
    ours = network.sc.invoke(MT_FORWARD_SM, HLR, ARGUMENTS[MT_FORWARD_SM], network.now)
    _refuse_newer_than(network, 2)
    refused, _ = network.to_sc(network.end(ours, _older(MT_FORWARD_SM, 2).context.accept, 27, None))
    assert refused == Refused(ours, MT_FORWARD_SM, MapError(ErrorCode.ABSENT_SUBSCRIBER))


_WHY = MapUserAbortChoice(user_specific_reason=True)
_BY_PROVIDER = encode_abrt(b"").replace(b"\x80\x01\x00", b"\x80\x01\x01")


@pytest.mark.parametrize(
    ("portion", "lost"),
    [
        (bytes.fromhex("4a0103"), None),
        (b"", None),
        (encode_abrt(b""), None),
        (encode_aare(Aare((0, 4, 0, 0, 1, 0, 25, 3), 1, 2)), None),
        (encode_aare(Aare((0, 4, 0, 0, 1, 0, 25, 3), 1, 2, by_provider=True)), None),
        (bytes.fromhex("4a0101"), "UNRECOGNIZED_TRANSACTION_ID"),
        (encode_abrt(user_abort(_WHY)), "aborted by the user: map-userAbort: userSpecificReason"),
        (_BY_PROVIDER, "aborted by the provider"),
        (encode_aare(Aare((0, 4, 0, 0, 1, 0, 25, 3), 1, 1)), "dialogue refused, diagnostic 1"),
    ],
)
def test_only_a_trouble_with_the_version_is_answered_with_another(portion: bytes, lost: str | None) -> None:
    network = Network()
    ours = network.sc.invoke(MT_FORWARD_SM, HLR, ARGUMENTS[MT_FORWARD_SM], network.now)
    network.from_sc()
    events = network.to_sc(element(0x67, element(0x49, ours.to_bytes(4)) + portion))
    assert [each.detail for each in events if isinstance(each, DialogueLost)] == ([lost] if lost else [])
    assert len(network.sc) == (lost is None)


def test_a_peer_that_refuses_every_version_ends_it() -> None:
    network = Network()
    ours = network.sc.invoke(MT_FORWARD_SM, HLR, ARGUMENTS[MT_FORWARD_SM], network.now)
    events: list[MapEvent] = []
    begins = 0
    while data := network.sent_by_sc():
        begins += 1
        abort = p_abort(decode_message(data[0]).otid, PAbortCause.INCORRECT_TRANSACTION_PORTION)
        events += network.to_sc(abort)
    (event,) = events
    assert isinstance(event, DialogueLost)
    assert (event.dialogue, event.operation, event.reason) == (ours, MT_FORWARD_SM, LostReason.UNSUPPORTED)
    assert (begins, len(network.sc)) == (2, 0)


def test_what_the_older_version_cannot_say_is_lost_with_the_refusal() -> None:
    network = Network()
    arg = ARGUMENTS[SEND_ROUTING_INFO_FOR_SM]
    assert isinstance(arg, RoutingInfoForSmArg)
    arg = replace(arg, imsi="001010123456789")
    ours = network.sc.invoke(SEND_ROUTING_INFO_FOR_SM, HLR, arg, network.now)
    network.from_sc()
    abort = p_abort(ours.to_bytes(4), PAbortCause.INCORRECT_TRANSACTION_PORTION)
    (event,) = network.to_sc(abort)
    assert isinstance(event, DialogueLost)


# ---- a peer's Begin in an older version


def _samples() -> dict[Operation, tuple[Operation, bytes]]:
    """By the older form of an operation: the newest, and our sample argument for that in the older words."""
    found: dict[Operation, tuple[Operation, bytes]] = {}
    for operation, arg in ARGUMENTS.items():
        each: Operation = operation
        said: Parameter | None = arg
        while each.older is not None and said is not None:
            each, said = each.older, each.to_older(said)
            if said is not None and each.operation_class == 1:
                found[each] = operation, said.encode_element()
    return found


OLDER = _samples()


@pytest.mark.parametrize("form", OLDER, ids=str)
def test_a_begin_of_an_older_version_is_served_in_it(form: Operation) -> None:
    network = Network()
    operation, parameter = OLDER[form]
    invoke = encode_invoke(3, form.code, parameter)
    (event,), _ = network.to_hlr(encode_message(MessageType.BEGIN, OTID, form.context.request, invoke))
    assert isinstance(event, Invoked)
    assert (event.operation, event.invoke_id) == (form, 3)
    assert newest(event.operation, event.arg)[0] is operation
    network.hlr.result(event.dialogue, RESULTS[operation], network.now)  # the newest words will do
    (data,) = network.answers()
    message = decode_message(data)
    assert (message.kind, message.dialogue) == (MessageType.END, form.context.accept)


@pytest.mark.parametrize("form", OLDER, ids=str)
def test_an_error_is_said_in_the_version_of_the_question(form: Operation) -> None:
    network = Network()
    operation, parameter = OLDER[form]
    invoke = encode_invoke(3, form.code, parameter)
    (event,), _ = network.to_hlr(encode_message(MessageType.BEGIN, OTID, form.context.request, invoke))
    assert isinstance(event, Invoked)
    network.hlr.error(event.dialogue, ERRORS[operation], network.now)
    (data,) = network.answers()
    message = decode_message(data)
    assert message.kind is MessageType.END
    assert message.start < message.stop


def test_an_explicit_version_1_is_refused() -> None:
    """TS 29.002 §15.2.2: an application context of version 1 is never named."""
    network = Network()
    portion = bytes.fromhex("6b1e281c060700118605010101a011600f80020780a109060704000001001401")
    _, answers = network.to_hlr(encode_message(MessageType.BEGIN, OTID, portion, b""))
    refusal = decode_dialogue(decode_message(answers[0]).dialogue)
    assert refusal == Aare((0, 4, 0, 0, 1, 0, 20, 3), 1, 2)


def test_a_version_that_finds_no_way_is_not_one_that_the_peer_lacks() -> None:
    network = Network()
    ours = network.sc.invoke(MT_FORWARD_SM, HLR, ARGUMENTS[MT_FORWARD_SM], network.now)
    network.from_sc()
    aare = encode_aare(Aare((0, 4, 0, 0, 1, 0, 25, 2), 1, 2))
    duna = m3ua.encode(m3ua.MessageType.DUNA, (m3ua.Tag.AFFECTED_POINT_CODE, 2))
    network.sc.receive(duna, FLOW, network.now)
    (event,) = network.to_sc(element(0x67, element(0x49, ours.to_bytes(4)) + aare))
    assert isinstance(event, DialogueLost)
    assert (event.reason, len(network.sc)) == (LostReason.U_ABORT, 0)


def test_an_older_version_changes_nothing_of_how_long_is_waited() -> None:
    network = Network(invoke_timers={"mt-ForwardSM": 50.0, "forwardSM": 5.0})
    ours = network.sc.invoke(MT_FORWARD_SM, HLR, ARGUMENTS[MT_FORWARD_SM], network.now)
    _refuse_newer_than(network, 2)
    assert network.sc.expire(network.now + 49.0) == []
    (event,) = network.sc.expire(network.now + 50.0)
    assert isinstance(event, DialogueLost)
    assert (event.dialogue, event.reason) == (ours, LostReason.TIMEOUT)
