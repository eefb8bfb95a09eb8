"""What the HLR is told, and when it is told nothing: TS 29.002 §12.3, §23.3.7."""

import pytest
from msgspec.structs import replace

from ipsmgw.cause import Cause
from ipsmgw.cdr import Attempt
from ipsmgw.map_error import error_of
from ipsmgw.procedures.delivery_report import report_of
from ipsmgw.store import Correlation
from mapstack import AddressString
from mapstack.map import (
    AbsentSubscriberSmParam,
    ErrorCode,
    MapError,
    MwStatus,
    ReportSmDeliveryStatusArg,
    SmDeliveryOutcome,
)

MSISDN, CENTRE = AddressString("15551234567"), AddressString("15550000014")
NOTHING_WAITS = Correlation("001012345678901", "001010000000001", MSISDN, CENTRE)
SUCCESS, FULL = SmDeliveryOutcome.SUCCESSFUL_TRANSFER, SmDeliveryOutcome.MEMORY_CAPACITY_EXCEEDED
ABSENT = SmDeliveryOutcome.ABSENT_SUBSCRIBER


def absent(diagnostic: int | None) -> MapError:
    parameter = AbsentSubscriberSmParam(absent_subscriber_diagnostic_sm=diagnostic)
    return MapError(ErrorCode.ABSENT_SUBSCRIBER_SM, parameter)


def waiting(*flags: int, cs: int | None = None, ps: int | None = None) -> Correlation:
    return replace(NOTHING_WAITS, mw_status=flags, absent=cs, absent_in_ps=ps)


def report(
    correlation: Correlation = NOTHING_WAITS, **said: MapError | None
) -> ReportSmDeliveryStatusArg | None:
    """After attempts with these errors; none: it has delivered."""
    attempts = tuple(Attempt(domain, "1555", outcome_of(error), 0.0, 1.0) for domain, error in said.items())
    return report_of(correlation, attempts, tuple(said.values()))


def outcome_of(error: MapError | None) -> str:
    if error is None:
        return "delivered"
    full = error_of(Cause.MEMORY_CAPACITY_EXCEEDED)
    return Cause.MEMORY_CAPACITY_EXCEEDED.cdr if error == full else "absentSubscriber"


def arg(outcome: SmDeliveryOutcome, **members: object) -> ReportSmDeliveryStatusArg:
    found = ReportSmDeliveryStatusArg(
        msisdn=MSISDN, service_centre_address=CENTRE, sm_delivery_outcome=outcome
    )
    for name, value in members.items():
        setattr(found, name, value)
    return found


def test_the_ims_alone_says_that_it_is_the_ims() -> None:
    assert report(ims=absent(12)) == arg(ABSENT, absent_subscriber_diagnostic_sm=12, ip_sm_gw_indicator=True)


def test_ps_alone_says_that_it_is_ps_and_cs_says_nothing() -> None:
    assert report(ps=absent(6)) == arg(
        ABSENT, absent_subscriber_diagnostic_sm=6, delivery_outcome_indicator=True
    )
    assert report(cs=absent(1)) == arg(ABSENT, absent_subscriber_diagnostic_sm=1)


def test_of_three_domains_cs_is_the_first_and_the_others_have_members_of_their_own() -> None:
    assert report(ims=absent(11), ps=absent(6), cs=None) == arg(
        SUCCESS,
        gprs_support_indicator=True,
        additional_sm_delivery_outcome=ABSENT,
        additional_absent_subscriber_diagnostic_sm=6,
        ip_sm_gw_sm_delivery_outcome=ABSENT,
        ip_sm_gw_absent_subscriber_diagnostic_sm=11,
    )


def test_ps_is_the_first_where_cs_was_not_tried() -> None:
    assert report(ims=absent(11), ps=None) == arg(
        SUCCESS,
        delivery_outcome_indicator=True,
        ip_sm_gw_sm_delivery_outcome=ABSENT,
        ip_sm_gw_absent_subscriber_diagnostic_sm=11,
    )


def test_who_is_not_identified_is_absent_for_that() -> None:
    """TS 23.040 §3.3.2: diagnostics 9 and 10."""
    unidentified = MapError(ErrorCode.UNIDENTIFIED_SUBSCRIBER)
    assert report(ps=unidentified, cs=unidentified) == arg(
        ABSENT,
        absent_subscriber_diagnostic_sm=9,
        gprs_support_indicator=True,
        additional_sm_delivery_outcome=ABSENT,
        additional_absent_subscriber_diagnostic_sm=10,
    )


def test_a_full_memory_has_no_diagnostic() -> None:
    assert report(ims=error_of(Cause.MEMORY_CAPACITY_EXCEEDED)) == arg(FULL, ip_sm_gw_indicator=True)


@pytest.mark.parametrize(
    "cause", [Cause.EQUIPMENT_PROTOCOL_ERROR, Cause.SYSTEM_FAILURE, Cause.SUBSCRIBER_BUSY, Cause.IMS_FAILURE]
)
def test_another_failure_is_no_outcome(cause: Cause) -> None:
    attempt = Attempt("ims", "", cause.cdr, 0.0, 1.0)
    assert report_of(NOTHING_WAITS, (attempt,), (error_of(cause),)) is None


def test_a_delivery_is_news_only_where_something_waits() -> None:
    assert report(ims=None) is None
    assert report(waiting(), ims=None) is None
    assert report(waiting(MwStatus.SC_ADDRESS_NOT_INCLUDED), ims=None) is None
    for flag in (MwStatus.MNRF_SET, MwStatus.MNRG_SET, MwStatus.MCEF_SET):
        assert report(waiting(flag), ims=None) == arg(SUCCESS, ip_sm_gw_indicator=True)


@pytest.mark.parametrize(
    ("domain", "known", "diagnostic", "news"),
    [
        ("cs", waiting(MwStatus.MNRF_SET, cs=1), 1, False),
        ("cs", waiting(MwStatus.MNRF_SET, cs=1), None, False),
        ("cs", waiting(MwStatus.MNRF_SET, cs=1), 2, True),
        ("cs", waiting(MwStatus.MNRG_SET, cs=1), 1, True),
        ("cs", waiting(MwStatus.MNRF_SET, MwStatus.SC_ADDRESS_NOT_INCLUDED, cs=1), 1, True),
        ("ps", waiting(MwStatus.MNRG_SET, ps=6), 6, False),
        ("ps", waiting(MwStatus.MNRF_SET, ps=6), 6, True),
        ("ims", waiting(MwStatus.MNRF_SET, cs=12), 12, True),
    ],
)
def test_absence_is_news_where_the_hlr_does_not_know_it(
    domain: str, known: Correlation, diagnostic: int | None, news: bool
) -> None:
    assert (report(known, **{domain: absent(diagnostic)}) is not None) is news


def test_a_full_memory_is_news_where_the_hlr_does_not_know_it() -> None:
    full = error_of(Cause.MEMORY_CAPACITY_EXCEEDED)
    assert report(waiting(MwStatus.MCEF_SET), cs=full) is None
    assert report(waiting(MwStatus.MNRF_SET), cs=full) is not None


def test_nobody_is_told_of_who_has_no_number() -> None:
    assert report(replace(NOTHING_WAITS, msisdn=None), ims=absent(12)) is None
