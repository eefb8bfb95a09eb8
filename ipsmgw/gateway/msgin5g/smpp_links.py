"""The sessions of this node with its service centre: bound, kept, and bound again (SMPP v3.4 §2.2)."""

from collections.abc import Callable, Mapping
from typing import NamedTuple

from ipsmgw.drive import Driver, Network
from ipsmgw.gateway.core import Core
from ipsmgw.msgin5g_smpp_section import Msgin5gSmpp, session_spec, smpp_settings
from ipsmgw.smpp import (
    BOUND,
    Connected,
    Flow,
    Requested,
    Responded,
    RespondedLate,
    ResponseLost,
    Role,
    SessionEnded,
    SmppEvent,
    SmppStack,
    State,
    StateChanged,
    Status,
    status_name,
)
from ipsmgw.smpp.pdu import (
    BindReceiver,
    BindRequest,
    BindTransceiver,
    BindTransmitter,
    Pdu,
    SubmitSm,
    response_to,
)

__all__ = ["Asked", "Links", "Submitted"]

_BINDS: dict[str, tuple[type[BindRequest], ...]] = {
    "transceiver": (BindTransceiver,),
    "transmitter and receiver": (BindTransmitter, BindReceiver),
}
_TRANSMITS = frozenset((State.BOUND_TX, State.BOUND_TRX))
_NAMES = {BindTransceiver: "transceiver", BindTransmitter: "transmitter", BindReceiver: "receiver"}


class Submitted(NamedTuple):
    """What names a submit_sm until its answer."""

    flow: Flow
    sequence_number: int


class _Link:
    """One session: it connects by itself, and binds as soon as it is connected."""

    def __init__(self, kind: type[BindRequest], section: Msgin5gSmpp, now: float) -> None:
        self.kind = kind
        self.stack = SmppStack(Role.ESME, smpp_settings(section))
        self.flow: Flow | None = None
        self.since = now
        self.why = "not connected"
        """Why it is not bound."""
        self.again = 0.0
        """From then on it may bind: it has been refused."""
        self.cut: Callable[[Flow], None]
        self.trouble: Callable[[], Mapping[str, str]] = dict

    @property
    def reason(self) -> str:
        """Why it is not bound; nothing where it is."""
        if self.state in BOUND:
            return ""
        return self.why if self.flow is not None else next(iter(self.trouble().values()), self.why)

    @property
    def state(self) -> State:
        return State.CLOSED if self.flow is None else self.stack.state(self.flow)


class Asked:
    """A request of the service centre that waits for our answer."""

    __slots__ = ("_link", "_sequence_number", "flow", "pdu")

    def __init__(self, link: _Link, event: Requested) -> None:
        self._link = link
        self._sequence_number = event.sequence_number
        self.flow = event.flow
        self.pdu = event.pdu

    def answer(self, status: Status, now: float) -> None:
        """Once; where the session has ended it goes nowhere."""
        pdu = response_to(self.pdu.COMMAND)()
        self._link.stack.respond(self.flow, self._sequence_number, pdu, now, status=status)


class Links:
    """Submits over a session that is bound and has room; tells what is asked and answered."""

    def __init__(self, core: Core, driver: Driver, section: Msgin5gSmpp) -> None:
        now = core.clock.now()
        self._core = core
        self._section = section
        self._driver = driver
        self._links = [_Link(kind, section, now) for kind in _BINDS[section.bind]]
        self._paused = 0.0
        self.responded: Callable[[Submitted, int, Pdu, float], None]
        self.responded_late: Callable[[Submitted, int, Pdu, float], None]
        self.lost: Callable[[Submitted, float], None]
        self.asked: Callable[[Asked, float], None]
        self.bound: Callable[[float], None]
        """There is a session to submit by, which was not there before."""
        self.room: Callable[[float], None]
        """A window has room."""
        self.ended: Callable[[Flow, float], None]
        """A session is over: what was answered last in it may be lost."""

    def open(self, network: Network) -> None:
        """Begin to connect."""
        for link in self._links:
            port = self._driver.open(link.stack, self._sink(link))
            network.sessions(self._core.settings.node.name, session_spec(self._section), port)
            link.cut, link.trouble = port.cut, port.trouble
            if self._core.recent.on:
                port.keep = self._core.recent.keeper("smpp")
        self._driver.watch(self)

    def close(self, now: float) -> None:
        """In order."""
        for link in self._links:
            if link.flow is not None and link.state in BOUND:
                link.stack.unbind(link.flow, now)

    @property
    def waiting(self) -> int:
        """Messages that the service centre has yet to answer."""
        return sum(link.stack.waiting for link in self._links)

    @property
    def status(self) -> dict[str, object]:
        """For the local API."""
        return {
            "server": str(self._section.server),
            "paused_until": self._paused,
            "waiting": self.waiting,
            "sessions": [
                {
                    "bind": _NAMES[link.kind],
                    "bound": link.state in BOUND,
                    "since": link.since,
                    "why": link.reason,
                }
                for link in self._links
            ],
        }

    def ready(self, now: float) -> bool:
        """Whether a message may be submitted now."""
        return now >= self._paused and self._free() is not None

    def submit(self, pdu: SubmitSm, now: float) -> Submitted:
        """Only if `ready`."""
        link = self._free()
        assert link is not None
        assert link.flow is not None
        return Submitted(link.flow, link.stack.request(link.flow, pdu, now))

    def pause(self, now: float) -> None:
        """The service centre has too much to do."""
        self._paused = now + self._section.throttled

    def expire(self, now: float) -> None:
        if self._paused and now >= self._paused:
            self._paused = 0.0
            self.room(now)
        for link in self._links:
            if link.again and now >= link.again:
                link.again = 0.0
                self._bind(link, now)

    def deadline(self) -> float | None:
        return min(
            (when for when in (self._paused, *(each.again for each in self._links)) if when), default=None
        )

    def _free(self) -> _Link | None:
        return next(
            (
                link
                for link in self._links
                if link.flow is not None and link.state in _TRANSMITS and link.stack.room(link.flow)
            ),
            None,
        )

    def _sink(self, link: _Link) -> Callable[[SmppEvent, float], None]:
        def sink(event: SmppEvent, now: float) -> None:
            self._on_event(link, event, now)

        return sink

    def _on_event(self, link: _Link, event: SmppEvent, now: float) -> None:
        match event:
            case Connected():
                link.flow, link.why = event.flow, link.why if link.again else "connected, not bound yet"
                self._bind(link, now)
            case StateChanged() if event.new in BOUND:
                link.since, link.why = now, ""
                if event.new in _TRANSMITS:
                    self.bound(now)
            case Requested():
                self.asked(Asked(link, event), now)
            case Responded() | RespondedLate() | ResponseLost():
                self._answered(link, event, now)
            case SessionEnded():
                self._ended(link, event, now)
            case _:
                pass  # the stack has dealt with it

    def _bind(self, link: _Link, now: float) -> None:
        if link.flow is None or link.state is not State.OPEN or now < link.again:
            return
        section = self._section
        request = link.kind(
            system_id=section.system_id or "",
            password=section.password or "",
            system_type=section.system_type,
            address_range=section.address_range,
        )
        link.stack.request(link.flow, request, now)

    def _answered(self, link: _Link, event: Responded | RespondedLate | ResponseLost, now: float) -> None:
        """Or it is known that there is no answer."""
        token = Submitted(event.flow, event.sequence_number)
        if isinstance(event, ResponseLost):
            self.lost(token, now)
        elif isinstance(event, RespondedLate):
            self.responded_late(token, event.status, event.pdu, now)
        elif not isinstance(event.request, BindRequest):
            self.responded(token, event.status, event.pdu, now)
            self.room(now)
        elif event.status:
            link.why = f"the bind is refused: {status_name(event.status)}"
            link.again = now + self._section.reconnect

    def _ended(self, link: _Link, event: SessionEnded, now: float) -> None:
        link.cut(event.flow)
        if event.flow == link.flow:
            link.flow = None
            if event.state in BOUND:
                link.since = now
            if not link.again:
                link.why = event.reason
            self.ended(event.flow, now)
