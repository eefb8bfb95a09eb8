"""Writing reginfo documents (RFC 3680 §5)."""

import re
from xml.sax.saxutils import escape, quoteattr

from sipbridge.reg_event import ContactState, RegistrationState

__all__ = ["write_reginfo"]

_SMSIP = '<unknown-param name="+g.3gpp.smsip"/>'

_NOT_XML = re.compile("[^\\t\\n\\r\\x20-\\ud7ff\\ue000-\\ufffd\\U00010000-\\U0010ffff]")  # XML 1.0 §2.2
"""What a phone may write, with escapes, into the user part of its contact."""


def write_reginfo(version: int, registrations: tuple[RegistrationState, ...]) -> bytes:
    """All that there is, as one document."""
    body = "".join(map(_registration, registrations))
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        f'<reginfo xmlns="urn:ietf:params:xml:ns:reginfo" version="{version}" state="full">\n'
        f"{body}</reginfo>\n"
    ).encode()


def _registration(one: RegistrationState) -> str:
    contacts = "".join(map(_contact, one.contacts))
    head = f"aor={quoteattr(one.aor)} id={quoteattr(one.id)} state={quoteattr(one.state)}"
    return f"  <registration {head}>\n{contacts}  </registration>\n"


def _contact(one: ContactState) -> str:
    own = _NOT_XML.sub("?", one.id)
    head = f"id={quoteattr(own)} state={quoteattr(one.state)} event={quoteattr(one.event)}"
    left = "" if one.expires is None else f' expires="{one.expires}"'
    return f"    <contact {head}{left}><uri>{escape(one.uri)}</uri>{_SMSIP if one.smsip else ''}</contact>\n"
