"""systemd reads the unit of deploy/, and finds it well protected."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.house.source import ROOT

pytestmark = pytest.mark.interop

UNIT = ROOT / "deploy" / "ipsmgw.service"


@pytest.fixture
def analyze() -> str:
    path = shutil.which("systemd-analyze")
    if path is None:
        pytest.skip("systemd-analyze is not installed (Debian: apt-get install systemd)")
    return path


def run(*command: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(command, capture_output=True, text=True, timeout=30, check=False)


def test_it_has_no_fault(analyze: str, tmp_path: Path) -> None:
    unit = tmp_path / UNIT.name
    unit.write_text(UNIT.read_text("utf-8").replace("/opt/ipsmgw/bin/ipsmgw", "/bin/true"))
    done = run(analyze, "verify", str(unit))
    assert (done.returncode, done.stderr) == (0, "")


def test_it_is_exposed_to_little(analyze: str) -> None:
    said = run(analyze, "security", "--offline=true", "--no-pager", str(UNIT)).stdout
    found = re.search(r"exposure level for ipsmgw.service: ([\d.]+)", said)
    assert found is not None, said
    assert float(found[1]) < 2.0
