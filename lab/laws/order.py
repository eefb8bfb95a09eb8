"""Laws 5 and 6: nothing is left open or overdue, and nothing went wrong that nobody expected (DESIGN §10)."""

from collections.abc import Iterator

from lab.laws.evidence import Evidence

__all__ = ["nothing_open", "nothing_raised"]


def nothing_open(evidence: Evidence) -> Iterator[str]:
    """Judged when the longest timer is over: messages, dialogues, transactions, deadlines of any node."""
    carrier = evidence.carrier
    for node, number in carrier.open_work.items():
        yield f"at {node} {number} things are open that should have ended"
    for node, when, now in carrier.watch.overdue:
        yield f"a deadline of {node} was {now - when:.1f} s overdue"


def nothing_raised(evidence: Evidence) -> Iterator[str]:
    """No exception in a stack, a procedure or a callback, nothing piles up; and the trace is whole."""
    carrier = evidence.carrier
    if carrier.all_bugs:
        yield f"{carrier.all_bugs} bugs were caught by a supervisor"
    yield from carrier.ground.strays()
    if evidence.own_gateway and carrier.gateway.kept and not carrier.gateway.open_work:
        yield f"the gateway keeps {carrier.gateway.kept} entries of messages that have ended"
    if not evidence.complete:
        yield "the trace has forgotten its beginning, so that it proves nothing"
