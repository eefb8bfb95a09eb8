"""MAP parameters of other people's captures and test suites: read, understood, written again."""

import pytest

from mapstack.asn1 import AddressString
from mapstack.errors import DecodeError
from mapstack.map.operation import Parameter
from mapstack.map.operations import OPERATIONS
from mapstack.map.short_message import (
    InformServiceCentreArg,
    IpSmGwGuidance,
    LocationInfoWithLmsi,
    MoForwardSmArg,
    MtForwardSmArg,
    MwStatus,
    ReportSmDeliveryStatusArg,
    RoutingInfoForSmArg,
    RoutingInfoForSmRes,
    SmDeliveryNotIntended,
    SmDeliveryOutcome,
    SmRpDa,
    SmRpOa,
)
from tests.mapstack.map.oracle import type_of
from tests.mapstack.vectors import vectors

VECTORS = vectors("map")
NOT_DECLARED = {"SendAuthenticationInfoArg"}
TYPES = {
    cls.__name__.lower(): cls
    for each in OPERATIONS
    for cls in (each.argument, each.result)
    if cls is not None
}
# The private value within these containers is longer than what holds it; or sip-uri-B is missing.
NEGATIVE = {
    "map-sri-sm-arg-imsi-correlationid",
    "map-sri-sm-res-full",
    "map-mt-fsm-arg-mms",
    "map-report-sm-arg-full",
    "map-report-sm-res",
    "map-inform-sc-arg-full",
    "map-ready-for-sm-arg-ims",
}
# A member of version 2 stands among those of version 3: kept, and written behind them.
REORDERED = {"map-sri-sm-res-ipsmgw-guidance"}


def _type(name: str) -> type[Parameter] | None:
    asn = VECTORS[name]["asn"].partition(".")[2]
    return None if asn in NOT_DECLARED else TYPES[asn.replace("-", "").lower()]


DECLARED = [name for name in VECTORS if _type(name)]
POSITIVE = [name for name in DECLARED if name not in NEGATIVE]


def _decode(name: str) -> Parameter:
    cls = _type(name)
    assert cls is not None
    return cls.decode(bytes.fromhex(VECTORS[name]["hex"]))


@pytest.mark.parametrize("name", POSITIVE)
def test_a_parameter_is_written_as_it_was_read(name: str) -> None:
    value = _decode(name)
    octets = value.encode().hex()
    assert type(value).decode(bytes.fromhex(octets)) == value
    assert (octets == VECTORS[name]["hex"]) == (name not in REORDERED)


@pytest.mark.parametrize("name", sorted(NEGATIVE))
def test_a_parameter_that_makes_no_sense_is_refused(name: str) -> None:
    with pytest.raises(DecodeError):
        _decode(name)


@pytest.mark.parametrize("name", [each for each in POSITIVE if each not in REORDERED])
def test_the_oracle_agrees(name: str) -> None:
    oracle = type_of(type(_decode(name)))
    oracle.from_ber(bytes.fromhex(VECTORS[name]["hex"]))
    assert oracle.to_ber().hex() == VECTORS[name]["hex"]


MEANINGS = {
    "map-sri-sm-arg-not-intended": RoutingInfoForSmArg(
        msisdn=AddressString("11111111"),
        sm_rp_pri=False,
        service_centre_address=AddressString("22222222"),
        sm_delivery_not_intended=SmDeliveryNotIntended.ONLY_IMSI_REQUESTED,
    ),
    "map-sri-sm-res": RoutingInfoForSmRes(
        imsi="200990200111227",
        location_info_with_lmsi=LocationInfoWithLmsi(
            network_node_number=AddressString("12032100295", 1, 1), lmsi=bytes.fromhex("00036231")
        ),
    ),
}


@pytest.mark.parametrize("name", MEANINGS)
def test_a_parameter_means_what_it_says(name: str) -> None:
    assert _decode(name) == MEANINGS[name]


def test_guidance_is_read_past_a_member_of_version_2() -> None:
    value = _decode("map-sri-sm-res-ipsmgw-guidance")
    assert isinstance(value, RoutingInfoForSmRes)
    assert value.ip_sm_gw_guidance == IpSmGwGuidance(
        minimum_delivery_time_value=30, recommended_delivery_time_value=40
    )
    assert value.extensions == bytes.fromhex("820100")


def test_a_message_that_follows_another_names_nobody() -> None:
    value = _decode("map-mt-fsm-arg-noDA-noOA")
    assert isinstance(value, MoForwardSmArg | MtForwardSmArg)
    assert value.sm_rp_da == SmRpDa(no_sm_rp_da=True)
    assert value.sm_rp_oa == SmRpOa(no_sm_rp_oa=True)


def test_a_waiting_subscriber_and_an_absent_one_are_told() -> None:
    inform, report = _decode("map-inform-sc-arg"), _decode("map-report-sm-arg")
    assert isinstance(inform, InformServiceCentreArg)
    assert inform.mw_status is not None
    assert inform.mw_status.has(MwStatus.MNRF_SET)
    assert not inform.mw_status.has(MwStatus.MCEF_SET)
    assert isinstance(report, ReportSmDeliveryStatusArg)
    assert report.sm_delivery_outcome is SmDeliveryOutcome.ABSENT_SUBSCRIBER
