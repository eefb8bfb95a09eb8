"""An ASP on an association: up or down as a whole, active or not in each of its AS (RFC 4666 §4.3.4)."""

from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING

from mapstack.errors import LocalError
from mapstack.m3ua.asp import ASPSM, AspAction, AspInput, AspState, Side, TrafficAction, TrafficInput
from mapstack.m3ua.codes import ErrorCode, Status
from mapstack.m3ua.member import Change, Member
from mapstack.m3ua.message import MessageType, Tag
from mapstack.m3ua.registration import request
from mapstack.m3ua.settings import M3uaSettings, TrafficMode

if TYPE_CHECKING:
    from mapstack.m3ua.association import Peer

__all__ = ["Asp", "contexts_of"]

_ACKS = {
    TrafficAction.ACK_ACTIVE: MessageType.ASPAC_ACK,
    TrafficAction.ACK_INACTIVE: MessageType.ASPIA_ACK,
}


class Asp:
    """The ASP at the near end of an association, at the far end, or both with a single exchange."""

    __slots__ = (
        "_requests",
        "_t_ack",
        "_timers",
        "_transitions",
        "deadline",
        "members",
        "own_point_code",
        "peer",
        "requested_contexts",
        "requested_mode",
        "side",
        "state",
    )

    def __init__(self, peer: "Peer", side: Side, own: M3uaSettings) -> None:
        self.peer = peer
        self.side = side
        self.own_point_code = own.point_code
        self.state = AspState.DOWN
        self.members = [Member(served, self) for served in peer.settings.served]
        self.requested_contexts: bytes | None = None
        self.requested_mode: int | None = None
        self._timers = own.timers
        self._transitions = ASPSM[side]
        self._t_ack: float | None = None
        self.deadline: float | None = None
        self._requests: list[Member] = []

    # ---- time

    def _find_deadline(self) -> None:
        """The soonest T(ack) is asked for with every batch, and changes seldom."""
        deadlines = [self._t_ack, *(member.t_ack for member in self.members)]
        self.deadline = min((when for when in deadlines if when is not None), default=None)

    def expire(self, now: float) -> list[Change]:
        """Send again what is due."""
        if self._t_ack is not None and now >= self._t_ack:
            return self.step(AspInput.T_ACK, now)
        due = [member for member in self.members if member.t_ack is not None and now >= member.t_ack]
        return self.traffic(due, TrafficInput.T_ACK, now) if due else []

    def hold_off(self, now: float) -> None:
        """What waits for its ACK was refused: it is asked for again, but not soon."""
        later = now + self._timers.t_register
        if self._t_ack is not None:
            self._t_ack = later
        for member in self.members:
            member.t_ack = None if member.t_ack is None else later
        self._find_deadline()

    # ---- the machines

    @property
    def enrolled(self) -> list[Member]:
        """The ASP in each AS that it may ask for now."""
        return [member for member in self.members if member.registered]

    def allows(self, what: AspInput) -> bool:
        """Whether that may happen now; if not, it is an unexpected message."""
        return (self.state, what) in self._transitions

    def step(self, what: AspInput, now: float) -> list[Change]:
        """Take one transition of ASPSM; it is followed in every AS."""
        transition = self._transitions.get((self.state, what))
        if transition is None:
            raise LocalError(f"{what} in {self.state} of {self.peer.name}")
        old, (self.state, action) = self.state, transition
        _ACTIONS[action](self, now)
        self._find_deadline()
        if action in (AspAction.AGAIN, AspAction.ACK_UP_AGAIN):
            return self._again(now)
        if old is self.state:
            return []
        if self.state is not AspState.DOWN:
            return self.traffic(self.enrolled, TrafficInput.UP, now)
        changes = self.traffic(self.members, TrafficInput.DOWN, now)
        for member in self.members:
            member.forget_registration()
        return changes

    def traffic(self, members: Iterable[Member], what: TrafficInput, now: float) -> list[Change]:
        """Take one transition of ASPTM in each of some AS; what is asked for all of them is one message."""
        changes: list[Change] = []
        acknowledged: dict[MessageType, list[Member]] = {}
        for member in list(members):
            action, change = member.step(what)
            changes += [] if change is None else [change]
            if action is not TrafficAction.NOTHING:
                member.t_ack = None
            if action is TrafficAction.REQUEST:
                self._requests.append(member)
            elif action is TrafficAction.NOTIFY_ALTERNATE:
                self.notify(Status.ALTERNATE_ASP_ACTIVE, [member])
            elif action in _ACKS:
                acknowledged.setdefault(_ACKS[action], []).append(member)
        for kind, some in acknowledged.items():
            self._acknowledge(kind, some)
        self._send_requests(now)
        self._find_deadline()
        return changes

    def say_goodbye(self) -> None:
        """Before we end: no more traffic, the keys are given back, the ASP goes down (§4.3.4.2, §4.4.2)."""
        if self.side is Side.FAR or self.state is AspState.DOWN:
            return
        active = [member for member in self.members if member.state is AspState.ACTIVE]
        registered = [member for member in self.members if member.served.register is not None]
        if active:
            self.peer.send(MessageType.ASPIA, (Tag.ROUTING_CONTEXT, contexts_of(active)))
        if keys := contexts_of(registered):
            self.peer.send(MessageType.DEREG_REQ, (Tag.ROUTING_CONTEXT, keys))
        self.peer.send(MessageType.ASPDN)

    def _again(self, now: float) -> list[Change]:
        """§4.3.4.1: an ASP that was active is inactive, and is told that this was not expected."""
        if any(member.state is AspState.ACTIVE for member in self.members):
            self.peer.report(ErrorCode.UNEXPECTED_MESSAGE)
        return self.traffic(self.enrolled, TrafficInput.AGAIN, now)

    # ---- what is sent

    def notify(self, status: Status, members: Sequence[Member], identifier: int | None = None) -> None:
        """Send NTFY; `identifier` is that of a failed ASP, else it is the one that is told."""
        self.peer.send(
            MessageType.NTFY,
            (Tag.STATUS, status),
            (Tag.ASP_IDENTIFIER, self.peer.asp_identifier if identifier is None else identifier),
            (Tag.ROUTING_CONTEXT, contexts_of(members)),
        )

    def _acknowledge(self, kind: MessageType, members: Sequence[Member]) -> None:
        active = kind is MessageType.ASPAC_ACK
        self.peer.send(
            kind,
            (Tag.TRAFFIC_MODE_TYPE, self.requested_mode if active else None),
            # an AS without a context of its own takes that of the peer
            (Tag.ROUTING_CONTEXT, contexts_of(members) or self.requested_contexts),
        )

    def _send_requests(self, now: float) -> None:
        members, self._requests = self._requests, []
        keys = [one for one in members if one.context is None and one.served.register is not None]
        if keys:
            self.peer.send(MessageType.REG_REQ, *(request(one, self.own_point_code) for one in keys))
        modes: dict[TrafficMode | None, list[Member]] = {}
        for member in members:
            member.t_ack = now + self._timers.t_ack
            if member not in keys:
                modes.setdefault(member.served.traffic_mode, []).append(member)
        for mode, some in modes.items():
            self.peer.send(
                MessageType.ASPAC, (Tag.TRAFFIC_MODE_TYPE, mode), (Tag.ROUTING_CONTEXT, contexts_of(some))
            )

    # ---- actions of ASPSM

    def _nothing(self, now: float) -> None:
        pass

    def _settle(self, now: float) -> None:
        self._t_ack = None

    def _send_up(self, now: float) -> None:
        self.peer.send(MessageType.ASPUP, (Tag.ASP_IDENTIFIER, self.peer.settings.asp_identifier))
        self._t_ack = now + self._timers.t_ack

    def _ack_up(self, now: float) -> None:
        self._t_ack = None
        identifier = self.peer.settings.asp_identifier if self.side is Side.BOTH else self.peer.asp_identifier
        self.peer.send(MessageType.ASPUP_ACK, (Tag.ASP_IDENTIFIER, identifier))

    def _ack_down(self, now: float) -> None:
        self._t_ack = None
        self.peer.send(MessageType.ASPDN_ACK)


def contexts_of(members: Iterable[Member]) -> bytes | None:
    """The routing contexts of some AS, as the parameter has them; None where there are none."""
    return b"".join(member.context.to_bytes(4) for member in members if member.context is not None) or None


_ACTIONS: dict[AspAction, Callable[[Asp, float], None]] = {
    AspAction.NOTHING: Asp._nothing,
    AspAction.SETTLE: Asp._settle,
    AspAction.SEND_UP: Asp._send_up,
    AspAction.ACK_UP: Asp._ack_up,
    AspAction.ACK_UP_AGAIN: Asp._ack_up,
    AspAction.AGAIN: Asp._nothing,
    AspAction.ACK_DOWN: Asp._ack_down,
}
