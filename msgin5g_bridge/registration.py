"""Registration and de-registration of MSGin5G UEs, single and bulk (TS 23.554 clause 8.2, TS 24.538).

Stage 2 and the Message Types REG and DEREG are the specification's; the other spellings are a lab choice.
"""

from msgin5g_bridge.model import ABSENT, Absent, Body, Bulk, OneOrMore, OpenEnum, UeServiceId
from msgin5g_bridge.ts29571 import DateTime

__all__ = [
    "BulkDeregistration",
    "BulkRegistration",
    "BulkRegistrationResponse",
    "ClientProfile",
    "CommunicationAvailability",
    "Deregistration",
    "Registration",
    "RegistrationPending",
    "RegistrationResponse",
    "RegistrationResult",
    "TriggeringInformation",
    "TriggeringProtocol",
]


class RegistrationResult(OpenEnum):
    """Whether the server took the registration or de-registration."""

    SUCCESS = "SUCCESS"
    FAILURE = "FAILURE"


class TriggeringProtocol(OpenEnum):
    """By what a sleeping UE can be triggered."""

    SMS = "SMS"
    NIDD = "NIDD"


class TriggeringInformation(Body, kw_only=True):
    """The UE as SCEF or NEF know it: MSISDN or external identifier, with the ports the client listens on."""

    ue_id: str
    ports: OneOrMore[int] | Absent = ABSENT
    protocol: TriggeringProtocol | Absent = ABSENT


class CommunicationAvailability(Body, kw_only=True):
    """When the UE can be reached; durations and the interval in seconds, the size in octets."""

    sched_time: DateTime | Absent = ABSENT
    duration: int | Absent = ABSENT
    periodic_ind: bool | Absent = ABSENT
    interval: int | Absent = ABSENT
    data_size: int | Absent = ABSENT
    sto_and_fw_ind: bool | Absent = ABSENT


class ClientProfile(Body, kw_only=True):
    """What an MSGin5G Client tells of its UE."""

    trigger_info: TriggeringInformation | Absent = ABSENT
    comm_avail: CommunicationAvailability | Absent = ABSENT
    max_seg_size: int | Absent = ABSENT


class Registration(Body, kw_only=True, tag_field="msgType", tag="REG"):
    """A client registers; credentials are of Rel-17, gone in Rel-18; urgency counts in bulk."""

    ue_svc_id: UeServiceId
    cred: str | Absent = ABSENT
    profile: ClientProfile | Absent = ABSENT
    urgent: bool | Absent = ABSENT
    wait_time: int | Absent = ABSENT


class Deregistration(Body, kw_only=True, tag_field="msgType", tag="DEREG"):
    """A client leaves."""

    ue_svc_id: UeServiceId
    cred: str | Absent = ABSENT


class RegistrationResponse(Body, kw_only=True):
    """The answer to either."""

    ue_svc_id: UeServiceId
    result: RegistrationResult
    failure_cause: str | Absent = ABSENT


class RegistrationPending(Body, kw_only=True):
    """A Gateway UE holds a registration back for its next bulk request."""

    ue_svc_id: UeServiceId
    expected_time: DateTime | Absent = ABSENT


class BulkRegistration(Bulk[Registration], kw_only=True, tag_field="msgType", tag="BULKREG"):
    """A Gateway UE registers the constrained UEs behind it (TS 23.554 clause 8.2.7)."""


class BulkDeregistration(Bulk[Deregistration], kw_only=True, tag_field="msgType", tag="BULKDEREG"):
    """The reverse (TS 23.554 clause 8.2.8)."""


class BulkRegistrationResponse(Bulk[RegistrationResponse], kw_only=True):
    """One answer for each entry of either, so that part of a bulk can fail."""
