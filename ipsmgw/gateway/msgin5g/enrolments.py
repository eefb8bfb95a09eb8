"""Phones in the MSGin5G service: when each is provisioned, registered and de-registered (TS 23.554 §8.2)."""

from collections.abc import Callable, Sequence

from msgspec.structs import replace

from ipsmgw.gateway.core import Core
from ipsmgw.gateway.deadlines import Deadlines
from ipsmgw.gateway.msgin5g.message_server import MessageServer, Refused, Returned, Unanswered
from ipsmgw.identity import Imsi
from ipsmgw.procedures.msgin5g import enrolment
from ipsmgw.procedures.msgin5g.enrolment import Step
from ipsmgw.store import Binding, Enrolment
from msgin5g_bridge.provisioning import ProvisioningResponse
from msgin5g_bridge.registration import RegistrationResponse, RegistrationResult
from msgin5g_bridge.ueregistration import BulkUeDeregistration, BulkUeRegistration, BulkUeRegistrationAck

__all__ = ["Enrolments"]

_TOO_LARGE = 413


class Enrolments:
    """Of one subscriber one thing is asked at a time; what is wanted follows from his bindings alone."""

    def __init__(self, core: Core, server: MessageServer) -> None:
        self._core = core
        self._section = core.settings.msgin5g
        self._server = server
        self._rows = core.store.enrolments
        self._asked: dict[int, tuple[Step, tuple[Imsi, ...]]] = {}
        self._most = server.bulk
        """In one bulk request, as far as the server has shown what is too much."""
        self._busy: set[Imsi] = set()
        self._deadlines: Deadlines[Imsi] = Deadlines()
        self._of_service: dict[str, Imsi] = {row.svc_id: Imsi(row.key) for row in self._rows if row.svc_id}
        self._of_number: dict[str, Imsi] = {row.msisdn: Imsi(row.key) for row in self._rows if row.msisdn}
        self._configured = {each.imsi: each for each in self._section.people}
        self._of_number |= {each.msisdn: Imsi(each.imsi) for each in self._section.people if each.msisdn}
        self.alarms: dict[str, str] = {}
        """What an operator has to look at, by subscriber."""
        self.registered: Callable[[Enrolment, float], None] | None = None
        """Told of every registration that the server has taken."""

    def __len__(self) -> int:
        """Subscribers of whom something is being asked."""
        return len(self._busy)

    @property
    def count(self) -> int:
        """How many are registered at the server."""
        return sum(row.registered for row in self._rows)

    def of_service_id(self, svc_id: str) -> Enrolment | None:
        """Whose UE Service ID this is."""
        imsi = self._of_service.get(svc_id)
        return None if imsi is None else self._rows.get(imsi)

    def of_imsi(self, imsi: str) -> Enrolment | None:
        return self._rows.get(imsi)

    def of_msisdn(self, msisdn: str) -> Enrolment | None:
        """Whose number this is."""
        imsi = self._of_number.get(msisdn)
        return None if imsi is None else self._rows.get(imsi)

    def msisdn(self, imsi: str) -> str:
        """By which the service centre reaches him; nothing where it is not known."""
        own, held = self._configured.get(imsi), self._rows.get(imsi)
        return (own and own.msisdn) or (held.msisdn if held is not None else "")

    def resume(self, now: float) -> None:
        """After a restart: those who are here are registered anew in bulk, those who have gone are not."""
        rows = [*self._rows, *self._unseen()]
        here = [row for row in rows if row.svc_id and self._wanted(Imsi(row.key), row, now)]
        gone = [row for row in self._rows if row.registered and not self._wanted(Imsi(row.key), row, now)]
        self._bulk(Step.REGISTER, here, now)
        self._bulk(Step.DEREGISTER, gone, now)
        for binding in self._core.store.bindings():
            self.came(binding, now)
        for own in self._configured.values():
            if own.always:
                self._go(Imsi(own.imsi), now, due=False)

    def _unseen(self) -> list[Enrolment]:
        """Who is always there by the configuration, and has never been registered."""
        return [
            self._new(Imsi(each.imsi))
            for each in self._configured.values()
            if each.always and each.service_id and self._rows.get(each.imsi) is None
        ]

    def came(self, binding: Binding, now: float) -> None:
        """He has registered for short messages, for the first time or again."""
        if binding.imsi and binding.able(now):
            self._note_number(binding)
            self._go(binding.imsi, now, due=False)

    def _note_number(self, binding: Binding) -> None:
        """By which the service centre reaches him when he has left."""
        number, held = binding.msisdn, self._rows.get(binding.imsi)
        if number and self._of_number.get(number) != binding.imsi:
            self._of_number[number] = binding.imsi
        if number and held is not None and held.msisdn != number:
            self._rows.save(replace(held, msisdn=str(number)))

    def left(self, binding: Binding, now: float) -> None:
        """One of his identities is not registered any more."""
        if binding.imsi:
            self._go(binding.imsi, now, due=False)

    def expire(self, now: float) -> None:
        for imsi in self._deadlines.due(now):
            self._go(imsi, now, due=True)

    def deadline(self) -> float | None:
        return self._deadlines.deadline()

    def returned(self, event: Returned, now: float) -> bool:
        """The server has done it; False: it was asked for something else."""
        step, imsis = self._asked.pop(event.exchange, (None, ()))
        if step is None:
            return False
        self._busy.difference_update(imsis)
        body = event.body
        if isinstance(body, BulkUeRegistrationAck):
            self._each_done(step, imsis, body, now)
        elif isinstance(body, ProvisioningResponse):
            self._provisioned(imsis[0], body, now)
        elif isinstance(body, RegistrationResponse) and body.result is not RegistrationResult.SUCCESS:
            self._failed(step, imsis[0], str(body.failure_cause or body.result), now)
        else:
            self._done(step, imsis[0], event.location, now)
        return True

    def failed(self, event: Refused | Unanswered, now: float) -> bool:
        """The server has not done it, or nobody knows; False: it was asked for something else."""
        step, imsis = self._asked.pop(event.exchange, (None, ()))
        if step is None:
            return False
        self._busy.difference_update(imsis)
        if step is Step.DEREGISTER and _knows_nothing(event):
            self._done(step, imsis[0], "", now)  # it knows nothing of him: that is what was wanted
            return True
        if isinstance(event, Refused) and event.status == _TOO_LARGE and len(imsis) > 1:
            self._most = min(self._most, len(imsis) // 2)
            self._bulk(step, [self._rows.get(imsi) or self._new(imsi) for imsi in imsis], now)
            return True
        why, after = (
            (event.reason, 0.0) if isinstance(event, Unanswered) else (_why(event), event.retry_after)
        )
        for imsi in imsis:
            self._failed(step, imsi, why, now, after)
        return True

    def _wanted(self, imsi: Imsi, held: Enrolment, now: float) -> bool:
        own = self._configured.get(imsi)
        if own is not None and own.always:
            return True
        able = any(each.able(now) for each in self._core.store.bindings_of_imsi(imsi))
        return able or (self._section.keeps and held.registered)

    def _go(self, imsi: Imsi, now: float, *, due: bool) -> None:
        """Ask for what is next, unless something is being asked, or waits for its time."""
        if imsi in self._busy:
            return
        held = self._rows.get(imsi) or self._new(imsi)
        step = enrolment.next_step(held, wanted=self._wanted(imsi, held, now), due=due)
        if step is None:
            return
        lacking = enrolment.missing(self._section, held, step)
        if lacking and due and self._provisions(imsi):
            self._ask(Step.PROVISION, held, now)
        elif lacking:
            self.alarms[imsi] = f"no {step.value}: {lacking} is not set"
            if self._provisions(imsi):
                self._deadlines.set(imsi, now + self._section.retry)
        else:
            self._ask(step, held, now)

    def _provisions(self, imsi: Imsi) -> bool:
        """Whether what he lacks may yet come from the provisioning function."""
        section, own = self._section, self._configured.get(imsi)
        return bool(section.provisioning_root) and not section.over_coap and not (own and own.service_id)

    def _new(self, imsi: Imsi) -> Enrolment:
        """He may have been provisioned by the configuration."""
        own, binding = self._configured.get(imsi), self._core.store.binding_of_imsi(imsi)
        known = (own and own.service_id) or ""
        if known:
            self._of_service[known] = imsi
        return Enrolment(key=str(imsi), svc_id=known, msisdn=str((binding and binding.msisdn) or ""))

    def _ask(self, step: Step, held: Enrolment, now: float) -> None:
        section, server, imsi = self._section, self._server, Imsi(held.key)
        if step is Step.PROVISION:
            binding = self._core.store.binding_of_imsi(imsi)
            request = enrolment.provisioning(section, held, (binding and binding.msisdn) or self.msisdn(imsi))
            exchange = server.provision(request, now)
        elif step is Step.REGISTER:
            exchange = server.register(enrolment.registration(section, held), now)
        else:
            exchange = server.deregister(enrolment.deregistration(section, held), held.registration, now)
        self._note(exchange, step, (imsi,))

    def _bulk(self, step: Step, rows: Sequence[Enrolment], now: float) -> None:
        section, server = self._section, self._server
        ready = [row for row in rows if not enrolment.missing(section, row, step)]
        for at in range(0, len(ready), self._most):
            part = ready[at : at + self._most]
            imsis = tuple(Imsi(row.key) for row in part)
            if server.bulk == 1:
                self._ask(step, part[0], now)
            elif step is Step.REGISTER:
                entries = tuple(enrolment.registration(section, row) for row in part)
                body = BulkUeRegistration(count=len(entries), list=entries)
                self._note(server.register_all(body, now), step, imsis)
            else:
                leaving = tuple(enrolment.deregistration(section, row) for row in part)
                bye = BulkUeDeregistration(count=len(leaving), list=leaving)
                self._note(server.deregister_all(bye, now), step, imsis)

    def _note(self, exchange: int, step: Step, imsis: tuple[Imsi, ...]) -> None:
        self._asked[exchange] = step, imsis
        self._busy.update(imsis)
        for imsi in imsis:
            self._deadlines.discard(imsi)

    def _each_done(
        self, step: Step, imsis: tuple[Imsi, ...], said: BulkUeRegistrationAck, now: float
    ) -> None:
        """Part of a bulk may fail; who is not named at all has."""
        results = {str(each.ue_svc_id): each for each in said.list}
        for imsi in imsis:
            held = self._rows.get(imsi) or self._new(imsi)
            result = results.get(held.svc_id)
            if result is not None and result.result is RegistrationResult.SUCCESS:
                self._done(step, imsi, "", now)
            else:
                why = (
                    "the answer does not name him"
                    if result is None
                    else str(result.failure_cause or "failed")
                )
                self._failed(step, imsi, why, now)

    def _provisioned(self, imsi: Imsi, said: ProvisioningResponse, now: float) -> None:
        other = self._of_service.get(said.svc_id)
        if not said.svc_id or (other is not None and other != imsi):
            self._failed(Step.PROVISION, imsi, "the Service ID is somebody else's", now)
            return
        self._of_service[said.svc_id] = imsi
        held = self._rows.get(imsi) or self._new(imsi)
        self._rows.save(enrolment.provisioned(held, said))
        self.alarms.pop(imsi, None)
        self._go(imsi, now, due=False)

    def _done(self, step: Step, imsi: Imsi, location: str, now: float) -> None:
        held = self._rows.get(imsi) or self._new(imsi)
        self.alarms.pop(imsi, None)
        if step is Step.DEREGISTER:
            self._rows.save(enrolment.deregistered(held))
        else:
            saved = self._rows.save(enrolment.registered(held, location))
            if self._section.refresh:
                self._deadlines.set(imsi, now + self._section.refresh)
            if self.registered is not None:
                self.registered(saved, now)
        self._go(imsi, now, due=False)

    def _failed(self, step: Step, imsi: Imsi, why: str, now: float, after: float = 0.0) -> None:
        """Later once more: also what is refused for good is, for an operator may have put it right."""
        self.alarms[imsi] = f"{step.value}: {why}"
        held = self._rows.get(imsi)
        if step is Step.REGISTER and held is not None and held.registered:
            self._rows.save(replace(held, registered=False))
        self._deadlines.set(imsi, now + max(self._section.retry, after))


def _knows_nothing(event: Refused | Unanswered) -> bool:
    """Whether the server has no such registration."""
    return isinstance(event, Refused) and (event.status == 404 or event.cause == "NOT_REGISTERED")


def _why(event: Refused) -> str:
    return f"{event.status} {event.cause or event.detail}".strip()
