"""What the MSGin5G service knows of a phone: its UE Service ID, and its registration (TS 23.554 §8.2)."""

from ipsmgw.store.rows import Row

__all__ = ["Enrolment"]


class Enrolment(Row, frozen=True, kw_only=True):
    """One subscriber; the key is his IMSI."""

    svc_id: str = ""
    """UE Service ID; nothing: he is not provisioned."""
    seg_size: int = 0
    """Octets of a segment towards the server, as it was provisioned; 0: the usual."""
    cred: str = ""
    """As it was provisioned; nothing: the configuration has it."""
    registered: bool = False
    registration: str = ""
    """Its registrationId at the server."""
    msisdn: str = ""
    """By which the service centre reaches him, as he was last registered in the IMS."""
    welcomed: bool = False
    """Whether he has been told of the service."""
