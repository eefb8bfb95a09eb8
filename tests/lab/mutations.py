"""The gateway broken on purpose, a place at a time: each must break a law (issue 2, DESIGN §10)."""

from collections.abc import Callable
from dataclasses import dataclass
from random import Random, SystemRandom

import pytest
from msgspec.structs import replace

from ipsmgw.cdr import Cdr
from ipsmgw.gateway import core
from ipsmgw.gateway.alerting import Alerting
from ipsmgw.gateway.core import Core, Then
from ipsmgw.gateway.inflight import Deliveries, Delivery, Ended
from ipsmgw.gateway.originating import Originating
from ipsmgw.journal import Journal
from ipsmgw.procedures import alert, mo, mt
from ipsmgw.procedures.alert import Smma
from ipsmgw.procedures.decision import Answer, Decision, SubmitReport
from ipsmgw.procedures.mo import MoSms
from ipsmgw.procedures.mt import MtSms
from ipsmgw.store import TableStore
from mapstack import Answered, DialogueLost, Refused
from mapstack.map import MapError
from sipbridge import ClientTx, IscStack, ServerTx, SipSettings
from sipbridge.rp import RpAck, RpError
from sipbridge.server_transaction import ServerTransactions

__all__ = ["MUTATIONS", "Mutation", "choose_at_random"]

Patch = pytest.MonkeyPatch


@dataclass(frozen=True, slots=True)
class Mutation:
    """What is wrong with the gateway, and which law has to say so."""

    what: str
    law: int
    apply: Callable[[Patch], None]


def _report_before_the_record(patch: Patch) -> None:
    def record(self: Core, cdr: Cdr, then: Then) -> None:
        self.journal.append(cdr, lambda now: None)
        then(self.clock.now())

    patch.setattr(Core, "record", record)


def _acknowledge_what_was_refused(patch: Patch) -> None:
    def sc_refused(sms: MoSms, error: MapError, now: float) -> Decision[MoSms]:
        return mo.sc_took(sms, None, now)

    patch.setattr(mo, "sc_refused", sc_refused)


def _take_200_for_a_delivery(patch: Patch) -> None:
    answered = mt.answered

    def hasty(sms: MtSms, status: int, now: float) -> Decision[MtSms]:
        if status >= 300:
            return answered(sms, status, now)
        return mt.reported(sms, RpAck(sms.reference), now)

    patch.setattr(mt, "answered", hasty)


def _take_any_report_for_an_ack(patch: Patch) -> None:
    reported = mt.reported

    def hearing_what_it_wants(sms: MtSms, report: RpAck | RpError, now: float) -> Decision[MtSms]:
        return reported(sms, RpAck(report.message_reference), now)

    patch.setattr(mt, "reported", hearing_what_it_wants)


def _report_twice(patch: Patch) -> None:
    sc_took = mo.sc_took

    def twice(sms: MoSms, sm_rp_ui: bytes | None, now: float) -> Decision[MoSms]:
        decision = sc_took(sms, sm_rp_ui, now)
        reports = tuple(action for action in decision.actions if isinstance(action, SubmitReport))
        return replace(decision, actions=(*decision.actions, *reports))

    patch.setattr(mo, "sc_took", twice)


def _instead_of_lost(patch: Patch, instead: Callable[[Originating, int], None]) -> None:
    answered = Originating.answered

    def mutated(self: Originating, event: Answered | Refused | DialogueLost, now: float) -> bool:
        if not isinstance(event, DialogueLost) or event.dialogue not in self._awaiting_sc:
            return answered(self, event, now)
        instead(self, event.dialogue)
        return True

    patch.setattr(Originating, "answered", mutated)


def _never_mind_a_silent_sc(patch: Patch) -> None:
    def forget(self: Originating, dialogue: int) -> None:
        del self._awaiting_sc[dialogue]

    _instead_of_lost(patch, forget)


def _keep_what_the_sc_has_not_answered(patch: Patch) -> None:
    _instead_of_lost(patch, lambda self, dialogue: None)


def _never_mind_how_the_hlr_took_it(patch: Patch) -> None:
    def forget(self: Alerting, event: Answered | Refused | DialogueLost, now: float) -> bool:
        return self._awaiting_hlr.pop(event.dialogue, None) is not None

    patch.setattr(Alerting, "answered", forget)


def _say_twice_that_the_hlr_took_it(patch: Patch) -> None:
    hlr_took = alert.hlr_took

    def twice(smma: Smma) -> Decision[Smma]:
        decision = hlr_took(smma)
        return replace(decision, actions=decision.actions * 2)

    patch.setattr(alert, "hlr_took", twice)


def _keep_from_the_hlr_that_there_is_room(patch: Patch) -> None:
    def memory_available(smma: Smma) -> Decision[Smma]:
        acknowledged = alert.hlr_took(smma)
        return replace(acknowledged, actions=(Answer(202), *acknowledged.actions))

    patch.setattr(alert, "memory_available", memory_available)


def _record_twice(patch: Patch) -> None:
    append = Journal.append

    def twice(self: Journal[Then], cdr: Cdr, then: Then) -> None:
        append(self, cdr, lambda now: None)
        append(self, cdr, then)

    patch.setattr(Journal, "append", twice)


def _record_another_outcome(patch: Patch) -> None:
    append = Journal.append

    def rosy(self: Journal[Then], cdr: Cdr, then: Then) -> None:
        cdr.outcome = "delivered"
        append(self, cdr, then)

    patch.setattr(Journal, "append", rosy)


def _keep_the_torn_line(patch: Patch) -> None:
    patch.setattr("ipsmgw.journal.journal._drop_torn_line", lambda disk: None)


def _forget_the_report_deadline(patch: Patch) -> None:
    def await_report(self: Deliveries, delivery: Delivery, sms: MtSms, now: float) -> None:
        delivery.sms = sms

    patch.setattr(Deliveries, "await_report", await_report)


def _pile_up_references(patch: Patch) -> None:
    add = Deliveries.add

    def hoarding(self: Deliveries, sms: MtSms, impu: str, call_id: str, tx: ClientTx) -> None:
        add(self, sms, impu, call_id, tx)
        self._by_reference[call_id, sms.reference] = self._by_call[call_id]

    patch.setattr(Deliveries, "add", hoarding)


def _remember_no_transaction(patch: Patch) -> None:
    finish = ServerTransactions.finish

    def forgetful(
        self: ServerTransactions, tx: ServerTx, status: int, octets: bytes, *, plain: bool, now: float
    ) -> None:
        finish(self, tx, status, octets, plain=plain, now=now)
        self._completed.discard(tx)

    patch.setattr(ServerTransactions, "finish", forgetful)
    patch.setattr(Ended, "__contains__", lambda self, name: False)  # the gateway's own memory


def _count_no_start(patch: Patch) -> None:
    patch.setattr(TableStore, "next_boot", lambda self: 1)


def choose_at_random(patch: Patch) -> None:
    """For law 7: two runs have nothing to do with each other."""

    def fickle(settings: SipSettings, rng: Random) -> IscStack:
        return IscStack(settings, SystemRandom())

    patch.setattr(core, "IscStack", fickle)


MUTATIONS = [
    Mutation("reports twice", 1, _report_twice),
    Mutation("does not report that the SC was silent", 1, _never_mind_a_silent_sc),
    Mutation("does not report how the HLR took an RP-SMMA", 1, _never_mind_how_the_hlr_took_it),
    Mutation("reports twice on an RP-SMMA", 1, _say_twice_that_the_hlr_took_it),
    Mutation("forgets SIP transactions once they are answered", 1, _remember_no_transaction),
    Mutation("does not watch over the delivery report", 2, _forget_the_report_deadline),
    Mutation("reports before the record is on disk", 3, _report_before_the_record),
    Mutation("acknowledges what the SC has refused", 3, _acknowledge_what_was_refused),
    Mutation("acknowledges an RP-SMMA and does not tell the HLR", 3, _keep_from_the_hlr_that_there_is_room),
    Mutation("takes the 200 for the delivery report", 3, _take_200_for_a_delivery),
    Mutation("takes RP-ERROR for RP-ACK", 3, _take_any_report_for_an_ack),
    Mutation("lets a message in again when it is repeated", 4, _remember_no_transaction),
    Mutation("keeps what the SC has never answered", 5, _keep_what_the_sc_has_not_answered),
    Mutation("keeps entries of what has ended", 6, _pile_up_references),
    Mutation("records twice", 8, _record_twice),
    Mutation("records what was refused as delivered", 8, _record_another_outcome),
    Mutation("writes on behind half a line", 8, _keep_the_torn_line),
    Mutation("uses the names of its last life again", 8, _count_no_start),
]
