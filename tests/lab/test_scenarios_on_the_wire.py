"""Every scenario passes on real sockets of loopback, with the timers of the paced plan."""

from socket import AF_INET, SO_REUSEADDR, SOCK_DGRAM, SOCK_STREAM, SOL_SOCKET, SocketKind, socket

import pytest

from ipsmgw.app import AddressTaken
from lab.runner import ClockKind, run
from lab.scenarios import SCENARIOS
from tests.lab.short_messages import SHORT_MESSAGES

pytestmark = pytest.mark.wire


@pytest.mark.parametrize("name", sorted(SCENARIOS))
def test_a_scenario_passes_on_the_wire(name: str, network: int) -> None:
    verdict = run(SCENARIOS[name], ClockKind.WIRE, 1, network=network)
    assert verdict.broken is None, verdict.ladder()


@pytest.mark.parametrize("name", ["phone_to_phone", "msgin5g_phone_and_app"])
def test_times_ascend_whatever_a_node_sends_in_one_turn(name: str, network: int) -> None:
    times = [pdu.when for pdu in run(SCENARIOS[name], ClockKind.WIRE, 1, network=network).pdus]
    assert times == sorted(times)


UDP_ALONE = {
    "faults_report_lost": "TCP loses nothing, so that nobody repeats what a rule takes away",
    "faults_scscf_dies": "whom TCP refuses is asked by UDP (RFC 3261 §18.1.1)",
}


@pytest.mark.parametrize("name", sorted(SHORT_MESSAGES - UDP_ALONE.keys()))
def test_a_scenario_passes_over_tcp(name: str, network: int) -> None:
    verdict = run(SCENARIOS[name], ClockKind.WIRE, 1, network=network, datagram=200)
    assert verdict.broken is None, verdict.ladder()
    sip = [pdu for pdu in verdict.pdus if pdu.protocol == "sip"]
    requests = [pdu.data for pdu in sip if b" SIP/2.0\r\n" in pdu.data[:200]]
    assert bool(requests) == bool(sip)  # of applications and the SC alone there is a story too
    assert all(b"\r\nVia: SIP/2.0/TCP " in data for data in requests)


@pytest.mark.parametrize(("kind", "node", "port"), [(SOCK_DGRAM, 12, 5060), (SOCK_STREAM, 13, 2905)])
def test_an_address_that_is_taken_is_one_clear_line(
    network: int, kind: SocketKind, node: int, port: int
) -> None:
    with socket(AF_INET, kind) as taken:
        taken.setsockopt(SOL_SOCKET, SO_REUSEADDR, kind is SOCK_STREAM)
        taken.bind((f"127.0.{network}.{node}", port))
        if kind is SOCK_STREAM:
            taken.listen()
        with pytest.raises(AddressTaken) as refusal:
            run(SCENARIOS["register"], ClockKind.WIRE, 1, network=network)
    assert f"127.0.{network}.{node}:{port}" in str(refusal.value)
    assert "\n" not in str(refusal.value)
    assert run(SCENARIOS["register"], ClockKind.WIRE, 1, network=network).passed
