"""UNRI at the gateway with its real stacks: what sets it, what clears it, and what the HLR hears of it."""

from collections.abc import Callable

import pytest

from ipsmgw.store import TableStore
from mapstack import ErrorCode, MapError
from mapstack.map import AlertReason, AnyTimeModificationArg, ReadyForSmArg
from mapstack.map.operations import ANY_TIME_MODIFICATION
from mapstack.map.short_message_v2 import NoteSubscriberPresentArg
from mapstack.tcap.contexts import Contexts
from sipbridge.rp import RpAck, RpError, RpSmma
from tests.ipsmgw import home
from tests.ipsmgw.asked import SUBMIT, invoked, news, octets, only
from tests.ipsmgw.handset import ON, Handset, direct
from tests.ipsmgw.node import IMSI, Node, Sip
from tests.ipsmgw.presence import PRESENT, asked, final, flags, one, pre_configured, take, unanswered

OTHER = "001010000000002"


# Set


def test_who_does_not_answer_is_flagged_and_why() -> None:
    node = final()
    unanswered(node)
    assert flags(node) == [(IMSI, 12, False)]
    assert node.gateway.status()["unreachable"] == 1


def test_who_is_not_registered_is_flagged_and_why() -> None:
    node = final()
    node.deliver(OTHER, only=True)
    node.synced()
    assert flags(node) == [(OTHER, 11, False)]


@pytest.mark.parametrize("status", [480, 404, 410])
def test_who_has_left_the_ims_is_flagged(status: int) -> None:
    node = final()
    node.deliver()
    (message,) = node.take_sip()
    node.respond(message, status)
    assert flags(node) == [(IMSI, 11, False)]


@pytest.mark.parametrize("status", [486, 488, 503])
def test_another_failure_says_nothing_of_his_access(status: int) -> None:
    node = final()
    node.deliver()
    (message,) = node.take_sip()
    node.respond(message, status)
    assert flags(node) == []


def test_the_first_time_counts() -> None:
    node = final()
    unanswered(node)
    (first,) = TableStore(node.database).unreachable()
    unanswered(node)
    assert TableStore(node.database).unreachable() == [first]


def test_strangers_do_not_fill_the_store() -> None:
    node = final(limits={"bindings": 2})
    for imsi in (OTHER, "001010000000003", "001010000000004"):
        node.deliver(imsi, only=True)
    unanswered(node)
    assert [imsi for imsi, *_ in flags(node)] == [OTHER, "001010000000003", IMSI]


# Cleared


def _register(node: Node, message: Sip) -> None:
    node.register(expires=6000)


def _send(node: Node, message: Sip) -> None:
    node.message(octets(SUBMIT))
    (event,) = [each for each in invoked(node) if not isinstance(each.arg, ReadyForSmArg)]
    node.peer.error(event.dialogue, MapError(ErrorCode.SYSTEM_FAILURE), node.watch.time)
    node.exchange()


def _report_late(node: Node, message: Sip) -> None:
    rpdu = message.rpdu
    node.message(octets(RpAck(rpdu.message_reference)), reply_to=message.headers["Call-ID"])


def _take_the_next(node: Node, message: Sip) -> None:
    node.deliver()
    (again,) = node.take_sip()
    node.message(octets(RpAck(again.rpdu.message_reference)), reply_to=again.headers["Call-ID"])


def _refuse_the_next(node: Node, message: Sip) -> None:
    node.deliver()
    (again,) = node.take_sip()
    node.message(octets(RpError(again.rpdu.message_reference, 22)), reply_to=again.headers["Call-ID"])


@pytest.mark.parametrize("word", [_register, _send, _report_late, _take_the_next, _refuse_the_next])
def test_a_word_of_his_is_told_to_the_hlr(word: Callable[[Node, Sip], None]) -> None:
    node = final()
    message = unanswered(node)
    word(node, message)
    dialogue = one(node)
    assert flags(node) == [(IMSI, 12, True)]
    take(node, dialogue)
    assert flags(node) == []
    node.register(expires=6000)
    assert asked(node) == []


def test_that_he_has_room_is_a_word_too() -> None:
    node = final()
    unanswered(node)
    node.message(octets(RpSmma(3)))
    reasons = [each.arg.alert_reason for each in asked(node) if isinstance(each.arg, ReadyForSmArg)]
    assert reasons == [AlertReason.MEMORY_AVAILABLE, AlertReason.MS_PRESENT]


def test_that_he_leaves_is_none() -> None:
    node = final()
    unanswered(node)
    node.register(expires=0)
    ((dialogue, _),) = news(node)
    node.confirm(dialogue)
    assert flags(node) == [(IMSI, 12, False)]


def test_who_was_reachable_all_the_time_costs_the_hlr_nothing() -> None:
    node = final()
    node.deliver()
    (message,) = node.take_sip()
    node.message(octets(RpAck(message.rpdu.message_reference)), reply_to=message.headers["Call-ID"])
    node.register(expires=6000)
    assert asked(node) == []


def test_a_phone_that_registers_here_itself_is_heard() -> None:
    table = direct()
    assert isinstance(table["map"], dict)
    table["map"]["hlr"] = home.HLR
    phone = Handset(Node(table | {"procedures": "ts-23.204"}))
    assert phone.enter().status == 200
    for dialogue, _ in news(phone.node):
        phone.node.confirm(dialogue)
    phone.node.deliver()
    phone.node.pass_time(32.0)
    phone.node.synced()
    assert flags(phone.node) == [(IMSI, 12, False)]
    phone.node.told.clear()
    phone.enter()
    assert [event.arg for event in asked(phone.node) if isinstance(event.arg, ReadyForSmArg)] == [PRESENT]


# What the HLR hears, and when


def test_a_silent_hlr_is_told_again_until_it_answers() -> None:
    node = final()
    unanswered(node)
    node.register(expires=6000)
    one(node)
    node.pass_time(15.0)
    assert asked(node) == []
    node.pass_time(30.0)
    take(node, one(node))
    node.pass_time(100.0)
    assert asked(node) == []


def test_what_the_hlr_refuses_for_good_is_not_told_again() -> None:
    node = final()
    unanswered(node)
    node.register(expires=6000)
    node.peer.error(one(node), MapError(ErrorCode.UNKNOWN_SUBSCRIBER), node.watch.time)
    node.exchange()
    assert flags(node) == []
    node.pass_time(100.0)
    assert asked(node) == []


def test_an_hlr_without_ready_for_sm_hears_of_the_registration_again() -> None:
    node = final()
    unanswered(node)
    node.register(expires=6000)
    node.peer.error(one(node), MapError(ErrorCode.FACILITY_NOT_SUPPORTED), node.watch.time)
    node.exchange()
    ((dialogue, instruction),) = news(node)
    assert instruction is ON
    node.confirm(dialogue)
    node.pass_time(100.0)
    assert (flags(node), asked(node)) == ([], [])


def test_an_hlr_that_does_not_know_the_context_of_ready_for_sm_hears_of_the_registration_again() -> None:
    node = final()
    unanswered(node)
    node.peer._tcap._contexts = Contexts([ANY_TIME_MODIFICATION.context], {})
    node.register(expires=6000)
    node.pass_time(0.0)
    ((dialogue, instruction),) = news(node)
    assert instruction is ON
    node.confirm(dialogue)
    node.pass_time(100.0)
    assert (flags(node), asked(node)) == ([], [])


def test_his_registration_comes_first() -> None:
    node = final()
    unanswered(node)
    node.register(expires=0)
    ((gone, _),) = news(node)
    node.confirm(gone)
    node.register(expires=6000)
    (event,) = asked(node)
    assert isinstance(event.arg, AnyTimeModificationArg)
    node.confirm(event.dialogue)
    take(node, one(node))
    assert flags(node) == []


def test_while_the_hlr_has_not_taken_his_registration_it_hears_nothing_else() -> None:
    node = final()
    unanswered(node)
    node.register(expires=0)
    ((gone, _),) = news(node)
    node.confirm(gone)
    node.register(expires=6000)
    node.pass_time(15.0)
    assert len(news(node)) == 1
    node.pass_time(30.0)
    ((again, _),) = news(node)
    node.confirm(again)
    take(node, one(node))
    assert flags(node) == []


def test_news_of_his_registration_wait_for_it() -> None:
    node = final()
    unanswered(node)
    node.register(expires=6000)
    dialogue = one(node)
    node.register(expires=0)
    assert asked(node) == []
    take(node, dialogue)
    (event,) = asked(node)
    assert isinstance(event.arg, AnyTimeModificationArg)


def test_who_has_gone_again_before_it_was_told_is_told_of_later() -> None:
    node = pre_configured()
    unanswered(node)
    node.register(expires=6000)
    one(node)
    node.register(expires=0)
    node.pass_time(45.0)
    assert asked(node) == []
    assert flags(node) == [(IMSI, 12, False)]
    node.register(expires=6000)
    one(node)


def test_who_is_flagged_anew_while_it_is_told_keeps_the_flag() -> None:
    node = final()
    unanswered(node)
    node.register(expires=6000)
    dialogue = one(node)
    node.take_sip()
    node.deliver()
    (message,) = node.take_sip()
    node.respond(message, 480)
    take(node, dialogue)
    assert flags(node) == [(IMSI, 11, False)]
    node.register(expires=6000)
    one(node)


# The study, and an HLR that is told of no registration


def test_in_the_study_the_hlr_is_told_of_the_registration_again(registered: Node) -> None:
    unanswered(registered)
    registered.register()
    registered.pass_time(0.0)
    ((dialogue, _),) = news(registered)
    assert flags(registered) == []
    registered.confirm(dialogue)
    registered.register()
    assert asked(registered) == []


def test_of_several_identities_one_is_told_again(registered: Node) -> None:
    registered.register("sip:alice2@ims.example")
    for dialogue, _ in news(registered):
        registered.confirm(dialogue)
    registered.take_sip()
    unanswered(registered)
    registered.register()
    registered.pass_time(0.0)
    ((dialogue, _),) = news(registered)
    registered.confirm(dialogue)
    assert asked(registered) == []


def test_in_the_study_a_new_registration_is_told_once(registered: Node) -> None:
    unanswered(registered)
    registered.register(expires=0)
    ((gone, _),) = news(registered)
    registered.confirm(gone)
    registered.register()
    registered.pass_time(0.0)
    ((dialogue, _),) = news(registered)
    registered.confirm(dialogue)
    assert asked(registered) == []
    assert flags(registered) == []


def test_an_hlr_that_has_our_address_hears_that_he_is_there_in_the_study_too() -> None:
    node = pre_configured()
    unanswered(node)
    node.register(expires=6000)
    take(node, one(node))
    assert flags(node) == []


# Restart


def test_the_flag_survives_a_crash() -> None:
    node = final()
    unanswered(node)
    node.gateway.driver.close()
    node.born()
    assert node.gateway.status()["unreachable"] == 1
    node.register(expires=6000)
    take(node, one(node))
    assert flags(node) == []


def test_what_the_hlr_may_not_have_heard_is_told_again_after_a_crash() -> None:
    node = final()
    unanswered(node)
    node.register(expires=6000)
    one(node)
    node.gateway.driver.close()
    node.born()
    take(node, one(node))
    assert flags(node) == []


# Versions


def test_an_hlr_of_version_1_hears_note_subscriber_present_and_does_not_answer() -> None:
    node = final()
    unanswered(node)
    node.register(expires=6000)
    node.pass_time(0.0)
    only(node, 1)
    (event,) = invoked(node)
    assert event.arg == NoteSubscriberPresentArg(imsi=IMSI)
    node.pass_time(30.0)
    assert flags(node) == []
    assert asked(node) == []
