"""MO messages under way: from the phone's MESSAGE to the report that tells it the outcome."""

from functools import partial

from ipsmgw.cause import Cause
from ipsmgw.gateway.core import Core, at_source, service_centre
from ipsmgw.identity import Impu
from ipsmgw.procedures import mo
from ipsmgw.procedures.decision import Action, Answer, Decision, ForwardMo, SubmitReport
from ipsmgw.procedures.mo import MoSms, Sender
from mapstack import Answered, DialogueLost, Refused
from mapstack.map import MO_FORWARD_SM, AddressString, MoForwardSmRes
from sipbridge import ServerTx, SmMessage, SmUnreadable
from sipbridge.rp import RpData

__all__ = ["Originating"]


class Originating:
    """Every message is a record in one dict, by its MAP dialogue: no task, no future, no timer of its own."""

    def __init__(self, core: Core) -> None:
        self._core = core
        self._awaiting_sc: dict[int, MoSms] = {}

    def __len__(self) -> int:
        return len(self._awaiting_sc)

    def submit(self, event: SmMessage, rpdu: RpData, now: float) -> None:
        """RP-DATA from a phone."""
        sender = self._sender(event)
        if sender is None:
            self._core.isc.respond(event.tx, 403, now)
            return
        centre = rpdu.service_centre
        toa = centre.type_of_address
        sms = MoSms(
            self._core.new_id(),
            sender,
            event.call_id,
            rpdu.message_reference,
            AddressString(centre.digits, toa >> 4 & 7, toa & 0x0F),
            rpdu.user_data,
            now,
        )
        self._act(sms, mo.submit(sms, now), event.tx, now)

    def refuse(self, event: SmMessage | SmUnreadable, reference: int, cause: Cause, now: float) -> None:
        """An RPDU that goes no further: 202, and RP-ERROR with the cause."""
        sender = self._sender(event)
        if sender is None:
            self._core.isc.respond(event.tx, 403, now)
            return
        nowhere = AddressString("")
        sms = MoSms(self._core.new_id(), sender, event.call_id, reference, nowhere, b"", now)
        self._act(sms, mo.refused(sms, cause, now), event.tx, now)

    def answered(self, event: Answered, now: float) -> None:
        sms = self._awaiting_sc.pop(event.dialogue)
        result = event.result
        sm_rp_ui = result.sm_rp_ui if isinstance(result, MoForwardSmRes) else None
        self._act(sms, mo.sc_took(sms, sm_rp_ui, now), None, now)

    def refused(self, event: Refused, now: float) -> None:
        sms = self._awaiting_sc.pop(event.dialogue)
        self._act(sms, mo.sc_refused(sms, event.error, now), None, now)

    def lost(self, event: DialogueLost, now: float) -> None:
        sms = self._awaiting_sc.pop(event.dialogue)
        self._act(sms, mo.sc_silent(sms, now), None, now)

    def owns(self, dialogue: int) -> bool:
        return dialogue in self._awaiting_sc

    def _act(self, sms: MoSms, decision: Decision[MoSms], tx: ServerTx | None, now: float) -> None:
        if decision.cdr is not None:
            self._core.record(decision.cdr, partial(self._perform, sms, decision.actions, tx))
        else:
            self._perform(sms, decision.actions, tx, now)

    def _perform(self, sms: MoSms, actions: tuple[Action, ...], tx: ServerTx | None, now: float) -> None:
        core = self._core
        for action in actions:
            match action:
                case SubmitReport(rpdu):
                    core.message(sms.sender.impu, sms.sender.scscf, rpdu, now, sms.call_id)
                case Answer(status) if tx is not None:
                    core.isc.respond(tx, status, now)
                case ForwardMo(centre, arg):
                    dialogue = core.map.invoke(MO_FORWARD_SM, service_centre(centre), arg, now)
                    self._awaiting_sc[dialogue] = sms

    def _sender(self, event: SmMessage | SmUnreadable) -> Sender | None:
        """Who the S-CSCF says it is: the MSISDN asserted or registered, never what the phone claims."""
        sip, tel = event.asserted
        try:
            impu = Impu.parse(sip or tel or "")
            binding = self._core.store.binding(impu)
            if binding is not None:
                return Sender(impu, binding.msisdn, binding.imsi, binding.scscf)
            msisdn = Impu.parse(tel).msisdn if tel else impu.msisdn
        except ValueError:
            return None
        return None if msisdn is None else Sender(impu, msisdn, None, at_source(event.flow))
