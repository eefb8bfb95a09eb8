"""Answers and NOTIFYs of a subscription in an order that nobody would choose (RFC 6665 §4.1.2.4)."""

from dataclasses import replace
from random import Random

import pytest

from sipbridge import Flow, IscStack, SipSettings
from tests.sipbridge.element import sent
from tests.sipbridge.test_reg_event_subscription import AOR, BODY, PARTIAL, WATCHED, Scscf, State


@pytest.mark.parametrize("status", [200, 403, 481, 503])
@pytest.mark.parametrize("reason", ["", ";reason=probation", ";reason=deactivated"])
def test_an_answer_that_comes_after_the_end_means_nothing(reason: str, status: int) -> None:
    """RFC 6665 §4.1.2.4: a NOTIFY may be faster than the answer to the SUBSCRIBE."""
    scscf = Scscf()
    scscf.subscribe()
    scscf.notify("", f"terminated{reason}")
    assert scscf.state is State.WAITING
    assert scscf.answer(status, "Expires: 3600", "Contact: <sip:127.0.0.1:6060>") == []
    assert scscf.state is State.WAITING
    scscf.pass_time()
    assert len(scscf.subscribes) == 1
    scscf.heard()
    assert len(scscf.subscribes) == 2


STATES = ["active;expires=60", "pending", "terminated", *(
    f"terminated;reason={reason}" for reason in ("probation", "giveup;retry-after=3", "noresource", "timeout")
)]  # fmt: skip


@pytest.mark.parametrize("seed", range(40))
def test_answers_and_notifies_in_any_order_and_of_any_dialog_are_taken(seed: int) -> None:
    rng, scscf = Random(seed), Scscf()
    scscf.subscribe()
    for step in range(60):
        now = step * 20.0
        scscf.subscribes.append(rng.choice(scscf.subscribes[-3:]))
        match rng.randrange(6):
            case 0 | 1:
                lines = ("Expires: 60", "Contact: <sip:127.0.0.1:6060>", "Min-Expires: 7200")
                scscf.answer(rng.choice([100, 200, 202, 403, 423, 481, 500]), *lines, now=now)
            case 2 | 3:
                scscf.notify(rng.choice([BODY, PARTIAL, ""]), rng.choice(STATES), now=now)
            case 4:
                scscf.server.reg_events.subscribe(WATCHED, now, anew=rng.random() < 0.3)
            case _:
                scscf.server.reg_events.unsubscribe(AOR, now)
        scscf.server.expire(now)
        scscf.heard()
    assert len(scscf.server.reg_events) <= 1


def test_a_subscribe_names_the_address_that_it_leaves_from() -> None:
    """Else its answer, and every NOTIFY, goes to another listener, perhaps of the other family."""
    here = ("::1", 5070)
    settings = SipSettings(host="127.0.0.1", port=5090, locals=frozenset({here}))
    server, flow = IscStack(settings, Random(1)), Flow("udp", here, ("::1", 6060))
    server.reg_events.subscribe(replace(WATCHED, flow=flow), 0.0)
    (asked,) = sent(server)
    assert b"Via: SIP/2.0/UDP [::1]:5070;branch=" in asked
    assert b"Contact: <sip:[::1]:5070>" in asked
