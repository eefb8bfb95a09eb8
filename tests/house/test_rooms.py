"""Rooms, who may import whom, and who may touch the world."""

import ast
import sys
import tomllib
from collections.abc import Iterator

import pytest

from tests.house.source import IMPORTED_AS, ROOMS, ROOT, STACKS, Import, Source, imports, sources

# What the lab may see of the gateway: never its procedures or its store.
FACE = {
    *("app", "drive", "gateway", "settings", "identity", "sms", "cause", "smpp", "trace", "web"),
    *("program", "starting"),
    "__version__",
}

# Clocks, sockets, threads, randomness, and the same under other names.
WORLD = {
    *("asyncio", "socket", "time", "random", "os", "logging", "threading"),
    *("concurrent", "multiprocessing", "secrets", "select", "selectors", "signal", "socketserver", "sqlite3"),
    *("ssl", "subprocess", "uuid"),
    *("aiocoap", "httpcore", "httpx", "hypercorn", "psycopg", "sctp", "starlette"),
}
SHELL = {
    "mapstack": {"transport"},
    "sipbridge": {"transport"},
    "msgin5g_bridge": {"rest_server", "rest_client", "rest_http2", "rest_sockets", "coap_endpoint"},
    "ipsmgw": {
        *("app", "cli", "coap_transport", "disk", "drive", "gateway", "journal", "rest_transport"),
        *("smpp_transport", "sockets", "store", "syncer", "trace", "web"),
    },
}
TOP = {
    *ROOMS,
    *("tests", "docs", "deploy", ".ci"),
    *("pyproject.toml", "README.md", "CHANGELOG.md", "LICENSE", "Makefile", ".gitignore"),
}
MADE = {".git", *(line.strip("/\n") for line in (ROOT / ".gitignore").read_text().splitlines())}


def is_wall(room: str, found: Import) -> bool:
    """Whether the import goes through a wall of the house."""
    if found.top not in {*ROOMS, "tests"} or found.top == room or room == "tests":
        return False
    if room in STACKS or found.top not in {*STACKS, "ipsmgw"}:
        return True
    return found.top == "ipsmgw" and gateway_part(found) not in FACE


def gateway_part(found: Import) -> str | None:
    parts = found.module.split(".")
    return parts[1] if len(parts) > 1 else found.name


def is_shell(source: Source) -> bool:
    if source.room not in SHELL:
        return True
    part = source.path.parts[1].removesuffix(".py") if len(source.path.parts) > 1 else ""
    return part in SHELL[source.room]


def touches_world(source: Source) -> Iterator[int]:
    """Lines outside the shell that reach for a clock, a socket, a thread or randomness."""
    if is_shell(source):
        return
    yield from (
        i.line for i in imports(source) if i.top in WORLD and (i.module, i.name) != ("random", "Random")
    )
    attributes = [node for node in ast.walk(source.tree) if isinstance(node, ast.Attribute)]
    yield from (node.lineno for node in attributes if reads_clock(node))


def reads_clock(node: ast.Attribute) -> bool:
    owner = node.value.id if isinstance(node.value, ast.Name) else ""
    return owner in {"datetime", "date"} and node.attr in {"now", "utcnow", "today"}


def foreign(source: Source) -> Iterator[Import]:
    """Imports from outside the project and the standard library."""
    own = {*ROOMS, "tests", *sys.stdlib_module_names}
    return (found for found in imports(source) if found.top not in own)


def declared() -> dict[str, set[str]]:
    """Top-level modules of the declared dependencies, by extra; the product's own under the empty name."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    lists = {"": project["dependencies"], **project["optional-dependencies"]}
    return {extra: {module for line in lines for module in modules(line)} for extra, lines in lists.items()}


def modules(requirement: str) -> tuple[str, ...]:
    name = requirement.split(";")[0].split("[")[0].split(">")[0].split("=")[0].strip()
    return IMPORTED_AS.get(name, (name.replace("-", "_"),))


def test_no_import_goes_through_a_wall() -> None:
    wrong = [f"{s.path}:{i.line} {i.module}" for s in sources() for i in imports(s) if is_wall(s.room, i)]
    assert not wrong


def test_only_the_shell_touches_the_world() -> None:
    assert not [f"{source.path}:{line}" for source in sources() for line in touches_world(source)]


def test_every_dependency_is_declared() -> None:
    extras = declared()
    product = set().union(*(found for extra, found in extras.items() if extra != "test"))
    everything = product | extras["test"]
    wrong = [
        f"{source.path}:{found.line} {found.module}"
        for source in sources()
        for found in foreign(source)
        if found.top not in (everything if source.room == "tests" else product)
    ]
    assert not wrong


def test_tests_do_not_sleep() -> None:
    assert not [f"{s.path}:{line}" for s in sources() if s.room == "tests" for line in sleeps(s)]


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("from time import sleep", [1]),
        ("import time\ntime.sleep(5)", [2]),
        ("import asyncio\nasyncio.sleep(5)", []),
    ],
)
def test_a_sleep_is_seen(text: str, lines: list[int]) -> None:
    assert list(sleeps(Source.of("tests/x.py", text))) == lines


def sleeps(source: Source) -> Iterator[int]:
    """Lines that wait for real; `asyncio.sleep` is virtual in the lab."""
    yield from (found.line for found in imports(source) if found.name == "sleep")
    attributes = [node for node in ast.walk(source.tree) if isinstance(node, ast.Attribute)]
    yield from (node.lineno for node in attributes if ast.unparse(node) == "time.sleep")


def test_nothing_else_lies_beside_the_rooms() -> None:
    beside = {entry.name for entry in ROOT.iterdir()}
    made = {name for name in beside if name in MADE or name.endswith((".egg-info", ".pcap", ".faults.json"))}
    assert beside - made <= TOP


def test_every_room_is_there() -> None:
    assert {room for room in ROOMS if (ROOT / room / "__init__.py").exists()} == set(ROOMS)


@pytest.mark.parametrize(
    ("path", "line", "wall"),
    [
        ("mapstack/x.py", "import sipbridge", True),
        ("mapstack/x.py", "from ipsmgw.identity import Imsi", True),
        ("mapstack/x.py", "from mapstack.flow import Flow", False),
        ("mapstack/tcap/x.py", "from .. import flow", False),
        ("mapstack/x.py", "from .. import lab", False),
        ("sipbridge/x.py", "from tests.house import source", True),
        ("ipsmgw/x.py", "from mapstack import MapStack", False),
        ("ipsmgw/x.py", "import lab.carrier", True),
        ("lab/x.py", "from ipsmgw.settings import Settings", False),
        ("lab/x.py", "from ipsmgw import trace", False),
        ("lab/x.py", "from ipsmgw import store", True),
        ("lab/x.py", "import ipsmgw", True),
        ("lab/x.py", "import ipsmgw.procedures.mo", True),
        ("tests/x.py", "import ipsmgw.procedures.mo", False),
    ],
)
def test_the_wall_stands_where_it_should(path: str, line: str, wall: bool) -> None:
    source = Source.of(path, line)
    assert [is_wall(source.room, found) for found in imports(source)] == [wall]


@pytest.mark.parametrize(
    ("path", "text", "lines"),
    [
        ("mapstack/x.py", "import time", [1]),
        ("mapstack/x.py", "from random import Random", []),
        ("mapstack/x.py", "from random import choice", [1]),
        ("mapstack/x.py", "import random", [1]),
        ("mapstack/transport/tcp.py", "import asyncio", []),
        ("sipbridge/transport.py", "import socket", []),
        ("msgin5g_bridge/x.py", "from datetime import datetime\nx = datetime.now()", [2]),
        ("ipsmgw/procedures/mo.py", "\nimport logging", [2]),
        ("ipsmgw/gateway.py", "import logging", []),
        ("lab/clock.py", "import time", []),
    ],
)
def test_the_world_is_seen_where_it_is_touched(path: str, text: str, lines: list[int]) -> None:
    assert list(touches_world(Source.of(path, text))) == lines
