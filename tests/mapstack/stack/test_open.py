"""map-open, the handshake, refusals, aborts in words, TC-UNI and limits (TS 29.002 §7.3, §17.4, §23.3.1)."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pycrate_asn1dir.TCAP_MAPv2v3 import GLOBAL

from mapstack import (
    MO_FORWARD_SM,
    MT_FORWARD_SM,
    AddressString,
    Answered,
    DialogueClosed,
    DialogueLost,
    Handshake,
    Invoked,
    LocalError,
    LostReason,
    MapLimits,
    MapOpenInfo,
    MapSettings,
    Unidirectional,
)
from mapstack.ber import element
from mapstack.events import PeerMisbehaved
from mapstack.m3ua.settings import M3uaSettings
from mapstack.map.application_contexts import SHORT_MSG_MT_RELAY_V3
from mapstack.map.dialogue_information import (
    MapDialoguePdu,
    MapProviderAbortInfo,
    MapProviderAbortReason,
    MapRefuseInfo,
    MapUserAbortChoice,
    MapUserAbortInfo,
    ProcedureCancellationReason,
    Reason,
    ResourceUnavailableReason,
    decode_user_information,
    encode_user_information,
    in_words,
)
from mapstack.map.short_message import MtForwardSmArg
from mapstack.sccp.address import Gt, SccpAddress
from mapstack.tcap.component import encode_invoke
from mapstack.tcap.dialogue_portion import Abrt, decode_dialogue, encode_aarq, encode_abrt
from mapstack.tcap.message import MessageType, PAbortCause, decode_message, encode_message, u_abort
from tests.mapstack.stack.network import FLOW, HLR, OTID, SC, Network, asked
from tests.mapstack.stack.peer import DONE, FIRST, LAST, MESSAGE
from tests.mapstack.stack.samples import ARGUMENTS

OPEN = MapOpenInfo(
    destination_reference=AddressString("001010123456789", 1, 6),
    origination_reference=AddressString("15550000002"),
)
EVERY = Handshake()


# ---- map-open


def test_references_are_told_with_the_invoke() -> None:
    network = Network()
    ours = network.sc.invoke(MT_FORWARD_SM, HLR, MESSAGE, network.now, map_open=OPEN)
    (event,) = network.exchange()[1]
    assert isinstance(event, Invoked)
    assert event.map_open == OPEN
    network.hlr.result(event.dialogue, DONE, network.now)
    assert network.exchange()[0] == [Answered(ours, MT_FORWARD_SM, DONE)]


def test_references_come_again_with_each_message() -> None:
    network = Network()
    ours = network.sc.invoke(MT_FORWARD_SM, HLR, FIRST, network.now, map_open=OPEN)
    (first,) = network.exchange()[1]
    assert isinstance(first, Invoked)
    network.hlr.result(first.dialogue, DONE, network.now)
    network.exchange()
    network.sc.invoke_in(ours, MT_FORWARD_SM, LAST, network.now)
    (second,) = network.exchange()[1]
    assert isinstance(second, Invoked)
    assert second.map_open == OPEN


def test_version_1_says_nothing_of_them() -> None:
    network = Network()
    form = MT_FORWARD_SM.older and MT_FORWARD_SM.older.older
    assert form is not None
    arg = MT_FORWARD_SM.to_older(MESSAGE)
    assert arg is not None
    assert MT_FORWARD_SM.older is not None
    arg = MT_FORWARD_SM.older.to_older(arg)
    assert arg is not None
    network.sc.invoke(form, HLR, arg, network.now, map_open=OPEN)
    (event,) = network.exchange()[1]
    assert isinstance(event, Invoked)
    assert (event.operation, event.map_open) == (form, None)


def test_a_refused_dialogue_says_why() -> None:
    network = Network()
    ours = network.sc.invoke(MT_FORWARD_SM, HLR, MESSAGE, network.now, map_open=OPEN)
    (event,) = network.exchange()[1]
    assert isinstance(event, Invoked)
    network.hlr.refuse(event.dialogue, network.now, Reason.INVALID_DESTINATION_REFERENCE)
    detail = "dialogue refused, diagnostic 1: map-refuse: invalidDestinationReference"
    assert network.exchange()[0] == [DialogueLost(ours, MT_FORWARD_SM, LostReason.U_ABORT, detail)]
    assert len(network.hlr) == 0


def test_only_what_is_not_yet_accepted_can_be_refused() -> None:
    network = Network(handshakes=(EVERY,))
    network.sc.invoke(MT_FORWARD_SM, HLR, MESSAGE, network.now)
    (event,) = network.exchange()[1]
    assert isinstance(event, Invoked)
    with pytest.raises(LocalError):
        network.hlr.refuse(event.dialogue, network.now)


@pytest.mark.parametrize(
    "information",
    [
        b"\x05\x00",
        element(0x28, b"\x06\x07\x04\x00\x00\x01\x01\x01\x01\x81\x01\x00"),
        element(0x28, b"\x06\x07\x04\x00\x00\x01\x01\x01\x01\xa0\x02\xa7\x00"),
        encode_user_information(MapDialoguePdu(map_refuse=MapRefuseInfo(reason=Reason.NO_REASON_GIVEN))),
    ],
)
def test_user_information_that_makes_no_sense_is_aborted_by_the_map_provider(information: bytes) -> None:
    network = Network()
    portion = encode_aarq(SHORT_MSG_MT_RELAY_V3.oid, information)
    invoke = encode_invoke(1, 44, MESSAGE.encode())
    events, answers = network.to_hlr(encode_message(MessageType.BEGIN, OTID, portion, invoke))
    assert [type(each) for each in events] == [PeerMisbehaved]
    abrt = decode_dialogue(decode_message(answers[0]).dialogue)
    assert isinstance(abrt, Abrt)
    assert in_words(abrt.user_information) == "map-providerAbort: invalidPDU"
    assert len(network.hlr) == 0


def test_user_information_of_others_is_passed_over() -> None:
    network = Network()
    portion = encode_aarq(SHORT_MSG_MT_RELAY_V3.oid, element(0x28, b"\x06\x02\x2a\x03\xa0\x02\x05\x00"))
    invoke = encode_invoke(1, 44, MESSAGE.encode())
    (event,), _ = network.to_hlr(encode_message(MessageType.BEGIN, OTID, portion, invoke))
    assert isinstance(event, Invoked)
    assert event.map_open is None


def test_user_information_of_others_does_not_hide_ours() -> None:
    """Q.773 §3.1: it is a SEQUENCE OF EXTERNAL; with an LMSI the IMSI is in the second one here."""
    network = Network()
    theirs = element(0x28, b"\x06\x02\x2a\x03\xa0\x02\x05\x00")
    ours = encode_user_information(MapDialoguePdu(map_open=OPEN))
    for both in (theirs + ours, ours + theirs):
        portion = encode_aarq(SHORT_MSG_MT_RELAY_V3.oid, both)
        invoke = encode_invoke(1, 44, MESSAGE.encode())
        (event,), _ = network.to_hlr(encode_message(MessageType.BEGIN, OTID, portion, invoke))
        assert isinstance(event, Invoked)
        assert event.map_open == OPEN


ABORTS = [
    (MapUserAbortChoice(user_specific_reason=True), "userSpecificReason"),
    (MapUserAbortChoice(user_resource_limitation=True), "userResourceLimitation"),
    *(
        (MapUserAbortChoice(resource_unavailable=each), f"resourceUnavailable, {word}")
        for each, word in zip(
            ResourceUnavailableReason,
            ("shortTermResourceLimitation", "longTermResourceLimitation"),
            strict=True,
        )
    ),
    (
        MapUserAbortChoice(application_procedure_cancellation=ProcedureCancellationReason.CALL_RELEASE),
        "applicationProcedureCancellation, callRelease",
    ),
    (MapUserAbortChoice(application_procedure_cancellation=9), "applicationProcedureCancellation, 9"),
]


@pytest.mark.parametrize(("choice", "words"), ABORTS)
def test_an_abort_tells_its_reason(choice: MapUserAbortChoice, words: str) -> None:
    network = Network()
    ours = network.sc.invoke(MT_FORWARD_SM, HLR, MESSAGE, network.now)
    (event,) = network.exchange()[1]
    assert isinstance(event, Invoked)
    network.hlr.abort(event.dialogue, network.now, choice)
    detail = f"aborted by the user: map-userAbort: {words}"
    assert network.exchange()[0] == [DialogueLost(ours, MT_FORWARD_SM, LostReason.U_ABORT, detail)]


def test_the_map_provider_of_a_peer_is_no_user() -> None:
    network = Network()
    ours = asked(network)
    info = MapProviderAbortInfo(map_provider_abort_reason=MapProviderAbortReason.ABNORMAL_DIALOGUE)
    told = encode_user_information(MapDialoguePdu(map_provider_abort=info))
    (event,) = network.to_sc(u_abort(ours.to_bytes(4), encode_abrt(told)))
    assert isinstance(event, DialogueLost)
    assert (event.reason, event.detail) == (
        LostReason.P_ABORT,
        "aborted by the user: map-providerAbort: abnormalDialogue",
    )


PDUS = [
    MapDialoguePdu(map_open=MapOpenInfo(destination_reference=AddressString("1"), extension_container=b"")),
    MapDialoguePdu(
        map_refuse=MapRefuseInfo(
            reason=Reason.INVALID_ORIGINATING_REFERENCE, alternative_application_context=b"\x04\x00"
        )
    ),
    *(
        MapDialoguePdu(map_user_abort=MapUserAbortInfo(map_user_abort_choice=choice))
        for choice, words in ABORTS
        if words[-1] != "9"
    ),
    MapDialoguePdu(
        map_provider_abort=MapProviderAbortInfo(map_provider_abort_reason=MapProviderAbortReason.INVALID_PDU)
    ),
]


@pytest.mark.parametrize("pdu", PDUS)
def test_pycrate_reads_what_we_say_of_a_dialogue(pdu: MapDialoguePdu) -> None:
    theirs = GLOBAL.MOD["MAP-DialogueInformation"]["MAP-DialoguePDU"]
    octets = pdu.encode()
    theirs.from_ber(octets)
    assert theirs.to_ber() == octets
    assert decode_user_information(encode_user_information(pdu)) == pdu


@given(st.binary(max_size=60))
def test_any_user_information_has_words(octets: bytes) -> None:
    assert isinstance(in_words(octets), str)
    assert isinstance(in_words(element(0x28, b"\x06\x07\x04\x00\x00\x01\x01\x01\x01" + octets)), str)


# ---- the handshake that we begin


def test_an_empty_begin_goes_first_where_that_is_agreed() -> None:
    network = Network(handshakes=(EVERY,))
    ours = network.sc.invoke(MT_FORWARD_SM, HLR, MESSAGE, network.now, map_open=OPEN)
    (begin,) = network.sent_by_sc()
    assert decode_message(begin).start == 0
    (accepted,) = network.to_hlr(begin)[1]
    assert network.to_sc(accepted) == []
    (invoked,) = network.exchange()[1]
    assert isinstance(invoked, Invoked)
    assert (invoked.arg, invoked.map_open) == (MESSAGE, OPEN)
    network.hlr.result(invoked.dialogue, DONE, network.now)
    assert network.exchange()[0] == [Answered(ours, MT_FORWARD_SM, DONE)]
    assert len(network.sc) == len(network.hlr) == 0


@pytest.mark.parametrize(
    ("handshake", "first"),
    [
        (Handshake(prefix="1555"), 0),
        (Handshake(prefix="1556"), 1),
        (Handshake(operations=frozenset({"mo-ForwardSM"})), 1),
        (Handshake(only_if_long=True), 1),
    ],
)
def test_a_handshake_is_for_some_peers_and_operations(handshake: Handshake, first: int) -> None:
    network = Network(handshakes=(handshake,))
    network.sc.invoke(MT_FORWARD_SM, HLR, MESSAGE, network.now)
    (begin,) = network.sent_by_sc()
    assert (decode_message(begin).start > 0) == first


@pytest.mark.parametrize("size", range(100, 200))
def test_a_long_message_is_announced_by_an_empty_begin(size: int) -> None:
    """TS 29.002 §23.3.1: so that neither message has to be segmented."""
    assert isinstance(MESSAGE, MtForwardSmArg)
    long = replace(MESSAGE, sm_rp_ui=bytes(size))
    network = Network(handshakes=(Handshake(only_if_long=True),))
    network.sc.invoke(MT_FORWARD_SM, HLR, long, network.now)
    plain = Network()
    plain.sc.invoke(MT_FORWARD_SM, HLR, long, plain.now)
    segmented = len(plain.from_sc()) > 1
    (begin,) = network.sent_by_sc()
    assert (decode_message(begin).start == 0) == segmented


def test_a_peer_that_ends_the_handshake_has_not_taken_the_invoke() -> None:
    network = Network(handshakes=(EVERY,))
    ours = network.sc.invoke(MT_FORWARD_SM, HLR, MESSAGE, network.now)
    network.from_sc()
    end = encode_message(MessageType.END, element(0x49, ours.to_bytes(4)), MT_FORWARD_SM.context.accept, b"")
    lost = DialogueLost(ours, MT_FORWARD_SM, LostReason.REJECT, "ended without an answer")
    assert network.to_sc(end) == [lost]


def test_a_handshake_that_nobody_answers_has_the_timer_of_its_invoke() -> None:
    network = Network(handshakes=(EVERY,), invoke_timers={"mo-ForwardSM": 5.0})
    ours = network.sc.invoke(MO_FORWARD_SM, HLR, ARGUMENTS[MO_FORWARD_SM], network.now)
    network.from_sc()
    lost = DialogueLost(ours, MO_FORWARD_SM, LostReason.TIMEOUT, "5 s without an answer")
    assert network.sc.expire(network.now + 5) == [lost]


def test_a_peer_that_begins_and_says_nothing_more_is_aborted() -> None:
    network = Network(idle=9.0)
    network.to_hlr(encode_message(MessageType.BEGIN, OTID, SHORT_MSG_MT_RELAY_V3.request, b""))
    assert len(network.hlr) == 1
    assert [each for each in network.hlr.expire(network.now + 9) if isinstance(each, DialogueClosed)] == []
    assert len(network.hlr) == 0


# ---- TC-UNI


@pytest.mark.parametrize("portion", [b"", SHORT_MSG_MT_RELAY_V3.request])
def test_what_comes_outside_of_a_dialogue_is_told_and_not_answered(portion: bytes) -> None:
    network = Network()
    invoke = encode_invoke(1, 44, MESSAGE.encode())
    told, answers = network.to_hlr(encode_message(MessageType.UNIDIRECTIONAL, b"", portion, invoke))
    assert told == [Unidirectional(MT_FORWARD_SM, MESSAGE, SC, HLR)]
    assert (answers, len(network.hlr)) == ([], 0)


@pytest.mark.parametrize(
    "message",
    [
        encode_message(MessageType.UNIDIRECTIONAL, b"", b"", b""),
        encode_message(MessageType.UNIDIRECTIONAL, b"", b"", encode_invoke(1, 99, b"")),
        encode_message(MessageType.UNIDIRECTIONAL, b"", b"", encode_invoke(1, 44, b"\x30\x00")),
        encode_message(MessageType.UNIDIRECTIONAL, b"", b"", b"\xa1\x7f"),
        encode_message(MessageType.UNIDIRECTIONAL, b"", b"\x6b\x00", encode_invoke(1, 44, b"")),
        encode_message(MessageType.UNIDIRECTIONAL, b"", encode_aarq((0, 4, 9)), encode_invoke(1, 44, b"")),
        b"\x61\x06\x48\x04\x00\x00\x00\x01",
    ],
)
def test_what_is_wrong_outside_of_a_dialogue_is_never_answered(message: bytes) -> None:
    network = Network()
    events, answers = network.to_hlr(message)
    assert [type(each) for each in events] == [PeerMisbehaved]
    assert answers == []


# ---- limits


def test_one_peer_leaves_room_for_the_others() -> None:
    network = Network(limits=MapLimits(dialogues=10, dialogues_of_peer=2))
    begin = encode_message(
        MessageType.BEGIN, OTID, SHORT_MSG_MT_RELAY_V3.request, encode_invoke(1, 44, MESSAGE.encode())
    )
    events = [event for _ in range(2) for event in network.to_hlr(begin)[0]]
    _, (refusal,) = network.to_hlr(begin)
    assert decode_message(refusal).p_abort == PAbortCause.RESOURCE_LIMITATION
    other = SccpAddress(Gt("15550000099"), 8)
    network.sc._sccp.unitdata(HLR, other, begin, network.now, sls=0)
    (each,) = network.from_sc()
    assert [type(event) for event in network.hlr.receive(each, FLOW, network.now)] == [Invoked]
    first = events[0]
    assert isinstance(first, Invoked)
    network.hlr.result(first.dialogue, DONE, network.now)
    network.answers()
    assert [type(event) for event in network.to_hlr(begin)[0]] == [Invoked]
    assert len(network.hlr) == 3


def test_settings_of_dialogues_are_checked() -> None:
    m3ua = M3uaSettings(point_code=1)
    for wrong in (
        {"idle": 0.0},
        {"version_lifetime": 0.0},
        {"handshakes": (Handshake(operations=frozenset({"moForwardSM"})),)},
    ):
        with pytest.raises(ValueError):  # noqa: PT011 - each has its own words
            MapSettings(**{"m3ua": m3ua, "own_gt": "1", **wrong})  # type: ignore[arg-type]  # on purpose
    for limit in ("dialogues_of_peer", "invokes", "peer_versions"):
        with pytest.raises(ValueError, match="something"):
            MapLimits(**{limit: 0})


# ---- an answer that finds no way, in a dialogue that goes on


def test_an_answer_in_a_continue_waits_for_a_way_too() -> None:
    network = Network()
    ours = network.sc.invoke(MT_FORWARD_SM, HLR, FIRST, network.now)
    (event,) = network.exchange()[1]
    assert isinstance(event, Invoked)
    network.sc.link_down(FLOW, network.now)
    network.hlr.link_down(FLOW, network.now)
    network.now += 3
    network.hlr.expire(network.now)
    network.from_hlr()
    assert network.hlr.result(event.dialogue, DONE, network.now) is not None
    assert not network.hlr.awaits_answer(event.dialogue)
    network.hlr.link_up(FLOW, "", network.now)
    network.sc.link_up(FLOW, "", network.now)
    answered = [each for each in network.exchange()[0] if isinstance(each, Answered)]
    assert answered == [Answered(ours, MT_FORWARD_SM, DONE, goes_on=True)]
