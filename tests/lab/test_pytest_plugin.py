"""The pytest plugin, as a user's own project has it."""

import os
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path
from xml.etree import ElementTree

import pytest

from tests.house.source import ROOT

pytest_plugins = ("pytester",)

PLUGIN = "lab.pytest_plugin"
SAMPLE = ROOT / "docs" / "sample-project"


def run(pytester: pytest.Pytester, text: str, *options: str) -> pytest.RunResult:
    pytester.makepyfile(text)
    return pytester.runpytest_subprocess("-p", PLUGIN, "-p", "no:cacheprovider", "--strict-markers", *options)


def test_installing_is_enough() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    assert project["entry-points"]["pytest11"] == {PLUGIN: PLUGIN}


def test_nothing_of_the_lab_is_imported_before_a_test_asks_for_it() -> None:
    look = "import sys; print([n for n in sys.modules if n.split('.')[0] in ('ipsmgw', 'mapstack', 'lab')])"
    command = [sys.executable, "-c", f"import {PLUGIN}; {look}"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=True, cwd=ROOT)
    assert done.stdout.strip() == "['lab', 'lab.pytest_plugin']"


FEW_LINES = """
import pytest
from dataclasses import replace

def test_mt(carrier):
    bob = carrier.registered("bob")
    settled = carrier.run_until_settled(carrier.submit("hello", to="bob"))
    assert settled.delivered
    assert [way.value for way in settled.path] == ["ims"]
    assert [got.text for got in bob.received] == ["hello"]

def test_mo(carrier):
    carrier.registered("alice")
    assert carrier.run_until_settled(carrier.send("hello", sender="alice", to="bob")).delivered

def test_a_silent_phone_waits_for_better_times(carrier):
    carrier.registered("bob").mute()
    settled = carrier.run_until_settled(carrier.submit("hello", to="bob"))
    assert not settled.delivered
    assert "ABSENT_SUBSCRIBER_SM" in settled.outcome

def test_crash(carrier):
    carrier.registered("bob")
    carrier.crash("ipsmgw")
    carrier.pause(1)
    carrier.revive("ipsmgw")
    carrier.until(carrier.carrier.linked, "all is well again")
    assert carrier.deregistered("bob").registered is False

@pytest.mark.carrier(lambda plan: replace(plan, domain="other.test"), legs=("msc", "sgsn"), seed=9)
class TestMarked:
    @pytest.mark.carrier(legs=("msc",))
    def test_markers_add_up(self, carrier):
        assert (carrier.plan.domain, carrier.plan.legs, carrier.seed) == ("other.test", ("msc",), 9)
        assert carrier.attached("bob")

@pytest.mark.parametrize("carrier_seed", [3, 4])
@pytest.mark.carrier(faults="all")
def test_seeds(carrier, carrier_seed):
    assert carrier.seed == carrier_seed
    carrier.submit("hello", to="bob")
    carrier.pause(100)
"""


def test_a_few_lines_are_a_test(pytester: pytest.Pytester) -> None:
    run(pytester, FEW_LINES).assert_outcomes(passed=7)


FAILING = """
def test_it(carrier):
    bob = carrier.registered("bob")
    bob.mute()
    carrier.submit("hello", to="bob")
    carrier.until(lambda: bob.received, "bob has it", within=2)

def test_name(carrier):
    carrier.phone("zed")
"""


def test_a_failure_points_to_the_users_line_and_shows_the_ladder(
    pytester: pytest.Pytester, tmp_path: Path
) -> None:
    result = run(
        pytester,
        FAILING,
        *(
            "--carrier-pcap",
            str(tmp_path / "new"),
            "--carrier-rows",
            "5",
            "--junitxml",
            str(tmp_path / "x.xml"),
        ),
    )
    result.assert_outcomes(failed=2)
    result.stdout.fnmatch_lines(
        [
            ">*carrier.until(lambda: bob.received, \"bob has it\", within=2)",
            "E*NotSo: bob has it, within 2 s",
            "E*instead: bob.received is [[][]]",
            "*test_a_failure_points_to*.py:5: NotSo",
            "*- carrier -*",
            "virtual, seed 1",
            f"capture: {tmp_path}/new/*test_it.pcap",
            "✓*the HLR has the gateway's number for bob",
            "… * rows before these",
            "*MESSAGE RP-DATA SMS-DELIVER",
            "E*LookupError: there is no phone 'zed'; there are alice, bob",
        ]
    )  # fmt: skip
    assert not re.search(r"lab/(stage|carrier|runner)\.py:\d+", result.stdout.str())
    (capture, _) = sorted((tmp_path / "new").iterdir())
    assert capture.stat().st_size > 1000
    properties = {
        each.get("name"): each.get("value")
        for each in next(ElementTree.parse(tmp_path / "x.xml").iter("testcase")).iter("property")
    }
    assert properties == {"seed": "1", "clock": "virtual", "pcap": str(capture)}


def test_a_test_that_passes_must_not_have_broken_a_law(pytester: pytest.Pytester) -> None:
    result = run(
        pytester,
        """
        import logging
        import pytest

        def test_law(carrier):
            logging.getLogger().error("it is broken")

        @pytest.mark.carrier(laws=False)
        def test_no_law(carrier):
            logging.getLogger().error("it is broken")
        """,
    )
    result.assert_outcomes(failed=1, passed=1)
    result.stdout.fnmatch_lines(["after the test: law 6: an error was logged: it is broken"])


WRONG = """
import pytest

@pytest.mark.carrier(leg="msc")
def test_field(carrier): ...

@pytest.mark.carrier(legs=("x",))
def test_value(carrier): ...

@pytest.mark.carrier(faults="some")
def test_faults(carrier): ...

@pytest.mark.carrier(faults="all")
def test_wire(wire_carrier): ...
"""


def test_what_a_marker_cannot_say_is_one_clear_sentence(pytester: pytest.Pytester) -> None:
    result = run(pytester, WRONG)
    result.assert_outcomes(errors=4)
    result.stdout.fnmatch_lines(
        [
            "@pytest.mark.carrier: there is no 'leg'; there are seed, faults, laws, *legs*",
            "@pytest.mark.carrier: legs ('x',) are not some of msc, sgsn, each once",
            "@pytest.mark.carrier: faults are 'none', 'all', or a lab.faults.Faults",
            "@pytest.mark.carrier: faults are for virtual time: wire_carrier has none",
        ]
    )
    assert "During handling" not in result.stdout.str()


ELSEWHERE = '[element.ipsmgw]\nis = "external"\naddress = "127.0.1.11"'


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (None, "--carrier: there is no file *carrier.toml"),
        ("[elements]", "*carrier.toml: elements: unknown key; is it element?"),
        (ELSEWHERE, "*somebody else plays ipsmgw: take wire_carrier"),
    ],
)
def test_a_description_that_cannot_be_is_one_clear_sentence(
    pytester: pytest.Pytester, text: str | None, words: str
) -> None:
    if text is not None:
        (pytester.path / "carrier.toml").write_text(text)
    result = run(pytester, "def test_it(carrier): ...", "--carrier", "carrier.toml")
    assert result.ret != 0
    (result.stdout if text else result.stderr).fnmatch_lines([words if text else f"ERROR: {words}"])


@pytest.fixture
def sample(tmp_path: Path) -> Path:
    """A copy: it must not need what is beside it."""
    return Path(
        shutil.copytree(SAMPLE, tmp_path / "sample", ignore=shutil.ignore_patterns("__pycache__", ".*"))
    )


def play(sample: Path, worker: str, *options: str) -> subprocess.CompletedProcess[str]:
    number = int((re.search(r"\d+", worker) or ["0"])[0])
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST")}
    command = [sys.executable, "-m", "pytest", "-p", PLUGIN, "-p", "no:cacheprovider"]
    return subprocess.run(
        [*command, "--carrier-network", str(210 + number), *options],
        capture_output=True,
        text=True,
        timeout=110,
        check=False,
        cwd=sample,
        env=environment,
    )


@pytest.mark.wire
def test_the_sample_project_passes(sample: Path, worker_id: str) -> None:
    done = play(sample, worker_id)
    assert done.returncode == 0, done.stdout
    assert re.search(r"\d+ passed, 1 xfailed", done.stdout)


def test_its_failure_looks_as_the_docs_show_it(sample: Path, worker_id: str) -> None:
    done = play(sample, worker_id, "-q", "--run-failing", "tests/test_that_fails.py", "--carrier-rows", "5")
    assert done.returncode == 1
    shown = (ROOT / "docs" / "pytest.md").read_text("utf-8").split("<!-- failure -->")[1]
    lines = [line.strip() for line in shown.splitlines() if line.startswith("    ")]
    said = {re.sub(r"/\S*/carrier/", "", line.strip()) for line in done.stdout.splitlines()}
    assert len(lines) > 10
    assert [line for line in lines if line and line not in said] == []
