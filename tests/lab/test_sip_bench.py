"""The bench of the SIP parser: it compares like with like, and tells a missed goal."""

import builtins
from collections.abc import Callable

import pytest

from lab.bench.__main__ import _compared, _sip_trials
from lab.bench.codecs.ratios import Ratio, measure, shortfalls, sip_goals, tables
from lab.bench.codecs.trials import Disagreement, Part
from lab.bench.sip import readings
from lab.bench.sip.messages import written
from sipbridge import Limits, parse


def test_the_messages_are_those_of_kamailio_and_what_others_would_make_of_them() -> None:
    found = {each.name: parse(each.octets, Limits()) for each in written()}
    assert len(found) == 7
    assert [name for name, message in found.items() if not message.as_written] == [
        "MESSAGE, compact",
        "MESSAGE, lower case",
    ]
    assert found["MESSAGE, compact"].vias == found["MESSAGE, RP-DATA"].vias
    assert found["MESSAGE, compact"].fields == found["MESSAGE, RP-DATA"].fields
    for each in written():
        assert parse(each.octets, Limits()).body == each.octets.partition(b"\r\n\r\n")[2]


def test_no_message_comes_twice() -> None:
    for each in written():
        assert len({*each.others(0, 50), *each.others(50, 50)}) == 100
        assert {len(octets) for octets in each.others(0, 50)} == {len(each.octets) + 8}


def test_both_are_timed_on_every_message() -> None:
    tried = list(readings.trials())
    assert [each.part for each in tried].count("first sight") == 7
    assert [each.part for each in tried].count("learned") == 7
    for each in measure(tried, 1):
        assert each.ratio > 1


def test_another_reading_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(readings._OURS, b"NOTIFY", lambda message: ("x",))
    with pytest.raises(Disagreement, match="NOTIFY"):
        list(readings.trials())


def _ratio(part: Part, ratio: float) -> Ratio:
    return Ratio(part, "a", 100, 1.0, ratio, ratio)


def test_a_missed_goal_is_told() -> None:
    found = [_ratio("first sight", 5.0), _ratio("learned", 9.0)]
    assert shortfalls(found, sip_goals(4.9, 8.9)) == []
    assert shortfalls(found, sip_goals(4.0, 9.1)) == [
        "reading SIP of a learned layout is 9.0 times as fast as sipmessage; the goal is 9.1"
    ]
    (shown,) = tables(found, sip_goals(5.1, 8.0))
    assert [*shown.columns[1].cells][-1] == "[red]x5.0"


def test_without_sipmessage_it_says_so(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    real: Callable[..., object] = builtins.__import__

    def absent(name: str, *rest: object) -> object:
        if name == "lab.bench.sip.readings":
            raise ModuleNotFoundError("No module named 'sipmessage'")
        return real(name, *rest)

    monkeypatch.setattr(builtins, "__import__", absent)
    assert list(_sip_trials()) == []
    assert "SIP is not compared: No module named 'sipmessage'" in capsys.readouterr().out
    assert _compared((), 1, sip_goals(8.0, 8.0)) == ([], [])
