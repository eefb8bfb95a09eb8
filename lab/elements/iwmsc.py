"""The SMS-IWMSC: mo-ForwardSM in, SMS-SUBMIT-REPORT out, the message to the SC (TS 23.040 §3.2.9)."""

import re
from typing import NamedTuple

from ipsmgw.identity import Msisdn
from ipsmgw.sms import (
    Address,
    Command,
    DecodeError,
    Deliver,
    Direction,
    Enhanced,
    FailureCause,
    Relative,
    Submit,
    SubmitReport,
    Timestamp,
    TypeOfNumber,
    decode,
)
from lab.elements.extensions import is_over_ip
from lab.elements.named_message import DUMMY
from lab.elements.sc_ledger import MoReceived, ScData
from lab.elements.service_centre import Full, ServiceCentre
from lab.elements.status_reports import StatusReports
from lab.plan import Plan
from mapstack import Invoked
from mapstack.map import (
    CorrelationId,
    ErrorCode,
    MapError,
    MoForwardSmArg,
    MoForwardSmRes,
    SmDeliveryFailureCause,
    SmEnumeratedDeliveryFailureCause,
)

__all__ = ["Iwmsc", "ScRefusal"]

_Failure = SmEnumeratedDeliveryFailureCause
_E164 = re.compile(r"[0-9]{1,15}")


class ScRefusal(NamedTuple):
    """A way in which the SC says no: the MAP cause, and the TP-FCS in its SMS-SUBMIT-REPORT."""

    cause: SmEnumeratedDeliveryFailureCause
    fcs: FailureCause


CONGESTION = ScRefusal(_Failure.SC_CONGESTION, FailureCause.SC_BUSY)
INVALID_ADDRESS = ScRefusal(_Failure.INVALID_SME_ADDRESS, FailureCause.INVALID_SME_ADDRESS)


class Iwmsc:
    """`refusal` makes it refuse whatever comes."""

    def __init__(self, plan: Plan, data: ScData, centre: ServiceCentre, reports: StatusReports) -> None:
        self._plan = plan
        self._number = plan.sc_number
        self._short_codes = {number for each in plan.accounts for number in each.numbers}
        self._data = data
        self._centre = centre
        self._reports = reports
        self._validity = plan.timers.validity
        self.refusal: ScRefusal | MapError | None = None

    def forward(self, event: Invoked, arg: MoForwardSmArg, now: float) -> MoForwardSmRes | MapError:
        """The answer to an mo-ForwardSM."""
        oa = arg.sm_rp_oa.msisdn
        sender, named = Msisdn(oa.digits if oa else ""), arg.correlation_id
        if named is not None and named.sip_uri_a is not None:
            sender = self._number_of(named.sip_uri_a) or sender
        received = MoReceived(sender, arg.imsi or "", arg.sm_rp_ui, now, event.dialogue, "result")
        received.over_ip = is_over_ip(arg.extension_container)
        self._data.mo.append(received)
        answer = self._judge(arg, received, now)
        if isinstance(answer, MapError):
            code = answer.code
            received.answer = code.name if isinstance(code, ErrorCode) else f"error {code}"
        return answer

    def _judge(self, arg: MoForwardSmArg, received: MoReceived, now: float) -> MoForwardSmRes | MapError:
        centre = arg.sm_rp_da.service_centre_address_da
        if centre is None or not received.oa:
            return MapError(ErrorCode.UNEXPECTED_DATA_VALUE)
        if centre.digits != self._number:
            cause = SmDeliveryFailureCause(
                sm_enumerated_delivery_failure_cause=_Failure.UNKNOWN_SERVICE_CENTRE
            )
            return MapError(ErrorCode.SM_DELIVERY_FAILURE, cause)
        if self.refusal is not None:
            return self.refusal if isinstance(self.refusal, MapError) else _refused(self.refusal, now)
        try:
            tpdu = decode(arg.sm_rp_ui, direction=Direction.FROM_UE)
        except DecodeError:
            return MapError(ErrorCode.UNEXPECTED_DATA_VALUE)
        match tpdu:
            case Submit():
                return self._accept(tpdu, received, arg.correlation_id, now)
            case Command():
                return self._obey(tpdu, received, now)
            case _:
                return MapError(ErrorCode.UNEXPECTED_DATA_VALUE)

    def _accept(
        self, submit: Submit, received: MoReceived, named: CorrelationId | None, now: float
    ) -> MoForwardSmRes | MapError:
        to, sender = submit.tp_da, received.oa
        if named is not None:
            to, sender = Address.international(self._number_of(named.sip_uri_b) or ""), Msisdn(DUMMY)
        known = to.ton is TypeOfNumber.INTERNATIONAL or self._plan.quirks.ton_unknown
        subscriber = known and _E164.fullmatch(to.digits)
        if not subscriber and to.digits not in self._short_codes:
            return _refused(INVALID_ADDRESS, now)
        scts = Timestamp.at(now)
        try:
            message = self._centre.accept(
                Msisdn(to.digits),
                _deliver(submit, sender, scts).encode(),
                now,
                self._valid_for(submit, now),
            )
        except Full:
            return _refused(CONGESTION, now)
        received.message, message.named = message.id, named
        self._reports.taken(submit, received.oa, scts, message)
        return MoForwardSmRes(sm_rp_ui=SubmitReport.of(scts).encode())

    def _number_of(self, uri: bytes) -> Msisdn | None:
        """By which the SC keeps messages of and for a URI: nobody outside hears of it (TS 23.204 §6.0a)."""
        said, plan = uri.decode("latin-1"), self._plan
        return next((each.msisdn for each in plan.subscribers if said in plan.identities(each)), None)

    def _obey(self, command: Command, received: MoReceived, now: float) -> MoForwardSmRes | MapError:
        """§9.2.2.4: the answer is an SMS-SUBMIT-REPORT, as to an SMS-SUBMIT."""
        refused = self._reports.command(command, received.oa, now)
        if refused is not None:
            return _refused(ScRefusal(_Failure.INVALID_SME_ADDRESS, refused), now)
        return MoForwardSmRes(sm_rp_ui=SubmitReport.of(Timestamp.at(now)).encode())

    def _valid_for(self, submit: Submit, now: float) -> float:
        """TP-VP, where it says something (TS 23.040 §9.2.3.12)."""
        match submit.validity:
            case Relative() | Enhanced() as period:
                return self._validity if period.seconds is None else float(period.seconds)
            case Timestamp() as moment if moment.when is not None:
                return max(0.0, moment.when.timestamp() - now)
            case _:
                return self._validity


def _deliver(submit: Submit, oa: Msisdn, scts: Timestamp) -> Deliver:
    """The same user data under the originator's address."""
    return Deliver.of(
        Address.international(oa),
        scts,
        udl=submit.tp_udl,
        ud=submit.tp_ud,
        dcs=submit.tp_dcs,
        pid=submit.tp_pid,
        udhi=submit.tp_udhi,
        status_report=submit.tp_srr,
        reply_path=submit.tp_rp,
    )


def _refused(refusal: ScRefusal, now: float) -> MapError:
    report = SubmitReport.of(Timestamp.at(now), fcs=refusal.fcs)
    cause = SmDeliveryFailureCause(
        sm_enumerated_delivery_failure_cause=refusal.cause, diagnostic_info=report.encode()
    )
    return MapError(ErrorCode.SM_DELIVERY_FAILURE, cause)
