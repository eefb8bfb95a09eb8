"""The HLR's side of Gr and D: location updates, purges, and what serving nodes are told (TS 29.002 §8)."""

from collections.abc import Callable, Mapping

from ipsmgw.identity import Imsi, Msisdn, NodeNumber
from lab.elements import message_waiting
from lab.elements.domain import RADIO, Domain
from lab.elements.message_waiting import HlrData, HlrSubscriber
from lab.elements.signalling import SGSN_SSN, VLR_SSN, address, node_number
from lab.plan import Plan
from mapstack import Answered, DialogueLost, Invoked, MapStack, Refused
from mapstack.map import AddressString, ErrorCode, MapError, SubscriberIdentity
from mapstack.map.location_management import (
    CancellationType,
    CancelLocationArg,
    Identity,
    PurgeMsArg,
    PurgeMsRes,
    UpdateGprsLocationArg,
    UpdateGprsLocationRes,
    UpdateLocationArg,
    UpdateLocationRes,
)
from mapstack.map.operation import Operation, Parameter
from mapstack.map.operations import CANCEL_LOCATION, INSERT_SUBSCRIBER_DATA
from mapstack.map.subscriber_data import InsertSubscriberDataArg

__all__ = ["LocationRegister", "subscriber_of"]

_SHORT_MESSAGES = [b"\x21", b"\x22"]  # MT and MO, point to point (TS 29.002 §17.7.9)
_HLR_SSN = 6
Served = Callable[[HlrSubscriber, list[NodeNumber], float], None]
"""A subscriber is reachable, and these service centres are to be alerted."""


class LocationRegister:
    """It knows MSC and SGSN, and the gateway, which is another SGSN as TR 23.804 §5.1.3.1 reuses Gr."""

    def __init__(self, plan: Plan, stack: MapStack, data: HlrData, served: Served) -> None:
        self._plan = plan
        self._stack = stack
        self._data = data
        self._served = served
        self._updating: dict[int, tuple[HlrSubscriber, Domain]] = {}
        self._told: set[int] = set()

    def update(
        self, event: Invoked, arg: UpdateGprsLocationArg | UpdateLocationArg, now: float
    ) -> MapError | None:
        """The subscriber's data go to the node first; the answer follows its own (TS 29.002 §19.1.1.8)."""
        record = self._data.by_imsi.get(Imsi(arg.imsi))
        if record is None:
            return MapError(ErrorCode.UNKNOWN_SUBSCRIBER)
        domain = self._domain(arg)
        if not record.roaming_allowed or domain is None:
            return MapError(ErrorCode.ROAMING_NOT_ALLOWED)
        data = InsertSubscriberDataArg(
            msisdn=AddressString(record.msisdn), teleservice_list=list(_SHORT_MESSAGES)
        )
        self._stack.invoke_in(event.dialogue, INSERT_SUBSCRIBER_DATA, data, now)
        self._updating[event.dialogue] = (record, domain)
        return None

    def purge(self, arg: PurgeMsArg) -> MapError | PurgeMsRes:
        """An SGSN that has been left already takes nothing back (TS 29.002 §8.1.6)."""
        record = self._data.by_imsi.get(Imsi(arg.imsi))
        if record is None:
            return MapError(ErrorCode.UNKNOWN_SUBSCRIBER)
        if arg.vlr_number is not None and node_number(arg.vlr_number) == record.msc:
            message_waiting.detach(record, Domain.CS)
            return PurgeMsRes(freeze_tmsi=True)
        if arg.sgsn_number is None or node_number(arg.sgsn_number) not in (record.ip_sm_gw, record.sgsn):
            return PurgeMsRes()
        if node_number(arg.sgsn_number) == record.sgsn:
            message_waiting.detach(record, Domain.PS)
        else:
            message_waiting.deactivate(record)
        return PurgeMsRes(freeze_p_tmsi=True)

    def withdraw(self, msisdn: Msisdn, now: float) -> None:
        """The subscription has ended (TS 29.002 §8.1.3): he may not come back."""
        record = self._data.by_msisdn[msisdn]
        nodes, record.roaming_allowed = message_waiting.serving(record), False
        message_waiting.deactivate(record)
        for domain in RADIO:
            message_waiting.detach(record, domain)
        arg = CancelLocationArg(
            identity=Identity(imsi=record.imsi), cancellation_type=CancellationType.SUBSCRIPTION_WITHDRAW
        )
        self._tell(nodes, CANCEL_LOCATION, arg, now)

    def renumber(self, old: Msisdn, new: Msisdn, now: float) -> None:
        """He has another number, which his nodes hear in dialogues of their own (TS 29.002 §8.8.1)."""
        record = self._data.by_msisdn.pop(old)
        record.msisdn = new
        self._data.by_msisdn[new] = record
        arg = InsertSubscriberDataArg(imsi=record.imsi, msisdn=AddressString(new))
        self._tell(message_waiting.serving(record), INSERT_SUBSCRIBER_DATA, arg, now)

    def _tell(
        self, nodes: Mapping[Domain, NodeNumber], operation: Operation, arg: Parameter, now: float
    ) -> None:
        """The gateway is told as the SGSN that it may be."""
        is_sgsn = self._plan.registration == "updateGprsLocation"
        for domain, node in nodes.items():
            if domain is Domain.IMS and not is_sgsn:
                continue
            called = address(node, VLR_SSN if domain is Domain.CS else SGSN_SSN)
            self._told.add(self._stack.invoke(operation, called, arg, now, calling_ssn=_HLR_SSN))

    def ended(self, event: Answered | Refused | DialogueLost, now: float) -> bool:
        """How an SGSN took what it was told; False: it was not told by this."""
        if event.dialogue in self._told:
            self._told.discard(event.dialogue)
            return True
        updated = self._updating.pop(event.dialogue, None)
        if updated is None:
            return False
        record, domain = updated
        if not self._stack.awaits_answer(event.dialogue):
            return True  # who asked has given up
        if isinstance(event, Answered):
            self._served(record, self._serve(record, domain), now)
            number = AddressString(self._plan.hlr_number)
            kind = UpdateLocationRes if domain is Domain.CS else UpdateGprsLocationRes
            self._stack.result(event.dialogue, kind(hlr_number=number), now)
        else:
            self._stack.error(event.dialogue, MapError(ErrorCode.SYSTEM_FAILURE), now)
        return True

    def _domain(self, arg: UpdateGprsLocationArg | UpdateLocationArg) -> Domain | None:
        """What a node of this number serves, if it may say so by this operation."""
        if isinstance(arg, UpdateLocationArg):
            return Domain.CS if node_number(arg.msc_number) == self._plan.msc_number else None
        gprs = {self._plan.gateway_number: Domain.IMS, self._plan.sgsn_number: Domain.PS}
        return gprs.get(node_number(arg.sgsn_number))

    def _serve(self, record: HlrSubscriber, domain: Domain) -> list[NodeNumber]:
        """Whom to alert now that this node serves him."""
        match domain:
            case Domain.IMS:
                return message_waiting.activate(record, self._plan.gateway_number)
            case Domain.PS:
                return message_waiting.attach(record, domain, self._plan.sgsn_number)
            case Domain.CS:
                return message_waiting.attach(record, domain, self._plan.msc_number)


def subscriber_of(data: HlrData, identity: SubscriberIdentity) -> HlrSubscriber | None:
    """By IMSI, else by MSISDN."""
    if identity.imsi is not None:
        return data.by_imsi.get(Imsi(identity.imsi))
    return data.by_msisdn.get(Msisdn(identity.msisdn.digits if identity.msisdn else ""))
