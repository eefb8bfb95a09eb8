"""What a message says is in no answer, unless the settings have it."""

from collections.abc import Iterator

from ipsmgw.web import WebSection
from tests.ipsmgw.node import Node
from tests.ipsmgw.web.asked import TEXT, ask, finish, registered

PACKED = bytes.fromhex("e8329bfd06")  # hello


def ways(node: Node) -> Iterator[str]:
    """Every route that tells something of messages."""
    yield from ("/api/page", "/api/status", "/api/pdus", "/api/messages", "/api/registrations")
    yield from ("/api/ladder.svg", "/api/ladder.txt", "/api/ladder.pcap", "/api/openapi.json")
    yield from ("/api/explain/ipsmgw-0.1-1", "/api/explain/15551234567")
    for row in ask(node, "/api/pdus").json()["rows"]:
        yield f"/api/pdus/{row['number']}"


def says(node: Node, *, contents: bool) -> list[str]:
    """The routes in whose answers the text is, in whatever form."""
    section = WebSection(contents=contents)
    found = []
    for way in ways(node):
        content = ask(node, way, section=section).content
        if any(form in content for form in (TEXT.encode(), PACKED, PACKED.hex().encode())):
            found.append(way)
    return found


def test_no_route_tells_the_text_of_a_message() -> None:
    node = registered()
    finish(node, "first")
    node.deliver(tpdu=b"\x04\x0b\x91\x51\x55\x55\x67\x45\xf1\x00\x00" + bytes(7) + b"\x05" + PACKED)
    node.synced()
    assert says(node, contents=False) == []
    assert len(says(node, contents=True)) > 4
