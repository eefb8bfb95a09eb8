"""A gateway that goes wrong about who is registered, and who may be."""

from ipsmgw.gateway import enrolment, registrations
from ipsmgw.gateway.enrolment import Enrolment
from ipsmgw.gateway.gateway import Gateway
from ipsmgw.gateway.hlr import Hlr, _PreConfigured, _UpdateGprsLocation
from ipsmgw.gateway.phones import Phones
from ipsmgw.gateway.registrations import Registrations
from ipsmgw.gateway.unreachable import Unreachable
from ipsmgw.gateway.watching import Watching
from ipsmgw.identity import Imsi
from ipsmgw.procedures import direct, registration
from ipsmgw.procedures.decision import Admit, Answer, Decision, Deny, Forget
from ipsmgw.procedures.direct import DirectRules, Standing
from ipsmgw.procedures.nai import private_impu
from ipsmgw.store import Binding, HlrState, TableStore
from sipbridge import RegEventNotifier, ServerTx
from sipbridge.aka import AkaVerdict, Resynchronise
from tests.lab.conformance.mutation import Patch, mutation, nothing


@mutation
def tells_the_hlr_nothing(patch: Patch) -> None:
    patch.setattr(Registrations, "_tell_hlr", nothing)


@mutation
def tells_an_hlr_that_knows_already(patch: Patch) -> None:
    way = Hlr.way

    def told(self: Hlr, imsi: Imsi) -> object:
        usual = way(self, imsi)
        return self._ways["anyTimeModification"] if isinstance(usual, _PreConfigured) else usual

    patch.setattr(Hlr, "way", told)


@mutation
def tells_the_hlr_of_every_refresh(patch: Patch) -> None:
    patch.setattr(registration, "_standing", lambda held, smsip: HlrState.ACTIVATING)


@mutation
def does_not_say_that_somebody_left(patch: Patch) -> None:
    def end(held: Binding, answer: tuple[Answer, ...], last: bool) -> Decision[Binding]:
        return Decision(None, (Forget(held), *answer))

    patch.setattr(registration, "_end", end)


@mutation
def never_purges(patch: Patch) -> None:
    tell = _UpdateGprsLocation.tell

    def tell_of_joy(self: _UpdateGprsLocation, binding: Binding, now: float, *, active: bool) -> int | None:
        return tell(self, binding, now, active=True) if active else None

    patch.setattr(_UpdateGprsLocation, "tell", tell_of_joy)


@mutation
def gives_up_on_a_silent_hlr(patch: Patch) -> None:
    patch.setattr(registrations, "is_for_now", lambda event: False)


@mutation
def asks_again_what_was_refused(patch: Patch) -> None:
    patch.setattr(registrations, "is_for_now", lambda event: True)


@mutation
def learns_no_msisdn(patch: Patch) -> None:
    patch.setattr(Registrations, "learned", nothing)


@mutation
def ignores_cancel_location(patch: Patch) -> None:
    patch.setattr(Registrations, "cancel", nothing)


@mutation
def refuses_the_s_cscf(patch: Patch) -> None:
    def refuse(self: Registrations, status: int, saved: Binding | None, tx: ServerTx, now: float) -> None:
        self._core.isc.respond(tx, 403, now)

    patch.setattr(Registrations, "_answer", refuse)


@mutation
def believes_everybody(patch: Patch) -> None:
    patch.setattr(Gateway, "_believes", lambda self, event, now: True)


@mutation
def subscribes_to_nothing(patch: Patch) -> None:
    patch.setattr(Watching, "begin", nothing)


@mutation
def reads_no_reginfo(patch: Patch) -> None:
    patch.setattr(Registrations, "changed", nothing)


@mutation
def never_gives_up_on_who_is_silent(patch: Patch) -> None:
    patch.setattr(Unreachable, "_count", nothing)


# Of phones that register here.


@mutation
def forgets_contacts_when_it_dies(patch: Patch) -> None:
    patch.setattr(TableStore, "contacts", lambda self: {})


@mutation
def proves_nothing_to_the_phone(patch: Patch) -> None:
    admit = Enrolment.admit
    patch.setattr(Enrolment, "admit", lambda self, event, imsi, info, now: admit(self, event, imsi, "", now))


@mutation
def tells_the_phone_no_number(patch: Patch) -> None:
    patch.setattr(enrolment, "associated_uris", lambda imsi, msisdn, realm: (private_impu(imsi, realm),))


@mutation
def lets_everybody_in(patch: Patch) -> None:
    def judge(standing: Standing, verdict: AkaVerdict, now: float, rules: DirectRules) -> Decision[Standing]:
        return Decision(Standing(), (Admit(""),))

    patch.setattr(direct, "judge", judge)


@mutation
def never_resynchronises(patch: Patch) -> None:
    judge = direct.judge

    def strict(standing: Standing, verdict: AkaVerdict, now: float, rules: DirectRules) -> Decision[Standing]:
        if isinstance(verdict, Resynchronise):
            return Decision(standing, (Deny(403),))
        return judge(standing, verdict, now, rules)

    patch.setattr(direct, "judge", strict)


@mutation
def reads_no_nai(patch: Patch) -> None:
    patch.setattr(direct, "identify", lambda *said: Deny(404))


@mutation
def never_lets_registrations_run_out(patch: Patch) -> None:
    patch.setattr(Phones, "due", lambda self, now: iter(()))
    patch.setattr(Phones, "deadline", nothing)
    patch.setattr(registration, "expired", nothing)


@mutation
def has_no_guard_timer(patch: Patch) -> None:
    patch.setattr(Enrolment, "heard", nothing)


@mutation
def ends_registrations_without_a_word(patch: Patch) -> None:
    patch.setattr(RegEventNotifier, "terminate", nothing)
