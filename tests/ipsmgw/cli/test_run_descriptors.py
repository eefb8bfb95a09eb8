"""The gateway under a limit of open files: it takes what it may have, and says what is missing."""

import re
import signal
from pathlib import Path

import pytest

from ipsmgw.descriptors import OTHERS
from tests.ipsmgw.cli.test_run import end, running, table, write

pytestmark = pytest.mark.wire

CONNECTIONS, WAITING, ASSOCIATIONS = 600, 100, 1
WANTED = CONNECTIONS + WAITING + ASSOCIATIONS + OTHERS


def gateway(folder: Path) -> Path:
    settings = table(folder)
    sip = settings["sip"]
    assert isinstance(sip, dict)
    connections = {"connections": {"most": CONNECTIONS}}
    return write(folder, settings | {"sip": sip | connections, "dns": {"waiting": WAITING}})


def limited(option: str, to: int) -> tuple[str, ...]:
    return "sh", "-c", f'ulimit {option} -n {to} && exec "$@"', "sh"


def allowed(process: int) -> int:
    found = re.search(r"Max open files +(\d+)", Path(f"/proc/{process}/limits").read_text())
    assert found is not None
    return int(found[1])


@pytest.mark.parametrize(("soft", "raised"), [(300, WANTED), (WANTED + 10, WANTED + 10)])
def test_the_soft_limit_is_raised_as_far_as_the_settings_want(tmp_path: Path, soft: int, raised: int) -> None:
    with running(gateway(tmp_path), *limited("-S", soft)) as (process, _):
        assert allowed(process.pid) == raised
        assert end(process, signal.SIGTERM) == (0, "", "")


def test_a_hard_limit_that_is_too_low_is_said_and_leaves_fewer_connections(tmp_path: Path) -> None:
    with running(gateway(tmp_path), *limited("", 500)) as (process, _):
        assert allowed(process.pid) == 500
        assert process.stdout is not None
        said = "SIP: 243 connections at most, not 600 (sip.connections.most): 500 open files allowed\n"
        assert process.stdout.readline() == said
        assert end(process, signal.SIGTERM) == (0, "", "")
