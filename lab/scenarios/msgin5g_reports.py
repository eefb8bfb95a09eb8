"""Delivery status reports that do not get to the server: the UE says them again (TS 23.554 §8.3.4)."""

from lab.carrier import Carrier
from lab.expectation import expect
from lab.msgin5g.plan import M5S, Msgin5gPlan, UePlan
from lab.msgin5g.settings import ServerSettings
from lab.msgin5g.steps import FAILURE, SUCCESS, answered, handed, ue, until, with_msgin5g
from lab.msgin5g.ue import Msgin5gUe
from lab.scenario import scenario
from msgin5g_bridge.coap import CoapSettings

__all__ = ["msgin5g_report_forgotten", "msgin5g_report_lost", "msgin5g_report_too_often"]

_UES = (UePlan(name="meter", report_retry=1.0), UePlan(name="lamp"))
_PATIENT = Msgin5gPlan(ues=_UES)
_BUSY = Msgin5gPlan(ues=_UES, coap_limits=CoapSettings(rate=0.2, burst=4, retry_after=1))
_BRIEF = Msgin5gPlan(ues=_UES, server=ServerSettings(report=4.0))
_COAP_ENDS = 110.0
"""Seconds after which CoAP has given a request up, however often it repeats it (RFC 7252 §4.8.2)."""


async def _registered(carrier: Carrier) -> Msgin5gUe:
    """Meter, which asks again where nobody answers: it repeats little."""
    meter = await ue(carrier, "meter", registered=False)
    asked = meter.register()
    await answered(carrier, asked)
    while asked.silent:
        asked = meter.register()
        await answered(carrier, asked)
    expect(meter.registered, "meter is registered")
    return meter


async def _unread(carrier: Carrier) -> tuple[Msgin5gUe, Msgin5gUe, str]:
    """A message of lamp, with its ID, that meter has and has not read yet."""
    meter, lamp = await _registered(carrier), await ue(carrier, "lamp")
    meter.reporting.hold()
    (asked,) = lamp.send(meter.address, "How warm is it?", report=True)
    await answered(carrier, asked)
    await handed(carrier)
    expect(meter.ledger.texts == ["How warm is it?"], "meter has it")
    expect(not lamp.ledger.reports, "and lamp does not know yet")
    return meter, lamp, lamp.ledger.outbox[0].msg_id


@scenario(
    clause="TS 23.554 §8.3.4; RFC 7252 §4.2",
    what="a report that is lost for longer than CoAP repeats it",
    plan=with_msgin5g(_PATIENT),
    robust=True,
    needs=(M5S,),
)
async def msgin5g_report_lost(carrier: Carrier) -> None:
    """The UE says it again by itself, and the sender hears of the success, not of a TIMEOUT."""
    meter, lamp, id_ = await _unread(carrier)
    await carrier.crash(M5S)
    meter.read()
    await carrier.until(lambda: meter.reporting.silences > 0, "CoAP has given it up", _COAP_ENDS)
    await carrier.revive(M5S)
    report_of = lamp.ledger.report_of
    await carrier.until(lambda: report_of(id_) == [SUCCESS], "lamp is told, once", 2 * _COAP_ENDS)
    await until(carrier, lambda: not len(meter.reporting), "meter has nothing more to report")


@scenario(
    clause="TS 23.554 §8.3.4; RFC 8516",
    what="a report that the server does not take for now",
    plan=with_msgin5g(_BUSY),
)
async def msgin5g_report_too_often(carrier: Carrier) -> None:
    """4.29 to it, as to whatever asks too often; it comes again after Max-Age."""
    meter, lamp, id_ = await _unread(carrier)
    codes: list[int | None] = []
    while 429 not in codes and len(codes) < 20:
        asked = meter.register()
        await answered(carrier, asked)
        codes.append(asked.code)
    expect(429 in codes, "meter asks too often")
    meter.read()
    await until(carrier, lambda: lamp.ledger.report_of(id_) == [SUCCESS], "lamp is told, once")
    refused = [each for each in carrier.pdus if each.target == "meter" and each.data[1:2] == b"\x9d"]
    expect(len(refused) > 1, "4.29 to the report, too")


@scenario(
    clause="TS 23.554 §8.3.4",
    what="a UE that is restarted before it has reported",
    plan=with_msgin5g(_BRIEF),
    needs=("meter",),
)
async def msgin5g_report_forgotten(carrier: Carrier) -> None:
    """What it had to report was in its memory only, so the sender hears a TIMEOUT, once."""
    _, lamp, id_ = await _unread(carrier)
    await carrier.restart("meter", after=0.5)
    await until(carrier, lambda: lamp.ledger.report_of(id_) == [FAILURE], "lamp is told, once")
    expect(lamp.ledger.reports[0].failure_cause == "TIMEOUT", "that nobody has reported")
    meter = await ue(carrier, "meter")
    expect(not len(meter.reporting), "meter knows nothing of it")
