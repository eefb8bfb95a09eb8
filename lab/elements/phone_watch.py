"""How a phone hears that its registration was ended: the reg event (RFC 3680; TS 24.229 §5.1.1.7)."""

from lab.elements.line import Line
from lab.elements.phone_registration import PhoneRegistration, RegistrationInput, RegistrationState
from sipbridge.errors import DecodeError
from sipbridge.events import NoAnswer, Request, Response
from sipbridge.reg_event_dialog import Watched
from sipbridge.reg_event_subscription import RegEvents, RegistrationsChanged
from sipbridge.stack import SipStack

__all__ = ["PhoneWatch"]

_MOST = 1_000


class PhoneWatch:
    """Subscribes once it is registered with the gateway itself; who is deactivated registers again."""

    def __init__(self, stack: SipStack, line: Line, registration: PhoneRegistration) -> None:
        self._stack = stack
        self._line = line
        self._registration = registration
        self._reg_events = RegEvents(stack)
        registration.granted = self.subscribe if line.plan.direct else None
        self.ended: list[str] = []

    def subscribe(self, now: float) -> None:
        """It is registered."""
        line = self._line
        route = "sip:{}:{};lr".format(*line.flow.remote)
        watched = Watched(line.impu, route, line.flow, line.impu, line.plan.timers.expires)
        self._reg_events.subscribe(watched, now)

    def answered(self, event: Response | NoAnswer, now: float) -> bool:
        """False: it is no answer to a SUBSCRIBE."""
        if event.tx not in self._reg_events.waiting:
            return False
        self._reg_events.answered(event, now)
        return True

    def notified(self, request: Request, now: float) -> None:
        """TS 24.229 §5.1.1.7: what is deactivated is registered anew at once."""
        try:
            told = self._reg_events.notified(request, now)
        except DecodeError as error:
            self._stack.respond(request.tx, error.status, now)
            return
        if not isinstance(told, RegistrationsChanged):
            return
        contacts = [contact for one in told.registrations for contact in one.contacts]
        ended = {contact.event for contact in contacts if not contact.active}
        self.ended = [*self.ended, *sorted(ended)][-_MOST:]
        if "deactivated" in ended and self._registration.state is RegistrationState.REGISTERED:
            self._registration.run(RegistrationInput.REGISTER, now)

    def expire(self, now: float) -> None:
        self._reg_events.expire(now)

    def deadline(self) -> float | None:
        return self._reg_events.deadline()
