"""Every command of the documentation is typed here; what a page says that it prints is printed."""

import os
import re
import shlex
import subprocess
import sys
import tomllib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from shutil import copy

import pytest
import typer
from typer.core import TyperGroup
from typer.testing import CliRunner

import ipsmgw.cli.commands
import lab.commands
from ipsmgw.settings import parse
from tests.house.source import ROOT
from tests.ipsmgw.broken import Table, toml
from tests.lab.doc_commands import PAGES, Command, commands, configurations, inline, is_like

pytestmark = pytest.mark.wire

PROGRAMS = {"ipsmgw": ipsmgw.cli.commands.app, "ipsmgw-lab": lab.commands.app}

# What is not typed here: how page and command begin, and who runs it instead, or why nobody does.
ELSEWHERE = {
    ("docs/regression.md", ""): "tests/lab/test_regression_page.py",
    ("docs/sample-project/", ""): "tests/lab/test_pytest_plugin.py",
    ("docs/connect-stp.md", "ipsmgw status"): "tests/interop/sctp/test_connect_stp.py",
    ("docs/msgin5g.md", "curl"): "tests/interop/test_rest_tools.py",
    ("docs/msgin5g.md", "coap-client"): "tests/interop/test_libcoap.py",
    ("docs/load.md", "ipsmgw-lab load"): "tests/lab/load/test_load_on_the_wire.py",
    ("docs/web.md", "curl"): "tests/ipsmgw/web/test_guard.py",
    ("docs/pytest.md", "pip install"): "tests/lab/test_pytest_plugin.py",
    ("deploy/", "install"): "tests/house/test_deploy.py",
    ("deploy/", "useradd"): "wants root",
    ("deploy/", "systemctl"): "wants systemd as the first process",
    ("deploy/", "systemd-analyze"): "tests/interop/test_systemd.py",
    ("deploy/", "docker"): "tests/house/test_deploy.py",
    ("deploy/", "python3 -m venv"): "tests/interop/test_wheel.py",
    ("deploy/", "/opt/ipsmgw/bin/"): "tests/interop/test_wheel.py",
    ("", "ipsmgw run -c"): "tests/ipsmgw/cli/test_run.py",
    ("docs/faults.md", "ipsmgw-lab up"): "the fixture of these tests",
    ("", "make "): "tests/house/test_readme.py has the targets; what they run is typed here",
    ("README.md", "python3 -m venv"): "shows what fails, and wants the package index",
}
# To be quick: the same with less.
LESS = {
    r"--all\b": "mo register",
    r"--seeds \d+": "--seeds 2",
    r" -j 2": "",
    r"--quirks all\b": "--quirks slow-hlr --quirks samsung-tel",
    r"msgin5g_phone_and_app msgin5g_[\w ]+(?= --clock)": "msgin5g_phone_and_app",
}
WITH_FILE = "docs/connect-stp.md"
# To the running lab: of the lab's commands those that ask it; of the gateway's, which ask a gateway.
ASKING = ("send", "explain", "fault")
# What a lab of two phones has no message for ends with 1.
UNHEARD = ("send", "explain", "status")
LIMIT = 60.0


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where a reader is: with the files of the documentation, and an empty carrier.toml."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("lab.session._QUIET", 3600.0)
    copy(ROOT / "docs" / "people.csv", tmp_path)
    (tmp_path / "carrier.toml").write_text("")
    (tmp_path / "cdr.jsonl").write_text("")
    return tmp_path


@pytest.fixture(scope="module")
def network(worker_id: str) -> int:
    """Each worker of xdist has its own addresses, and none that others use."""
    number = re.search(r"\d+", worker_id)
    return 70 + int(number[0] if number else 0)


@contextmanager
def running(network: int) -> Iterator[None]:
    """`ipsmgw-lab up`, once it has said where everything is."""
    command = [sys.executable, "-c", "from lab.cli import main; main()", "up", "--network", str(network)]
    process = subprocess.Popen(
        command, stdout=subprocess.PIPE, text=True, cwd=ROOT, env={**os.environ, "COLUMNS": "200"}
    )
    try:
        assert process.stdout is not None
        assert any("Ctrl-C ends" in line for line in process.stdout)
        yield
    finally:
        process.terminate()
        process.communicate(timeout=LIMIT)


def is_elsewhere(command: Command) -> bool:
    bare = command.text.removeprefix(".venv/bin/")
    return any(command.page.startswith(page) and bare.startswith(begins) for page, begins in ELSEWHERE)


def asks(command: Command) -> bool:
    """Whether it wants a running lab."""
    program, what = command.words[:2]
    return (program, what) == ("ipsmgw", "status") or what in ASKING


def typed(chosen: Callable[[Command], bool]) -> list[Command]:
    found = (each for page in PAGES for each in commands(page))
    return [each for each in found if not is_elsewhere(each) and chosen(each)]


def short(text: str) -> str:
    for pattern, less in LESS.items():
        text = re.sub(pattern, less, text)
    return text


def result(command: Command, network: int) -> tuple[int, str]:
    """Of what is typed: exit status, and what is printed."""
    program, *arguments = command._replace(text=short(command.text)).words
    if asks(command):
        lab_here = ["--network", str(network)]
        gateway = ["--url", f"http://127.0.{network}.10:8080"]
        own = ["-c", "gateway.toml"]
        arguments = [each for each in arguments if program == "ipsmgw-lab" or each not in own]
        arguments += gateway if program == "ipsmgw" else lab_here
    elif "wire" in arguments:
        arguments += ["--network", str(network)]
    done = CliRunner().invoke(PROGRAMS[program], arguments, env={"COLUMNS": "160", "TERM": "dumb"})
    if (file := command.text.partition(" > ")[2]) and done.exit_code == 0:
        Path(file).write_text(done.stdout)
    return done.exit_code, done.output


def wrong(command: Command, network: int) -> str:
    """Nothing, or what is not as the page has it."""
    if command.words[0] not in PROGRAMS:
        return f"{command.page}: {command.text}: say in ELSEWHERE who runs it"
    status, printed = result(command, network)
    if status != 0 and not (status == 1 and command.words[1] in UNHEARD):
        return f"{command.page}: {command.text}: exit status {status}\n{printed}"
    if command.shown and not is_like(printed, command.shown):
        return f"{command.page}: {command.text}: prints\n{printed}"
    return ""


def configured(page: str) -> str:
    """The file that a page has the reader make: the whole one, with its own lines."""
    table = tomllib.loads(next(configurations(WITH_FILE)))
    for lines in configurations(page) if page != WITH_FILE else ():
        table = merged(table, tomllib.loads(lines))
    return toml(table)


def merged(table: Table, more: Table) -> Table:
    """Tables are widened, lists of tables go on, and what is said anew holds."""
    result = dict(table)
    for key, value in more.items():
        old = result.get(key)
        if isinstance(old, dict) and isinstance(value, dict):
            result[key] = merged(old, value)
        elif isinstance(old, list) and isinstance(value, list) and isinstance(value[0], dict):
            result[key] = old + value
        else:
            result[key] = value
    return result


WITH_LINES = [page for page in PAGES if page.startswith(("docs/connect-", "docs/several-nodes"))]


@pytest.mark.parametrize("page", WITH_LINES)
def test_the_lines_of_a_page_make_a_sound_configuration(page: str) -> None:
    assert list(configurations(page))
    parse(configured(page), page)


@pytest.mark.parametrize("page", sorted({each.page for each in typed(lambda one: not asks(one))}))
def test_the_commands_of_a_page_do_what_it_says(page: str, folder: Path, network: int) -> None:
    if page in WITH_LINES:
        (folder / "gateway.toml").write_text(configured(page))
    found = typed(lambda one: one.page == page and not asks(one))
    assert [fault for each in found if (fault := wrong(each, network))] == []


def test_the_commands_for_a_running_lab_do_what_their_pages_say(folder: Path, network: int) -> None:
    """First the page that counts its rules; last the one that leaves a message waiting."""
    found = typed(asks)
    found.sort(key=lambda one: (one.page == "docs/ten-minutes.md", one.page != "docs/faults.md"))
    with running(network):
        assert [fault for each in found if (fault := wrong(each, network))] == []


PLAYED = sorted(
    {
        each.text
        for page in PAGES
        for each in inline(page)
        if re.match(r"ipsmgw-lab run [a-z]+ (.*)--", each.text)
    }
    - {""}
)


@pytest.mark.parametrize("text", PLAYED)
def test_what_a_sentence_has_played_passes(text: str, folder: Path, network: int) -> None:
    assert wrong(Command("a sentence", text), network) == ""


def mentioned() -> list[Command]:
    return [each for page in PAGES for each in (*inline(page), *commands(page))]


@pytest.mark.parametrize("program", PROGRAMS)
def test_a_command_that_is_mentioned_is_there_with_its_options(program: str) -> None:
    group = typer.main.get_command(PROGRAMS[program])
    assert isinstance(group, TyperGroup)
    for command in mentioned():
        name, *words = shlex.split(command.text.replace("…", "").replace("[", "").replace("]", ""))
        if name.removeprefix(".venv/bin/") == program and words[0] != "--version":
            known = {
                option
                for each in group.commands[words[0]].params
                for option in (*each.opts, *each.secondary_opts)
            }
            assert not {word for word in words if word.startswith("-") and word not in {*known, "--help"}}, (
                command
            )


@pytest.mark.parametrize("program", PROGRAMS)
def test_every_command_is_on_the_page_of_commands(program: str) -> None:
    group = typer.main.get_command(PROGRAMS[program])
    assert isinstance(group, TyperGroup)
    page = (ROOT / "docs" / "commands.md").read_text("utf-8")
    assert [name for name in group.commands if not re.search(rf"`{program} {name}\b", page)] == []


def test_what_is_not_typed_here_is_there_to_be_excused() -> None:
    everything = [(one.page, one.text.removeprefix(".venv/bin/")) for page in PAGES for one in commands(page)]
    for page, begins in ELSEWHERE:
        assert any(on.startswith(page) and text.startswith(begins) for on, text in everything), (page, begins)
    files = [who for who in ELSEWHERE.values() if who.endswith(".py")]
    assert [file for file in files if not (ROOT / file).exists()] == []
