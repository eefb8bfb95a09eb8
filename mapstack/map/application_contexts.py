"""The application contexts that this stack speaks (TS 29.002 §17.3.3, and GSM 09.02 §17.3.3 of version 1)."""

from mapstack.tcap.application_context import ApplicationContext

__all__ = [
    "ANY_TIME_INFO_HANDLING_V3",
    "MWD_MNGT_V1",
    "MWD_MNGT_V2",
    "MWD_MNGT_V3",
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
]


def _context(name: str, number: int, version: int) -> ApplicationContext:
    """itu-t etsi mobileDomain gsm-Network application-contexts number version."""
    return ApplicationContext(f"{name}-v{version}", (0, 4, 0, 0, 1, 0, number, version))


SHORT_MSG_GATEWAY_V1 = _context("shortMsgGatewayContext", 20, 1)
SHORT_MSG_GATEWAY_V2 = _context("shortMsgGatewayContext", 20, 2)
SHORT_MSG_GATEWAY_V3 = _context("shortMsgGatewayContext", 20, 3)
SHORT_MSG_RELAY_V1 = _context("shortMsgRelayContext", 21, 1)
SHORT_MSG_MO_RELAY_V2 = _context("shortMsgMO-RelayContext", 21, 2)
SHORT_MSG_MO_RELAY_V3 = _context("shortMsgMO-RelayContext", 21, 3)
SHORT_MSG_ALERT_V1 = _context("shortMsgAlertContext", 23, 1)
SHORT_MSG_ALERT_V2 = _context("shortMsgAlertContext", 23, 2)
MWD_MNGT_V1 = _context("mwdMngtContext", 24, 1)
MWD_MNGT_V2 = _context("mwdMngtContext", 24, 2)
MWD_MNGT_V3 = _context("mwdMngtContext", 24, 3)
SHORT_MSG_MT_RELAY_V2 = _context("shortMsgMT-RelayContext", 25, 2)
SHORT_MSG_MT_RELAY_V3 = _context("shortMsgMT-RelayContext", 25, 3)
ANY_TIME_INFO_HANDLING_V3 = _context("anyTimeInfoHandlingContext", 43, 3)
