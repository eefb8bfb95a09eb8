"""The IP access flag of TR 23.804 §7 goes to the SC where that is wanted, as others read MAP."""

import pytest
from pycrate_asn1dir.TCAP_MAPv2v3 import GLOBAL

from ipsmgw.charging.conversion import ACCESS
from mapstack import Answered
from mapstack.ber import decode_oid
from mapstack.map import MoForwardSmArg, MtForwardSmArg, MtForwardSmRes
from sipbridge.rp import RpAck
from tests.ipsmgw.asked import SUBMIT, invoked, octets
from tests.ipsmgw.broken import Table, sound
from tests.ipsmgw.home import DONE, Home, final
from tests.ipsmgw.node import Node


@pytest.fixture
def node() -> Node:
    return told(ip_access_flag=True)


def told(**changed: object) -> Node:
    table: Table = sound()
    section = table["map"]
    assert isinstance(section, dict)
    section.update(changed)
    node = Node(table)
    node.register()
    node.take_sip()
    node.told.clear()
    return node


def extensions(container: bytes | None) -> object:
    """The private extensions in it, as pycrate reads them."""
    assert container is not None
    kind = GLOBAL.MOD["MAP-ExtensionDataTypes"]["ExtensionContainer"]
    kind.from_ber(b"\x30" + bytes((len(container),)) + container)
    return kind.get_val()["privateExtensionList"]


FLAG = [{"extId": decode_oid(ACCESS), "extType": ("_unk_001", b"\xff")}]


def mo_argument(node: Node) -> MoForwardSmArg:
    node.message(octets(SUBMIT))
    (event,) = invoked(node)
    assert isinstance(event.arg, MoForwardSmArg)
    return event.arg


def mt_result(node: Node) -> MtForwardSmRes:
    node.deliver()
    message = node.take_sip()[-1]
    node.message(octets(RpAck(message.rpdu.message_reference)), reply_to=message.headers["Call-ID"])
    node.synced()
    (answer,) = [event for event in node.told if isinstance(event, Answered)]
    assert isinstance(answer.result, MtForwardSmRes)
    return answer.result


def test_the_sc_hears_that_a_message_came_over_ip(node: Node) -> None:
    assert extensions(mo_argument(node).extension_container) == FLAG


def test_the_sc_hears_that_a_message_went_over_ip(node: Node) -> None:
    assert extensions(mt_result(node).extension_container) == FLAG


def test_nobody_hears_of_it_by_default() -> None:
    node = told()
    assert mo_argument(node).extension_container is None
    assert mt_result(node).extension_container is None


def test_what_another_domain_has_delivered_has_not_gone_over_ip() -> None:
    table = final(order=["cs"])
    assert isinstance(table["map"], dict)
    table["map"]["ip_access_flag"] = True
    home = Home(table)
    home.forward(home.correlation())
    home.answer(home.heard(MtForwardSmArg)[0], DONE)
    home.node.synced()
    assert home.answered().result == DONE
