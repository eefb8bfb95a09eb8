"""What an HLR tells an SGSN, which it takes this node for (TS 29.002 §8.1.3, §8.8.1, §8.8.2)."""

from ipsmgw.gateway.registrations import Registrations
from ipsmgw.identity import Imsi
from ipsmgw.numbers import Numbers
from mapstack import Invoked, MapStack
from mapstack.map import ErrorCode, MapError
from mapstack.map.location_management import CancelLocationArg, CancelLocationRes, Identity
from mapstack.map.operation import Parameter
from mapstack.map.subscriber_data import (
    DeleteSubscriberDataArg,
    DeleteSubscriberDataRes,
    InsertSubscriberDataArg,
    InsertSubscriberDataRes,
)

__all__ = ["SubscriberData"]

Answer = InsertSubscriberDataRes | DeleteSubscriberDataRes | CancelLocationRes | MapError


class SubscriberData:
    """Keeps the MSISDN of what it is given, for the rest is of no use here; ends what is cancelled."""

    def __init__(self, stack: MapStack, registrations: Registrations, numbers: Numbers) -> None:
        self._map = stack
        self._registrations = registrations
        self._numbers = numbers

    def serve(self, event: Invoked, arg: Parameter, now: float) -> bool:
        """False where it is nothing for an SGSN, or this node is none."""
        if not self._registrations.hlr.is_sgsn:
            return False
        match arg:
            case InsertSubscriberDataArg():
                answer: Answer = self._insert(event, arg, now)
            case DeleteSubscriberDataArg():
                # None of what can be deleted has been kept.
                known = self._registrations.is_sgsn_of(Imsi(arg.imsi))
                answer = DeleteSubscriberDataRes() if known else MapError(ErrorCode.UNIDENTIFIED_SUBSCRIBER)
            case CancelLocationArg():
                answer = self._cancel(arg.identity, now)
            case _:
                return False
        if not self._map.awaits_answer(event.dialogue):
            return True  # its abort came with it
        if isinstance(answer, MapError):
            self._map.error(event.dialogue, answer, now, invoke_id=event.invoke_id)
        else:
            self._map.result(event.dialogue, answer, now, invoke_id=event.invoke_id)
        return True

    def _insert(self, event: Invoked, arg: InsertSubscriberDataArg, now: float) -> Answer:
        """In the dialogue of a location update it is about whom that is about (TS 29.002 §8.8.1.3)."""
        imsi = self._registrations.told_in(event.dialogue) or (Imsi(arg.imsi) if arg.imsi else None)
        if imsi is None:
            return MapError(ErrorCode.DATA_MISSING)
        if not self._registrations.is_sgsn_of(imsi):
            return MapError(ErrorCode.UNIDENTIFIED_SUBSCRIBER)
        if arg.msisdn is not None:
            title = event.calling.gt
            msisdn = self._numbers.msisdn(title.digits if title else "", arg.msisdn)
            if msisdn is None:
                return MapError(ErrorCode.UNEXPECTED_DATA_VALUE)
            self._registrations.learned(imsi, msisdn, event.dialogue, now)
        return InsertSubscriberDataRes()

    def _cancel(self, identity: Identity, now: float) -> Answer:
        """Who is not here has been cancelled already."""
        with_lmsi = identity.imsi_with_lmsi
        imsi = with_lmsi.imsi if with_lmsi is not None else identity.imsi
        if not imsi:
            return MapError(ErrorCode.DATA_MISSING)
        if self._registrations.is_sgsn_of(Imsi(imsi)):
            self._registrations.cancel(Imsi(imsi), now)
        return CancelLocationRes()
