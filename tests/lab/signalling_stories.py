"""Stories that together say all that any story says over SS7, for a machine where each takes seconds."""

from lab.report.result import ladder_of
from lab.runner import Verdict
from lab.scenario import LINKS
from lab.scenarios import SCENARIOS
from tests.lab.short_messages import SHORT_MESSAGES

__all__ = ["PLAYABLE", "SIGNALLING_STORIES", "signals"]

PLAYABLE = tuple(sorted(name for name in SHORT_MESSAGES if LINKS not in SCENARIOS[name].needs))
"""Where somebody else's STP is in between."""

SIGNALLING_STORIES = (
    "alert_repeated",
    "correlation_unknown",
    "domains_mixed",
    "faults_abort_in_the_middle",
    "faults_as_pending",
    "faults_clock_of_the_sc",
    "faults_garbled",
    "faults_mo_aborted",
    "faults_mo_returned",
    "hlr_knows_nobody",
    "hlr_knows_nobody_to_serve",
    "hlr_silent",
    "home_absence_told",
    "home_absent",
    "home_barred",
    "home_nowhere",
    "home_restart",
    "illegal_subscriber",
    "location_cancelled",
    "location_purged",
    "long_text",
    "memory_available_direct",
    "memory_available_unknown",
    "memory_full",
    "mo",
    "msgin5g_centre_mixed",
    "mt",
    "not_provisioned",
    "phone_rejects_each",
    "phone_to_phone",
    "presence_refused",
    "register",
    "roaming_refused",
    "room_in_ps",
    "sc_refuses_each",
    "series_home",
    "series_mixed",
    "silent_phone",
    "unidentified_subscriber",
    "waiting_list_full",
    "withdrawn",
    "without_priority",
)
"""The shortest list, found by taking the story that adds most, and those that everybody looks for first."""


def signals(verdict: Verdict) -> set[tuple[str, str, str]]:
    """Who says what to whom over SS7."""
    return {
        (arrow.source, arrow.target, arrow.label) for arrow in ladder_of(verdict) if arrow.protocol == "m3ua"
    }
