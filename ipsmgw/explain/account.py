"""An explanation in a few sentences: whose it is, where it went and why, timers, what was answered."""

from collections.abc import Iterator, Mapping, Sequence

from ipsmgw.explain.explanation import Line, Section

__all__ = ["account"]

Lines = Mapping[str, tuple[Line, ...]]


def account(sections: Sequence[Section], *, originating: bool) -> tuple[str, ...]:
    """What the sections say, for who reads only that."""
    lines = {section.title: section.lines for section in sections}
    found = [*_who(lines, originating=originating), *_centre(lines), *_ways(lines)]
    return (*found, *_timers(lines), *_answer(lines))


def _who(lines: Lines, *, originating: bool) -> Iterator[str]:
    for line in lines.get("who", ()):
        if line.what == "IMPU":
            yield f"It is {'from' if originating else 'for'} {line.value}: {line.why}."


def _centre(lines: Lines) -> Iterator[str]:
    for line in lines.get("service centre", ()):
        if line.what in ("is", "named by the SC"):
            yield f"Its service centre is {line.value}: {line.why}."
        elif line.what == "refused":
            yield f"It was refused with {line.value}: {line.why}."


def _ways(lines: Lines) -> Iterator[str]:
    """Each domain in its turn (TS 23.204 §6.5a)."""
    for line in lines.get("domain", ()):
        if line.what == "came over":
            yield f"It came over {line.value}: {line.why}."
        elif line.value.startswith(("tried", "not tried")):
            yield f"{line.what} was {line.value}: {line.why}."
        elif line.what != "registered now":
            yield f"{line.what} was tried: {line.value} ({line.why})."


def _timers(lines: Lines) -> Iterator[str]:
    ran = [f"{line.what} ({line.value}) {line.why}" for line in lines.get("timers", ())]
    if ran:
        yield f"Timers: {'; '.join(ran)}."


def _answer(lines: Lines) -> Iterator[str]:
    """What whoever has brought it was told last."""
    sent = [line for line in lines.get("causes", ()) if line.what == "sent"]
    if sent:
        yield f"The last that was sent is {sent[-1].value} ({sent[-1].why})."
