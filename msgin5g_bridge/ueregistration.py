"""A Message Gateway registers a Non-MSGin5G UE with the MSGin5G Server (TS 23.554 clause 8.2, stage 2 only).

TS 29.538 has no API for it, so the wire, `{apiRoot}/msgs-ueregistration/v1`, is a lab choice that mirrors
MSGS_ASRegistration; the information elements are stage 2's.
"""

from msgin5g_bridge.model import ABSENT, Absent, Body, Bulk, MgwServiceId, UeServiceId
from msgin5g_bridge.registration import CommunicationAvailability, RegistrationResponse
from msgin5g_bridge.ts29571 import Uri

__all__ = [
    "BulkUeDeregistration",
    "BulkUeRegistration",
    "BulkUeRegistrationAck",
    "NonMsgin5gUeProfile",
    "UeDeregistration",
    "UeRegistration",
]


class NonMsgin5gUeProfile(Body, kw_only=True):
    """When the legacy UE can be reached."""

    comm_avail: CommunicationAvailability | Absent = ABSENT


class UeRegistration(Body, kw_only=True):
    """POST /registrations, answered by `RegistrationResponse`; `target_uri` is the gateway's apiRoot."""

    ue_svc_id: UeServiceId
    mgw_svc_id: MgwServiceId
    cred: str
    profile: NonMsgin5gUeProfile | Absent = ABSENT
    target_uri: Uri | Absent = ABSENT


class UeDeregistration(Body, kw_only=True):
    """One entry of a bulk de-registration; a single one is DELETE /registrations/{registrationId}."""

    ue_svc_id: UeServiceId
    cred: str


class BulkUeRegistration(Bulk[UeRegistration], kw_only=True):
    """POST /bulk-registrations."""


class BulkUeDeregistration(Bulk[UeDeregistration], kw_only=True):
    """POST /bulk-deregistrations."""


class BulkUeRegistrationAck(Bulk[RegistrationResponse], kw_only=True):
    """The 200 to either, with one result for each entry."""
