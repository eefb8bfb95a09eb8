"""Which addresses an SMS-GMSC is told, and what its report means (TR 23.804 §8.4 step 3; TS 29.002 §12)."""

from collections.abc import Iterable

import pytest

from ipsmgw.identity import NodeNumber
from lab.elements.delivery_outcome import Way, report_of, reportable, summed_up, ways_of
from lab.elements.domain import Domain
from lab.elements.extensions import ScType, ip_messaging, of_sc_type
from lab.elements.message_waiting import HlrData, HlrSubscriber, Reported, route
from lab.elements.routing_info import outcomes, refusal, routing_info
from lab.elements.sc_ledger import Outcome, Verdict
from lab.plan import PHONES
from mapstack.asn1 import AddressString
from mapstack.map import (
    CallBarringCause,
    ErrorCode,
    RoutingInfoForSmArg,
    RoutingInfoForSmRes,
    SmDeliveryOutcome,
)

IMS, PS, CS = Domain.IMS, Domain.PS, Domain.CS
GATEWAY, SGSN, MSC = NodeNumber("15550000011"), NodeNumber("15550000009"), NodeNumber("15550000008")
NODES = {IMS: GATEWAY, PS: SGSN, CS: MSC}
SC = NodeNumber("15550000014")
ABSENT = SmDeliveryOutcome.ABSENT_SUBSCRIBER


def served(domains: Iterable[Domain]) -> tuple[HlrData, HlrSubscriber]:
    data = HlrData.of(PHONES)
    bob = data.by_msisdn[PHONES[1].msisdn]
    there = set(domains)
    bob.ip_sm_gw, bob.sgsn, bob.msc = (NODES[each] if each in there else None for each in (IMS, PS, CS))
    return data, bob


def asked(*, messaging: bool = False, gprs: bool = False) -> RoutingInfoForSmArg:
    return RoutingInfoForSmArg(
        msisdn=AddressString(PHONES[1].msisdn),
        sm_rp_pri=True,
        service_centre_address=AddressString(SC),
        gprs_support_indicator=gprs,
        extension_container=ip_messaging() if messaging else None,
    )


def told(domains: str, arg: RoutingInfoForSmArg) -> tuple[HlrSubscriber, RoutingInfoForSmRes]:
    data, bob = served(Domain(name) for name in domains.split())
    result = routing_info(bob, route(data, bob, SC, priority=True), SC, arg)
    return bob, RoutingInfoForSmRes.decode(result.encode())


@pytest.mark.parametrize(
    ("domains", "arg", "ways"),
    [
        ("ims ps cs", asked(messaging=True, gprs=True), [(IMS, GATEWAY), (PS, SGSN), (CS, MSC)]),
        ("ims cs", asked(messaging=True), [(IMS, GATEWAY), (CS, MSC)]),
        ("ims ps", asked(messaging=True), [(IMS, GATEWAY), (PS, SGSN)]),
        ("ims", asked(messaging=True), [(IMS, GATEWAY)]),
        ("ps cs", asked(messaging=True), [(PS, SGSN), (CS, MSC)]),
        ("ims ps cs", asked(gprs=True), [(CS, GATEWAY), (PS, SGSN)]),
        ("ims cs", asked(gprs=True), [(PS, GATEWAY), (CS, MSC)]),
        ("ps cs", asked(gprs=True), [(PS, SGSN), (CS, MSC)]),
        ("ps", asked(gprs=True), [(PS, SGSN)]),
        ("ims ps cs", asked(), [(CS, GATEWAY)]),
        ("ps cs", asked(), [(CS, SGSN)]),
        ("cs", asked(), [(CS, MSC)]),
    ],
)
def test_the_gmsc_understands_as_many_addresses_as_it_can_use(
    domains: str, arg: RoutingInfoForSmArg, ways: list[tuple[Domain, NodeNumber]]
) -> None:
    _, result = told(domains, arg)
    assert ways_of(result) == [Way(*way) for way in ways]
    assert result.imsi == PHONES[1].imsi


@pytest.mark.parametrize(
    ("domains", "arg"),
    [
        ("ims ps cs", asked(messaging=True, gprs=True)),
        ("ims ps cs", asked(gprs=True)),
        ("ims cs", asked(gprs=True)),
        ("ims ps cs", asked()),
        ("ps cs", asked(gprs=True)),
        ("cs", asked()),
    ],
)
def test_a_report_of_all_that_was_told_means_those_domains(domains: str, arg: RoutingInfoForSmArg) -> None:
    bob, result = told(domains, arg)
    ways = ways_of(result)
    said = {
        way.domain: Outcome(Verdict.TEMPORARY, "absent", ABSENT, number) for number, way in enumerate(ways)
    }
    by_node = {node: domain for domain, node in NODES.items()}
    report = report_of(bob.msisdn, AddressString(SC), said, sc_type=None)
    meant = {by_node[way.node]: Reported(ABSENT, number) for number, way in enumerate(ways)}
    assert outcomes(type(report).decode(report.encode()), bob, SC) == meant


def test_a_report_says_what_the_sc_is() -> None:
    said = {CS: Outcome(Verdict.TEMPORARY, "absent", ABSENT)}
    report = report_of(PHONES[1].msisdn, AddressString(SC), said, sc_type=ScType.VIDEO_MAIL)
    assert of_sc_type(report.extension_container) is ScType.VIDEO_MAIL


def test_what_bars_a_subscriber_comes_before_where_he_is() -> None:
    _, bob = served(Domain)
    assert refusal(bob) is None
    bob.barred = CallBarringCause.BARRING_SERVICE_ACTIVE
    assert getattr(refusal(bob), "code", None) == ErrorCode.CALL_BARRED
    bob.teleservice = False
    assert getattr(refusal(bob), "code", None) == ErrorCode.TELESERVICE_NOT_PROVISIONED
    bob.supported = False
    assert getattr(refusal(bob), "code", None) == ErrorCode.FACILITY_NOT_SUPPORTED


PROTOCOL_ERROR = Outcome(Verdict.PERMANENT, "protocol error")
TIMEOUT = Outcome(Verdict.TEMPORARY, "timeout")
GONE = Outcome(Verdict.TEMPORARY, "absent", ABSENT, 1)
FULL = Outcome(Verdict.TEMPORARY, "full", SmDeliveryOutcome.MEMORY_CAPACITY_EXCEEDED)
DONE = Outcome(Verdict.DELIVERED, "delivered", SmDeliveryOutcome.SUCCESSFUL_TRANSFER)


def test_of_several_outcomes_the_one_that_says_most_is_the_sum() -> None:
    assert summed_up([GONE, DONE]) == DONE
    assert summed_up([GONE, FULL]) == FULL
    assert summed_up([GONE, PROTOCOL_ERROR]) == GONE
    assert summed_up([PROTOCOL_ERROR, GONE]) == GONE
    assert summed_up([PROTOCOL_ERROR, PROTOCOL_ERROR]) == PROTOCOL_ERROR
    assert summed_up([TIMEOUT, PROTOCOL_ERROR]).verdict is Verdict.TEMPORARY


def test_the_hlr_hears_of_what_it_has_a_flag_for() -> None:
    assert reportable({IMS: TIMEOUT, PS: GONE, CS: PROTOCOL_ERROR}) == {PS: GONE}
