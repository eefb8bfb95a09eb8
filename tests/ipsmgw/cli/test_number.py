"""`ipsmgw number`: what it says of a number, step by step, and of what is none."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from ipsmgw.cli.commands import app
from tests.ipsmgw.broken import sound, toml

EXAMPLE = str(Path(__file__).parents[3] / "docs" / "gateway.toml")


def call(*arguments: str) -> Result:
    return CliRunner().invoke(app, ["number", *arguments])


def rows(*arguments: str) -> dict[str, tuple[str, str]]:
    """What is said, by its name; of the route the last."""
    said = call(*arguments, "--json")
    assert said.exit_code == 0, said.stderr
    return {
        row["what"]: (row.get("value", ""), row.get("why", ""))
        for row in json.loads(said.stdout)
        if "what" in row
    }


def test_the_way_of_a_number_is_shown_step_by_step() -> None:
    said = call("07785 900014", "-c", EXAMPLE)
    assert said.exit_code == 0
    assert [line.split("  ")[0] for line in said.stdout.splitlines() if line[0] != " "] == [
        "written",
        "rule",
        "it is",
        "known as",
        "as the SC of an MO 447785900014",
        "in SM-RP-DA",
        "called address",
        "calling address",
        "route",
    ]
    steps = [line.strip() for line in said.stdout.splitlines() if line[0] == " "]
    assert steps == [
        "it is national",
        "national prefix 0 is taken away",
        "country code 44 is put before it",
    ]


def test_the_same_as_json() -> None:
    said = rows("07785900014", "-c", EXAMPLE)
    assert said["it is"] == ("an international number", "447785900014")
    assert said["in SM-RP-DA"] == ("7785900014", "TON 2 (national), NPI 1 (E.164)")
    assert said["route"][0] == "point code 1014"


@pytest.mark.parametrize(("arguments", "what", "value"), [
    (("+12345",), "it is", "a short code"),
    (("12345", "--ton", "1"), "rule", "numbers[0], phones"),
    (("7700900013", "--ton", "2"), "known as", "the HLR (map.hlr)"),
    (("447700900021",), "known as", "subscriber 234150000000021 (map.subscriber)"),
    (("+447700900099",), "known as", "nobody"),
    (("+447700900099",), "as the SC of an MO", "447700900099"),
    (("+15550000099",), "as the SC of an MO", "447700900014"),
    (("*100#",), "it is", "no number that can be made international"),
    (("07785900014", "--from", "447785"), "rule", "numbers[1], map, prefix 447785"),
    (("07785900014", "--from", "15"), "rule", "no table [[numbers]] for them"),
    (("07785900014", "--from", "scscf"), "it is", "taken as it is written"),
])  # fmt: skip
def test_what_is_said_of_a_number(arguments: tuple[str, ...], what: str, value: str) -> None:
    assert rows(*arguments, "-c", EXAMPLE)[what][0] == value


def test_a_service_centre_that_is_not_allowed_is_said_to_be_refused(tmp_path: Path) -> None:
    file = tmp_path / "gateway.toml"
    file.write_text(toml(sound() | {"service_centre": {"allowed": ["1555"]}}))
    said = rows("+4477", "-c", str(file))
    assert said["as the SC of an MO"] == ("refused", "service_centre.allowed has it not")
    assert "route" not in said
    assert rows("15559", "-c", str(file))["route"][0] == "point code 14"


def test_a_number_that_no_route_leads_to_is_said_to_have_none(tmp_path: Path) -> None:
    file = tmp_path / "gateway.toml"
    file.write_text(toml(sound()))
    assert rows("+4477", "-c", str(file))["route"] == ("none", "no translation for address")


def test_without_a_configuration_it_says_what_that_would_add() -> None:
    said = rows("0044 77")
    assert said["it is"] == ("taken as it is written", "004477")
    assert said["more"][1].startswith("-c FILE")


@pytest.mark.parametrize(("arguments", "sentence"), [
    (("hello",), "'hello' is no number: 'h' is none of 0 to 9, *, #, a, b, c"),
    (("",), "'' is no number: it has 0 digits, and 1 to 20 are wanted"),
    (("1" * 21,), f"'{'1' * 21}' is no number: it has 21 digits, and 1 to 20 are wanted"),
    (("٤٤",), "'٤٤' is no number: '٤' is none of 0 to 9, *, #, a, b, c"),
    (("44+77",), "'44+77' is no number: '+' is none of 0 to 9, *, #, a, b, c"),
    (("44", "--from", "x"), "--from 'x': phones, scscf or the digits of a global title are wanted"),
])  # fmt: skip
def test_rubbish_is_answered_with_a_sentence(arguments: tuple[str, ...], sentence: str) -> None:
    said = call(*arguments)
    assert (said.exit_code, said.stdout, said.stderr) == (2, "", f"ipsmgw number: {sentence}\n")


def test_a_broken_configuration_is_said_to_be_one(tmp_path: Path) -> None:
    said = call("44", "-c", str(tmp_path / "missing.toml"))
    assert (said.exit_code, said.stderr) == (2, f"{tmp_path}/missing.toml: No such file or directory\n")
