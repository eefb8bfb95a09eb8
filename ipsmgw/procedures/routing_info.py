"""What an SMS-GMSC hears that asks where a subscriber is: TS 23.204 §6.4, TS 29.002 §23.3.2."""

from collections.abc import Callable
from dataclasses import replace

from ipsmgw.store import Correlation
from mapstack import AddressString
from mapstack.map import (
    AbsentSubscriberSmParam,
    InformServiceCentreArg,
    IpSmGwGuidance,
    LocationInfoWithLmsi,
    MapError,
    MwStatus,
    RoutingInfoForSmArg,
    RoutingInfoForSmRes,
)

__all__ = ["answer", "learned", "question"]


def question(arg: RoutingInfoForSmArg) -> RoutingInfoForSmArg:
    """Our own sendRoutingInfoForSM: the same, from somebody who can use the MSC and the SGSN."""
    return RoutingInfoForSmArg(
        msisdn=arg.msisdn,
        sm_rp_pri=arg.sm_rp_pri,
        service_centre_address=arg.service_centre_address,
        gprs_support_indicator=True,
        sm_rp_mti=arg.sm_rp_mti,
        sm_rp_smea=arg.sm_rp_smea,
        imsi=arg.imsi,
        single_attempt_delivery=arg.single_attempt_delivery,
    )


def learned(
    arg: RoutingInfoForSmArg,
    said: RoutingInfoForSmRes | MapError,
    inform: InformServiceCentreArg | None,
    own: str,
    reachable: Callable[[str], bool],
) -> Correlation | MapError:
    """What the HLR's answer makes of the subscriber, or the error that is passed on.

    `reachable`: whether the IMS may be tried for this IMSI. A node with our `own` number does not serve him.
    """
    if isinstance(said, RoutingInfoForSmRes):
        msc, sgsn = _nodes(said.location_info_with_lmsi, own)
        return _correlation(arg, said.imsi, inform, msc, sgsn)
    parameter = said.parameter
    if not isinstance(parameter, AbsentSubscriberSmParam) or not parameter.imsi:
        return said
    if reachable(parameter.imsi):  # TS 29.002 §23.3.2: absent in CS and PS, and UNRI is not set
        return _correlation(arg, parameter.imsi, inform, None, None)
    return said._replace(parameter=replace(parameter, imsi=None))  # it is for a gateway only


def _correlation(
    arg: RoutingInfoForSmArg,
    imsi: str,
    inform: InformServiceCentreArg | None,
    msc: AddressString | None,
    sgsn: AddressString | None,
) -> Correlation:
    status = None if inform is None else inform.mw_status
    return Correlation(
        id="",
        imsi=imsi,
        # TS 29.002 §12.1.3: with an IMSI in it, its MSISDN is a dummy.
        msisdn=arg.msisdn if arg.imsi is None else None,
        service_centre=arg.service_centre_address,
        msc=msc,
        sgsn=sgsn,
        mw_status=None if status is None else tuple(int(bit) for bit in MwStatus if status.has(bit)),
        absent=inform.absent_subscriber_diagnostic_sm if inform else None,
        absent_in_ps=inform.additional_absent_subscriber_diagnostic_sm if inform else None,
    )


def _nodes(where: LocationInfoWithLmsi, own: str) -> tuple[AddressString | None, AddressString | None]:
    """MSC and SGSN."""
    msc = sgsn = None
    if where.gprs_node_indicator:
        sgsn = where.network_node_number
    elif not where.ims_node_indicator:
        msc = where.network_node_number
    for more in (where.additional_number, where.third_number):
        if more is not None:
            msc, sgsn = msc or more.msc_number, sgsn or more.sgsn_number
    return _foreign(msc, own), _foreign(sgsn, own)


def _foreign(node: AddressString | None, own: str) -> AddressString | None:
    return None if node is None or node.digits == own else node


def answer(
    arg: RoutingInfoForSmArg, correlation: Correlation, own: str, guidance: tuple[int, int]
) -> RoutingInfoForSmRes:
    """The gateway for the serving node, the MT Correlation ID for the IMSI, and how long it may take."""
    told = None
    if arg.ip_sm_gw_guidance_indicator:
        told = IpSmGwGuidance(
            minimum_delivery_time_value=guidance[0], recommended_delivery_time_value=guidance[1]
        )
    return RoutingInfoForSmRes(
        imsi=correlation.id,
        location_info_with_lmsi=LocationInfoWithLmsi(network_node_number=AddressString(own)),
        ip_sm_gw_guidance=told,
    )
