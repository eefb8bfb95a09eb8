"""Rules for the whole test tree: no skip in CI, hypothesis profiles, tshark as a second opinion."""

import faulthandler
import gc
import os
import shutil
import signal
import subprocess
from collections.abc import Callable, Generator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    # A shell without job control has what it starts in the background ignore it, and all that this starts.
    signal.signal(signal.SIGINT, signal.default_int_handler)

CI = os.environ.get("CI") == "true"
LEAVING = 30.0
"""Seconds in which a process of the tests has to end when they have."""

settings.register_profile("quick", deadline=None, max_examples=50)
settings.register_profile(
    "ci", deadline=None, max_examples=100, derandomize=True, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("ci" if CI else "quick")


def pytest_collection_finish() -> None:
    """Eighteen thousand tests and all modules are there to stay: no garbage collector looks at them again."""
    gc.collect()
    gc.freeze()


def pytest_unconfigure() -> None:
    """All is done: a thread that keeps the process alive all the same is shown, and ended with it.

    Workers of xdist wait until they are ended.
    """
    if "PYTEST_XDIST_WORKER" not in os.environ:
        faulthandler.dump_traceback_later(LEAVING, exit=True, file=2)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """A test that CI skips proves nothing, so it fails there (an expected failure stays what it is)."""
    report = yield
    if CI and report.skipped and not hasattr(report, "wasxfail"):
        report.outcome, report.longrepr = "failed", f"skipped in CI: {report.longrepr}"
    return report


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report(
    collector: pytest.Collector,
) -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    """The same for a module that skips itself as a whole."""
    report = yield
    if CI and report.skipped:
        report.outcome, report.longrepr = "failed", f"skipped in CI: {report.longrepr}"
    return report


@pytest.fixture(scope="session")
def tshark() -> str:
    """The path of tshark; without it the test is skipped."""
    path = shutil.which("tshark")
    if path is None:
        pytest.skip("tshark is not installed (Debian: apt-get install tshark)")
    return path


@pytest.fixture(scope="session")
def dissect(tshark: str) -> Callable[[Path], str]:
    """Dissects a capture file with tshark; the test fails where tshark finds it malformed."""

    def run(capture: Path) -> str:
        command = [tshark, "-V", "-r", str(capture)]
        done = subprocess.run(
            command, capture_output=True, text=True, errors="replace", timeout=60, check=True
        )  # it shows binary messages as they are
        # Wireshark has no room for an arc of 128 bits (X.667), and calls an identifier with one malformed.
        said = done.stdout.replace("Malformed OID", "")
        wrong = [line for line in said.splitlines() if "Malformed" in line or "BER Error" in line]
        assert not wrong, wrong
        return done.stdout

    return run
