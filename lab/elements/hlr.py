"""The HLR of short messages: routing, registration, vectors, waiting data, alerts (TS 29.002 §8, §12)."""

from dataclasses import replace
from functools import partial

from ipsmgw.identity import Imsi, Msisdn, NodeNumber
from lab.elements import message_waiting, routing_info
from lab.elements.agenda import Agenda
from lab.elements.authentication_centre import send_authentication_info
from lab.elements.extensions import of_sc_type
from lab.elements.location_register import LocationRegister, subscriber_of
from lab.elements.message_waiting import HlrData, HlrSubscriber, ListFull
from lab.elements.ready_for_sm import ready_for_sm
from lab.elements.relay import Relay
from lab.elements.signalling import MSC_SSN, address, map_settings, node_number
from lab.elements.site import Site
from lab.elements.ss7_element import Ss7Element
from lab.plan import Plan
from mapstack import Answered, DialogueLost, Invoked, MapEvent, MapStack, Refused
from mapstack.map import (
    ALERT_SERVICE_CENTRE,
    AddressString,
    AlertServiceCentreArg,
    AnyTimeModificationArg,
    AnyTimeModificationRes,
    ErrorCode,
    InformServiceCentreArg,
    MapError,
    ModificationInstruction,
    ReadyForSmArg,
    ReadyForSmRes,
    ReportSmDeliveryStatusArg,
    ReportSmDeliveryStatusRes,
    RoutingInfoForSmArg,
    RoutingInfoForSmRes,
)
from mapstack.map.authentication import SendAuthenticationInfoArg, SendAuthenticationInfoRes
from mapstack.map.location_management import (
    PurgeMsArg,
    PurgeMsRes,
    UpdateGprsLocationArg,
    UpdateLocationArg,
)
from mapstack.map.operation import Parameter
from mapstack.map.operations import newest

__all__ = ["Hlr"]

Answer = (
    MapError
    | AnyTimeModificationRes
    | PurgeMsRes
    | ReadyForSmRes
    | ReportSmDeliveryStatusRes
    | RoutingInfoForSmRes
    | SendAuthenticationInfoRes
)
Alert = tuple[Msisdn, NodeNumber]


class Hlr(Ss7Element):
    """What it knows is in `data`; it answers, and alerts service centres until they answer."""

    def __init__(self, site: Site, plan: Plan, data: HlrData) -> None:
        self.data = data
        self._plan = plan
        self._rng = site.rng
        self._stack = MapStack(map_settings(site, plan), site.rng)
        self._locations = LocationRegister(plan, self._stack, data, self._alert)
        self._silent = False
        self._delay = plan.quirks.hlr_delay
        self._agenda = Agenda()
        self._relay = Relay(self._stack, self._agenda)
        self._asked: dict[int, tuple[Alert, int]] = {}
        self._alerting: set[Alert] = set()
        super().__init__(site, plan, self._stack, self._agenda)
        self.driver.turn(self._resume)

    @property
    def open_work(self) -> int:
        """What waits for an answer."""
        return len(self._stack)

    def subscriber(self, msisdn: Msisdn) -> HlrSubscriber:
        """The record of somebody who is subscribed."""
        return self.data.by_msisdn[msisdn]

    # What its operator can do.

    def mute(self) -> None:
        """It answers nothing."""
        self._silent = True

    def unmute(self) -> None:
        self._silent = False

    def withdraw(self, msisdn: Msisdn) -> None:
        """The subscription ends, and the gateway hears so where it is an SGSN: cancelLocation."""
        self.driver.turn(partial(self._locations.withdraw, msisdn))

    def renumber(self, old: Msisdn, new: Msisdn) -> None:
        """A subscriber gets another number, and the gateway hears so where it is an SGSN."""
        self.driver.turn(partial(self._locations.renumber, old, new))

    def _on_event(self, event: MapEvent, now: float) -> None:
        match event:
            case Invoked():
                self._on_invoked(event, now)
            case Answered() | Refused() | DialogueLost():
                if not self._locations.ended(event, now) and not self._relay.ended(event, now):
                    self._alert_ended(event.dialogue, answered=isinstance(event, Answered), now=now)
            case _:
                super()._on_event(event, now)

    def _on_invoked(self, event: Invoked, now: float) -> None:
        if event.operation.operation_class == 4:  # nothing is to be answered
            if not self._silent and not self._relay.informed(event):
                self._answer(event, newest(event.operation, event.arg)[1], now)
            return
        if self._silent:
            self._stack.close(event.dialogue, now, prearranged=True)
        elif self._delay:
            self._agenda.at(now + self._delay, partial(self._serve, event))
        else:
            self._serve(event, now)

    def _serve(self, event: Invoked, now: float) -> None:
        arg = newest(event.operation, event.arg)[1]
        answer = self._answer(event, arg, now)
        if answer is None or not self._stack.awaits_answer(event.dialogue):
            return  # it comes later, or an abort came with the invoke
        inform = self._inform(arg)
        if isinstance(answer, MapError):
            self._stack.error(event.dialogue, answer, now, inform=inform)
        else:
            self._stack.result(event.dialogue, answer, now, inform=inform)

    def _answer(self, event: Invoked, arg: Parameter, now: float) -> Answer | None:
        match arg:
            case RoutingInfoForSmArg():
                return self._routing_info(event, arg, now)
            case ReportSmDeliveryStatusArg():
                return self._report(event, arg, now)
            case AnyTimeModificationArg():
                return self._modify(arg, now)
            case ReadyForSmArg():
                return self._ready(arg, now)
            case UpdateGprsLocationArg() | UpdateLocationArg():
                return self._locations.update(event, arg, now)
            case PurgeMsArg():
                return self._locations.purge(arg)
            case SendAuthenticationInfoArg():
                record = self.data.by_imsi.get(Imsi(arg.imsi))
                return send_authentication_info(record.authentication if record else None, arg, self._rng)
            case _:
                return MapError(ErrorCode.UNEXPECTED_DATA_VALUE)  # an operation that is not for an HLR

    def _routing_info(self, event: Invoked, arg: RoutingInfoForSmArg, now: float) -> Answer | None:
        """As the study wants it; or passed on, and then the gateway asks for itself (TS 23.204 §6.4)."""
        record = self.data.by_msisdn.get(Msisdn(arg.msisdn.digits))
        if record is None:
            return MapError(ErrorCode.UNKNOWN_SUBSCRIBER)
        from_gateway = self._is_gateway(event)
        if record.ip_sm_gw is not None and self._relays(record) and not from_gateway:
            self._relay.pass_on(event, arg, record.ip_sm_gw, now)
            return None
        for_gateway = from_gateway and self._relays(record)
        return routing_info.refusal(record) or self._ways(record, arg, for_gateway=for_gateway)

    def _ways(self, record: HlrSubscriber, arg: RoutingInfoForSmArg, *, for_gateway: bool) -> Answer:
        """The serving nodes; a gateway that asks knows of itself, and may try although he is absent."""
        centre = node_number(arg.service_centre_address)
        may_try = for_gateway and not record.unri
        note = not arg.single_attempt_delivery and not may_try
        ways = message_waiting.route(
            self.data, record, centre, priority=arg.sm_rp_pri, note=note, over_ip=not for_gateway
        )
        if ways:
            return routing_info.routing_info(record, ways, centre, arg)
        why = message_waiting.absence(record)
        return MapError(ErrorCode.ABSENT_SUBSCRIBER_SM, replace(why, imsi=record.imsi) if may_try else why)

    def _report(self, event: Invoked, arg: ReportSmDeliveryStatusArg, now: float) -> Answer:
        """Once a gateway reports, what anybody else says is acknowledged and counts for nothing (§23.5)."""
        asked = Msisdn(arg.msisdn.digits)
        record = self.data.by_msisdn.get(asked)
        if record is None:
            return MapError(ErrorCode.UNKNOWN_SUBSCRIBER)
        stored = None if asked == record.msisdn else AddressString(record.msisdn)
        if self._relays(record) and not self._is_gateway(event):
            return ReportSmDeliveryStatusRes(stored_msisdn=stored)
        centre = node_number(arg.service_centre_address)
        try:
            alert = message_waiting.report(
                self.data, record, centre, routing_info.outcomes(arg, record, centre)
            )
        except ListFull:
            return MapError(ErrorCode.MESSAGE_WAITING_LIST_FULL)
        kind = of_sc_type(arg.extension_container)
        if kind is not None:
            record.sc_types[centre] = kind
        self._alert(record, alert, now)
        return ReportSmDeliveryStatusRes(stored_msisdn=stored)

    def _inform(self, arg: Parameter) -> InformServiceCentreArg | None:
        """What goes with the answer to sendRoutingInfoForSM."""
        if not isinstance(arg, RoutingInfoForSmArg):
            return None
        asked = Msisdn(arg.msisdn.digits)
        record, centre = self.data.by_msisdn.get(asked), node_number(arg.service_centre_address)
        return None if record is None else message_waiting.inform(record, centre, asked)

    def _relays(self, record: HlrSubscriber) -> bool:
        """Whether the gateway is between the SMS-GMSC and this subscriber."""
        return self._plan.procedures == "ts-23.204" and record.ip_sm_gw is not None

    def _is_gateway(self, event: Invoked) -> bool:
        """Who asks is known by his address, as nothing in the argument says so."""
        calling = event.calling.gt
        return calling is not None and calling.digits == self._plan.gateway_number

    def _ready(self, arg: ReadyForSmArg, now: float) -> Answer:
        if not self._plan.ready_for_sm:
            return MapError(ErrorCode.FACILITY_NOT_SUPPORTED)
        served = ready_for_sm(self.data, arg, now)
        if served is None:
            return MapError(ErrorCode.UNKNOWN_SUBSCRIBER)
        self._alert(served.record, served.centres, now)
        return ReadyForSmRes()

    def _modify(self, arg: AnyTimeModificationArg, now: float) -> Answer:
        """The gateway registers, or takes back, that it serves the subscriber (TS 29.002 §8.11.4)."""
        asked = arg.modification_request_for_ip_sm_gw_data
        gateway = node_number(arg.gsm_scf_address)
        if gateway != self._plan.gateway_number:
            return MapError(ErrorCode.ATM_NOT_ALLOWED)
        if asked is None:
            return MapError(ErrorCode.DATA_MISSING)
        record = subscriber_of(self.data, arg.subscriber_identity)
        if record is None:
            return MapError(ErrorCode.UNKNOWN_SUBSCRIBER)
        if asked.modify_registration_status == ModificationInstruction.ACTIVATE:
            self._alert(record, message_waiting.activate(record, gateway), now)
        else:
            message_waiting.deactivate(record)
        return AnyTimeModificationRes(service_centre_address=AddressString(self._plan.sc_number))

    def _resume(self, now: float) -> None:
        """Alerts that a restart has interrupted."""
        for record in self.data.by_imsi.values():
            if message_waiting.reachable(record):
                self._alert(record, list(record.waiting), now)

    # Alerts (TS 29.002 §23.6): after the answer that caused them, and again until they are answered.

    def _alert(self, record: HlrSubscriber, centres: list[NodeNumber], now: float) -> None:
        for centre in centres:
            alert = (record.msisdn, centre)
            if alert not in self._alerting:
                self._alerting.add(alert)
                self._agenda.at(now, partial(self._send_alert, alert, 1))

    def _send_alert(self, alert: Alert, attempt: int, now: float) -> None:
        msisdn, centre = alert
        arg = AlertServiceCentreArg(
            msisdn=AddressString(msisdn), service_centre_address=AddressString(centre)
        )
        dialogue = self._stack.invoke(ALERT_SERVICE_CENTRE, address(centre, MSC_SSN), arg, now, calling_ssn=6)
        self._asked[dialogue] = (alert, attempt)

    def _alert_ended(self, dialogue: int, *, answered: bool, now: float) -> None:
        alert, attempt = self._asked.pop(dialogue)
        timers = self._plan.timers
        if answered:
            record = self.data.by_msisdn.get(alert[0])
            if record is not None:  # he may have another number since
                message_waiting.alert_answered(record, alert[1])
        elif attempt < timers.alert_attempts:
            self._agenda.at(now + timers.alert_retry, partial(self._send_alert, alert, attempt + 1))
            return
        self._alerting.discard(alert)
