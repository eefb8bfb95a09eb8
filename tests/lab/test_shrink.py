"""A run that fails is played with ever fewer faults, down to those that it takes."""

import re
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from lab.commands import app
from lab.faults import ALL
from lab.recorded import Choice, Listed, Recording, in_words
from lab.runner import run
from lab.scenarios import SCENARIOS
from lab.shrink import BadFaultFile, Failed, FaultFile, read_faults, shrink, write_faults
from tests.lab.mutations import MUTATIONS

FORGETFUL, SILENT = (
    "forgets SIP transactions once they are answered",
    "does not report that the SC was silent",
)


def mutate(patch: pytest.MonkeyPatch, what: str) -> None:
    next(each for each in MUTATIONS if each.what == what).apply(patch)


def lab(*arguments: str) -> Result:
    return CliRunner().invoke(app, list(arguments), env={"COLUMNS": "200", "TERM": "dumb"})


@pytest.mark.parametrize("name", ["mixed", "esme_mixed", "domains_mixed"])
def test_choices_that_are_made_again_give_the_same_trace(name: str) -> None:
    recording = Recording()
    seeded = run(SCENARIOS[name], seed=5, faults=ALL)
    recorded = run(SCENARIOS[name], seed=5, faults=ALL, chances=recording)
    again = run(SCENARIOS[name], seed=5, faults=ALL, chances=Listed(recording.choices))
    assert recorded.digest == seeded.digest
    assert again.digest == seeded.digest
    kinds = {choice.kind for choice in recording.choices}
    assert {"loss", "duplicate", "reorder", "split", "cut", "refuse", "delay", "sync"} <= kinds
    assert ("restart" in kinds) == bool(recorded.tally["restarts of the gateway"])


def test_without_any_choice_nothing_goes_wrong() -> None:
    verdict = run(SCENARIOS["mixed"], seed=5, faults=ALL, chances=Listed([]))
    assert verdict.passed
    assert {pdu.fate for pdu in verdict.pdus} <= {"", "lost"}
    assert verdict.tally["restarts of the gateway"] == 0
    assert verdict.tally["associations cut"] == 0


def test_one_fault_is_all_that_happens() -> None:
    once = Choice(source="sip scscf ipsmgw", turn=1, kind="loss", time=0.0)
    verdict = run(SCENARIOS["mo"], faults=ALL, chances=Listed([once]))
    (lost,) = (pdu for pdu in verdict.pdus if pdu.fate)
    assert (lost.source, lost.target, lost.fate) == ("scscf", "ipsmgw", "lost")


def test_a_law_that_is_broken_under_all_faults_takes_a_single_one(monkeypatch: pytest.MonkeyPatch) -> None:
    mutate(monkeypatch, SILENT)
    found = shrink(Failed(SCENARIOS["mixed"], 1, ALL))
    assert found is not None
    assert found.least
    assert "law 1:" in (found.verdict.broken or "")
    (fault,) = found.choices
    assert in_words(fault).endswith(" s: smsc went down")


def test_what_takes_no_fault_at_all_is_known_as_such(monkeypatch: pytest.MonkeyPatch) -> None:
    mutate(monkeypatch, "records twice")
    found = shrink(Failed(SCENARIOS["mixed"], 1, ALL))
    assert found is not None
    assert (found.choices, found.least) == ([], True)


def test_what_does_not_fail_is_not_shrunk() -> None:
    assert shrink(Failed(SCENARIOS["mo"], 1, ALL)) is None


def test_attempts_have_an_end(monkeypatch: pytest.MonkeyPatch) -> None:
    mutate(monkeypatch, FORGETFUL)
    steps: list[int] = []
    found = shrink(Failed(SCENARIOS["mixed"], 1, ALL), limit=8, step=lambda made, left: steps.append(made))
    assert found is not None
    assert not found.least
    assert found.attempts == 8
    assert steps == list(range(1, 9))


def test_run_shrinks_the_first_failure_and_plays_it_again(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    mutate(monkeypatch, FORGETFUL)
    options = ("--faults", "all", "--rows", "5", "--pcap", str(tmp_path))
    result = lab("run", "mixed", "--seeds", "2", *options)
    assert result.exit_code == 1
    fewest = re.search(r"no more than (\d) of its faults, without any one of them it passes", result.output)
    assert fewest is not None
    assert int(fewest[1]) <= 5
    assert re.search(r"\n  \d+\.\d+ s: datagram \d+ from \w+ to \w+ ", result.output)
    path = tmp_path / "mixed-virtual-1.faults.json"
    assert f"again: ipsmgw-lab run --only-faults {path}" in result.output
    again = lab("run", "--only-faults", str(path), "--rows", "5")
    assert again.exit_code == 1
    assert read_faults(path).broken.split(";")[0] in again.output
    assert f"again: ipsmgw-lab run --only-faults {path}" in again.output
    monkeypatch.undo()
    assert lab("run", "--only-faults", str(path)).exit_code == 0


def test_a_file_of_faults_comes_back_as_it_was(tmp_path: Path) -> None:
    choices = [Choice(source="sip a b", turn=3, kind="reorder", time=0.5, values=(1.3,))]
    found = FaultFile(scenario="mo", seed=3, broken="law 1: x", choices=choices)
    write_faults(tmp_path / "x", found)
    assert read_faults(tmp_path / "x") == found


def test_a_file_that_is_none_says_what_is_wrong(tmp_path: Path) -> None:
    (tmp_path / "x").write_text('{"scenario": "mo", "seed": "one"}')
    with pytest.raises(
        BadFaultFile, match=r"x is no file of faults: Expected `int`, got `str` - at `\$.seed`"
    ):
        read_faults(tmp_path / "x")


FROM_SCSCF, SMSC_TO_HLR, SMSC_AND_HLR = "sip scscf bob", "m3ua smsc/hlr outward", "m3ua smsc/hlr fortune"


@pytest.mark.parametrize(
    ("source", "kind", "values", "words"),
    [
        (FROM_SCSCF, "loss", (), "0.532 s: datagram 3 from scscf to bob lost"),
        (FROM_SCSCF, "duplicate", (1.25,), "0.532 s: datagram 3 from scscf to bob came twice, 1.250 s apart"),
        (FROM_SCSCF, "reorder", (0.5,), "0.532 s: datagram 3 from scscf to bob held up for 0.500 s"),
        (SMSC_TO_HLR, "split", (3, 9), "0.532 s: message 3 from smsc to hlr (M3UA) came in 3 pieces"),
        (SMSC_TO_HLR, "delay", (0.1,), "0.532 s: message 3 from smsc to hlr (M3UA) took 0.100 s"),
        (SMSC_AND_HLR, "cut", (2.0,), "2.532 s: the association of smsc with hlr cut"),
        (SMSC_AND_HLR, "refuse", (2,), "0.532 s: attempt 3 of the association of smsc with hlr refused"),
        (
            SMSC_AND_HLR,
            "reconnect",
            (2,),
            "0.532 s: the association of smsc with hlr comes back after 2.000 s",
        ),
        ("smpp weather outward", "cut", (2.0,), "2.532 s: the association of weather cut"),
        ("disk", "sync", (0.04,), "0.532 s: sync 3 of the gateway's disk took 0.040 s"),
        ("disk", "torn", (17,), "0.532 s: crash 3 of the gateway's disk left 17 octets"),
        ("node smsc", "restart", (), "0.532 s: smsc went down"),
    ],
)
def test_faults_are_told_in_words(source: str, kind: str, values: tuple[float, ...], words: str) -> None:
    assert in_words(Choice(source=source, turn=3, kind=kind, time=0.532, values=values)) == words
