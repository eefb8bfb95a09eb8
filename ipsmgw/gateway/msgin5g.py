"""This gateway as Legacy-3GPP Message Gateway: what the MSGin5G Server asks and answers (TS 29.538)."""

from typing import Self

from ipsmgw.drive import Driver
from ipsmgw.gateway.core import Core, Exchanges
from ipsmgw.gateway.msgin5g_enrolments import Enrolments
from ipsmgw.gateway.msgin5g_to_phones import ToPhones
from ipsmgw.gateway.registrations import Registrations
from ipsmgw.gateway.terminating import Terminating
from ipsmgw.msgin5g_section import credentials, rest_settings, verifier
from msgin5g_bridge.apis import MSGG_L3GDELIVERY
from msgin5g_bridge.l3gdelivery import L3gMessageDelivery
from msgin5g_bridge.problem import Problem
from msgin5g_bridge.rest import RestStack
from msgin5g_bridge.rest_events import Called, Refused, RestEvent, Returned, Unanswered

__all__ = ["Msgin5g"]


class Msgin5g:
    """The REST stack of this node, and the parts that decide."""

    def __init__(
        self, core: Core, driver: Driver, registrations: Registrations, terminating: Terminating
    ) -> None:
        section = core.settings.msgin5g
        self._names = frozenset(section.tls.names)
        self.stack = RestStack(
            MSGG_L3GDELIVERY, rest_settings(section), verifier(section), credentials(section)
        )
        self.port = driver.open_exchanges(self.stack, self._on_rest)
        self.enrolments = Enrolments(core, self.stack)
        self.to_phones = ToPhones(core, self.stack, self.enrolments, terminating)
        self.enrolments.registered = self.to_phones.registered
        registrations.came += [self.enrolments.came, self.to_phones.came]
        registrations.left.append(self.enrolments.left)
        driver.watch(self)

    @classmethod
    def of(
        cls, core: Core, driver: Driver, registrations: Registrations, terminating: Terminating
    ) -> Self | None:
        """Where the settings have it."""
        return cls(core, driver, registrations, terminating) if core.settings.msgin5g.enabled else None

    def __len__(self) -> int:
        """Exchanges that somebody waits in."""
        return len(self.stack)

    @property
    def status(self) -> dict[str, object]:
        """For the local API."""
        return {
            "registered": self.enrolments.count,
            "asked": len(self.stack),
            "to_phones": self.to_phones.under_way,
            "alarms": dict(sorted(self.enrolments.alarms.items())),
        }

    def begin(self, exchanges: Exchanges | None, now: float) -> None:
        """What the life before has left goes on."""
        if exchanges is not None:
            exchanges(self.port)
        self.enrolments.resume(now)
        self.to_phones.resume(now)

    def expire(self, now: float) -> None:
        self.enrolments.expire(now)
        self.to_phones.expire(now)

    def deadline(self) -> float | None:
        both = self.enrolments.deadline(), self.to_phones.deadline()
        return min((when for when in both if when is not None), default=None)

    def _on_rest(self, event: RestEvent, now: float) -> None:
        if isinstance(event, Called):
            self._called(event, now)
        elif isinstance(event, Returned):
            self.to_phones.returned(event, now) or self.enrolments.returned(event, now)
        elif isinstance(event, Refused | Unanswered):
            self.to_phones.failed(event, now) or self.enrolments.failed(event, now)

    def _called(self, event: Called, now: float) -> None:
        if self._names and event.caller.peer.identity not in self._names:
            self.stack.refuse(
                event.exchange, Problem(status=403, detail="the certificate is not the server's")
            )
        elif isinstance(event.body, L3gMessageDelivery):
            self.to_phones.deliver(event, event.body, now)
        else:
            self.stack.refuse(event.exchange, Problem(status=404, cause="RECIPIENT_UNKNOWN"))
