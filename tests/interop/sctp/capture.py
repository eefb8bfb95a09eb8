"""All that crosses SCTP, captured by tcpdump and read by tshark, neither of which we wrote."""

import shutil
import subprocess
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

__all__ = ["Capture", "Chunk"]

PATIENCE = 15.0
MALFORMED = 0x07000000  # tshark's number for this group of complaints; BER errors are among them
FIELDS = ("sctp.data_sid", "sctp.data_payload_proto_id", "m3ua.message_class")


class Chunk(NamedTuple):
    """One SCTP DATA chunk with its M3UA message."""

    stream: int
    ppid: int
    message_class: int


class Capture:
    """One run of tcpdump; `close` ends it."""

    def __init__(self, file: Path, network: str, not_from: Iterable[str]) -> None:
        """Of one network. A message that was seen on two hops would confuse tshark's reassembly."""
        self.file = file
        if shutil.which("tcpdump") is None:
            pytest.skip("tcpdump is not installed (Debian: apt-get install tcpdump)")
        # -Z: a root that gives itself up could not write here. Without immediate mode the last second is
        # lost; -B: KiB, for what comes while nobody reads, and each packet takes as much as the largest may.
        options = ["-Z", "root", "--immediate-mode", "-B", "65536", "-i", "lo", "-w", str(file)]
        those = ["sctp", f"and net {network}", *[f"and not src host {host}" for host in not_from]]
        command = ["tcpdump", *options, *those]
        self._tcpdump = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
        assert self._tcpdump.stderr is not None
        said = ""
        while "listening on" not in said:
            line = self._tcpdump.stderr.readline()
            if not line:
                pytest.skip(f"tcpdump cannot capture: {said.strip()}")
            said += line

    def close(self) -> int:
        """How many packets the kernel could not hand over."""
        if self._tcpdump.poll() is None:
            self._tcpdump.terminate()
        _, said = self._tcpdump.communicate(timeout=PATIENCE)
        (dropped,) = [line for line in said.splitlines() if line.endswith("dropped by kernel")] or ["0"]
        return int(dropped.split()[0])

    def malformed(self, unless: str) -> list[str]:
        """What tshark finds wrong, in its summary lines; what `unless` matches is not looked at."""
        wrong = f"_ws.expert.group == {MALFORMED} && !({unless})"
        return self._tshark("-Y", wrong).splitlines()

    def chunks(self) -> Iterator[Chunk]:
        """Every DATA chunk; a packet may hold several. What is sent again is not dissected again."""
        fields = [word for field in FIELDS for word in ("-e", field)]
        once = "sctp.chunk_type == 0 && !sctp.retransmission"
        for line in self._tshark("-Y", once, "-T", "fields", *fields).splitlines():
            columns = (column.split(",") for column in line.split("\t"))
            for stream, ppid, kind in zip(*columns, strict=True):
                yield Chunk(int(stream, 0), int(ppid, 0), int(kind, 0))

    def _tshark(self, *words: str) -> str:
        command = ["tshark", "-r", str(self.file), *words]
        return subprocess.run(command, capture_output=True, text=True, timeout=100, check=True).stdout
