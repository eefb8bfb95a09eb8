"""`make dist`: the wheel installs into an empty environment, and both commands run from there."""

import shutil
import subprocess
import sys
import venv
from importlib.metadata import version
from pathlib import Path

import httpx
import pytest

from tests.house.source import ROOMS, ROOT
from tests.lab.doc_commands import configurations

pytestmark = [pytest.mark.interop, pytest.mark.wire]

LIMIT = 60.0


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What the sources become, built where nothing is in the way."""
    if tuple(map(int, version("setuptools").split(".")[:2])) < (77, 0):
        pytest.skip("setuptools is older than 77")
    folder = tmp_path_factory.mktemp("sources")
    for room in ROOMS:
        shutil.copytree(
            ROOT / room, folder / room, symlinks=True, ignore=shutil.ignore_patterns("__pycache__")
        )
    (folder / "docs").mkdir()
    for name in ("pyproject.toml", "README.md", "LICENSE", "docs/gateway.toml"):
        shutil.copy(ROOT / name, folder / name)
    run(sys.executable, "-m", "build", "--no-isolation", "--skip-dependency-check", cwd=folder)
    (built,) = (folder / "dist").glob("*.whl")
    return built


@pytest.fixture(scope="module")
def commands(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the commands in an environment that has what we depend on, from here, and not us."""
    folder = tmp_path_factory.mktemp("environment")
    venv.create(folder, with_pip=False, symlinks=True)
    python = folder / "bin" / "python"
    run(
        sys.executable,
        "-m",
        "pip",
        "--python",
        str(python),
        "install",
        "-q",
        "--no-deps",
        "--no-index",
        str(wheel),
    )
    (packages,) = folder.glob("lib/*/site-packages")
    others = [path for path in sys.path if path.endswith("site-packages")]
    (packages / "others.pth").write_text("\n".join(others))
    return folder / "bin"


def run(*command: str, cwd: Path = ROOT) -> str:
    done = subprocess.run(command, capture_output=True, text=True, timeout=LIMIT, check=False, cwd=cwd)
    assert done.returncode == 0, f"{command}\n{done.stdout}\n{done.stderr}"
    return done.stdout


def test_both_commands_run_from_the_wheel(commands: Path, tmp_path: Path) -> None:
    gateway, lab = str(commands / "ipsmgw"), str(commands / "ipsmgw-lab")
    assert run(gateway, "--version", cwd=tmp_path) == "ipsmgw 0.1.0\n"
    assert run(lab, "--version", cwd=tmp_path) == "ipsmgw-lab 0.1.0\n"
    where = run(str(commands / "python"), "-c", "import ipsmgw; print(ipsmgw.__file__)", cwd=tmp_path)
    assert where.startswith(str(commands.parent))
    (tmp_path / "gateway.toml").write_text(next(configurations("docs/connect-stp.md")))
    assert ": ok: " in run(gateway, "check", "gateway.toml", cwd=tmp_path)
    assert run(gateway, "settings", "--example", cwd=tmp_path) == (ROOT / "docs" / "gateway.toml").read_text()
    assert "phone_to_phone" in run(lab, "list", cwd=tmp_path)
    report = ("--html", "report.html", "--quirks", "slow-hlr")
    assert "1 of 1 passed" in run(lab, "run", "register", *report, cwd=tmp_path)
    assert "demands" in run(lab, "conformance", cwd=tmp_path)


def test_the_carrier_of_the_wheel_has_its_page(commands: Path, tmp_path: Path) -> None:
    process = subprocess.Popen(
        [commands / "ipsmgw-lab", "up", "--network", "68"], stdout=subprocess.PIPE, text=True, cwd=tmp_path
    )
    try:
        assert process.stdout is not None
        assert any("Ctrl-C ends" in line for line in process.stdout)
        page = httpx.get("http://127.0.68.10:8080/", trust_env=False)
        assert page.status_code == 200
        assert "<!doctype html" in page.text.lower()
    finally:
        process.terminate()
        process.communicate(timeout=LIMIT)
