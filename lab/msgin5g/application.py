"""An Application Client without its wire: what it says to its MSGin5G Client, and what it has (MSGin5G-5)."""

from dataclasses import dataclass, field

from msgin5g_bridge.l3gdelivery import Address
from msgin5g_bridge.message import (
    AcDeregistration,
    AcRegistration,
    DeliveryReport,
    Message,
    MessageResponse,
    Payload,
)
from msgin5g_bridge.model import ABSENT, ApplicationId, Body, MessageId
from msgin5g_bridge.msgdelivery import ReportDeliveryStatus
from msgin5g_bridge.names import FailureCause

__all__ = ["Application", "ApplicationLedger"]


@dataclass(slots=True)
class ApplicationLedger:
    """What has happened to it, over all its lives."""

    inbox: list[Message] = field(default_factory=list)
    reports: list[DeliveryReport] = field(default_factory=list)
    count: int = 0

    @property
    def texts(self) -> list[str]:
        return [each.payload or "" for each in self.inbox]

    def report_of(self, msg_id: str) -> list[ReportDeliveryStatus]:
        """What it was told of a message of its own."""
        return [each.deliv_st for each in self.reports if each.msg_id == msg_id]


class Application:
    """[LAB] Its bodies are those of MSGin5G-1, in the name of the UE that it uses."""

    def __init__(self, app_id: str, address: Address, ledger: ApplicationLedger) -> None:
        """`address` is of the UE with the MSGin5G Client."""
        self.app_id = ApplicationId(app_id)
        self.address = address
        self.ledger = ledger

    def registration(self) -> AcRegistration:
        return AcRegistration(app_id=self.app_id)

    def deregistration(self) -> AcDeregistration:
        return AcDeregistration(app_id=self.app_id)

    def message(self, to: Address, text: str, *, report: bool = False, keep: bool = False) -> Message:
        """With an ID that no other application of this UE has."""
        self.ledger.count += 1
        return Message(
            ori_addr=self.address,
            dest_addr=to,
            app_id=self.app_id,
            msg_id=MessageId(f"{self.address.addr}-{self.app_id}-{self.ledger.count}"),
            payload=text,
            deliv_st_req_ind=report or ABSENT,
            sto_and_fw_ind=keep,
        )

    def take(self, payload: Payload) -> tuple[Body | FailureCause, tuple[DeliveryReport, ...]]:
        """The answer, or the cause of a no, and what it reports; what it has already it reports again."""
        match payload:
            case DeliveryReport():
                if payload not in self.ledger.reports:
                    self.ledger.reports.append(payload)
                return MessageResponse(ori_addr=payload.ori_addr, msg_id=payload.msg_id), ()
            case Message(app_id=self.app_id):
                return self._has(payload)
        return FailureCause.APPLICATION_UNKNOWN, ()

    def _has(self, message: Message) -> tuple[Body, tuple[DeliveryReport, ...]]:
        key = (message.ori_addr, message.msg_id)
        if all((each.ori_addr, each.msg_id) != key for each in self.ledger.inbox):
            self.ledger.inbox.append(message)
        response = MessageResponse(ori_addr=message.ori_addr, msg_id=message.msg_id)
        if not message.deliv_st_req_ind:
            return response, ()
        return response, (
            DeliveryReport(
                ori_addr=self.address,
                dest_addr=message.ori_addr,
                msg_id=message.msg_id,
                deliv_st=ReportDeliveryStatus.REPT_DELY_SUCCESS,
            ),
        )
