"""The service operations of SEAL that MSGin5G uses (TS 29.549)."""

from msgin5g_bridge.operation import MERGE_PATCH, Operation
from msgin5g_bridge.seal import (
    ProfileDocs,
    SealEventNotification,
    SealEventSubscription,
    ValGroupDocument,
    ValGroupDocumentPatch,
    ValGroupDocuments,
)

__all__ = [
    "EVENTS_NOTIFY",
    "EVENTS_SUBSCRIBE",
    "EVENTS_UNSUBSCRIBE",
    "GROUPS_FIND",
    "GROUP_CREATE",
    "GROUP_DELETE",
    "GROUP_GET",
    "GROUP_PATCH",
    "GROUP_PUT",
    "PROFILES_GET",
    "SS_EVENTS",
    "SS_GROUPMANAGEMENT",
    "SS_USERPROFILERETRIEVAL",
]

_GROUPS = "/ss-gm/v1/group-documents"
_ONE = f"{_GROUPS}/{{groupDocId}}"
GROUP_CREATE = Operation(
    name="SS_GroupManagement_CreateGroup",
    path=_GROUPS,
    body=ValGroupDocument,
    answers={201: ValGroupDocument},
)
GROUPS_FIND = Operation(
    name="SS_GroupManagement_QueryGroups", method="GET", path=_GROUPS, answers={200: ValGroupDocuments}
)
GROUP_GET = Operation(
    name="SS_GroupManagement_QueryGroupInfo", method="GET", path=_ONE, answers={200: ValGroupDocument}
)
GROUP_PUT = Operation(
    name="SS_GroupManagement_UpdateGroup",
    method="PUT",
    path=_ONE,
    body=ValGroupDocument,
    answers={200: ValGroupDocument, 204: None},
)
GROUP_PATCH = Operation(
    name="SS_GroupManagement_ModifyGroup",
    method="PATCH",
    path=_ONE,
    body=ValGroupDocumentPatch,
    media=MERGE_PATCH,
    answers={200: ValGroupDocument, 204: None},
)
GROUP_DELETE = Operation(
    name="SS_GroupManagement_DeleteGroup", method="DELETE", path=_ONE, answers={204: None}
)
SS_GROUPMANAGEMENT = (GROUP_CREATE, GROUPS_FIND, GROUP_GET, GROUP_PUT, GROUP_PATCH, GROUP_DELETE)

_EVENTS = "/ss-events/v1/subscriptions"
EVENTS_SUBSCRIBE = Operation(
    name="SS_Events_Subscribe",
    path=_EVENTS,
    body=SealEventSubscription,
    answers={201: SealEventSubscription},
)
EVENTS_UNSUBSCRIBE = Operation(
    name="SS_Events_Unsubscribe",
    method="DELETE",
    path=f"{_EVENTS}/{{subscriptionId}}",
    answers={204: None},
)
EVENTS_NOTIFY = Operation(
    name="SS_Events_Notify",
    path="/ss-events/v1/notifications",  # the subscriber's own choice: ours
    body=SealEventNotification,
    answers={204: None},
    callback=True,
)
SS_EVENTS = (EVENTS_SUBSCRIBE, EVENTS_UNSUBSCRIBE)

PROFILES_GET = Operation(
    name="SS_UserProfileRetrieval_Obtain",
    method="GET",
    path="/ss-upr/v1/val-services",
    answers={200: ProfileDocs},
)
SS_USERPROFILERETRIEVAL = (PROFILES_GET,)
