"""Decoder of last resort: parameters of operations that mapstack does not declare, by pycrate (DESIGN §7)."""

import logging
from collections.abc import Mapping

from pycrate_core.utils import PycrateErr

from ipsmgw.trace.tree import Tree

__all__ = ["OPERATIONS", "parameters"]

# TS 29.002 §17.5: names of operations that are not declared, or not in these versions.
OPERATIONS: Mapping[int, str] = {
    2: "updateLocation",
    3: "cancelLocation",
    4: "provideRoamingNumber",
    7: "insertSubscriberData",
    8: "deleteSubscriberData",
    22: "sendRoutingInfo",
    23: "updateGprsLocation",
    24: "sendRoutingInfoForGprs",
    37: "reset",
    38: "forwardCheckSS-Indication",
    44: "mt-ForwardSM",
    45: "sendRoutingInfoForSM",
    46: "mo-ForwardSM",
    47: "reportSM-DeliveryStatus",
    49: "alertServiceCentreWithoutResult",
    56: "sendAuthenticationInfo",
    58: "sendIMSI",
    59: "processUnstructuredSS-Request",
    60: "unstructuredSS-Request",
    61: "unstructuredSS-Notify",
    62: "anyTimeSubscriptionInterrogation",
    63: "informServiceCentre",
    64: "alertServiceCentre",
    65: "anyTimeModification",
    66: "readyForSM",
    67: "purgeMS",
    70: "provideSubscriberInfo",
    71: "anyTimeInterrogation",
}

_LONGEST = 4096  # ten thousand components take pycrate 155 ms
# What pycrate lets out on malformed octets, deep nesting among it.
_REFUSALS = (
    PycrateErr,
    ArithmeticError,
    AssertionError,
    AttributeError,
    LookupError,
    RuntimeError,
    TypeError,
    ValueError,
)
_PARAMETERS = ("argument", "result", "parameter")


def parameters(message: bytes, span: tuple[int, int]) -> list[tuple[Tree, ...]]:
    """The parts of each component's parameter in a TCAP message; none when pycrate cannot read it either.

    pycrate does not say where a value stands, so that each part has the place of all of them.
    """
    # Imported here: it takes 0.13 s and 20 MiB, and is needed for foreign operations only.
    from pycrate_asn1dir.TCAP_MAPv2v3 import GLOBAL

    # Octets that it cannot read are no event to be told of: the tree says so.
    logging.getLogger("pycrate").setLevel(logging.ERROR)

    if len(message) > _LONGEST:
        return []
    decoder = GLOBAL.MOD["TCAP-MAP-Messages"]["TCAP-MAP-Message"]
    try:
        decoder.from_ber(message)
        value: object = decoder.get_val()
    except _REFUSALS:
        return []
    found = _find(value, "components")
    return [_component(item, span) for item in found] if isinstance(found, list) else []


def _find(value: object, name: str) -> object:
    """The first member of that name, however deep."""
    match value:
        case dict():
            if name in value:
                return value[name]
            return next((hit for item in value.values() if (hit := _find(item, name)) is not None), None)
        case tuple():
            return next((hit for item in value if (hit := _find(item, name)) is not None), None)
        case _:
            return None


def _component(component: object, span: tuple[int, int]) -> tuple[Tree, ...]:
    for name in _PARAMETERS:
        found = _find(component, name)
        if isinstance(found, dict):  # a result holds its operation code and itself
            found = found.get("result", found)
        match found:
            case (_, value):  # the name of its type, and the value
                return _trees(value, span)
    return ()


def _trees(value: object, span: tuple[int, int]) -> tuple[Tree, ...]:
    match value:
        case dict():
            return tuple(_tree(str(name), item, span) for name, item in value.items())
        case list():
            return tuple(_tree(str(number), item, span) for number, item in enumerate(value))
        case (str(name), item):
            return (_tree(name, item, span),)
        case _:
            return (Tree("value", _show(value), *span),)


def _tree(name: str, value: object, span: tuple[int, int]) -> Tree:
    if isinstance(value, dict | list) or (isinstance(value, tuple) and isinstance(value[0], str)):
        return Tree(name, "", *span, _trees(value, span))
    return Tree(name, _show(value), *span)


def _show(value: object) -> str:
    return value.hex() if isinstance(value, bytes) else str(value)
