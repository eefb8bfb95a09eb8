"""The names of the wire that no reachable specification confirms, in one table.

TS 24.538 was read on its first pages only: that MSGin5G-1 is JSON over CoAP POST with Content-Format 50,
and the values of the Message Type, are the specification's. Its keys, Uri-Paths and response codes are a
choice of ours, and so is each name of a lab extension. Who learns the true name changes it here, and where
`where` says.
"""

from collections.abc import Mapping
from enum import StrEnum
from typing import NamedTuple

__all__ = [
    "AS_BULK_DEREGISTRATIONS",
    "AS_BULK_REGISTRATIONS",
    "NAMES",
    "STATUSES",
    "URI_PATH",
    "FailureCause",
    "Name",
]

URI_PATH = "/msgin5g"
"""Where server and clients take every MSGin5G-1 request: the Message Type says what it is."""
AS_BULK_REGISTRATIONS = "/msgs-asregistration/v1/bulk-registrations"
AS_BULK_DEREGISTRATIONS = "/msgs-asregistration/v1/bulk-deregistrations"
"""[LAB] Beside the paths of TS 29.538, which has one AS in each request."""


class FailureCause(StrEnum):
    """Free strings in TS 29.538 (`failureCause`, and `cause` of ProblemDetails): our vocabulary."""

    NOT_AUTHENTICATED = "NOT_AUTHENTICATED"
    NOT_AUTHORIZED = "NOT_AUTHORIZED"
    WRONG_CREDENTIAL = "WRONG_CREDENTIAL"
    NOT_PROVISIONED = "NOT_PROVISIONED"
    NOT_REGISTERED = "NOT_REGISTERED"
    RECIPIENT_UNKNOWN = "RECIPIENT_UNKNOWN"
    RECIPIENT_NOT_REGISTERED = "RECIPIENT_NOT_REGISTERED"
    RECIPIENT_NOT_AVAILABLE = "RECIPIENT_NOT_AVAILABLE"
    RECIPIENT_BUSY = "RECIPIENT_BUSY"
    MESSAGE_UNKNOWN = "MESSAGE_UNKNOWN"
    MESSAGE_LOOP = "MESSAGE_LOOP"
    SUBSCRIPTION_UNKNOWN = "SUBSCRIPTION_UNKNOWN"
    APPLICATION_UNKNOWN = "APPLICATION_UNKNOWN"
    GROUP_UNKNOWN = "GROUP_UNKNOWN"
    GROUP_EXISTS = "GROUP_EXISTS"
    GROUP_NOT_RESOLVED = "GROUP_NOT_RESOLVED"
    SEGMENTS_MISSING = "SEGMENTS_MISSING"
    PAYLOAD_NOT_SUPPORTED = "PAYLOAD_NOT_SUPPORTED"
    PAYLOAD_TOO_LARGE = "PAYLOAD_TOO_LARGE"
    OVERLOAD = "OVERLOAD"
    EXPIRED = "EXPIRED"
    DISCARDED = "DISCARDED"
    TIMEOUT = "TIMEOUT"
    ABSENT_SUBSCRIBER = "ABSENT_SUBSCRIBER"
    MEMORY_FULL = "MEMORY_FULL"
    BARRED = "BARRED"
    TRIGGER_REFUSED = "TRIGGER_REFUSED"
    TRIGGER_FAILED = "TRIGGER_FAILED"
    TRIGGER_EXPIRED = "TRIGGER_EXPIRED"


STATUSES: Mapping[FailureCause, int] = {
    FailureCause.NOT_AUTHENTICATED: 401,
    FailureCause.WRONG_CREDENTIAL: 403,
    FailureCause.NOT_AUTHORIZED: 403,
    FailureCause.NOT_PROVISIONED: 403,
    FailureCause.NOT_REGISTERED: 403,
    FailureCause.MESSAGE_LOOP: 403,
    FailureCause.RECIPIENT_UNKNOWN: 404,
    FailureCause.MESSAGE_UNKNOWN: 404,
    FailureCause.SUBSCRIPTION_UNKNOWN: 404,
    FailureCause.APPLICATION_UNKNOWN: 404,
    FailureCause.GROUP_UNKNOWN: 404,
    FailureCause.GROUP_EXISTS: 403,
    FailureCause.PAYLOAD_TOO_LARGE: 413,
    FailureCause.OVERLOAD: 503,
}
"""As which status of HTTP, and code of CoAP, a cause is told; any other: 400, 4.00 ([LAB])."""


class Name(NamedTuple):
    """One name, what kind it is of, which information element it stands for, and where the code has it."""

    kind: str
    name: str
    element: str
    where: str


def _keys(where: str, **elements: str) -> tuple[Name, ...]:
    return tuple(Name("JSON key", name, element, where) for name, element in elements.items())


NAMES: tuple[Name, ...] = (
    Name("Uri-Path", URI_PATH, "MSGin5G Server, MSGin5G Client", "names.URI_PATH"),
    Name(
        "REST path",
        AS_BULK_REGISTRATIONS,
        "bulk registration of Application Servers",
        "names.AS_BULK_REGISTRATIONS",
    ),
    Name(
        "REST path",
        AS_BULK_DEREGISTRATIONS,
        "bulk de-registration of Application Servers",
        "names.AS_BULK_DEREGISTRATIONS",
    ),
    Name("Message Type", "BULKREG", "bulk registration request", "registration.BulkRegistration"),
    Name("Message Type", "BULKDEREG", "bulk de-registration request", "registration.BulkDeregistration"),
    Name("Message Type", "AGGMSG", "aggregated message request", "message.AggregatedMessage"),
    Name("Message Type", "TOPICSUB", "Messaging Topic subscription", "message.TopicSubscribe"),
    Name("Message Type", "TOPICUNSUB", "Messaging Topic unsubscription", "message.TopicUnsubscribe"),
    Name("Message Type", "UPDATE", "update of a stored message", "message.StoredMessageUpdate"),
    Name("Message Type", "ACREG", "Application Client registration", "message.AcRegistration"),
    Name("Message Type", "ACDEREG", "Application Client de-registration", "message.AcDeregistration"),
    *_keys(
        "message.Message",
        msgType="Message Type",
        viaAddr="Group Service ID or Messaging Topic that a copy came by",
    ),
    *_keys("message.MessageResponse", payload="answer of the provisioning function"),
    *_keys("message.SegmentRecovery", segNumbs="numbers of the missing segments"),
    *_keys("message.AggregatedMessage", count="number of individual messages", list="individual messages"),
    *_keys(
        "registration.Registration",
        ueSvcId="UE Service ID",
        cred="UE credential information",
        profile="MSGin5G Client Profile",
        urgent="Registration urgent degree",
        waitTime="Wait time",
    ),
    *_keys(
        "registration.ClientProfile",
        triggerInfo="Triggering Information",
        commAvail="Communication Availability",
        maxSegSize="Supported maximum segment size",
    ),
    *_keys(
        "registration.TriggeringInformation", ueId="UE identifier", ports="port numbers", protocol="protocol"
    ),
    *_keys(
        "registration.CommunicationAvailability",
        schedTime="scheduled communication time",
        duration="communication duration",
        periodicInd="periodic indicator",
        interval="periodic interval",
        dataSize="data size indication",
        stoAndFwInd="store and forward option",
    ),
    *_keys("registration.RegistrationResponse", result="registration result", failureCause="failure cause"),
    *_keys("registration.RegistrationPending", expectedTime="expected registration time"),
    *_keys("ueregistration.UeRegistration", mgwSvcId="MGW Service ID", targetUri="apiRoot of the gateway"),
    *_keys(
        "provisioning.ProvisioningResponse",
        svcId="MSGin5G Service ID",
        serverSvcIds="Service IDs of the MSGin5G Servers",
        svcInfo="MSGin5G service specific information",
        cred="UE credential information",
    ),
    *_keys(
        "provisioning.ServiceInformation",
        segSize="segment size",
        serverAddr="MSGin5G Server address",
        apiRoot="apiRoot of the MSGin5G Server",
    ),
    *_keys(
        "provisioning.ProvisioningResult",
        privId="Private ID",
        config="answer to it",
        failureCause="failure cause",
    ),
    *_keys("provisioning.UeInformation", deviceType="device type", vendor="vendor"),
    *_keys("provisioning.UeProvisioningRequest", uePrivId="UE Private ID", ueInfo="UE information"),
    *_keys("provisioning.AsProvisioningRequest", asPrivId="AS Private ID", asInfo="AS information"),
    *_keys("provisioning.MgwProvisioningRequest", mgwPrivId="MGW Private ID", mgwInfo="MGW information"),
    *_keys(
        "provisioning.NonMsgin5gUeProvisioningRequest",
        nonMsgin5GUePrivId="Non-MSGin5G UE Private ID",
        nonMsgin5GUeInfo="Non-MSGin5G UE information",
    ),
    *(Name("failure cause", cause.value, "failureCause", "names.FailureCause") for cause in FailureCause),
)
"""Message Types, keys, paths and causes that the specification may call otherwise."""
