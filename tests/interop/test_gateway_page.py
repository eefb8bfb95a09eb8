"""The page of a gateway alone, as Chromium shows it: two themes, three widths, by mouse and by keyboard."""

import asyncio
import re
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import APIResponse, Browser, Page, Route, expect

from ipsmgw.settings import Address
from ipsmgw.web import Served, WebSection, face, gateway_source, listen
from tests.interop.browser import LIMIT, WIDTHS, browser, opened, serious
from tests.ipsmgw.node import Node
from tests.ipsmgw.web.asked import finish, registered

pytestmark = pytest.mark.interop

__all__ = ["browser"]

MANY = 10_000
LONGEST = 100  # milliseconds in which a page does not answer its user
TOKEN = "a-token-that-nobody-guesses"


class Stage:
    """A gateway in virtual time, and its page on a real socket, in a thread with a loop of its own."""

    def __init__(self, node: Node, section: WebSection, address: str) -> None:
        self.node = node
        self._address = address
        self._section = section
        self._loop = asyncio.new_event_loop()
        self._ready = threading.Event()
        work = self._loop.run_until_complete
        self._thread = threading.Thread(target=work, args=(self._run(),), daemon=True)
        self.url = ""

    async def _run(self) -> None:
        self._stop = asyncio.Event()
        served = Served(
            listen(Address(self._address)), face(gateway_source(self.node.gateway), self._section)
        )
        self.url = served.url
        self._ready.set()
        await self._stop.wait()
        await served.close()

    def open(self) -> None:
        self._thread.start()
        assert self._ready.wait(LIMIT / 1000)

    def close(self) -> None:
        self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join(LIMIT / 1000)
        self._loop.close()

    def sends(self, *calls: str) -> None:
        """Messages from end to end."""

        def finished() -> None:
            for call in calls:
                finish(self.node, call)

        self._do(finished)

    def passes(self, seconds: float) -> None:
        """The gateway's time."""
        self._do(lambda: self.node.pass_time(seconds))

    def _do(self, work: Callable[[], object]) -> None:
        """In the thread where the gateway is asked."""

        async def story() -> None:
            work()

        asyncio.run_coroutine_threadsafe(story(), self._loop).result(LIMIT / 1000)


@contextmanager
def staged(
    section: WebSection | None = None, address: str = "127.0.0.1:0", **settings: object
) -> Iterator[Stage]:
    stage = Stage(registered(**settings), section or WebSection(), address)
    stage.open()
    try:
        yield stage
    finally:
        stage.close()


@pytest.fixture(scope="module")
def stage() -> Iterator[Stage]:
    """With three messages; tests that send more do not mind those."""
    with staged() as stage:
        stage.sends("one", "two", "three")
        yield stage


def rows(page: Page) -> list[str]:
    page.wait_for_selector(".row")
    return page.locator(".row .what").all_inner_texts()


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("width", WIDTHS.values(), ids=WIDTHS)
def test_every_part_is_usable_by_everybody(browser: Browser, stage: Stage, width: int, dark: bool) -> None:
    with opened(browser, stage.url, width=width, dark=dark) as page:
        for part in ("ladder", "explain?id=ipsmgw-0.1-1", "state"):
            page.goto(f"{stage.url}/#/{part}")
            page.wait_for_selector(".row, .story h3, .card table")
            assert serious(page) == []
            beside = page.evaluate("document.documentElement.scrollWidth > innerWidth")
            assert not beside, f"{part} is broader than {width}"


def test_what_happens_is_seen_at_once_and_not_while_it_is_paused(browser: Browser, stage: Stage) -> None:
    with opened(browser, stage.url) as page:
        before = len(rows(page))
        expect(page.locator("#connection")).to_have_text("live")
        stage.sends("live")
        expect(page.locator(".row")).to_have_count(before + 6)
        page.keyboard.press("Space")
        stage.sends("paused")
        expect(page.locator(".count")).to_contain_text("6 wait")
        expect(page.locator(".row")).to_have_count(before + 6)
        page.keyboard.press("Space")
        expect(page.locator(".row")).to_have_count(before + 12)


def test_what_comes_while_the_rows_are_being_fetched_is_not_lost(browser: Browser) -> None:
    """The answer that is told last is older than what has come meanwhile."""
    with staged() as stage, opened(browser, stage.url) as page:
        expect(page.locator("#connection")).to_have_text("live")
        before = len(rows(page))
        held: list[tuple[Route, APIResponse]] = []
        page.route(re.compile("/api/pdus"), lambda route: held.append((route, route.fetch())), times=1)
        page.get_by_label("heartbeats").check()
        page.wait_for_timeout(300)
        stage.sends("meanwhile")
        page.wait_for_timeout(1000)  # twice as long as it takes until the page is told
        route, answer = held[0]
        route.fulfill(response=answer)
        expect(page.get_by_text("MESSAGE RP-ACK", exact=True)).to_have_count(1)
        expect(page.locator(".count")).to_have_text(f"{before + 6} PDUs shown")


def test_heartbeats_are_shown_by_who_wants_them_and_no_batch_is_fetched(browser: Browser) -> None:
    with staged() as stage, opened(browser, stage.url) as page:
        expect(page.locator("#connection")).to_have_text("live")
        before = len(rows(page))
        fetched: list[str] = []
        page.on("request", lambda request: fetched.append(request.url))
        stage.passes(70.0)
        stage.sends("behind them")
        expect(page.get_by_text("MESSAGE RP-ACK", exact=True)).to_have_count(1)
        expect(page.locator(".row .what", has_text="BEAT")).to_have_count(0)
        shown = len(rows(page))
        assert shown > before
        assert fetched == []
        expect(page.locator(".count")).to_have_text(f"{shown} PDUs shown")
        page.get_by_label("heartbeats").check()
        expect(page.locator(".row .what", has_text="BEAT ACK")).not_to_have_count(0)
        assert "beats=true" in page.url
        beats = page.locator(".row .what", has_text="BEAT").count()
        expect(page.locator(".count")).to_have_text(f"{shown + beats} PDUs shown")


def test_by_keyboard_alone_an_arrow_is_found_and_its_octets_are_marked(
    browser: Browser, stage: Stage
) -> None:
    with opened(browser, stage.url) as page:
        rows(page)
        page.keyboard.press("/")
        page.keyboard.type("15551234567")
        expect(page.get_by_text("ASPUP", exact=True)).to_have_count(0)
        page.keyboard.press("Escape")
        page.keyboard.press("Home")
        page.keyboard.press("Enter")
        expect(page.locator(".detail h2")).to_have_text("REGISTER")
        page.locator(".tree li").first.focus()
        page.keyboard.press("ArrowDown")
        expect(page.locator(".tree li[aria-selected=true] > .node")).to_contain_text("start line")
        assert page.locator(".octets mark").first.inner_text().startswith("52 45 47")
        page.keyboard.press("ArrowUp")
        page.keyboard.press("ArrowLeft")
        expect(page.locator(".tree li").first).to_have_attribute("aria-expanded", "false")
        page.keyboard.press("Escape")
        expect(page.locator(".detail")).to_be_hidden()


def test_a_link_leads_to_what_was_seen_and_back_goes_back(browser: Browser, stage: Stage) -> None:
    with opened(browser, f"{stage.url}/#/ladder?message=ipsmgw-0.1-2&leg=MAP") as page:
        assert rows(page) == ["mo-ForwardSM", "mo-ForwardSM result"]
        page.locator(".row").first.click()
        expect(page.locator(".detail h2")).to_have_text("mo-ForwardSM")
        page.goto(page.url)
        expect(page.locator(".detail h2")).to_have_text("mo-ForwardSM")
        page.get_by_role("link", name="Explain").click()
        page.locator(".entry").last.click()
        expect(page.locator(".story h2")).to_have_text("ipsmgw-0.1-1")
        page.get_by_role("link", name="In the ladder").click()
        assert len(rows(page)) == 6
        page.go_back()
        expect(page.locator(".story h2")).to_have_text("ipsmgw-0.1-1")


def test_texts_are_hidden_and_it_shows_where(browser: Browser, stage: Stage) -> None:
    with opened(browser, f"{stage.url}/#/ladder?message=ipsmgw-0.1-1&leg=SIP") as page:
        page.locator(".row").first.click()
        expect(page.locator(".tree .hidden")).to_have_text("hidden, 5 octets")
        assert "··" in page.locator(".octets .gone").first.inner_text()
        assert "hello" not in page.content()


@pytest.mark.parametrize("width", WIDTHS.values(), ids=WIDTHS)
def test_what_an_arrow_says_is_read_at_any_width_also_beside_its_decode(
    browser: Browser, stage: Stage, width: int
) -> None:
    with opened(browser, f"{stage.url}/#/ladder?message=ipsmgw-0.1-1", width=width) as page:
        names = page.locator(".lifelines span")
        expect(names).to_have_text(["scscf", "ipsmgw", "smsc"])
        for row in (page.locator(".row").first, page.locator(".row").last):
            row.click()
            expect(page.locator(".detail h2")).to_be_visible()
            expect(row).to_be_in_viewport(ratio=1)
            words = row.locator(".what")
            room = words.evaluate("words => [words.scrollWidth, words.clientWidth]")
            assert room[0] <= room[1], f"{words.inner_text()} is cut off"
        page.get_by_label("Leg", exact=True).select_option("SMPP")
        expect(page.get_by_text("No PDU passes this filter.")).to_be_visible()


def test_a_ladder_is_saved(browser: Browser, stage: Stage, tmp_path: Path) -> None:
    with opened(browser, f"{stage.url}/#/ladder?message=ipsmgw-0.1-1") as page:
        rows(page)
        for name, begins in (
            ("Picture (SVG)", b"<svg"),
            ("Text", b"  "),
            ("Capture (pcap)", b"\x4d\x3c\xb2\xa1"),
        ):
            page.locator(".keep summary").click()
            with page.expect_download() as download:
                page.get_by_role("button", name=name).click()
            kept = tmp_path / "kept"
            download.value.save_as(kept)
            assert kept.read_bytes().startswith(begins)


def test_ten_thousand_rows_scroll_without_a_pause(browser: Browser) -> None:
    with staged(trace={"pdus": 2 * MANY}) as stage:
        stage.sends(*(f"call-{number}" for number in range(MANY // 6)))
        with opened(browser, stage.url) as page:
            expect(page.locator(".count")).to_contain_text("10,0")
            # What else the machine has to do is in some of them.
            longest = min(page.evaluate(SCROLL) for _ in range(3))
            assert len(rows(page)) < 100
            assert longest < LONGEST


SCROLL = """async () => {
  const rows = document.querySelector(".rows");
  let longest = 0;
  const seen = new PerformanceObserver((list) => {
    for (const task of list.getEntries()) longest = Math.max(longest, task.duration);
  });
  seen.observe({ type: "longtask" });
  for (let step = 0; step < 60; step++) {
    rows.scrollTop = (rows.scrollHeight * ((step * 37) % 60)) / 60;
    await new Promise(requestAnimationFrame);
  }
  await new Promise((resolve) => setTimeout(resolve, 100));
  return longest;
}"""


@contextmanager
def outlasting(browser: Browser, shown: Callable[[Page], object]) -> Iterator[tuple[Page, Stage]]:
    """A page that has seen its gateway go, once this was shown, and the gateway that comes next."""
    with ExitStack() as later:
        with staged() as stage:
            address = stage.url.removeprefix("http://")
            page = later.enter_context(opened(browser, stage.url, refused=True))
            expect(page.locator("#connection")).to_have_text("live")
            shown(page)
        expect(page.locator("#connection")).to_have_text("not connected")
        expect(page.get_by_role("alert")).to_contain_text("What is shown is how it was before.")
        with staged(WebSection(), address) as again:
            again.sends("after it")
            yield page, again
            later.close()


def test_when_the_gateway_is_away_the_page_says_so_and_goes_on_when_it_is_back(browser: Browser) -> None:
    with outlasting(browser, rows) as (page, _):
        expect(page.locator("#connection")).to_have_text("live")
        expect(page.get_by_role("alert")).to_be_hidden()
        expect(page.get_by_text("MESSAGE RP-ACK", exact=True)).to_have_count(1)


@pytest.mark.parametrize("missed", ["/page/tree.js", "/api/pdus"])
def test_what_did_not_come_before_the_gateway_went_comes_when_it_is_back(
    browser: Browser, missed: str
) -> None:
    def half_there(page: Page) -> None:
        page.goto("about:blank")
        page.route(re.compile(missed), lambda route: route.abort("connectionrefused"), times=1)
        with page.expect_event("requestfailed", lambda request: missed in request.url):
            page.go_back()
        expect(page.locator("#connection")).to_have_text("live")

    with outlasting(browser, half_there) as (page, again):
        expect(page.get_by_text("MESSAGE RP-ACK", exact=True)).to_have_count(1)
        expect(page.get_by_role("alert")).to_be_hidden()
        again.sends("later")
        expect(page.get_by_text("MESSAGE RP-ACK", exact=True)).to_have_count(2)


@pytest.mark.parametrize(
    ("address", "said"),
    [
        ("%E0%A4%A", ""),
        ("nothing-like-that?x=%ff", ""),
        ("ladder?pdu=99999", "PDU 99999 is not remembered"),
        ("ladder?pdu=x&leg=XXX", "PDU x is not remembered"),
    ],
)
def test_an_address_that_somebody_has_written_by_hand_leads_somewhere(
    browser: Browser, stage: Stage, address: str, said: str
) -> None:
    with opened(browser, f"{stage.url}/#/{address}") as page:
        assert rows(page)
        expect(page.locator("#notice")).to_contain_text(said)


def test_by_keyboard_a_list_is_one_stop_and_what_was_opened_is_closed(browser: Browser, stage: Stage) -> None:
    with opened(browser, stage.url) as page:
        rows(page)
        menu = page.locator(".keep")
        menu.locator("summary").focus()
        page.keyboard.press("Enter")
        expect(page.get_by_role("button", name="Text", exact=True)).to_be_visible()
        page.keyboard.press("Escape")
        expect(page.get_by_role("button", name="Text", exact=True)).to_be_hidden()
        expect(menu.locator("summary")).to_be_focused()
        page.get_by_role("link", name="Explain", exact=True).click()
        page.get_by_role("button", name="Explain").focus()
        page.keyboard.press("Tab")
        expect(page.locator(".entry").first).to_be_focused()
        page.keyboard.press("ArrowDown")
        expect(page.locator(".entry").nth(1)).to_be_focused()
        stage.sends("meanwhile")
        expect(page.locator(".entry").nth(2)).to_be_focused()
        page.keyboard.press("Enter")
        expect(page.locator(".story h2")).to_be_visible()
        page.keyboard.press("Tab")
        expect(page.get_by_role("link", name="In the ladder")).to_be_focused()


def test_by_keyboard_the_tabs_are_skipped_and_the_part_that_is_shown_stays(
    browser: Browser, stage: Stage
) -> None:
    with opened(browser, f"{stage.url}/#/state") as page:
        page.wait_for_selector(".card table")
        page.keyboard.press("Tab")
        expect(page.get_by_role("link", name="To the contents")).to_be_focused()
        page.keyboard.press("Enter")
        expect(page.locator("main")).to_be_focused()
        assert page.url == f"{stage.url}/#/state"
        expect(page.locator(".card table").first).to_be_visible()


def test_where_a_token_is_wanted_the_page_asks_for_it(browser: Browser) -> None:
    with staged(WebSection(token=TOKEN)) as stage:
        context = browser.new_context()
        page = context.new_page()
        page.goto(stage.url)
        page.get_by_label("Token").fill("wrong")
        page.keyboard.press("Enter")
        expect(page.locator("form")).to_contain_text("not right")
        page.get_by_label("Token").fill(TOKEN)
        page.keyboard.press("Enter")
        expect(page.locator("#connection")).to_have_text("live")
        assert rows(page)
        context.close()
