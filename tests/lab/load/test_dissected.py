"""Everything that a generator sends is what Wireshark takes it for."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import pytest

from ipsmgw.trace import Pdu, write_pcap
from lab.load.flow import Flow
from lab.load.share import gateway_configuration
from tests.lab.desk import Desk
from tests.lab.load.stage import enrol, offer, plan, traffic

pytestmark = pytest.mark.interop

# What must be in the dissection: the layers, down to the short message.
SEEN = (
    *("Method: REGISTER", "Method: MESSAGE", "Status-Code: 200", "Status-Code: 480"),
    *("Expires: 600000", "Expires: 0", "RP-DATA (MS to Network)", "RP-ACK (MS to Network)"),
    *("SMS-SUBMIT", "SMS-DELIVER", "In-Reply-To: "),
    *("sendRoutingInfoForSM", "mt-forwardSM", "mo-forwardSM", "anyTimeModification"),
    *("reportSM-DeliveryStatus", "returnResultLast", "E.164 number (MSISDN): 1555"),
)
_GENERATOR, _GATEWAY = "generator", "ipsmgw"


class Recorded(Desk):
    """Keeps what the generator says."""

    def __init__(self) -> None:
        self.pdus: list[Pdu] = []
        home = plan(home=True)
        super().__init__(gateway_configuration(home, 1, Path("unused")), home, people=0)

    def give(self, datagrams: Sequence[bytes], frames: Mapping[str, Sequence[bytes]]) -> None:
        octets = [("sip", each) for each in datagrams]
        octets += [("m3ua", each) for batch in frames.values() for each in batch]
        self.pdus += [Pdu(0.0, _GENERATOR, _GATEWAY, protocol, each) for protocol, each in octets]
        super().give(datagrams, frames)


def test_tshark_finds_nothing_malformed(tmp_path: Path, dissect: Callable[[Path], str]) -> None:
    gateway, generator = Recorded(), traffic(home=True)
    enrol(generator)
    gateway.load(generator)
    for flow in Flow:
        offer(generator, flow, 5)
        gateway.load(generator)
    assert generator.parts.ledger.take().all.done == 5 * len(Flow)
    capture = tmp_path / "load.pcap"
    with capture.open("wb") as stream:
        write_pcap(stream, gateway.pdus)
    told = dissect(capture)
    assert told.count("\nFrame ") + 1 == len(gateway.pdus)
    assert [word for word in SEEN if word not in told] == []
