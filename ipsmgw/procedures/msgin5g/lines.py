"""Messages to and from non-3GPP UEs, as lines of JSON and as bodies of the service (TS 23.554 §8.7)."""

from msgspec.structs import replace

from ipsmgw.procedures.msgin5g.cause import ABSENT as NOT_THERE
from ipsmgw.procedures.msgin5g.delivery import Times, over
from ipsmgw.procedures.msgin5g.ways import rested
from ipsmgw.store import Transfer
from msgin5g_bridge.l3gdelivery import Address, AddressType, L3gMessageDelivery
from msgin5g_bridge.lines import Party, Report, Result, Say, Told, read_told, write
from msgin5g_bridge.model import ABSENT, Absent, ApplicationId, MessageId
from msgin5g_bridge.msgdelivery import (
    DeliveryStatus,
    DeliveryStatusReport,
    MessageDeliveryAck,
    ReportDeliveryStatus,
    UEMessageDelivery,
)

__all__ = ["acked", "line_of", "message_of", "refusal", "report_line", "reported", "told"]

_TIMEOUT = "TIMEOUT"


def line_of(message: L3gMessageDelivery, longest: int) -> bytes:
    """As it is kept for its UE, with no number yet; ValueError where it is too long for a line."""
    line = Told(
        seq=0,
        sender=_party(message.ori_addr),
        id=message.msg_id,
        text=message.payload or "",
        report=message.deliv_st_req_ind is True,
        app=message.app_id,
    )
    return _within(write(line), longest)


def report_line(said: DeliveryStatusReport) -> bytes:
    """The same of a report."""
    delivered = said.deliv_st == ReportDeliveryStatus.REPT_DELY_SUCCESS
    return write(
        Report(
            seq=0,
            sender=_party(said.ori_addr),
            id=said.msg_id,
            delivered=delivered,
            cause=ABSENT if delivered else said.failure_cause,
        )
    )


def told(held: Transfer, number: int) -> Told | Report:
    """What its UE is told now."""
    line = read_told(held.parts[held.at])
    assert isinstance(line, Told | Report), "it is ours"
    return replace(line, seq=number)


def acked(held: Transfer, cause: str, *, later: bool, times: Times, now: float) -> Transfer:
    """The UE has it; or it has not, for now or for good."""
    if not cause:
        return over(replace(held, at=held.at + 1, cause="", resting="", rest=0.0), now, times)
    held = replace(held, cause=NOT_THERE if cause == _TIMEOUT else cause)
    return rested(held, "line", now + times.retry) if later and now < held.until else over(held, now, times)


def reported(said: DeliveryStatusReport, ue: str, now: float, times: Times) -> Transfer:
    """A report for a UE, which nobody hears the end of."""
    sender = said.ori_addr
    return Transfer(
        key=f"report {ue} {said.msg_id} {sender.addr_type} {sender.addr}",
        imsi=ue,
        ue="",
        received=now,
        until=now + times.validity,
        parts=(report_line(said),),
    )


def message_of(said: Say, svc_id: str, msg_id: str) -> UEMessageDelivery:
    """As the server is to have it."""
    return UEMessageDelivery(
        ori_addr=Address(addr_type=AddressType.UE, addr=svc_id),
        dest_addr=Address(addr_type=said.to.type, addr=said.to.address),
        app_id=ABSENT if isinstance(said.app, Absent) else ApplicationId(said.app),
        msg_id=MessageId(msg_id),
        deliv_st_req_ind=said.report or ABSENT,
        payload=said.text,
        sto_and_fw_ind=said.store,
    )


def refusal(said: Say, ack: MessageDeliveryAck) -> Result | None:
    """What the UE hears of an answer that is a no in spite of its 200; None: it is a yes."""
    if ack.status != DeliveryStatus.DELY_FAILED:
        return None
    return Result(seq=said.seq, ok=False, cause=ack.failure_cause or "DELY_FAILED")


def _party(address: Address) -> Party:
    return Party(type=address.addr_type, address=address.addr)


def _within(line: bytes, longest: int) -> bytes:
    most = longest - 16  # room for its number
    if len(line) > most:
        raise ValueError(f"a line of {len(line)} octets, where {most} are possible")
    return line
