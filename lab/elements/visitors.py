"""Who is in the area of an MSC or SGSN: location updates, data from the HLR (TS 29.002 §8.1, §8.8)."""

from dataclasses import dataclass

from ipsmgw.identity import Imsi
from lab.elements.air import Air, Moved
from lab.elements.domain import Domain
from lab.elements.mobility import Kind, Mobility
from lab.elements.signalling import HLR_SSN, SGSN_SSN, VLR_SSN, address
from lab.plan import Plan
from mapstack import Answered, DialogueLost, Invoked, MapStack, Refused
from mapstack.map import AddressString, CancelLocationArg, CancelLocationRes, ErrorCode
from mapstack.map.location_management import UpdateGprsLocationArg, UpdateLocationArg
from mapstack.map.operation import Parameter
from mapstack.map.operations import UPDATE_GPRS_LOCATION, UPDATE_LOCATION
from mapstack.map.subscriber_data import InsertSubscriberDataArg, InsertSubscriberDataRes
from sipbridge.flow import Flow

__all__ = ["Visitor", "Visitors"]

_REQUESTS = {Kind.LOCATION_UPDATING_REQUEST, Kind.ATTACH_REQUEST}
_ACCEPT = {Domain.CS: Kind.LOCATION_UPDATING_ACCEPT, Domain.PS: Kind.ATTACH_ACCEPT}
_REJECT = {Domain.CS: Kind.LOCATION_UPDATING_REJECT, Domain.PS: Kind.ATTACH_REJECT}
_SSN = {Domain.CS: VLR_SSN, Domain.PS: SGSN_SSN}
_UNKNOWN, _NOT_ALLOWED, _NETWORK_FAILURE = 2, 11, 17  # TS 24.008 §10.5.3.6, §10.5.5.14
_CAUSES = {ErrorCode.UNKNOWN_SUBSCRIBER: _UNKNOWN, ErrorCode.ROAMING_NOT_ALLOWED: _NOT_ALLOWED}


@dataclass(slots=True)
class Visitor:
    """One subscriber; `flow` is where his phone is, `illegal` that his authentication has failed.

    `not_reachable` is MNRF in a VLR, MNRG in an SGSN.
    """

    imsi: Imsi
    msisdn: str = ""
    flow: Flow | None = None
    attached: bool = False
    illegal: bool = False
    not_reachable: bool = False


class Visitors:
    """`data` is what survives a restart."""

    def __init__(
        self, plan: Plan, domain: Domain, stack: MapStack, air: Air, data: dict[Imsi, Visitor]
    ) -> None:
        self._plan = plan
        self._domain = domain
        self._stack = stack
        self._air = air
        self._data = data
        self._by_flow = {visitor.flow: visitor for visitor in data.values() if visitor.flow is not None}
        self._updating: dict[int, Visitor] = {}

    def of_imsi(self, imsi: Imsi) -> Visitor | None:
        return self._data.get(imsi)

    def of_flow(self, flow: Flow) -> Visitor | None:
        """Whose phone this is, if it is attached."""
        visitor = self._by_flow.get(flow)
        return visitor if visitor is not None and visitor.attached else None

    def moved(self, event: Moved, now: float) -> None:
        """A phone comes or goes."""
        message = event.message
        if message.kind in _REQUESTS:
            self._update(Imsi(message.imsi), event.flow, now)
        elif (visitor := self._by_flow.get(event.flow)) is not None:
            visitor.attached = False  # the HLR is not told (TS 29.002 §8.1.6 waits for much longer)

    def told(self, event: Invoked, arg: Parameter, now: float) -> bool:
        """What the HLR says of a subscriber; False: it is something else."""
        match arg:
            case InsertSubscriberDataArg():
                visitor = self._updating.get(event.dialogue) or self._data.get(Imsi(arg.imsi or ""))
                if visitor is not None and arg.msisdn is not None:
                    visitor.msisdn = arg.msisdn.digits
                self._stack.result(event.dialogue, InsertSubscriberDataRes(), now)
            case CancelLocationArg():
                visitor = self._data.pop(Imsi(arg.identity.imsi or ""), None)
                if visitor is not None and visitor.flow is not None:
                    self._by_flow.pop(visitor.flow, None)
                self._stack.result(event.dialogue, CancelLocationRes(), now)
            case _:
                return False
        return True

    def ended(self, event: Answered | Refused | DialogueLost, now: float) -> bool:
        """How the HLR has taken a location update; False: it was something else."""
        visitor = self._updating.pop(event.dialogue, None)
        if visitor is None or visitor.flow is None:
            return visitor is not None
        match event:
            case Answered():
                self._data[visitor.imsi] = self._by_flow[visitor.flow] = visitor
                visitor.attached = True
                self._air.move(Mobility(_ACCEPT[self._domain]), visitor.flow)
            case Refused():
                cause = _CAUSES.get(ErrorCode(event.error.code), _NETWORK_FAILURE)
                self._air.move(Mobility(_REJECT[self._domain], cause=cause), visitor.flow)
            case DialogueLost():
                pass  # the phone will ask again
        return True

    def _update(self, imsi: Imsi, flow: Flow, now: float) -> None:
        if any(visitor.imsi == imsi for visitor in self._updating.values()):
            return  # it asks again because the HLR is slow
        known = self._data.get(imsi)
        visitor = Visitor(imsi, flow=flow, illegal=known is not None and known.illegal)
        hlr = address(self._plan.hlr_number, HLR_SSN)
        if self._domain is Domain.CS:
            number = AddressString(self._plan.msc_number)
            dialogue = self._stack.invoke(
                UPDATE_LOCATION,
                hlr,
                UpdateLocationArg(imsi=imsi, msc_number=number, vlr_number=number),
                now,
                calling_ssn=VLR_SSN,
            )
        else:
            dialogue = self._stack.invoke(
                UPDATE_GPRS_LOCATION,
                hlr,
                UpdateGprsLocationArg(
                    imsi=imsi,
                    sgsn_number=AddressString(self._plan.sgsn_number),
                    sgsn_address=_gsn_address(self._plan.host("sgsn")),
                ),
                now,
                calling_ssn=SGSN_SSN,
            )
        self._updating[dialogue] = visitor


def _gsn_address(host: str) -> bytes:
    """TS 23.003 §5.1: type IPv4, four octets."""
    return b"\x04" + bytes(int(part) for part in host.split("."))
