"""docs/connect-stp.md does what it says: its files, osmo-stp, and what `ipsmgw status` prints."""

import os
import re
import subprocess
import sys
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.interop.sctp.stp import PATIENCE

pytestmark = pytest.mark.interop

ROOT = Path(__file__).parents[3]
COMMAND = [sys.executable, "-c", "from ipsmgw.cli import main; main()"]


def test_the_recipe_connects_and_status_says_what_it_shows(osmo_stp: None, tmp_path: Path) -> None:
    text = (ROOT / "docs" / "connect-stp.md").read_text("utf-8")
    gateway, stp, shown, *_ = re.findall(r"^```\w*\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)
    (tmp_path / "gateway.toml").write_text(gateway)
    (tmp_path / "osmo-stp.cfg").write_text(stp)
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "COLUMNS": "120"}
    with ExitStack() as stack:

        def start(*command: str) -> "subprocess.Popen[str]":
            process = subprocess.Popen(
                command,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                text=True,
                cwd=tmp_path,
                env=environment,
            )
            stack.callback(process.communicate, timeout=PATIENCE)
            stack.callback(process.kill)
            return process

        start("osmo-stp", "-c", "osmo-stp.cfg")
        start(*COMMAND, "run", "-c", "gateway.toml")
        watch = start(*COMMAND, "status", "-c", "gateway.toml", "--watch")
        assert watch.stdout is not None
        while "AS active" not in watch.stdout.readline():
            pass
        status = [*COMMAND, "status", "-c", "gateway.toml"]
        done = subprocess.run(
            status, capture_output=True, text=True, cwd=tmp_path, env=environment, check=False
        )
    assert done.returncode == 0
    assert _timeless(done.stdout) == _timeless(shown)


def _timeless(text: str) -> list[list[str]]:
    """Words, but for how long it is so."""
    return [re.sub(r"\d+ s\b", "", line).split() for line in text.splitlines()]
