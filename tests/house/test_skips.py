"""In CI a skipped test is a failure; anywhere else it is a skip that gives its reason."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.house.source import ROOT

SKIPS = """
import pytest

def test_runs(): pass

def test_skips(): pytest.skip("no such tool")

@pytest.mark.skipif(True, reason="not here")
def test_is_marked(): pass

@pytest.mark.xfail(reason="known", raises=ZeroDivisionError)
def test_is_expected_to_fail(): 1 / 0
"""
MODULE = "import pytest\npytest.importorskip('no_such_module')\n"


def run(folder: Path, text: str, *, ci: str) -> str:
    shutil.copy(ROOT / "tests" / "conftest.py", folder)
    (folder / "test_it.py").write_text(text)
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-rs",
        "-p",
        "no:cacheprovider",
        "--rootdir",
        str(folder),
        str(folder),
    ]
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST")}
    done = subprocess.run(
        command,
        cwd=folder,
        env=environment | {"CI": ci},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    return done.stdout


def test_a_skip_fails_in_ci(tmp_path: Path) -> None:
    said = run(tmp_path, SKIPS, ci="true")
    assert "1 failed, 1 passed, 1 xfailed, 1 error" in said
    assert "skipped in CI" in said
    assert "no such tool" in said


def test_a_module_that_skips_itself_fails_in_ci(tmp_path: Path) -> None:
    said = run(tmp_path, MODULE, ci="true")
    assert "1 error" in said
    assert "skipped in CI" in said
    assert "no_such_module" in said


@pytest.mark.parametrize("ci", ["", "false"])
def test_a_skip_is_a_skip_elsewhere(tmp_path: Path, ci: str) -> None:
    said = run(tmp_path, SKIPS, ci=ci)
    assert "1 passed, 2 skipped, 1 xfailed" in said
    assert "no such tool" in said
