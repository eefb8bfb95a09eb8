"""This gateway in the MSGin5G service: what the server asks and answers, to the part that it is for."""

from typing import Self

from ipsmgw.drive import Driver
from ipsmgw.gateway.core import Core, World
from ipsmgw.gateway.msgin5g.by_centre import ByCentre
from ipsmgw.gateway.msgin5g.chronicle import Chronicle
from ipsmgw.gateway.msgin5g.enrolments import Enrolments
from ipsmgw.gateway.msgin5g.from_phones import FromPhones
from ipsmgw.gateway.msgin5g.lines import Lines
from ipsmgw.gateway.msgin5g.message_server import Called, MessageServer, Returned, ServerEvent, Unanswered
from ipsmgw.gateway.msgin5g.reach import Reach
from ipsmgw.gateway.msgin5g.senders import ReplyNumbers
from ipsmgw.gateway.msgin5g.server_over_coap import ServerOverCoap
from ipsmgw.gateway.msgin5g.server_over_rest import ServerOverRest
from ipsmgw.gateway.msgin5g.to_phones import ToPhones
from ipsmgw.gateway.originating import Originating
from ipsmgw.gateway.registrations import Registrations
from ipsmgw.gateway.terminating import Terminating
from msgin5g_bridge.msgdelivery import DeliveryStatusReport

__all__ = ["Msgin5g"]


class Msgin5g:
    """The server, as this node sees it, and the parts that decide."""

    def __init__(
        self,
        core: Core,
        driver: Driver,
        registrations: Registrations,
        originating: Originating,
        terminating: Terminating,
    ) -> None:
        section = core.settings.msgin5g
        speaks = ServerOverCoap if section.over_coap else ServerOverRest
        self.server: MessageServer = speaks(section, driver, self._on_server)
        self._clock = core.clock
        self._reach = Reach(core.settings.msgin5g.server_root, core.clock.now())
        numbers = ReplyNumbers(core)
        self.enrolments = Enrolments(core, self.server)
        self.chronicle = Chronicle(core)
        self.to_phones = ToPhones(
            core, self.server, self.enrolments, numbers, terminating, chronicle=self.chronicle
        )
        self.from_phones = FromPhones(core, self.server, self.enrolments, numbers, chronicle=self.chronicle)
        self._parts: list[FromPhones | ToPhones | Enrolments | ByCentre | Lines]
        self._parts = [self.from_phones, self.to_phones, self.enrolments]
        self.by_centre: ByCentre | None = None
        if core.settings.msgin5g.smpp.enabled:
            self.by_centre = ByCentre(core, driver, self.enrolments, self.to_phones, self.from_phones)
            self._parts.insert(0, self.by_centre)
        self.lines: Lines | None = None
        if section.n3g.listen is not None:
            self.lines = Lines(core, driver, self.server, self.enrolments)
            self.to_phones.by_lines(self.lines)
            self._parts.insert(0, self.lines)
        self.enrolments.registered = self.to_phones.registered
        originating.elsewhere = self.from_phones.submit
        registrations.came += [self.enrolments.came, self.to_phones.came]
        registrations.left.append(self.enrolments.left)
        driver.watch(self)

    @classmethod
    def of(
        cls,
        core: Core,
        driver: Driver,
        registrations: Registrations,
        originating: Originating,
        terminating: Terminating,
    ) -> Self | None:
        """Where the settings have it."""
        if not core.settings.msgin5g.enabled:
            return None
        return cls(core, driver, registrations, originating, terminating)

    @property
    def open_work(self) -> int:
        """Messages of phones that wait for the server, and of the server that wait for the service centre."""
        lines = 0 if self.lines is None else len(self.lines)
        centre = 0 if self.by_centre is None else self.by_centre.open_work
        return len(self.from_phones) + lines + centre

    @property
    def status(self) -> dict[str, object]:
        """For the local API."""
        return {
            "now": self._clock.now(),
            "server": self._reach.status,
            "registered": self.enrolments.count,
            "asked": len(self.server),
            "from_phones": len(self.from_phones),
            "to_phones": self.to_phones.under_way,
            "alarms": dict(sorted(self.enrolments.alarms.items())),
            **({} if self.lines is None else {"connected": self.lines.connected}),
            **({} if self.by_centre is None else {"smpp": self.by_centre.links.status}),
        }

    def take_leave(self, now: float) -> None:
        """The service centre hears that this is the end."""
        if self.by_centre is not None:
            self.by_centre.links.close(now)

    def begin(self, world: World, now: float) -> None:
        """What the life before has left goes on."""
        if world.exchanges is not None:
            self.server.begin(world.exchanges, now)
        if self.by_centre is not None:
            self.by_centre.open(world.network)
        if self.lines is not None:
            self.lines.open(world.network)
        for part in self._parts:
            part.resume(now)

    def expire(self, now: float) -> None:
        for part in self._parts:
            part.expire(now)

    def deadline(self) -> float | None:
        return min((when for part in self._parts if (when := part.deadline()) is not None), default=None)

    def _on_server(self, event: ServerEvent, now: float) -> None:
        """What has been asked goes back to the part that has asked."""
        if isinstance(event, Unanswered):
            self._reach.silent(event.reason, now)
        else:
            self._reach.heard(now)
        if isinstance(event, Called):
            self._called(event, now)
        elif isinstance(event, Returned):
            any(part.returned(event, now) for part in self._parts)
        else:
            any(part.failed(event, now) for part in self._parts)

    def _called(self, event: Called, now: float) -> None:
        body = event.body
        if isinstance(body, DeliveryStatusReport):
            held = self.enrolments.of_service_id(body.dest_addr.addr)
            if self.lines is not None and held is not None and held.key in self.lines:
                self.lines.reported(event, body, held, now)
                return
            told = self.from_phones.reported(event, body, now)
            if told is not None:
                self.to_phones.tell(told, now)
        else:
            self.to_phones.deliver(event, body, now)
