"""The command `ipsmgw`: what it says, and with which status it ends."""

from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from ipsmgw import __version__
from ipsmgw.cli.commands import app
from tests.ipsmgw.broken import Table, sound, toml


def call(*arguments: str) -> Result:
    return CliRunner().invoke(app, arguments)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "gateway.toml"
    path.write_text(toml(sound()))
    return path


def test_the_version_is_said() -> None:
    said = call("--version")
    assert (said.exit_code, said.stdout) == (0, f"ipsmgw {__version__}\n")


def test_help_names_every_command() -> None:
    said = call("--help").stdout
    assert all(f" {command} " in said for command in ("run", "check", "decode"))


def test_a_sound_configuration_is_said_to_be_sound_in_one_line(file: Path) -> None:
    said = call("check", str(file))
    assert said.exit_code == 0
    assert said.stdout == f"{file}: ok: ipsmgw 15550000011, SIP at 127.0.0.11:5060, M3UA to smsc\n"
    assert said.stderr == ""


def test_a_gateway_without_associations_is_sound(file: Path) -> None:
    table: Table = sound()
    table["map"] = {"point_code": 11, "association": [], "route": []}
    file.write_text(toml(table))
    assert call("check", str(file)).stdout.endswith("M3UA to nobody\n")


@pytest.mark.parametrize("command", [("check",), ("run", "-c")])
def test_every_fault_is_a_line_and_the_status_is_2(file: Path, command: tuple[str, ...]) -> None:
    file.write_text(toml(sound() | {"limits": {"in_flight": 0}, "nonsense": 1}))
    said = call(*command, str(file))
    assert said.exit_code == 2
    assert said.stdout == ""
    assert said.stderr == (
        f"{file}: limits.in_flight: expected integer >= 1\n{file}: nonsense: unknown key\n"
    )


@pytest.mark.parametrize("command", [("check",), ("run", "-c")])
def test_a_file_that_is_not_there_is_one_line(tmp_path: Path, command: tuple[str, ...]) -> None:
    said = call(*command, str(tmp_path / "missing.toml"))
    assert (said.exit_code, said.stderr) == (2, f"{tmp_path}/missing.toml: No such file or directory\n")


def test_run_wants_a_configuration() -> None:
    assert call("run").exit_code == 2


def test_decode_is_there() -> None:
    assert call("decode", "zz").exit_code == 2
