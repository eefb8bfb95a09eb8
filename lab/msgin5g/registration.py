"""Registration of MSGin5G UEs, of phones behind gateways, and of AS; and its end (TS 23.554 clause 8.2)."""

from math import inf

from lab.msgin5g.contact import GATEWAYS, Contact, Leg, Peer
from lab.msgin5g.records import Refusal, Registered, ServerData, Subscription, address
from lab.msgin5g.settings import Gateway, ServerSettings
from lab.msgin5g.uris import refused_uri
from msgin5g_bridge.asregistration import ASRegistration
from msgin5g_bridge.l3gdelivery import AddressType
from msgin5g_bridge.names import FailureCause
from msgin5g_bridge.registration import ClientProfile, Deregistration, Registration
from msgin5g_bridge.ueregistration import UeDeregistration, UeRegistration

__all__ = ["LEAST_SEGMENT", "deregister", "deregister_as", "register_as", "register_phone", "register_ue"]

LEAST_SEGMENT = 16
"""[LAB] Octets: room for any character, and for a few of them."""


def register_ue(
    request: Registration, peer: Peer, contact: str, data: ServerData, settings: ServerSettings
) -> Registered | Refusal:
    """An MSGin5G UE, by itself or through its Gateway UE: then the contact is the Gateway UE's.

    Provisioned UEs only, with their credential, and what the transport proves must be the UE itself
    (TS 33.501 Y.2) or a Gateway UE that may speak for it (Y.6).
    """
    known = _subscribed(request.ue_svc_id, AddressType.UE, request.cred or "", data)
    if isinstance(known, Refusal):
        return known
    if settings.authenticated and not peer.identity:
        return Refusal(FailureCause.NOT_AUTHENTICATED, "a registration without client-server security")
    if peer.identity not in ("", request.ue_svc_id, known.private_id, *settings.gateway_ues):
        return Refusal(FailureCause.NOT_AUTHORIZED, f"{peer.identity} is not {request.ue_svc_id}")
    profile = request.profile or ClientProfile()
    if profile.max_seg_size and profile.max_seg_size < LEAST_SEGMENT:
        return Refusal(FailureCause.PAYLOAD_NOT_SUPPORTED, f"a segment has {LEAST_SEGMENT} octets at least")
    return Registered(
        address=known.address,
        id=_id(known, data),
        contact=Contact(Leg.CLIENT, contact, peer.identity),
        identity=peer.identity,
        expires=inf,
        seg_size=min(profile.max_seg_size or settings.seg_size, settings.seg_size),
        schedule=profile.comm_avail or None,
        trigger=profile.trigger_info or None,
    )


def register_phone(
    request: UeRegistration, peer: Peer, data: ServerData, settings: ServerSettings
) -> Registered | Refusal:
    """A UE that knows nothing of MSGin5G, by its gateway; one of another gateway stays that one's."""
    gateway = _gateway(request, peer, data, settings)
    if isinstance(gateway, Refusal):
        return gateway
    known = _subscribed(request.ue_svc_id, AddressType.UE, request.cred, data)
    if isinstance(known, Refusal):
        return known
    present = data.registered.get(known.address)
    if present is not None and present.owner != gateway.svc_id:
        return Refusal(FailureCause.NOT_AUTHORIZED, f"{request.ue_svc_id} is another's")
    refused = refused_uri("targetUri", request.target_uri)
    if refused is not None:
        return refused
    profile = request.profile
    return Registered(
        address=known.address,
        id=_id(known, data),
        contact=Contact(gateway.leg, gateway.api_root or request.target_uri or ""),
        owner=gateway.svc_id,
        identity=peer.identity,
        expires=inf,
        seg_size=settings.seg_size,
        schedule=(profile.comm_avail or None) if profile else None,
    )


def register_as(
    request: ASRegistration, peer: Peer, data: ServerData, settings: ServerSettings
) -> Registered | Refusal:
    """An AS, by itself or by who acts for it; without targetUri it can send, and what is for it is stored or
    fails.
    """
    known = _subscribed(request.as_svc_id, AddressType.AS, None, data)
    if isinstance(known, Refusal):
        return known
    hosted = request.as_svc_id in settings.hosts.get(peer.identity, ())
    if peer.identity not in ("", request.as_svc_id, known.private_id) and not hosted:
        return Refusal(FailureCause.NOT_AUTHORIZED, f"{peer.identity} is not {request.as_svc_id}")
    refused = refused_uri("targetUri", request.target_uri)
    if refused is not None:
        return refused
    return Registered(
        address=known.address,
        id=_id(known, data),
        contact=Contact(Leg.AS, request.target_uri or ""),
        identity=peer.identity,
        expires=inf,
        seg_size=settings.seg_size,
    )


def deregister(
    request: Deregistration | UeDeregistration, peer: Peer, data: ServerData
) -> Registered | Refusal:
    """Who leaves; the credential is checked again (seed 003, clause 8.2.4)."""
    who = address(AddressType.UE, request.ue_svc_id)
    present = data.registered.get(who)
    if present is None:
        return Refusal(FailureCause.NOT_REGISTERED, f"{request.ue_svc_id} is not registered")
    if peer.identity != present.identity:
        return Refusal(FailureCause.NOT_AUTHORIZED, f"{request.ue_svc_id} was registered by another")
    known = _subscribed(request.ue_svc_id, AddressType.UE, request.cred or "", data)
    return known if isinstance(known, Refusal) else present


def deregister_as(svc_id: str, peer: Peer, data: ServerData) -> Registered | Refusal:
    """An AS that leaves with others, by whoever has registered it."""
    present = data.registered.get(address(AddressType.AS, svc_id))
    if present is None:
        return Refusal(FailureCause.NOT_REGISTERED, f"{svc_id} is not registered")
    if peer.identity != present.identity:
        return Refusal(FailureCause.NOT_AUTHORIZED, f"{svc_id} was registered by another")
    return present


def _subscribed(svc_id: str, kind: AddressType, cred: str | None, data: ServerData) -> Subscription | Refusal:
    known = data.subscriptions.get(svc_id)
    if known is None or known.address.addr_type != kind:
        return Refusal(FailureCause.NOT_PROVISIONED, f"{svc_id} is not provisioned")
    if cred is not None and known.cred and known.cred != cred:
        return Refusal(FailureCause.WRONG_CREDENTIAL, f"the credential of {svc_id} is another")
    return known


def _gateway(
    request: UeRegistration, peer: Peer, data: ServerData, settings: ServerSettings
) -> Gateway | Refusal:
    svc_id = request.mgw_svc_id
    gateway = settings.gateway(svc_id) or data.gateways.get(svc_id)
    if gateway is None or gateway.leg not in GATEWAYS:
        return Refusal(FailureCause.NOT_AUTHORIZED, f"no gateway {svc_id} is known")
    if gateway.identity and gateway.identity != peer.identity:
        return Refusal(FailureCause.NOT_AUTHENTICATED, f"{peer.identity or 'nobody'} is not {svc_id}")
    return gateway


def _id(known: Subscription, data: ServerData) -> str:
    """A refresh keeps its resource."""
    present = data.registered.get(known.address)
    return present.id if present is not None else str(data.number())
