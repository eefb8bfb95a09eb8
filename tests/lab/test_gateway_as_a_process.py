"""Our gateway as a process, declared external: the scenarios judge it as they would anybody's."""

import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from lab.fit import configuration, misfit
from lab.plan import PACED, Plan
from lab.runner import ClockKind, run
from lab.scenarios import SCENARIOS
from lab.seats import Place, Seat

pytestmark = pytest.mark.wire

ROOT = Path(__file__).parents[2]
COMMAND = [sys.executable, "-c", "from ipsmgw.cli import main; main()", "run", "-c"]
STORIES = ("phone_to_phone", "register", "deregister", "sc_refuses", "link_cut")
HOME = ("home_routing", "home_fall_back_to_ps", "alerted_of_presence")


@pytest.fixture
def carrier(worker_id: str) -> Plan:
    """All but the gateway; each worker of xdist has its own addresses."""
    number = re.search(r"\d+", worker_id)
    seats = (Seat(node="ipsmgw", place=Place.EXTERNAL),)
    return Plan(network=190 + int(number[0] if number else 0), timers=PACED, seats=seats)


@contextmanager
def gateway(text: str, folder: Path) -> Iterator[None]:
    """A process that listens, with this configuration."""
    file = folder / "gateway.toml"
    keeps = f'[store]\nurl = "sqlite:///{folder}/ipsmgw.db"\n[journal]\nfile = "{folder}/cdr.jsonl"\n'
    file.write_text(text + keeps)
    process = subprocess.Popen(
        [*COMMAND, str(file)], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=ROOT
    )
    try:
        assert process.stdout is not None
        assert process.stdout.readline().startswith("SIP: udp "), process.communicate()
        yield
    finally:
        process.kill()
        process.communicate()


def test_scenarios_that_fit_pass_one_after_the_other(carrier: Plan, tmp_path: Path) -> None:
    with gateway(configuration(carrier), tmp_path):
        for name in STORIES:
            assert misfit(SCENARIOS[name], carrier) is None
            verdict = run(SCENARIOS[name], ClockKind.WIRE, carrier=carrier)
            assert verdict.broken is None, f"{name}: {verdict.broken}\n{verdict.ladder()}"


def test_others_pass_once_the_gateway_is_configured_for_them(carrier: Plan, tmp_path: Path) -> None:
    configured = SCENARIOS[HOME[0]].plan(carrier)
    with gateway(configuration(configured), tmp_path):
        for name in HOME:
            assert misfit(SCENARIOS[name], carrier) is not None
            assert misfit(SCENARIOS[name], carrier, configured) is None
            verdict = run(SCENARIOS[name], ClockKind.WIRE, carrier=carrier)
            assert verdict.broken is None, f"{name}: {verdict.broken}\n{verdict.ladder()}"


@pytest.mark.parametrize("name", ["register", "mo"])
def test_a_gateway_that_believes_nobody_fails(name: str, carrier: Plan, tmp_path: Path) -> None:
    """It answers everything with 403: somebody else is its S-CSCF."""
    scscf = f'scscf = ["{carrier.host("scscf")}"]'
    text = configuration(carrier)
    assert scscf in text
    hasty = replace(carrier, timers=replace(PACED, settle=2.0))
    with gateway(text.replace(scscf, 'scscf = ["192.0.2.12"]'), tmp_path):
        verdict = run(SCENARIOS[name], ClockKind.WIRE, carrier=hasty)
    assert (verdict.broken or "").startswith("the HLR has the gateway's number for alice, within 2 s")
    assert "SIP/2.0 403 Forbidden" in str([pdu.data[:30] for pdu in verdict.pdus if pdu.source == "ipsmgw"])


def test_without_a_gateway_the_verdict_says_what_is_missing(carrier: Plan) -> None:
    hasty = replace(carrier, timers=replace(PACED, start=0.5))
    verdict = run(SCENARIOS["mo"], ClockKind.WIRE, carrier=hasty)
    assert verdict.broken is not None
    assert "between hlr and ipsmgw, smsc and ipsmgw" in verdict.broken
