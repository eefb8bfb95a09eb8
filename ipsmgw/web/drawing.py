"""A ladder to keep: as text, as SVG, and as a capture for Wireshark."""

from collections.abc import Iterator, Sequence
from io import BytesIO
from xml.sax.saxutils import escape

from ipsmgw.explain.explanation import clock
from ipsmgw.trace import Pdu, ladder, masked, write_pcap
from ipsmgw.web.rows import Row

__all__ = ["as_pcap", "as_svg", "as_text"]

_TIME, _PITCH, _LINE, _TOP, _LABEL = 110, 120, 22, 44, 420
_STYLE = (
    "text{font:12px ui-monospace,monospace;fill:#1c2024}.n{font-weight:600;text-anchor:middle}"
    ".t{fill:#60666c}.l{stroke:#c4c9ce}.a{stroke:#1f5f9e;stroke-width:1.5}.a+path,.h{fill:#1f5f9e}"
    ".f .a{stroke:#b3261e}.f .h{fill:#b3261e}.f .s{fill:#b3261e}"
)


def as_text(pdus: Sequence[Pdu], nodes: Sequence[str]) -> str:
    """As `ipsmgw explain` draws it."""
    return ladder(pdus, _columns(pdus, nodes), width=160) + "\n"


def as_pcap(pdus: Sequence[Pdu], *, contents: bool) -> bytes:
    """Octets of messages are hidden in it where they are hidden elsewhere."""
    stream = BytesIO()
    write_pcap(stream, (masked(pdu, contents=contents) for pdu in pdus))
    return stream.getvalue()


def as_svg(rows: Sequence[Row], nodes: Sequence[str]) -> str:
    """A picture that stands for itself."""
    columns = _columns(rows, nodes)
    places = {node: _TIME + _PITCH // 2 + number * _PITCH for number, node in enumerate(columns)}
    width = _TIME + _PITCH * len(columns) + _LABEL
    height = _TOP + _LINE * (len(rows) + 1)
    return "".join((
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}"'
        f' height="{height}"><style>{_STYLE}</style><rect width="100%" height="100%" fill="#fff"/>',
        *(_lifeline(node, at, height) for node, at in places.items()),
        *(_arrow(row, places, number) for number, row in enumerate(rows)),
        "</svg>\n",
    ))  # fmt: skip


def _columns(rows: Sequence[Pdu] | Sequence[Row], nodes: Sequence[str]) -> tuple[str, ...]:
    """Those that take part: the known ones first, in their order."""
    seen = dict.fromkeys(node for row in rows for node in (row.source, row.target))
    known = [node for node in nodes if node in seen]
    return tuple(dict.fromkeys((*known, *seen)))


def _lifeline(node: str, at: int, height: int) -> str:
    name = escape(node)
    return (
        f'<text class="n" x="{at}" y="18">{name}</text><path class="l" d="M{at} 26V{height - _LINE // 2}"/>'
    )


def _arrow(row: Row, places: dict[str, int], number: int) -> str:
    y, start, end = _TOP + _LINE * number, places[row.source], places[row.target]
    fate = f" ({row.fate})" if row.fate else ""
    kind = ' class="f"' if row.failed else ""
    label = max(places.values()) + _PITCH // 2
    return (
        f'<g{kind}><text class="t" x="6" y="{y + 4}">{clock(row.time)}</text>{"".join(_line(start, end, y))}'
        f'<text class="s" x="{label}" y="{y + 4}">{escape(row.leg)}  {escape(row.summary + fate)}</text></g>'
    )


def _line(start: int, end: int, y: int) -> Iterator[str]:
    if start == end:
        yield f'<circle class="h" cx="{start}" cy="{y}" r="4"/>'
        return
    back = 7 if end > start else -7
    yield f'<path class="a" d="M{start} {y}H{end - back}"/>'
    yield f'<path class="h" d="M{end} {y}l{-back} -4v8z"/>'
