"""Every setting may be something else, alone and with all others, and somebody asks for it."""

import ast
import re
import signal
import tomllib
from collections.abc import Callable, Iterator, Mapping
from copy import deepcopy
from pathlib import Path
from types import NoneType
from typing import Annotated, Literal, get_args, get_origin

import msgspec
import pytest
from msgspec import Meta
from typer.testing import CliRunner

from ipsmgw.cli.commands import app
from ipsmgw.settings import BadSettings, parse
from tests.house.source import sources
from tests.ipsmgw.broken import Table, broken, paths, toml
from tests.ipsmgw.cli.test_run import end, running, write
from tests.ipsmgw.cli.test_run import table as where
from tests.ipsmgw.test_settings import EXAMPLE, keys

TABLE: Table = tomllib.loads(EXAMPLE.read_text("utf-8"))
WRITTEN = keys(TABLE)

# What cannot be made from the type.
OTHERS: Mapping[str, object] = {
    "sip.also": ["tcp:192.0.2.19:5062"],
    "sip.scscf": ["192.0.2.20:5060", "scscf.ims.example"],
    "sip.route": "sip:192.0.2.21",
    "sip.tls.certificate": "own.pem",
    "sip.tls.key": "key.pem",
    "sip.tls.authorities": "authorities.pem",
    "map.handshake[].prefix": "44",
    "map.association[].grants": ["7"],
    "map.association[].server[].key_originating": ["1024/4"],
    "map.sccp.subsystems": [6, 7],
    "direct.transports": ["udp", "tcp"],
    "direct.algorithms": ["AKAv2-SHA-256", "AKAv1-MD5"],
    "dns.servers": ["192.0.2.53"],
    "map.subscriber[].order": ["cs", "ims"],
    "routing.order": ["cs", "ims"],
    "routing.large_order": ["ps"],
    "routing.avoid": ["equipmentProtocolError"],
    "routing.home_plmn": "23415",
    "numbers[].international_prefixes": ["00", "011"],
    "service_centre.named_in": ["request-uri"],
    "service_centre.allowed": ["4477"],
    "journal.formats": ["jsonl"],
    "map.msisdn_file": "/dev/null",
    "msgin5g.pool": ["15559001"],
    "msgin5g.welcome": "Welcome",
    "msgin5g.sender": "Meters",
    "msgin5g.tls.certificate": "own.pem",
    "msgin5g.tls.key": "key.pem",
    "msgin5g.tls.authorities": "authorities.pem",
    "msgin5g.tls.names": ["server.example"],
    "msgin5g.subscriber[].domains": ["sc"],
    "msgin5g.smpp.local": "127.0.0.1",
    "msgin5g.smpp.system_type": "m2m",
    "msgin5g.smpp.address_range": "^4477",
    "msgin5g.smpp.domains": ["sc"],
    "msgin5g.smpp.avoid": ["callBarred"],
    "msgin5g.smpp.service_type": "CMT",
    "msgin5g.smpp.tls.certificate": "own.pem",
    "msgin5g.smpp.tls.key": "key.pem",
    "msgin5g.smpp.tls.authorities": "authorities.pem",
    "msgin5g.smpp.tls.name": "sc.example",
    "msgin5g.token.secret": "theirs",
    "msgin5g.token.audience": "us",
    "web.token": "a-token-that-nobody-guesses",
    "web.tls.certificate": "own.pem",
    "web.tls.key": "key.pem",
    "msgin5g.coap.key[].context": "03",
    "msgin5g.n3g.certificate": "own.pem",
    "msgin5g.n3g.key": "key.pem",
}

# What goes with it.
_TLS = ("sip.tls.certificate", "sip.tls.key", "sip.tls.authorities")
_WEB_TLS = ("web.tls.certificate", "web.tls.key")
ALONG: Mapping[str, tuple[str, ...]] = {
    "sip.route_always": ("sip.route",),
    **dict.fromkeys(_TLS, _TLS),
    **dict.fromkeys(_WEB_TLS, _WEB_TLS),
    "direct.enabled": ("direct.transports",),
    "map.subscriber[].order": ("procedures",),
    "routing.large": ("routing.large_order",),
    "routing.large_order": ("routing.large",),
}

SECTIONS = ("timers", "limits", "sip.timers", "sip.connections", "map.m3ua", "map.sccp")

# Of an SGP, of an address that has nothing else, and a file: tests of their own see to them. Whoever is in
# the MSGin5G service has either REST or CoAP.
APART = {"map.association[].blocked", "map.address[].answers", "msgin5g.token.key", "msgin5g.enabled"}


def other(path: str, kind: object) -> object:
    """A legal value that the example has not."""
    if path in OTHERS:
        return OTHERS[path]
    return _other(_bare(kind), WRITTEN[path], path)


def _bare(kind: object) -> object:
    """Without None."""
    parts = [part for part in get_args(kind) if part is not NoneType]
    return parts[0] if NoneType in get_args(kind) else kind


def _other(kind: object, now: object, path: str) -> object:
    if get_origin(kind) is Annotated:
        kind, *facts = get_args(kind)
        (meta,) = (fact for fact in facts if isinstance(fact, Meta))
        if isinstance(now, int | float):
            return now + 1 if meta.le is None or now < meta.le else now - 1
    if get_origin(kind) is Literal:
        return next(word for word in get_args(kind) if word != now)
    if isinstance(now, bool):
        return not now
    if isinstance(now, str) and now[-1:].isdigit():
        return now[:-1] + str((int(now[-1]) + 1) % 10)
    if isinstance(now, str) and now:
        return now + "x"
    raise LookupError(f"OTHERS wants a legal value for {path}")


def changed(*chosen: str) -> Iterator[Table]:
    """The example with other values for these, once for each place that the first of them has."""
    fields = dict(paths())
    for place in range(len(places(TABLE, chosen[0]))):
        table = deepcopy(TABLE)
        for path in chosen:
            found = places(table, path)
            found[min(place, len(found) - 1)][path.rpartition(".")[2]] = other(path, fields[path].type)
        yield table


def places(table: Table, path: str) -> list[Table]:
    """Every table of the example that has this key."""
    name, _, rest = path.partition(".")
    if not rest:
        return [table] if name in table else []
    inner = table.get(name.removesuffix("[]"), [])
    tables = [each for each in (inner if isinstance(inner, list) else [inner]) if isinstance(each, dict)]
    return [found for each in tables for found in places(each, rest)]


def only_as_usual() -> list[str]:
    """Settings that the example leaves everywhere at their defaults, and that do not turn others off."""
    defaults = [path for path, field in paths() if field.default not in (msgspec.NODEFAULT, None)]
    return [path for path in defaults if usual(path) and path not in APART]


def usual(path: str) -> bool:
    return all(table[path.rpartition(".")[2]] == WRITTEN[path] for table in places(TABLE, path))


@pytest.mark.parametrize("path", only_as_usual())
def test_a_setting_may_be_something_else(path: str) -> None:
    along = ALONG.get(path, ()) + ("procedures",) * path.startswith("routing.")
    said = [faults(table) for table in changed(path, *along)]
    assert () in said, said


def faults(table: Table) -> tuple[str, ...]:
    try:
        parse(toml(table))
    except BadSettings as bad:
        return bad.faults
    return ()


def over_rest(table: Table) -> None:
    within(table, "msgin5g")["enabled"] = True
    del within(table, "msgin5g")["coap"]


def over_coap(table: Table) -> None:
    """With what an MSGin5G Server has no use for then."""
    section = within(table, "msgin5g")
    section["server"], section["enabled"] = "coap://192.0.2.40", True
    for name in ("target_uri", "tls", "token"):
        del section[name]


@pytest.mark.parametrize("server", [over_rest, over_coap])
def test_all_of_them_may_be_something_else_at_once(server: Callable[[Table], None], tmp_path: Path) -> None:
    table = deepcopy(TABLE)
    server(table)
    fields = dict(paths())
    for path in set(only_as_usual()) - {"service_centre.allowed"}:  # none is, where all are forced to one
        for found in places(table, path):
            found[path.rpartition(".")[2]] = other(path, fields[path].type)
    file = tmp_path / "gateway.toml"
    file.write_text(toml(table))
    done = CliRunner().invoke(app, ["check", str(file)])
    assert (done.exit_code, done.output.split(": ")[1]) == (0, "ok"), done.output


def test_all_that_is_wrong_in_a_file_is_said_in_one_go(tmp_path: Path) -> None:
    table = deepcopy(TABLE)
    wrong = {case.path for case in broken() if case.said not in ("missing", "unknown key")}
    leaves = [path for path, _ in paths() if path.replace("[]", "[0]") in wrong]
    for path in leaves:
        for found in places(table, path):
            found[path.rpartition(".")[2]] = {"a": 1}
        places(table, path)[0]["nonsense"] = 1
    file = tmp_path / "gateway.toml"
    file.write_text(toml(table))
    done = CliRunner().invoke(app, ["check", str(file)])
    assert done.exit_code == 2
    said = [line.split(": ") for line in done.output.splitlines()]
    assert {len(line) for line in said} <= {3, 4}
    assert all(line[0] == str(file) for line in said)
    told = {re.sub(r"\[\d+\]", "[]", line[1]) for line in said}
    assert told >= set(leaves)


@pytest.mark.wire
def test_a_gateway_runs_with_other_timers_and_bounds(tmp_path: Path) -> None:
    settings, fields = where(tmp_path), dict(paths())
    for path in only_as_usual():
        section, _, key = path.rpartition(".")
        if section in SECTIONS:
            within(settings, section)[key] = other(path, fields[path].type)
    with running(write(tmp_path, settings)) as (process, said):
        assert said[0].startswith("SIP: udp ")
        assert end(process, signal.SIGTERM) == (0, "", "")


def within(table: Table, section: str) -> Table:
    for name in section.split("."):
        inner = table.setdefault(name, {})
        assert isinstance(inner, dict)
        table = inner
    return table


def test_something_asks_for_every_setting() -> None:
    """A section that is handed on whole is asked for by the stack that has the same words."""
    asked = {
        node.attr
        for source in sources()
        if source.room in ("ipsmgw", "sipbridge", "mapstack")
        for node in ast.walk(source.tree)
        if isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Load)
    }
    assert [path for path, _ in paths() if path.rpartition(".")[2] not in asked] == []
