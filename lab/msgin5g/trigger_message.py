"""A device trigger as a short message, its receipt as a delivery result (TS 23.040 §9.2.3.9, §9.2.3.24.4).

[LAB] A SCEF speaks SMPP to the SM-SC here, where a network has Tsp and T4 in between.
"""

from collections.abc import Mapping

from ipsmgw.smpp import EsmClass, MessageState, Npi, Ton
from ipsmgw.smpp.pdu import CancelSm, SubmitSm
from ipsmgw.smpp.times import relative
from ipsmgw.sms import Ports, header_octets
from lab.elements.phone_reception import DEVICE_TRIGGERING
from lab.msgin5g.scef_ledger import Transaction
from msgin5g_bridge.devicetriggering import DeliveryResult, DeviceTriggering, TriggerPriority
from msgin5g_bridge.errors import DecodeError
from msgin5g_bridge.exchange import split_uri
from msgin5g_bridge.problem import Problem
from msgin5g_bridge.ts29571 import InvalidParam

__all__ = ["RESULTS", "cancellation", "fault_of", "short_message"]

_BINARY = 0x04
_MOST_OCTETS = 140
_MOST_SECONDS = 29 * 86_400
"""A relative validity_period is less than a month (SMPP v3.4 §7.1.1.2)."""

RESULTS: Mapping[MessageState, DeliveryResult] = {  # SMPP v3.4 §5.2.28, TS 29.122 table 5.7.2.2.2-1
    MessageState.DELIVERED: DeliveryResult.SUCCESS,
    MessageState.EXPIRED: DeliveryResult.EXPIRED,
    MessageState.DELETED: DeliveryResult.TERMINATE,
    MessageState.UNDELIVERABLE: DeliveryResult.FAILURE,
    MessageState.REJECTED: DeliveryResult.FAILURE,
    MessageState.UNKNOWN: DeliveryResult.UNKNOWN,
}
"""Of a receipt; any other is of no end."""


def short_message(transaction: Transaction, number: str, msisdn: str, now: float) -> SubmitSm:
    """From the SCEF as an SME with this number, to the phone that the device is."""
    body = transaction.body
    ports = Ports(body.application_port_id, body.app_src_port_id or 0)
    return SubmitSm(
        source_addr_ton=Ton.INTERNATIONAL,
        source_addr_npi=Npi.ISDN,
        source_addr=number,
        dest_addr_ton=Ton.INTERNATIONAL,
        dest_addr_npi=Npi.ISDN,
        destination_addr=msisdn,
        esm_class=EsmClass.UDHI,
        protocol_id=DEVICE_TRIGGERING,
        priority_flag=int(body.priority == TriggerPriority.PRIORITY),
        validity_period=relative(max(1, min(int(transaction.expires - now), _MOST_SECONDS))),
        registered_delivery=1,
        data_coding=_BINARY,
        short_message=header_octets((ports.element(),)) + body.trigger_payload,
    )


def cancellation(transaction: Transaction, number: str) -> CancelSm:
    """What was submitted is not to be sent any more."""
    return CancelSm(
        message_id=transaction.message_id,
        source_addr_ton=Ton.INTERNATIONAL,
        source_addr_npi=Npi.ISDN,
        source_addr=number,
    )


def fault_of(body: DeviceTriggering) -> Problem | None:
    """What no short message can carry, or nobody can be told of."""
    most = _MOST_OCTETS - len(header_octets((Ports(0, 0).element(),)))
    if len(body.trigger_payload) > most:
        return _fault("/triggerPayload", f"{len(body.trigger_payload)} octets; there is room for {most}")
    if body.validity_period < 1:
        return _fault("/validityPeriod", "no time at all")
    if body.msisdn and not (body.msisdn.isascii() and body.msisdn.isdigit() and len(body.msisdn) <= 15):
        return _fault("/msisdn", f"{body.msisdn[:40]!r} is no MSISDN")
    try:
        split_uri(body.notification_destination)
    except DecodeError as error:
        return _fault("/notificationDestination", error.reason)
    return None


def _fault(param: str, reason: str) -> Problem:
    params = (InvalidParam(param=param, reason=reason),)
    return Problem(status=400, cause="MANDATORY_IE_INCORRECT", detail=f"{param}: {reason}", params=params)
