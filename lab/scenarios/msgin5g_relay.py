"""UE-1 as a relay for a UE out of coverage (SEAL-PC5)."""

from lab.carrier import Carrier
from lab.expectation import expect
from lab.msgin5g.contact import host_of
from lab.msgin5g.plan import Msgin5gPlan, UePlan
from lab.msgin5g.settings import ServerSettings
from lab.msgin5g.steps import SUCCESS, answered, ue, until, with_msgin5g
from lab.scenario import scenario
from msgin5g_bridge.names import FailureCause

__all__ = ["msgin5g_relay", "msgin5g_relay_away"]

_PLAN = Msgin5gPlan(
    ues=(UePlan(name="far", max_seg_size=128, behind="relay"), UePlan(name="lamp")),
    relays=("relay",),
    server=ServerSettings(retry=0.5, errand=1.0),
)


@scenario(
    clause="TS 23.554 §4; TS 23.434, SEAL-PC5",
    what="a UE out of coverage, by a relay",
    plan=with_msgin5g(_PLAN),
)
async def msgin5g_relay(carrier: Carrier) -> None:
    """Registration, messages, segments and reports pass both ways, octet for octet."""
    far, lamp = await ue(carrier, "far"), await ue(carrier, "lamp")
    relay = carrier.msgin5g.plan.host(carrier.plan.network, "relay")
    contact = carrier.msgin5g.data.registered[far.address].contact
    expect(host_of(contact.address) == relay, "the server reaches it by the relay")
    await answered(carrier, *far.send(lamp.address, "where am I? " * 30, report=True))
    await until(carrier, lambda: lamp.ledger.texts == ["where am I? " * 30], "lamp has it whole")
    await until(
        carrier, lambda: [each.deliv_st for each in far.ledger.reports] == [SUCCESS], "it is told, once"
    )
    await answered(carrier, *lamp.send(far.address, "here", report=True))
    await until(carrier, lambda: far.ledger.texts == ["here"], "it has the answer")
    await until(carrier, lambda: len(lamp.ledger.reports) == 1, "lamp is told")
    await until(carrier, lambda: not carrier.open_work, "nothing more is said")
    near, far_side = _bodies(carrier, "far"), _bodies(carrier, carrier.msgin5g.plan.name)
    expect(near == far_side, "what the relay was given it has given on, unchanged")


@scenario(clause="TS 23.554 §4, §8.3.3", what="the relay is away", plan=with_msgin5g(_PLAN), needs=("relay",))
async def msgin5g_relay_away(carrier: Carrier) -> None:
    """Who is reached by it alone is not reached: what cannot wait fails, the rest comes when it is back."""
    far, lamp = await ue(carrier, "far"), await ue(carrier, "lamp")
    await carrier.crash("relay")
    (never,) = lamp.send(far.address, "now", report=True)
    (kept,) = lamp.send(far.address, "later", keep=True)
    await answered(carrier, never, kept)
    far.send(lamp.address, "anybody?")
    await until(carrier, lambda: len(lamp.ledger.reports) == 1, "lamp is told of what cannot wait")
    expect(lamp.ledger.reports[0].failure_cause == FailureCause.TIMEOUT, "and why")
    await carrier.revive("relay")
    await carrier.until(lambda: "later" in far.ledger.texts, "what was stored comes by the relay", within=60)
    await carrier.until(lambda: lamp.ledger.texts == ["anybody?"], "what was repeated too, once", within=60)


def _bodies(carrier: Carrier, other: str) -> list[bytes]:
    """What has been said between the relay and this one."""
    ends = {"relay", other}
    said = (pdu.data for pdu in carrier.pdus if {pdu.source, pdu.target} == ends)
    return sorted(data.partition(b"\xff")[2] for data in said)
