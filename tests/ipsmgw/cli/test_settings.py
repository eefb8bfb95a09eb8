"""`ipsmgw settings`: every setting can be looked up, and what is said of it is so."""

import tomllib
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from ipsmgw.cli.commands import app
from ipsmgw.reference import comments, fields, tables

EXAMPLE = Path(__file__).parents[3] / "docs" / "gateway.toml"


def call(*arguments: str) -> Result:
    return CliRunner().invoke(app, ["settings", *arguments])


def kind(path: str) -> str:
    table, _, key = path.rpartition(".")
    return next(
        each.kind for found in tables() for each in found.settings if (found.path, each.key) == (table, key)
    )


def test_every_setting_is_there_once() -> None:
    found = [f"{table.path}.{each.key}".strip(".") for table in tables() for each in table.settings]
    assert sorted(found) == sorted(path for path, _ in fields())


@pytest.mark.parametrize(
    ("path", "said"),
    [
        ("limits.backlog", "seconds, more than 0 to 86,400"),
        ("sip.reg_event_expires", "seconds, 60 to 4,294,967,295"),
        ("sip.connections.unread", "octets, 1,024 to 1,073,741,824"),
        ("msgin5g.limits.rate", "number, 0 to 1,000,000"),
        ("limits.in_flight", "integer, at least 1"),
        ("node.name", "text, 1 to 32 characters"),
        ("map.hlr", "E.164 number"),
        ("map.association[].remote", "host:port, or a list"),
        ("routing.order", 'list of "ims", "ps" or "cs"'),
        ("map.route[].prefix", "text, `^[0-9]{1,15}$`"),
        ("map.sccp.protocol_class", "0 or 1"),
    ],
)
def test_a_setting_has_its_unit_and_its_range(path: str, said: str) -> None:
    assert kind(path) == said


def test_a_table_or_a_setting_can_be_asked_for() -> None:
    whole = call("map.association").output
    assert "[[map.association]]" in whole
    assert "[[map.association.server]]" in whole
    assert "[[map.route]]" not in whole
    one = call("timers.mo_answer").output.split("\n")
    assert one[1].startswith("[timers]")
    assert one[2].split() == [
        "mo_answer",
        "seconds,",
        "more",
        "than",
        "0",
        "to",
        "86,400",
        "30.0",
        "How",
        "long",
        "the",
        "SC",
        "may",
        "take",
        "with",
        "an",
        "MO.",
    ]
    assert call("[[map.association]]").output == whole


@pytest.mark.parametrize(
    ("name", "hint"), [("t1", "is it sip.timers.t1?"), ("limts", "is it limits"), ("xyzzy", "xyzzy'\n")]
)
def test_what_is_not_there_is_said_with_what_is_near(name: str, hint: str) -> None:
    said = call(name)
    assert said.exit_code == 2
    assert hint in said.stderr


def test_the_example_is_of_all_settings() -> None:
    said = call("limits", "--example")
    assert (said.exit_code, said.stderr) == (
        2,
        "ipsmgw settings: --example has all settings, not 'limits' alone\n",
    )


def test_the_example_is_the_file_of_the_documentation() -> None:
    assert call("--example").output == EXAMPLE.read_text("utf-8")
    assert tomllib.loads(call("--example").output)["node"]["number"]


def test_a_comment_goes_on_in_the_next_lines_and_says_of_no_default_that_it_is_one() -> None:
    text = '[a]  # All.\nb = 1  # Default. One\n  # or two.\nc = "#"  # Default; or "x": a word.\n\n# d\n'
    assert comments(text) == {"a": "All.", "a.b": "One or two.", "a.c": '"x": a word.'}
