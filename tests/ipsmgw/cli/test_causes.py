"""`ipsmgw causes`: each cause as every side is told it, found by what any of them says."""

import pytest
from typer.testing import CliRunner, Result

from ipsmgw.cause import Cause
from ipsmgw.cli.commands import app


def call(*arguments: str) -> Result:
    return CliRunner().invoke(app, ["causes", *arguments])


def found(text: str) -> set[str]:
    return {line.split("  ")[0].strip() for line in call(text).output.splitlines()[1:]} & {
        each.cdr for each in Cause
    }


def test_every_cause_is_there() -> None:
    assert found("") == {cause.cdr for cause in Cause}


@pytest.mark.parametrize(
    ("text", "causes"),
    [
        ("RP-22", {"memoryCapacityExceeded"}),
        ("map-31", {"subscriberBusyForMT-SMS"}),
        ("SIP-413", {"tooLarge"}),
        ("ABSENT_SUBSCRIBER*", {"imsDeregistered", "noResponseViaIPSMGW", "absentSubscriber"}),
        ("the phone is busy", {"subscriberBusyForMT-SMS"}),
    ],
)
def test_a_cause_is_found_by_what_somebody_says(text: str, causes: set[str]) -> None:
    assert found(text) == causes


def test_after_a_full_memory_no_other_domain_is_tried() -> None:
    lines = call("--markdown").output.splitlines()
    never = [line.split(" | ")[0] for line in lines if line.startswith("| ") and line.split(" | ")[8] == "no"]
    assert never == ["| memoryCapacityExceeded"]


def test_what_is_in_no_row_is_said() -> None:
    said = call("xyzzy")
    assert (said.exit_code, said.stderr) == (
        2,
        "ipsmgw causes: 'xyzzy' stands in no row; without it all of them are shown\n",
    )
