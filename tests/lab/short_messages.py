"""Stories with short messages in them; those of the MSGin5G service alone say nothing over SIP and SS7."""

from lab.plan import Plan
from lab.scenario import Scenario
from lab.scenarios import SCENARIOS

__all__ = ["SHORT_MESSAGES"]


def _has_them(scenario: Scenario) -> bool:
    """Phones of our gateway write and read some, and a device may be woken by one."""
    service = scenario.plan(Plan()).msgin5g
    return service is None or service.own_gateway or service.scef is not None


SHORT_MESSAGES = frozenset(name for name, scenario in SCENARIOS.items() if _has_them(scenario))
