"""What scenarios put on the links is decoded by tshark, which we did not write."""

from collections.abc import Callable
from pathlib import Path

import pytest

from ipsmgw.trace import write_pcap
from lab.faults import ALL, NONE
from lab.runner import Verdict, run
from lab.scenarios import SCENARIOS

pytestmark = pytest.mark.interop

LAYERS = (
    "Session Initiation Protocol",
    "MTP 3 User Adaptation Layer",
    "Short Message Peer to Peer",
    "GSM A-I/F DTAP",
    "Hypertext Transfer Protocol",
    "Constrained Application Protocol",
)
LINE = "[Protocols in frame: exported_pdu:json]"  # JSON that is in nothing else

# What must be in the dissection of a scenario: the layers, down to the short message.
SIGNS = {
    "register": ("Session Initiation Protocol", "MTP 3 User Adaptation Layer", "anyTimeModification"),
    "mo": ("RP-DATA (MS to Network)", "mo-forwardSM", "SMS-SUBMIT"),
    "mt": ("RP-DATA (Network to MS)", "mt-forwardSM", "SMS-DELIVER"),
    "silent_phone": ("absentSubscriberSM", "reportSM-DeliveryStatus", "alertServiceCentre"),
    "sc_refuses": ("RP-ERROR (Network to MS)", "sm-DeliveryFailure"),
    "memory_full": ("RP-ERROR (MS to Network)", "Memory capacity exceeded"),
    "long_text": ("Extended Unitdata", "Reassembled SCCP"),
    "unknown_subscriber": ("unknownSubscriber",),
}


def captured(verdict: Verdict, path: Path) -> Path:
    with path.open("wb") as stream:
        write_pcap(stream, verdict.pdus, verdict.endpoints)
    return path


@pytest.mark.parametrize("name", sorted(SCENARIOS))
def test_every_octet_of_a_scenario_is_decoded(
    name: str, dissect: Callable[[Path], str], tmp_path: Path
) -> None:
    verdict = run(SCENARIOS[name])
    said = dissect(captured(verdict, tmp_path / "plain.pcap"))
    assert verdict.passed, verdict.broken
    assert said.count("\nFrame ") + said.startswith("Frame ") == len(verdict.pdus)
    spoilt = sum("spoilt" in pdu.fate for pdu in verdict.pdus)  # by a rule, perhaps beyond recognition
    decoded = sum(said.count(f"\n{layer}") for layer in LAYERS) + said.count(LINE)
    assert len(verdict.pdus) - spoilt <= decoded <= len(verdict.pdus)
    assert [sign for sign in SIGNS.get(name, ()) if sign not in said] == []


def test_under_all_faults_every_octet_is_still_decoded(
    dissect: Callable[[Path], str], tmp_path: Path
) -> None:
    verdict = run(SCENARIOS["phone_to_phone"], seed=5, faults=ALL)
    assert verdict.pdus != run(SCENARIOS["phone_to_phone"], seed=5, faults=NONE).pdus
    dissect(captured(verdict, tmp_path / "faults.pcap"))


def test_a_message_is_decoded_down_to_its_text(dissect: Callable[[Path], str], tmp_path: Path) -> None:
    verdict = run(SCENARIOS["phone_to_phone"])
    said = dissect(captured(verdict, tmp_path / "text.pcap"))
    for sign in (
        "GSM SMS TPDU (GSM 03.40) SMS-SUBMIT",
        "GSM SMS TPDU (GSM 03.40) SMS-DELIVER",
        "SMS text: Do you read me?",
        "localValue: mo-forwardSM (46)",
        "localValue: mt-forwardSM (44)",
        "localValue: sendRoutingInfoForSM (45)",
        "RP-ACK (MS to Network)",
        "RP-ACK (Network to MS)",
    ):
        assert sign in said, sign


@pytest.mark.parametrize(
    ("name", "reason"),
    [("memory_available", "memoryAvailable (1)"), ("alerted_of_presence", "ms-Present (0)")],
)
def test_ready_for_sm_is_decoded_with_its_reason_and_domain(
    name: str, reason: str, dissect: Callable[[Path], str], tmp_path: Path
) -> None:
    said = dissect(captured(run(SCENARIOS[name]), tmp_path / "ready.pcap"))
    signs = {"localValue: readyForSM (66)", "localValue: alertServiceCentre (64)"}
    signs |= {f"alertReason: {reason}", "additionalAlertReasonIndicator"}
    assert {sign for sign in signs if sign not in said} == set()
    assert ("RP-SMMA (MS to Network)" in said) is (name == "memory_available")
