"""Registrations at the gateway with its real stacks: who is answered what, and what the HLR hears when."""

from collections.abc import Callable
from functools import partial

import pytest

from ipsmgw.cause import Cause
from ipsmgw.map_error import error_of
from ipsmgw.store import HlrState, TableStore
from mapstack.map import (
    ModificationInstruction,
)
from mapstack.tcap.component import InvokeProblem, ProblemType, encode_reject
from mapstack.tcap.machine import Input
from tests.ipsmgw.asked import invoked, news, only, statuses
from tests.ipsmgw.broken import sound
from tests.ipsmgw.node import ALICE, Node

ON, OFF = ModificationInstruction.ACTIVATE, ModificationInstruction.DEACTIVATE


def test_a_registration_is_answered_with_its_time_and_told_to_the_hlr(node: Node) -> None:
    node.register(expires=600)
    (answer,) = node.take_sip()
    assert (answer.status, answer.headers["Expires"]) == (200, "600")
    assert answer.headers["Contact"] == "<sip:127.0.0.12:5060>;expires=600"
    assert [state for _, state in news(node)] == [ON]


def test_a_user_whose_identity_is_nonsense_is_refused(node: Node) -> None:
    node.register("mailto:alice@ims.example")
    assert statuses(node) == [400]


def test_a_confirmed_registration_is_not_told_twice(registered: Node) -> None:
    registered.register()
    assert news(registered) == []


def test_another_identity_of_the_implicit_set_ends_the_registration(node: Node) -> None:
    node.register(extra=["P-Associated-URI: <sip:al@ims.example>"])
    ((dialogue, _),) = news(node)
    node.confirm(dialogue)
    node.register("sip:al@ims.example", expires=0)
    assert statuses(node) == [200, 200]
    assert [state for _, state in news(node)] == [OFF]


def test_a_registration_that_runs_out_is_told_to_the_hlr(registered: Node) -> None:
    registered.pass_time(600.0)
    ((dialogue, state),) = news(registered)
    assert state is OFF
    registered.confirm(dialogue)
    assert registered.gateway.status()["bindings"] == 0


def test_a_silent_hlr_is_told_again_until_it_answers(node: Node) -> None:
    node.register(expires=6000)
    assert [state for _, state in news(node)] == [ON]
    node.pass_time(15.0)
    assert news(node) == []
    node.pass_time(30.0)
    ((dialogue, state),) = news(node)
    assert state is ON
    node.confirm(dialogue)
    node.pass_time(100.0)
    assert news(node) == []


def test_a_refusal_of_the_hlr_is_not_asked_again(node: Node) -> None:
    node.register()
    ((dialogue, _),) = news(node)
    node.peer.error(dialogue, error_of(Cause.UNKNOWN_SUBSCRIBER), node.watch.time)
    node.exchange()
    node.pass_time(100.0)
    assert news(node) == []


def refuse_every_version(node: Node) -> None:
    """The HLR does not know the application context (TS 29.002 §5.2)."""
    only(node, 3)
    node.exchange()


def reject(node: Node, problem: InvokeProblem) -> None:
    """It takes the context, and rejects the operation (Q.774 §3.2.1.4)."""
    (event,) = invoked(node)
    tcap, now = node.peer._tcap, node.watch.time
    reject = encode_reject(event.invoke_id, ProblemType.INVOKE, problem)
    tcap.request(tcap.dialogue(event.dialogue), Input.TC_END, reject, now)
    node.exchange()


@pytest.mark.parametrize(
    "decline",
    [
        refuse_every_version,
        partial(reject, problem=InvokeProblem.UNRECOGNIZED_OPERATION),
        partial(reject, problem=InvokeProblem.MISTYPED_PARAMETER),
    ],
)
def test_an_hlr_without_any_time_modification_is_asked_once_with_each_registration(
    node: Node, decline: Callable[[Node], None]
) -> None:
    node.register(expires=600)
    decline(node)
    node.pass_time(100.0)
    assert news(node) == []
    assert [each.hlr for each in TableStore(node.database).bindings()] == [HlrState.REFUSED]
    node.register(expires=600)
    decline(node)
    node.register(expires=0)
    decline(node)
    node.pass_time(100.0)
    assert news(node) == []
    assert node.gateway.status()["bindings"] == 0


def test_the_hlr_hears_one_thing_at_a_time_and_the_last_word_last(node: Node) -> None:
    node.register()
    node.register(expires=0)
    node.register()
    node.register(expires=0)
    ((first, state),) = news(node)
    assert state is ON
    node.confirm(first)
    node.pass_time(0.0)
    ((second, state),) = news(node)
    assert state is OFF
    node.confirm(second)
    node.pass_time(1.0)
    assert news(node) == []
    assert node.gateway.status()["bindings"] == 0


def test_an_end_that_was_not_heard_does_not_end_what_was_registered_since(registered: Node) -> None:
    registered.register(expires=0)
    registered.pass_time(15.0)
    news(registered)
    registered.register("sip:alice2@ims.example", expires=6000)
    ((dialogue, state),) = news(registered)
    assert state is ON
    registered.confirm(dialogue)
    registered.pass_time(100.0)
    assert news(registered) == []
    assert registered.gateway.status()["bindings"] == 1


def test_only_the_last_identity_of_a_subscriber_is_an_end_for_the_hlr(registered: Node) -> None:
    registered.register("sip:alice2@ims.example")
    for dialogue, _ in news(registered):
        registered.confirm(dialogue)
    registered.register(ALICE, expires=0)
    assert news(registered) == []
    registered.register("sip:alice2@ims.example", expires=0)
    assert [state for _, state in news(registered)] == [OFF]


def test_one_binding_too_many_is_refused(registered: Node) -> None:
    table = sound() | {"limits": {"bindings": 1}}
    node = Node(table)
    node.register()
    node.register("sip:bob@ims.example")
    node.register("sip:bob@ims.example", expires=0)
    node.register()
    assert statuses(node) == [200, 503, 200, 200]


# Restart


def test_after_a_restart_the_hlr_is_told_what_it_may_not_have_heard(node: Node) -> None:
    node.register(expires=6000)
    news(node)
    node.gateway.driver.close()
    node.born()
    node.pass_time(0.0)
    ((dialogue, state),) = news(node)
    assert state is ON
    node.confirm(dialogue)
    node.gateway.driver.close()
    node.born()
    node.pass_time(0.0)
    assert news(node) == []


def test_after_a_restart_without_links_the_hlr_is_told_when_there_are_some(node: Node) -> None:
    node.register(expires=6000)
    news(node)
    node.gateway.driver.close()
    node.born(linked=False)
    node.pass_time(0.0)
    assert news(node) == []
    node.link()
    node.pass_time(30.0)
    assert [state for _, state in news(node)] == [ON]


def test_after_a_restart_a_registration_still_runs_out(registered: Node) -> None:
    registered.gateway.driver.close()
    registered.born()
    registered.pass_time(600.0)
    assert [state for _, state in news(registered)] == [OFF]


def test_a_binding_that_the_hlr_has_confirmed_says_so_in_the_store(registered: Node) -> None:
    rows = registered.database.read("SELECT impu, hlr FROM binding", tuple[str, str])
    assert rows == [(ALICE, HlrState.ACTIVE)]
