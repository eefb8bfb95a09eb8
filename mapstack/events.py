"""What the lower layers report besides messages: peers, associations, ASPs, ASs and destinations."""

from dataclasses import dataclass
from enum import Enum

from mapstack.flow import Flow
from mapstack.m3ua.application_server import AsState
from mapstack.m3ua.asp import AspState
from mapstack.m3ua.destination import DestinationState

__all__ = [
    "AsStateChanged",
    "AspStateChanged",
    "AssociationFailed",
    "DestinationStateChanged",
    "ManagementEvent",
    "ManagementKind",
    "ManagementNotified",
    "PeerMisbehaved",
    "UserPartUnavailable",
]


class ManagementKind(Enum):
    """Which message of management came (RFC 4666 §3.6, §3.8)."""

    ERR = "ERR"
    NTFY = "NTFY"
    REG_RSP = "REG RSP"
    DEREG_RSP = "DEREG RSP"


@dataclass(frozen=True, slots=True)
class PeerMisbehaved:
    """Octets that make no sense, or at the wrong time; answered on the wire where `layer` answers."""

    flow: Flow
    layer: str
    reason: str


@dataclass(frozen=True, slots=True)
class AspStateChanged:
    """The ASP on an association changed its state, in the AS that is named where there are several."""

    association: str
    old: AspState
    new: AspState
    application_server: str = ""


@dataclass(frozen=True, slots=True)
class AsStateChanged:
    """The application server at the other side of our SGP changed its state."""

    application_server: str
    old: AsState
    new: AsState


@dataclass(frozen=True, slots=True)
class AssociationFailed:
    """The peer is silent (RFC 4666 §4.3.4.6): the shell cuts the connection of `flow`."""

    flow: Flow
    association: str
    reason: str


@dataclass(frozen=True, slots=True)
class DestinationStateChanged:
    """How a point code can be reached: MTP-PAUSE, MTP-RESUME and MTP-STATUS (RFC 4666 §4.5, Q.701 §8)."""

    point_code: int
    state: DestinationState
    level: int = 0
    """Of its congestion; 0 where none was told."""


@dataclass(frozen=True, slots=True)
class UserPartUnavailable:
    """DUPU: a user part of a point code, `user`, is unavailable (RFC 4666 §3.4.5)."""

    point_code: int
    user: int
    cause: int
    """0 unknown, 1 unequipped, 2 inaccessible."""


@dataclass(frozen=True, slots=True)
class ManagementNotified:
    """ERR (`code`: the error code), NTFY (status type << 16 | information), or a result of RKM."""

    association: str
    kind: ManagementKind
    code: int
    text: str


ManagementEvent = (
    PeerMisbehaved
    | AspStateChanged
    | AsStateChanged
    | AssociationFailed
    | DestinationStateChanged
    | ManagementNotified
    | UserPartUnavailable
)
