"""Parameters of MAP errors in versions 1 and 2, where they are not those of version 3 (GSM 09.02 §17.6.6)."""

from mapstack.asn1 import BOOLEAN, Choice, Sequence, field
from mapstack.ber import element, encode_integer
from mapstack.map.error_parameters import (
    CallBarredParam,
    ExtensibleCallBarredParam,
    ExtensibleSystemFailureParam,
    RoamingNotAllowedParam,
    SmDeliveryFailureCause,
    SsIncompatibilityCause,
    SystemFailureParam,
)
from mapstack.map.supplementary_service import SsSubscriptionOption

__all__ = ["MwdSet", "encode_in_version", "in_newest"]

_ENUMERATED = 0x0A


class MwdSet(Choice):
    """Of absentSubscriber in version 1: whether the SC is in the message waiting data."""

    mwd_set: bool | None = field(BOOLEAN, default=None)


def encode_in_version(parameter: Sequence | Choice, version: int) -> bytes:
    """The element that versions 1 and 2 have; nothing where they have no parameter."""
    match parameter:
        case SystemFailureParam() | CallBarredParam() | RoamingNotAllowedParam():
            return _enumerated(_cause(parameter))
        case SmDeliveryFailureCause() if version == 1:
            return _enumerated(parameter.sm_enumerated_delivery_failure_cause)
        case SmDeliveryFailureCause(sm_enumerated_delivery_failure_cause=cause, diagnostic_info=info):
            shorter = SmDeliveryFailureCause(sm_enumerated_delivery_failure_cause=cause, diagnostic_info=info)
            return shorter.encode_element()
        case SsIncompatibilityCause() | SsSubscriptionOption():
            return parameter.encode_element()
        case MwdSet() if version == 1:
            return parameter.encode_element()
    return b""


def in_newest(parameter: Sequence | Choice) -> Sequence | Choice:
    """The parameter with a word that an older peer has said alone within a SEQUENCE: in version 3 it must not
    be used otherwise (TS 29.002 §17.7.7).
    """
    match parameter:
        case SystemFailureParam(network_resource=resource):
            failed = ExtensibleSystemFailureParam(network_resource=resource)
            return SystemFailureParam(extensible_system_failure_param=failed)
        case CallBarredParam(call_barring_cause=cause):
            barred = ExtensibleCallBarredParam(call_barring_cause=cause)
            return CallBarredParam(extensible_call_barred_param=barred)
    return parameter


def _cause(parameter: SystemFailureParam | CallBarredParam | RoamingNotAllowedParam) -> int | None:
    """The word alone, which version 3 has in a SEQUENCE that can grow."""
    match parameter:
        case RoamingNotAllowedParam():
            return parameter.roaming_not_allowed_cause
        case SystemFailureParam(network_resource=None, extensible_system_failure_param=longer):
            return longer.network_resource if longer else None
        case SystemFailureParam():
            return parameter.network_resource
        case CallBarredParam(call_barring_cause=None, extensible_call_barred_param=more):
            return more.call_barring_cause if more else None
        case CallBarredParam():
            return parameter.call_barring_cause


def _enumerated(value: int | None) -> bytes:
    return b"" if value is None else element(_ENUMERATED, encode_integer(value))
