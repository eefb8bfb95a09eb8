"""Reports: JUnit XML by the rules of its readers, JSON by its schema, a page that a browser draws."""

import json
import re
import shutil
import subprocess
from html.parser import HTMLParser
from pathlib import Path
from typing import NamedTuple
from xml.etree import ElementTree
from xml.etree.ElementTree import Element
from zlib import decompress

import msgspec
import pytest
from typer.testing import CliRunner

from lab.commands import app
from lab.orders import Order, Played
from lab.report import Report, junit, page
from lab.report.decodes import tree_of
from lab.runner import run
from lab.scenarios import SCENARIOS
from tests.house.source import ROOT
from tests.lab.reports import played_stories, report_of, stories


@pytest.fixture
def played(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> list[Played]:
    stories(monkeypatch)
    return played_stories(Order(pcap=tmp_path, page=True))


class Rule(NamedTuple):
    """What an element may have: its attributes, the needed ones, and what may be in it."""

    attributes: set[str]
    needed: set[str]
    children: set[str]


# junit-10.xsd of the xUnit plugin of Jenkins, and properties of a test case, which others know as well.
RULES = {
    "testsuites": Rule({"name", "time", "tests", "failures", "errors"}, set(), {"testsuite"}),
    "testsuite": Rule(
        {"name", "tests", "failures", "errors", "group", "time", "skipped", "timestamp", "hostname", "id"},
        {"name", "tests", "failures", "errors"},
        {"testsuite", "properties", "testcase", "system-out", "system-err"},
    ),
    "testcase": Rule(
        {"name", "time", "classname", "group"},
        {"name"},
        {"properties", "skipped", "error", "failure", "system-out", "system-err"},
    ),
    "properties": Rule(set(), set(), {"property"}),
    "property": Rule({"name", "value"}, {"name", "value"}, set()),
    "failure": Rule({"type", "message"}, set(), set()),
    "skipped": Rule({"type", "message"}, set(), set()),
    "system-out": Rule(set(), set(), set()),
}  # fmt: skip
TIME = re.compile(r"\d*(\.\d*)?")


def check(element: Element) -> None:
    rule = RULES[element.tag]
    assert rule.needed <= set(element.attrib) <= rule.attributes, element.tag
    assert {child.tag for child in element} <= rule.children, element.tag
    assert TIME.fullmatch(element.get("time", ""))
    for child in element:
        check(child)


def test_junit_keeps_the_rules_of_its_readers(played: list[Played]) -> None:
    root = ElementTree.fromstring(junit(report_of(played)))
    check(root)
    suite = root[0]
    assert {name: suite.get(name) for name in ("tests", "failures", "errors", "skipped")} == {
        "tests": "3",
        "failures": "1",
        "errors": "0",
        "skipped": "1",
    }
    cases = suite.findall("testcase")
    assert len(cases) == 3
    assert {case.get("classname") for case in cases} == {"TS_23_204"}


def test_junit_tells_what_broke_and_what_was_not_played(played: list[Played], tmp_path: Path) -> None:
    passed, failed, skipped = ElementTree.fromstring(junit(report_of(played))).iter("testcase")
    assert passed.find("failure") is None
    assert passed.get("name") == "mt (virtual, seed 1)"
    assert "bob got it once" in (passed.findtext("system-out") or "")
    failure = failed.find("failure")
    assert failure is not None
    assert failure.get("message") == "bob <reads> nothing & ?"
    assert "instead: bob.received[0].text is 'a <b>" in (failure.text or "")
    assert "again: ipsmgw-lab run wrong_text --clock virtual --seed 1" in (failure.text or "")
    assert "mt-ForwardSM" in (failure.text or ""), "the ladder"
    properties = {each.get("name"): each.get("value") for each in failed.iter("property")}
    assert properties["clause"] == "TS 23.204 §6.4, TS 24.341 §5.3.2"
    assert (properties["seed"], properties["clock"]) == ("1", "virtual")
    assert Path(properties["pcap"] or "").stat().st_size > 1000
    reason = skipped.find("skipped")
    assert reason is not None
    assert reason.get("message") == "there is no MSC"


def test_json_comes_back_as_it_was_and_keeps_its_schema(played: list[Played]) -> None:
    report = report_of(played)
    written = msgspec.json.encode(report)
    assert msgspec.json.decode(written, type=Report) == report
    found = json.loads(written)
    assert found["schema"] == "ipsmgw-lab-report-1"
    assert found["count"] == {"passed": 1, "failed": 1, "skipped": 1}
    mt, wrong, _ = found["results"]
    assert mt["expectations"][-1]["sentence"] == "there is one charging record"
    assert {"time", "source", "target", "protocol", "label", "fate"} == set(mt["ladder"][0])
    assert wrong["brokenAt"] == pytest.approx(0.016, abs=0.01)


def test_the_schema_in_the_docs_is_that_of_the_object() -> None:
    schema = json.loads((ROOT / "docs" / "report.schema.json").read_text("utf-8"))
    assert schema == json.loads(msgspec.json.encode(msgspec.json.schema(Report))), (
        "write it anew: python -m lab.report > docs/report.schema.json"
    )


class Parts(HTMLParser):
    """What a page asks for from outside, and its text."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.links: list[str] = []
        self.tags: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.links += [value or "" for name, value in attrs if name in ("src", "href", "action", "srcset")]


def written_page(played: list[Played]) -> str:
    return page(report_of(played), {each.result.name: each.page for each in played}).decode()


def test_the_page_asks_for_nothing_from_outside(played: list[Played]) -> None:
    text = written_page(played)
    parts = Parts(text)
    assert parts.links == []
    assert not {"link", "img", "iframe", "object"} & set(parts.tags)
    assert "@import" not in text
    assert "url(" not in text


def test_the_page_does_not_take_what_a_peer_wrote_for_its_own(played: list[Played]) -> None:
    text = written_page(played)
    assert "bob &lt;reads&gt; nothing &amp;" in text
    assert "<reads>" not in text


def test_a_packed_ladder_has_each_message_with_octets_and_decode(played: list[Played]) -> None:
    found = json.loads(decompress(played[0].page))
    assert found["nodes"] == list(played[0].result.nodes)
    assert len(found["arrows"]) == played[0].result.pdus
    (forward,) = (each for each in found["arrows"] if each[4] == "mt-ForwardSM")
    _, source, target, protocol, _, fate, octets, tree = forward
    assert (source, target, protocol, fate) == ("smsc", "ipsmgw", "m3ua", "")
    assert tree[0] == "M3UA"
    assert tree[3] == len(octets) // 2
    assert "SMS-DELIVER" in str(tree)


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("fall_back_to_cs", ("CP-DATA", "mobility management", "SMS-DELIVER")),
        ("esme_receipt", ("deliver_sm", "bind_transceiver")),
        ("msgin5g_app_to_point", ("HTTP", "start line", "CoAP", "payload")),
    ],
)
def test_every_message_has_a_decode(name: str, words: tuple[str, ...]) -> None:
    trees = [tree_of(pdu) for pdu in run(SCENARIOS[name]).pdus]
    assert [tree for tree in trees if tree[0] == "octets"] == []
    assert [word for word in words if word not in str(trees)] == []


CHROMIUM = ("chromium", "chromium-browser", "google-chrome")


@pytest.mark.interop
def test_a_browser_draws_the_ladder_of_a_failure(played: list[Played], tmp_path: Path) -> None:
    browser = next((path for name in CHROMIUM if (path := shutil.which(name))), None)
    if browser is None:
        pytest.skip("chromium is not installed (Debian: apt-get install chromium)")
    (tmp_path / "report.html").write_text(written_page(played), "utf-8")
    options = ("--headless", "--no-sandbox", "--disable-gpu", f"--user-data-dir={tmp_path}/profile")
    drawn = subprocess.run(
        [browser, *options, "--virtual-time-budget=10000", "--dump-dom", f"file://{tmp_path}/report.html"],
        capture_output=True,
        text=True,
        timeout=100,
        check=True,
    ).stdout
    assert drawn.count('class="arrow mono"') == played[1].result.pdus
    assert re.search(r'aria-label="0\.0\d+ s, smsc to ipsmgw: mt-ForwardSM ', drawn)
    assert "✗ bob &lt;reads&gt; nothing" in drawn


def test_run_writes_what_it_is_asked_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    stories(monkeypatch)
    files = {name: tmp_path / "new" / f"report.{name}" for name in ("junit", "html", "json")}
    options = [word for name, path in files.items() for word in (f"--{name}", str(path))]
    done = CliRunner().invoke(app, ["run", "mt", "wrong_text", "elsewhere", *options], env={"COLUMNS": "200"})
    assert done.exit_code == 1
    assert "1 of 2 passed, 1 not played" in done.output
    assert "there is no MSC" in done.output
    report = msgspec.json.decode(files["json"].read_bytes(), type=Report)
    assert [result.verdict for result in report.results] == ["passed", "failed", "skipped"]
    check(ElementTree.fromstring(files["junit"].read_bytes()))
    assert "ladder-wrong_text-virtual-1" in files["html"].read_text("utf-8")


def test_an_interrupted_run_tells_what_was_not_played(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(runs: object, order: Order, jobs: int) -> object:
        yield played_stories(order)[0]
        raise KeyboardInterrupt

    stories(monkeypatch)
    monkeypatch.setattr("lab.session.play_all", interrupted)
    done = CliRunner().invoke(app, ["run", "mt", "mo", "--json", str(tmp_path / "x.json")])
    assert done.exit_code == 130
    assert "1 of 1 passed, 1 not played" in done.output
    report = msgspec.json.decode((tmp_path / "x.json").read_bytes(), type=Report)
    assert report.results[1].reason == "interrupted before its turn"
