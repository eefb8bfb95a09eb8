"""What the HLR answers to sendRoutingInfoForSM, and reads of a report (TR 23.804 §8.4; TS 29.002 §12)."""

from collections.abc import Mapping

from ipsmgw.identity import NodeNumber
from lab.elements.domain import Domain
from lab.elements.extensions import ip_message_gw, supports_ip_messaging
from lab.elements.message_waiting import HlrSubscriber, Reported
from mapstack.map import (
    AdditionalNumber,
    AddressString,
    CallBarredParam,
    ErrorCode,
    ExtensibleCallBarredParam,
    LocationInfoWithLmsi,
    MapError,
    ReportSmDeliveryStatusArg,
    RoutingInfoForSmArg,
    RoutingInfoForSmRes,
)

__all__ = ["outcomes", "refusal", "routing_info"]

_CS, _PS, _IMS = Domain.CS, Domain.PS, Domain.IMS


def refusal(record: HlrSubscriber) -> MapError | None:
    """Why this subscriber gets no short messages at all, wherever he is."""
    if not record.supported:
        return MapError(ErrorCode.FACILITY_NOT_SUPPORTED)
    if not record.teleservice:
        return MapError(ErrorCode.TELESERVICE_NOT_PROVISIONED)
    if record.barred is not None:
        why = ExtensibleCallBarredParam(call_barring_cause=record.barred)
        return MapError(ErrorCode.CALL_BARRED, CallBarredParam(extensible_call_barred_param=why))
    return None


def routing_info(
    record: HlrSubscriber, ways: Mapping[Domain, NodeNumber], sc: NodeNumber, arg: RoutingInfoForSmArg
) -> RoutingInfoForSmRes:
    """As many of the addresses as whoever asks can use, in order of priority.

    Three: the gateway's in an extension of ours, which leaves the two fields to MSC and SGSN; two, or one:
    where the gateway's is among them, it stands in for one that is not (TR 23.804 §8.4, step 3).
    """
    record.spoofed.pop(sc, None)
    gateway = ways.get(_IMS)
    if supports_ip_messaging(arg.extension_container):
        legs = {domain: node for domain, node in ways.items() if domain is not _IMS}
        location = _location(legs or _spoofed(ways))
        extension = None if gateway is None else ip_message_gw(gateway)
        return RoutingInfoForSmRes(
            imsi=record.imsi, location_info_with_lmsi=location, extension_container=extension
        )
    told = dict(list(ways.items())[: 2 if arg.gprs_support_indicator else 1])
    columns = _spoofed(told)
    if gateway is not None:
        record.spoofed[sc] = next(column for column, node in columns.items() if node == gateway)
    location = _location(columns, gprs=arg.gprs_support_indicator)
    return RoutingInfoForSmRes(imsi=record.imsi, location_info_with_lmsi=location)


def outcomes(arg: ReportSmDeliveryStatusArg, record: HlrSubscriber, sc: NodeNumber) -> dict[Domain, Reported]:
    """Domain by domain; what is said of an address that the gateway stood in for is said of the IMS."""
    main = Reported(arg.sm_delivery_outcome, arg.absent_subscriber_diagnostic_sm)
    if arg.ip_sm_gw_indicator and arg.ip_sm_gw_sm_delivery_outcome is None:
        return {_IMS: main}
    found = {_PS if arg.delivery_outcome_indicator else _CS: main}
    if arg.additional_sm_delivery_outcome is not None:
        found[_PS] = Reported(
            arg.additional_sm_delivery_outcome, arg.additional_absent_subscriber_diagnostic_sm
        )
    if arg.ip_sm_gw_sm_delivery_outcome is not None:
        found[_IMS] = Reported(arg.ip_sm_gw_sm_delivery_outcome, arg.ip_sm_gw_absent_subscriber_diagnostic_sm)
        return found
    spoofed = record.spoofed.get(sc, None if record.msc else _CS)
    return {_IMS if domain is spoofed else domain: said for domain, said in found.items()}


def _spoofed(ways: Mapping[Domain, NodeNumber]) -> dict[Domain, NodeNumber]:
    """The gateway's address as that of an MSC, or of an SGSN where the MSC's own is told as well."""
    stand_in = _PS if _CS in ways else _CS
    return {stand_in if domain is _IMS else domain: node for domain, node in ways.items()}


def _location(columns: Mapping[Domain, NodeNumber], *, gprs: bool = True) -> LocationInfoWithLmsi:
    """The first one in networkNode-Number; that it is an SGSN's is told to those who have asked."""
    (first, number), *others = columns.items()
    return LocationInfoWithLmsi(
        network_node_number=AddressString(number),
        gprs_node_indicator=gprs and first is _PS,
        additional_number=_additional(*others[0]) if others else None,
    )


def _additional(domain: Domain, node: NodeNumber) -> AdditionalNumber:
    number = AddressString(node)
    return AdditionalNumber(msc_number=number) if domain is _CS else AdditionalNumber(sgsn_number=number)
