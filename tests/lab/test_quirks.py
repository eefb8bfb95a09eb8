"""Stories under quirk profiles: a fixed dozen under each, and as many again as the seed of the day has it."""

from random import Random

import pytest
from typer.testing import CliRunner

from lab.commands import app
from lab.quirks.profile import PLAIN, Profile, profiles
from lab.quirks.quirks import NONE
from lab.runner import run
from lab.scenarios import SCENARIOS

PROFILES = [pytest.param(profile, id=name) for name, profile in profiles().items()]
TELLING = (
    *("register", "deregister", "mo", "mt", "phone_to_phone", "long_text", "silent_phone"),
    *("memory_available", "sc_refuses", "direct_mt", "home_fall_back_to_ps", "status_report"),
)
"""Each kind of exchange once."""
SEED, MORE = 1, 12


def sample(profile: Profile) -> list[str]:
    """The dozen, others that differ from profile to profile, and what the profile itself speaks of."""
    rest = sorted(SCENARIOS.keys() - set(TELLING))
    drawn = Random(f"{SEED} {profile.name}").sample(rest, MORE)
    return [*TELLING, *drawn, *sorted(name for name in rest if profile.excuse(name) and name not in drawn)]


PLAYED = [
    pytest.param(profile, name, id=f"{profile.name} {name}")
    for profile in profiles().values()
    for name in sample(profile)
]


@pytest.mark.parametrize(("profile", "name"), PLAYED)
def test_a_story_comes_true_under_quirks_or_the_profile_says_why_not(profile: Profile, name: str) -> None:
    verdict = run(SCENARIOS[name], profile=profile)
    assert verdict.broken is None, verdict.ladder()
    assert not verdict.skipped


@pytest.mark.parametrize(
    ("profile", "name"),
    [(profile, name) for profile in profiles().values() for name in SCENARIOS if profile.excuse(name)],
)
def test_what_a_profile_excuses_does_not_come_true(profile: Profile, name: str) -> None:
    strict = Profile(name=profile.name, imitates="", source=(), quirks=profile.quirks, timers=profile.timers)
    assert run(SCENARIOS[name], profile=strict, judges=()).broken is not None


@pytest.mark.parametrize("profile", PROFILES)
def test_a_profile_says_whose_it_is_and_changes_something(profile: Profile) -> None:
    assert profile.imitates.endswith(".")
    assert profile.source
    assert profile.quirks != NONE or profile.timers


@pytest.mark.parametrize("profile", PROFILES)
def test_a_profile_is_seen_on_the_wire(profile: Profile) -> None:
    """In one of these stories something else goes over the links than without it."""
    names = ("mt", "mo", "carried_untouched", "long_text", "gone_without_a_word", "register", "home_absent")
    assert any(run(SCENARIOS[name], profile=profile).pdus != run(SCENARIOS[name]).pdus for name in names)


def test_without_a_profile_nothing_is_changed() -> None:
    assert run(SCENARIOS["mt"], profile=PLAIN).digest == run(SCENARIOS["mt"]).digest


def test_the_command_plays_under_a_profile_and_says_what_is_excused() -> None:
    played = CliRunner().invoke(app, ["run", "report_repeated", "--quirks", "vodafone-488"])
    assert played.exit_code == 0
    assert "only the laws judge: the third report is refused by the IMS" in played.output


def test_the_command_shows_all_profiles_and_what_one_says() -> None:
    every = CliRunner().invoke(app, ["quirks"])
    assert all(name in every.output for name in profiles())
    one = CliRunner().invoke(app, ["quirks", "slow-hlr"])
    assert "quirk: hlr_delay = 31.0" in one.output
    assert "presence_told_again does not come true: " in one.output


@pytest.mark.parametrize("words", [["quirks", "nokia"], ["run", "mt", "--quirks", "nokia"]])
def test_an_unknown_profile_is_refused_in_a_sentence(words: list[str]) -> None:
    refused = CliRunner().invoke(app, words)
    assert refused.exit_code == 2
    assert "there is no quirk profile 'nokia'" in refused.output
