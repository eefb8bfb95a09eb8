"""What the gateway tells the HLR of deliveries: TS 29.002 §12.3, §23.3.7."""

import pytest

from mapstack import BitString, ErrorCode, Gt, Invoked, MapError, Refused
from mapstack.map import (
    InformServiceCentreArg,
    MtForwardSmArg,
    MwStatus,
    ReportSmDeliveryStatusArg,
    ReportSmDeliveryStatusRes,
    SmDeliveryOutcome,
)
from tests.ipsmgw.home import CENTRE, DONE, HLR, MSC, MSISDN, Home, absent, found
from tests.ipsmgw.node import Node


@pytest.fixture
def home() -> Home:
    """Alice is registered."""
    home = Home()
    home.register()
    return home


def test_the_hlr_hears_how_each_domain_has_done_and_the_gmsc_does_not_wait_for_it(home: Home) -> None:
    home.silent_ims()
    home.answer(home.heard(MtForwardSmArg)[0], absent(6))
    home.answer(home.heard(MtForwardSmArg)[0], DONE)
    assert home.node.told == []
    home.node.synced()
    assert home.answered().result == DONE
    (event,) = [each for each in home.node.told if isinstance(each, Invoked)]
    assert (event.called.gt, event.called.ssn) == (Gt(HLR), 6)
    assert event.arg == ReportSmDeliveryStatusArg(
        msisdn=MSISDN,
        service_centre_address=CENTRE,
        sm_delivery_outcome=SmDeliveryOutcome.SUCCESSFUL_TRANSFER,
        gprs_support_indicator=True,
        additional_sm_delivery_outcome=SmDeliveryOutcome.ABSENT_SUBSCRIBER,
        additional_absent_subscriber_diagnostic_sm=6,
        ip_sm_gw_sm_delivery_outcome=SmDeliveryOutcome.ABSENT_SUBSCRIBER,
        ip_sm_gw_absent_subscriber_diagnostic_sm=12,
    )
    inform = InformServiceCentreArg(mw_status=BitString.of(MwStatus.MNRG_SET, size=6))
    home.answer(event.dialogue, ReportSmDeliveryStatusRes(), inform)
    home.nothing_is_left()


@pytest.mark.parametrize("said", [MapError(ErrorCode.UNKNOWN_SUBSCRIBER), None], ids=str)
def test_an_hlr_that_will_not_hear_of_it_is_left_alone(home: Home, said: MapError | None) -> None:
    home.forward(home.correlation(found(MSC, None)))
    home.report(home.message(), cause=22)
    home.node.synced()
    dialogue, arg = home.heard(ReportSmDeliveryStatusArg)
    assert arg.ip_sm_gw_indicator
    if said is not None:
        home.answer(dialogue, said)
    home.node.pass_time(20.0)
    assert [event for event in home.node.told if isinstance(event, Invoked)] == []
    home.nothing_is_left()


def test_a_delivery_to_somebody_for_whom_something_waits_is_reported(home: Home) -> None:
    inform = InformServiceCentreArg(mw_status=BitString.of(MwStatus.MCEF_SET, size=6))
    home.forward(home.correlation(found(), inform))
    home.report(home.message())
    home.node.synced()
    _, arg = home.heard(ReportSmDeliveryStatusArg)
    assert arg.sm_delivery_outcome == SmDeliveryOutcome.SUCCESSFUL_TRANSFER


def test_a_delivery_as_usual_is_not_reported(home: Home) -> None:
    home.forward(home.correlation())
    home.report(home.message())
    home.node.synced()
    assert [event for event in home.node.told if isinstance(event, Invoked)] == []


def test_in_the_studys_way_the_gmscs_report_is_the_one_that_counts(registered: Node) -> None:
    registered.told.clear()
    registered.deliver()
    registered.respond(registered.take_sip()[0], 480)
    registered.synced()
    assert [type(event) for event in registered.told] == [Refused]
