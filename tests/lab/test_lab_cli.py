"""`ipsmgw-lab list` and `run`: verdicts, exit status, clear lines."""

from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from lab.commands import app
from lab.orders import JUDGES
from lab.scenarios import SCENARIOS


def lab(*arguments: str) -> Result:
    return CliRunner().invoke(app, list(arguments), env={"COLUMNS": "200", "TERM": "dumb"})


@pytest.fixture(autouse=True)
def never_slow(monkeypatch: pytest.MonkeyPatch) -> None:
    """On a busy machine there would be lines of progress as well."""
    monkeypatch.setattr("lab.session._QUIET", 3600.0)


def test_it_says_now_and_then_how_far_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("lab.session._QUIET", 0.0)
    lines = lab("run", "register", "mo", "--seeds", "2", "--seed", "11").output.splitlines()
    assert lines[0] == "1 of 4 played, 0 failed; at register, seed 11"
    assert lines[3] == "4 of 4 played, 0 failed; at mo, seed 12"


def test_list_shows_every_scenario_with_its_clause() -> None:
    result = lab("list")
    assert result.exit_code == 0
    for scenario in SCENARIOS.values():
        assert scenario.name in result.output
        assert scenario.clause in result.output


def test_run_plays_what_is_named_and_ends_with_a_table() -> None:
    result = lab("run", "register", "mo", "--seed", "7")
    assert result.exit_code == 0
    head, register, mo, figure = result.output.splitlines()
    assert head.split() == ["scenario", "clause", "verdict", "time", "what", "broke"]
    assert register.startswith("register")
    assert mo.startswith("mo")
    assert "passed" in mo
    assert SCENARIOS["mo"].clause in mo
    assert figure == "2 of 2 passed"


def test_run_plays_globs_words_and_clauses() -> None:
    assert "2 of 2 passed" in lab("run", "memory_full*", "-k", "not xyzzy").output
    assert "1 of 1 passed" in lab("run", "-k", "(silent and alerted) and not hlr").output
    assert "1 of 1 passed" in lab("run", "--clause", "Q.714 4.1.1").output


def test_run_plays_with_quirks(tmp_path: Path) -> None:
    result = lab("run", "mt", "--quirks", "samsung-tel", "--quirks", "ack-in-200", "--pcap", str(tmp_path))
    assert result.exit_code == 0
    assert "mt, samsung-tel" in result.output
    assert "only the laws judge: no MESSAGE brings the report" in result.output
    assert (tmp_path / "mt-virtual-1-samsung-tel.pcap").exists()
    assert "2 of 2 passed" in result.output


EXTERNAL = '[element.ipsmgw]\nis = "external"\naddress = "127.0.1.11"\n'


def test_run_obeys_a_description(tmp_path: Path) -> None:
    described = tmp_path / "carrier.toml"
    described.write_text('domain = "elsewhere.test"\n[element.msc]\nis = "absent"\n')
    files = ("--html", str(tmp_path / "x.html"), "--json", str(tmp_path / "x.json"))
    result = lab("run", "mt", "fall_back_to_cs", "-c", str(described), *files)
    assert result.exit_code == 0
    assert "1 of 1 passed, 1 not played" in result.output
    assert "it takes msc in hand, which is absent" in result.output
    assert f"-c {described}" in (tmp_path / "x.json").read_text()


def test_where_nothing_could_be_played_nothing_has_passed(tmp_path: Path) -> None:
    described = tmp_path / "carrier.toml"
    described.write_text('[element.msc]\nis = "absent"\n')
    result = lab("run", "fall_back_to_cs", "-c", str(described))
    assert result.exit_code == 2
    assert "it takes msc in hand, which is absent" in result.output


@pytest.mark.parametrize("options", [(), ("--clock", "wire", "-j", "2")])
def test_before_an_external_gateway_time_is_real_and_one_story_at_a_time(
    tmp_path: Path, options: tuple[str, ...]
) -> None:
    described = tmp_path / "carrier.toml"
    described.write_text(EXTERNAL)
    result = lab("run", "mt", "-c", str(described), *options)
    assert result.exit_code == 2
    assert "somebody else plays ipsmgw" in result.stderr


def test_several_seeds_of_a_scenario_are_one_row() -> None:
    result = lab("run", "register", "--seeds", "3", "--seed", "5")
    assert result.exit_code == 0
    assert "3 passed" in result.output
    assert "3 of 3 passed" in result.output


def test_under_a_rule_the_laws_judge_and_the_story_too_where_that_is_wanted() -> None:
    refused = ("run", "mo", "--fault", "smsc mo-ForwardSM error systemFailure")
    result = lab(*refused)
    assert result.exit_code == 0
    assert "only the laws judge: rules are set" in result.output
    result = lab(*refused, "--strict")
    assert result.exit_code == 1
    assert "✗ expected, and not so at 0.014 s: the report is an RP-ACK\n" in result.output
    assert "--faults none --fault 'smsc mo-ForwardSM error systemFailure' --strict" in result.output
    late = lab("run", "mo", "--fault", "hlr anyTimeModification 1 x late 1 s", "--strict")
    assert late.exit_code == 0, late.output
    assert "only the laws" not in late.output


def test_run_with_all_faults_lets_the_laws_judge_and_tells_in_figures_what_has_happened() -> None:
    result = lab("run", "mo", "--faults", "all", "--seeds", "3")
    assert result.exit_code == 0
    assert "MO acknowledged" in result.output


def test_several_processes_say_what_one_says(tmp_path: Path) -> None:
    words = ("run", "register", "mo", "mt", "--seeds", "2", "--pcap")
    alone, together = lab(*words, str(tmp_path / "1")), lab(*words, str(tmp_path / "2"), "-j", "2")
    assert together.exit_code == 0
    assert together.output == alone.output
    one, other = (sorted((tmp_path / number).iterdir()) for number in "12")
    assert [path.name for path in one] == [path.name for path in other]
    assert [path.read_bytes() for path in one] == [path.read_bytes() for path in other]


def test_a_failure_shows_all_that_is_known(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr("lab.orders.JUDGES", [*JUDGES, lambda carrier: ["pigs fly"]])
    result = lab("run", "register", "--seed", "4", "--pcap", str(tmp_path))
    assert result.exit_code == 1
    assert "FAILED register" in result.output
    assert "✓" in result.output
    assert "alice registered at the S-CSCF" in result.output
    assert "✗ expected, and not so: pigs fly" in result.output
    assert f"capture: {tmp_path}/register-virtual-4.pcap" in result.output
    assert "again: ipsmgw-lab run register --clock virtual --seed 4 --faults none" in result.output
    assert "anyTimeModification" in result.output, "the ladder"
    assert "0 of 1 passed" in result.output


def test_of_many_failures_the_first_are_shown_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("lab.orders.JUDGES", [lambda carrier: ["it is late"]])
    result = lab("run", "register", "--seeds", "5", "--rows", "3")
    assert result.output.count("again:") == 3
    assert result.output.count("rows before these") == 3
    assert "FAILED register (TS 24.341" in result.output
    assert "seed 5: it is late" in result.output
    assert "5 of 5 FAILED" in result.output


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("run", "silentphone"), "silent_phone"),
        (("run", "xyzzy"), "ipsmgw-lab list"),
        (("run", "x*z"), "ipsmgw-lab list"),
        (("run", "mo", "-k", "not mo"), "no scenario fits mo -k 'not mo'"),
        (("run", "-k", "mo and"), "a word is missing at the end"),
        (("run", "-k", "(mo or mt"), ") is missing at the end"),
        (("run", "-k", "mo mt"), "is missing before 'mt'"),
        (("run", "--clause", "TS 23.2"), "no scenario fits --clause 'TS 23.2'"),
        (("run",), "--all"),
        (("run", "mo", "--faults", "some"), "none, all or coap"),
        (("run", "mo", "--strict"), "--strict is for rules"),
        (("run", "mo", "--faults", "all", "--clock", "wire"), "virtual"),
        (("run", "mo", "--faults", "coap"), "--clock wire"),
        (("run", "mo", "--clock", "wire", "--network", "254", "-j", "2"), "127.0.254"),
        (("run", "mo", "--quirks", "nobody"), "`ipsmgw-lab quirks` shows them"),
        (("run", "mo", "-c", "/nowhere"), "/nowhere"),
        (("run", "mo", "--gateway-for", "nothing"), "there is no scenario 'nothing'"),
        (("run", "mo", "--pcap", "/dev/null/x"), "/dev/null/x"),
        (("run", "mo", "--html", "/dev/null/x/y"), "/dev/null/x"),
        (("run", "mo", "--junit", "/"), "/: Is a directory"),
        (("run", "--only-faults", "/nowhere"), "/nowhere: No such file"),
        (("run", "--only-faults", "/dev/null"), "/dev/null is no file of faults"),
        (("run", "mo", "--only-faults", "/dev/null"), "no names"),
    ],
)
def test_what_cannot_be_played_is_one_clear_line(arguments: tuple[str, ...], words: str) -> None:
    result = lab(*arguments)
    assert result.exit_code == 2
    assert words in result.stderr
    assert result.stderr.count("\n") == 1


def test_a_capture_is_written_for_each_run(tmp_path: Path) -> None:
    result = lab("run", "mo", "--seeds", "2", "--pcap", str(tmp_path / "new"))
    assert result.exit_code == 0
    files = sorted(path.name for path in (tmp_path / "new").iterdir())
    assert files == ["mo-virtual-1.pcap", "mo-virtual-2.pcap"]
    assert (tmp_path / "new" / files[0]).stat().st_size > 1000
