"""An ASP in one AS, run by the ASPTM tables of `asp` (RFC 4666 §4.3.1)."""

from typing import TYPE_CHECKING, NamedTuple

from mapstack.errors import LocalError
from mapstack.events import AspStateChanged
from mapstack.m3ua.asp import ASPTM, AspState, Side, TrafficAction, TrafficInput
from mapstack.m3ua.settings import Role, Served

if TYPE_CHECKING:
    from mapstack.m3ua.asp_side import Asp
    from mapstack.m3ua.sgp import ApplicationServer
    from mapstack.m3ua.way import Way

__all__ = ["Change", "Member"]


class Member:
    """One ASP of one AS; an association carries as many as there are AS on it."""

    __slots__ = (
        "_transitions",
        "asp",
        "context",
        "dynamic",
        "name",
        "registered",
        "sent_before",
        "served",
        "server",
        "since",
        "state",
        "t_ack",
        "ways",
    )

    def __init__(self, served: Served, asp: "Asp", *, dynamic: bool = False) -> None:
        self.served = served
        self.asp = asp
        self.state = AspState.DOWN
        self.dynamic = dynamic
        """Its routing key was registered by the peer."""
        self.registered = True
        """False: it was, before the ASP went down; only its traffic waits for it to register again."""
        own = asp.side is Side.NEAR and asp.peer.settings.role is Role.IPSP_DOUBLE
        self.context = served.own_context if own else served.routing_context
        self.name = f"AS {asp.own_point_code}" if own else served.server
        """What its AS is called."""
        self.server: ApplicationServer | None = None
        self.since: float | None = None
        """When it came into its state."""
        self.t_ack: float | None = None
        self.ways: dict[int, Way] = {}
        self.sent_before = 0
        """DATA over ways that are forgotten; the others count for themselves."""
        self._transitions = ASPTM[asp.side]

    @property
    def sends(self) -> bool:
        """Whether DATA may go out through it now; with double exchange the peer asks for it."""
        return self.state is AspState.ACTIVE and self.carries

    @property
    def carries(self) -> bool:
        """Whether DATA goes out through it at all."""
        return self.asp.side is not Side.NEAR or self.asp.peer.settings.role is Role.ASP

    @property
    def receives(self) -> bool:
        """Whether DATA may come in through it now."""
        if self.asp.side is Side.FAR:
            return self.state is AspState.ACTIVE and self.asp.peer.settings.role is Role.SGP
        return self.state is not AspState.DOWN  # §4.3.4.3: DATA may overtake the ASPAC ACK

    def forget_registration(self) -> None:
        """An ASP that is down has to register again (RFC 4666 §4.4.1)."""
        self.registered = not self.dynamic
        if self.served.register is not None:
            self.context = None
            self.forget_ways()

    @property
    def sent(self) -> int:
        """How many DATA have gone out through it since its association was established."""
        return self.sent_before + sum(way.sent for way in self.ways.values())

    def forget_ways(self) -> None:
        """They are made anew when they are needed."""
        self.sent_before = self.sent
        self.ways.clear()

    def allows(self, what: TrafficInput) -> bool:
        """Whether that may happen now; if not, it is an unexpected message."""
        return (self.state, what) in self._transitions

    def step(self, what: TrafficInput) -> tuple[TrafficAction, "Change | None"]:
        """Take one transition of the table; what it asks for is left to the ASP."""
        transition = self._transitions.get((self.state, what))
        if transition is None:
            raise LocalError(f"{what} in {self.state} of {self.asp.peer.name}, {self.name}")
        old, (self.state, action) = self.state, transition
        if old is self.state:
            return action, None
        return action, Change(self, old, self.state)


class Change(NamedTuple):
    """An ASP has another state in an AS."""

    member: Member
    old: AspState
    new: AspState

    def event(self) -> AspStateChanged:
        """As it is told; the AS is named where there are several."""
        peer = self.member.asp.peer
        several = len(peer.members) > 1
        return AspStateChanged(peer.name, self.old, self.new, self.member.name if several else "")
