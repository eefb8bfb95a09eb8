"""The report as one page: nothing from outside, drawn when it is looked at (docs/verdicts.md)."""

from base64 import b64encode
from collections.abc import Iterable, Mapping
from html import escape
from importlib.resources import files
from string import Template

from lab.report.result import Report, Result

__all__ = ["page"]

_TITLE = "ipsmgw-lab: {passed} passed, {failed} failed, {skipped} skipped"
_MARKS = {"passed": "✓", "failed": "✗", "skipped": "–"}
_OPEN = 5  # that failed, of which the ladder is there at once


class _Template(Template):
    """Scripts have dollars of their own."""

    delimiter = "@@"


def page(report: Report, ladders: Mapping[str, bytes]) -> bytes:
    """The page; `ladders` with their decodes, packed, by the names of the results."""
    count = report.count
    title = _TITLE.format(passed=count.passed, failed=count.failed, skipped=count.skipped)
    opened = [result.name for result in report.results if result.verdict == "failed"][:_OPEN]
    template = files("lab.report").joinpath("page.html").read_text("utf-8")
    return (
        _Template(template)
        .substitute(
            title=escape(title),
            version=escape(report.version),
            started=escape(report.started),
            took=f"{report.took:.1f} s",
            command=escape(report.command),
            buttons="\n".join(_button(verdict, getattr(count, verdict)) for verdict in _MARKS),
            runs="\n".join(
                _run(result, ladders.get(result.name, b""), opened=result.name in opened)
                for result in report.results
            ),
        )
        .encode()
    )


def _button(verdict: str, number: int) -> str:
    mark = f'<span class="mark {verdict}">{_MARKS[verdict]}</span>'
    return f'<button data-verdict="{verdict}" aria-pressed="false">{mark} {number} {verdict}</button>'


def _run(result: Result, ladder: bytes, *, opened: bool) -> str:
    cells = {
        "mark": f"{_MARKS[result.verdict]} {result.verdict}",
        "name": result.title,
        "what": result.what,
        "clause faint": result.clause,
        "time faint": f"seed {result.seed}, {result.duration:.1f} s",
    }
    summary = "".join(f'<span class="{name}">{escape(text)}</span>' for name, text in cells.items())
    return (
        f'<details class="run {result.verdict}" id="{escape(result.name)}"{" open" if opened else ""}>'
        f'<summary>{summary}</summary><div class="body">{"".join(_body(result, ladder))}</div></details>'
    )


def _body(result: Result, ladder: bytes) -> Iterable[str]:
    if result.verdict == "failed":
        yield from _failure(result)
    if result.reason:
        what = "not played" if result.verdict == "skipped" else "only the laws judge"
        yield f'<p class="broken">{what}: {escape(result.reason)}</p>'
    if result.again:
        yield f"<p>again: <code>{escape(result.again)}</code></p>"
    if result.pcap:
        yield f"<p>capture: <code>{escape(result.pcap)}</code></p>"
    if result.expectations or result.broken_at is not None:
        yield f'<h2>What was seen</h2><table class="seen">{"".join(_seen(result))}</table>'
    if ladder:
        yield from _ladder(result, ladder)
    if result.picture:
        text = f'<div class="scroll" tabindex="0"><pre>{escape(result.picture)}</pre></div>'
        yield f"<details><summary>the ladder as text</summary>{text}</details>"


def _failure(result: Result) -> Iterable[str]:
    instead = f"<br>instead: <code>{escape(result.instead)}</code>" if result.instead else ""
    yield f'<p class="broken">expected, and not so: {escape(result.broken)}{instead}</p>'
    if result.fewest_faults:
        faults = "".join(f"<li>{escape(fault)}</li>" for fault in result.fewest_faults)
        yield f"<h2>The fewest faults with which it fails</h2><ul>{faults}</ul>"


def _seen(result: Result) -> Iterable[str]:
    for each in result.expectations:
        yield _line(each.time, "✓", each.sentence, "check")
    if result.broken_at is not None:
        yield _line(result.broken_at, "✗", result.broken, "cross")


def _line(time: float, mark: str, sentence: str, kind: str) -> str:
    cells = (f"{time:.3f} s", mark, escape(sentence))
    return f'<tr class="{kind}" data-when="{time}">{"".join(f"<td>{cell}</td>" for cell in cells)}</tr>'


def _ladder(result: Result, ladder: bytes) -> Iterable[str]:
    name = escape(f"ladder-{result.name}")
    yield "<h2>What went over the links</h2>"
    yield f'<div class="scroll" tabindex="0" role="region" aria-label="ladder" data-ladder="{name}">'
    yield f"<noscript>{len(result.ladder)} messages; a script draws them</noscript></div>"
    yield f'<script type="text/plain" id="{name}">{b64encode(ladder).decode()}</script>'
