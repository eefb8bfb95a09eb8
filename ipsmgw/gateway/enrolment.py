"""Phones that are registered here: contacts, binding, and what they are told of it (TR 23.804 §8.1, §8.2)."""

from dataclasses import replace
from math import ceil

from ipsmgw.direct_section import notifier_rules, registrar_rules
from ipsmgw.gateway.core import Core
from ipsmgw.gateway.deadlines import Deadlines
from ipsmgw.gateway.phones import Phones
from ipsmgw.gateway.registrations import Registrations
from ipsmgw.identity import Impu, Imsi, Msisdn
from ipsmgw.procedures.nai import associated_uris, imsi_of, private_impu
from ipsmgw.procedures.registration import Registration
from ipsmgw.store import HlrState
from sipbridge import (
    Contact,
    ContactState,
    Denied,
    Flow,
    RegEventNotifier,
    Register,
    RegistrationState,
    Request,
)
from sipbridge.registrar import register

__all__ = ["Enrolment"]

_RETRY_AFTER = ("Retry-After", "5")
_DEACTIVATED, _EXPIRED, _UNREGISTERED = "deactivated", "expired", "unregistered"  # RFC 3680 §5.4
_NO_RESOURCE = "noresource"  # RFC 6665 §4.1.3: there is nothing to subscribe to before he registers again


class Enrolment:
    """Decides as a registrar once it is known who asks; the rest is as for any registration."""

    def __init__(self, core: Core, phones: Phones, registrations: Registrations) -> None:
        section = core.settings.direct
        self._core = core
        self._phones = phones
        self._registrations = registrations
        self._realm = section.realm or ""
        self._waiting: dict[Imsi, list[tuple[Register, str]]] = {}
        registrations.left.append(lambda binding, now: self._left(binding.impu, now))
        longest = min(section.longest_expires, core.settings.limits.max_expires)
        self._rules = replace(registrar_rules(section), longest=longest)
        self.notifier = RegEventNotifier(core.isc.sip, self._states, notifier_rules(section))
        self._guard = section.guard
        self._heard: dict[Impu, float] = {}
        self._guarded: Deadlines[Impu] = Deadlines()
        for binding in core.store.bindings():
            if not binding.scscf:
                if binding.msisdn is not None:
                    phones.number(binding.impu, binding.msisdn)
                self.heard(binding.impu, core.clock.now())

    def admit(self, event: Register, imsi: Imsi, info: str, now: float) -> None:
        """He is who he says he is: what he asks for, or why not."""
        impu = private_impu(imsi, self._realm)
        outcome = register(self._phones.contacts(impu), event, now, self._rules)
        if isinstance(outcome, Denied):
            self._core.isc.respond(event.tx, outcome.status, now, headers=outcome.headers)
            return
        if not outcome.contacts:
            self._end(impu)
        refusal = self._bind(imsi, outcome.contacts, now)
        if refusal:
            self._core.isc.respond(event.tx, refusal, now, headers=[_RETRY_AFTER] if refusal == 503 else [])
            return
        if outcome.contacts:
            self._phones.keep(impu, outcome.contacts)
            self.heard(impu, now)
            self._registrations.present(impu, now)
        if self.number(imsi) is None and self._is_being_told(impu):
            self._waiting.setdefault(imsi, []).append((event, info))  # TR 23.804 §8.1 step 5: it brings it
        else:
            self._grant(event, imsi, info, now)
        self._tell(impu, outcome.ended, _UNREGISTERED, now)

    def told(self, imsi: Imsi, now: float) -> None:
        """The HLR has been told of him: now his number is known, or he is not registered."""
        waiting = self._waiting.pop(imsi, ())
        if waiting and self.number(imsi) is None:
            self.deregister(private_impu(imsi, self._realm), now)
            for event, _ in waiting:
                self._core.isc.respond(event.tx, 504, now, headers=[_RETRY_AFTER])
            return
        for event, info in waiting:
            self._grant(event, imsi, info, now)

    def number(self, imsi: Imsi) -> Msisdn | None:
        """By the configuration, or by the HLR."""
        binding = self._core.store.binding(private_impu(imsi, self._realm))
        learned = None if binding is None else binding.msisdn
        return learned or self._registrations.hlr.msisdn(imsi)

    def heard(self, impu: Impu, now: float) -> None:
        """A word of the phone's: its guard timer begins anew (TR 23.804 §8.2.2)."""
        if self._guard:
            if impu not in self._heard:
                self._guarded.set(impu, now + self._guard)
            self._heard[impu] = now

    def flow_failed(self, flow: Flow, now: float) -> None:
        """Contacts that nothing reaches any more have run out."""
        if self._phones.flow_failed(flow):
            self._run_out(now)

    def deregister(self, impu: Impu, now: float) -> bool:
        """The gateway ends it: the HLR is told, and the phone (TR 23.804 §8.2.2); False: there is nothing."""
        imsi = imsi_of(impu, self._realm)
        if not self._phones.contacts(impu) or imsi is None:
            return False
        self._left(impu, now)
        self._bind(imsi, (), now)
        return True

    def subscribe(self, request: Request, now: float) -> None:
        """SUBSCRIBE to the reg event: of his own registration, over his own flow (TS 24.229 §5.4.2.1.1)."""
        message = request.message
        found = self._phones.sender(message, request.flow, now)
        if found is None or self._phones.known(message.fields[b"To"]) != found[0]:
            self._core.isc.respond(request.tx, 403, now)
            return
        self.heard(found[0], now)
        self.notifier.subscribe(request, found[0], now)

    def expire(self, now: float) -> None:
        """Contacts that ran out, phones that have been silent for too long, subscriptions."""
        self._run_out(now)
        for impu in self._guarded.due(now):
            until = self._heard.get(impu, now) + self._guard
            if until > now:
                self._guarded.set(impu, until)
            elif not self.deregister(impu, now):
                self._heard.pop(impu, None)

    def deadline(self) -> float | None:
        contact, guard = self._phones.deadline(), self._guarded.deadline()
        if contact is None or guard is None:
            return guard if contact is None else contact
        return min(contact, guard)

    # Inside.

    def _is_being_told(self, impu: Impu) -> bool:
        binding = self._core.store.binding(impu)
        return binding is not None and binding.hlr is HlrState.ACTIVATING

    def _left(self, impu: Impu, now: float) -> None:
        """His binding ends otherwise than by his own word: he hears of it."""
        contacts = self._phones.contacts(impu)
        if contacts:
            ended = self._states(impu, now, contacts, _DEACTIVATED)
            self._end(impu)
            self.notifier.terminate(impu, _NO_RESOURCE, now, ended)

    def _run_out(self, now: float) -> None:
        for impu in self._phones.due(now):
            contacts = self._phones.contacts(impu)
            staying = tuple(each for each in contacts if each.until > now)
            ended = tuple(each for each in contacts if each.until <= now)
            imsi = imsi_of(impu, self._realm)
            if staying:
                self._phones.keep(impu, staying)
            else:
                self._end(impu)
            binding = self._core.store.binding(impu)
            if imsi is not None and binding is not None and binding.expires and not binding.scscf:
                self._bind(imsi, staying, now)
            self._tell(impu, ended, _EXPIRED, now)

    def _end(self, impu: Impu) -> None:
        self._phones.keep(impu, ())
        self._heard.pop(impu, None)
        self._guarded.discard(impu)

    def _bind(self, imsi: Imsi, contacts: tuple[Contact, ...], now: float) -> int:
        """What refuses it, 0 where nothing does: no room, or nobody can say whose messages these would be."""
        asked = self._asked(imsi, contacts, now)
        held = self._core.store.binding(asked.impu)
        if not contacts and held is not None and held.scscf:
            return 0  # he has left for an S-CSCF, which says when that ends
        room = self._core.store.count() < self._core.settings.limits.bindings
        binding = self._registrations.bind(asked, now)
        if not asked.expires or (binding is not None and binding.reachable(now)):
            return 0
        return 403 if room else 503

    def _asked(self, imsi: Imsi, contacts: tuple[Contact, ...], now: float) -> Registration:
        """All his devices together, as an S-CSCF would say it."""
        left = max((ceil(each.until - now) for each in contacts), default=0)
        smsip = any(each.smsip for each in contacts)
        return Registration(private_impu(imsi, self._realm), left, "", (imsi, None), smsip)

    def _grant(self, event: Register, imsi: Imsi, info: str, now: float) -> None:
        """RFC 3261 §10.3 step 8; TS 24.229 §5.4.1.2.2F; RFC 5626 §6 for who has registered this flow."""
        impu, msisdn = private_impu(imsi, self._realm), self.number(imsi)
        contacts = self._phones.contacts(impu)
        if msisdn is not None and contacts:
            self._phones.number(impu, msisdn)
        outbound = any(each.outbound and each.flow == event.flow for each in contacts)
        uris = ", ".join(f"<{uri}>" for uri in associated_uris(imsi, msisdn, self._realm))
        headers = [
            *(("Contact", f"<{each.uri}>;expires={ceil(each.until - now)}") for each in contacts),
            ("P-Associated-URI", uris),
            *([("Authentication-Info", info)] if info else []),
            *([("Require", "outbound")] if outbound and event.outbound else []),
        ]
        self._core.isc.respond(event.tx, 200, now, headers=headers)

    def _tell(self, impu: Impu, ended: tuple[Contact, ...], event: str, now: float) -> None:
        """Those who watch him hear of each change; of the end of all it is the last that they hear."""
        staying = self._phones.contacts(impu)
        states = self._states(impu, now, (*staying, *(each._replace(until=0.0) for each in ended)), event)
        if staying:
            self.notifier.changed(impu, now, states)
        else:
            self.notifier.terminate(impu, _NO_RESOURCE, now, states)

    def _states(
        self, aor: str, now: float, contacts: tuple[Contact, ...] | None = None, event: str = ""
    ) -> tuple[RegistrationState, ...]:
        """What a reginfo says of him, under each of his names."""
        impu = Impu(aor)
        imsi = imsi_of(impu, self._realm)
        found = self._phones.contacts(impu) if contacts is None else contacts
        gone = event == _DEACTIVATED
        states = tuple(_state(each, now, event, gone=gone) for each in found)
        msisdn = None if imsi is None else self.number(imsi)
        names = [] if imsi is None else associated_uris(imsi, msisdn, self._realm)
        state = "active" if any(each.active for each in states) else "terminated"
        return tuple(
            RegistrationState(name.removesuffix(";user=phone"), f"r{i}", state, states)
            for i, name in enumerate(dict.fromkeys((aor, *names)))
        )


def _state(contact: Contact, now: float, event: str, *, gone: bool) -> ContactState:
    active = contact.until > now and not gone
    return ContactState(
        id=contact.key,
        state="active" if active else "terminated",
        event="registered" if active else event,
        uri=contact.uri,
        expires=ceil(contact.until - now) if active else 0,
        smsip=contact.smsip,
    )
