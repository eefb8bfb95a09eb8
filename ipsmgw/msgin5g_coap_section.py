"""The section of an MSGin5G Server that is spoken to over CoAP: MSGin5G-1 and -6 (TS 24.538, RFC 7252)."""

from collections.abc import Iterator
from ipaddress import ip_address
from pathlib import Path
from typing import Annotated

from msgspec import Meta

from ipsmgw.section import Address, Fault, Section
from msgin5g_bridge import DecodeError
from msgin5g_bridge.exchange import split_coap

__all__ = ["Msgin5gCoap", "Msgin5gCoapKey", "coap_faults", "endpoint"]

Hex = Annotated[str, Meta(pattern="^([0-9a-fA-F]{2})*$")]
_LONGEST_ID = 7  # RFC 8613 §3.3: the nonce of AES-CCM-16-64-128 has no room for more


class Msgin5gCoapKey(Section, frozen=True, kw_only=True):
    service_id: str
    """UE Service ID whose requests it protects, of a phone or of gateway_ue."""
    secret: Annotated[str, Meta(pattern="^([0-9a-fA-F]{2}){16,64}$")]
    """OSCORE Master Secret."""
    sender_id: Hex
    """Ours; the server's Recipient ID."""
    recipient_id: Hex
    context: Hex = ""
    """ID Context; needed where keys have the same recipient_id."""


class Msgin5gCoap(Section, frozen=True, kw_only=True):
    gateway_ue: str | None = None
    """UE Service ID of this gateway, as an MSGin5G Gateway UE: phones are registered by it, in bulk where
    there are many, and its key is everybody's. Nothing: each phone is a UE of its own.
    """
    credential: str | None = None
    """Of gateway_ue."""
    max_segment: Annotated[int, Meta(ge=0, le=1_048_576)] = 0
    """What a phone takes in one segment, as the server is told it; 0: as it likes."""
    recoveries: Annotated[int, Meta(ge=0, le=100)] = 2
    """How often missing segments are asked for."""
    sent: Annotated[int, Meta(ge=1, le=1_000_000)] = 1_000
    """Messages whose segments are kept, in case the server asks for one again."""
    ack_timeout: Annotated[float, Meta(gt=0, le=60)] = 2.0
    max_retransmit: Annotated[int, Meta(ge=0, le=20)] = 4
    """RFC 7252 §4.8."""
    at_once: Annotated[int, Meta(ge=1, le=1_000)] = 1
    """Requests to the server: NSTART (RFC 7252 §4.7)."""
    wait: Annotated[float, Meta(gt=0, le=3_600)] = 100.0
    """How long the server may take with anything but the message of a phone."""
    folder: str = "var/oscore"
    """Where the sequence numbers of the keys are: nobody else may use it."""
    key: tuple[Msgin5gCoapKey, ...] = ()

    def speaker(self, service_id: str) -> str:
        """Whose key protects what this UE says; nothing: none does."""
        named = self.gateway_ue or service_id
        return named if any(each.service_id == named for each in self.key) else ""


def endpoint(server: str) -> str:
    """coap://host:port, with the port that goes without saying."""
    host, port = split_coap(server)
    return f"coap://[{host}]:{port}" if ":" in host else f"coap://{host}:{port}"


def coap_faults(section: Msgin5gCoap, server: str, listen: Address | None) -> Iterator[Fault]:
    """What no type can say; `server` begins with coap."""
    try:
        host, _ = split_coap(server)
    except DecodeError as fault:
        yield "msgin5g.server", f"{fault.reason}; OSCORE protects, and neither DTLS nor TCP is there"
        return
    if not section.key and not _is_address(host):
        yield "msgin5g.server", f"an address is wanted, got {host}: without keys the server is known by it"
    if listen is not None and (not _is_address(listen.host) or ip_address(listen.host).is_unspecified):
        yield "msgin5g.listen", f"a certain address is wanted, got {listen.host}: CoAP answers from it"
    if section.key and section.gateway_ue and not section.speaker(""):
        yield "msgin5g.coap.gateway_ue", f"there is no key of {section.gateway_ue}"
    yield from _key_faults(section)


def _key_faults(section: Msgin5gCoap) -> Iterator[Fault]:
    if section.key and Path(section.folder).is_file():
        yield "msgin5g.coap.folder", f"{section.folder} is a file"
    names: set[str] = set()
    heard: set[tuple[str, str]] = set()
    for i, key in enumerate(section.key):
        where, met = f"msgin5g.coap.key[{i}]", (key.recipient_id.lower(), key.context.lower())
        if key.service_id in names:
            yield f"{where}.service_id", f"{key.service_id} has a key already"
        if met in heard:
            yield f"{where}.recipient_id", "another key has the same, and the same context"
        if key.sender_id.lower() == key.recipient_id.lower():
            yield f"{where}.sender_id", "it is that of the server too: both ends want one of their own"
        ids = {"sender_id": key.sender_id, "recipient_id": key.recipient_id}
        for name in (each for each, id_ in ids.items() if len(id_) > 2 * _LONGEST_ID):
            yield f"{where}.{name}", f"at most {_LONGEST_ID} octets are wanted"
        names.add(key.service_id)
        heard.add(met)


def _is_address(host: str) -> bool:
    try:
        ip_address(host)
    except ValueError:
        return False
    return True
