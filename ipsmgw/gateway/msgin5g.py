"""This gateway as Legacy-3GPP Message Gateway: what the MSGin5G Server asks and answers (TS 29.538)."""

from ipsmgw.drive import Driver
from ipsmgw.gateway.core import Core
from ipsmgw.gateway.msgin5g_enrolments import Enrolments
from ipsmgw.gateway.registrations import Registrations
from ipsmgw.msgin5g_section import credentials, rest_settings, verifier
from msgin5g_bridge.apis import MSGG_L3GDELIVERY
from msgin5g_bridge.problem import Problem
from msgin5g_bridge.rest import RestStack
from msgin5g_bridge.rest_events import Called, Refused, RestEvent, Returned, Unanswered

__all__ = ["Msgin5g"]


class Msgin5g:
    """The REST stack of this node, and the parts that decide."""

    def __init__(self, core: Core, driver: Driver, registrations: Registrations) -> None:
        section = core.settings.msgin5g
        self._names = frozenset(section.tls.names)
        self.stack = RestStack(
            MSGG_L3GDELIVERY, rest_settings(section), verifier(section), credentials(section)
        )
        self.port = driver.open_exchanges(self.stack, self._on_rest)
        self.enrolments = Enrolments(core, self.stack)
        registrations.came.append(self.enrolments.came)
        registrations.left.append(self.enrolments.left)
        driver.watch(self)

    def __len__(self) -> int:
        """Exchanges that somebody waits in."""
        return len(self.stack)

    @property
    def status(self) -> dict[str, object]:
        """For the local API."""
        return {
            "registered": self.enrolments.count,
            "under_way": len(self.enrolments),
            "alarms": dict(sorted(self.enrolments.alarms.items())),
        }

    def resume(self, now: float) -> None:
        """What the life before has left."""
        self.enrolments.resume(now)

    def expire(self, now: float) -> None:
        self.enrolments.expire(now)

    def deadline(self) -> float | None:
        return self.enrolments.deadline()

    def _on_rest(self, event: RestEvent, now: float) -> None:
        if isinstance(event, Called):
            self._called(event)
        elif isinstance(event, Returned):
            self.enrolments.returned(event, now)
        elif isinstance(event, Refused | Unanswered):
            self.enrolments.failed(event, now)

    def _called(self, event: Called) -> None:
        if self._names and event.caller.peer.identity not in self._names:
            self.stack.refuse(
                event.exchange, Problem(status=403, detail="the certificate is not the server's")
            )
        else:
            self.stack.refuse(event.exchange, Problem(status=404, cause="RECIPIENT_UNKNOWN"))
