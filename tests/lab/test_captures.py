"""Everything that a scenario puts on a link is what Wireshark takes it for."""

from collections.abc import Callable
from pathlib import Path

import pytest

from ipsmgw.trace import write_pcap
from lab.runner import run
from lab.scenarios import SCENARIOS

pytestmark = pytest.mark.interop

# What must be in the dissection: the layers, down to the short message.
LAYERS = {
    "register": ("Session Initiation Protocol", "MTP 3 User Adaptation Layer", "anyTimeModification"),
    "mo": ("RP-DATA (MS to Network)", "mo-forwardSM", "SMS-SUBMIT"),
    "mt": ("RP-DATA (Network to MS)", "mt-forwardSM", "SMS-DELIVER"),
    "silent_phone": ("absentSubscriberSM", "reportSM-DeliveryStatus", "alertServiceCentre"),
    "sc_refuses": ("RP-ERROR (Network to MS)", "sm-DeliveryFailure"),
    "memory_full": ("RP-ERROR (MS to Network)", "Memory capacity exceeded"),
    "long_text": ("Extended Unitdata", "Reassembled SCCP"),
    "unknown_subscriber": ("unknownSubscriber",),
}


@pytest.mark.parametrize("name", sorted(SCENARIOS))
def test_tshark_finds_nothing_malformed(name: str, tmp_path: Path, dissect: Callable[[Path], str]) -> None:
    verdict = run(SCENARIOS[name])
    capture = tmp_path / "scenario.pcap"
    with capture.open("wb") as stream:
        write_pcap(stream, verdict.pdus, verdict.endpoints)
    told = dissect(capture)
    assert told.count("\nFrame ") + 1 == len(verdict.pdus)
    assert [word for word in LAYERS.get(name, ()) if word not in told] == []
