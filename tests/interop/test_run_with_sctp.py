"""The runner itself: SCTP is there, and what the command says, wants and returns passes through."""

import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.interop

RUNNER = Path(__file__).parent / "run-with-sctp"
LISTEN = "import socket; socket.socket(2, 1, 132).listen(); print('SCTP')"


@pytest.fixture(scope="module")
def runs() -> None:
    if run("true").returncode == 125:
        pytest.skip("neither has this kernel SCTP nor is user-mode-linux installed (Debian: user-mode-linux)")


def run(*command: str, options: tuple[str, ...] = ()) -> "subprocess.CompletedProcess[str]":
    whole = [str(RUNNER), *options, "--", *command]
    return subprocess.run(whole, capture_output=True, text=True, timeout=90, check=False)


def test_a_command_has_sctp_and_its_output_and_status_pass_through(runs: None, tmp_path: Path) -> None:
    script = 'printf \'%s|\' "$@"; pwd; echo wrong >&2; "$PYTHON" -c "$LISTEN" && exit 7'
    whole = ["env", f"PYTHON={sys.executable}", f"LISTEN={LISTEN}", "bash", "-c", script, "_", "a  b", "'$c"]
    done = run(*whole)
    assert (done.returncode, done.stderr) == (7, "wrong\n")
    assert done.stdout == f"a  b|'$c|{Path.cwd()}\nSCTP\n"


def test_a_command_has_no_more_than_its_time(runs: None) -> None:
    done = run("sleep", "60", options=("-t", "1"))
    assert (done.returncode, done.stdout) == (124, "")


@pytest.mark.parametrize(
    ("options", "word"), [(("-t", "soon"), "soon"), (("-x",), "-x"), (("-m", "1x"), "1x")]
)
def test_wrong_usage_is_told(options: tuple[str, ...], word: str) -> None:
    done = run("true", options=options)
    assert done.returncode == 2
    assert word in done.stderr or "-t SECONDS" in done.stderr
