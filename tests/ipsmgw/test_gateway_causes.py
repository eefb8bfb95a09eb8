"""Causes that the configuration has told otherwise than the table: to phones by RP-ERROR, to texts by SIP."""

from pathlib import Path

import pytest
from typer.testing import CliRunner

from ipsmgw.cause import Cause
from ipsmgw.cli.commands import app
from ipsmgw.map_error import error_of
from ipsmgw.settings import BadSettings, parse
from mapstack.map import MapError
from sipbridge.rp import RpError, RpSmma
from tests.ipsmgw.asked import SUBMIT, invoked, news, octets, records
from tests.ipsmgw.broken import Table, sound, toml
from tests.ipsmgw.node import Node
from tests.ipsmgw.test_gateway_text import on, write

__all__: list[str] = []

WANTED: list[Table] = [
    {"name": "systemFailure", "rp": 41, "sip": 480},
    {"name": "networkOutOfOrder", "rp": 27},
    {"name": "unknownSubscriber", "rp": 50},
]
FAILED = error_of(Cause.SYSTEM_FAILURE)


@pytest.fixture
def node() -> Node:
    node = Node(on(cause=WANTED))
    node.register()
    for dialogue, _ in news(node):
        node.confirm(dialogue)
    node.take_sip()
    return node


def refused(node: Node, error: MapError = FAILED) -> None:
    """By the SC, or the HLR, which was asked last."""
    node.peer.error(invoked(node)[-1].dialogue, error, node.watch.time)
    node.exchange()
    node.synced()


def test_a_phone_is_told_the_cause_that_is_wanted_and_the_record_keeps_its_own(node: Node) -> None:
    node.message(octets(SUBMIT))
    refused(node)
    report = node.take_sip()[-1].rpdu
    assert isinstance(report, RpError)
    assert (report.cause, report.message_reference) == (41, SUBMIT.message_reference)
    assert records(node)[-1].outcome == "systemFailure"


def test_what_nobody_answers_is_told_so_too(node: Node) -> None:
    node.message(octets(SUBMIT))
    node.pass_time(31.0)
    node.synced()
    report = node.take_sip()[-1].rpdu
    assert isinstance(report, RpError)
    assert report.cause == 27


def test_other_causes_are_told_as_the_table_has_them(node: Node) -> None:
    node.message(octets(SUBMIT))
    refused(node, error_of(Cause.SC_CONGESTION))
    report = node.take_sip()[-1].rpdu
    assert isinstance(report, RpError)
    assert report.cause == Cause.SC_CONGESTION.rp_cause


def test_so_is_a_phone_that_has_room(node: Node) -> None:
    node.message(octets(RpSmma(9)))
    refused(node, error_of(Cause.UNKNOWN_SUBSCRIBER))
    report = node.take_sip()[-1].rpdu
    assert isinstance(report, RpError)
    assert (report.cause, report.message_reference) == (50, 9)


def test_a_text_is_answered_as_is_wanted(node: Node) -> None:
    write(node, "hello")
    refused(node)
    assert [each.status for each in node.take_sip()] == [480]


@pytest.mark.parametrize(
    ("section", "said"),
    [
        ([{"name": "sytemFailure", "rp": 41}], "cause[0].name: no such cause; is it systemFailure?"),
        ([{"name": "systemFailure"}], "cause[0]: rp or sip is wanted: what shall be told instead?"),
        (WANTED[:1] * 2, "cause[1].name: systemFailure has a table already"),
    ],
)
def test_a_table_that_says_nothing_is_a_fault(section: list[Table], said: str) -> None:
    with pytest.raises(BadSettings) as bad:
        parse(toml(sound() | {"cause": section}), "f")
    assert bad.value.faults == (f"f: {said}",)


def test_the_command_shows_them_as_the_configuration_has_them(tmp_path: Path) -> None:
    file = tmp_path / "gateway.toml"
    file.write_text(toml(on(cause=WANTED)))
    said = CliRunner().invoke(app, ["causes", "systemFailure", "-c", str(file)]).output
    assert said.splitlines()[1].split("  ")[0] == "systemFailure"
    assert " 41 temporary failure " in said
    assert " 480 " in said
