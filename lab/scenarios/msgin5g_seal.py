"""SEAL servers of MSGin5G: groups (SS_GroupManagement, SS_Events) and configurations of UEs."""

from lab.carrier import Carrier
from lab.expectation import expect
from lab.msgin5g.plan import SEAL, GatewayPlan, Msgin5gPlan, UePlan
from lab.msgin5g.records import address
from lab.msgin5g.settings import ServerSettings
from lab.msgin5g.steps import FAILURE, SUCCESS, answered, gateway, server, ue, until, with_msgin5g
from lab.scenario import scenario
from msgin5g_bridge.apis import PROVISION_UE
from msgin5g_bridge.l3gdelivery import AddressType
from msgin5g_bridge.names import FailureCause
from msgin5g_bridge.provisioning import UeProvisioningRequest
from msgin5g_bridge.seal import ValGroupDocument, ValGroupDocumentPatch, ValTargetUe
from msgin5g_bridge.seal_apis import GROUP_CREATE, GROUP_DELETE, GROUP_PATCH

__all__ = [
    "msgin5g_seal_configuration",
    "msgin5g_seal_group",
    "msgin5g_seal_group_away",
    "msgin5g_seal_group_changes",
]

_HASTY = ServerSettings(retry=0.5, retry_most=1.0)
_PLAN = Msgin5gPlan(
    ues=(UePlan(name="meter"), UePlan(name="lamp"), UePlan(name="horn")),
    gateways=(GatewayPlan(name="l3g", phones=("phone",)),),
    groups={"team": ("meter", "lamp", "phone")},
    server=_HASTY,
    seal=True,
)
_NEW = Msgin5gPlan(unprovisioned=("meter",), seal=True)
_TEAM = address(AddressType.GROUP, "team")


@scenario(
    clause="TS 23.554 §8.7.4; TS 29.549, SS_GroupManagement",
    what="a group that a SEAL server has",
    plan=with_msgin5g(_PLAN),
)
async def msgin5g_seal_group(carrier: Carrier) -> None:
    """The MSGin5G Server asks who is in it, once; each member has a copy and a report of its own."""
    reader, meter, horn = await server(carrier), await ue(carrier, "meter"), await ue(carrier, "horn")
    l3g = await gateway(carrier, "l3g", "phone")
    await _told_of_changes(carrier)
    call = reader.send(_TEAM, "to all", report=True)
    await answered(carrier, call)
    await until(carrier, lambda: len(reader.ledger.reports) == 3, "there is a report for each member")
    plan = carrier.msgin5g.plan
    told = {report.ori_addr: report.deliv_st for report in reader.ledger.reports}
    there = dict.fromkeys((meter.address, plan.address("phone")), SUCCESS)
    expect(
        told == {**there, plan.address("lamp"): FAILURE},
        "meter and the phone have it, lamp is not registered",
    )
    expect(meter.ledger.texts == ["to all"] == l3g.ledger.texts, "one copy each")
    await answered(carrier, *meter.send(_TEAM, "from one of us"))
    await until(carrier, lambda: l3g.ledger.texts[1:] == ["from one of us"], "a member writes to the others")
    asked = [pdu for pdu in carrier.pdus if b"GET /ss-gm/v1/group-documents?val-group-id=team" in pdu.data]
    expect(len(asked) == 1, "the group server was asked once")
    (refused,) = horn.send(_TEAM, "let me in")
    await answered(carrier, refused)
    expect(
        (refused.code, refused.cause) == (403, FailureCause.NOT_AUTHORIZED), "who is no member may not write"
    )


@scenario(
    clause="TS 29.549, SS_GroupManagement, SS_Events",
    what="a group is made, changed and deleted by a VAL server",
    plan=with_msgin5g(_PLAN),
)
async def msgin5g_seal_group_changes(carrier: Carrier) -> None:
    """What the group server tells holds for the next message."""
    reader, meter, lamp = await server(carrier), await ue(carrier, "meter"), await ue(carrier, "lamp")
    await _told_of_changes(carrier)
    root, crew = carrier.msgin5g.seal.api_root, address(AddressType.GROUP, "crew")
    document = ValGroupDocument(val_group_id="crew", members=(_member(carrier, "meter"),))
    made = reader.call(GROUP_CREATE, document, root)
    await answered(carrier, made)
    expect(made.status == 201, "the group is made")
    again = reader.call(GROUP_CREATE, document, root)
    await answered(carrier, again, reader.send(crew, "one"))
    expect((again.status, again.cause) == (403, FailureCause.GROUP_EXISTS), "but not twice")
    await until(carrier, lambda: meter.ledger.texts == ["one"], "meter is in it")

    id_ = made.location.rpartition("/")[2]
    patched = reader.call(
        GROUP_PATCH, ValGroupDocumentPatch(members=(_member(carrier, "lamp"),)), root, groupDocId=id_
    )
    await answered(carrier, patched)
    await until(carrier, lambda: not carrier.open_work, "the MSGin5G Server is told")
    await answered(carrier, reader.send(crew, "two"))
    await until(carrier, lambda: lamp.ledger.texts == ["two"], "lamp is in it now")
    await answered(carrier, reader.call(GROUP_DELETE, None, root, groupDocId=id_))
    await until(carrier, lambda: not carrier.open_work, "the MSGin5G Server is told")
    await answered(carrier, reader.send(crew, "three", report=True))
    await until(carrier, lambda: len(reader.ledger.reports) == 1, "the AS is told")
    expect(reader.ledger.reports[0].failure_cause == FailureCause.RECIPIENT_UNKNOWN, "that it is no more")
    expect(meter.ledger.texts == ["one"] and lamp.ledger.texts == ["two"], "nobody has anything else")


@scenario(clause="TS 23.554 §8.7.4", what="the group server is away", plan=with_msgin5g(_PLAN), needs=(SEAL,))
async def msgin5g_seal_group_away(carrier: Carrier) -> None:
    """What is to be stored waits until somebody says who is in the group; the rest fails and is told."""
    reader, meter = await server(carrier), await ue(carrier, "meter")
    await carrier.crash(SEAL)
    await answered(carrier, reader.send(_TEAM, "now", report=True))
    await until(carrier, lambda: len(reader.ledger.reports) == 1, "the AS is told of what cannot wait")
    report = reader.ledger.reports[0]
    expect((report.ori_addr, report.failure_cause) == (_TEAM, FailureCause.GROUP_NOT_RESOLVED), "and why")
    await answered(carrier, reader.send(_TEAM, "whenever", keep=True))
    await carrier.restart(carrier.msgin5g.plan.name, 0.1)
    await carrier.revive(SEAL)
    await until(carrier, lambda: meter.ledger.texts == ["whenever"], "the rest comes when it is back, once")


@scenario(
    clause="TS 23.554 §8.1.2; TS 24.546; TS 29.549, SS_UserProfileRetrieval",
    what="a UE asks for its configuration, then registers",
    plan=with_msgin5g(_NEW),
)
async def msgin5g_seal_configuration(carrier: Carrier) -> None:
    """It knows its MSGin5G UE ID only; Service ID, server and segment size come from the SEAL server."""
    reader, lamp = await server(carrier), await ue(carrier, "lamp")
    meter = await ue(carrier, "meter", registered=False)
    nobody = meter.configure()
    await answered(carrier, nobody)
    expect((nobody.code, nobody.cause) == (404, FailureCause.NOT_PROVISIONED), "whom nobody knows has none")
    await answered(carrier, reader.call(PROVISION_UE, UeProvisioningRequest(ue_priv_id="meter")))
    asked = meter.configure()
    await answered(carrier, asked)
    expect(asked.code == 200, "when it is provisioned the SEAL server has a configuration for it")
    expect(meter.address.addr in carrier.msgin5g.data.subscriptions, "with its Service ID")
    await carrier.restart("meter", 0.1)
    meter = await ue(carrier, "meter")
    await answered(carrier, *lamp.send(meter.address, "hello", report=True))
    await until(
        carrier, lambda: meter.ledger.texts == ["hello"], "it registers with that, and is reached by it"
    )


async def _told_of_changes(carrier: Carrier) -> None:
    data = carrier.msgin5g.data
    await until(carrier, lambda: bool(data.seal_events), "the MSGin5G Server is told of changes of groups")


def _member(carrier: Carrier, name: str) -> ValTargetUe:
    return ValTargetUe(val_user_id=carrier.msgin5g.plan.svc_id(name))
