"""The gateway's page and JSON API: where they listen, whom they answer, and what they show."""

from collections.abc import Iterator
from ipaddress import ip_address
from typing import Annotated

from msgspec import Meta

from ipsmgw.section import Address, Fault, Section

__all__ = ["WebSection", "WebTls", "is_loopback", "web_faults"]

_SHORTEST = 16  # characters of a token that nobody guesses


class WebTls(Section, frozen=True, kw_only=True):
    certificate: str = ""
    """PEM file: ours, and what leads from it to an authority."""
    key: str = ""
    """PEM file: of that certificate."""


class WebSection(Section, frozen=True, kw_only=True):
    listen: Address | None = None
    token: str = ""
    """What whoever asks has to show (RFC 6750); nothing: nobody is asked."""
    tls: WebTls = WebTls()
    contents: bool = False
    """Whether the texts of messages are shown, and the octets that they are in."""
    clients: Annotated[int, Meta(ge=1, le=1000)] = 16
    """Pages that may follow what happens at the same time."""
    queue: Annotated[int, Meta(ge=1, le=100_000)] = 2_000
    """PDUs that one of them may be behind; what is more is not told to it, but how many they were."""


def web_faults(section: WebSection) -> Iterator[Fault]:
    """What may be seen from elsewhere wants a token, and TLS that nobody reads it on the way."""
    tls = section.tls
    if bool(tls.certificate) != bool(tls.key):
        missing = "key" if tls.certificate else "certificate"
        yield f"web.tls.{missing}", "certificate and key are wanted, or none of them"
    if section.token and not _is_token(section.token):
        yield "web.token", f"at least {_SHORTEST} letters, digits, or any of -._~+/ are wanted"
    if section.listen is None or is_loopback(section.listen.host):
        return
    if not section.token:
        yield "web.token", f"{section.listen} is no loopback address: who asks must have to show a token"
    if not tls.certificate:
        yield (
            "web.tls.certificate",
            f"{section.listen} is no loopback address: TLS is wanted, a certificate and its key",
        )


def is_loopback(host: str) -> bool:
    """Whether only this machine reaches it."""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


def _is_token(token: str) -> bool:
    """As RFC 6750 §2.1 writes them."""
    plain = token.rstrip("=")
    return len(token) >= _SHORTEST and all(
        char.isascii() and (char.isalnum() or char in "-._~+/") for char in plain
    )
