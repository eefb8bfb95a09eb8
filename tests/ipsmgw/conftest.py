"""A gateway for each test, empty or with one registered user; and PostgreSQL."""

from collections.abc import Iterator

import pytest

from tests.ipsmgw.asked import news
from tests.ipsmgw.handset import Handset, direct
from tests.ipsmgw.node import Node
from tests.ipsmgw.postgres import Server

__all__ = ["node", "own_postgres", "postgres", "registered"]


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


@pytest.fixture
def own_postgres() -> Iterator[Server]:
    """One that may be stopped."""
    server = Server()
    yield server
    server.close()


@pytest.fixture(scope="session")
def postgres() -> Iterator[Server]:
    server = Server()
    yield server
    server.close()
