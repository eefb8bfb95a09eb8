"""What has become of a message of the MSGin5G service, step by step, by how its row in the store changes."""

from collections.abc import Iterator

from msgspec import Struct, field

from ipsmgw.explain.explanation import Explanation, Found, Line, Section, clock, lasting
from ipsmgw.store import Transfer

__all__ = ["FROM_PHONE", "TO_PHONE", "Story", "explanation_of", "found_of", "standing", "steps"]

TO_PHONE, FROM_PHONE = "MSGin5G MT", "MSGin5G MO"
_PHASES = {
    "sms": "is to be delivered",
    "receipt": "the service centre has all of it: receipts are awaited",
    "report": "its sender is to hear of the end",
    "ended": "ended",
}
_WAYS = {"ims": "IMS", "sc": "the service centre", "line": "the connection of the UE"}


class Story(Struct):
    """One message: `key` names it here, `msg_id` in the service."""

    key: str
    record: str
    msg_id: str
    imsi: str
    msisdn: str
    other: str
    """Whom it is from, or for."""
    received: float
    outcome: str = "under way"
    lines: list[Line] = field(default_factory=list)


def steps(before: Transfer | None, after: Transfer, now: float) -> Iterator[Line]:
    """What a change of the row says has happened."""
    at = clock(now)
    if before is None:
        report = "a report is wanted" if after.report else "no report is wanted"
        yield Line(at, "taken from the server", f"on disk before the 204; {report}")
        return
    yield from _parts(before, after, at)
    for way in after.tried[len(before.tried) :]:
        yield Line(at, f"closed: {_WAYS[way]}", after.cause)
    if after.resting and (after.resting, after.rest) != (before.resting, before.rest):
        yield Line(
            at, f"{_WAYS[after.resting]} has failed for now", f"{after.cause}; until {clock(after.rest)}"
        )
    elif after.cause and after.cause != before.cause and after.phase == "sms":
        yield Line(at, "waits", after.cause)
    if after.due > now and after.due != before.due and after.phase in ("sms", "report"):
        yield Line(at, "is tried again", f"at {clock(after.due)}, or when something happens before")
    if after.phase != before.phase:
        yield Line(at, _PHASES[after.phase], _end(after) if after.phase in ("report", "ended") else "")


def _parts(before: Transfer, after: Transfer, at: str) -> Iterator[Line]:
    """What of it went where."""
    all_, had = len(after.parts), len(before.handed)
    if after.at > before.at and not after.handed:
        over_ims = after.imsi.isdecimal()  # names of non-3GPP UEs begin with a letter
        taken = "over IMS: RP-ACK of the phone" if over_ims else "by its connection: acknowledged"
        yield Line(at, f"part {after.at} of {all_}", taken)
    if len(after.handed) > had:
        one = after.handed[-1]
        yield Line(
            at, f"part {after.at + had + 1} of {all_}", f"submit_sm, user_message_reference {one.reference}"
        )
    elif len(after.handed) < had:
        yield Line(at, "submit_sm is refused", after.cause)
    for number, (was, one) in enumerate(zip(before.handed, after.handed, strict=False), before.at + 1):
        if one.id and not was.id:
            yield Line(at, f"part {number} of {all_}", f"the service centre has it: message_id {one.id}")
        if one.outcome and not was.outcome:
            yield Line(at, f"part {number} of {all_}", f"receipt: {one.outcome}")


def standing(held: Transfer, now: float) -> Iterator[Line]:
    """Where it is now, and what it waits for."""
    yield Line("phase", _PHASES[held.phase], _end(held) if held.phase in ("report", "ended") else "")
    yield Line("parts", f"{held.at} of {len(held.parts)} are with the phone")
    over_ims = min(held.at, len(held.parts) - len(held.handed))
    for number, one in enumerate(held.handed, over_ims + 1):
        doubt = "nobody knows whether the service centre has it" if not one.id else f"message_id {one.id}"
        yield Line(f"part {number}", one.outcome or "at the service centre", doubt)
    if held.cause:
        yield Line("cause", held.cause)
    due = "is forgotten" if held.phase == "ended" else "is tried again"
    for name, when in ((due, held.due), ("the way rests", held.rest)):
        if when > now:
            yield Line(name, clock(when), f"in {lasting(when - now)}")
    if held.phase in ("sms", "receipt"):
        yield Line("msgin5g.validity", clock(held.until), f"{lasting(max(0.0, held.until - now))} are left")


def _end(held: Transfer) -> str:
    return "delivered" if held.at == len(held.parts) else held.cause


def found_of(story: Story) -> Found:
    """One of several that somebody may have meant."""
    return Found(
        id=story.msg_id or story.key,
        record=story.record,
        outcome=story.outcome,
        received=story.received,
        msisdn=story.msisdn,
        imsi=story.imsi,
        other=story.other,
    )


def explanation_of(story: Story, now_lines: tuple[Line, ...], ladder: str) -> Explanation:
    """All of it."""
    to = story.record == TO_PHONE
    who = story.msisdn or story.imsi
    sentence = f"{story.other} to {who}" if to else f"{who} to {story.other}"
    about = (
        Line("Message ID", story.msg_id or "none", "of the MSGin5G service" if story.msg_id else "our own"),
        Line("phone", who, f"IMSI {story.imsi}"),
        Line("from" if to else "to", story.other or "this gateway"),
    )
    sections = [Section("Message", about), Section("Steps", tuple(story.lines))]
    if now_lines:
        sections.append(Section("Now", now_lines))
    if not story.lines:
        sections[1] = Section(
            "Steps", (Line("none", "", "before the last start, or longer ago than [trace] has"),)
        )
    return Explanation(
        id=story.msg_id or story.key,
        record=story.record,
        outcome=story.outcome,
        sentence=f"{story.record}, {sentence}; {story.outcome}",
        sections=tuple(sections),
        ladder=ladder,
    )
