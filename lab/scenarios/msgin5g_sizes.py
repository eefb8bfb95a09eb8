"""Long MSGin5G messages in segments, small ones together (TS 23.554 §8.4, §8.5)."""

from lab.carrier import Carrier
from lab.expectation import expect
from lab.msgin5g.plan import Msgin5gPlan, UePlan
from lab.msgin5g.settings import ServerSettings
from lab.msgin5g.steps import SUCCESS, answered, server, ue, until, with_msgin5g
from lab.scenario import scenario
from msgin5g_bridge.names import FailureCause
from msgin5g_bridge.segmentation import Limits

__all__ = ["msgin5g_aggregate", "msgin5g_segments", "msgin5g_segments_missing"]

_UES = (UePlan(name="meter", max_seg_size=700), UePlan(name="lamp"))
_WAIT = 1.0
_SIZES = Msgin5gPlan(ues=_UES, server=ServerSettings(segments=Limits(wait=_WAIT)))
_TOGETHER = Msgin5gPlan(ues=_UES, server=ServerSettings(aggregate_wait=_WAIT))
_LONG = "It was a dark and stormy night; " * 200


@scenario(
    clause="TS 23.554 §8.5", what="cut by the sender, and again for the recipient", plan=with_msgin5g(_SIZES)
)
async def msgin5g_segments(carrier: Carrier) -> None:
    """Each end has its own segment size; the text is whole, and is reported once."""
    meter, lamp = await ue(carrier, "meter"), await ue(carrier, "lamp")
    sent = lamp.send(meter.address, _LONG, report=True)
    expect(len(sent) == 4, "lamp needs four segments of 2048 octets")
    await answered(carrier, *sent)
    await until(carrier, lambda: meter.ledger.texts == [_LONG], "meter has the whole text")
    id_ = meter.ledger.inbox[0].message.msg_id
    await until(carrier, lambda: lamp.ledger.report_of(id_) == [SUCCESS], "there is one report")
    messages = [pdu.data for pdu in carrier.pdus if (pdu.source, pdu.target) == ("m5s", "meter")]
    pieces = [data for data in messages if b'"MSG"' in data]
    expect(len(pieces) == 10, "meter got ten segments of 700 octets")


@scenario(clause="TS 23.554 §8.5.3, §8.5.4", what="a segment that does not come", plan=with_msgin5g(_SIZES))
async def msgin5g_segments_missing(carrier: Carrier) -> None:
    """The server asks for it, gets it, and goes on; one that never comes fails the message."""
    meter, lamp = await ue(carrier, "meter"), await ue(carrier, "lamp")
    first, *others = lamp.client.message(meter.address, _LONG, report=True)
    await answered(carrier, *(lamp.ask(each) for each in others))
    await until(carrier, lambda: meter.ledger.texts == [_LONG], "meter has it after a recovery")
    expect(any(b'"SEGREC"' in pdu.data for pdu in carrier.pdus), "the server has asked for the first")

    first, *_ = lamp.client.message(meter.address, _LONG, report=True)
    lamp.client.forget()
    await answered(carrier, lamp.ask(first))
    await until(carrier, lambda: len(lamp.ledger.reports) == 2, "lamp is told of the other")
    cause = lamp.ledger.reports[-1].failure_cause
    expect(cause == FailureCause.SEGMENTS_MISSING, "that segments are missing")
    expect(meter.ledger.texts == [_LONG], "meter has nothing of it")


@scenario(
    clause="TS 23.554 §8.4", what="small messages together, within a segment", plan=with_msgin5g(_TOGETHER)
)
async def msgin5g_aggregate(carrier: Carrier) -> None:
    """Five small messages go in aggregates that fit; a long one goes alone, in segments."""
    reader, meter = await server(carrier), await ue(carrier, "meter")
    calls = [reader.send(meter.address, f"reading {number} " + "x" * 60) for number in range(5)]
    await answered(carrier, *calls)
    await until(carrier, lambda: len(meter.ledger.texts) == 5, "meter has all five")
    requests = [
        pdu.data
        for pdu in carrier.pdus
        if (pdu.source, pdu.target) == ("m5s", "meter") and b"msgType" in pdu.data
    ]
    aggregates = [data for data in requests if b'"AGGMSG"' in data]
    expect(len(requests) < 5 and bool(aggregates), "in fewer requests")
    expect(all(len(data) - data.index(b"{") <= 700 for data in aggregates), "none larger than a segment")
    await answered(carrier, reader.send(meter.address, "y" * 1500))
    await until(carrier, lambda: meter.ledger.texts[-1] == "y" * 1500, "meter has the long one")
    expect(sum(b'"segInd":true' in pdu.data for pdu in carrier.pdus) >= 3, "in segments")
