"""The domains that a short message goes by, and which a phone takes (TS 23.204 §6.5a, TS 27.007 §10.1.21)."""

from enum import Enum

__all__ = ["DOMAIN_OF", "RADIO", "Domain", "Service"]


class Domain(Enum):
    """In the order in which they are tried (TR 23.804 §8.5, step 7)."""

    IMS = "ims"
    PS = "ps"
    CS = "cs"


DOMAIN_OF = {"msc": Domain.CS, "sgsn": Domain.PS}
"""By the node that serves it."""

RADIO = (Domain.CS, Domain.PS)
"""Those that a phone attaches to: their messages go over the air interface (TS 24.011)."""


class Service(Enum):
    """Which domain MO takes outside of the IMS, in order: the service of +CGSMS."""

    PS_ONLY = (Domain.PS,)
    CS_ONLY = (Domain.CS,)
    PS_PREFERRED = (Domain.PS, Domain.CS)
    CS_PREFERRED = (Domain.CS, Domain.PS)
