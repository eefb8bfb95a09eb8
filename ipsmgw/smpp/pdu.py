"""The PDUs of SMPP, declared (SMPP v3.4 §4)."""

from dataclasses import dataclass
from typing import Annotated, ClassVar

from ipsmgw.smpp.codes import RESPONSE, Command, Status, Tag
from ipsmgw.smpp.fields import (
    Counted,
    CString,
    Destination,
    Destinations,
    Octet,
    Tlv,
    Unsuccessful,
    UnsuccessfulList,
)

__all__ = [
    "PDUS",
    "AlertNotification",
    "BindReceiver",
    "BindReceiverResp",
    "BindRequest",
    "BindResponse",
    "BindTransceiver",
    "BindTransceiverResp",
    "BindTransmitter",
    "BindTransmitterResp",
    "CancelSm",
    "CancelSmResp",
    "DataSm",
    "DataSmResp",
    "DeliverSm",
    "DeliverSmResp",
    "EnquireLink",
    "EnquireLinkResp",
    "GenericNack",
    "Outbind",
    "Pdu",
    "QuerySm",
    "QuerySmResp",
    "ReplaceSm",
    "ReplaceSmResp",
    "SubmitMulti",
    "SubmitMultiResp",
    "SubmitSm",
    "SubmitSmResp",
    "Unbind",
    "UnbindResp",
    "response_to",
]

ServiceType = Annotated[str, CString(6, Status.RINVSERTYP)]
SystemId = Annotated[str, CString(16, Status.RINVSYSID)]
Password = Annotated[str, CString(9, Status.RINVPASWD)]
MessageId = Annotated[str, CString(65, Status.RINVMSGID)]
Source = Annotated[str, CString(21, Status.RINVSRCADR)]
LongSource = Annotated[str, CString(65, Status.RINVSRCADR)]
Target = Annotated[str, CString(21, Status.RINVDSTADR)]
LongTarget = Annotated[str, CString(65, Status.RINVDSTADR)]
Schedule = Annotated[str, CString(17, Status.RINVSCHED)]
Validity = Annotated[str, CString(17, Status.RINVEXPIRY)]
Date = Annotated[str, CString(17)]
Number = Annotated[int, Octet()]
Message = Annotated[bytes, Counted()]


@dataclass(frozen=True, slots=True, kw_only=True)
class Pdu:
    """What all have: optional parameters at the end."""

    COMMAND: ClassVar[Command]
    tlvs: tuple[Tlv, ...] = ()

    def tlv(self, tag: Tag) -> bytes | None:
        """The value of an optional parameter; of repeated ones the first counts."""
        return next((value for found, value in self.tlvs if found == tag), None)

    def number(self, tag: Tag) -> int | None:
        """The same as an integer."""
        value = self.tlv(tag)
        return None if value is None else int.from_bytes(value)


@dataclass(frozen=True, slots=True, kw_only=True)
class BindRequest(Pdu):
    """What the three binds share (§4.1)."""

    system_id: SystemId = ""
    password: Password = ""
    system_type: Annotated[str, CString(13, Status.RINVSYSTYP)] = ""
    interface_version: Number = 0x34
    addr_ton: Number = 0
    addr_npi: Number = 0
    address_range: Annotated[str, CString(41)] = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class BindTransmitter(BindRequest):  # §4.1.1
    COMMAND = Command.BIND_TRANSMITTER


@dataclass(frozen=True, slots=True, kw_only=True)
class BindReceiver(BindRequest):  # §4.1.3
    COMMAND = Command.BIND_RECEIVER


@dataclass(frozen=True, slots=True, kw_only=True)
class BindTransceiver(BindRequest):  # §4.1.5
    COMMAND = Command.BIND_TRANSCEIVER


@dataclass(frozen=True, slots=True, kw_only=True)
class BindResponse(Pdu):
    """Who the SMSC is; absent where it refuses."""

    system_id: SystemId = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class BindTransmitterResp(BindResponse):  # §4.1.2
    COMMAND = Command.BIND_TRANSMITTER_RESP


@dataclass(frozen=True, slots=True, kw_only=True)
class BindReceiverResp(BindResponse):  # §4.1.4
    COMMAND = Command.BIND_RECEIVER_RESP


@dataclass(frozen=True, slots=True, kw_only=True)
class BindTransceiverResp(BindResponse):  # §4.1.6
    COMMAND = Command.BIND_TRANSCEIVER_RESP


@dataclass(frozen=True, slots=True, kw_only=True)
class Outbind(Pdu):  # §4.1.7
    COMMAND = Command.OUTBIND
    system_id: SystemId = ""
    password: Password = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Unbind(Pdu):  # §4.2.1
    COMMAND = Command.UNBIND


@dataclass(frozen=True, slots=True, kw_only=True)
class UnbindResp(Pdu):  # §4.2.2
    COMMAND = Command.UNBIND_RESP


@dataclass(frozen=True, slots=True, kw_only=True)
class GenericNack(Pdu):  # §4.3.1
    COMMAND = Command.GENERIC_NACK


@dataclass(frozen=True, slots=True, kw_only=True)
class ShortMessage(Pdu):
    """What submit_sm and deliver_sm share (§4.4.1, §4.6.1)."""

    service_type: ServiceType = ""
    source_addr_ton: Number = 0
    source_addr_npi: Number = 0
    source_addr: Source = ""
    dest_addr_ton: Number = 0
    dest_addr_npi: Number = 0
    destination_addr: Target = ""
    esm_class: Number = 0
    protocol_id: Number = 0
    priority_flag: Number = 0
    schedule_delivery_time: Schedule = ""
    validity_period: Validity = ""
    registered_delivery: Number = 0
    replace_if_present_flag: Number = 0
    data_coding: Number = 0
    sm_default_msg_id: Number = 0
    short_message: Message = b""


@dataclass(frozen=True, slots=True, kw_only=True)
class SubmitSm(ShortMessage):  # §4.4.1
    COMMAND = Command.SUBMIT_SM


@dataclass(frozen=True, slots=True, kw_only=True)
class SubmitSmResp(Pdu):  # §4.4.2
    COMMAND = Command.SUBMIT_SM_RESP
    message_id: MessageId = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SubmitMulti(Pdu):  # §4.5.1
    COMMAND = Command.SUBMIT_MULTI
    service_type: ServiceType = ""
    source_addr_ton: Number = 0
    source_addr_npi: Number = 0
    source_addr: Source = ""
    destinations: Annotated[tuple[Destination, ...], Destinations()] = ()
    esm_class: Number = 0
    protocol_id: Number = 0
    priority_flag: Number = 0
    schedule_delivery_time: Schedule = ""
    validity_period: Validity = ""
    registered_delivery: Number = 0
    replace_if_present_flag: Number = 0
    data_coding: Number = 0
    sm_default_msg_id: Number = 0
    short_message: Message = b""


@dataclass(frozen=True, slots=True, kw_only=True)
class SubmitMultiResp(Pdu):  # §4.5.2
    COMMAND = Command.SUBMIT_MULTI_RESP
    message_id: MessageId = ""
    unsuccessful: Annotated[tuple[Unsuccessful, ...], UnsuccessfulList()] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliverSm(ShortMessage):  # §4.6.1
    COMMAND = Command.DELIVER_SM


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliverSmResp(Pdu):  # §4.6.2
    COMMAND = Command.DELIVER_SM_RESP
    message_id: MessageId = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class DataSm(Pdu):  # §4.7.1
    COMMAND = Command.DATA_SM
    service_type: ServiceType = ""
    source_addr_ton: Number = 0
    source_addr_npi: Number = 0
    source_addr: LongSource = ""
    dest_addr_ton: Number = 0
    dest_addr_npi: Number = 0
    destination_addr: LongTarget = ""
    esm_class: Number = 0
    registered_delivery: Number = 0
    data_coding: Number = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class DataSmResp(Pdu):  # §4.7.2
    COMMAND = Command.DATA_SM_RESP
    message_id: MessageId = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class QuerySm(Pdu):  # §4.8.1
    COMMAND = Command.QUERY_SM
    message_id: MessageId = ""
    source_addr_ton: Number = 0
    source_addr_npi: Number = 0
    source_addr: Source = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class QuerySmResp(Pdu):  # §4.8.2
    COMMAND = Command.QUERY_SM_RESP
    message_id: MessageId = ""
    final_date: Date = ""
    message_state: Number = 0
    error_code: Number = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class CancelSm(Pdu):  # §4.9.1
    COMMAND = Command.CANCEL_SM
    service_type: ServiceType = ""
    message_id: MessageId = ""
    source_addr_ton: Number = 0
    source_addr_npi: Number = 0
    source_addr: Source = ""
    dest_addr_ton: Number = 0
    dest_addr_npi: Number = 0
    destination_addr: Target = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class CancelSmResp(Pdu):  # §4.9.2
    COMMAND = Command.CANCEL_SM_RESP


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplaceSm(Pdu):  # §4.10.1
    COMMAND = Command.REPLACE_SM
    message_id: MessageId = ""
    source_addr_ton: Number = 0
    source_addr_npi: Number = 0
    source_addr: Source = ""
    schedule_delivery_time: Schedule = ""
    validity_period: Validity = ""
    registered_delivery: Number = 0
    sm_default_msg_id: Number = 0
    short_message: Message = b""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplaceSmResp(Pdu):  # §4.10.2
    COMMAND = Command.REPLACE_SM_RESP


@dataclass(frozen=True, slots=True, kw_only=True)
class EnquireLink(Pdu):  # §4.11.1
    COMMAND = Command.ENQUIRE_LINK


@dataclass(frozen=True, slots=True, kw_only=True)
class EnquireLinkResp(Pdu):  # §4.11.2
    COMMAND = Command.ENQUIRE_LINK_RESP


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertNotification(Pdu):  # §4.12.1
    COMMAND = Command.ALERT_NOTIFICATION
    source_addr_ton: Number = 0
    source_addr_npi: Number = 0
    source_addr: LongSource = ""
    esme_addr_ton: Number = 0
    esme_addr_npi: Number = 0
    esme_addr: LongTarget = ""


PDUS: dict[Command, type[Pdu]] = {
    pdu.COMMAND: pdu
    for pdu in (
        BindReceiver, BindTransmitter, QuerySm, SubmitSm, DeliverSm, Unbind, ReplaceSm, CancelSm,
        BindTransceiver, Outbind, EnquireLink, SubmitMulti, AlertNotification, DataSm, GenericNack,
        BindReceiverResp, BindTransmitterResp, QuerySmResp, SubmitSmResp, DeliverSmResp, UnbindResp,
        ReplaceSmResp, CancelSmResp, BindTransceiverResp, EnquireLinkResp, SubmitMultiResp, DataSmResp,
    )
}  # fmt: skip
_ANSWERS = {int(command): pdu for command, pdu in PDUS.items() if command & RESPONSE}


def response_to(command: Command) -> type[Pdu]:
    """The PDU that answers a request; a generic_nack where nothing does."""
    return _ANSWERS.get(command | RESPONSE, GenericNack)
