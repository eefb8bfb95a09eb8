"""Who is registered now: registrations come, are refreshed, run out and go (TS 23.554 clause 8.2)."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from math import inf
from typing import TypeVar

from lab.elements.agenda import Agenda
from lab.msgin5g import registration
from lab.msgin5g.contact import Leg, Peer
from lab.msgin5g.delivery import Delivery
from lab.msgin5g.records import Refusal, Registered, ServerData, address
from lab.msgin5g.settings import ServerSettings
from msgin5g_bridge.asregistration import (
    ASDeregistration,
    ASRegistration,
    ASRegistrationAck,
    BulkASDeregistration,
    BulkASRegistration,
    BulkASRegistrationAck,
)
from msgin5g_bridge.l3gdelivery import Address, AddressType
from msgin5g_bridge.model import UeServiceId
from msgin5g_bridge.names import STATUSES, FailureCause
from msgin5g_bridge.registration import (
    BulkDeregistration,
    BulkRegistration,
    BulkRegistrationResponse,
    Deregistration,
    Registration,
    RegistrationResponse,
    RegistrationResult,
)
from msgin5g_bridge.ts29571 import ProblemDetails
from msgin5g_bridge.ueregistration import (
    BulkUeDeregistration,
    BulkUeRegistration,
    BulkUeRegistrationAck,
    UeDeregistration,
    UeRegistration,
)

__all__ = ["Registrar"]

_OneT = TypeVar("_OneT")


class Registrar:
    """Registrations, single and bulk."""

    def __init__(
        self, data: ServerData, settings: ServerSettings, delivery: Delivery, agenda: Agenda
    ) -> None:
        self._data = data
        self._settings = settings
        self._delivery = delivery
        self._agenda = agenda

    def register_ue(self, request: Registration, peer: Peer, now: float) -> RegistrationResponse | Refusal:
        """REG: the contact is where it comes from."""
        found = registration.register_ue(request, peer, peer.address, self._data, self._settings)
        return self._put(found, now)

    def register_phone(
        self, request: UeRegistration, peer: Peer, now: float
    ) -> RegistrationResponse | Refusal:
        """POST /registrations of the lab's msgs-ueregistration."""
        return self._put(registration.register_phone(request, peer, self._data, self._settings), now)

    def register_as(self, request: ASRegistration, peer: Peer, now: float) -> ASRegistrationAck | Refusal:
        """MSGS_ASRegistration_Request."""
        found = self._put(registration.register_as(request, peer, self._data, self._settings), now)
        if isinstance(found, Refusal):
            return found
        return ASRegistrationAck(
            as_svc_id=request.as_svc_id, result=ProblemDetails(status=201, title="Created")
        )

    def deregister(
        self, request: Deregistration | UeDeregistration, peer: Peer, now: float
    ) -> RegistrationResponse | Refusal:
        """DEREG, or an entry of bulk-deregistrations."""
        found = registration.deregister(request, peer, self._data)
        if isinstance(found, Refusal):
            return found
        self._remove(found.address, now)
        return RegistrationResponse(ue_svc_id=request.ue_svc_id, result=RegistrationResult.SUCCESS)

    def delete(self, id_: str, peer: Peer, now: float) -> Registered | Refusal:
        """DELETE …/registrations/{registrationId}, of an AS or a phone."""
        found = next((each for each in self._data.registered.values() if each.id == id_), None)
        if found is None:
            return Refusal(FailureCause.NOT_REGISTERED, f"there is no registration {id_}")
        if found.identity != peer.identity:
            return Refusal(FailureCause.NOT_AUTHORIZED, f"registration {id_} is another's")
        self._remove(found.address, now)
        return found

    def bulk(
        self, request: BulkRegistration | BulkDeregistration, peer: Peer, now: float
    ) -> BulkRegistrationResponse | Refusal:
        """Of UEs behind a Gateway UE that is itself registered; each has its own result (clause 8.2.7)."""
        if not self._is_gateway_ue(peer):
            return Refusal(FailureCause.NOT_AUTHORIZED, "bulk is for registered Gateway UEs")
        if isinstance(request, BulkRegistration):
            results = _each(request.list, lambda one: self.register_ue(one, peer, now))
        else:
            results = _each(request.list, lambda one: self.deregister(one, peer, now))
        return BulkRegistrationResponse(count=len(results), list=results)

    def bulk_phones(
        self, request: BulkUeRegistration | BulkUeDeregistration, peer: Peer, now: float
    ) -> BulkUeRegistrationAck:
        """The same for a Message Gateway."""
        if isinstance(request, BulkUeRegistration):
            results = _each(request.list, lambda one: self.register_phone(one, peer, now))
        else:
            results = _each(request.list, lambda one: self.deregister(one, peer, now))
        return BulkUeRegistrationAck(count=len(results), list=results)

    def bulk_as(
        self, request: BulkASRegistration | BulkASDeregistration, peer: Peer, now: float
    ) -> BulkASRegistrationAck:
        """[LAB] The same for whoever acts for several AS."""
        if isinstance(request, BulkASRegistration):
            results = tuple(_as_result(one, self.register_as(one, peer, now)) for one in request.list)
        else:
            results = tuple(_as_result(one, self._deregister_as(one, peer, now)) for one in request.list)
        return BulkASRegistrationAck(count=len(results), list=results)

    def resume(self, now: float) -> None:
        """After a restart: what is left of each registration."""
        for registered in self._data.registered.values():
            self._watch(registered, now)

    def _deregister_as(
        self, request: ASDeregistration, peer: Peer, now: float
    ) -> ASRegistrationAck | Refusal:
        found = registration.deregister_as(request.as_svc_id, peer, self._data)
        if isinstance(found, Refusal):
            return found
        self._remove(found.address, now)
        return ASRegistrationAck(
            as_svc_id=request.as_svc_id, result=ProblemDetails(status=204, title="No Content")
        )

    def _is_gateway_ue(self, peer: Peer) -> bool:
        """By what it has proved, or else by where it has registered from."""
        allowed = (address(AddressType.UE, svc_id) for svc_id in self._settings.gateway_ues)
        present = [self._data.registered[each] for each in allowed if each in self._data.registered]
        if peer.identity:
            return any(each.identity == peer.identity for each in present)
        return any(each.contact.address == peer.address and not each.identity for each in present)

    def _put(self, found: Registered | Refusal, now: float) -> RegistrationResponse | Refusal:
        if isinstance(found, Refusal):
            return found
        lifetime = self._settings.registration_lifetime
        if lifetime and found.contact.leg is Leg.CLIENT:
            found = replace(found, expires=now + lifetime)
        self._data.registered[found.address] = found
        if found.contact.leg is Leg.CLIENT:
            self._remember_how_to_wake(found)
        self._watch(found, now)
        self._delivery.reachable(found.address, now)
        return RegistrationResponse(
            ue_svc_id=UeServiceId(found.address.addr), result=RegistrationResult.SUCCESS
        )

    def _remember_how_to_wake(self, registered: Registered) -> None:
        if registered.trigger is not None:
            self._data.triggering[registered.address] = registered.trigger
        else:
            self._data.triggering.pop(registered.address, None)

    def _watch(self, registered: Registered, now: float) -> None:
        if registered.expires < inf:
            who = registered.address
            self._agenda.at(max(registered.expires, now), lambda when: self._run_out(who, when))

    def _run_out(self, who: Address, now: float) -> None:
        present = self._data.registered.get(who)
        if present is not None and present.expires <= now:
            self._remove(who, now)

    def _remove(self, who: Address, now: float) -> None:
        del self._data.registered[who]
        self._delivery.left(who, now)


def _each(
    requests: Sequence[_OneT], perform: Callable[[_OneT], RegistrationResponse | Refusal]
) -> tuple[RegistrationResponse, ...]:
    return tuple(_result(one, perform(one)) for one in requests)


def _result(request: object, answer: RegistrationResponse | Refusal) -> RegistrationResponse:
    if isinstance(answer, RegistrationResponse):
        return answer
    assert isinstance(request, Registration | Deregistration | UeRegistration | UeDeregistration)
    return RegistrationResponse(
        ue_svc_id=request.ue_svc_id, result=RegistrationResult.FAILURE, failure_cause=answer.cause
    )


def _as_result(
    request: ASRegistration | ASDeregistration, answer: ASRegistrationAck | Refusal
) -> ASRegistrationAck:
    if isinstance(answer, ASRegistrationAck):
        return answer
    status = STATUSES.get(answer.cause, 400)
    problem = ProblemDetails(status=status, cause=answer.cause, detail=answer.detail)
    return ASRegistrationAck(as_svc_id=request.as_svc_id, result=problem)
