"""The commands of the documentation: where they stand, and what is said that they print."""

import re
import shlex
from collections.abc import Iterator
from typing import NamedTuple

from tests.house.source import ROOT

__all__ = ["PAGES", "Command", "commands", "configurations", "inline", "is_like"]

PAGES = tuple(
    sorted(path.relative_to(ROOT).as_posix() for path in (*ROOT.glob("*.md"), *ROOT.glob("d*/**/*.md")))
)
_WORDS = {
    *("ipsmgw", "ipsmgw-lab", "make", "pip", "python3", "curl", "coap-client-notls", "apt-get", "pytest"),
    *("podman", "docker", "systemctl", "systemd-analyze", "useradd", "install", "modprobe", "osmo-stp"),
}
_BLOCK = re.compile(r"^```(\w*)\n(.*?)^```$|((?:^    [^\n]*\n|^\n(?=    ))+)", re.MULTILINE | re.DOTALL)
_TIME = re.compile(r"\d+(\.\d+)?")


class Command(NamedTuple):
    """One, as it is typed, and the lines that it is said to print; an ellipsis stands for others."""

    page: str
    text: str
    shown: tuple[str, ...] = ()

    @property
    def words(self) -> list[str]:
        """Without the folder that the environment is in, and without what the shell makes of it."""
        words = shlex.split(self.text.partition(" > ")[0])
        return [words[0].removeprefix(".venv/bin/"), *words[1:]]


def commands(page: str) -> Iterator[Command]:
    """All that stand in blocks of a page."""
    for kind, fenced, indented in _BLOCK.findall((ROOT / page).read_text("utf-8")):
        if kind == "console":
            yield from _session(page, fenced)
        elif kind in ("sh", "bash") or indented:
            lines = (fenced or re.sub(r"^    ", "", indented, flags=re.MULTILINE)).replace("\\\n", " ")
            yield from (Command(page, _bare(line)) for line in lines.splitlines() if _is_command(line))
        elif kind == "yaml":
            yield from (Command(page, line.strip()) for line in re.findall(r"script: (.*)", fenced))


def _session(page: str, text: str) -> Iterator[Command]:
    for part in re.split(r"^\$ ", text, flags=re.MULTILINE)[1:]:
        command, *shown = part.splitlines()
        yield Command(page, command, tuple(shown))


def _is_command(line: str) -> bool:
    first = line.partition(" ")[0]
    return first.removeprefix(".venv/bin/") in _WORDS or first.startswith("/opt/")


def _bare(line: str) -> str:
    """Without the comment behind it."""
    return re.sub(r"\s+# .*$", "", line).strip()


def inline(page: str) -> Iterator[Command]:
    """Those that are mentioned in a sentence."""
    text = _BLOCK.sub("", (ROOT / page).read_text("utf-8"))
    for found in re.findall(r"`((?:\.venv/bin/)?ipsmgw(?:-lab)? [^`]+)`", text):
        yield Command(page, found)


def is_like(printed: str, shown: tuple[str, ...]) -> bool:
    """Whether these lines are printed, but for numbers; an ellipsis stands for any others."""
    lines = [".*" if line.strip() == "…" else re.escape(_plain(line)) for line in shown if line.strip()]
    pattern = "".join("(?:.*\n)*" if line == ".*" else f"{line}\n" for line in lines)
    text = "".join(f"{_plain(line)}\n" for line in printed.splitlines() if line.strip())
    return re.fullmatch(pattern, text) is not None


def _plain(line: str) -> str:
    return " ".join(_TIME.sub("0", line).split())


def configurations(page: str) -> Iterator[str]:
    """Each block of TOML."""
    for kind, fenced, _ in _BLOCK.findall((ROOT / page).read_text("utf-8")):
        if kind == "toml":
            yield fenced
