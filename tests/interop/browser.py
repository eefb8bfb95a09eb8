"""Chromium before a page: it asks nobody else, complains of nothing, and axe finds nothing serious.

The fixture `browser` is imported by the tests of a page; `opened` gives a page of it.
"""

import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, ConsoleMessage, Page, Request, expect, sync_playwright

__all__ = ["LIMIT", "QUIET", "WIDTHS", "browser", "opened", "serious"]

LIMIT = 15_000
"""Milliseconds that anything may take."""
WIDTHS = {"narrow": 390, "middle": 820, "wide": 1600}
_HEIGHT = 900
_REFUSED = re.compile(r"the server responded with a status of 4\d\d|net::ERR_(CONNECTION|INCOMPLETE|EMPTY)_")
QUIET = (
    "--no-sandbox",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """One for all tests of a module."""
    path = shutil.which("chromium")
    if path is None:
        pytest.skip("chromium is not installed (Debian: apt-get install chromium)")
    with sync_playwright() as playwright:
        expect.set_options(timeout=LIMIT)
        found = playwright.chromium.launch(executable_path=path, args=QUIET)
        yield found
        found.close()


@contextmanager
def opened(
    browser: Browser, url: str, *, width: int = WIDTHS["wide"], dark: bool = False, refused: bool = False
) -> Iterator[Page]:
    """A page that is shown; the test fails where it asks somebody else, or something goes wrong in it.

    `refused`: the server says no in between, or is away, which Chromium writes down as an error.
    """
    context = browser.new_context(
        viewport={"width": width, "height": _HEIGHT}, color_scheme="dark" if dark else "light"
    )
    page = context.new_page()
    page.set_default_timeout(LIMIT)
    wrong: list[str] = []
    home = urlsplit(url).netloc

    def asked(request: Request) -> None:
        parts = urlsplit(request.url)
        if parts.scheme in ("http", "https", "ws", "wss") and parts.netloc != home:
            wrong.append(f"asks for {request.url}")

    def said(message: ConsoleMessage) -> None:
        if message.type in ("error", "warning") and not (refused and _REFUSED.search(message.text)):
            wrong.append(f"{message.type}: {message.text}")

    page.on("request", asked)
    page.on("console", said)
    page.on("pageerror", lambda error: wrong.append(str(error)))
    try:
        page.goto(url)
        yield page
    finally:
        context.close()
    assert not wrong


def serious(page: Page) -> list[str]:
    """What axe finds that keeps somebody from using the page."""
    found = Axe().run(page).response["violations"]
    return [
        f"{each['id']}: {each['help']}: {node['html'][:200]}"
        for each in found
        if each["impact"] in ("serious", "critical")
        for node in each["nodes"]
    ]
