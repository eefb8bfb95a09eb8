"""The laws see a gateway that tells a phone twice that it is in the service, or where it is not."""

import pytest
from msgspec.structs import replace

from ipsmgw.gateway.msgin5g.enrolments import Enrolments
from ipsmgw.gateway.msgin5g.to_phones import ToPhones
from ipsmgw.procedures.msgin5g import delivery
from ipsmgw.store import Binding, Enrolment
from lab.runner import run
from lab.scenarios import SCENARIOS


def broken() -> str:
    """What is said, also where the story itself has broken off."""
    return run(SCENARIOS["msgin5g_phone_welcomed"]).broken or ""


def test_once_is_enough(monkeypatch: pytest.MonkeyPatch) -> None:
    def registered(self: ToPhones, held: Enrolment, now: float) -> None:
        text, nobody = self._section.welcome, self._numbers.nobody
        again = delivery.welcome(text, held.key, nobody, now, self._times)
        self._begin(replace(again, key=f"{now}"), now)

    monkeypatch.setattr(ToPhones, "registered", registered)
    assert "alice was told 2 times to be in the MSGin5G service" in broken()


def test_nobody_is_told_whom_the_server_does_not_know(monkeypatch: pytest.MonkeyPatch) -> None:
    def came(self: Enrolments, binding: Binding, now: float) -> None:
        assert self.registered is not None
        self.registered(Enrolment(key=str(binding.imsi)), now)

    monkeypatch.setattr(Enrolments, "came", came)
    assert "where nobody knows alice" in broken()


def test_without_that_they_have_nothing_to_say() -> None:
    assert not broken()
