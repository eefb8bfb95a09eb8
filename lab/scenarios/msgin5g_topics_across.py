"""Messaging Topics of several MSGin5G Servers (MSGin5G-8, MSGS_TopiclistEvent)."""

from lab.carrier import Carrier
from lab.expectation import expect
from lab.msgin5g.asked import Asked
from lab.msgin5g.plan import M5S, Msgin5gPlan, UePlan
from lab.msgin5g.records import address
from lab.msgin5g.settings import ServerSettings
from lab.msgin5g.steps import SUCCESS, answered, server, ue, until, with_msgin5g
from lab.msgin5g.topic_records import TopicData
from lab.msgin5g.ue import Msgin5gUe
from lab.scenario import scenario
from msgin5g_bridge.l3gdelivery import AddressType
from msgin5g_bridge.message import MessageResponse
from msgin5g_bridge.names import FailureCause

__all__ = ["msgin5g_topic_across_servers", "msgin5g_topic_server_away"]

_NORTH, _SOUTH = "msgin5g.lab.example", "msgin5g.south.example"
_HASTY = ServerSettings(retry=0.5, retry_most=1.0)
_PLAN = Msgin5gPlan(
    server=_HASTY,
    follows=("south",),
    others=(
        Msgin5gPlan(
            name="south",
            domain=_SOUTH,
            ues=(UePlan(name="kettle"), UePlan(name="pan")),
            application_servers=("clerk",),
            server=_HASTY,
            follows=(M5S,),
        ),
    ),
)
_ALARMS = address(AddressType.TOPIC, "alarms")


@scenario(
    clause="TS 29.538 §5, MSGS_TopiclistEvent; TS 23.554 §8.8",
    what="subscribers and senders at two servers",
    plan=with_msgin5g(_PLAN),
)
async def msgin5g_topic_across_servers(carrier: Carrier) -> None:
    """Each subscriber has each message once, wherever it was sent; who unsubscribes last ends the topic."""
    meter, lamp = await ue(carrier, "meter"), await ue(carrier, "lamp")
    kettle, pan = await ue(carrier, "kettle"), await ue(carrier, "pan")
    clerk = await server(carrier, "clerk")
    north, south = await _followed(carrier)
    await answered(carrier, _subscribe(lamp))
    await until(carrier, lambda: south.followed[_NORTH].topics == {"alarms"}, "the other server is told")
    await answered(carrier, _subscribe(kettle), _subscribe(pan))
    await until(
        carrier, lambda: _SOUTH in north.servers.get("alarms", {}), "it subscribes for both of its own"
    )

    await answered(carrier, *meter.send(_ALARMS, "fire", report=True))
    await until(carrier, lambda: len(meter.ledger.reports) == 3, "each of the three reports")
    told = {report.ori_addr: report.deliv_st for report in meter.ledger.reports}
    expect(told == dict.fromkeys((each.address for each in (lamp, kettle, pan)), SUCCESS), "each for itself")
    await answered(carrier, clerk.send(_ALARMS, "smoke"))
    ledgers = [each.ledger for each in (lamp, kettle, pan)]
    both = ["fire", "smoke"]
    await until(
        carrier, lambda: all(each.texts == both for each in ledgers), "from there it goes to all, once"
    )

    await answered(carrier, lamp.ask(lamp.client.unsubscription("alarms")))
    await until(
        carrier, lambda: not south.followed[_NORTH].topics, "the other server is told that it is gone"
    )
    await answered(carrier, *meter.send(_ALARMS, "water"))
    await until(carrier, lambda: kettle.ledger.texts[2:] == ["water"], "its own subscribers are still served")
    await answered(carrier, *(each.ask(each.client.unsubscription("alarms")) for each in (kettle, pan)))
    await until(
        carrier, lambda: not north.elsewhere("alarms", carrier.now), "the last one ends it everywhere"
    )
    await _nobody_has_it(carrier, meter)
    expect(lamp.ledger.texts == ["fire", "smoke"], "and who has left has got nothing since")


@scenario(
    clause="TS 29.538 §5, MSGS_TopiclistEvent",
    what="a server that is away, and one that does not want to know any more",
    plan=with_msgin5g(_PLAN),
    needs=(M5S,),
)
async def msgin5g_topic_server_away(carrier: Carrier) -> None:
    """What was not told is told when it is back; messages wait for it; unsubscribed, it is told no more."""
    meter, lamp, kettle = await ue(carrier, "meter"), await ue(carrier, "lamp"), await ue(carrier, "kettle")
    north, south = await _followed(carrier)
    await answered(carrier, _subscribe(kettle))
    await until(carrier, lambda: north.followed[_SOUTH].topics == {"alarms"}, "the first server is told")
    await carrier.crash("south")
    await answered(carrier, *meter.send(_ALARMS, "fire", keep=True, report=True), _subscribe(lamp))
    await carrier.restart(M5S, 0.1)
    await carrier.revive("south")
    await until(carrier, lambda: kettle.ledger.texts == ["fire"], "what was sent meanwhile comes")
    await until(carrier, lambda: len(meter.ledger.reports) == 1, "and is reported, once")
    await until(carrier, lambda: south.followed[_NORTH].topics == {"alarms"}, "what was new is told")

    carrier.msgin5g.servers["south"].follow(_NORTH, wanted=False)
    await until(carrier, lambda: not north.listeners, "it unsubscribes from the list of topics")
    await until(carrier, lambda: not north.servers.get("alarms"), "and from the topic")
    await answered(carrier, lamp.ask(lamp.client.subscription("news")))
    await until(carrier, lambda: not carrier.open_work, "nothing more is said")
    told = [pdu for pdu in carrier.pdus if b'"news"' in pdu.data and pdu.protocol == "http"]
    expect(not told, "it is told of nothing new")
    carrier.msgin5g.servers["south"].follow(_NORTH)
    await until(
        carrier, lambda: south.followed[_NORTH].topics == {"alarms", "news"}, "subscribed again, of all"
    )


async def _nobody_has_it(carrier: Carrier, sender: Msgin5gUe) -> None:
    (late,) = sender.send(_ALARMS, "?")
    await answered(carrier, late)
    body = late.body
    expect(
        isinstance(body, MessageResponse) and body.failure_cause == FailureCause.RECIPIENT_UNKNOWN,
        "nobody has subscribed any more",
    )


async def _followed(carrier: Carrier) -> tuple[TopicData, TopicData]:
    """What both servers know, from when on each is told by the other."""
    north, south = (carrier.msgin5g.homes[node].data.topics for node in (M5S, "south"))
    both = (north.followed[_SOUTH], south.followed[_NORTH])
    await until(
        carrier, lambda: all(each.id for each in both), "each server has subscribed to the other's list"
    )
    return north, south


def _subscribe(one: Msgin5gUe) -> Asked:
    return one.ask(one.client.subscription("alarms"))
