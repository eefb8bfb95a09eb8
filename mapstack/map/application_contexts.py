"""The application contexts that this stack speaks (TS 29.002 §17.3.3, and GSM 09.02 §17.3.3 of version 1)."""

from mapstack.tcap.application_context import ApplicationContext

__all__ = [
    "ANY_TIME_INFO_ENQUIRY_V3",
    "ANY_TIME_INFO_HANDLING_V3",
    "GPRS_LOCATION_UPDATE_V3",
    "INFO_RETRIEVAL_V1",
    "INFO_RETRIEVAL_V2",
    "INFO_RETRIEVAL_V3",
    "LOCATION_CANCELLATION_V1",
    "LOCATION_CANCELLATION_V2",
    "LOCATION_CANCELLATION_V3",
    "MS_PURGING_V2",
    "MS_PURGING_V3",
    "MWD_MNGT_V1",
    "MWD_MNGT_V2",
    "MWD_MNGT_V3",
    "NETWORK_LOC_UP_V1",
    "NETWORK_LOC_UP_V2",
    "NETWORK_LOC_UP_V3",
    "SHORT_MSG_ALERT_V1",
    "SHORT_MSG_ALERT_V2",
    "SHORT_MSG_GATEWAY_V1",
    "SHORT_MSG_GATEWAY_V2",
    "SHORT_MSG_GATEWAY_V3",
    "SHORT_MSG_MO_RELAY_V2",
    "SHORT_MSG_MO_RELAY_V3",
    "SHORT_MSG_MT_RELAY_V2",
    "SHORT_MSG_MT_RELAY_V3",
    "SHORT_MSG_RELAY_V1",
    "SUBSCRIBER_DATA_MNGT_V1",
    "SUBSCRIBER_DATA_MNGT_V2",
    "SUBSCRIBER_DATA_MNGT_V3",
    "SUBSCRIBER_DATA_MODIFICATION_NOTIFICATION_V3",
    "SUBSCRIBER_INFO_ENQUIRY_V3",
]


def _context(name: str, number: int, version: int) -> ApplicationContext:
    """itu-t etsi mobileDomain gsm-Network application-contexts number version."""
    return ApplicationContext(f"{name}-v{version}", (0, 4, 0, 0, 1, 0, number, version))


NETWORK_LOC_UP_V1 = _context("networkLocUpContext", 1, 1)
NETWORK_LOC_UP_V2 = _context("networkLocUpContext", 1, 2)
NETWORK_LOC_UP_V3 = _context("networkLocUpContext", 1, 3)
LOCATION_CANCELLATION_V1 = _context("locationCancellation", 2, 1)
LOCATION_CANCELLATION_V2 = _context("locationCancellation", 2, 2)
LOCATION_CANCELLATION_V3 = _context("locationCancellationContext", 2, 3)
INFO_RETRIEVAL_V1 = _context("infoRetrievalContext", 14, 1)
INFO_RETRIEVAL_V2 = _context("infoRetrievalContext", 14, 2)
INFO_RETRIEVAL_V3 = _context("infoRetrievalContext", 14, 3)
SUBSCRIBER_DATA_MNGT_V1 = _context("subscriberDataMngtContext", 16, 1)
SUBSCRIBER_DATA_MNGT_V2 = _context("subscriberDataMngtContext", 16, 2)
SUBSCRIBER_DATA_MNGT_V3 = _context("subscriberDataMngtContext", 16, 3)
SHORT_MSG_GATEWAY_V1 = _context("shortMsgGatewayContext", 20, 1)
SHORT_MSG_GATEWAY_V2 = _context("shortMsgGatewayContext", 20, 2)
SHORT_MSG_GATEWAY_V3 = _context("shortMsgGatewayContext", 20, 3)
SHORT_MSG_RELAY_V1 = _context("shortMsgRelayContext", 21, 1)
SHORT_MSG_MO_RELAY_V2 = _context("shortMsgMO-RelayContext", 21, 2)
SHORT_MSG_MO_RELAY_V3 = _context("shortMsgMO-RelayContext", 21, 3)
SUBSCRIBER_DATA_MODIFICATION_NOTIFICATION_V3 = _context(
    "subscriberDataModificationNotificationContext", 22, 3
)
SHORT_MSG_ALERT_V1 = _context("shortMsgAlertContext", 23, 1)
SHORT_MSG_ALERT_V2 = _context("shortMsgAlertContext", 23, 2)
MWD_MNGT_V1 = _context("mwdMngtContext", 24, 1)
MWD_MNGT_V2 = _context("mwdMngtContext", 24, 2)
MWD_MNGT_V3 = _context("mwdMngtContext", 24, 3)
SHORT_MSG_MT_RELAY_V2 = _context("shortMsgMT-RelayContext", 25, 2)
SHORT_MSG_MT_RELAY_V3 = _context("shortMsgMT-RelayContext", 25, 3)
MS_PURGING_V2 = _context("msPurgingContext", 27, 2)
MS_PURGING_V3 = _context("msPurgingContext", 27, 3)
SUBSCRIBER_INFO_ENQUIRY_V3 = _context("subscriberInfoEnquiryContext", 28, 3)
ANY_TIME_INFO_ENQUIRY_V3 = _context("anyTimeInfoEnquiryContext", 29, 3)
GPRS_LOCATION_UPDATE_V3 = _context("gprsLocationUpdateContext", 32, 3)
ANY_TIME_INFO_HANDLING_V3 = _context("anyTimeInfoHandlingContext", 43, 3)
