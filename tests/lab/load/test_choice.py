"""Options that say one thing in three ways, and what is said to those who mix them up."""

from dataclasses import replace
from pathlib import Path

import pytest

from lab.load.choice import Choice, Climb, Offer, Timing
from lab.load.flow import Flow
from lab.load.mix import profile
from lab.load.options import BadOption, seconds
from lab.load.ramp import rates

TIMING = Timing("", "2s", "10s", "20ms", "poisson")
FLAT = Climb("", "", "")


def choice(offer: Offer, climb: Climb = FLAT, *objectives: str, generators: int = 1) -> Choice:
    return Choice(offer, TIMING, climb, objectives, generators, False, None, 1, 1, None, None)


CLIMB = Climb("1..9", "", "")


def offer(
    flows: dict[Flow, float] | None = None,
    rate: float = 0.0,
    mix: str = "",
    subscribers: int = 1_000,
    profile: str = "",
) -> Offer:
    return Offer(flows or {}, rate, mix, subscribers, profile)


RAMP = choice(offer({Flow.MO: 1.0}), CLIMB, "p99 < 1 s")


def test_rates_by_flow_are_what_they_say() -> None:
    (found,) = choice(offer({Flow.MO: 200.0, Flow.MT: 0.0})).steps()
    assert found == {Flow.MO: 200.0}


def test_a_mix_shares_the_rate_whatever_it_adds_up_to() -> None:
    (found,) = choice(offer(rate=300.0, mix="mo=2, mt-fallback=1")).steps()
    assert found == {Flow.MO: 200.0, Flow.MT_FALLBACK: 100.0}


def test_a_profile_is_attempts_of_every_subscriber_in_an_hour(tmp_path: Path) -> None:
    file = tmp_path / "mine.toml"
    file.write_text('what = "mine"\n[attempts]\nmo = 3.6\n')
    (found,) = choice(offer(subscribers=5_000, profile=str(file))).steps()
    assert found == {Flow.MO: pytest.approx(5.0)}


def test_the_busy_hour_has_all_flows_and_nobody_goes_who_has_not_come() -> None:
    attempts = profile("busy-hour").attempts
    assert set(attempts) == set(Flow)
    assert attempts[Flow.DEREGISTER] <= attempts[Flow.REGISTER]


def test_a_ramp_keeps_the_proportions() -> None:
    steps = choice(offer({Flow.MO: 3.0, Flow.MT: 1.0}), Climb("100..400", "100", "10s"), "p99 < 1 s").steps()
    assert [sum(each.values()) for each in steps] == [100.0, 200.0, 300.0, 400.0]
    assert all(each[Flow.MO] == 3 * each[Flow.MT] for each in steps)


@pytest.mark.parametrize(
    ("span", "by", "wanted"),
    [("100..200", "25%", [100, 125, 156.2, 195.3, 200]), ("5..5", "25%", [5]), ("1..4", "2", [1, 3, 4])],
)
def test_a_ramp_climbs_by_a_part_or_by_a_number(span: str, by: str, wanted: list[float]) -> None:
    assert rates(span, by) == wanted


def test_subscribers_are_shared_and_enough_of_them_come_and_go() -> None:
    found = choice(offer(subscribers=1_001), generators=2)
    assert found.settled() == 501
    assert found.passing([{Flow.MO: 5.0}], 60.0) == 0
    churn = {Flow.REGISTER: 50.0, Flow.DEREGISTER: 50.0}
    assert found.passing([churn], 60.0) == 339
    assert found.passing([churn, churn], 60.0) == 475


@pytest.mark.parametrize(("text", "wanted"), [("500ms", 0.5), ("10", 10.0), ("1.5m", 90.0), ("1h", 3_600.0)])
def test_times_have_units(text: str, wanted: float) -> None:
    assert seconds(text, "--for") == wanted


@pytest.mark.parametrize(
    ("bad", "said"),
    [
        (lambda: choice(offer()).steps(), "what load?"),
        (lambda: choice(offer({Flow.MO: 1.0}, rate=5.0, mix="mo=1")).steps(), "take one"),
        (lambda: choice(offer(rate=5.0)).steps(), "--rate: of what?"),
        (lambda: choice(offer(mix="mo=1")).steps(), "--mix: how much of it?"),
        (
            lambda: choice(offer(rate=5.0, mix="sms=1")).steps(),
            "--mix: there is no flow 'sms'; there are mo,",
        ),
        (lambda: choice(offer(rate=5.0, mix="mo")).steps(), "--mix: mo=: a number is wanted"),
        (lambda: choice(offer(rate=5.0, mix="mo=0")).steps(), "not all are 0"),
        (lambda: choice(offer(rate=5.0, mix="mo=nan")).steps(), "--mix: mo=nan: a number is wanted"),
        (lambda: choice(offer({Flow.DEREGISTER: 5.0})).steps(), "more than register"),
        (lambda: choice(offer(profile="lazy-hour")).steps(), "one of busy-hour"),
        (
            lambda: choice(offer({Flow.MO: 1.0}), Climb("9..1", "25%", "1s"), "p99 < 1 s").steps(),
            "--ramp: '9",
        ),
        (lambda: choice(offer({Flow.MO: 1.0}), Climb("1..9", "x", "1s"), "p99 < 1 s").steps(), "--by: 'x'"),
        (lambda: choice(offer({Flow.MO: 1.0}), Climb("1..9", "25%", "1s")).steps(), "--objective breaks?"),
        (lambda: choice(offer({Flow.MO: 1.0}), Climb("1..9", "25%", "0")).pace(), "--step: more than 0"),
        (lambda: choice(offer({Flow.MO: 1.0}), Climb("", "5", "")).steps(), "--by, --step: only with --ramp"),
        (lambda: choice(offer(rate=1.0, mix="mo=1"), CLIMB, "p99 < 1 s").steps(), "--rate: with --ramp"),
        (lambda: replace(RAMP, timing=replace(TIMING, run="5s")).steps(), "--for: with --ramp"),
        (lambda: replace(RAMP, carrier=Path("x")).steps(), "--network: the carrier of -c has its own"),
        (lambda: choice(offer(subscribers=900_000)).settled(), "--subscribers: at most"),
        (lambda: seconds("fast", "--for"), "--for: 'fast' is no time"),
        (lambda: Timing("1", "1", "1", "1", "bursty").pace(1.0), "--arrivals: poisson and constant"),
        (lambda: Timing("1", "1", "0", "1", "poisson").wait, "--patience: more than 0"),
    ],
)
def test_a_bad_choice_names_the_option_and_what_is_allowed(bad: object, said: str) -> None:
    assert callable(bad)
    with pytest.raises(BadOption) as raised:
        bad()
    assert said in str(raised.value)


def test_a_bad_profile_is_told_where_it_is_wrong(tmp_path: Path) -> None:
    file = tmp_path / "bad.toml"
    for text, said in (("what = ", "Invalid"), ('what = "x"\n[attempts]\nsms = 1', "attempts")):
        file.write_text(text)
        with pytest.raises(BadOption, match=str(file)) as raised:
            choice(offer(profile=str(file))).steps()
        assert said in str(raised.value)
