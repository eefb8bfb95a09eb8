"""A gateway for each test, empty or with one registered user."""

import pytest

from tests.ipsmgw.asked import news
from tests.ipsmgw.handset import Handset, direct
from tests.ipsmgw.node import Node

__all__ = ["node", "registered"]


@pytest.fixture
def node() -> Node:
    return Node()


@pytest.fixture
def registered(node: Node) -> Node:
    """Alice is registered, and the HLR knows."""
    node.register()
    ((dialogue, _),) = news(node)
    node.confirm(dialogue)
    node.take_sip()
    return node


@pytest.fixture
def phone() -> Handset:
    return Handset(Node(direct()))


@pytest.fixture
def inside(phone: Handset) -> Handset:
    """Registered, and the HLR knows it."""
    assert phone.enter().status == 200
    for dialogue, _ in news(phone.node):
        phone.node.confirm(dialogue)
    return phone
