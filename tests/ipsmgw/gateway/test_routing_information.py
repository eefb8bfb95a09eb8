"""SRI-SM that the HLR relays to the gateway: TS 23.204 §6.4, TS 29.002 §23.3.2."""

from dataclasses import replace

import pytest

from ipsmgw.cause import Cause
from ipsmgw.map_error import error_of
from mapstack import (
    SEND_ROUTING_INFO_FOR_SM,
    BitString,
    ErrorCode,
    Gt,
    Handshake,
    Invoked,
    MapError,
    Operation,
    Refused,
    SccpAddress,
)
from mapstack.map import (
    REPORT_SM_DELIVERY_STATUS,
    InformServiceCentreArg,
    IpSmGwGuidance,
    MwStatus,
    ReportSmDeliveryStatusArg,
    RoutingInfoForSmArg,
    RoutingInfoForSmRes,
    SmDeliveryOutcome,
    TeleservNotProvParam,
)
from mapstack.map.short_message_v2 import InformServiceCentreArgV2, RoutingInfoForSmResV2
from tests.ipsmgw.home import CENTRE, GATEWAY, HLR, MSC, MSISDN, SGSN, Home, absent, final, found
from tests.ipsmgw.node import IMSI, Node

V2 = SEND_ROUTING_INFO_FOR_SM.older
V1 = V2.older if V2 else None
STANDARD = RoutingInfoForSmArg(msisdn=MSISDN, sm_rp_pri=True, service_centre_address=CENTRE)


@pytest.fixture
def home() -> Home:
    return Home()


def test_in_the_studys_way_nobody_is_told_where_anybody_is(node: Node) -> None:
    node.peer.invoke(SEND_ROUTING_INFO_FOR_SM, SccpAddress(Gt(GATEWAY), 8), STANDARD, node.watch.time)
    node.exchange()
    (refused,) = [event for event in node.told if isinstance(event, Refused)]
    assert refused.error.code == ErrorCode.FACILITY_NOT_SUPPORTED


@pytest.mark.parametrize("ssn", [6, 8])
def test_the_gateway_stands_for_the_node_and_a_correlation_id_for_the_imsi(home: Home, ssn: int) -> None:
    dialogue = home.ask(ssn=ssn)
    home.hlr_says(found())
    answered = home.answered()
    assert answered.dialogue == dialogue
    said = answered.result
    assert isinstance(said, RoutingInfoForSmRes)
    assert said.location_info_with_lmsi.network_node_number.digits == GATEWAY
    assert said.location_info_with_lmsi.additional_number is None
    assert len(said.imsi) == 15
    assert said.imsi[:6] == IMSI[:6]
    assert said.imsi != IMSI
    assert said.ip_sm_gw_guidance is None


def test_the_hlr_is_asked_what_the_gmsc_has_asked_for_all_nodes(home: Home) -> None:
    arg = replace(
        STANDARD, sm_rp_pri=False, sm_rp_mti=1, sm_rp_smea=b"\x0b\x91\x51\x55", single_attempt_delivery=True
    )
    home.ask(arg)
    (event,) = home.node.told
    assert isinstance(event, Invoked)
    assert (event.called.ssn, event.calling.gt) == (6, Gt(GATEWAY))
    assert event.called.gt == Gt(HLR)
    assert event.arg == replace(arg, gprs_support_indicator=True)


def test_who_asks_for_guidance_gets_it() -> None:
    home = Home(final(guidance_minimum=45, guidance_recommended=90))
    home.ask(replace(STANDARD, ip_sm_gw_guidance_indicator=True))
    assert home.hlr_says(found()).ip_sm_gw_guidance_indicator is False
    answered = home.answered()
    assert isinstance(answered.result, RoutingInfoForSmRes)
    assert answered.result.ip_sm_gw_guidance == IpSmGwGuidance(
        minimum_delivery_time_value=45, recommended_delivery_time_value=90
    )


@pytest.mark.parametrize("form", [V2, V1], ids=str)
def test_a_gmsc_of_an_older_version_is_answered_in_it(home: Home, form: Operation) -> None:
    home.ask(form=form)
    home.hlr_says(found())
    answered = home.answered()
    assert isinstance(answered.result, RoutingInfoForSmResV2)
    number = answered.result.location_info_with_lmsi.location_info.msc_number
    assert number is not None
    assert number.digits == GATEWAY


@pytest.mark.parametrize("form", [SEND_ROUTING_INFO_FOR_SM, V2], ids=str)
def test_what_the_hlr_informs_of_is_passed_on(home: Home, form: Operation) -> None:
    inform = InformServiceCentreArg(mw_status=BitString.of(MwStatus.MNRF_SET, size=6))
    home.ask(form=form)
    home.hlr_says(found(), inform)
    (informed,) = [event.arg for event in home.node.told if isinstance(event, Invoked)]
    assert isinstance(informed, InformServiceCentreArg | InformServiceCentreArgV2)
    assert informed.mw_status == inform.mw_status
    home.node.told.clear()
    home.ask(form=form)
    home.hlr_says(absent(), inform)
    assert [type(event) for event in home.node.told] == [Refused, Invoked]


ERRORS = [
    MapError(ErrorCode.UNKNOWN_SUBSCRIBER),
    MapError(ErrorCode.TELESERVICE_NOT_PROVISIONED, TeleservNotProvParam()),
    error_of(Cause.OPERATOR_BARRING),
    error_of(Cause.FACILITY_NOT_SUPPORTED),
    absent(5),
]


@pytest.mark.parametrize("error", ERRORS, ids=lambda error: error.code.name)
def test_an_error_of_the_hlr_is_passed_on_with_what_it_says(home: Home, error: MapError) -> None:
    home.ask()
    home.hlr_says(error)
    assert home.refused() == error
    assert home.node.gateway.kept == home.node.gateway.open_exchanges == 0


def test_who_is_absent_but_in_the_ims_gets_a_correlation_id(home: Home) -> None:
    home.register()
    assert home.correlation(absent(1, IMSI)).startswith(IMSI[:6])


def test_who_is_absent_in_the_ims_too_is_said_to_be_without_his_imsi(home: Home) -> None:
    home.ask()
    home.hlr_says(absent(1, IMSI))
    assert home.refused() == absent(1)


def test_who_is_absent_and_must_not_be_reached_over_the_ims_is_said_to_be() -> None:
    home = Home(final(order=["ps", "cs"]))
    home.register()
    home.ask()
    home.hlr_says(absent(1, IMSI))
    assert home.refused() == absent(1)


@pytest.mark.parametrize("form", [SEND_ROUTING_INFO_FOR_SM, V2, V1], ids=str)
def test_an_hlr_of_an_older_version_has_its_own_word_for_absence(home: Home, form: Operation) -> None:
    """Each asker hears the one that his version has."""
    home.ask(form=form)
    home.old_hlr_says(MapError(ErrorCode.ABSENT_SUBSCRIBER))
    words = {ErrorCode.ABSENT_SUBSCRIBER_SM, ErrorCode.ABSENT_SUBSCRIBER}
    assert {home.refused().code} == words & form.errors
    assert home.node.gateway.driver.bugs == 0


def test_an_hlr_of_an_older_version_names_an_msc(home: Home) -> None:
    home.ask()
    home.old_hlr_says(found(MSC, None))
    result = home.answered().result
    assert isinstance(result, RoutingInfoForSmRes)
    home.node.told.clear()
    home.forward(result.imsi)
    (event,) = [event for event in home.node.told if isinstance(event, Invoked)]
    assert event.called.gt == Gt(MSC.digits)


def test_a_silent_hlr_is_a_system_failure(home: Home) -> None:
    home.ask()
    home.node.pass_time(9.0)
    assert [event for event in home.node.told if isinstance(event, Refused)] == []
    home.node.pass_time(1.5)
    assert home.refused().code == ErrorCode.SYSTEM_FAILURE
    assert home.node.gateway.kept == home.node.gateway.open_work == 0


def test_a_gmsc_that_has_given_up_is_told_nothing(home: Home) -> None:
    dialogue = home.ask()
    home.node.peer.abort(dialogue, home.now)
    home.node.pass_time(100.0)
    assert home.node.gateway.status()["correlations"] == 0
    assert home.node.gateway.kept == home.node.gateway.driver.bugs == 0


def test_our_own_question_is_not_asked_again(home: Home) -> None:
    """An HLR that relays it as it came."""
    peer = home.node.peer
    calling = SccpAddress(Gt(GATEWAY), 8)
    peer._tcap._own_gt = Gt(GATEWAY)
    peer.invoke(SEND_ROUTING_INFO_FOR_SM, calling, STANDARD, home.now)
    home.node.exchange()
    assert home.refused().code == ErrorCode.SYSTEM_FAILURE


def test_an_hlr_that_asks_us_what_we_ask_it_comes_to_an_end(home: Home) -> None:
    """One that relays our question in a dialogue of its own, for ever."""
    home.ask()
    for _ in range(100):
        again = [event for event in home.node.told if isinstance(event, Invoked)]
        home.node.told = [event for event in home.node.told if not isinstance(event, Invoked)]
        if not again:
            break
        for event in again:
            assert isinstance(event.arg, RoutingInfoForSmArg)
            home.ask(event.arg)
    assert home.refused().code == ErrorCode.SYSTEM_FAILURE


def test_no_more_are_kept_than_may_be() -> None:
    home = Home(final(correlations=3))
    assert len({home.correlation() for _ in range(3)}) == 3
    home.ask()
    assert home.refused().code == ErrorCode.SYSTEM_FAILURE
    home.node.told.clear()
    home.node.pass_time(1201.0)
    home.correlation()
    assert home.node.gateway.status()["correlations"] == 1


def test_a_question_too_many_is_refused_at_the_door() -> None:
    home = Home(final() | {"limits": {"in_flight": 1}})
    home.ask()
    home.ask()
    assert home.refused().code == ErrorCode.SYSTEM_FAILURE


@pytest.mark.parametrize("plmn", ["26202", "310260"])
def test_the_home_plmn_begins_a_correlation_id(plmn: str) -> None:
    home = Home(final(home_plmn=plmn))
    name = home.correlation()
    assert name.startswith(plmn)
    assert len(name) == 15
    assert name.isdecimal()


def test_a_node_with_our_own_number_serves_nobody(home: Home) -> None:
    """TR 23.804 §5.1.3.1: an HLR that takes us for the SGSN."""
    name = home.correlation(found(SGSN._replace(digits=GATEWAY), SGSN._replace(digits=GATEWAY)))
    home.forward(name)
    home.node.synced()
    assert home.refused().code == ErrorCode.ABSENT_SUBSCRIBER_SM


def test_what_comes_along_with_the_question_is_declined_by_itself(home: Home) -> None:
    """reportSM-DeliveryStatus has the same application context (TS 29.002 §17.3.2), and is for an HLR."""
    peer, now = home.node.peer, home.now
    together = Handshake(operations=frozenset({SEND_ROUTING_INFO_FOR_SM.name}))
    peer._handshakes = peer._requesting._handshakes = (together,)
    dialogue = peer.invoke(SEND_ROUTING_INFO_FOR_SM, SccpAddress(Gt(GATEWAY), 8), STANDARD, now)
    report = ReportSmDeliveryStatusArg(
        msisdn=MSISDN, service_centre_address=CENTRE, sm_delivery_outcome=SmDeliveryOutcome.ABSENT_SUBSCRIBER
    )
    peer.invoke_in(dialogue, REPORT_SM_DELIVERY_STATUS, report, now)
    home.node.exchange()
    (refused,) = [event for event in home.node.told if isinstance(event, Refused)]
    assert (refused.operation, refused.invoke_id) == (REPORT_SM_DELIVERY_STATUS, 2)
    peer._handshakes = peer._requesting._handshakes = ()
    home.hlr_says(found())
    assert home.answered().dialogue == dialogue
    assert home.node.gateway.status()["bugs"] == 0
