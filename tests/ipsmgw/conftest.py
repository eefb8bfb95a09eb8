"""A gateway for each test, empty or with one registered user."""

import pytest

from tests.ipsmgw.asked import news
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
