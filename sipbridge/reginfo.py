"""Writing reginfo documents (RFC 3680 §5)."""

from xml.sax.saxutils import escape, quoteattr

from sipbridge.reg_event import ContactState, RegistrationState

__all__ = ["write_reginfo"]

_SMSIP = '<unknown-param name="+g.3gpp.smsip"/>'


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
    head = f"id={quoteattr(one.id)} state={quoteattr(one.state)} event={quoteattr(one.event)}"
    left = "" if one.expires is None else f' expires="{one.expires}"'
    return f"    <contact {head}{left}><uri>{escape(one.uri)}</uri>{_SMSIP if one.smsip else ''}</contact>\n"
