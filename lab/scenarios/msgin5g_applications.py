"""Application Clients over MSGin5G-5: on the UE of their MSGin5G Client, and on another one."""

from lab.carrier import Carrier
from lab.expectation import expect
from lab.msgin5g.application import Application, ApplicationLedger
from lab.msgin5g.plan import ApplicationClientPlan, Msgin5gPlan, UePlan
from lab.msgin5g.settings import ServerSettings
from lab.msgin5g.steps import FAILURE, SUCCESS, answered, server, ue, until, with_msgin5g
from lab.scenario import scenario
from msgin5g_bridge.model import ApplicationId
from msgin5g_bridge.names import FailureCause

__all__ = [
    "msgin5g_application_away",
    "msgin5g_application_elsewhere",
    "msgin5g_application_here",
    "msgin5g_application_registers",
]

_PLAN = Msgin5gPlan(
    ues=(UePlan(name="meter"), UePlan(name="lamp", max_seg_size=128)),
    application_clients=(ApplicationClientPlan(name="watch", app_id="weather", ue="lamp"),),
    server=ServerSettings(report=60.0),
)
_WEATHER = ApplicationId("weather")
_CON, _NON = b"\x42\x02", b"\x52\x02"


@scenario(
    clause="TS 24.538 A.3; TS 23.554 §5",
    what="an Application Client registers with the client and leaves",
    plan=with_msgin5g(_PLAN),
)
async def msgin5g_application_registers(carrier: Carrier) -> None:
    """The client knows it by its Application ID; who has not registered is refused, both ways."""
    meter, lamp = await ue(carrier, "meter"), await ue(carrier, "lamp")
    watch = carrier.msgin5g.application_clients["watch"]
    stranger = watch.send(meter.address, "let me", report=True)
    await answered(carrier, stranger)
    expect(
        (stranger.code, stranger.cause) == (403, FailureCause.NOT_REGISTERED), "without that nothing is sent"
    )
    first, again = watch.register(), watch.register()
    await answered(carrier, first, again)
    expect((first.code, again.code) == (201, 204), "it registers, and says so again")
    expect(lamp.ledger.applications.keys() == {"weather"}, "the client has its Application ID")
    gone = watch.deregister()
    await answered(carrier, gone)
    expect(gone.code == 202 and not lamp.ledger.applications, "it leaves")
    (sent,) = meter.ask_for(lamp.address, "rain?", _WEATHER)
    await answered(carrier, sent)
    await until(carrier, lambda: len(meter.ledger.reports) == 1, "meter is told")
    report = meter.ledger.reports[0]
    expect(report.failure_cause == FailureCause.APPLICATION_UNKNOWN, "that there is no such application")


@scenario(
    clause="TS 24.538 A.3; TS 23.554 §8.3",
    what="messages and reports of an Application Client on another UE",
    plan=with_msgin5g(_PLAN),
)
async def msgin5g_application_elsewhere(carrier: Carrier) -> None:
    """Confirmable where a report is wanted; what is too long for the client goes in segments of its own."""
    reader, meter, lamp = await server(carrier), await ue(carrier, "meter"), await ue(carrier, "lamp")
    watch = carrier.msgin5g.application_clients["watch"]
    await answered(carrier, watch.register())
    asked = watch.send(meter.address, "it is raining " * 20, report=True)
    await answered(carrier, asked)
    expect(asked.code == 204, "the client says what the server says")
    await until(carrier, lambda: meter.ledger.texts == ["it is raining " * 20], "meter has it whole")
    has = meter.ledger.inbox[0].message
    expect((has.ori_addr, has.app_id) == (lamp.address, _WEATHER), "from lamp, of the application")
    await until(
        carrier, lambda: watch.ledger.report_of(has.msg_id) == [SUCCESS], "the application is told, once"
    )

    (sent,) = meter.ask_for(lamp.address, "where?", _WEATHER)
    await answered(carrier, sent)
    await until(carrier, lambda: watch.ledger.texts == ["where?"], "the application has the answer")
    await until(carrier, lambda: len(meter.ledger.reports) == 1, "meter is told by the application")
    expect(meter.ledger.reports[0].deliv_st == SUCCESS, "that it has it")
    await answered(carrier, watch.send(reader.address, "thanks"))
    await until(carrier, lambda: reader.ledger.texts == ["thanks"], "an AS has what wants no report")
    await until(carrier, lambda: not carrier.open_work, "nothing more is said")
    posts = [pdu for pdu in carrier.pdus if pdu.source == "watch" and b'"msgType":"' in pdu.data]
    wanting = [pdu for pdu in posts if b'"delivStReqInd":true' in pdu.data or b'"IMDN"' in pdu.data]
    expect(
        all(pdu.data.startswith(_CON) for pdu in wanting) and len(wanting) == 2, "CON where a report matters"
    )
    expect(any(pdu.data.startswith(_NON) and b"thanks" in pdu.data for pdu in posts), "NON where none does")


@scenario(
    clause="TS 23.554 §5, §8.3",
    what="an Application Client on the UE of its client",
    plan=with_msgin5g(_PLAN),
)
async def msgin5g_application_here(carrier: Carrier) -> None:
    """The same in one device: nothing of MSGin5G-5 is on a wire."""
    meter, lamp = await ue(carrier, "meter"), await ue(carrier, "lamp")
    panel = Application("panel", meter.address, ApplicationLedger())
    (refused,) = meter.send_for(panel, lamp.address, "?")
    expect(refused.cause == FailureCause.NOT_REGISTERED, "it has to register")
    meter.attach(panel)
    await answered(carrier, *meter.send_for(panel, lamp.address, "on", report=True))
    await until(carrier, lambda: lamp.ledger.texts == ["on"], "lamp has it")
    id_ = lamp.ledger.inbox[0].message.msg_id
    await until(carrier, lambda: panel.ledger.report_of(id_) == [SUCCESS], "the application is told, once")
    await answered(carrier, *lamp.ask_for(meter.address, "is on", ApplicationId("panel")))
    await until(carrier, lambda: panel.ledger.texts == ["is on"], "it has the answer")
    await until(carrier, lambda: len(lamp.ledger.reports) == 1, "which it reports")
    meter.detach(panel)
    (sent,) = lamp.ask_for(meter.address, "?", ApplicationId("panel"))
    await answered(carrier, sent)
    await until(carrier, lambda: len(lamp.ledger.reports) == 2, "lamp is told")
    expect(lamp.ledger.reports[1].failure_cause == FailureCause.APPLICATION_UNKNOWN, "when it has left")


@scenario(
    clause="TS 23.554 §8.3.4",
    what="an Application Client that is away",
    plan=with_msgin5g(_PLAN),
    needs=("watch",),
)
async def msgin5g_application_away(carrier: Carrier) -> None:
    """What the client cannot hand over it reports as failed; a restart forgets no application."""
    meter, lamp = await ue(carrier, "meter"), await ue(carrier, "lamp")
    watch = carrier.msgin5g.application_clients["watch"]
    await answered(carrier, watch.register())
    await carrier.restart("lamp", 0.1)
    lamp = await ue(carrier, "lamp")
    await answered(carrier, *meter.ask_for(lamp.address, "rain?", _WEATHER))
    await until(carrier, lambda: watch.ledger.texts == ["rain?"], "the application has it")
    await until(carrier, lambda: len(meter.ledger.reports) == 1, "meter is told")
    watch_inbox = watch.ledger.inbox
    carrier.msgin5g.application_clients["watch"].refuses = FailureCause.OVERLOAD
    await answered(carrier, *meter.ask_for(lamp.address, "snow?", _WEATHER))
    await until(carrier, lambda: len(meter.ledger.reports) == 2, "meter is told of the other")
    report = meter.ledger.reports[1]
    expect((report.deliv_st, report.failure_cause) == (FAILURE, FailureCause.OVERLOAD), "why it has failed")
    expect(len(watch_inbox) == 1, "and the application has not got it")
