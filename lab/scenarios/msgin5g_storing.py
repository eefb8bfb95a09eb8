"""Messages that wait: store and forward, expiry, update and discard, windows, retries, a restart."""

from datetime import UTC, datetime

from msgspec.structs import replace

from lab.carrier import Carrier
from lab.expectation import expect
from lab.msgin5g.plan import M5S, Msgin5gPlan
from lab.msgin5g.settings import ServerSettings
from lab.msgin5g.steps import FAILURE, SUCCESS, answered, moment, server, ue, until, with_msgin5g
from lab.scenario import scenario
from msgin5g_bridge.message import MessageResponse, StoredMessageUpdate
from msgin5g_bridge.msgdelivery import DeliveryStatus
from msgin5g_bridge.names import FailureCause
from msgin5g_bridge.registration import CommunicationAvailability, Registration

__all__ = [
    "msgin5g_available",
    "msgin5g_discarded",
    "msgin5g_expired",
    "msgin5g_restart",
    "msgin5g_retried",
    "msgin5g_stored",
]

_PLAIN = Msgin5gPlan()
_HASTY = Msgin5gPlan(server=ServerSettings(retry=0.5))
_SOON = 1.0


@scenario(
    clause="TS 23.554 §8.3.3; TS 29.538 §5", what="stored until the UE registers", plan=with_msgin5g(_PLAIN)
)
async def msgin5g_stored(carrier: Carrier) -> None:
    """The sender is told that it is stored, and later that it was delivered."""
    reader, meter = await server(carrier), await ue(carrier, "meter", registered=False)
    call = reader.send(meter.address, "when you wake", keep=True, report=True)
    await answered(carrier, call)
    expect(call.ack is not None and call.ack.status == DeliveryStatus.DELY_STORED, "the AS hears DELY_STORED")
    expect(not reader.ledger.reports, "there is no report yet")
    await ue(carrier, "meter")
    await until(carrier, lambda: meter.ledger.texts == ["when you wake"], "meter gets it when it registers")
    await until(carrier, lambda: [r.deliv_st for r in reader.ledger.reports] == [SUCCESS], "the AS is told")
    lines = carrier.msgin5g.m5s.server.explain(meter.ledger.inbox[0].message.msg_id)
    expect(any("RECIPIENT_NOT_REGISTERED" in line for line in lines), "explain says why it was stored")


@scenario(clause="TS 23.554 §8.3.3", what="stored, and too late", plan=with_msgin5g(_PLAIN))
async def msgin5g_expired(carrier: Carrier) -> None:
    """What has expired fails, its sender is told once, and it is never delivered."""
    reader, meter = await server(carrier), await ue(carrier, "meter", registered=False)
    call = reader.send(meter.address, "now", keep=True, report=True, params=moment(carrier, _SOON))
    await answered(carrier, call)
    await until(carrier, lambda: len(reader.ledger.reports) == 1, "the AS is told")
    report = reader.ledger.reports[0]
    expect((report.deliv_st, report.failure_cause) == (FAILURE, "EXPIRED"), "that it has expired")
    await ue(carrier, "meter")
    await until(carrier, lambda: not carrier.open_work, "nothing more is said")
    expect(not meter.ledger.texts, "meter never gets it")


@scenario(clause="TS 23.554 §8.3.6", what="a stored message changed and discarded", plan=with_msgin5g(_PLAIN))
async def msgin5g_discarded(carrier: Carrier) -> None:
    """Its sender may keep it longer, or take it back; nobody else may."""
    meter, lamp = await ue(carrier, "meter"), await ue(carrier, "lamp", registered=False)
    (kept,) = meter.send(lamp.address, "kept", keep=True, params=moment(carrier, _SOON))
    (taken,) = meter.send(lamp.address, "taken back", keep=True)
    await answered(carrier, kept, taken)
    ids = [each.body.msg_id for each in (kept, taken) if isinstance(each.body, MessageResponse)]
    expect(len(ids) == 2, "both are accepted")
    update = StoredMessageUpdate(ori_addr=meter.address, dest_addr=lamp.address, msg_id=ids[1])
    longer = replace(update, msg_id=ids[0], sto_and_fw_params=moment(carrier, 1000.0))
    changed, discarded = meter.ask(longer), meter.ask(update)
    await answered(carrier, changed, discarded)
    expect(changed.code == discarded.code == 204, "both are done")
    again = meter.ask(update)
    await answered(carrier, again)
    expect((again.code, again.cause) == (404, "MESSAGE_UNKNOWN"), "what is discarded is gone")
    await carrier.pause(2 * _SOON)
    await ue(carrier, "lamp")
    await until(carrier, lambda: lamp.ledger.texts == ["kept"], "lamp gets the one that was kept longer")
    await until(carrier, lambda: not carrier.open_work, "nothing more is said")
    expect(lamp.ledger.texts == ["kept"], "and not the other")


@scenario(
    clause="TS 23.554 §8.2.1, table 8.2.1-3", what="Communication Availability", plan=with_msgin5g(_PLAIN)
)
async def msgin5g_available(carrier: Carrier) -> None:
    """Outside of its window a message for a UE is stored, and goes when the window opens."""
    meter, lamp = await ue(carrier, "meter"), await ue(carrier, "lamp", registered=False)
    opens = carrier.now + 2 * _SOON
    schedule = CommunicationAvailability(sched_time=datetime.fromtimestamp(opens, UTC), duration=3600)
    request = lamp.client.registration()
    assert isinstance(request, Registration)
    assert request.profile
    asked = lamp.ask(replace(request, profile=replace(request.profile, comm_avail=schedule)))
    await answered(carrier, asked)
    (stored,) = meter.send(lamp.address, "good morning", keep=True)
    (failed,) = meter.send(lamp.address, "now or never")
    await answered(carrier, stored, failed)
    told = [each.body for each in (stored, failed)]
    expect(
        [each.status for each in told if isinstance(each, MessageResponse)]
        == [DeliveryStatus.DELY_STORED, DeliveryStatus.DELY_FAILED],
        "one is stored, the other fails",
    )
    await until(carrier, lambda: bool(lamp.ledger.inbox), "lamp gets what was stored")
    expect(lamp.ledger.inbox[0].when >= opens, "not before its window opens")
    expect(lamp.ledger.texts == ["good morning"], "and only that")


@scenario(clause="TS 23.554 §8.3.3", what="a UE that cannot take it yet", plan=with_msgin5g(_HASTY))
async def msgin5g_retried(carrier: Carrier) -> None:
    """5.03 is no end for what may be stored, and is one for what may not."""
    meter, lamp = await ue(carrier, "meter"), await ue(carrier, "lamp")
    lamp.refuses = FailureCause.OVERLOAD
    (kept,) = meter.send(lamp.address, "in time", keep=True, report=True)
    (lost,) = meter.send(lamp.address, "at once", report=True)
    await answered(carrier, kept, lost)
    await until(carrier, lambda: len(meter.ledger.reports) == 1, "meter is told of one")
    expect(meter.ledger.reports[0].failure_cause == "OVERLOAD", "that lamp had no room")
    lamp.refuses = None
    await until(carrier, lambda: lamp.ledger.texts == ["in time"], "the other is tried again")
    await until(carrier, lambda: len(meter.ledger.reports) == 2, "meter is told of it too")


@scenario(clause="TS 23.554 §8.3; DESIGN §10", what="the server dies in between", plan=with_msgin5g(_HASTY))
async def msgin5g_restart(carrier: Carrier) -> None:
    """Registrations, stored messages and those under way are there again; nothing comes twice."""
    meter, lamp = await ue(carrier, "meter"), await ue(carrier, "lamp")
    await answered(carrier, lamp.deregister())
    (stored,) = meter.send(lamp.address, "stored", keep=True, report=True)
    await answered(carrier, stored)
    await carrier.restart(M5S, 0.2)
    await ue(carrier, "lamp")
    await until(carrier, lambda: lamp.ledger.texts == ["stored"], "what was stored is delivered")
    (again,) = meter.send(lamp.address, "after", report=True)
    await answered(carrier, again)
    expect(again.taken, "meter is still registered")
    await until(carrier, lambda: len(meter.ledger.reports) == 2, "both are reported")
    expect(lamp.ledger.texts == ["stored", "after"], "each once")
