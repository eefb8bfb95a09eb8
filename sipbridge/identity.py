"""P-Asserted-Identity (RFC 3325 §9.1), P-Associated-URI (RFC 7315 §4.1), P-Served-User (RFC 5502)."""

import re
from functools import lru_cache
from typing import NamedTuple

from sipbridge.errors import DecodeError
from sipbridge.header import split
from sipbridge.uri import parse_name_addr

__all__ = ["Asserted", "ServedUser", "asserted_identities", "associated_uris", "served_user"]

# The usual case: bracketed values without display name or parameters; anything else takes the long way.
_URI = rb"[!#-+\--;=?-~]+"  # as uri.NOT_IN_URI, and no comma
_PLAIN = re.compile(rb"[ \t]*<(sips?:%b)>[ \t]*(?:,[ \t]*<(tel:%b)>[ \t]*)?" % (_URI, _URI))
_IN_URI = bytes(octet for octet in range(128) if re.match(_URI, bytes((octet,))))
_SCHEMES = ("sip:", "sips:", "tel:")
_CACHED_LENGTH = 256


class Asserted(NamedTuple):
    """The identities that the S-CSCF vouches for: at most one sip or sips URI and one tel URI."""

    sip: str | None = None
    tel: str | None = None


class ServedUser(NamedTuple):
    """Whom the S-CSCF serves, in which session case and registration state (RFC 5502 §6)."""

    uri: str
    session_case: str = ""
    registration_state: str = ""


def asserted_identities(values: list[bytes]) -> Asserted:
    """Read the values of P-Asserted-Identity, each already split from the others or not."""
    if len(values) == 1 and len(values[0]) <= _CACHED_LENGTH:
        plain = _plain(values[0])
        if plain is not None:
            return plain
    sip_uri = tel_uri = None
    for uri in _uris(values):
        if uri[:4].lower() == "tel:":
            tel_uri = tel_uri or uri
        else:
            sip_uri = sip_uri or uri
    return Asserted(sip_uri, tel_uri)


@lru_cache(maxsize=16_384)
def _plain(value: bytes) -> Asserted | None:
    """The same few thousand senders write again and again."""
    bracketed = value.startswith(b"<sip:") and value.endswith(b">") and value != b"<sip:>"
    if bracketed and value.translate(None, _IN_URI) == b"<>":
        return Asserted(value[1:-1].decode(), None)
    found = _PLAIN.fullmatch(value)
    if found is None:
        return None
    sip, tel = found.groups()
    return Asserted(sip.decode("latin-1"), None if tel is None else tel.decode("latin-1"))


def associated_uris(values: list[bytes]) -> tuple[str, ...]:
    """The implicit set, also as Kamailio writes it: one pair of angle brackets round all of it."""
    return tuple(dict.fromkeys(_uris(values)))


def _uris(values: list[bytes]) -> list[str]:
    """Every URI of these values that can be read, in order; what cannot be read vouches for nobody."""
    found: list[str] = []
    for part in (part for value in values for part in _split_addresses(value)):
        try:
            uri = parse_name_addr(part).uri
        except DecodeError:
            continue
        # RFC 3325 §9.1 forbids parameters outside the brackets, so Kamailio's list is what a comma can mean.
        found.extend(
            uri for uri in (piece.strip() for piece in uri.split(",")) if uri.lower().startswith(_SCHEMES)
        )
    return found


def _split_addresses(value: bytes) -> list[bytes]:
    """Cut at commas outside quotes and brackets; spaces inside brackets, as Kamailio writes them, are
    dropped.
    """
    return [_BRACKETED.sub(lambda found: found[0].replace(b" ", b""), part) for part in split(value)]


_BRACKETED = re.compile(rb"<[^<>]*>$")


def served_user(value: bytes) -> ServedUser:
    """Read a P-Served-User value."""
    address = parse_name_addr(value)
    named = {name: text.decode("latin-1") for name, text in address.parameters.items()}
    return ServedUser(address.uri, named.get(b"sescase", ""), named.get(b"regstate", ""))
