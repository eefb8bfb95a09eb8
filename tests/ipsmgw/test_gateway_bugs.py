"""Our own bugs, and octets that make no sense: who waits is told, and the gateway lives on (DESIGN §6)."""

import pytest

import mapstack
import sipbridge
from mapstack.map import ErrorCode
from sipbridge.rp import RpError
from tests.ipsmgw.asked import SUBMIT, octets, records, refusal
from tests.ipsmgw.node import GATEWAY, SCSCF, Node


class Broken(RuntimeError):
    """Something that should not happen."""


@pytest.fixture
def forward_is_broken(registered: Node, monkeypatch: pytest.MonkeyPatch) -> None:
    def invoke(*_: object, **__: object) -> int:
        raise Broken

    monkeypatch.setattr("mapstack.stack.MapStack.invoke", invoke)


@pytest.mark.usefixtures("forward_is_broken")
def test_a_bug_after_the_202_ends_with_a_report_of_a_temporary_failure(registered: Node) -> None:
    registered.message(octets(SUBMIT))
    registered.synced()
    accepted, report = registered.take_sip()
    assert (accepted.status, report.rpdu) == (202, RpError(5, 41))
    assert records(registered)[0].outcome == "localFailure"
    assert registered.gateway.driver.bugs == 1


def test_a_bug_at_an_mt_is_a_system_failure(registered: Node, monkeypatch: pytest.MonkeyPatch) -> None:
    def deliver(*_: object, **__: object) -> None:
        raise Broken

    monkeypatch.setattr("ipsmgw.procedures.mt.deliver", deliver)
    registered.deliver()
    assert refusal(registered).error.code == ErrorCode.SYSTEM_FAILURE
    assert registered.gateway.driver.bugs == 1


@pytest.mark.parametrize("data", [b"", b"\x00", b"MESSAGE", b"\xff" * 100, b"SIP/2.0 200 OK\r\n\r\n"])
def test_octets_that_make_no_sense_are_no_bug(node: Node, data: bytes) -> None:
    node.gateway.sip.receive([(data, sipbridge.Flow("udp", GATEWAY, SCSCF))])
    node.gateway.map.receive([(data, mapstack.Flow("tcp", ("", 0), ("", 0), "smsc"))])
    assert node.gateway.driver.bugs == 0
