"""The laws of plain text bite: a gateway that lies, forgets or repeats is found out (DESIGN §10)."""

from collections.abc import Callable

import pytest

from ipsmgw.cdr import Cdr
from ipsmgw.gateway.core import Core, Then
from ipsmgw.gateway.texting import Texting, _Text
from ipsmgw.procedures import mt
from ipsmgw.procedures.decision import Decision
from ipsmgw.procedures.mo import MoSms
from ipsmgw.procedures.mt import MtSms, MtState
from lab.faults import ALL
from lab.runner import run
from lab.scenarios import SCENARIOS

Patch = pytest.MonkeyPatch


def _answer_at_once(patch: Patch) -> None:
    forward = Texting._forward

    def hasty(self: Texting, whole: _Text, sms: MoSms, now: float) -> None:
        forward(self, whole, sms, now)
        for tx in whole.waiting:
            self._respond(tx, 202, now)

    patch.setattr(Texting, "_forward", hasty)


def _answer_before_the_record(patch: Patch) -> None:
    def record(self: Core, cdr: Cdr, then: Then) -> None:
        self.journal.append(cdr, lambda now: None)
        then(self.clock.now())

    patch.setattr(Core, "record", record)


def _leave_one_out(patch: Patch) -> None:
    forward = Texting._forward

    def forgetful(self: Texting, whole: _Text, sms: MoSms, now: float) -> None:
        if sms.reference:
            forward(self, whole, sms, now)
        else:
            self._recorded(whole, now)

    patch.setattr(Texting, "_forward", forgetful)


def _send_each_twice(patch: Patch) -> None:
    forward = Texting._forward

    def eager(self: Texting, whole: _Text, sms: MoSms, now: float) -> None:
        whole.left += 1
        forward(self, whole, sms, now)
        forward(self, whole, sms, now)

    patch.setattr(Texting, "_forward", eager)


def _take_any_answer_for_a_delivery(patch: Patch) -> None:
    answered = mt.answered

    def hasty(sms: MtSms, status: int, now: float) -> Decision[MtSms]:
        return answered(sms, 200 if sms.state is MtState.TEXT_ANSWER else status, now)

    patch.setattr(mt, "answered", hasty)


@pytest.mark.parametrize(("name", "mutate", "law"), [
    ("plain_text", _answer_at_once, 3),
    ("plain_text", _answer_before_the_record, 3),
    ("plain_text", _leave_one_out, 3),
    ("plain_text", _send_each_twice, 4),
    ("plain_text", _send_each_twice, 8),
    ("plain_text_refused", _take_any_answer_for_a_delivery, 3),
])  # fmt: skip
def test_a_broken_gateway_breaks_a_law(
    monkeypatch: pytest.MonkeyPatch, name: str, mutate: Callable[[Patch], None], law: int
) -> None:
    assert run(SCENARIOS[name], seed=3, faults=ALL).broken is None
    mutate(monkeypatch)
    assert f"law {law}: " in (run(SCENARIOS[name], seed=3, faults=ALL).broken or "")
