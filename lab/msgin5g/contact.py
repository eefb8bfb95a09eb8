"""Who speaks to the server, over which reference point and from where (TS 23.554 clause 5)."""

from enum import Enum
from typing import NamedTuple

__all__ = ["GATEWAYS", "Contact", "Leg", "Peer", "domain_of", "host_of"]


class Leg(Enum):
    """A reference point, by its name."""

    CLIENT = "MSGin5G-1"
    L3G = "MSGin5G-2"
    AS = "MSGin5G-3"
    N3G = "MSGin5G-4"
    BMG = "MSGin5G-7"
    SERVER = "MSGin5G-8"
    SEAL = "SEAL-S"


GATEWAYS = (Leg.L3G, Leg.N3G)
"""Whose UEs know nothing of MSGin5G."""


class Contact(NamedTuple):
    """Where somebody is reached: coap://host:port, or the apiRoot of a REST peer."""

    leg: Leg
    address: str
    identity: str = ""
    """Whose key protects what is said to him."""


class Peer(NamedTuple):
    """Who asks: the reference point, the host or apiRoot as far as it is known, and what it has proved."""

    leg: Leg
    address: str = ""
    identity: str = ""
    """UE Service ID of an OSCORE key, client of an OAuth2 token, name of a certificate; none: not proved."""
    secure: bool = False
    """Whether nobody else can read or write what it says."""


def host_of(uri: str) -> str:
    """Of scheme://host:port, with or without the port."""
    authority = uri.partition("://")[2].partition("/")[0]
    host, _, port = authority.rpartition(":")
    return host if port.isdecimal() else authority


def domain_of(svc_id: str) -> str:
    """[LAB] What stands after the last @."""
    return svc_id.rpartition("@")[2]
