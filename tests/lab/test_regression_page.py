"""Every command of docs/regression.md, in its order, as a reader types it."""

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest

pytestmark = pytest.mark.wire

PAGE = Path(__file__).parents[2] / "docs" / "regression.md"
LIMIT = 120.0
STAYS = {"ipsmgw run": "SIP: tcp", "element ue": "bob: registered", "element ipsmgw": "ipsmgw – smsc: active"}
"""What goes on until it is ended, and the line after which the reader goes on."""


@pytest.fixture
def network(worker_id: str) -> int:
    """Each worker of xdist has its own addresses, and none that others use."""
    number = re.search(r"\d+", worker_id)
    return 210 + int(number[0] if number else 0)


def blocks() -> list[str]:
    """What is indented, without its indentation."""
    found = re.findall(r"(?:^    .*\n|^\n(?=    ))+", PAGE.read_text("utf-8"), re.MULTILINE)
    return [re.sub(r"^    ", "", block, flags=re.MULTILINE).strip() + "\n" for block in found]


def commands(network: int) -> list[str]:
    """With other addresses, and with a few scenarios in the place of all."""
    lines = [line for block in blocks() if block.startswith("ipsmgw") for line in block.splitlines()]
    few = {"--gateway-for": "home_memory_full mo", "": "mo home_memory_full gateway_restart"}
    return [
        re.sub(r"(element \w+|send)", rf"\1 --network {network}", line).replace(
            "--all", few["--gateway-for" if "--gateway-for" in line else ""]
        )
        for line in lines
    ]


@contextmanager
def staying(command: str, folder: Path) -> Iterator[None]:
    """It goes on, once it has said that it is there."""
    last = next(
        (said for words, said in STAYS.items() if words in re.sub(r" --network \d+", "", command)), "lab "
    )
    process = subprocess.Popen(
        ["bash", "-c", f"exec {command}"], stdout=subprocess.PIPE, text=True, cwd=folder, env=environment()
    )
    try:
        assert process.stdout is not None
        assert any(line.startswith(last) for line in process.stdout), command
        yield
    finally:
        process.terminate()
        process.communicate(timeout=LIMIT)


def environment() -> dict[str, str]:
    return {**os.environ, "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}", "COLUMNS": "200"}


def done(command: str, folder: Path) -> str:
    """What it says; it has to succeed."""
    ended = subprocess.run(
        ["bash", "-c", command], capture_output=True, text=True, timeout=LIMIT, check=False, cwd=folder,
        env=environment(),
    )  # fmt: skip
    assert ended.returncode == 0, f"{command}\n{ended.stdout}\n{ended.stderr}"
    return ended.stdout


@pytest.mark.timeout(300)
def test_a_reader_types_all_of_it(tmp_path: Path, network: int) -> None:
    carrier, lab, stp = (block for block in blocks() if block.startswith("["))
    (tmp_path / "carrier.toml").write_text(
        f"network = {network}\n" + carrier.replace("127.0.1.", f"127.0.{network}.")
    )
    (tmp_path / "lab.toml").write_text(lab)
    said = {}
    with ExitStack() as still:
        for command in commands(network):
            if command.startswith("ipsmgw run"):
                still.close()  # the gateway with the configuration before
            if command.startswith("ipsmgw run") or " element " in command:
                if command.endswith(f"hlr --network {network}"):
                    still.close()
                still.enter_context(staying(command, tmp_path))
            else:
                said[command] = done(command, tmp_path)
    assert len(said) == 11
    verdicts = [text for command, text in said.items() if " run " in command]
    assert [re.findall(r"\d+ of \d+ passed(?:, \d+ not played)?", text)[-1] for text in verdicts] == [
        "1 of 1 passed",
        "1 of 1 passed, 2 not played",
        "1 of 1 passed, 1 not played",
    ]
    assert (tmp_path / "report.html").exists()
    assert list((tmp_path / "captures").glob("*.pcap"))
    (tmp_path / "lab.toml").write_text(lab + stp)
    assert "stp, for hlr" in done("ipsmgw-lab check lab.toml", tmp_path)
