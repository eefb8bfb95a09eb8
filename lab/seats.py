"""Where the elements of a carrier are: played by the lab, somebody else's at an address, or absent."""

from dataclasses import dataclass
from enum import Enum

__all__ = ["Place", "Seat", "Stp"]


class Place(Enum):
    """Who plays an element."""

    HERE = "here"
    EXTERNAL = "external"
    ABSENT = "absent"


@dataclass(frozen=True, slots=True, kw_only=True)
class Seat:
    """One element, by its name or a phone's; what it leaves open follows from the number of the network."""

    node: str
    place: Place = Place.HERE
    host: str = ""
    sip_port: int | None = None
    m3ua_port: int | None = None
    """Where it listens."""
    from_port: int | None = None
    """Where it connects from, if it is external; any port if left open."""
    point_code: int | None = None
    routing_context: int | None = None
    """Of its application server; its point code if left open."""
    role: str = ""
    """On its associations with ours: asp or sgp; whoever is the ASP connects."""
    transport: str = ""
    """Of its associations: tcp or sctp."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stp:
    """A signalling transfer point between all of them: everybody is an ASP of it, of an AS of his own."""

    address: tuple[str, int]
    transport: str = "sctp"
    first_port: int = 3001
    """Of an element's associations, one for each peer; so the STP can tell them apart."""
