"""The page of the lab, as Chromium shows it: phones, network, ladder, scenarios, load."""

import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, Page, Route, expect

from tests.interop.browser import WIDTHS, browser, opened, serious
from tests.interop.pictures import running_lab

pytestmark = pytest.mark.interop

__all__ = ["browser"]

LIFE = 300.0  # of a lab whose test is killed
PARTS = (
    "phones",
    "network?at=smsc",
    "network?part=hlr",
    "network?part=centre",
    "network?part=records",
    "network?part=faults",
    "network?part=causes",
    "scenarios",
    "load",
)


@pytest.fixture(scope="module")
def lab(worker_id: str) -> Iterator[str]:
    """The address of a lab with MSGin5G, on addresses that no other test uses."""
    network = 200 + int((re.search(r"\d+", worker_id) or ["0"])[0])
    with running_lab(network, "--msgin5g", life=LIFE) as address:
        yield address


def phone(page: Page, name: str) -> Locator:
    return page.get_by_role("article", name=name, exact=True)


def last(page: Page, name: str) -> Locator:
    """The last message of a phone."""
    return phone(page, name).locator(".bubble").last


def write(page: Page, name: str, to: str, text: str) -> None:
    """By keyboard alone: to whom, what, and Enter."""
    page.get_by_label(f"{name}: to whom").fill(to)
    page.keyboard.press("Tab")
    page.get_by_label(f"{name}: text of the message").focus()
    page.keyboard.type(text)
    page.keyboard.press("Enter")


@pytest.mark.parametrize(("dark", "width"), [(False, "narrow"), (True, "wide")])
def test_every_part_is_usable_by_everybody(browser: Browser, lab: str, dark: bool, width: str) -> None:
    with opened(browser, lab, dark=dark, width=WIDTHS[width]) as page:
        for part in PARTS:
            page.goto(f"{lab}/#/{part}")
            page.wait_for_selector(".phone, .picture .element, .grid td, .builder, .stories li")
            assert serious(page) == [], part
            for other in WIDTHS.values():
                page.set_viewport_size({"width": other, "height": 900})
                beside = page.evaluate("document.documentElement.scrollWidth > innerWidth")
                assert not beside, f"{part} is broader than {other}"
                below = page.evaluate("document.documentElement.scrollHeight > innerHeight")
                assert not below, f"{part} scrolls twice at {other}: the window, and what is in it"


def test_a_message_goes_from_phone_to_phone_and_is_seen_all_the_way(
    browser: Browser, lab: str, tmp_path: Path
) -> None:
    with opened(browser, lab) as page:
        write(page, "alice", "bob", "the way of a message")
        expect(last(page, "bob").locator(".text")).to_have_text("the way of a message")
        expect(last(page, "bob")).to_contain_text("received")
        expect(last(page, "alice")).to_contain_text("delivered")
        expect(page.locator("[aria-live]")).to_contain_text(re.compile("alice|bob"))
        expect(page.get_by_label("alice: text of the message")).to_be_focused()
        last(page, "alice").get_by_role("link", name="Ladder").click()
        expect(page.get_by_role("option", name=re.compile("MAP.*mo-ForwardSM"))).not_to_have_count(0)
        expect(page.get_by_role("option", name=re.compile("SMS-DELIVER"))).not_to_have_count(0)
        page.locator(".keep summary").click()
        with page.expect_download() as download:
            page.get_by_role("button", name="Capture (pcap)").click()
        capture = tmp_path / "ladder.pcap"
        download.value.save_as(capture)
    told = subprocess.run(
        ["tshark", "-r", str(capture), "-T", "fields", "-e", "_ws.col.Info"],
        capture_output=True, text=True, check=True, timeout=60,
    ).stdout  # fmt: skip
    assert "Request: MESSAGE" in told
    assert "mo-forwardSM" in told


def test_what_is_written_while_the_last_message_is_on_its_way_is_kept(browser: Browser, lab: str) -> None:
    with opened(browser, lab, refused=True) as page:
        held: list[Route] = []
        page.route("**/api/phones/alice/messages", lambda route: held.append(route))
        write(page, "alice", "bob", "the first")
        page.keyboard.press("Enter")
        page.keyboard.type("the second")
        expect(page.get_by_label("alice: send")).to_be_disabled()
        assert len(held) == 1
        held[0].continue_()
        expect(last(page, "bob").locator(".text")).to_have_text("the first")
        expect(page.get_by_label("alice: text of the message")).to_have_value("the second")
        page.unroute("**/api/phones/alice/messages")
        write(page, "alice", "nobody", " and on")
        expect(page.get_by_role("alert")).to_contain_text("'nobody' is neither")
        expect(page.get_by_label("alice: text of the message")).to_have_value("the second and on")


def test_octets_that_no_phone_would_write_are_sent_and_what_came_of_them_is_said(
    browser: Browser, lab: str
) -> None:
    with opened(browser, lab, refused=True) as page:
        alice = phone(page, "alice")
        octets = page.get_by_label("alice: octets in hexadecimal")
        expect(octets).to_be_hidden()
        alice.get_by_text("More: octets…").click()
        assert serious(page) == []
        octets.fill("01 0x")
        alice.get_by_role("button", name="Send octets").click()
        expect(page.get_by_role("alert")).to_contain_text("hexadecimal")
        octets.fill("ff ff")
        page.get_by_label("alice: what the octets are").select_option("RPDU")
        page.get_by_label("alice: to which element").select_option("ipsmgw")
        alice.get_by_role("button", name="Send octets").click()
        expect(alice.locator(".came")).to_have_text("SIP 403")
        octets.fill("01")
        page.get_by_label("alice: what the octets are").select_option("TPDU")
        page.get_by_label("alice: to which element").select_option("by the S-CSCF")
        alice.get_by_role("button", name="Send octets").click()
        expect(alice.locator(".came")).to_contain_text("RP-ERROR")


def test_a_full_phone_refuses_and_the_octets_of_its_no_are_found(browser: Browser, lab: str) -> None:
    with opened(browser, lab) as page:
        phone(page, "bob").get_by_role("button", name="Full").click()
        expect(phone(page, "bob").locator(".standing")).to_contain_text("memory full")
        write(page, "alice", "bob", "is there room?")
        expect(last(page, "bob")).to_contain_text("RP-ERROR 22 (Memory capacity exceeded)")
        expect(last(page, "alice")).to_contain_text("the memory of the phone is full")
        last(page, "alice").get_by_role("link", name="Explain").click()
        expect(page.locator(".story h2")).to_be_visible()
        page.get_by_role("link", name="Ladder", exact=True).click()
        page.get_by_label("failures only").check()
        page.get_by_role("option", name=re.compile("from bob to scscf: MESSAGE RP-ERROR 22")).first.click()
        page.locator(".tree .node", has_text="RP-Cause").click()
        expect(page.locator(".octets mark").first).to_have_text("01 16")
        page.goto(f"{lab}/#/network?part=hlr")
        expect(page.locator("tr", has_text="bob").locator(".yes")).to_have_text("set")
        page.goto(f"{lab}/#/phones")
        phone(page, "bob").get_by_role("button", name="Full").click()
        expect(last(page, "bob")).to_contain_text("received")


def test_a_phone_roams_gets_a_second_device_and_is_switched_off(browser: Browser, lab: str) -> None:
    with opened(browser, lab) as page:
        bob = phone(page, "bob")
        bob.get_by_label("bob: more").select_option("Roam to CS alone")
        expect(bob.locator(".standing")).to_contain_text("reached by the MSC")
        write(page, "alice", "bob", "by radio")
        expect(last(page, "bob")).to_contain_text("CS")
        bob.get_by_role("button", name="IMS").click()
        expect(bob.locator(".standing")).to_contain_text("reached by the IMS")
        bob.get_by_role("button", name="CS").click()
        bob.get_by_label("bob: more").select_option("Add a second device")
        expect(phone(page, "bobs_tablet").locator(".standing")).to_contain_text("2 devices with this number")
        phone(page, "bobs_tablet").get_by_role("button", name="On").click()
        expect(phone(page, "bobs_tablet").locator(".standing")).to_have_text("switched off")
        expect(page.get_by_label("bobs_tablet: text of the message")).to_be_disabled()


def test_a_device_and_an_application_server_write_to_a_phone(browser: Browser, lab: str) -> None:
    with opened(browser, lab, refused=True) as page:
        phone(page, "lamp").get_by_role("button", name="Registered").click()
        expect(phone(page, "lamp").locator(".standing")).to_contain_text("registered with m5s")
        write(page, "meter", "lamp", "light, please")
        expect(last(page, "lamp")).to_contain_text("light, please")
        expect(last(page, "meter")).to_contain_text("delivered")
        expect(last(page, "meter").get_by_role("link", name="Explain")).to_have_count(0)
        write(page, "meter", "alice", "Too warm again.")
        last(page, "meter").get_by_role("link", name="Explain").click()
        expect(page.locator(".story")).to_contain_text("MSGin5G MT, UE meter@")
        page.get_by_role("link", name="In the ladder").click()
        expect(page.get_by_role("option", name=re.compile("POST MSG"))).not_to_have_count(0)
        page.goto(f"{lab}/#/phones")
        write(page, "reader", "nobody", "hello?")
        expect(page.get_by_role("alert")).to_contain_text("nobody here is 'nobody'")


def test_a_scenario_is_found_played_and_its_ladder_looked_at(browser: Browser, lab: str) -> None:
    with opened(browser, f"{lab}/#/scenarios") as page:
        page.get_by_label("Find").fill("submit report 8.9")
        page.get_by_role("button", name="Run mo", exact=True).click()
        details = page.locator(".details")
        expect(details.locator(".verdict")).to_contain_text("passed, 17 expectations")
        expect(details).to_contain_text("there is exactly one submit report")
        details.get_by_role("button", name="Ladder").click()
        expect(details.get_by_role("option", name=re.compile("mo-ForwardSM result"))).to_be_visible()
        details.get_by_role("option", name=re.compile("mo-ForwardSM result")).click()
        expect(details.get_by_role("treeitem").first).to_be_visible()
        details.get_by_role("button", name="Back to the verdict").click()
        with page.context.expect_page() as opened_page:
            details.get_by_role("link", name="Report").click()
        expect(opened_page.value.locator("h1")).to_contain_text("1 passed")
        page.get_by_label("Find").fill("nothing is called like that")
        expect(page.get_by_text("No scenario has these words.")).to_be_visible()


def test_what_a_scenario_expected_and_what_was_there_instead_is_said(browser: Browser, lab: str) -> None:
    """A rule has the SM-SC refuse what the story wants delivered; the laws alone find no fault."""
    with opened(browser, f"{lab}/#/scenarios", width=WIDTHS["narrow"], refused=True) as page:
        page.get_by_label("Find").fill("submit report 8.9")
        page.get_by_label("Rules of faults").fill("nobody * silence")
        page.get_by_role("button", name="Run mo", exact=True).click()
        expect(page.get_by_role("alert")).to_contain_text("there is no element 'nobody'")
        page.get_by_label("Rules of faults").fill("smsc mo-ForwardSM error systemFailure")
        page.get_by_role("button", name="Run mo", exact=True).click()
        details = page.locator(".details")
        expect(details.locator(".verdict")).to_have_text("✗ failed")
        expect(details.locator(".verdict")).to_be_in_viewport()
        expect(details.locator(".broken").first).to_have_text("expected, and not so: the report is an RP-ACK")
        expect(details.locator(".broken").last).to_contain_text("instead: report is RpError(")
        expect(details.locator(".seen").first).to_contain_text("there is exactly one submit report")
        expect(details).to_contain_text("--fault 'smsc mo-ForwardSM error systemFailure' --strict")
        assert serious(page) == []
        details.get_by_role("button", name="Ladder").click()
        expect(
            details.get_by_role("option", name=re.compile("mo-ForwardSM error systemFailure"))
        ).to_be_visible()
        page.get_by_label("Judged").select_option("the laws")
        page.get_by_role("button", name="Run mo", exact=True).click()
        expect(details.locator(".verdict")).to_contain_text("passed")
        expect(details).to_contain_text("Only the laws judge: rules are set")
        expect(page.locator(".watch .heading")).to_contain_text("1 failed")


def test_a_fault_is_put_together_dialled_and_cleared(browser: Browser, lab: str) -> None:
    with opened(browser, f"{lab}/#/network?part=faults", refused=True) as page:
        page.get_by_label("To", exact=True).select_option("smsc")
        page.get_by_label("Message").fill("mo-ForwardSM")
        page.get_by_label("Fault", exact=True).select_option(label="MAP: error NAME [MEMBER=VALUE …]")
        page.get_by_label("How often").select_option("10 % of them")
        expect(page.get_by_label("The rule")).to_have_value("smsc mo-ForwardSM 10% error systemFailure")
        page.get_by_role("button", name="Set", exact=True).click()
        dial = page.get_by_role("slider")
        dial.fill("35")
        expect(page.locator(".rules code")).to_have_text("smsc mo-ForwardSM 35% error systemFailure")
        page.get_by_label("The rule").fill("nobody * silence")
        page.get_by_role("button", name="Set", exact=True).click()
        expect(page.get_by_role("alert")).to_contain_text("there is no element 'nobody'")
        page.get_by_role("button", name="Clear all").click()
        expect(page.get_by_text("No fault is set")).to_be_visible()


def test_load_draws_its_curves_while_it_runs(browser: Browser, lab: str) -> None:
    with opened(browser, f"{lab}/#/load") as page:
        expect(page.get_by_text("the carrier of the other tabs is not touched")).to_be_visible()
        page.get_by_label("Seconds").fill("2")
        page.get_by_label("Subscribers").fill("20")
        page.get_by_label("Against").select_option("null")
        page.get_by_role("button", name="Start").click()
        expect(page.get_by_role("button", name="Stop")).to_be_visible()
        expect(page.locator(".curve .label").first).to_be_visible(timeout=30_000)
        height = page.locator(".curve .label").first.evaluate("text => text.getBoundingClientRect().height")
        assert height > 10, "words of a curve are as large as the others"
        page.reload()
        expect(page.get_by_label("Subscribers")).to_have_value("20")
        expect(page.get_by_role("region", name="Figures of the whole run")).to_contain_text(
            "mo", timeout=30_000
        )


def test_a_link_is_broken_in_the_picture_and_why_a_message_failed_is_said(browser: Browser, lab: str) -> None:
    with opened(browser, f"{lab}/#/network") as page:
        link = page.get_by_role("button", name=re.compile("^M3UA between ipsmgw and smsc"))
        link.focus()
        page.keyboard.press("Enter")
        page.get_by_role("button", name="Refuse (30 s)").click()
        expect(page.locator(".details .chip")).to_contain_text("down: the association is cut")
        expect(page.locator(".picture")).to_contain_text("M3UA down")
        page.get_by_role("link", name="Phones").click()
        write(page, "alice", "bob", "can this arrive?")
        expect(last(page, "alice")).to_contain_text("failed")
        expect(last(page, "alice")).to_contain_text("RP-ERROR 38 (Network out of order)")
        last(page, "alice").get_by_role("link", name="Explain").click()
        expect(page.locator(".story")).to_contain_text("the peer did not answer, or the way to it is cut")


def test_a_long_name_stays_in_its_box(browser: Browser, lab: str) -> None:
    def renamed(route: Route) -> None:
        answer = route.fetch()
        route.fulfill(response=answer, body=answer.text().replace('"alice"', f'"{"W" * 32}"'))

    with opened(browser, lab, refused=True) as page:
        page.route("**/api/network", renamed)
        page.route("**/api/events", lambda route: route.abort("connectionrefused"))
        page.goto(f"{lab}/#/network")
        page.reload()
        expect(page.locator(".picture .name").first).to_contain_text("WWWW")
        names = page.locator(".picture .element text")
        box = page.locator(".picture rect").first.evaluate("box => box.getBBox().width")
        assert max(names.evaluate_all("all => all.map((each) => each.getBBox().width)")) < box
