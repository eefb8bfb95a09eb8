"""MT messages of which the gateway chooses the domain (TS 23.204 §6.5a)."""

from collections.abc import Iterator
from functools import partial

from msgspec.structs import replace

from ipsmgw.cause import Cause
from ipsmgw.cdr import Cdr
from ipsmgw.gateway.core import Core
from ipsmgw.gateway.deadlines import Deadlines
from ipsmgw.gateway.domains import Orders
from ipsmgw.gateway.routing_information import RoutingInformation
from ipsmgw.gateway.serving_nodes import ServingNodes
from ipsmgw.gateway.terminating import Terminating
from ipsmgw.hlr_section import Domain
from ipsmgw.identity import Imsi
from ipsmgw.procedures import routing
from ipsmgw.procedures.decision import (
    Action,
    Answer,
    Decision,
    ForwardMt,
    MtRefusal,
    MtResult,
    ReportDelivery,
    TryIms,
)
from ipsmgw.procedures.mt import MtSms
from ipsmgw.procedures.routing import Ending, Routed
from ipsmgw.store import Correlation
from mapstack import Answered, DialogueLost, Invoked, Refused
from mapstack.map import (
    REPORT_SM_DELIVERY_STATUS,
    AddressString,
    InformServiceCentreArg,
    MtForwardSmArg,
    RoutingInfoForSmArg,
)
from mapstack.map.operation import Parameter
from sipbridge import ServerTx

__all__ = ["Routing"]


class Routing:
    """Messages by their names; the attempt over the IMS is one that `Terminating` makes."""

    def __init__(self, core: Core, terminating: Terminating) -> None:
        self._core = core
        self._map = core.map
        self._policy = core.settings.routing
        self._orders = Orders(core.settings)
        self._terminating = terminating
        terminating.owners.append(self._over_ims)
        terminating.late = self._reported_late
        self._nodes = ServingNodes(core)
        terminating.over = self._nodes.end
        self._information = RoutingInformation(core, self._orders)
        self._messages: dict[str, Routed] = {}
        self._by_dialogue: dict[int, str] = {}
        self._by_call: dict[str, str] = {}
        """Those that were given up in the IMS, where their report may still come."""
        self._deadlines: Deadlines[str] = Deadlines()

    def __len__(self) -> int:
        """Questions and messages that have not ended, but for what the IMS has of them."""
        return len(self._information) + self._nodes.trying

    @property
    def kept(self) -> int:
        """Entries in memory."""
        kept = (
            len(self._information)
            + len(self._messages)
            + len(self._by_dialogue)
            + len(self._by_call)
            + len(self._deadlines)
        )
        return kept + len(self._nodes)

    # From SMS-GMSC and HLR.

    def serve(self, event: Invoked, arg: Parameter, now: float, *, room: bool) -> bool:
        """sendRoutingInfoForSM, and what the HLR says in the dialogues of ours; False: it is neither."""
        if type(arg) is RoutingInfoForSmArg:
            self._information.ask(event, arg, now, room=room)
            return True
        return type(arg) is InformServiceCentreArg and self._information.informed(event.dialogue, arg)

    def under_way(self) -> Iterator[Routed]:
        """Those that have yet to end, in whichever domain."""
        yield from self._messages.values()

    def deliver(self, event: Invoked, arg: MtForwardSmArg, now: float) -> None:
        """mt-ForwardSM, by MT Correlation ID."""
        imsi, centre = arg.sm_rp_da.imsi, arg.sm_rp_oa.service_centre_address_oa
        series = self._terminating.series
        if imsi is None or centre is None or arg.more_messages_to_send or event.dialogue in series.open:
            imsi, centre = series.names(event.dialogue, arg, event.map_open)
        if imsi is None or centre is None:
            self._terminating.refuse(event, arg, Cause.UNEXPECTED_DATA_VALUE, now)
            return
        if arg.correlation_id is not None:  # for who has no MSISDN: there is no other domain
            self._terminating.deliver(event, arg, now)
            return
        correlation = self._correlation(imsi, centre, arg, now)
        if correlation is None:
            self._terminating.refuse(event, arg, Cause.UNIDENTIFIED_SUBSCRIBER, now, imsi)
            return
        binding = self._core.store.binding_of_imsi(correlation.imsi)
        if binding is not None and not binding.able(now):
            binding = self._terminating.able(binding, now)
        name, numbers, calling = next(self._core.ids), self._core.numbers, event.calling.gt
        shown = numbers.centre(calling.digits if calling else "", centre) if numbers.to_phones else centre
        sms = MtSms(name, event.dialogue, correlation.imsi, shown, arg.sm_rp_ui, now, binding, -1)
        routed = Routed(
            sms,
            centre,
            correlation,
            self._domains(correlation, arg),
            routing.within(now, arg.sm_delivery_timer or self._policy.delivery_time),
            arg.more_messages_to_send,
        )
        self._by_dialogue[event.dialogue] = name
        self._act(routed, routing.begin(routed, self._policy, now), None, now)

    def answered(self, event: Answered | Refused | DialogueLost, now: float) -> bool:
        """In a dialogue of ours, with the HLR or a serving node; False: it is none of these."""
        if self._information.answered(event, now):
            return True
        found = self._nodes.answered(event)
        if found is None:
            return event.operation is REPORT_SM_DELIVERY_STATUS  # whatever it says, nobody waits for it
        name, ending = found
        self._ended(self._messages[name], ending, None, now)
        return True

    def abandoned(self, dialogue: int, now: float) -> None:
        """The SMS-GMSC ended its dialogue, before our answer or before its next message."""
        name = self._by_dialogue.pop(dialogue, None)
        if name is None:
            self._terminating.abandoned(dialogue, now)
            self._nodes.end(dialogue, now)
            return
        self._terminating.series.end(dialogue)
        routed = self._messages[name]
        self._keep(routing.abandoned(routed, self._policy, now), routed)
        if routed.domains[0] == "ims":
            self._by_dialogue[dialogue] = name  # as long as the end of that attempt takes
            self._terminating.abandoned(dialogue, now)

    def expire(self, now: float) -> None:
        self._information.expire(now)
        for name in self._deadlines.due(now):
            routed = self._messages[name]
            over_ims = routed.domains[0] == "ims"
            if not over_ims or not self._terminating.give_up(routed.sms.dialogue, now):
                self._ended(routed, self._nodes.give_up(name, now), None, now)

    def deadline(self) -> float | None:
        return self._information.deadline() or self._deadlines.deadline()

    # From the attempt over the IMS.

    def _over_ims(self, dialogue: int, decision: Decision[MtSms], tx: ServerTx | None, now: float) -> bool:
        """It is over, as its procedure has decided; False: it was not for us."""
        name, cdr = self._by_dialogue.get(dialogue), decision.cdr
        if name is None or cdr is None:
            return False
        routed = replace(self._messages[name], call_id=cdr.call_id)
        ending = Ending(cdr.outcome)
        for action in decision.actions:
            if type(action) is MtResult:
                ending = Ending(cdr.outcome, sm_rp_ui=action.sm_rp_ui)
            elif type(action) is MtRefusal:
                ending = Ending(cdr.outcome, action.error)
        self._ended(routed, ending, tx, now)
        return True

    def _reported_late(self, call_id: str | None, now: float) -> None:
        """RP-ACK of a message that another domain is tried for."""
        name = self._by_call.pop(call_id or "", None)
        if name is not None:
            routed = self._messages[name]
            self._keep(routing.reported_late(routed, self._policy, now), routed)

    # What the procedure decides.

    def _ended(self, routed: Routed, ending: Ending, tx: ServerTx | None, now: float) -> None:
        """One attempt."""
        sms, domain = routed.sms, routed.domains[0]
        if domain == "ims":
            node = sms.binding.scscf if sms.binding else ""
        else:
            number = routed.correlation.sgsn if domain == "ps" else routed.correlation.msc
            node = number.digits if number else ""
        self._act(routed, routing.ended(routed, ending, node, self._policy, now), tx, now)

    def _act(self, routed: Routed, decision: Decision[Routed], tx: ServerTx | None, now: float) -> None:
        cdr = decision.cdr
        if cdr is not None:
            self._finish(routed, cdr, decision.actions, tx)
            return
        self._keep(decision, routed)
        if tx is not None:
            self._core.isc.respond(tx, 202, now)
        record = decision.record or routed
        for action in decision.actions:
            if type(action) is TryIms:
                self._terminating.attempt(record.sms, now)
            elif type(action) is ForwardMt:
                if record.call_id and record.attempts[-1].outcome == Cause.NO_RESPONSE.cdr:
                    self._by_call[record.call_id] = record.sms.id
                self._nodes.forward(record.sms.id, record.sms.dialogue, action, now)

    def _keep(self, decision: Decision[Routed], routed: Routed) -> None:
        record = decision.record or routed
        self._messages[record.sms.id] = record
        self._deadlines.set(record.sms.id, record.deadline)

    def _finish(self, routed: Routed, cdr: Cdr, actions: tuple[Action, ...], tx: ServerTx | None) -> None:
        """The record goes to disk; SMS-GMSC, phone and HLR hear of it when it is there."""
        sms = routed.sms
        self._messages.pop(sms.id, None)
        self._by_dialogue.pop(sms.dialogue, None)
        self._by_call.pop(routed.call_id, None)
        self._deadlines.discard(sms.id)
        if tx is not None:
            actions = (Answer(202), *actions)
        self._core.record(cdr, partial(self._tell, routed, actions, tx))

    def _tell(self, routed: Routed, actions: tuple[Action, ...], tx: ServerTx | None, now: float) -> None:
        sms = routed.sms
        self._terminating.tell(sms.dialogue, actions, tx, now)
        for action in actions:
            if type(action) is ReportDelivery:
                called = self._core.hlr(Imsi(sms.imsi), None)
                self._map.invoke(REPORT_SM_DELIVERY_STATUS, called, action.arg, now)

    def _correlation(
        self, imsi: str, centre: AddressString, arg: MtForwardSmArg, now: float
    ) -> Correlation | None:
        """What is known of him; None where that is no MT Correlation ID, or nobody's in this place."""
        held = self._core.store.correlation(imsi)
        if held is not None:
            its_own = self._policy.any_centre or held.service_centre.digits == centre.digits
            return held if its_own and now < held.until else None
        binding = self._core.store.binding_of_imsi(imsi)
        if binding is None and not arg.sms_over_ip_only_indicator:
            return None
        msisdn = binding.msisdn if binding else None
        return Correlation("", imsi, AddressString(msisdn) if msisdn else None, centre)

    def _domains(self, correlation: Correlation, arg: MtForwardSmArg) -> tuple[Domain, ...]:
        """TS 29.002 §12.9.3: who is known by his real IMSI is to be served over IP."""
        if arg.sms_over_ip_only_indicator or not correlation.id:
            return ("ims",)
        order = self._orders.of(correlation.imsi, len(arg.sm_rp_ui))
        return routing.domains(order, correlation)
