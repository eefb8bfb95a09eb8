"""Two SMPP stacks that talk, in a time of their own."""

from ipsmgw.smpp import BOUND, Flow, Requested, Role, SmppEvent, SmppSettings, SmppStack, State
from ipsmgw.smpp.codes import RESPONSE
from ipsmgw.smpp.pdu import BindReceiver, BindRequest, BindTransceiver, BindTransmitter, Pdu, response_to

__all__ = ["FLOW", "Pair", "bind_for"]

FLOW = Flow(("127.0.0.1", 2775), ("127.0.0.1", 50_000), "1")
_BINDS: dict[State, type[BindRequest]] = {
    State.BOUND_TX: BindTransmitter,
    State.BOUND_RX: BindReceiver,
    State.BOUND_TRX: BindTransceiver,
}


def bind_for(state: State) -> BindRequest:
    """The bind that leads to a state."""
    return _BINDS[state](system_id="weather", password="sunshine")


class Pair:
    """An ESME and an SMSC; what each is told is in `events`."""

    def __init__(self, settings: SmppSettings | None = None) -> None:
        settings = settings or SmppSettings()
        self.now = 100.0
        self.stacks = {role: SmppStack(role, settings) for role in Role}
        self.events: dict[Role, list[SmppEvent]] = {role: [] for role in Role}
        self.cut = False
        for role, stack in self.stacks.items():
            self.events[role] += stack.link_up(FLOW, "", self.now)

    @property
    def esme(self) -> SmppStack:
        return self.stacks[Role.ESME]

    @property
    def smsc(self) -> SmppStack:
        return self.stacks[Role.SMSC]

    def settle(self) -> None:
        """Carry octets to and fro until nobody has anything to say."""
        while self._carry(Role.ESME) or self._carry(Role.SMSC):
            pass

    def _carry(self, role: Role) -> bool:
        output = self.stacks[role].take_output()
        if not self.cut:
            for data, flow in output:
                self.events[role.peer] += self.stacks[role.peer].receive(data, flow, self.now)
        return bool(output)

    def answer(self, pdu: Pdu | None = None, status: int = 0) -> None:
        """Answer the last request that either end was told of."""
        role, asked = next(
            (role, event)
            for role in Role
            for event in reversed(self.events[role])
            if isinstance(event, Requested)
        )
        pdu = pdu or response_to(asked.pdu.COMMAND)()
        assert pdu.COMMAND & RESPONSE
        self.events[role] += self.stacks[role].respond(
            FLOW, asked.sequence_number, pdu, self.now, status=status
        )
        self.events[role] = [event for event in self.events[role] if event is not asked]
        self.settle()

    def bind(self, state: State = State.BOUND_TRX) -> "Pair":
        """Bring both to a bound state."""
        self.esme.request(FLOW, bind_for(state), self.now)
        self.settle()
        self.answer()
        return self

    def reach(self, state: State) -> "Pair":
        """Bring both to any state in which there is a connection."""
        if state in BOUND:
            self.bind(state)
        elif state is State.UNBOUND:
            self.bind()
            for role in Role:
                self.stacks[role].unbind(FLOW, self.now)
                self.stacks[role].take_output()
        return self

    def elapse(self, seconds: float) -> None:
        """Let time pass, and whatever is due in it happen when it is."""
        end = self.now + seconds
        while True:
            due = [when for stack in self.stacks.values() if (when := stack.deadline()) is not None]
            if not due or min(due) > end:
                break
            self.now = max(self.now, min(due))
            for role, stack in self.stacks.items():
                self.events[role] += stack.expire(self.now)
            self.settle()
        self.now = end
