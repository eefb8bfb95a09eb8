"""A message of the MSGin5G service to a phone, until its sender knows (TS 23.554 §8.3, §8.7.1).

sms: its parts go to the phone, one after the other; receipt: the service centre has all of them; report: the
sender is to hear of the end; ended: kept for a while, so that the same message once more is not delivered
again.
"""

import base64
import binascii
from typing import NamedTuple

from msgspec.structs import replace

from ipsmgw.msgin5g_section import Msgin5gApplication, Msgin5gSection
from ipsmgw.procedures.msgin5g.cause import PAYLOAD_NOT_SUPPORTED
from ipsmgw.sms import Address, Deliver, Part, Ports, Timestamp, compose, divide
from ipsmgw.store import Transfer
from msgin5g_bridge import ABSENT
from msgin5g_bridge import l3gdelivery as l3g
from msgin5g_bridge.l3gdelivery import L3gMessageDelivery
from msgin5g_bridge.model import MessageId
from msgin5g_bridge.msgdelivery import DeliveryStatusReport, ReportDeliveryStatus

__all__ = [
    "Times",
    "as_parts",
    "delivers",
    "forgotten_at",
    "key_of",
    "over",
    "report_failed",
    "report_of",
    "reported",
    "transfer_of",
    "unfit",
    "welcome",
]

_OCTETS = 0x04  # TP-DCS of 8 bit data: TS 23.038 §4


class Times(NamedTuple):
    """Seconds, from the settings."""

    validity: float
    retry: float
    remember: float


def key_of(message: L3gMessageDelivery) -> str:
    """What names it: a sender has each Message ID once."""
    sender = message.ori_addr
    return f"{sender.addr_type} {sender.addr} {message.dest_addr.addr} {message.msg_id}"


def as_parts(message: L3gMessageDelivery, section: Msgin5gSection, reference: int) -> tuple[Part, ...]:
    """The user data of its short messages; ValueError with a sentence where it is none of these."""
    payload = message.payload or ""
    application = next((each for each in section.application if each.id == message.app_id), None)
    if application is None:
        return compose(payload, reference=reference, wide=True)
    ports = (Ports(application.port, application.source_port).element(),) if application.port else ()
    if application.binary:
        octets = _octets(application, payload)
        return divide(octets, _OCTETS, reference=reference, wide=True, also=ports)
    return compose(payload, reference=reference, wide=True, also=ports)


def _octets(application: Msgin5gApplication, payload: str) -> bytes:
    try:
        return base64.b64decode(payload, validate=True)
    except (binascii.Error, ValueError):
        raise ValueError(f"the payload for {application.id} is no base64") from None


def transfer_of(
    message: L3gMessageDelivery, imsi: str, delivers: tuple[bytes, ...], now: float, times: Times
) -> Transfer:
    """As it is kept before the server hears 204."""
    return Transfer(
        key=key_of(message),
        imsi=str(imsi),
        ue=message.dest_addr.addr,
        sender_type=str(message.ori_addr.addr_type),
        sender=message.ori_addr.addr,
        msg_id=message.msg_id,
        report=message.deliv_st_req_ind is True,
        received=now,
        until=now + times.validity,
        parts=delivers,
    )


def unfit(message: L3gMessageDelivery, now: float, times: Times) -> Transfer:
    """One that is no short message, and was accepted with others: its sender hears of it, if he wants to."""
    none = transfer_of(message, "", (b"",), now, times)
    return over(replace(none, cause=PAYLOAD_NOT_SUPPORTED), now, times)


def welcome(text: str, imsi: str, sender: Address, now: float, times: Times) -> Transfer:
    """What he is told of the service; nobody hears whether he has read it."""
    return Transfer(
        key=f"welcome {imsi}",
        imsi=imsi,
        ue="",
        received=now,
        until=now + times.validity,
        parts=delivers(compose(text, wide=True), sender, now),
    )


def delivers(parts: tuple[Part, ...], sender: Address, now: float) -> tuple[bytes, ...]:
    """The SMS-DELIVERs of them."""
    stamp, last = Timestamp.at(now), len(parts) - 1
    return tuple(
        Deliver.of(
            sender,
            stamp,
            udl=part.udl,
            ud=part.ud,
            dcs=part.dcs,
            udhi=part.udhi,
            more_messages=number < last,
        ).encode()
        for number, part in enumerate(parts)
    )


def report_of(held: Transfer) -> DeliveryStatusReport:
    """From the phone to the sender, with the Message ID of the message."""
    delivered = held.at == len(held.parts)
    return DeliveryStatusReport(
        ori_addr=l3g.Address(addr_type=l3g.AddressType.UE, addr=held.ue),
        dest_addr=l3g.Address(addr_type=l3g.AddressType(held.sender_type), addr=held.sender),
        msg_id=MessageId(held.msg_id),
        failure_cause=ABSENT if delivered else held.cause,
        deliv_st=_DELIVERED if delivered else _FAILED,
    )


def reported(held: Transfer, now: float, times: Times) -> Transfer:
    """The server has the report, or will never take it."""
    return replace(held, phase="ended", due=now + times.remember)


def report_failed(held: Transfer, now: float, times: Times, after: float = 0.0) -> Transfer:
    """The server does not take it now, nor within `after`; it hears it for as long as a message is valid."""
    if now >= held.until + times.validity:
        return reported(held, now, times)
    return replace(held, due=now + max(times.retry, after))


def forgotten_at(held: Transfer, now: float) -> bool:
    """Whether the same message would be a new one from now on."""
    return held.phase == "ended" and now >= held.due


_DELIVERED, _FAILED = ReportDeliveryStatus.REPT_DELY_SUCCESS, ReportDeliveryStatus.REPT_DELY_FAILED


def over(held: Transfer, now: float, times: Times) -> Transfer:
    """Nothing more is tried: all of it is with the phone, or `cause` says why not."""
    if held.report:
        return replace(held, phase="report", due=0.0)
    return replace(held, phase="ended", due=now + times.remember)
