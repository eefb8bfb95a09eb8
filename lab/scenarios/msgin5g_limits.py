"""What is too much for the MSGin5G Server: payloads, and requests of one peer, over both protocols."""

from lab.carrier import Carrier
from lab.expectation import expect
from lab.msgin5g.door import MAX_BODY
from lab.msgin5g.plan import Msgin5gPlan
from lab.msgin5g.steps import answered, server, ue, with_msgin5g
from lab.scenario import scenario
from msgin5g_bridge import apis
from msgin5g_bridge.coap import CoapSettings
from msgin5g_bridge.l3gdelivery import Address
from msgin5g_bridge.message import Message
from msgin5g_bridge.model import MessageId
from msgin5g_bridge.msgdelivery import ASMessageDelivery
from msgin5g_bridge.translation import translate

__all__ = ["msgin5g_too_large", "msgin5g_too_often"]

_SMALL = Msgin5gPlan(coap_limits=CoapSettings(max_body=3000))
_SLOW = Msgin5gPlan(coap_limits=CoapSettings(rate=0.01, burst=3), rate=0.01, burst=3)


def _message(sender: Address, to: Address, size: int) -> Message:
    id_ = MessageId(f"{sender.addr}-{size}")
    return Message(ori_addr=sender, dest_addr=to, msg_id=id_, payload="x" * size, sto_and_fw_ind=False)


@scenario(
    clause="TS 29.500 §5.2.7.2; RFC 7252 §5.9.2.9; TS 23.554 §8.5",
    what="payloads that are too large",
    plan=with_msgin5g(_SMALL),
)
async def msgin5g_too_large(carrier: Carrier) -> None:
    """More than a segment, and more than a body may have: 413 and 4.13, and nobody is sent anything."""
    meter, reader, transfers = (
        await ue(carrier, "meter"),
        await server(carrier),
        carrier.msgin5g.data.transfers,
    )
    for size in (2049, 4000):
        asked = meter.ask(_message(meter.address, reader.address, size))
        await answered(carrier, asked)
        expect(asked.code == 413, f"4.13 to {size} octets in one request")
    for size in (2049, MAX_BODY):
        body = translate(_message(reader.address, meter.address, size), ASMessageDelivery)
        call = reader.call(apis.DELIVER_AS_MESSAGE, body)
        await answered(carrier, call)
        expect(call.status == 413, f"413 to {size} octets in one request")
    expect(not transfers and not meter.ledger.inbox, "nothing is kept, and nothing sent")


@scenario(
    clause="TS 29.500 §6.4; RFC 6585 §4; RFC 8516",
    what="requests that come too often",
    plan=with_msgin5g(_SLOW),
)
async def msgin5g_too_often(carrier: Carrier) -> None:
    """One peer may ask so many times at once, and then hears when to ask again; others are not hurt."""
    meter, reader = await ue(carrier, "meter"), await server(carrier)
    asked = [meter.register() for _ in range(4)]
    calls = [reader.register() for _ in range(4)]
    await answered(carrier, *asked, *calls)
    expect([each.code for each in asked].count(429) == 2, "4.29 to what is more than three requests of meter")
    expect([each.status for each in calls].count(429) == 2, "429 to what is more than three of reader")
    told = [pdu.data for pdu in carrier.pdus if b" 429 " in pdu.data[:20]]
    expect(len(told) == 2 and all(b"retry-after: " in each for each in told), "with Retry-After")
    lamp = await ue(carrier, "lamp")
    expect(lamp.registered, "lamp is not hurt")
