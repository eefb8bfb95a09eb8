"""MO messages under way: from the phone's MESSAGE to the report that tells it the outcome."""

from collections.abc import Callable, Iterator
from functools import lru_cache, partial

from msgspec.structs import replace

from ipsmgw.cause import Cause
from ipsmgw.gateway.core import Core, service_centre
from ipsmgw.gateway.inflight import Ended
from ipsmgw.gateway.reports import Reports
from ipsmgw.gateway.senders import Senders
from ipsmgw.identity import Impu
from ipsmgw.procedures import mo
from ipsmgw.procedures.decision import Action, Answer, Decision, ForwardMo, SubmitReport
from ipsmgw.procedures.mo import MoSms
from ipsmgw.procedures.service_centre import ServiceCentres, supplied
from ipsmgw.settings import is_routed
from mapstack import Answered, DialogueLost, Refused
from mapstack.map import MO_FORWARD_SM, AddressString, MoForwardSmRes
from sipbridge import ServerTx, SmMessage, SmUnreadable
from sipbridge.rp import RpData

__all__ = ["Originating"]

_REMEMBERED = 60.0  # a message that comes again is not sent again for at least this long
_NOWHERE = AddressString("")


class Originating:
    """Every message is a record in one dict, by its MAP dialogue: no task, no future, no timer of its own."""

    def __init__(self, core: Core) -> None:
        self._core = core
        self._ids = core.ids
        self._isc = core.isc
        self._map = core.map
        self._ip_access = core.ip_access
        self._writes = core.numbers.forward if core.numbers.writes else None
        self._sender = Senders(core).of
        self._send = Reports(core).send
        self._flags, self._heard = core.unreachable.flags, core.unreachable.heard
        settings = core.settings
        self.centres = centres = ServiceCentres(
            settings.service_centre, core.numbers, lambda number: is_routed(settings.map, number)
        )
        self._centre = lru_cache(maxsize=1024)(centres.choose)
        self._reads_uri, self._spare = centres.reads_uri, centres.spare
        self._msisdn_less = settings.map.msisdn_less
        self.elsewhere: Callable[[MoSms, ServerTx, float], bool] | None = None
        """Who takes messages to numbers that are none of a service centre; False: it is not for him."""
        self._awaiting_sc: dict[int, MoSms] = {}
        self._taken = Ended(_REMEMBERED, settings.limits.in_flight)

    def __len__(self) -> int:
        return len(self._awaiting_sc)

    def under_way(self) -> Iterator[MoSms]:
        """Those whose SC has yet to answer."""
        yield from self._awaiting_sc.values()

    def submit(self, event: SmMessage, rpdu: RpData, now: float) -> None:
        """RP-DATA from a phone."""
        sender = self._sender(event)
        if sender is None:
            self._core.isc.respond(event.tx, 403, now)
            return
        reference, said, tpdu = rpdu
        name = event.call_id, reference
        if name in self._taken:  # by another way, or in another transaction: its report is under way, or sent
            self._core.isc.respond(event.tx, 202, now)
            return
        centre, cause, _ = self._centre(said, event.request_uri if self._reads_uri else "")
        sms = MoSms(next(self._ids), sender, event.call_id, reference, centre, tpdu, now, event.charging)
        if self.elsewhere is not None and self.elsewhere(sms, event.tx, now):
            self._taken.add(name, now)
            return
        if event.info is not None or sender.msisdn is None:
            named = self._without_numbers(sms, event)
            sms, cause = (sms, Cause.INVALID_SME_ADDRESS) if named is None else (named, cause)
        if sender.imsi in self._flags:
            self._heard(sender.imsi, now)
        decision = mo.submit(sms, now) if cause is None else mo.refused(sms, cause, now)
        self._taken.add(name, now)
        self._act(sms, decision, event.tx, now)

    def readable(self, event: SmUnreadable) -> SmMessage | None:
        """One whose only fault is that it names no service centre, where the settings have one for it."""
        rpdu = None if self._spare is None else supplied(event.octets, self._spare)
        if rpdu is None:
            return None
        tx, _, _, _, call_id, asserted, flow, charging, request_uri = event
        return SmMessage(tx, rpdu, call_id, None, asserted, request_uri, flow, charging)

    def refuse(self, event: SmMessage | SmUnreadable, reference: int, cause: Cause, now: float) -> None:
        """An RPDU that goes no further: 202, and RP-ERROR with the cause."""
        sender = self._sender(event)
        if sender is None:
            self._core.isc.respond(event.tx, 403, now)
            return
        sms = MoSms(next(self._ids), sender, event.call_id, reference, _NOWHERE, b"", now, event.charging)
        self._act(sms, mo.refused(sms, cause, now), event.tx, now)

    def answered(self, event: Answered | Refused | DialogueLost, now: float) -> bool:
        """The SC has taken or refused it, or nothing comes from it; False: this is no dialogue of an MO."""
        sms = self._awaiting_sc.pop(event.dialogue, None)
        if sms is None:
            return False
        if type(event) is Answered:
            result = event.result
            decision = mo.sc_took(sms, result.sm_rp_ui if type(result) is MoForwardSmRes else None, now)
        elif type(event) is Refused:
            decision = mo.sc_refused(sms, event.error, now)
        else:
            decision = mo.sc_silent(sms, now)
        self._act(sms, decision, None, now)
        return True

    def _without_numbers(self, sms: MoSms, event: SmMessage) -> MoSms | None:
        """With the URI of whom it is for (TS 24.341 B.7); None where that is none."""
        said = "" if event.info is None else event.info.recipient
        try:
            recipient = Impu.parse(said) if said else ""
        except ValueError:
            return None
        return replace(sms, recipient=recipient, msisdn_less=self._msisdn_less)

    def _act(self, sms: MoSms, decision: Decision[MoSms], tx: ServerTx | None, now: float) -> None:
        """A message that has ended is on disk before anybody hears of it."""
        cdr = decision.cdr
        if cdr is not None:
            self._core.record(cdr, partial(self._report, sms, decision.actions, tx))
            return
        for action in decision.actions:
            if type(action) is ForwardMo:
                called = service_centre(action.service_centre)
                arg = action.arg
                if self._ip_access:
                    arg.extension_container = self._ip_access
                if self._writes is not None:
                    arg.sm_rp_da, arg.sm_rp_oa = self._writes(
                        action.service_centre, arg.sm_rp_da, arg.sm_rp_oa
                    )
                self._awaiting_sc[self._map.invoke(MO_FORWARD_SM, called, arg, now)] = sms
            elif type(action) is Answer and tx is not None:
                self._isc.respond(tx, action.status, now)

    def _report(self, sms: MoSms, actions: tuple[Action, ...], tx: ServerTx | None, now: float) -> None:
        for action in actions:
            if type(action) is SubmitReport:
                self._send(sms.sender, action, now, call_id=sms.call_id, charging=sms.charging)
            elif type(action) is Answer and tx is not None:  # refused at once: it may come again, mended
                self._isc.respond(tx, action.status, now)
                self._taken.discard((sms.call_id, sms.reference))
