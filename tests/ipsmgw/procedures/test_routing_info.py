"""What is learned of the HLR's answer, and what the SMS-GMSC hears: TS 29.002 §23.3.2."""

from dataclasses import replace

import pytest

from ipsmgw.procedures import routing_info
from ipsmgw.store import Correlation
from mapstack import AddressString, BitString, ErrorCode, MapError
from mapstack.map import (
    AbsentSubscriberSmParam,
    AdditionalNumber,
    InformServiceCentreArg,
    LocationInfoWithLmsi,
    MwStatus,
    RoutingInfoForSmArg,
    RoutingInfoForSmRes,
)

OWN, IMSI = "15550000011", "001010000000001"
MSC, SGSN = AddressString("15550000021"), AddressString("15550000022")
MSISDN, CENTRE = AddressString("15551234567"), AddressString("15550000014")
ARG = RoutingInfoForSmArg(msisdn=MSISDN, sm_rp_pri=True, service_centre_address=CENTRE)


def learned(where: LocationInfoWithLmsi, inform: InformServiceCentreArg | None = None) -> Correlation:
    res = RoutingInfoForSmRes(imsi=IMSI, location_info_with_lmsi=where)
    found = routing_info.learned(ARG, res, inform, OWN, lambda imsi: False)
    assert isinstance(found, Correlation)
    return found


@pytest.mark.parametrize(
    ("where", "msc", "sgsn"),
    [
        (LocationInfoWithLmsi(network_node_number=MSC), MSC, None),
        (LocationInfoWithLmsi(network_node_number=SGSN, gprs_node_indicator=True), None, SGSN),
        (
            LocationInfoWithLmsi(
                network_node_number=MSC, additional_number=AdditionalNumber(sgsn_number=SGSN)
            ),
            MSC,
            SGSN,
        ),
        (
            LocationInfoWithLmsi(
                network_node_number=SGSN,
                gprs_node_indicator=True,
                additional_number=AdditionalNumber(msc_number=MSC),
            ),
            MSC,
            SGSN,
        ),
        (
            LocationInfoWithLmsi(
                network_node_number=AddressString("1"),
                ims_node_indicator=True,
                additional_number=AdditionalNumber(msc_number=MSC),
                third_number=AdditionalNumber(sgsn_number=SGSN),
            ),
            MSC,
            SGSN,
        ),
        (LocationInfoWithLmsi(network_node_number=AddressString(OWN), gprs_node_indicator=True), None, None),
    ],
)
def test_the_nodes_are_told_apart(
    where: LocationInfoWithLmsi, msc: AddressString | None, sgsn: AddressString | None
) -> None:
    found = learned(where)
    assert (found.msc, found.sgsn, found.imsi, found.msisdn) == (msc, sgsn, IMSI, MSISDN)
    assert found.mw_status is None


def test_what_waits_is_remembered() -> None:
    inform = InformServiceCentreArg(
        mw_status=BitString.of(MwStatus.SC_ADDRESS_NOT_INCLUDED, MwStatus.MNRG_SET, size=6),
        absent_subscriber_diagnostic_sm=1,
        additional_absent_subscriber_diagnostic_sm=6,
    )
    found = learned(LocationInfoWithLmsi(network_node_number=MSC), inform)
    assert (found.mw_status, found.absent, found.absent_in_ps) == ((0, 3), 1, 6)


@pytest.mark.parametrize("reachable", [True, False])
def test_who_is_absent_is_so_unless_the_ims_may_have_him(reachable: bool) -> None:
    said = MapError(
        ErrorCode.ABSENT_SUBSCRIBER_SM,
        AbsentSubscriberSmParam(
            absent_subscriber_diagnostic_sm=1, additional_absent_subscriber_diagnostic_sm=6, imsi=IMSI
        ),
    )
    found = routing_info.learned(ARG, said, None, OWN, lambda imsi: reachable and imsi == IMSI)
    if reachable:
        assert found == Correlation("", IMSI, MSISDN, CENTRE)
    else:
        stripped = AbsentSubscriberSmParam(
            absent_subscriber_diagnostic_sm=1, additional_absent_subscriber_diagnostic_sm=6
        )
        assert found == MapError(ErrorCode.ABSENT_SUBSCRIBER_SM, stripped)


def test_whom_nobody_has_a_number_of_is_asked_for_by_his_imsi() -> None:
    """TS 29.002 §12.1.3: the MSISDN is a dummy then."""
    arg = replace(ARG, imsi=IMSI)
    assert routing_info.question(arg).imsi == IMSI
    res = RoutingInfoForSmRes(
        imsi=IMSI, location_info_with_lmsi=LocationInfoWithLmsi(network_node_number=MSC)
    )
    found = routing_info.learned(arg, res, None, OWN, lambda imsi: True)
    assert isinstance(found, Correlation)
    assert found.msisdn is None
