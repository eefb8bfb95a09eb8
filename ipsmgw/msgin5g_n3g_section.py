"""The section of non-3GPP UEs that speak JSON lines with this gateway (TS 23.554 §5.2)."""

from collections.abc import Iterator
from typing import Annotated

from msgspec import Meta

from ipsmgw.section import Address, Fault, Section
from ipsmgw.smpp import SessionSpec, TlsFiles
from msgin5g_bridge.line_stack import LineSettings
from msgin5g_bridge.lines import LineFramer

__all__ = ["Msgin5gN3g", "Msgin5gN3gUe", "line_settings", "line_spec", "n3g_faults"]

Seconds = Annotated[float, Meta(gt=0, le=86_400)]
Count = Annotated[int, Meta(ge=1, le=1_000_000)]


class Msgin5gN3gUe(Section, frozen=True, kw_only=True):
    name: Annotated[str, Meta(pattern=r"^[A-Za-z_]\S{0,127}$")]
    """As it says hello, and its Private ID; it begins with a letter."""
    secret: Annotated[str, Meta(min_length=8)]
    """The credential of its hello."""
    service_id: str | None = None
    """Its UE Service ID; nothing: it is provisioned."""
    credential: str | None = None
    """By which the server knows that its registration is in order; nothing: msgin5g.credential."""


class Msgin5gN3g(Section, frozen=True, kw_only=True):
    listen: Address | None = None
    """Where UEs connect; nothing: there are none."""
    service_id: str | None = None
    """MGW Service ID of this gateway for them; nothing: msgin5g.service_id."""
    ue: tuple[Msgin5gN3gUe, ...] = ()
    certificate: str = ""
    """PEM file: ours; nothing: no TLS."""
    key: str = ""
    longest: Annotated[int, Meta(ge=256, le=1_048_576)] = 65_536
    """Octets of a line."""
    hello: Seconds = 10.0
    """How long a connection may be without one."""
    idle: Seconds = 300.0
    """How long a UE may say nothing."""
    ack: Seconds = 30.0
    """How long an acknowledgement may take."""
    connections: Count = 1_000
    rate: Annotated[float, Meta(ge=0, le=1_000_000)] = 0.0
    """Lines a second of one connection; 0: any number."""
    burst: Count = 100
    faults: Count = 10
    """Lines of one connection that cannot be read, until it is ended."""
    waiting: Count = 1_000
    """Messages of UEs that wait for the server."""


def line_settings(section: Msgin5gN3g) -> LineSettings:
    """As the stack is told them."""
    return LineSettings(
        longest=section.longest,
        hello=section.hello,
        idle=section.idle,
        ack=section.ack,
        connections=section.connections,
        rate=section.rate,
        burst=section.burst,
        faults=section.faults,
    )


def line_spec(section: Msgin5gN3g) -> SessionSpec:
    """The socket."""
    assert section.listen is not None, "nobody listens"
    tls = TlsFiles("", section.certificate, section.key, "") if section.certificate else None
    most = section.longest
    return SessionSpec(
        section.listen.pair(), tls=tls, framer=lambda: LineFramer(most), protocol="json", where="msgin5g.n3g"
    )


def n3g_faults(section: Msgin5gN3g) -> Iterator[Fault]:
    """What no type can say."""
    if section.listen is None:
        if section.ue:
            yield "msgin5g.n3g.listen", "host:port is wanted: where do its UEs connect?"
        return
    if bool(section.certificate) != bool(section.key):
        yield "msgin5g.n3g", "certificate and key are wanted, both or neither"
    seen: set[str] = set()
    for i, one in enumerate(section.ue):
        if one.name in seen:
            yield f"msgin5g.n3g.ue[{i}].name", f"{one.name} is there twice"
        seen.add(one.name)
