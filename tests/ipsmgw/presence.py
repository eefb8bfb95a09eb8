"""What the tests of presence ask of a node: whom it has flagged, and what the HLR hears of it."""

from ipsmgw.store import TableStore
from mapstack import Invoked
from mapstack.map import AlertReason, ReadyForSmArg, ReadyForSmRes
from tests.ipsmgw import home
from tests.ipsmgw.asked import invoked, news
from tests.ipsmgw.broken import sound
from tests.ipsmgw.node import IMSI, Node, Sip

__all__ = ["PRESENT", "asked", "final", "flags", "one", "pre_configured", "take", "unanswered"]

PRESENT = ReadyForSmArg(
    imsi=IMSI, alert_reason=AlertReason.MS_PRESENT, additional_alert_reason_indicator=True
)


def final(**changed: object) -> Node:
    """As TS 23.204 has it; alice is registered, and the HLR knows."""
    return _registered(Node(home.final() | changed))


def pre_configured() -> Node:
    """The study's procedures, and an HLR that has our address already."""
    table = sound()
    assert isinstance(table["map"], dict)
    table["map"]["registration"] = "none"
    return _registered(Node(table))


def _registered(node: Node) -> Node:
    node.register(expires=6000)
    for dialogue, _ in news(node):
        node.confirm(dialogue)
    node.take_sip()
    return node


def unanswered(node: Node) -> Sip:
    """A short message that she does not answer."""
    node.deliver()
    (message,) = node.take_sip()
    node.pass_time(32.0)
    node.synced()
    node.take_sip()
    node.told.clear()
    return message


def flags(node: Node) -> list[tuple[str, int, bool]]:
    node.gateway.driver.turn(lambda now: None)
    return [(each.imsi, each.reason, each.heard) for each in TableStore(node.database).unreachable()]


def asked(node: Node) -> list[Invoked]:
    """What the HLR has heard since it was last looked at, after all that is due."""
    node.pass_time(0.0)
    return invoked(node)


def one(node: Node) -> int:
    """The dialogue of the one readyForSM."""
    (event,) = asked(node)
    assert event.arg == PRESENT
    return event.dialogue


def take(node: Node, dialogue: int) -> None:
    node.peer.result(dialogue, ReadyForSmRes(), node.watch.time)
    node.exchange()
    node.pass_time(0.0)
