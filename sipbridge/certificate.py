"""Whom a certificate names, for SIP (RFC 5922 §7.1, §7.2)."""

from ipaddress import ip_address
from typing import NamedTuple

from sipbridge.errors import DecodeError
from sipbridge.uri import SipUri, parse_uri

__all__ = ["Certificate", "names_of"]

Pairs = tuple[tuple[str, str], ...]


class Certificate(NamedTuple):
    """What of a verified certificate matters: its subject, and its alternative names."""

    subject: Pairs = ()
    alternative: Pairs = ()


def names_of(certificate: Certificate) -> tuple[str, ...]:
    """Domains and addresses, in lower case: from SIP URIs, then DNS names, then IP addresses.

    The common name counts only where there is no alternative name at all, and a wildcard never (§7.2).
    """
    alternative = certificate.alternative
    uris = [_domain(value) for kind, value in alternative if kind == "URI"]
    dns = [value.lower().rstrip(".") for kind, value in alternative if kind == "DNS"]
    addresses = [_address(value) for kind, value in alternative if kind == "IP Address"]
    found = [*uris, *dns, *addresses]
    if not alternative:
        found = [value.lower() for kind, value in certificate.subject if kind == "commonName"]
    return tuple(dict.fromkeys(name for name in found if name and "*" not in name))


def _domain(value: str) -> str:
    """The host of a SIP URI without a user: one with a user names a person, not a domain (§7.1)."""
    try:
        uri = parse_uri(value)
    except DecodeError:
        return ""
    return uri.host.strip("[]") if isinstance(uri, SipUri) and not uri.user else ""


def _address(value: str) -> str:
    try:
        return str(ip_address(value.strip()))
    except ValueError:
        return ""
