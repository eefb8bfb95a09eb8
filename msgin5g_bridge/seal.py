"""Groups and configurations of SEAL: SS_GroupManagement, SS_Events, SS_UserProfileRetrieval (TS 29.549)."""

import msgspec

from msgin5g_bridge.model import ABSENT, Absent, Body, Listed, OneOrMore, OpenEnum
from msgin5g_bridge.ts29571 import SupportedFeatures, Uri

__all__ = [
    "EventSubscription",
    "ProfileDoc",
    "ProfileDocs",
    "SealEvent",
    "SealEventDetail",
    "SealEventNotification",
    "SealEventSubscription",
    "ValGroupDocument",
    "ValGroupDocumentPatch",
    "ValGroupDocuments",
    "ValGroupFilter",
    "ValTargetUe",
]

_Other = dict[str, object]
"""What is kept as it came: data types of other APIs."""


class ValTargetUe(Body, kw_only=True):
    """A VAL user or a VAL UE, one of them: the UE Service ID, or the MSGin5G UE ID (TS 23.554 clause 8.1)."""

    val_user_id: str | Absent = ABSENT
    val_ue_id: str | Absent = ABSENT

    @property
    def whole(self) -> bool:
        """Whether it is one of both."""
        return bool(self.val_user_id) != bool(self.val_ue_id)


class ValGroupDocument(Body, kw_only=True):
    """A group: what the MSGin5G Server takes its Group Service ID and the members from."""

    val_group_id: str
    grp_desc: str | Absent = ABSENT
    members: OneOrMore[ValTargetUe] | Absent = ABSENT
    val_grp_conf: str | Absent = ABSENT
    val_service_ids: OneOrMore[str] | Absent = ABSENT
    val_svc_inf: str | Absent = ABSENT
    supp_feat: SupportedFeatures | Absent = ABSENT
    res_uri: Uri | Absent = ABSENT
    loc_info: _Other | Absent = ABSENT
    add_loc_info: _Other | Absent = ABSENT
    val_svc_area_id: str | Absent = ABSENT
    ext_grp_id: str | Absent = ABSENT
    com_5g_lan_type: str | Absent = msgspec.field(default=ABSENT, name="com5GLanType")


class ValGroupDocumentPatch(Body, kw_only=True):
    """What is to be changed of it; null takes an attribute away (RFC 7396)."""

    grp_desc: str | Absent | None = ABSENT
    members: OneOrMore[ValTargetUe] | Absent | None = ABSENT
    val_grp_conf: str | Absent | None = ABSENT
    val_service_ids: OneOrMore[str] | Absent | None = ABSENT
    loc_info: _Other | Absent | None = ABSENT
    add_loc_info: _Other | Absent | None = ABSENT
    val_svc_area_id: str | Absent | None = ABSENT
    ext_grp_id: str | Absent | None = ABSENT
    com_5g_lan_type: str | Absent | None = msgspec.field(default=ABSENT, name="com5GLanType")


class ValGroupDocuments(Listed):
    """Those that a filter has left."""

    items: tuple[ValGroupDocument, ...]


class SealEvent(OpenEnum):
    """Events of groups."""

    GM_GROUP_INFO_CHANGE = "GM_GROUP_INFO_CHANGE"
    GM_GROUP_CREATE = "GM_GROUP_CREATE"
    GM_GROUP_DELETION = "GM_GROUP_DELETION"


class ValGroupFilter(Body, kw_only=True):
    """Groups of a VAL service."""

    val_svc_id: str | Absent = ABSENT
    val_grp_ids: OneOrMore[str]


class EventSubscription(Body, kw_only=True):
    """One event; without groups, of all."""

    event_id: SealEvent
    val_groups: OneOrMore[ValGroupFilter] | Absent = ABSENT


class SealEventSubscription(Body, kw_only=True):
    """POST /subscriptions; how to report is of TS 29.523, and taken as it is."""

    subscriber_id: str
    event_subs: OneOrMore[EventSubscription]
    event_req: _Other
    notification_destination: Uri
    supp_feat: SupportedFeatures | Absent = ABSENT


class SealEventDetail(Body, kw_only=True):
    """One event that has happened."""

    event_id: SealEvent
    val_group_documents: OneOrMore[ValGroupDocument] | Absent = ABSENT
    val_group_ids: OneOrMore[str] | Absent = ABSENT
    """Of groups that are deleted."""


class SealEventNotification(Body, kw_only=True):
    """The callback at `notificationDestination`."""

    subscription_id: str
    event_details: OneOrMore[SealEventDetail]


class ProfileDoc(Body, kw_only=True):
    """The profile of a VAL user or UE; of an MSGin5G UE it is the UE configuration of TS 24.546."""

    profile_information: str
    val_tgt_ue: ValTargetUe


class ProfileDocs(Listed):
    """Of one target, for all of its VAL services or one."""

    items: tuple[ProfileDoc, ...]
