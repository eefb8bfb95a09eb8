"""The MSGin5G Provisioning Function without its wires: Service IDs for Private IDs (TR 23.700-24).

It is in the MSGin5G Server, or an element of its own on the same data.
"""

from hashlib import sha256
from hmac import digest

from lab.msgin5g.contact import GATEWAYS, Leg, Peer
from lab.msgin5g.records import Refusal, ServerData, Subscription, address
from lab.msgin5g.settings import Gateway, ServerSettings
from msgin5g_bridge.errors import DecodeError
from msgin5g_bridge.l3gdelivery import AddressType
from msgin5g_bridge.message import Message, MessageResponse
from msgin5g_bridge.model import ABSENT, MgwServiceId, encode
from msgin5g_bridge.names import FailureCause
from msgin5g_bridge.provisioning import (
    AsProvisioningRequest,
    BulkAsProvisioningRequest,
    BulkProvisioningRequest,
    BulkProvisioningResponse,
    MgwProvisioningRequest,
    NonMsgin5gUeProvisioningRequest,
    ProvisioningRequest,
    ProvisioningResponse,
    ProvisioningResult,
    ServiceInformation,
    UeProvisioningRequest,
    request_in,
)
from msgin5g_bridge.ts29571 import Uri

__all__ = ["ProvisioningFunction"]

_Single = (
    UeProvisioningRequest | AsProvisioningRequest | MgwProvisioningRequest | NonMsgin5gUeProvisioningRequest
)


class ProvisioningFunction:
    """The same Private ID gets the same Service ID again; what it has assigned is in `data`."""

    def __init__(self, data: ServerData, settings: ServerSettings) -> None:
        self._data = data
        self._settings = settings

    def provision(
        self, request: ProvisioningRequest, peer: Peer
    ) -> ProvisioningResponse | BulkProvisioningResponse | Refusal:
        """A request that has come over HTTP."""
        if self._settings.secure_provisioning and not peer.secure:
            return Refusal(FailureCause.NOT_AUTHENTICATED, "provisioning wants a secured connection")
        if isinstance(request, BulkProvisioningRequest | BulkAsProvisioningRequest):
            results = tuple(self._result(each, peer) for each in request.list)
            return BulkProvisioningResponse(count=len(results), list=results)
        return self._single(request, peer)

    def message(self, message: Message, peer: Peer) -> MessageResponse | Refusal:
        """One that is the payload of an MSGin5G message to us: so is the answer (NOTE 2 of the study)."""
        if message.seg_ind:
            return Refusal(FailureCause.PAYLOAD_NOT_SUPPORTED, "a provisioning request comes in one piece")
        try:
            request = request_in(message.payload or "")
        except DecodeError as fault:
            return Refusal(FailureCause.PAYLOAD_NOT_SUPPORTED, f"payload{fault.path}: {fault.reason}")
        answer = self.provision(request, peer)
        if isinstance(answer, Refusal):
            return answer
        payload = encode(answer).decode()
        return MessageResponse(ori_addr=message.ori_addr, msg_id=message.msg_id, payload=payload)

    def _result(self, request: _Single, peer: Peer) -> ProvisioningResult:
        answer = self._single(request, peer)
        if isinstance(answer, Refusal):
            return ProvisioningResult(priv_id=_private_id(request), failure_cause=answer.cause)
        return ProvisioningResult(priv_id=_private_id(request), config=answer)

    def _single(self, request: _Single, peer: Peer) -> ProvisioningResponse | Refusal:
        refused = self._refused(request, peer)
        if refused is not None:
            return refused
        if isinstance(request, MgwProvisioningRequest):
            return self._gateway(request, peer)
        kind = AddressType.AS if isinstance(request, AsProvisioningRequest) else AddressType.UE
        private_id = _private_id(request)
        svc_id = self._data.private_ids.get((kind, private_id))
        if svc_id is None:
            svc_id = self._free(kind.lower(), private_id)
            self._data.private_ids[kind, private_id] = svc_id
            self._data.subscriptions[svc_id] = Subscription(
                address(kind, svc_id), private_id, self._credential(svc_id)
            )
        return self._response(svc_id, self._data.subscriptions[svc_id].cred)

    def _refused(self, request: _Single, peer: Peer) -> Refusal | None:
        """Who has proved to be somebody asks for himself; gateways ask for those behind them too (Y.6)."""
        private_id, settings = _private_id(request), self._settings
        if peer.identity in ("", private_id, *settings.provisioners):
            return None
        if isinstance(request, UeProvisioningRequest):
            allowed = peer.identity in settings.gateway_ues
        else:
            allowed = isinstance(request, NonMsgin5gUeProvisioningRequest) and self._is_gateway(peer)
        known = {self._data.private_ids.get((kind, private_id)) for kind in (AddressType.UE, AddressType.AS)}
        if allowed or peer.identity in known:
            return None
        return Refusal(FailureCause.NOT_AUTHORIZED, f"{peer.identity} is not {private_id}")

    def _is_gateway(self, peer: Peer) -> bool:
        gateways = (*self._settings.gateways, *self._data.gateways.values())
        return any(peer.identity == each.identity for each in gateways)

    def _gateway(self, request: MgwProvisioningRequest, peer: Peer) -> ProvisioningResponse | Refusal:
        """[LAB] A gateway is whom it has proved to be when it was provisioned, from then on."""
        said = request.mgw_info.device_type if request.mgw_info else ABSENT
        leg = next((each for each in GATEWAYS if each.name == (said or Leg.L3G.name)), None)
        if leg is None:
            return Refusal(FailureCause.PAYLOAD_NOT_SUPPORTED, f"mgwInfo/deviceType: no kind {said}")
        known = next(
            (each for each in self._data.gateways.values() if each.private_id == request.mgw_priv_id), None
        )
        if known is not None and known.identity != peer.identity:
            return Refusal(FailureCause.NOT_AUTHORIZED, f"{request.mgw_priv_id} is another's")
        if known is None:
            svc_id = MgwServiceId(self._free("mgw", request.mgw_priv_id))
            known = Gateway(
                svc_id=svc_id, leg=leg, api_root="", identity=peer.identity, private_id=request.mgw_priv_id
            )
            self._data.gateways[svc_id] = known
        return self._response(known.svc_id, "")

    def _response(self, svc_id: str, cred: str) -> ProvisioningResponse:
        settings = self._settings
        info = ServiceInformation(
            seg_size=settings.seg_size,
            server_addr=Uri(settings.endpoint) if settings.endpoint else ABSENT,
            api_root=Uri(settings.api_root) if settings.api_root else ABSENT,
        )
        return ProvisioningResponse(
            svc_id=svc_id, server_svc_ids=(settings.svc_id,), svc_info=info, cred=cred or ABSENT
        )

    def _credential(self, svc_id: str) -> str:
        """[LAB] Follows from the Service ID, so that nothing has to be remembered; with a key only."""
        key = self._settings.credential_key
        return digest(key, svc_id.encode(), sha256).hex()[:32] if key else ""

    def _free(self, kind: str, private_id: str) -> str:
        """[LAB] The Private ID itself where it can be the user part, else a number; always at our domain."""
        domain, taken = self._settings.domain, {*self._data.subscriptions, *self._data.gateways}
        user = private_id.lower() if private_id.isascii() and private_id.isalnum() else "id"
        svc_id = f"{kind}-{user}@{domain}"
        while svc_id in taken or self._settings.gateway(svc_id) is not None:
            svc_id = f"{kind}-{user}-{self._data.number()}@{domain}"
        return svc_id


def _private_id(request: _Single) -> str:
    match request:
        case UeProvisioningRequest():
            return request.ue_priv_id
        case AsProvisioningRequest():
            return request.as_priv_id
        case MgwProvisioningRequest():
            return request.mgw_priv_id
        case NonMsgin5gUeProvisioningRequest():
            return request.non_msgin5g_ue_priv_id
