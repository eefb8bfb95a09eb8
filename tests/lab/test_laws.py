"""The laws hold with any seed, whatever goes wrong; and enough goes wrong and gets through to tell."""

import os
import subprocess
import sys
from dataclasses import replace

import pytest

from lab.faults import ALL
from lab.plan import Plan
from lab.plan_timers import PACED
from lab.runner import run
from lab.scenarios import SCENARIOS
from lab.tally import Tally

BLOCKS = 20
SEEDS = 50
"""In each block."""

# What has to have happened in each block, at least.
ENOUGH = {
    "MO acknowledged": 1000,
    "MO refused": 100,
    "MT delivered": 1500,
    "MT failed": 50,
    "restarts of the gateway": SEEDS,
    "restarts of others": 40,
    "associations cut": 300,
    "m3ua cut": 10,
    "sip lost": 1500,
    "sip duplicated": 1500,
    "retransmissions": 5000,
    "record ISMSMO networkOutOfOrder": 30,
    "record ISMSMO sc-Congestion": 50,
    "record ISMSMT memoryCapacityExceeded": 10,
    "record ISMSMT noResponseViaIPSMGW": 10,
    "RP-SMMA acknowledged": 10,
}

AT_RANDOM = [name for name in SCENARIOS if name.endswith("mixed") and not name.startswith("msgin5g")]
"""Those of MSGin5G wait for CoAP, whose timers are always the real ones in virtual time."""

_DIGESTS = """
from lab.faults import ALL
from lab.runner import run
from lab.scenarios import SCENARIOS
print(*[run(SCENARIOS["mixed"], seed=seed, faults=ALL).digest for seed in (7, 8)])
"""


@pytest.mark.parametrize("block", range(BLOCKS))
def test_the_laws_hold_whatever_goes_wrong(block: int) -> None:
    tally = Tally()
    for seed in range(1 + block * SEEDS, 1 + (block + 1) * SEEDS):
        verdict = run(SCENARIOS["mixed"], seed=seed, faults=ALL)
        assert verdict.broken is None, f"ipsmgw-lab run mixed --faults all --seed {seed}"
        tally += verdict.tally
    assert {what: tally[what] for what, least in ENOUGH.items() if tally[what] < least} == {}
    assert tally["MT delivered"] > 0.85 * tally["MT accepted"], "most messages get through"
    assert tally["MO acknowledged"] > 0.6 * tally["MO sent"]


@pytest.mark.parametrize("name", [name for name in SCENARIOS if name != "mixed"])
def test_the_laws_hold_after_every_story(name: str) -> None:
    for seed in range(1, 11):
        verdict = run(SCENARIOS[name], seed=seed, faults=ALL)
        assert verdict.broken is None, f"ipsmgw-lab run {name} --faults all --seed {seed}"


@pytest.mark.parametrize("name", AT_RANDOM)
def test_the_laws_hold_with_the_timers_of_the_wire(name: str) -> None:
    """What seldom runs out does: patience, MT Correlation IDs, dialogues that wait for more."""
    plan = replace(Plan(), timers=replace(PACED, correlation=1.0, busy=60.0))
    for seed in range(1, 6):
        verdict = run(SCENARIOS[name], seed=seed, faults=ALL, carrier=plan)
        assert verdict.broken is None, f"{name}, seed {seed}: {verdict.broken}"


def test_without_faults_the_mixed_story_ends_well_too() -> None:
    for seed in range(1, 11):
        assert run(SCENARIOS["mixed"], seed=seed).broken is None, f"ipsmgw-lab run mixed --seed {seed}"


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_the_same_seed_gives_the_same_trace_octet_for_octet(seed: int) -> None:
    first, second = (run(SCENARIOS["mixed"], seed=seed, faults=ALL) for _ in range(2))
    assert first.pdus == second.pdus
    assert first.digest == second.digest
    assert first.digest != run(SCENARIOS["mixed"], seed=seed + 100, faults=ALL).digest


def test_the_trace_does_not_depend_on_how_the_process_hashes() -> None:
    digests = {
        subprocess.run(
            [sys.executable, "-c", _DIGESTS],
            env={**os.environ, "PYTHONHASHSEED": hashing},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for hashing in ("1", "2")
    }
    assert len(digests) == 1
