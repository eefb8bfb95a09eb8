"""Explanations of messages that scenarios have recorded: who, which way, how long, and why."""

import re
from collections.abc import Callable
from functools import cache, partial

import msgspec
import pytest

from ipsmgw.cdr import Cdr, decode
from ipsmgw.explain import Explanation, Found
from ipsmgw.settings import parse
from lab.carrier import Carrier
from lab.gateway_file import gateway_toml
from lab.runner import run
from lab.scenarios import SCENARIOS

Told = dict[str, Explanation]


@cache
def told(name: str) -> Told:
    """The messages of a scenario that its last gateway has ended, explained; by kind of record and number."""
    return telling(name)


def telling(name: str) -> Told:
    found: Told = {}

    def look(carrier: Carrier) -> list[str]:
        records = [decode(line) for line in carrier.ground.journal().splitlines()]
        for number, record in enumerate(records, 1):
            explanation = carrier.gateway.explain(record.id)
            if isinstance(explanation, Explanation):
                found[f"{record.record[-2:]} {number}"] = explanation
        return []

    assert run(SCENARIOS[name], judges=(look,)).passed
    return found


def lines(explanation: Explanation, title: str) -> list[tuple[str, str]]:
    return [
        (line.what, line.value)
        for section in explanation.sections
        if section.title == title
        for line in section.lines
    ]


def why(explanation: Explanation, title: str, what: str) -> str:
    return next(
        line.why
        for section in explanation.sections
        if section.title == title
        for line in section.lines
        if line.what == what
    )


def test_an_mo_that_the_sc_has_taken() -> None:
    said = told("mo")["MO 1"]
    assert said.sentence.startswith("mobile originated, delivered; came 00:00:00.")
    assert lines(said, "who") == [
        ("IMPU", "sip:+15551001001@ims.test"),
        ("IMSI", "001015551001001"),
        ("MSISDN", "15551001001"),
    ]
    assert said.account == (
        "It is from sip:+15551001001@ims.test: asserted by the S-CSCF (RFC 3325).",
        "Its service centre is 15550000014: the phone has named it in RP-DA.",
        "It came over IMS: the phone has chosen it.",
        "Timers: timers.mo_answer (30 s) ended by result after 2 ms.",
        "The last that was sent is RP-ACK (00:00:00.012).",
    )
    assert why(said, "who", "MSISDN") == "service-info of the third-party REGISTER"
    assert lines(said, "service centre")[:1] == [("named in RP-DA", "15550000014")]
    assert why(said, "service centre", "is") == "the phone has named it in RP-DA"
    assert why(said, "timers", "timers.mo_answer") == "ended by result after 2 ms"
    assert lines(said, "causes") == [
        ("sent", "202 Accepted to MESSAGE"),
        ("received", "mo-ForwardSM result"),
        ("sent", "RP-ACK"),
        ("received", "200 OK to MESSAGE"),
    ]
    assert [what for what, _ in lines(said, "HLR")][-1] == "now"
    rows = said.ladder.splitlines()
    assert rows[0].split() == ["scscf", "ipsmgw", "smsc"]
    assert [re.split("[│┤]", row)[-1].strip() for row in rows[1:]] == [
        "MESSAGE RP-DATA SMS-SUBMIT",
        "202 Accepted",
        "mo-ForwardSM",
        "mo-ForwardSM result",
        "MESSAGE RP-ACK",
        "200 OK",
    ]


def test_an_mo_that_the_sc_has_refused() -> None:
    said = told("sc_refuses")["MO 1"]
    assert said.sentence.startswith("mobile originated, sc-Congestion, the service centre is congested; ")
    assert lines(said, "causes") == [
        ("sent", "202 Accepted to MESSAGE"),
        ("received", "mo-ForwardSM error sm-DeliveryFailure, sc congestion"),
        ("sent", "RP-ERROR 42, Congestion"),
        ("received", "200 OK to MESSAGE"),
        ("charging record", "sc-Congestion"),
    ]
    assert "TS 29.002 §17.6.6" in why(said, "causes", "received")


def test_an_mo_whose_service_centre_is_not_allowed_tells_the_rule() -> None:
    said = told("centre_refused")["MO 1"]
    assert why(said, "service centre", "is") == "service_centre.allowed has it not"
    assert lines(said, "service centre")[-1] == ("refused", "RP-ERROR 1")
    assert "smsc" not in said.ladder


def test_a_national_number_tells_the_steps_to_the_one_that_was_called() -> None:
    said = told("national_numbers")["MO 1"]
    steps = [
        line.why for section in said.sections for line in section.lines if line.what == "rule of numbers"
    ]
    assert steps == ["it is national", "country code 1 is put before it"]
    assert ("SM-RP-DA", "15550000014") in lines(said, "service centre")


def test_an_mt_that_the_phone_has() -> None:
    said = told("mt")["MT 1"]
    assert said.outcome == "delivered"
    assert lines(said, "domain")[0] == ("IMS", "tried")
    assert why(said, "timers", "64 × sip.timers.t1") == "ended by 200 after 4 ms"
    assert why(said, "timers", "timers.mt_report").startswith("ended by RP-ACK after ")
    assert lines(said, "causes") == [
        ("received", "200 OK to MESSAGE"),
        ("received", "RP-ACK"),
        ("sent", "202 Accepted to MESSAGE"),
        ("sent", "mt-ForwardSM result"),
    ]


def test_an_mt_whose_phone_is_silent_and_not_the_next_attempt() -> None:
    said = told("silent_phone")["MT 1"]
    assert lines(said, "timers") == [("64 × sip.timers.t1", "32 s")]
    assert why(said, "timers", "64 × sip.timers.t1") == "has run out"
    assert lines(said, "causes") == [
        ("sent", "mt-ForwardSM error absentSubscriberSM, diagnostic 12"),
        ("charging record", "noResponseViaIPSMGW"),
    ]


def test_an_mt_whose_phone_has_no_memory() -> None:
    said = told("memory_full")["MT 1"]
    assert ("received", "RP-ERROR 22, Memory capacity exceeded") in lines(said, "causes")
    assert lines(said, "causes")[-2][1] == "mt-ForwardSM error sm-DeliveryFailure, memory capacity exceeded"


def test_an_mt_for_somebody_who_is_not_registered() -> None:
    said = told("pre_configured")["MT 2"]
    assert lines(said, "who")[0] == ("IMPU", "none")
    assert lines(said, "domain")[0] == ("IMS", "not tried")
    assert lines(said, "causes")[0] == ("sent", "mt-ForwardSM error absentSubscriberSM, diagnostic 11")


def test_messages_of_a_phone_that_registers_here_itself() -> None:
    for name, kind in (("direct_mo", "MO 1"), ("direct_mt", "MT 1")):
        said = told(name)[kind]
        assert why(said, "who", "MSISDN") == "map.subscriber or map.msisdn_file has it for this IMSI"
        assert "sendAuthenticationInfo result" in [value for _, value in lines(said, "HLR")]
        assert said.ladder.splitlines()[0].split()[0].startswith("127.0.1.")


def test_a_number_that_the_hlr_has_told_is_said_to_be_from_there() -> None:
    said = next(iter(told("renumbered").values()))
    assert why(said, "who", "MSISDN") == "insertSubscriberData of the HLR"


def test_plain_text_and_what_it_was_sent_as() -> None:
    mo = told("plain_text")["MO 1"]
    assert why(mo, "service centre", "is") == "text.service_centre: a plain text names none"
    as_text = [
        said for said in told("plain_text").values() if ("IMS", "tried, as text") in lines(said, "domain")
    ]
    assert as_text
    assert "MESSAGE text" in as_text[0].ladder


def test_a_long_message_is_told_with_its_segments() -> None:
    said = told("long_text")["MO 1"]
    assert ("part", "1 of 5") in lines(said, "message")
    assert "XUDT segment, 1 to come" in said.ladder
    assert why(said, "timers", "timers.mo_answer").startswith("ended by result")


@pytest.mark.parametrize("name", ["mo", "mt", "plain_text", "long_text", "phone_to_phone"])
def test_no_explanation_shows_what_a_message_says_unless_switched_on(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert any("text" in dict(lines(said, "message")) for said in told(name).values())
    monkeypatch.setattr(
        "lab.carrier.gateway_settings", lambda plan: parse(gateway_toml(plan), "an operator's")
    )
    for said in telling(name).values():
        assert "text" not in dict(lines(said, "message"))
        assert "Grüße" not in said.text + msgspec.json.encode(said, enc_hook=str).decode()


@pytest.mark.parametrize("name", sorted(set(SCENARIOS) - {"mixed", "direct_mixed"}))
def test_every_message_of_every_scenario_can_be_explained(name: str) -> None:
    for said in told(name).values():
        titles = [section.title for section in said.sections]
        assert titles[:2] == ["who", "message"]
        assert "causes" in titles
        assert "forgotten" not in titles
        assert max(map(len, said.ladder.splitlines())) <= 110
        assert said.text


def _asked(carrier: Carrier, found: list[object], names: Callable[[Cdr], list[str]]) -> list[str]:
    record = decode(carrier.ground.journal().splitlines()[0])
    found += [carrier.gateway.explain(name) for name in names(record)]
    return []


def _ask(names: Callable[[Cdr], list[str]]) -> list[object]:
    found: list[object] = []
    assert run(SCENARIOS["mo"], judges=(partial(_asked, found=found, names=names),)).passed
    return found


def test_a_message_is_found_by_its_call_id() -> None:
    by_id, by_call = _ask(lambda record: [record.id, record.call_id])
    assert by_id == by_call
    assert isinstance(by_id, Explanation)


def test_a_number_lists_the_latest_messages_of_its_subscriber() -> None:
    for found in _ask(
        lambda record: [record.msisdn, f"+{record.msisdn}", f"tel:+{record.msisdn}", record.imsi]
    ):
        assert isinstance(found, tuple)
        (one,) = found
        assert isinstance(one, Found)
        assert one.text.endswith("15551001001 MO to 15551001002: delivered")


def test_rubbish_is_no_message() -> None:
    rubbish = ["", "x", "+", "ipsmgw-0.1-99", "447700900099", "\0", "é" * 1000, "../../etc/passwd"]
    assert _ask(lambda record: rubbish) == [()] * len(rubbish)
