"""Several MSGin5G Servers, each with a domain of its own (MSGin5G-8)."""

from lab.carrier import Carrier
from lab.expectation import expect
from lab.msgin5g.plan import M5S, GatewayPlan, Msgin5gPlan, UePlan
from lab.msgin5g.records import address
from lab.msgin5g.rest_node import RestLedger
from lab.msgin5g.settings import ServerSettings
from lab.msgin5g.steps import FAILURE, SUCCESS, answered, gateway, moment, server, ue, until, with_msgin5g
from lab.scenario import scenario
from msgin5g_bridge.l3gdelivery import AddressType
from msgin5g_bridge.names import FailureCause

__all__ = [
    "msgin5g_group_across_servers",
    "msgin5g_no_agreement",
    "msgin5g_server_away",
    "msgin5g_server_loop",
    "msgin5g_three_servers",
    "msgin5g_two_servers",
]

_SOUTH = "msgin5g.south.example"
_TEAM = address(AddressType.GROUP, "team")
_HASTY = ServerSettings(retry=0.5)


def _south(**more: object) -> Msgin5gPlan:
    """Another operator's server, with a constrained UE, a phone and an AS."""
    return Msgin5gPlan(
        name="south",
        domain=_SOUTH,
        ues=(UePlan(name="kettle", max_seg_size=100),),
        application_servers=("clerk",),
        gateways=(GatewayPlan(name="l3g", phones=("phone",)),),
        server=_HASTY,
        **more,  # type: ignore[arg-type]  # attributes of the plan
    )


_TWO = Msgin5gPlan(server=_HASTY, others=(_south(),), groups={"team": ("meter", "lamp", "kettle", "phone")})
_DISAGREED = Msgin5gPlan(applications=frozenset(), others=(_south(),))
_EAST, _NOWHERE = "msgin5g.east.example", "msgin5g.nowhere.example"
_CHAIN = Msgin5gPlan(
    routes={_EAST: "south", _NOWHERE: "south"},
    others=(
        _south(routes={_NOWHERE: "east"}),
        Msgin5gPlan(
            name="east",
            domain=_EAST,
            ues=(UePlan(name="fan"),),
            application_servers=(),
            routes={"msgin5g.lab.example": "south", _NOWHERE: "south"},
        ),
    ),
)
"""The first and the third know each other by the second only, the third takes nowhere for the second's."""


@scenario(
    clause="TS 23.554 §8.7.5; TS 29.538 §5",
    what="UE and AS of one operator, UE and AS of another",
    plan=with_msgin5g(_TWO),
)
async def msgin5g_two_servers(carrier: Carrier) -> None:
    """The domain of the Service ID says where it goes; reports come back the same way, large texts whole."""
    meter, reader = await ue(carrier, "meter"), await server(carrier)
    kettle, clerk = await ue(carrier, "kettle"), await server(carrier, "clerk")
    (sent,) = meter.send(kettle.address, "boil", report=True)
    await answered(carrier, sent)
    await until(carrier, lambda: kettle.ledger.texts == ["boil"], "kettle has it, once")
    message = kettle.ledger.inbox[0].message
    expect(message.ori_addr == meter.address, "it says that it is from meter")
    await until(carrier, lambda: meter.ledger.report_of(message.msg_id) == [SUCCESS], "meter is told, once")

    long = "It boils. " * 40
    await answered(carrier, *kettle.send(reader.address, long, report=True))
    await until(carrier, lambda: reader.ledger.texts == [long], "an AS there has kettle's segments as one")
    id_ = reader.ledger.inbox[0].msg_id
    await until(carrier, lambda: kettle.ledger.report_of(id_) == [SUCCESS], "kettle is told")

    call = clerk.send(meter.address, long, report=True)
    await answered(carrier, call)
    await until(carrier, lambda: meter.ledger.texts == [long], "the AS of the other operator reaches meter")
    id_ = meter.ledger.inbox[0].message.msg_id
    await until(carrier, lambda: clerk.ledger.report_of(id_) == [SUCCESS], "and is told")

    (unknown,) = meter.send(address(AddressType.UE, f"nobody@{_SOUTH}"), "?", report=True)
    await answered(carrier, unknown)
    await until(carrier, lambda: len(meter.ledger.reports) == 2, "there is a report of who is unknown there")
    report = meter.ledger.reports[1]
    expect(report.failure_cause == FailureCause.RECIPIENT_UNKNOWN, "it says so")
    lines = carrier.msgin5g.m5s.server.explain(message.msg_id)
    expect(any(f"is at home at {_SOUTH}" in line for line in lines), "explain says which way it went")


@scenario(
    clause="TS 23.554 §8.7.4, §8.7.5", what="a group with members of two servers", plan=with_msgin5g(_TWO)
)
async def msgin5g_group_across_servers(carrier: Carrier) -> None:
    """Each member has a copy, and each reports for itself, whichever server it is at."""
    reader, meter, kettle = await server(carrier), await ue(carrier, "meter"), await ue(carrier, "kettle")
    l3g = await gateway(carrier, "l3g", "phone")
    await answered(carrier, reader.send(_TEAM, "to all", report=True))
    await until(carrier, lambda: len(reader.ledger.reports) == 4, "there is a report for each member")
    plan = carrier.msgin5g.plan
    told = {report.ori_addr: report.deliv_st for report in reader.ledger.reports}
    there = dict.fromkeys((meter.address, kettle.address, plan.address("phone")), SUCCESS)
    expect(told == {**there, plan.address("lamp"): FAILURE}, "all have it but lamp, which is not registered")
    expect(meter.ledger.texts == kettle.ledger.texts == l3g.ledger.texts == ["to all"], "one copy each")


@scenario(clause="TS 23.554 §5.3.2, §8.7.5", what="a server on the way to another", plan=with_msgin5g(_CHAIN))
async def msgin5g_three_servers(carrier: Carrier) -> None:
    """Hop by hop to the home server of the recipient, and the report back."""
    meter, fan = await ue(carrier, "meter"), await ue(carrier, "fan")
    await answered(carrier, *meter.send(fan.address, "turn", report=True))
    await until(carrier, lambda: fan.ledger.texts == ["turn"], "fan has it, once")
    id_ = fan.ledger.inbox[0].message.msg_id
    await until(carrier, lambda: meter.ledger.report_of(id_) == [SUCCESS], "meter is told, once")
    way = carrier.msgin5g.homes["south"].data.transfers_of(meter.address, id_)
    expect(len(way) == 1, "it went by the server between them")


@scenario(
    clause="TS 23.554 §8.7.5", what="servers that take each other for the home", plan=with_msgin5g(_CHAIN)
)
async def msgin5g_server_loop(carrier: Carrier) -> None:
    """A message that comes back is refused, and its sender is told once."""
    meter = await ue(carrier, "meter")
    await answered(carrier, *meter.send(address(AddressType.UE, f"x@{_NOWHERE}"), "?", report=True))
    await until(carrier, lambda: len(meter.ledger.reports) == 1, "meter is told")
    report = meter.ledger.reports[0]
    expect(
        (report.deliv_st, report.failure_cause) == (FAILURE, FailureCause.MESSAGE_LOOP),
        "that it went in a circle",
    )
    await until(carrier, lambda: not carrier.open_work, "nothing more is said")
    relayed = [pdu for pdu in carrier.pdus if b"POST /msgs-msgdelivery/v1/deliver-ue-message" in pdu.data]
    expect(len(relayed) == 3, "the third gives it back, and no more")
    expect(len(meter.ledger.reports) == 1, "and it is told once")


@scenario(
    clause="TS 23.554 §8.3.3, §8.7.5", what="the other server is away", plan=with_msgin5g(_TWO), needs=(M5S,)
)
async def msgin5g_server_away(carrier: Carrier) -> None:
    """What is to be stored waits for the other server, until it expires; the rest fails and is told."""
    meter, kettle = await ue(carrier, "meter"), await ue(carrier, "kettle")
    await carrier.crash("south")
    await answered(carrier, *meter.send(kettle.address, "now or never", report=True))
    await until(carrier, lambda: len(meter.ledger.reports) == 1, "what is not to be stored has failed")
    soon = meter.send(kettle.address, "soon", keep=True, report=True, params=moment(carrier, 1.0))
    await answered(carrier, *soon)
    await until(carrier, lambda: len(meter.ledger.reports) == 2, "what is to be stored for a second expires")
    causes = [report.failure_cause for report in meter.ledger.reports]
    expect(causes == [FailureCause.TIMEOUT, FailureCause.EXPIRED], "the reports say why")
    (kept,) = meter.send(kettle.address, "whenever", keep=True, report=True)
    await answered(carrier, kept)
    await carrier.restart(M5S, 0.2)
    await carrier.pause(0.2)
    await carrier.revive("south")
    await until(carrier, lambda: kettle.ledger.texts == ["whenever"], "the other one has it when it is back")
    id_ = kettle.ledger.inbox[0].message.msg_id
    await until(carrier, lambda: meter.ledger.report_of(id_) == [SUCCESS], "and meter is told, once")


@scenario(
    clause="TS 23.554 §8.7.5",
    what="operators without an agreement on application servers",
    plan=with_msgin5g(_DISAGREED),
)
async def msgin5g_no_agreement(carrier: Carrier) -> None:
    """UEs may write to UEs of the other operator; from and to his AS nothing goes."""
    meter, reader = await ue(carrier, "meter"), await server(carrier)
    kettle, clerk = await ue(carrier, "kettle"), await server(carrier, "clerk")
    await answered(carrier, *meter.send(kettle.address, "boil"))
    await until(carrier, lambda: kettle.ledger.texts == ["boil"], "UE to UE is allowed")
    call, (sent,) = reader.send(kettle.address, "?"), meter.send(clerk.address, "?")
    await answered(carrier, call, sent)
    expect((call.status, call.cause) == (403, FailureCause.NOT_AUTHORIZED), "an AS to a UE there is not")
    expect((sent.code, sent.cause) == (403, FailureCause.NOT_AUTHORIZED), "nor a UE to an AS there")
    foreign = clerk.send(meter.address, "?", report=True)
    await answered(carrier, foreign)
    await until(carrier, lambda: len(clerk.ledger.reports) == 1, "the AS there is told")
    _refused(clerk.ledger)
    expect(not meter.ledger.texts, "and meter has nothing of it")


def _refused(ledger: RestLedger) -> None:
    cause = ledger.reports[0].failure_cause
    expect(cause == FailureCause.NOT_AUTHORIZED, "that this server does not take it")
