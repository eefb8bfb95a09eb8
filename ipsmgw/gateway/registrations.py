"""Bindings: what the S-CSCF says of them, what the HLR has to hear of them, and their end."""

from collections.abc import Callable
from functools import partial

from ipsmgw.gateway.core import Core
from ipsmgw.gateway.deadlines import Deadlines
from ipsmgw.gateway.hlr import Hlr, is_for_now
from ipsmgw.gateway.watching import Watching
from ipsmgw.identity import Impu, Imsi, Msisdn
from ipsmgw.numbers import Numbers
from ipsmgw.procedures import registration
from ipsmgw.procedures.decision import Answer, Decision, Forget, Save, TellHlr
from ipsmgw.procedures.registration import Registration, ServiceInfo
from ipsmgw.store import Binding, HlrState, Stale
from mapstack import Answered, DialogueLost, Refused
from sipbridge import RegistrationsChanged, RegistrationState, ServerTx, ThirdPartyRegister

__all__ = ["Registrations"]

_ATTEMPTS = 3
_UNSETTLED = (HlrState.ACTIVATING, HlrState.DEACTIVATING, HlrState.WITHDRAWING)
Decide = Callable[[Binding | None], Decision[Binding] | None]


class Registrations:
    """Loads a binding, lets the procedure decide, saves, and only then answers and tells the HLR.

    The HLR hears one thing of a subscriber at a time: two that overtake each other would leave it with the
    older one.
    """

    def __init__(self, core: Core) -> None:
        self._core = core
        self.hlr = Hlr(core)
        self._service_info = ServiceInfo(core.settings.sip.service_info, core.numbers.subscriber)
        self._watching = Watching(core)
        self._implicit = core.implicit
        self._texts = core.settings.text.enabled
        self._msisdn_less = core.settings.map.msisdn_less
        self._asked: dict[int, Binding] = {}
        self._telling: set[Imsi] = set()
        self.came: list[Callable[[Binding, float], None]] = []
        """Told of everybody who has registered with a device for short messages, each time,"""
        self.left: list[Callable[[Binding, float], None]] = []
        """and of every binding that ends."""
        self._deadlines: Deadlines[Impu] = Deadlines()
        for binding in core.store.bindings():
            unsettled = binding.hlr in _UNSETTLED  # the life before may not have got round to telling the HLR
            self._deadlines.set(binding.impu, core.clock.now() if unsettled else binding.expires)

    def register(self, event: ThirdPartyRegister, now: float) -> None:
        """A third-party REGISTER of a trusted S-CSCF."""
        try:
            impu = Impu.parse(event.impu)
            scscf = self._core.scscf_of(event)
        except ValueError:
            self._core.isc.respond(event.tx, 400, now)
            return
        if not event.expires and self._core.store.binding(impu) is None:
            # With any of its identities a whole implicit set is de-registered (TS 23.228 §5.2.1a).
            impu = self._implicit.of(impu) or impu
        numbers = self._service_info.read(event.service_info or "")
        numbers = numbers or _of_identities(event, self._core.numbers)
        asked = Registration(impu, event.expires, scscf, numbers, self._texts or event.smsip)
        self._apply(impu, lambda held: self._register(held, asked, now), event.tx, now)
        binding = self._core.store.binding(impu)
        if asked.expires and binding is not None and binding.reachable(now):
            associated = tuple(self._core.numbers.asserted(uri) or uri for uri in event.associated)
            self._implicit.set(impu, associated)
            self._watching.begin(binding, now)
            self._learn(impu, event.smsip)
            self.present(impu, now)

    def bind(self, asked: Registration, now: float) -> Binding | None:
        """A phone that registers here itself: all its devices are known; the binding, if there is one now."""
        impu, smsip = asked.impu, bool(asked.smsip)
        self._apply(impu, lambda held: self._register(held, asked, now), None, now)
        if asked.expires and not smsip:
            self._apply(impu, lambda held: self._unable(held, now), None, now)
        return self._core.store.binding(impu)

    def present(self, impu: Impu, now: float) -> None:
        """He has registered, with a device for short messages."""
        binding = self._core.store.binding(impu)
        if binding is None or not binding.able(now):
            return
        if binding.imsi in self._core.unreachable.flags:
            self._core.unreachable.heard(binding.imsi, now)
        for tell in self.came:
            tell(binding, now)

    def changed(self, event: RegistrationsChanged, now: float) -> None:
        """A NOTIFY of the reg event: what it says of identities that are registered here."""
        watched = self._core.store.binding(Impu.parse(event.aor))
        if watched is None:
            return
        # Where nobody is registered any more, Kamailio may have forgotten him when it writes the document.
        for one in event.registrations or (RegistrationState(event.aor, "", "terminated"),):
            try:
                impu = Impu.parse(one.aor)
            except ValueError:
                continue
            self._apply(impu, partial(self._notice, one, watched, now), None, now)
            binding = self._core.store.binding(impu)
            if one.registered and binding is not None:
                self._learn(impu, one.smsip)
                if binding.hlr is HlrState.ACTIVATING:  # which is news of him
                    self.present(impu, now)

    def hlr_answered(self, event: Answered | Refused | DialogueLost, now: float) -> Imsi | None:
        """How the HLR took the news; what has changed since is told now, what it did not take later.

        Of whom it was; None: this is no dialogue of a registration.
        """
        told = self._asked.pop(event.dialogue, None)
        if told is None:
            return None
        self._telling.discard(told.imsi)
        self._apply(told.impu, lambda held: self._heard(held, told, event), None, now)
        self._tell_rest(told.imsi, now + self._core.settings.timers.hlr_retry if is_for_now(event) else now)
        self._core.unreachable.tell(told.imsi, now)
        return told.imsi

    # What else the HLR hears of a subscriber.

    def claim(self, imsi: Imsi) -> bool:
        """The HLR is told something else of him now; False: it has yet to hear of his registration."""
        bindings = self._core.store.bindings_of_imsi(imsi)
        if imsi in self._telling or any(each.hlr in _UNSETTLED for each in bindings):
            return False
        self._telling.add(imsi)
        return True

    def release(self, imsi: Imsi, now: float) -> None:
        """It has heard that; what has changed since is told now."""
        self._telling.discard(imsi)
        self._tell_rest(imsi, now)

    def is_able(self, imsi: Imsi, now: float) -> bool:
        """Whether short messages reach him."""
        return any(each.able(now) for each in self._core.store.bindings_of_imsi(imsi))

    def msisdn(self, imsi: Imsi) -> Msisdn | None:
        """As he is registered."""
        binding = self._core.store.binding_of_imsi(imsi)
        return None if binding is None else binding.msisdn

    def announce(self, imsi: Imsi, now: float) -> None:
        """The HLR hears once more that he is registered, if it is not about to (TR 23.804 §8.6 step 3)."""
        bindings = self._core.store.bindings_of_imsi(imsi)
        if any(each.hlr is HlrState.ACTIVATING for each in bindings):
            return
        active = next((each for each in bindings if registration.announced(each, now)), None)
        if active is not None:
            self._apply(active.impu, lambda held: registration.announced(held, now), None, now)

    def give_up(self, imsi: Imsi, now: float) -> None:
        """His IP access is lost: what is registered of him ends (TR 23.804 §4, §8.2.2)."""
        for binding in self._core.store.bindings_of_imsi(imsi):
            self._apply(binding.impu, lambda held: self._given_up(held, now), None, now)

    def told_in(self, dialogue: int) -> Imsi | None:
        """About whom the HLR is being told in this dialogue."""
        told = self._asked.get(dialogue)
        return told.imsi if told is not None else None

    def is_sgsn_of(self, imsi: Imsi) -> bool:
        """Whether the HLR has reason to take this node for the SGSN of somebody."""
        return self.hlr.way(imsi).learns_msisdn and bool(self._core.store.bindings_of_imsi(imsi))

    def learned(self, imsi: Imsi, msisdn: Msisdn, dialogue: int, now: float) -> None:
        """The HLR tells an MSISDN, in the dialogue in which it is told of him or in one of its own."""
        told = self._asked.get(dialogue)
        for binding in self._core.store.bindings_of_imsi(imsi):
            self._apply(
                binding.impu, lambda held: registration.numbered(held, msisdn) if held else None, None, now
            )
            if told is not None and told.impu == binding.impu and told.version == binding.version:
                self._asked[dialogue] = self._core.store.binding(binding.impu) or told

    def cancel(self, imsi: Imsi, now: float) -> None:
        """The HLR ends it."""
        telling = imsi in self._telling
        for binding in self._core.store.bindings_of_imsi(imsi):
            self._apply(
                binding.impu,
                lambda held: registration.cancelled(held, telling=telling) if held else None,
                None,
                now,
            )

    def expire(self, now: float) -> None:
        """Registrations that ran out, and news that the HLR has not confirmed."""
        for impu in self._deadlines.due(now):
            self._apply(impu, lambda held: self._due(held, now), None, now)
        self._watching.expire(now)

    def deadline(self) -> float | None:
        due, watch = self._deadlines.deadline(), self._watching.deadline()
        if due is None or watch is None:
            return watch if due is None else due
        return min(due, watch)

    def _register(self, held: Binding | None, asked: Registration, now: float) -> Decision[Binding]:
        limits = self._core.settings.limits
        if held is None and asked.expires and self._core.store.count() >= limits.bindings:
            return Decision(None, (Answer(503),))
        asked = asked._replace(numbers=self._numbers(held, asked))
        last = held is None or self._is_last(held, now)
        return registration.register(held, asked, now, max_expires=limits.max_expires, last=last)

    def _unable(self, held: Binding | None, now: float) -> Decision[Binding] | None:
        """None of his devices takes short messages."""
        if held is None:
            return None
        return registration.noticed(held, registered=True, smsip=False, last=self._is_last(held, now))

    def _numbers(self, held: Binding | None, asked: Registration) -> tuple[Imsi, Msisdn | None] | None:
        """The MSISDN by the HLR where it tells it, by the S-CSCF, or by the configuration."""
        if asked.numbers is None:
            return None
        imsi, msisdn = asked.numbers
        learns = self.hlr.way(imsi).learns_msisdn
        if learns and held is not None and held.imsi == imsi and held.msisdn is not None:
            return imsi, held.msisdn
        msisdn = msisdn or self.hlr.msisdn(imsi)
        return (imsi, msisdn) if msisdn is not None or learns or self._msisdn_less else None

    def _notice(
        self, said: RegistrationState, watched: Binding, now: float, held: Binding | None
    ) -> Decision[Binding] | None:
        if held is None or held.imsi != watched.imsi:
            return None
        last = self._is_last(held, now)
        smsip = self._texts or said.smsip
        return registration.noticed(held, registered=said.registered, smsip=smsip, last=last)

    def _heard(
        self, held: Binding | None, told: Binding, event: Answered | Refused | DialogueLost
    ) -> Decision[Binding] | None:
        if held is None or held.version != told.version or is_for_now(event):
            return None
        if isinstance(event, Answered):
            return registration.hlr_confirmed(held)
        return registration.hlr_refused(held)

    def _due(self, held: Binding | None, now: float) -> Decision[Binding] | None:
        if held is None:
            return None
        last = self._is_last(held, now)
        if held.hlr is not HlrState.DEACTIVATING and not held.reachable(now):
            return registration.expired(held, last=last)
        return registration.hlr_unsure(held, last=last) if held.hlr in _UNSETTLED else None

    def _given_up(self, held: Binding | None, now: float) -> Decision[Binding] | None:
        if held is None or not held.reachable(now):
            return None
        return registration.expired(held, last=self._is_last(held, now))

    def _tell_rest(self, imsi: Imsi, when: float) -> None:
        for binding in self._core.store.bindings_of_imsi(imsi):
            if binding.hlr in _UNSETTLED:
                self._deadlines.set(binding.impu, when)

    def _is_last(self, held: Binding, now: float) -> bool:
        others = self._core.store.bindings_of_imsi(held.imsi)
        return not any(other.impu != held.impu and other.able(now) for other in others)

    def _apply(self, impu: Impu, decide: Decide, tx: ServerTx | None, now: float) -> None:
        """Load, decide, save; a stale row is loaded and decided again (DESIGN §5)."""
        store = self._core.store
        for _ in range(_ATTEMPTS):
            decision = decide(store.binding(impu))
            if decision is None:
                return
            try:
                saved = self._make_durable(decision, now)
            except Stale:
                continue
            self._act(decision, saved, tx, now)
            return
        if tx is not None:
            self._core.isc.respond(tx, 500, now)

    def _make_durable(self, decision: Decision[Binding], now: float) -> Binding | None:
        """Durable with the commit at the end of the batch, before anything leaves."""
        saved = decision.record
        for action in decision.actions:
            match action:
                case Save(binding):
                    saved = self._core.store.save(binding)
                    self._deadlines.set(saved.impu, saved.expires)
                    if not saved.expires:
                        self._leave(saved, now)
                case Forget(binding):
                    self._core.store.remove(binding)
                    self._deadlines.discard(binding.impu)
                    self._leave(binding, now)
        return saved

    def _learn(self, impu: Impu, smsip: bool | None) -> None:
        """Whether he gets text, where that is wanted and something is said of his devices."""
        if smsip is False and self._texts:
            self._core.plain.add(impu)
        elif smsip:
            self._core.plain.discard(impu)

    def _leave(self, binding: Binding, now: float) -> None:
        impu = binding.impu
        self._core.plain.discard(impu)
        self._implicit.discard(impu)
        self._watching.end(impu, now)
        for tell in self.left:
            tell(binding, now)

    def _act(
        self, decision: Decision[Binding], saved: Binding | None, tx: ServerTx | None, now: float
    ) -> None:
        for action in decision.actions:
            if isinstance(action, Answer) and tx is not None:
                self._answer(action.status, saved, tx, now)
            elif isinstance(action, TellHlr) and saved is not None:
                self._tell_hlr(action, saved, now)

    def _answer(self, status: int, saved: Binding | None, tx: ServerTx, now: float) -> None:
        """A 200 repeats how long we take the registration to last (TS 24.341 B.3)."""
        expires = max(0, round(saved.expires - now)) if saved else 0
        headers = [("Expires", str(expires))] if status == 200 else []
        if saved and expires:  # RFC 3261 §10.3 step 8: what is bound is told
            headers.append(("Contact", f"<{saved.scscf}>;expires={expires}"))
        self._core.isc.respond(tx, status, now, headers=headers)

    def _tell_hlr(self, action: TellHlr, binding: Binding, now: float) -> None:
        if binding.imsi in self._telling:
            self._deadlines.discard(binding.impu)  # the end of that dialogue sets it
            return
        dialogue = self.hlr.way(binding.imsi).tell(binding, now, active=action.active)
        self._deadlines.discard(binding.impu)
        if dialogue is None:
            self._apply(
                binding.impu, lambda held: registration.hlr_confirmed(held) if held else None, None, now
            )
            return
        self._asked[dialogue] = binding
        self._telling.add(binding.imsi)


def _of_identities(event: ThirdPartyRegister, numbers: Numbers) -> tuple[Imsi, Msisdn | None] | None:
    """IMSI and MSISDN without a service-info: the REGISTER of the user says who he is (TS 23.003 §13.3); he
    may have no number.
    """
    imsi = Imsi.of_private_identity(event.private_identity)
    if imsi is None:
        return None
    said = (_msisdn(uri, numbers) for uri in (*event.associated, event.impu))
    return imsi, next(filter(None, said), None)


def _msisdn(uri: str, numbers: Numbers) -> Msisdn | None:
    """The number of an identity, also where the S-CSCF writes it without its plus sign."""
    try:
        said = Impu.parse(uri).msisdn
    except ValueError:
        said = None
    local = None if said else numbers.asserted(uri)
    return local.msisdn if local is not None else said
