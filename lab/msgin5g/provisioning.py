"""The MSGin5G Provisioning Function: Service IDs for Private IDs (TR 23.700-24)."""

from collections.abc import Mapping

from lab.msgin5g.records import ServerData, Subscription, address
from lab.msgin5g.settings import ServerSettings
from msgin5g_bridge.l3gdelivery import AddressType
from msgin5g_bridge.model import ABSENT
from msgin5g_bridge.provisioning import (
    AsProvisioningRequest,
    NonMsgin5gUeProvisioningRequest,
    ProvisioningResponse,
    ServiceInformation,
    UeProvisioningRequest,
)

__all__ = ["ProvisioningRequest", "function_host", "provision"]

ProvisioningRequest = UeProvisioningRequest | AsProvisioningRequest | NonMsgin5gUeProvisioningRequest


def function_host(mcc: str, mnc: str) -> str:
    """Where the function is: a well-known part, then the provider's (the fixed form is a lab choice)."""
    return f"provisioning.msgin5g.mnc{mnc:0>3}.mcc{mcc}.3gppnetwork.org"


def provision(
    request: ProvisioningRequest, data: ServerData, settings: ServerSettings, creds: Mapping[str, str]
) -> ProvisioningResponse:
    """The same Private ID gets the same Service ID again; `creds` has those of whom one is wanted."""
    kind, private_id = _who(request)
    svc_id = data.private_ids.get((kind, private_id))
    if svc_id is None:
        svc_id = _free(kind, private_id, data, settings.domain)
        data.private_ids[kind, private_id] = svc_id
        data.subscriptions[svc_id] = Subscription(
            address(kind, svc_id), private_id, creds.get(private_id, "")
        )
    return ProvisioningResponse(
        svc_id=svc_id,
        server_svc_ids=(settings.svc_id,),
        svc_info=ServiceInformation(seg_size=settings.seg_size),
        cred=data.subscriptions[svc_id].cred or ABSENT,
    )


def _who(request: ProvisioningRequest) -> tuple[AddressType, str]:
    match request:
        case UeProvisioningRequest():
            return AddressType.UE, request.ue_priv_id
        case AsProvisioningRequest():
            return AddressType.AS, request.as_priv_id
        case NonMsgin5gUeProvisioningRequest():
            return AddressType.UE, request.non_msgin5g_ue_priv_id


def _free(kind: AddressType, private_id: str, data: ServerData, domain: str) -> str:
    """[LAB] The Private ID itself where it can be the user part, else a number; always at our domain."""
    user = private_id.lower() if private_id.isascii() and private_id.isalnum() else "id"
    svc_id = f"{kind.lower()}-{user}@{domain}"
    while svc_id in data.subscriptions:
        svc_id = f"{kind.lower()}-{user}-{data.number()}@{domain}"
    return svc_id
