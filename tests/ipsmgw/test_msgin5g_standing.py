"""How MSGin5G stands is said in words, with what to change: of the server, the service centre, and phones."""

import msgspec
import pytest

from ipsmgw.msgin5g_standing import Msgin5gStatus, msgin5g_standings
from ipsmgw.signalling import Standing
from ipsmgw.smpp import Status
from msgin5g_bridge.apis import UE_REGISTER
from msgin5g_bridge.problem import Problem
from tests.ipsmgw.by_centre import SMPP, away, post
from tests.ipsmgw.msgin5g import gateway, join, message
from tests.ipsmgw.node import IMSI, Node


def standing(node: Node) -> dict[str, Standing]:
    """As `ipsmgw status` reads it, by what it is of."""
    said = msgspec.json.encode(node.gateway.status()["msgin5g"])
    return {one.what: one for one in msgin5g_standings(msgspec.json.decode(said, type=Msgin5gStatus))}


def test_all_is_well() -> None:
    found = standing(away())
    states = {what: one.state for what, one in found.items()}
    assert states == {"MSGin5G Server": "answers", "SM-SC": "bound"}
    assert all(one.sound for one in found.values())
    assert found["MSGin5G Server"].sentence.startswith("http://server:80: answers; phones registered: 1,")


def test_a_server_that_nobody_has_asked_is_not_judged() -> None:
    (one,) = standing(gateway()).values()
    assert (one.state, one.sound) == ("not asked yet", True)


def test_a_server_that_is_silent_is_told_and_so_are_its_phones() -> None:
    node = gateway()
    node.server.silent = {UE_REGISTER}
    join(node)
    node.pass_time(20.0)
    found = standing(node)
    assert (found["MSGin5G Server"].state, found["MSGin5G Server"].sound) == ("silent", False)
    assert "does it run at `msgin5g.server`" in found["MSGin5G Server"].sentence
    assert found["phone"].sentence.endswith("no answer in time; the server does not answer: see there")


@pytest.mark.parametrize(
    ("problem", "advice"),
    [
        (Problem(status=403, cause="NOT_PROVISIONED"), "or leave out his `service_id`"),
        (Problem(status=403, cause="WRONG_CREDENTIAL"), "make his credential the one"),
        (Problem(status=401), "see `msgin5g.token`"),
        (Problem(status=404), "the apiRoot with its prefix"),
        (Problem(status=418), "it is tried again after `msgin5g.retry`"),
    ],
)
def test_an_alarm_of_a_phone_says_what_to_change(problem: Problem, advice: str) -> None:
    node = gateway()
    node.server.refusals[UE_REGISTER] = problem
    join(node)
    alarm = standing(node)["phone"]
    assert (alarm.name, alarm.sound) == (IMSI, False)
    assert advice in alarm.sentence


def test_a_missing_credential_says_where_it_is_set() -> None:
    node = gateway(credential="")
    join(node)
    assert "set `msgin5g.credential`" in standing(node)["phone"].sentence


@pytest.mark.parametrize(
    ("status", "advice"),
    [
        (Status.RINVPASWD, "`msgin5g.smpp.password`"),
        (Status.RINVSYSID, "`msgin5g.smpp.system_id`"),
        (Status.RALYBND, "has its sessions already"),
        (Status.RSYSERR, "ask the operator"),
    ],
)
def test_a_refused_bind_says_what_to_change(status: Status, advice: str) -> None:
    node = gateway(smpp=SMPP)
    node.centre.refuses = status
    node.centre.up(node.watch.time)
    one = standing(node)["SM-SC"]
    assert (one.state, one.sound) == ("not bound", False)
    assert f"ESME_{status.name}" in one.sentence
    assert advice in one.sentence


def test_a_service_centre_that_is_not_there_is_told() -> None:
    node = away()
    node.centre.cut()
    assert "the connection is gone; it has ended it" in standing(node)["SM-SC"].sentence


def test_a_service_centre_with_too_much_to_do_is_told() -> None:
    node = away()
    node.centre.verdicts = [Status.RTHROTTLED]
    post(node, message())
    one = standing(node)["SM-SC"]
    assert (one.state, one.sound) == ("throttled", True)
