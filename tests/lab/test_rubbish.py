"""Law 6 for the lab's own elements: rubbish at any of their ports is no bug of theirs."""

from random import Random

import pytest

from ipsmgw.drive import Port
from lab.carrier import Carrier
from lab.runner import run
from lab.scenario import Scenario
from lab.scenarios import SCENARIOS
from lab.steps import registered
from sipbridge import Flow, SipEvent, SipSettings, SipStack

_PORT = 5099


def mutated(data: bytes, rng: Random) -> bytes:
    """The octets with some of them changed, lost, doubled, or put in."""
    octets = bytearray(data)
    for _ in range(rng.randint(1, 4)):
        at, kind = rng.randrange(len(octets)), rng.randrange(4)
        if kind == 0:
            octets[at] = rng.randrange(256)
        elif kind == 1:
            del octets[at : at + rng.randint(1, 8)]
        elif kind == 2:
            octets[at:at] = octets[at : at + rng.randint(1, 40)]
        else:
            octets[at : at + 1] = rng.choice((b"\r\n", b"\0", b"<", b'"', b",", b";", b"\xff", b"9" * 12))
        if not octets:
            return b""
    return bytes(octets)


def mouth(carrier: Carrier, node: str) -> Port[SipEvent, Flow]:
    """Another port at the address of a node, which sends what it is told to."""
    site = carrier.ground.site(f"rubbish from {node}")
    host = carrier.plan.host(node)
    stack = SipStack(SipSettings(host=host, port=_PORT), site.rng)
    port = site.driver().open(stack, lambda event, now: None)
    site.network.datagrams(site.node, (host, _PORT), port)
    return port


@pytest.mark.parametrize("seed", range(3))
def test_mutated_messages_at_any_sip_port_are_no_bug_of_an_element(seed: int) -> None:
    rng = Random(seed)
    runs = [run(SCENARIOS[name]) for name in ("phone_to_phone", "deregister", "sc_refuses")]
    seen = [pdu for verdict in runs for pdu in verdict.pdus if pdu.protocol == "sip"]

    async def story(carrier: Carrier) -> None:
        await registered(carrier, "alice", "bob")
        plan = carrier.plan
        mouths = {node: mouth(carrier, node) for node in ("alice", "bob", "scscf", "ipsmgw")}
        for _ in range(2000):
            pdu = rng.choice(seen)
            send = mouths[pdu.source].send
            assert send is not None
            flow = Flow("udp", (plan.host(pdu.source), _PORT), plan.sip(pdu.target))
            send([(mutated(pdu.data, rng), flow)])
            await carrier.pause(0.01)
        await carrier.pause(200.0)

    verdict = run(Scenario("rubbish", "", "", story, lambda plan: plan), judges=())
    assert verdict.broken is None
