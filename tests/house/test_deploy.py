"""What deploy/ names is there: the files of the container, the commands of the unit, the health check."""

import re

import typer

import ipsmgw.cli.commands
from ipsmgw.settings import parse
from tests.house.source import ROOMS, ROOT

__all__: list[str] = []

DEPLOY = ROOT / "deploy"
CONTAINER = (DEPLOY / "Containerfile").read_text("utf-8")
UNIT = (DEPLOY / "ipsmgw.service").read_text("utf-8")
README = (DEPLOY / "README.md").read_text("utf-8")


def test_the_configuration_is_sound_and_keeps_everything_below_its_folder() -> None:
    settings = parse((DEPLOY / "gateway.toml").read_text("utf-8"))
    assert settings.store.url == "sqlite:///ipsmgw.db"
    assert not settings.journal.file.startswith("/")


def test_the_container_is_made_of_files_that_are_there_and_of_all_rooms() -> None:
    copied = [line.split()[1:-1] for line in CONTAINER.splitlines() if re.match(r"COPY (?!--from)", line)]
    names = [name for line in copied for name in line]
    assert [name for name in names if not (ROOT / name).exists()] == []
    assert set(names) >= {*ROOMS, "pyproject.toml", "docs/gateway.toml"}


def test_the_health_check_asks_where_the_gateway_answers() -> None:
    listen = parse((DEPLOY / "gateway.toml").read_text("utf-8")).web.listen
    (asked,) = re.findall(r"http://([^/]+)(/[\w/]+)", CONTAINER)
    assert asked == (listen, "/health/live")
    assert f"`{asked[1]}`" in README


def test_container_and_unit_run_what_the_gateway_has() -> None:
    group = typer.main.get_command(ipsmgw.cli.commands.app)
    commands = re.findall(r"^Exec\w+=/opt/ipsmgw/bin/ipsmgw (\w+)", UNIT, re.MULTILINE)
    assert commands == ["check", "run"]
    assert 'CMD ["ipsmgw", "run", "-c", "/etc/ipsmgw/gateway.toml"]' in CONTAINER
    assert "/opt/ipsmgw/bin/ipsmgw run -c /etc/ipsmgw/gateway.toml" in UNIT
    assert set(commands) <= set(getattr(group, "commands", ()))


def test_neither_runs_with_rights_and_both_come_back() -> None:
    assert re.search(r"^USER ipsmgw$", CONTAINER, re.MULTILINE)
    hard = ("NoNewPrivileges=yes", "ProtectSystem=strict", "User=ipsmgw", "CapabilityBoundingSet=")
    assert [line for line in (*hard, "Restart=on-failure") if line not in UNIT.splitlines()] == []


def test_the_readme_installs_what_is_here() -> None:
    for name in ("gateway.toml", "ipsmgw.service", "Containerfile"):
        assert f"deploy/{name}" in README
        assert (DEPLOY / name).exists()
