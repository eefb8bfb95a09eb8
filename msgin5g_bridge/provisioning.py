"""Provisioning of Service IDs by the MSGin5G Provisioning Function (TR 23.700-24; stage 2 only).

The information elements are the study's; the spellings are a lab choice. The same Private ID always gets the
same Service ID again, and an answer takes the protocol of its request: HTTP, or an MSGin5G message whose
payload is one of the requests, answered with the payload of its response.
"""

from collections.abc import Mapping
from typing import Annotated

from msgspec import Meta, Raw
from msgspec.json import Decoder

from msgin5g_bridge.errors import DecodeError
from msgin5g_bridge.model import ABSENT, Absent, Body, Bulk, OneOrMore, ServerServiceId, decode, decode_with
from msgin5g_bridge.ts29571 import Uri

__all__ = [
    "AsProvisioningRequest",
    "BulkAsProvisioningRequest",
    "BulkProvisioningRequest",
    "BulkProvisioningResponse",
    "MgwProvisioningRequest",
    "NonMsgin5gUeProvisioningRequest",
    "ProvisioningRequest",
    "ProvisioningResponse",
    "ProvisioningResult",
    "ServiceInformation",
    "UeInformation",
    "UeProvisioningRequest",
    "request_in",
]

PrivateId = Annotated[str, Meta(min_length=1, max_length=255)]
"""Globally unique, such as a MAC address, which is mere text here."""


class UeInformation(Body, kw_only=True):
    """What kind of device or server asks."""

    device_type: str | Absent = ABSENT
    vendor: str | Absent = ABSENT


class UeProvisioningRequest(Body, kw_only=True):
    """By an MSGin5G UE."""

    ue_priv_id: PrivateId
    ue_info: UeInformation | Absent = ABSENT


class AsProvisioningRequest(Body, kw_only=True):
    """By an Application Server."""

    as_priv_id: PrivateId
    as_info: UeInformation | Absent = ABSENT


class MgwProvisioningRequest(Body, kw_only=True):
    """By a Message Gateway for itself; its device type is L3G or N3G."""

    mgw_priv_id: PrivateId
    mgw_info: UeInformation | Absent = ABSENT


class NonMsgin5gUeProvisioningRequest(Body, kw_only=True):
    """By a Message Gateway for a UE that knows nothing of MSGin5G, when it first connects."""

    non_msgin5g_ue_priv_id: PrivateId
    non_msgin5g_ue_info: UeInformation | Absent = ABSENT


class BulkProvisioningRequest(Bulk[UeProvisioningRequest], kw_only=True):
    """Many UEs in one go, by their Gateway UE or an operator (TS 23.554 clause 8.1)."""


class BulkAsProvisioningRequest(Bulk[AsProvisioningRequest], kw_only=True):
    """The same for Application Servers."""


class ServiceInformation(Body, kw_only=True):
    """MSGin5G service specific information of the provider; the segment size in octets.

    TS 24.538 clause 7 has the address of the server in the configuration of a UE; the study does not.
    """

    seg_size: int | Absent = ABSENT
    server_addr: Uri | Absent = ABSENT
    """coap://host:port of the server, for clients."""
    api_root: Uri | Absent = ABSENT
    """Of the server, for everybody else."""


class ProvisioningResponse(Body, kw_only=True):
    """The answer to a single request; the credential that a registration has to show is a lab extension."""

    svc_id: str
    server_svc_ids: OneOrMore[ServerServiceId]
    svc_info: ServiceInformation | Absent = ABSENT
    cred: str | Absent = ABSENT


class ProvisioningResult(Body, kw_only=True):
    """One entry of a bulk response: part of it may fail."""

    priv_id: str
    config: ProvisioningResponse | Absent = ABSENT
    failure_cause: str | Absent = ABSENT


class BulkProvisioningResponse(Bulk[ProvisioningResult], kw_only=True):
    """One entry for each of the request, in its order."""


ProvisioningRequest = (
    UeProvisioningRequest
    | AsProvisioningRequest
    | MgwProvisioningRequest
    | NonMsgin5gUeProvisioningRequest
    | BulkProvisioningRequest
    | BulkAsProvisioningRequest
)
_SINGLE: Mapping[str, type[ProvisioningRequest]] = {
    "uePrivId": UeProvisioningRequest,
    "asPrivId": AsProvisioningRequest,
    "mgwPrivId": MgwProvisioningRequest,
    "nonMsgin5GUePrivId": NonMsgin5gUeProvisioningRequest,
    "list": BulkProvisioningRequest,
}
_KEYS: Decoder[dict[str, Raw]] = Decoder(dict[str, Raw])


def request_in(payload: str) -> ProvisioningRequest:
    """What the payload of an MSGin5G message asks for, told by its Private ID; raises `DecodeError`."""
    octets = payload.encode("utf-8", "surrogatepass")
    keys = decode_with(_KEYS, octets)
    kind = next((kind for key, kind in _SINGLE.items() if key in keys), None)
    if kind is None:
        raise DecodeError("/uePrivId", f"missing: one of {', '.join(_SINGLE)} is mandatory")
    return decode(kind, octets)
