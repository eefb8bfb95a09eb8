"""The SM-SC by which phones outside of the IMS are in the MSGin5G service: we are its ESME (SMPP v3.4)."""

from collections.abc import Iterator
from difflib import get_close_matches
from typing import Annotated, Literal

from msgspec import Meta

from ipsmgw.cause import Cause
from ipsmgw.section import Address, Fault, Section
from ipsmgw.smpp import SessionSpec, SmppSettings, TlsFiles

__all__ = ["Msgin5gSmpp", "Way", "session_spec", "smpp_faults", "smpp_settings"]

Way = Literal["ims", "sc"]
"""The IMS, or the service centre, which finds a phone in CS and PS."""

_Seconds = Annotated[float, Meta(gt=0, le=86_400)]
_Octet = Annotated[int, Meta(ge=0, le=255)]
_LOSS = 5.0
"""Seconds more than a refused bind waits for the next one, in which the connection may stand unbound."""


class Msgin5gSmppTls(Section, frozen=True, kw_only=True):
    enabled: bool = False
    authorities: str = ""
    """PEM file: those whose certificates are believed; nothing: those of the system."""
    certificate: str = ""
    """PEM file: ours, where the service centre wants one."""
    key: str = ""
    name: str = ""
    """What its certificate has to be for; nothing: the host of `server`."""


class Msgin5gSmppError(Section, frozen=True, kw_only=True):
    code: Annotated[str, Meta(min_length=1, max_length=3)]
    """As it stands behind err: in the text of a receipt."""
    cause: str
    """What it means, as charging records name it."""


class Msgin5gSmpp(Section, frozen=True, kw_only=True):
    server: Address | None = None
    """Where the service centre takes ESMEs; nothing: phones are reached over IMS only."""
    local: str = ""
    """Address that we connect from; nothing: any."""
    system_id: Annotated[str, Meta(max_length=15)] | None = None
    password: Annotated[str, Meta(max_length=8)] | None = None
    system_type: Annotated[str, Meta(max_length=12)] = ""
    address_range: Annotated[str, Meta(max_length=40)] = ""
    """Which destinations are routed to us, where the service centre asks for it (§5.2.7)."""
    bind: Literal["transceiver", "transmitter and receiver"] = "transceiver"
    domains: tuple[Way, ...] = ("ims", "sc")
    """By which ways phones are tried, in this order."""
    avoid: tuple[str, ...] = ()
    """Causes, as charging records name them, after which no other way is tried."""
    service_type: Annotated[str, Meta(max_length=5)] = ""
    source_ton: _Octet | None = None
    source_npi: _Octet | None = None
    """Nothing: as the number says."""
    destination_ton: _Octet = 1
    destination_npi: _Octet = 1
    window: Annotated[int, Meta(ge=1, le=1_000)] = 10
    """Messages of ours that may wait for their answer."""
    enquire_link: _Seconds = 30.0
    """After how long a silence the service centre is asked whether it is there."""
    response: _Seconds = 10.0
    """How long its answer may take."""
    connect: _Seconds = 10.0
    """How long a connection may take."""
    reconnect: _Seconds = 30.0
    """Longest wait before the next one; and after a refused bind."""
    throttled: _Seconds = 5.0
    """How long nothing is sent after ESME_RTHROTTLED or ESME_RMSGQFUL."""
    doubt: _Seconds = 30.0
    """How long a receipt may answer for a message whose answer was lost, before it is sent again."""
    late: _Seconds = 60.0
    """How long after the validity a receipt may come."""
    receipt_id: Literal["same", "decimal", "hexadecimal"] = "same"
    """How receipts write the message_id, where the answers write it the other way."""
    answer: Annotated[float, Meta(gt=0, le=30)] = 8.0
    """How long the MSGin5G Server may take with a message of a phone, for the service centre waits."""
    repeats: _Seconds = 600.0
    """How long a message of a phone that comes again counts as the same, where its answer may be lost."""
    error: tuple[Msgin5gSmppError, ...] = ()
    tls: Msgin5gSmppTls = Msgin5gSmppTls()

    @property
    def enabled(self) -> bool:
        return self.server is not None


def smpp_settings(section: Msgin5gSmpp) -> SmppSettings:
    """As the stack is told them."""
    return SmppSettings(
        session_init=section.reconnect + section.response + _LOSS,
        enquire_link=section.enquire_link,
        response=section.response,
        window=section.window,
    )


def session_spec(section: Msgin5gSmpp) -> SessionSpec:
    """The connection."""
    server = section.server
    assert server is not None
    tls = section.tls
    files = TlsFiles(tls.authorities, tls.certificate, tls.key, tls.name or server.host)
    return SessionSpec(
        (section.local, 0),
        server.pair(),
        within=section.connect,
        longest=section.reconnect,
        tls=files if tls.enabled else None,
    )


def smpp_faults(section: Msgin5gSmpp) -> Iterator[Fault]:
    """What no type can say of the section."""
    for i, name in enumerate(section.avoid):
        yield from _cause_faults(f"msgin5g.smpp.avoid[{i}]", name)
    for i, one in enumerate(section.error):
        yield from _cause_faults(f"msgin5g.smpp.error[{i}].cause", one.cause)
    if not section.enabled:
        return
    if not section.system_id:
        yield "msgin5g.smpp.system_id", "a name is wanted: who binds to the service centre?"
    if not section.domains:
        yield "msgin5g.smpp.domains", "at least one is wanted: ims, sc"
    if len(set(section.domains)) < len(section.domains):
        yield "msgin5g.smpp.domains", "each is there once"
    if bool(section.tls.certificate) != bool(section.tls.key):
        yield "msgin5g.smpp.tls", "certificate and key are wanted, both or neither"


def _cause_faults(where: str, name: str) -> Iterator[Fault]:
    known = [cause.cdr for cause in Cause]
    if name not in known:
        near = get_close_matches(name, known, 1)
        yield where, "no such cause" + (f"; is it {near[0]}?" if near else "")
