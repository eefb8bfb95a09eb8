"""MT by MT Correlation ID, one domain after the other: TS 23.204 §6.4, §6.5a, TS 29.002 §23.3.7."""

from collections.abc import Callable

import pytest

from ipsmgw.cause import Cause
from ipsmgw.map_error import cause_of, diagnostic_info, error_of
from mapstack import MT_FORWARD_SM, Answered, ErrorCode, Gt, Invoked, MapError, Operation
from mapstack.map import (
    AbsentSubscriberSmParam,
    MtForwardSmArg,
    MtForwardSmRes,
    SmRpDa,
    SmRpOa,
    SystemFailureParam,
)
from mapstack.map.data_types import NetworkResource
from mapstack.map.error_parameters import ExtensibleSystemFailureParam
from mapstack.map.short_message_v2 import ForwardSmArg
from sipbridge.rp import RpData
from tests.ipsmgw.asked import records, statuses
from tests.ipsmgw.home import CENTRE, DONE, MSC, SGSN, TPDU, Home, absent, final, found
from tests.ipsmgw.node import IMSI

V2 = MT_FORWARD_SM.older
V1 = V2.older if V2 else None


@pytest.fixture
def home() -> Home:
    """Alice is registered."""
    home = Home()
    home.register()
    return home


def test_what_the_ims_delivers_is_charged_as_ever(home: Home) -> None:
    dialogue = home.forward(home.correlation())
    message = home.message()
    home.node.respond(message, 200)
    home.report(message, user_data=b"\x00\x00")
    assert home.node.told == []
    home.node.synced()
    assert home.node.told == [Answered(dialogue, MT_FORWARD_SM, MtForwardSmRes(sm_rp_ui=b"\x00\x00"))]
    (record,) = records(home.node)
    assert (record.outcome, record.imsi, record.attempts) == ("delivered", IMSI, ())
    assert record.call_id == message.headers["Call-ID"]
    home.nothing_is_left()


@pytest.mark.parametrize("form", [V2, V1], ids=str)
def test_a_gmsc_of_an_older_version_is_served_in_it(home: Home, form: Operation) -> None:
    dialogue = home.forward(home.correlation(), form=form)
    home.report(home.message())
    home.node.synced()
    assert home.node.told == [Answered(dialogue, form, None)]


def test_who_is_silent_in_the_ims_is_tried_in_ps_and_then_in_cs(home: Home) -> None:
    dialogue, _ = home.silent_ims()
    ps, arg = home.heard(MtForwardSmArg)
    assert arg == MtForwardSmArg(
        sm_rp_da=SmRpDa(imsi=IMSI), sm_rp_oa=SmRpOa(service_centre_address_oa=CENTRE), sm_rp_ui=TPDU
    )
    home.answer(ps, error_of(Cause.EQUIPMENT_PROTOCOL_ERROR, b"\x00\xd0"))
    cs, again = home.heard(MtForwardSmArg)
    assert again == arg
    assert home.node.told == []
    home.answer(cs, DONE)
    home.node.synced()
    assert home.answered() == Answered(dialogue, MT_FORWARD_SM, DONE)
    assert home.attempts() == [
        ("ims", "sip:127.0.0.12:5060", "noResponseViaIPSMGW"),
        ("ps", SGSN.digits, "equipmentProtocolError"),
        ("cs", MSC.digits, "delivered"),
    ]
    (record,) = records(home.node)
    starts_and_ends = [when for each in record.attempts for when in (each.start, each.end)]
    assert starts_and_ends == sorted(starts_and_ends)
    home.nothing_is_left()


def test_a_node_is_called_as_what_it_is(home: Home) -> None:
    home.forward(home.correlation(found(MSC, SGSN)))
    home.node.respond(home.message(), 480)
    home.node.synced()
    (ps,) = [event for event in home.node.told if isinstance(event, Invoked)]
    assert (ps.called.gt, ps.called.ssn, ps.calling.ssn) == (Gt(SGSN.digits), 149, 8)
    home.node.told.clear()
    home.answer(ps.dialogue, absent(6))
    (cs,) = [event for event in home.node.told if isinstance(event, Invoked)]
    assert (cs.called.gt, cs.called.ssn) == (Gt(MSC.digits), 8)


def test_who_is_not_registered_is_tried_elsewhere_at_once() -> None:
    home = Home()
    home.forward(home.correlation(found(MSC, None)))
    dialogue, _ = home.heard(MtForwardSmArg)
    home.answer(dialogue, DONE)
    home.node.synced()
    assert home.answered().result == DONE
    assert home.attempts() == [("ims", "", "imsDeregistered"), ("cs", MSC.digits, "delivered")]
    (record,) = records(home.node)
    assert (record.msisdn, record.imsi, record.call_id) == ("15551234567", IMSI, "")


@pytest.mark.parametrize("status", [400, 404, 408, 480, 486, 488, 500, 503])
def test_whatever_the_ims_answers_leaves_the_other_domains_to_try(home: Home, status: int) -> None:
    home.forward(home.correlation(found(MSC, None)))
    home.node.respond(home.message(), status)
    home.answer(home.heard(MtForwardSmArg)[0], DONE)
    home.node.synced()
    assert home.answered().result == DONE


def test_a_full_memory_is_full_everywhere(home: Home) -> None:
    home.forward(home.correlation())
    home.report(home.message(), cause=22, user_data=b"\x00\xd3")
    home.node.synced()
    error = home.refused()
    assert cause_of(error) is Cause.MEMORY_CAPACITY_EXCEEDED
    assert diagnostic_info(error) == b"\x00\xd3"
    asked = [event.operation for event in home.node.told if isinstance(event, Invoked)]
    assert MT_FORWARD_SM not in asked
    assert home.attempts() == [("ims", "sip:127.0.0.12:5060", "memoryCapacityExceeded")]


def test_causes_that_are_to_be_avoided_end_it_too() -> None:
    home = Home(final(avoid=["equipmentProtocolError"]))
    home.register()
    home.forward(home.correlation())
    home.report(home.message(), cause=111)
    home.node.synced()
    assert cause_of(home.refused()) is Cause.EQUIPMENT_PROTOCOL_ERROR


def test_an_rp_error_is_answered_before_the_next_domain_has(home: Home) -> None:
    home.forward(home.correlation())
    home.report(home.message(), cause=111)
    assert statuses(home.node) == [202]
    assert records(home.node) == []
    home.answer(home.heard(MtForwardSmArg)[0], DONE)


def test_what_a_node_says_comes_back_untouched() -> None:
    home = Home(final(order=["cs"]))
    said = error_of(Cause.EQUIPMENT_PROTOCOL_ERROR, b"\x00\xd0\x00")
    home.forward(home.correlation())
    home.answer(home.heard(MtForwardSmArg)[0], said)
    home.node.synced()
    assert home.refused() == said


def test_absence_in_any_domain_is_told_before_what_came_after(home: Home) -> None:
    home.silent_ims()
    home.answer(home.heard(MtForwardSmArg)[0], absent(6))
    home.answer(home.heard(MtForwardSmArg)[0], error_of(Cause.EQUIPMENT_PROTOCOL_ERROR))
    home.node.synced()
    assert home.refused() == absent(6)
    assert home.outcome() == "absentSubscriber"


@pytest.mark.parametrize("form", [V2, V1], ids=str)
def test_a_node_of_an_older_version_is_asked_in_it(form: Operation) -> None:
    home = Home(final(order=["cs"]))
    home.forward(home.correlation())
    home.speaks(form.version)
    dialogue, _ = home.heard(ForwardSmArg)
    home.answer(dialogue, MapError(ErrorCode.ABSENT_SUBSCRIBER))
    home.node.synced()
    assert home.refused().code == ErrorCode.ABSENT_SUBSCRIBER_SM
    assert home.outcome() == "absentSubscriber"


def test_a_node_of_an_older_version_has_as_much_time_as_any() -> None:
    """It is called forwardSM there, as what a phone sends: the timer of that is not for it."""
    home = Home(final(order=["cs"]))
    home.forward(home.correlation(), timer=120)
    home.speaks(2)
    home.node.pass_time(100.0)
    home.node.peer.result(home.heard(ForwardSmArg)[0], None, home.now)
    home.node.exchange()
    home.node.synced()
    assert home.answered().result == MtForwardSmRes()


def test_a_silent_node_is_given_up_within_the_gmscs_time() -> None:
    home = Home(final(order=["ps", "cs"]))
    home.forward(home.correlation(), timer=40)
    home.node.pass_time(22.9)
    home.heard(MtForwardSmArg)
    assert home.node.told == []
    home.node.pass_time(0.2)
    home.heard(MtForwardSmArg)
    home.node.pass_time(14.8)
    home.node.synced()
    assert home.node.told == []
    home.node.pass_time(0.3)
    home.node.synced()
    assert home.refused().code == ErrorCode.SYSTEM_FAILURE
    home.nothing_is_left()


def test_the_gmsc_is_answered_in_the_time_that_it_gives(home: Home) -> None:
    home.forward(home.correlation(), timer=30)
    for _ in range(31):
        home.node.pass_time(1.0)
        home.node.synced()
    parameter = home.refused().parameter
    assert isinstance(parameter, AbsentSubscriberSmParam)
    assert parameter.absent_subscriber_diagnostic_sm == 12
    (record,) = records(home.node)
    assert record.time - record.received <= 28.0
    assert [each.domain for each in record.attempts] == ["ims", "ps", "cs"]


# The order.


@pytest.mark.parametrize(
    ("order", "first"), [(["ps", "ims"], SGSN), (["cs", "ps", "ims"], MSC), (["cs"], MSC)], ids=str
)
def test_the_operator_says_where_it_begins(order: list[str], first: object) -> None:
    home = Home(final(order=order))
    home.register()
    home.forward(home.correlation())
    assert home.node.take_sip() == []
    home.answer(home.heard(MtForwardSmArg)[0], DONE)
    home.node.synced()
    assert home.attempts()[0][1:] == (getattr(first, "digits", ""), "delivered")


def test_ims_only_tries_no_other_domain() -> None:
    home = Home(final(order=["ims"]))
    home.forward(home.correlation())
    home.node.synced()
    parameter = home.refused().parameter
    assert isinstance(parameter, AbsentSubscriberSmParam)
    assert parameter.absent_subscriber_diagnostic_sm == 11


def test_a_subscriber_has_an_order_of_his_own() -> None:
    table = final(order=["ims"])
    assert isinstance(table["map"], dict)
    table["map"]["subscriber"] = [
        {"imsi": IMSI[:5], "order": ["cs"]},
        {"imsi": IMSI, "order": ["ps"]},
    ]
    home = Home(table)
    home.register()
    home.forward(home.correlation())
    home.answer(home.heard(MtForwardSmArg)[0], DONE)
    home.node.synced()
    assert home.attempts() == [("ps", SGSN.digits, "delivered")]


@pytest.mark.parametrize(("size", "domain"), [(100, "ims"), (101, "cs")])
def test_large_messages_have_an_order_of_their_own(size: int, domain: str) -> None:
    home = Home(final(order=["ims"], large=100, large_order=["cs"]))
    home.register()
    home.forward(home.correlation(), tpdu=TPDU.ljust(size, b"\0"))
    assert ("cs" if [event for event in home.node.told if isinstance(event, Invoked)] else "ims") == domain


def test_over_ip_only_is_what_the_gmsc_may_ask_for(home: Home) -> None:
    """TS 29.002 §12.9.3: with the real IMSI."""
    home.forward(IMSI, only=True)
    home.node.respond(home.message(), 480)
    home.node.synced()
    assert home.refused() == error_of(Cause.NOT_REGISTERED)
    assert [event.operation.code for event in home.node.told if isinstance(event, Invoked)] == [47]


def test_over_ip_only_holds_for_a_correlation_id_too(home: Home) -> None:
    home.forward(home.correlation(), only=True)
    home.node.respond(home.message(), 480)
    home.node.synced()
    assert home.refused() == error_of(Cause.NOT_REGISTERED)


# Who is no longer, or was never, known by that name.


def test_a_correlation_id_outlives_the_gateway(home: Home) -> None:
    name = home.correlation()
    home.node.born()
    home.node.told.clear()
    home.forward(name)
    home.report(home.message())
    home.node.synced()
    assert home.answered().operation is MT_FORWARD_SM


def test_a_correlation_id_may_be_used_for_as_long_as_it_is_valid(home: Home) -> None:
    name = home.correlation()
    home.node.pass_time(599.0)
    home.node.take_sip()
    home.forward(name)
    assert isinstance(home.message().rpdu, RpData)


@pytest.mark.parametrize(
    "story",
    [
        lambda home, name: home.node.pass_time(600.0) or home.forward(name),
        lambda home, name: home.node.pass_time(1300.0) or (home.correlation() and home.forward(name)),
        lambda home, name: home.forward("001010123456789"),
        lambda home, name: home.forward(name, centre=MSC),
    ],
    ids=["expired", "forgotten", "guessed", "of another service centre"],
)
def test_nobody_is_served_by_a_name_that_he_has_not(story: Callable[[Home, str], object]) -> None:
    home = Home()
    story(home, home.correlation())
    home.node.synced()
    assert home.refused().code == ErrorCode.UNIDENTIFIED_SUBSCRIBER
    assert home.outcome() == "unidentifiedSubscriber"
    assert [event for event in home.node.told if isinstance(event, Invoked)] == []


def test_a_hub_may_name_another_service_centre_where_that_is_wanted() -> None:
    home = Home(final(any_centre=True))
    home.register()
    home.forward(home.correlation(), centre=MSC)
    assert isinstance(home.message().rpdu, RpData)


def test_names_are_not_used_again() -> None:
    home = Home()
    names = [home.correlation() for _ in range(200)]
    assert len(set(names)) == 200
    assert len({name[6:8] for name in names}) > 50


def test_what_a_node_of_an_older_version_has_failed_of_is_said_in_the_gmscs() -> None:
    """TS 29.002 §17.7.7: the word alone must not be used in version 3."""
    home = Home(final(order=["cs"]))
    home.forward(home.correlation())
    home.speaks(2)
    home.answer(
        home.heard(ForwardSmArg)[0],
        MapError(ErrorCode.SYSTEM_FAILURE, SystemFailureParam(network_resource=NetworkResource.VMSC)),
    )
    home.node.synced()
    failed = ExtensibleSystemFailureParam(network_resource=NetworkResource.VMSC)
    whole = SystemFailureParam(extensible_system_failure_param=failed)
    assert home.refused() == MapError(ErrorCode.SYSTEM_FAILURE, whole)
