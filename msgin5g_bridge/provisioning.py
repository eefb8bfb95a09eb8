"""Provisioning of Service IDs by the MSGin5G Provisioning Function (TR 23.700-24; stage 2 only).

The information elements are the study's; the spellings are a lab choice. The same Private ID always gets the
same Service ID again, and an answer takes the protocol of its request.
"""

from msgin5g_bridge.model import ABSENT, Absent, Body, OneOrMore, ServerServiceId

__all__ = [
    "AsProvisioningRequest",
    "NonMsgin5gUeProvisioningRequest",
    "ProvisioningResponse",
    "ServiceInformation",
    "UeInformation",
    "UeProvisioningRequest",
]


class UeInformation(Body, kw_only=True):
    """What kind of device or server asks."""

    device_type: str | Absent = ABSENT
    vendor: str | Absent = ABSENT


class UeProvisioningRequest(Body, kw_only=True):
    """By an MSGin5G UE."""

    ue_priv_id: str
    ue_info: UeInformation | Absent = ABSENT


class AsProvisioningRequest(Body, kw_only=True):
    """By an Application Server."""

    as_priv_id: str
    as_info: UeInformation | Absent = ABSENT


class NonMsgin5gUeProvisioningRequest(Body, kw_only=True):
    """By a Message Gateway for a UE that knows nothing of MSGin5G, when it first connects."""

    non_msgin5g_ue_priv_id: str
    non_msgin5g_ue_info: UeInformation | Absent = ABSENT


class ServiceInformation(Body, kw_only=True):
    """MSGin5G service specific information of the provider; the segment size in octets."""

    seg_size: int | Absent = ABSENT


class ProvisioningResponse(Body, kw_only=True):
    """The answer to all three; the credential that a registration has to show is a lab extension."""

    svc_id: str
    server_svc_ids: OneOrMore[ServerServiceId]
    svc_info: ServiceInformation | Absent = ABSENT
    cred: str | Absent = ABSENT
