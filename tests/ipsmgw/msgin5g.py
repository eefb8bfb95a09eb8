"""A gateway that is a Message Gateway too, with alice registered, and what her phone hears."""

from ipsmgw.store import SqliteStore
from tests.ipsmgw.asked import news
from tests.ipsmgw.broken import Table, sound
from tests.ipsmgw.node import IMSI, Node

__all__ = ["UE", "gateway", "join", "rows", "table"]

UE = f"ue-{IMSI}"


def table(**changed: object) -> Table:
    """Only what MSGin5G has to have, and this."""
    found = sound()
    assert isinstance(found["map"], dict)
    found["map"]["registration"] = "none"
    found["msgin5g"] = {
        "enabled": True,
        "service_id": "gw",
        "server": "http://server:80",
        "listen": "127.0.0.11:8082",
        "credential": "secret",
        **changed,
    }
    return found


def gateway(**changed: object) -> Node:
    return Node(table(**changed))


def join(node: Node, expires: int = 6000) -> None:
    """Alice registers in the IMS, or leaves it; the HLR and the server hear of it."""
    node.register(expires=expires)
    for dialogue, _ in news(node):
        node.confirm(dialogue)
    node.exchange()
    node.take_sip()


def rows(node: Node) -> SqliteStore:
    """What a restart would find."""
    node.gateway.driver.turn(lambda now: None)
    return SqliteStore(node.database)
