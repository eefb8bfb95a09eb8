"""A gateway that goes wrong about what phones send, and what they hear of it."""

from collections.abc import Callable

from msgspec.structs import replace

from ipsmgw.cause import Cause
from ipsmgw.cdr import Cdr
from ipsmgw.gateway import core
from ipsmgw.gateway.core import Core, Then
from ipsmgw.gateway.originating import Originating
from ipsmgw.gateway.reports import Reports
from ipsmgw.gateway.texting import Texting
from ipsmgw.procedures import alert, mo, mt
from ipsmgw.procedures.decision import Answer, Decision
from ipsmgw.procedures.mo import MoSms
from ipsmgw.procedures.mt import MtSms
from ipsmgw.procedures.service_centre import Choice, ServiceCentres, in_map
from lab.plan import Plan
from mapstack.map import AddressString, SmRpOa
from sipbridge import ClientTx, Flow, SipStack, SmMessage, SmUnreadable
from sipbridge.rp import RpAddress
from tests.lab.conformance.mutation import Patch, mutation, nothing


@mutation
def answers_mo_with_200(patch: Patch) -> None:
    patch.setattr(mo, "_ACCEPTED", Answer(200))


@mutation
def forwards_no_mo(patch: Patch) -> None:
    submit = mo.submit

    def keep(sms: MoSms, now: float) -> Decision[MoSms]:
        return replace(submit(sms, now), actions=(Answer(202),))

    patch.setattr(mo, "submit", keep)


@mutation
def sends_under_nobodys_number(patch: Patch) -> None:
    patch.setattr(mo, "_originator", lambda msisdn: SmRpOa(msisdn=AddressString("0" * 15)))


@mutation
def asks_whatever_sc_the_phone_names(patch: Patch) -> None:
    def choose(self: ServiceCentres, said: RpAddress, request_uri: str) -> Choice:
        return Choice(in_map(said))

    patch.setattr(ServiceCentres, "choose", choose)


@mutation
def writes_into_what_it_carries(patch: Patch) -> None:
    _carry(patch, lambda tpdu: tpdu[:-1] + bytes((tpdu[-1] ^ 1,)))


@mutation
def writes_into_the_user_data_header(patch: Patch) -> None:
    """TP-UDHI, which stands in the first octet (TS 23.040 §9.2.3.23)."""
    _carry(patch, lambda tpdu: bytes((tpdu[0] & ~0x40,)) + tpdu[1:])


def _carry(patch: Patch, change: Callable[[bytes], bytes]) -> None:
    submit, deliver = mo.submit, mt.deliver

    def submit_changed(sms: MoSms, now: float) -> Decision[MoSms]:
        return submit(replace(sms, tpdu=change(sms.tpdu)), now)

    def deliver_changed(sms: MtSms, now: float) -> Decision[MtSms]:
        return deliver(replace(sms, tpdu=change(sms.tpdu)), now)

    patch.setattr(mo, "submit", submit_changed)
    patch.setattr(mt, "deliver", deliver_changed)


@mutation
def takes_submits_only(patch: Patch) -> None:
    submit = mo.submit

    def particular(sms: MoSms, now: float) -> Decision[MoSms]:
        is_submit = sms.tpdu[0] & 3 == 1
        return submit(sms, now) if is_submit else mo.refused(sms, Cause.SEMANTICALLY_INCORRECT, now)

    patch.setattr(mo, "submit", particular)


@mutation
def leaves_the_uris_out(patch: Patch) -> None:
    patch.setattr(mo, "_correlation", nothing)


@mutation
def keeps_the_ip_access_to_itself(patch: Patch) -> None:
    patch.setattr(core, "IP_ACCESS", None)


@mutation
def records_nothing(patch: Patch) -> None:
    def record(self: Core, cdr: Cdr, then: Then) -> None:
        then(self.clock.now())

    patch.setattr(Core, "record", record)


@mutation
def has_no_ear_for_text(patch: Patch) -> None:
    patch.setattr(Texting, "submit", lambda self, event, room, now: 0)


# Its reports.


@mutation
def reports_nothing_to_the_phone(patch: Patch) -> None:
    patch.setattr(Reports, "send", nothing)


@mutation
def does_not_say_what_it_replies_to(patch: Patch) -> None:
    _write(patch, b"In-Reply-To:", b"In-Answer-To:")


@mutation
def does_not_say_who_it_is(patch: Patch) -> None:
    _write(patch, b"P-Asserted-Identity:", b"P-Pretended-Identity:")


@mutation
def writes_no_charging_vector(patch: Patch) -> None:
    _write(patch, b"P-Charging-Vector:", b"P-Counting-Vector:")


@mutation
def lets_messages_fork(patch: Patch) -> None:
    _write(patch, b"Request-Disposition: no-fork", b"Request-Disposition: fork")


def _write(patch: Patch, what: bytes, instead: bytes) -> None:
    """In everything that it sends of its own accord."""
    start, here = SipStack.start, Plan().host("ipsmgw")

    def start_changed(self: SipStack, tx: ClientTx, octets: bytes, flow: Flow, now: float) -> ClientTx:
        ours = flow.local[0] == here
        return start(self, tx, octets.replace(what, instead) if ours else octets, flow, now)

    patch.setattr(SipStack, "start", start_changed)


@mutation
def acknowledges_what_was_refused(patch: Patch) -> None:
    patch.setattr(mo, "sc_refused", lambda sms, error, now: mo.sc_took(sms, None, now))


@mutation
def never_minds_a_silent_sc(patch: Patch) -> None:
    patch.setattr(mo, "sc_silent", lambda sms, now: Decision(None, ()))


@mutation
def drops_the_submit_report_of_the_sc(patch: Patch) -> None:
    took = mo.sc_took
    patch.setattr(mo, "sc_took", lambda sms, sm_rp_ui, now: took(sms, None, now))
    patch.setattr(mo, "diagnostic_info", nothing)


@mutation
def makes_one_cause_of_all(patch: Patch) -> None:
    patch.setattr(mo, "cause_of", lambda error: Cause.NETWORK_OUT_OF_ORDER)
    patch.setattr(alert, "cause_of", lambda error: Cause.NETWORK_OUT_OF_ORDER)


@mutation
def tells_nobody_what_cannot_be_read(patch: Patch) -> None:
    def refuse(
        self: Originating, event: SmMessage | SmUnreadable, reference: int, cause: Cause, now: float
    ) -> None:
        self._core.isc.respond(event.tx, 400, now)

    patch.setattr(Originating, "refuse", refuse)
