"""This gateway as Legacy-3GPP Message Gateway: what the MSGin5G Server asks and answers (TS 29.538)."""

from typing import Self

from ipsmgw.drive import Driver
from ipsmgw.gateway.core import Core, Exchanges
from ipsmgw.gateway.msgin5g_enrolments import Enrolments
from ipsmgw.gateway.msgin5g_from_phones import FromPhones
from ipsmgw.gateway.msgin5g_senders import ReplyNumbers
from ipsmgw.gateway.msgin5g_to_phones import ToPhones
from ipsmgw.gateway.originating import Originating
from ipsmgw.gateway.registrations import Registrations
from ipsmgw.gateway.terminating import Terminating
from ipsmgw.msgin5g_section import credentials, rest_settings, verifier
from msgin5g_bridge.apis import MSGG_L3GDELIVERY
from msgin5g_bridge.l3gdelivery import L3gMessageDelivery
from msgin5g_bridge.msgdelivery import DeliveryStatusReport
from msgin5g_bridge.problem import Problem
from msgin5g_bridge.rest import RestStack
from msgin5g_bridge.rest_events import Called, Refused, RestEvent, Returned, Unanswered

__all__ = ["Msgin5g"]


class Msgin5g:
    """The REST stack of this node, and the parts that decide."""

    def __init__(
        self,
        core: Core,
        driver: Driver,
        registrations: Registrations,
        originating: Originating,
        terminating: Terminating,
    ) -> None:
        section = core.settings.msgin5g
        self._names = frozenset(section.tls.names)
        self.stack = RestStack(
            MSGG_L3GDELIVERY, rest_settings(section), verifier(section), credentials(section)
        )
        self.port = driver.open_exchanges(self.stack, self._on_rest)
        numbers = ReplyNumbers(core)
        self.enrolments = Enrolments(core, self.stack)
        self.to_phones = ToPhones(core, self.stack, self.enrolments, numbers, terminating)
        self.from_phones = FromPhones(core, self.stack, self.enrolments, numbers)
        self._parts = (self.from_phones, self.to_phones, self.enrolments)
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
        """Messages of phones that wait for the server."""
        return len(self.from_phones)

    @property
    def status(self) -> dict[str, object]:
        """For the local API."""
        return {
            "registered": self.enrolments.count,
            "asked": len(self.stack),
            "from_phones": len(self.from_phones),
            "to_phones": self.to_phones.under_way,
            "alarms": dict(sorted(self.enrolments.alarms.items())),
        }

    def begin(self, exchanges: Exchanges | None, now: float) -> None:
        """What the life before has left goes on."""
        if exchanges is not None:
            exchanges(self.port)
        for part in self._parts:
            part.resume(now)

    def expire(self, now: float) -> None:
        for part in self._parts:
            part.expire(now)

    def deadline(self) -> float | None:
        return min((when for part in self._parts if (when := part.deadline()) is not None), default=None)

    def _on_rest(self, event: RestEvent, now: float) -> None:
        """What has been asked goes back to the part that has asked."""
        if isinstance(event, Called):
            self._called(event, now)
        elif isinstance(event, Returned):
            any(part.returned(event, now) for part in self._parts)
        elif isinstance(event, Refused | Unanswered):
            any(part.failed(event, now) for part in self._parts)

    def _called(self, event: Called, now: float) -> None:
        body = event.body
        if self._names and event.caller.peer.identity not in self._names:
            problem = Problem(status=403, detail="the certificate is not the server's")
            self.stack.refuse(event.exchange, problem)
        elif isinstance(body, L3gMessageDelivery):
            self.to_phones.deliver(event, body, now)
        elif isinstance(body, DeliveryStatusReport):
            told = self.from_phones.reported(event, body, now)
            if told is not None:
                self.to_phones.tell(told, now)
