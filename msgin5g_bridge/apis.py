"""The service operations: the six APIs of TS 29.538, three of the lab for what it leaves out, and T8's.

Those of the lab are the registration of Non-MSGin5G UEs (stage 2 only, TS 23.554 §8.2), their provisioning
(TR 23.700-24), and what the server sends to an Application Server, of which TS 29.538 has the URI only; and
two operations beside those of MSGS_ASRegistration, for many AS at once.
Device triggering is that of TS 29.122.
"""

from msgin5g_bridge.asregistration import (
    ASRegistration,
    ASRegistrationAck,
    BulkASDeregistration,
    BulkASRegistration,
    BulkASRegistrationAck,
)
from msgin5g_bridge.bgdelivery import BgMessageDelivery
from msgin5g_bridge.devicetriggering import DeviceTriggering, DeviceTriggeringDeliveryReportNotification
from msgin5g_bridge.l3gdelivery import L3gMessageDelivery
from msgin5g_bridge.model import Body
from msgin5g_bridge.msgdelivery import (
    ASMessageDelivery,
    DeliveryStatusReport,
    MessageDeliveryAck,
    UEMessageDelivery,
)
from msgin5g_bridge.n3gdelivery import N3gMessageDelivery
from msgin5g_bridge.names import AS_BULK_DEREGISTRATIONS, AS_BULK_REGISTRATIONS
from msgin5g_bridge.operation import Operation
from msgin5g_bridge.provisioning import (
    AsProvisioningRequest,
    BulkAsProvisioningRequest,
    BulkProvisioningRequest,
    BulkProvisioningResponse,
    MgwProvisioningRequest,
    NonMsgin5gUeProvisioningRequest,
    ProvisioningResponse,
    UeProvisioningRequest,
)
from msgin5g_bridge.registration import RegistrationResponse
from msgin5g_bridge.topiclistevent import (
    TopicListNotification,
    TopicListSubscription,
    TopicListSubscriptionAck,
    TopicListUnsubscription,
    TopicListUnsubscriptionAck,
    TopicSubscription,
    TopicSubscriptionAck,
    TopicUnsubscription,
)
from msgin5g_bridge.ueregistration import (
    BulkUeDeregistration,
    BulkUeRegistration,
    BulkUeRegistrationAck,
    UeRegistration,
)

__all__ = [
    "AS_BULK_DEREGISTER",
    "AS_BULK_REGISTER",
    "AS_DELIVER_MESSAGE",
    "AS_DELIVER_REPORT",
    "AS_DEREGISTER",
    "AS_REGISTER",
    "BG_DELIVER_MESSAGE",
    "DELIVER_AS_MESSAGE",
    "DELIVER_REPORT",
    "DELIVER_UE_MESSAGE",
    "L3G_DELIVER_MESSAGE",
    "L3G_DELIVER_REPORT",
    "MSGG_BGDELIVERY",
    "MSGG_L3GDELIVERY",
    "MSGG_N3GDELIVERY",
    "MSGS_ASDELIVERY",
    "MSGS_ASREGISTRATION",
    "MSGS_MSGDELIVERY",
    "MSGS_PROVISIONING",
    "MSGS_TOPICLISTEVENT",
    "MSGS_UEREGISTRATION",
    "N3G_DELIVER_MESSAGE",
    "N3G_DELIVER_REPORT",
    "PROVISION_AS",
    "PROVISION_MANY_AS",
    "PROVISION_MANY_UES",
    "PROVISION_MGW",
    "PROVISION_NON_MSGIN5G_UE",
    "PROVISION_UE",
    "T8_DEVICE_TRIGGERING",
    "TOPICLIST_NOTIFY",
    "TOPICLIST_SUBSCRIBE",
    "TOPICLIST_UNSUBSCRIBE",
    "TOPIC_SUBSCRIBE",
    "TOPIC_UNSUBSCRIBE",
    "TRIGGER",
    "TRIGGER_DELETE",
    "TRIGGER_NOTIFY",
    "TRIGGER_READ",
    "UE_BULK_DEREGISTER",
    "UE_BULK_REGISTER",
    "UE_DEREGISTER",
    "UE_REGISTER",
]


def _post(
    name: str, path: str, body: type[Body], status: int = 204, answer: type[Body] | None = None
) -> Operation:
    return Operation(name=name, path=path, body=body, answers={status: answer})


_AS = "/msgs-asregistration/v1/registrations"
AS_REGISTER = _post("MSGS_ASRegistration_Request", _AS, ASRegistration, 201, ASRegistrationAck)
AS_DEREGISTER = Operation(
    name="MSGS_ASRegistration_Deregister",
    method="DELETE",
    path=f"{_AS}/{{registrationId}}",
    answers={200: ASRegistrationAck, 204: None},
)
# [LAB]: these two are not in TS 29.538.
AS_BULK_REGISTER = _post(
    "MSGS_ASRegistration_BulkRequest", AS_BULK_REGISTRATIONS, BulkASRegistration, 200, BulkASRegistrationAck
)
AS_BULK_DEREGISTER = _post(
    "MSGS_ASRegistration_BulkDeregister",
    AS_BULK_DEREGISTRATIONS,
    BulkASDeregistration,
    200,
    BulkASRegistrationAck,
)
MSGS_ASREGISTRATION = (AS_REGISTER, AS_DEREGISTER, AS_BULK_REGISTER, AS_BULK_DEREGISTER)

_MSG = "/msgs-msgdelivery/v1"
DELIVER_AS_MESSAGE = _post(
    "MSGS_MSGDelivery_ASODelivery", f"{_MSG}/deliver-as-message", ASMessageDelivery, 200, MessageDeliveryAck
)
DELIVER_UE_MESSAGE = _post(
    "MSGS_MSGDelivery_UEODelivery", f"{_MSG}/deliver-ue-message", UEMessageDelivery, 200, MessageDeliveryAck
)
DELIVER_REPORT = _post(
    "MSGS_MSGDelivery_DeliveryReport", f"{_MSG}/deliver-report", DeliveryStatusReport, 200, MessageDeliveryAck
)
MSGS_MSGDELIVERY = (DELIVER_AS_MESSAGE, DELIVER_UE_MESSAGE, DELIVER_REPORT)

_L3G = "/msgg-l3gdelivery/v1"
L3G_DELIVER_MESSAGE = _post("MSGG_L3GDelivery_GTDelivery", f"{_L3G}/deliver-message", L3gMessageDelivery)
L3G_DELIVER_REPORT = _post(
    "MSGG_L3GDelivery_GTDeliveryReport", f"{_L3G}/deliver-report", DeliveryStatusReport
)
MSGG_L3GDELIVERY = (L3G_DELIVER_MESSAGE, L3G_DELIVER_REPORT)

_N3G = "/msgg-n3gdelivery/v1"
N3G_DELIVER_MESSAGE = _post("MSGG_N3GDelivery_GTDelivery", f"{_N3G}/deliver-message", N3gMessageDelivery)
N3G_DELIVER_REPORT = _post(
    "MSGG_N3GDelivery_GTDeliveryReport", f"{_N3G}/deliver-report", DeliveryStatusReport
)
MSGG_N3GDELIVERY = (N3G_DELIVER_MESSAGE, N3G_DELIVER_REPORT)

BG_DELIVER_MESSAGE = _post(
    "MSGG_BGDelivery_GTDelivery", "/msgg-bgdelivery/v1/deliver-message", BgMessageDelivery
)
MSGG_BGDELIVERY = (BG_DELIVER_MESSAGE,)

_TOPICS = "/msgs-topiclistevent/v1"
TOPICLIST_SUBSCRIBE = _post(
    "MSGS_TopiclistEvent_SubscribeMSGTopiclist",
    f"{_TOPICS}/topiclist-subscriptions",
    TopicListSubscription,
    201,
    TopicListSubscriptionAck,
)
TOPICLIST_UNSUBSCRIBE = Operation(
    name="MSGS_TopiclistEvent_UnsubscribeMSGTopiclist",
    path=f"{_TOPICS}/topiclist-subscriptions/{{subscriptionId}}",
    body=TopicListUnsubscription,
    answers={200: TopicListUnsubscriptionAck, 204: None},
)
TOPIC_SUBSCRIBE = _post(
    "MSGS_TopiclistEvent_SubscribeTopic",
    f"{_TOPICS}/request-topic-subscription",
    TopicSubscription,
    200,
    TopicSubscriptionAck,
)
TOPIC_UNSUBSCRIBE = _post(
    "MSGS_TopiclistEvent_UnsubscribeTopic", f"{_TOPICS}/request-topic-unsubscription", TopicUnsubscription
)
TOPICLIST_NOTIFY = Operation(
    name="MSGS_TopiclistEvent_Notify",
    path="/msgs-topiclistevent/v1/notifications",  # the subscriber's own choice: ours
    body=TopicListNotification,
    answers={204: None},
    callback=True,
)
MSGS_TOPICLISTEVENT = (TOPICLIST_SUBSCRIBE, TOPICLIST_UNSUBSCRIBE, TOPIC_SUBSCRIBE, TOPIC_UNSUBSCRIBE)

# The lab's own.

_UE = "/msgs-ueregistration/v1"
UE_REGISTER = _post(
    "MSGS_UERegistration_Request", f"{_UE}/registrations", UeRegistration, 201, RegistrationResponse
)
UE_DEREGISTER = Operation(
    name="MSGS_UERegistration_Deregister",
    method="DELETE",
    path=f"{_UE}/registrations/{{registrationId}}",
    answers={200: RegistrationResponse, 204: None},
)
UE_BULK_REGISTER = _post(
    "MSGS_UERegistration_BulkRequest",
    f"{_UE}/bulk-registrations",
    BulkUeRegistration,
    200,
    BulkUeRegistrationAck,
)
UE_BULK_DEREGISTER = _post(
    "MSGS_UERegistration_BulkDeregister",
    f"{_UE}/bulk-deregistrations",
    BulkUeDeregistration,
    200,
    BulkUeRegistrationAck,
)
MSGS_UEREGISTRATION = (UE_REGISTER, UE_DEREGISTER, UE_BULK_REGISTER, UE_BULK_DEREGISTER)

_PROVISION = "/msgs-provisioning/v1"
PROVISION_UE = _post(
    "MSGS_Provisioning_UE", f"{_PROVISION}/provision-ue", UeProvisioningRequest, 200, ProvisioningResponse
)
PROVISION_AS = _post(
    "MSGS_Provisioning_AS", f"{_PROVISION}/provision-as", AsProvisioningRequest, 200, ProvisioningResponse
)
PROVISION_NON_MSGIN5G_UE = _post(
    "MSGS_Provisioning_NonMSGin5GUE",
    f"{_PROVISION}/provision-non-msgin5g-ue",
    NonMsgin5gUeProvisioningRequest,
    200,
    ProvisioningResponse,
)
PROVISION_MGW = _post(
    "MSGS_Provisioning_MGW", f"{_PROVISION}/provision-mgw", MgwProvisioningRequest, 200, ProvisioningResponse
)
PROVISION_MANY_UES = _post(
    "MSGS_Provisioning_BulkUE",
    f"{_PROVISION}/bulk-provision-ue",
    BulkProvisioningRequest,
    200,
    BulkProvisioningResponse,
)
PROVISION_MANY_AS = _post(
    "MSGS_Provisioning_BulkAS",
    f"{_PROVISION}/bulk-provision-as",
    BulkAsProvisioningRequest,
    200,
    BulkProvisioningResponse,
)
MSGS_PROVISIONING = (
    PROVISION_UE,
    PROVISION_AS,
    PROVISION_MGW,
    PROVISION_NON_MSGIN5G_UE,
    PROVISION_MANY_UES,
    PROVISION_MANY_AS,
)

_TO_AS = "/msgs-asdelivery/v1"
AS_DELIVER_MESSAGE = _post("MSGS_ASDelivery_Message", f"{_TO_AS}/deliver-message", ASMessageDelivery)
AS_DELIVER_REPORT = _post("MSGS_ASDelivery_Report", f"{_TO_AS}/deliver-report", DeliveryStatusReport)
MSGS_ASDELIVERY = (AS_DELIVER_MESSAGE, AS_DELIVER_REPORT)

# Of SCEF and NEF (TS 29.122 clause 5.7).

_T8 = "/3gpp-device-triggering/v1/{scsAsId}/transactions"
TRIGGER = _post("CreateDeviceTriggeringTransaction", _T8, DeviceTriggering, 201, DeviceTriggering)
TRIGGER_READ = Operation(
    name="FetchIndDeviceTriggeringTransaction",
    method="GET",
    path=f"{_T8}/{{transactionId}}",
    answers={200: DeviceTriggering},
)
TRIGGER_DELETE = Operation(
    name="DeleteIndDeviceTriggeringTransaction",
    method="DELETE",
    path=f"{_T8}/{{transactionId}}",
    answers={200: DeviceTriggering, 204: None},
)
T8_DEVICE_TRIGGERING = (TRIGGER, TRIGGER_READ, TRIGGER_DELETE)
TRIGGER_NOTIFY = Operation(
    name="DeviceTriggeringDeliveryReportNotification",
    path="/msgs-triggering/v1/notifications/{triggerId}",  # its owner's own choice: ours
    body=DeviceTriggeringDeliveryReportNotification,
    answers={204: None, 200: None},
    callback=True,
)
