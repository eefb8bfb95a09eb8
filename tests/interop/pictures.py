"""Takes the pictures of the README: `python -m tests.interop.pictures [FOLDER]`, with a lab of its own.

They are of the page as it is, and are taken again when it has changed; without a folder: docs/pictures.
"""

import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Locator, Page, sync_playwright

from tests.interop.browser import QUIET

__all__ = ["LARGEST", "PICTURES", "main", "running_lab"]

ROOT = Path(__file__).parents[2]
LARGEST = 150_000
"""Octets of a picture."""
_NETWORK = 239
_LIFE = 180.0
_SIZES = {"phones": (900, 620), "ladder": (1300, 430), "scenarios": (1040, 620), "network": (1280, 760)}


@contextmanager
def running_lab(network: int, *words: str, life: float = _LIFE) -> Iterator[str]:
    """The address of the page of a lab that has sent its first message."""
    command = [sys.executable, "-c", "from lab.cli import main; main()", "up", *words]
    command += ["--network", str(network), "--for", str(life)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, cwd=ROOT)
    try:
        assert process.stdout is not None
        found = (re.search(r"page of this lab: (\S+)/", line) for line in process.stdout)
        address = next((match[1] for match in found if match), None)
        assert address is not None, "the lab does not run"
        yield address
    finally:
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=life)


def _phones(page: Page, lab: str) -> None:
    _write(page, "alice", "bob", "Are you coming? The train leaves at 18:05.")
    page.locator(".bubble", has_text="18:05").last.wait_for()
    _write(page, "bob", "alice", "On my way, save me a seat!")
    _phone(page, "alice").locator(".bubble", has_text="save me").wait_for()
    _phone(page, "bob").get_by_role("button", name="Full").click()
    _write(page, "alice", "bob", "Coach 7.")
    _phone(page, "alice").get_by_text("it waits there").wait_for()


def _ladder(page: Page, lab: str) -> None:
    page.goto(f"{lab}/#/ladder?subscriber=15551001002")
    page.get_by_role("option", name=re.compile("from bob to scscf: MESSAGE RP-ERROR 22")).last.click()
    page.locator(".tree .node", has_text="RP-Cause").click()


def _network(page: Page, lab: str) -> None:
    page.goto(f"{lab}/#/network?at=ipsmgw-smsc-M3UA")
    page.get_by_role("button", name="Refuse (30 s)").click()
    page.get_by_text("M3UA down").wait_for()
    page.locator("main").evaluate("main => { main.scrollTop = 0; }")


def _scenarios(page: Page, lab: str) -> None:
    page.goto(f"{lab}/#/scenarios")
    page.get_by_label("Find").fill("RP-ERROR")
    page.get_by_role("button", name="Run", exact=False).nth(1).click()
    page.get_by_text("✓ passed").first.wait_for()


PICTURES: dict[str, Callable[[Page, str], None]] = {
    "phones": _phones,
    "ladder": _ladder,
    "scenarios": _scenarios,
    "network": _network,
}
"""By name of the file; each goes on where the one before has left the lab."""


def main(folder: Path) -> list[Path]:
    """Takes all of them; the files."""
    folder.mkdir(parents=True, exist_ok=True)
    taken = []
    with running_lab(_NETWORK) as lab, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=QUIET)
        page = browser.new_context(color_scheme="light").new_page()
        page.goto(lab)
        for name, prepare in PICTURES.items():
            width, height = _SIZES[name]
            page.set_viewport_size({"width": width, "height": height})
            prepare(page, lab)
            page.mouse.move(0, 0)
            page.wait_for_timeout(300)
            path = folder / f"{name}.png"
            page.screenshot(path=path)
            taken.append(path)
        browser.close()
    return taken


def _phone(page: Page, name: str) -> Locator:
    return page.get_by_role("article", name=name, exact=True)


def _write(page: Page, name: str, to: str, text: str) -> None:
    page.get_by_label(f"{name}: to whom").fill(to)
    page.get_by_label(f"{name}: text of the message").fill(text)
    page.keyboard.press("Enter")


if __name__ == "__main__":
    for picture in main(Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "docs" / "pictures"):
        sys.stdout.write(f"{picture}: {picture.stat().st_size} octets\n")
