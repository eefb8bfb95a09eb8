"""MSGS_TopiclistEvent: Messaging Topics between MSGin5G Servers (TS 29.538 clause 5, API v1)."""

import msgspec

from msgin5g_bridge.l3gdelivery import Address
from msgin5g_bridge.model import ABSENT, Absent, Body, OneOrMore, OpenEnum, Topic
from msgin5g_bridge.ts29571 import DateTime, SupportedFeatures, Uri

__all__ = [
    "MessagingTopic",
    "TopicListNotification",
    "TopicListSubscription",
    "TopicListSubscriptionAck",
    "TopicListUnsubscription",
    "TopicListUnsubscriptionAck",
    "TopicSubscription",
    "TopicSubscriptionAck",
    "TopicUnsubscription",
    "UpdateStatus",
]


class UpdateStatus(OpenEnum):
    """What happened to a topic."""

    CREATED = "CREATED"
    DELETED = "DELETED"


class TopicListSubscription(Body, kw_only=True):
    """POST /topiclist-subscriptions: tell me of your topics at `notification_uri`."""

    ori_addr: Address
    dest_addr: Address
    notification_uri: Uri = msgspec.field(name="notificationURI")
    sec_cred: str | Absent = ABSENT
    expr_time: DateTime | Absent = ABSENT
    supp_feat: SupportedFeatures | Absent = ABSENT


class TopicListSubscriptionAck(Body, kw_only=True):
    """Its 201."""

    sub_stat: str
    expr_time: DateTime | Absent = ABSENT
    supp_feat: SupportedFeatures | Absent = ABSENT


class TopicListUnsubscription(Body, kw_only=True):
    """POST (not DELETE) /topiclist-subscriptions/{subscriptionId}."""

    ori_addr: Address
    dest_addr: Address
    sec_cred: str | Absent = ABSENT


class TopicListUnsubscriptionAck(Body, kw_only=True):
    """Its 200: handled, but not deleted; deleted is a 204 without body."""

    sub_stat: str


class TopicSubscription(Body, kw_only=True):
    """POST /request-topic-subscription."""

    ori_addr: Address
    msg_topics: OneOrMore[Topic]
    sec_cred: str | Absent = ABSENT
    expr_time: DateTime | Absent = ABSENT


class TopicSubscriptionAck(Body, kw_only=True):
    """Its 200."""

    sub_stat: str
    expr_time: DateTime | Absent = ABSENT


class TopicUnsubscription(Body, kw_only=True):
    """POST /request-topic-unsubscription."""

    ori_addr: Address
    sec_cred: str | Absent = ABSENT
    msg_topics: OneOrMore[Topic]


class MessagingTopic(Body, kw_only=True):
    """One topic of a notification."""

    msg_topic: Topic
    update_stat: UpdateStatus


class TopicListNotification(Body, kw_only=True):
    """The callback to `notificationURI`."""

    expr_time: DateTime | Absent = ABSENT
    msg_topics: OneOrMore[MessagingTopic]
