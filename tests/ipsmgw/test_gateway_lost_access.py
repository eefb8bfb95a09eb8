"""An access that is lost: messages without an answer end a registration (TR 23.804 §4)."""

from sipbridge.rp import RpData
from tests.ipsmgw.asked import SUBMIT, news, octets
from tests.ipsmgw.handset import Handset, direct
from tests.ipsmgw.node import IMSI, Node
from tests.ipsmgw.presence import final, flags, unanswered


def test_several_messages_without_an_answer_end_the_registration() -> None:
    node = final(limits={"unanswered": 2})
    unanswered(node)
    assert node.gateway.status()["bindings"] == 1
    node.deliver()
    node.pass_time(32.0)
    ((dialogue, _),) = news(node)
    node.confirm(dialogue)
    assert node.gateway.status()["bindings"] == 0
    assert flags(node) == [(IMSI, 12, False)]


def test_a_word_in_between_begins_the_count_anew() -> None:
    node = final(limits={"unanswered": 2})
    unanswered(node)
    node.message(octets(SUBMIT))
    node.take_sip()
    unanswered(node)
    assert node.gateway.status()["bindings"] == 1


def test_who_says_no_has_not_lost_his_access() -> None:
    node = final(limits={"unanswered": 1})
    node.deliver()
    (message,) = node.take_sip()
    assert isinstance(message.rpdu, RpData)
    node.respond(message, 480)
    assert node.gateway.status()["bindings"] == 1


def test_a_phone_that_has_registered_here_is_told_that_it_is_not_any_more() -> None:
    phone = Handset(Node(direct() | {"limits": {"unanswered": 1}}))
    assert phone.enter().status == 200
    for dialogue, _ in news(phone.node):
        phone.node.confirm(dialogue)
    phone.node.deliver()
    phone.node.pass_time(32.0)
    assert phone.node.gateway.status()["direct"] == {
        "phones": 0,
        "subscriptions": 0,
        "waiting_for_vectors": 0,
    }
