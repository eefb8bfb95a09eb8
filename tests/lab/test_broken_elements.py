"""A scenario fails when an element does not do its part: what cannot fail would prove nothing."""

from collections.abc import Callable

import pytest

from lab.elements import gmsc, message_waiting
from lab.elements.hlr import Hlr
from lab.elements.isc import Isc
from lab.elements.iwmsc import Iwmsc
from lab.elements.phone_reception import PhoneReception
from lab.elements.phone_submission import PhoneSubmission
from lab.runner import Verdict, run
from lab.scenarios import SCENARIOS
from sipbridge.rp import RpAck, RpData, RpError

Patch = Callable[[pytest.MonkeyPatch], None]


def played(name: str) -> Verdict:
    return run(SCENARIOS[name])


def test_a_phone_that_reports_under_a_wrong_reference_breaks_mt(monkeypatch: pytest.MonkeyPatch) -> None:
    judge = PhoneReception._judge

    def wrong(self: PhoneReception, reference: int, tpdu: object) -> RpAck | RpError:
        return judge(self, reference ^ 1, tpdu)  # type: ignore[arg-type]  # passed on as it came

    monkeypatch.setattr(PhoneReception, "_judge", wrong)
    verdict = played("mt")
    assert not verdict.passed
    assert verdict.broken is not None
    assert "the SC" in verdict.broken


def test_a_phone_that_never_reports_breaks_mt(monkeypatch: pytest.MonkeyPatch) -> None:
    def silent(self: PhoneReception, *args: object) -> None: ...

    monkeypatch.setattr(PhoneReception, "_report", silent)
    assert not played("mt").passed


def test_a_phone_that_does_not_know_its_reports_breaks_mo(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(PhoneSubmission, "_find", lambda self, reference, in_reply_to: None)
    assert not played("mo").passed


def test_a_service_centre_that_loses_the_sender_breaks_mo(monkeypatch: pytest.MonkeyPatch) -> None:
    forward = Iwmsc.forward

    def anonymous(self: Iwmsc, event: object, arg: object, now: float) -> object:
        answer = forward(self, event, arg, now)  # type: ignore[arg-type]  # passed on as it came
        self._data.mo[-1].imsi = ""
        return answer

    monkeypatch.setattr(Iwmsc, "forward", anonymous)
    verdict = played("mo")
    assert verdict.broken is not None
    assert "IMSI" in verdict.broken


def test_an_hlr_that_forgets_the_gateway_breaks_register(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(message_waiting, "activate", lambda record, gateway: [])
    verdict = played("register")
    assert verdict.broken is not None
    assert "the HLR" in verdict.broken


def test_an_hlr_that_does_not_alert_breaks_the_silent_phone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Hlr, "_alert", lambda self, record, centres, now: None)
    assert not played("silent_phone").passed


def test_a_gmsc_that_does_not_report_breaks_the_silent_phone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gmsc.Gmsc, "_report", lambda self, delivery, said, *, delivered, now: None)
    assert not played("silent_phone").passed


def test_an_s_cscf_without_service_info_breaks_register(monkeypatch: pytest.MonkeyPatch) -> None:
    build = Isc.third_party_register

    def bare(self: Isc, *args: object) -> bytes:
        octets = build(self, *args)  # type: ignore[arg-type]  # passed on as they came
        return octets.replace(b"service-info", b"another-info")

    monkeypatch.setattr(Isc, "third_party_register", bare)
    assert not played("register").passed


def test_a_phone_that_loses_a_part_breaks_the_long_text(monkeypatch: pytest.MonkeyPatch) -> None:
    receive = PhoneReception.receive

    def half(self: PhoneReception, rpdu: RpData, call_id: str, gateway: str, now: float) -> object:
        if len(self._ledger.received) == 1:
            monkeypatch.setattr(self, "_keep", lambda tpdu, now: None)
        return receive(self, rpdu, call_id, gateway, now)

    monkeypatch.setattr(PhoneReception, "receive", half)
    assert not played("long_text").passed
