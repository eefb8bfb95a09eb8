"""JUnit XML, as Jenkins and GitLab read it (docs/verdicts.md)."""

import re
from collections.abc import Iterable
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from lab.report.result import Count, Report, Result

__all__ = ["group", "junit"]

_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_DOCUMENT = re.compile(r"(?:TS|TR|RFC|SMPP) v?[\d.]*\d|[A-Z]+")


def junit(report: Report) -> bytes:
    """The document; a test case for each run, in the class of its first specification."""
    about = {"name": "ipsmgw-lab", "time": f"{report.took:.3f}", **_figures(report.count)}
    root = Element("testsuites", about)
    more = {"skipped": str(report.count.skipped), "timestamp": report.started[:19]}
    suite = SubElement(root, "testsuite", {**about, **more})
    _properties(suite, {"version": report.version, "command": report.command})
    for result in report.results:
        _case(suite, result)
    indent(root)
    document: bytes = tostring(root, encoding="utf-8", xml_declaration=True)
    return document


def group(clause: str) -> str:
    """The specification of a clause; without dots, which readers of JUnit take for the end of a package."""
    found = _DOCUMENT.match(clause)
    return re.sub(r"\W+", "_", found[0] if found else clause).strip("_") or "none"


def _figures(count: Count) -> dict[str, str]:
    total = count.passed + count.failed + count.skipped
    return {"tests": str(total), "failures": str(count.failed), "errors": "0"}


def _case(suite: Element, result: Result) -> None:
    name = f"{result.title} ({result.clock}, seed {result.seed})"
    case = SubElement(
        suite, "testcase", {"name": name, "classname": group(result.clause), "time": f"{result.took:.3f}"}
    )
    _properties(case, _about(result))
    if result.verdict == "skipped":
        SubElement(case, "skipped", {"message": _text(result.reason)})
    elif result.verdict == "failed":
        failure = SubElement(case, "failure", {"type": "broken", "message": _text(result.broken)})
        failure.text = _text(_failure(result))
    out = SubElement(case, "system-out")
    out.text = _text("\n".join(_seen(result)))


def _about(result: Result) -> dict[str, str]:
    about = {
        "clause": result.clause,
        "what": result.what,
        "clock": result.clock,
        "seed": str(result.seed),
        "faults": result.faults,
        "quirks": result.quirks,
        "again": result.again,
        "pcap": result.pcap,
    }
    return {name: value for name, value in about.items() if value}


def _properties(parent: Element, properties: dict[str, str]) -> None:
    element = SubElement(parent, "properties")
    for name, value in properties.items():
        SubElement(element, "property", {"name": name, "value": _text(value)})


def _failure(result: Result) -> str:
    instead = [f"instead: {result.instead}"] if result.instead else []
    fewest = ["it takes no more than:", *result.fewest_faults] if result.fewest_faults else []
    lines = (f"expected: {result.broken}", *instead, *fewest, f"again: {result.again}", "", result.picture)
    return "\n".join(lines)


def _seen(result: Result) -> Iterable[str]:
    """What came true; GitLab and Jenkins also show attachments that are named so."""
    yield from (f"{each.time:10.3f} s  {each.sentence}" for each in result.expectations)
    if result.pcap:
        yield f"[[ATTACHMENT|{result.pcap}]]"


def _text(text: str) -> str:
    """XML has no place for control characters."""
    return _NOT_XML.sub("?", text)
