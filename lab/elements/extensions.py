"""Private extensions of MAP for what TR 23.804 wants and TS 29.002 has not (docs/private-extensions.md)."""

from collections.abc import Iterator
from enum import IntEnum

from ipsmgw.identity import NodeNumber
from mapstack.asn1 import AddressString
from mapstack.asn1.address import decode_address, encode_address
from mapstack.ber import element, encode_oid, read_header
from mapstack.errors import DecodeError

__all__ = [
    "ScType",
    "ip_message_gw",
    "ip_messaging",
    "is_over_ip",
    "of_ip_message_gw",
    "of_sc_type",
    "sc_type",
    "supports_ip_messaging",
]

# Below 2.25 an object identifier belongs to whoever has the UUID (X.667 §8): this one is of this project.
_OURS = (2, 25, 279838396929500317841909610191051343502)
_ACCESS, _MESSAGING, _GATEWAY, _SC_TYPE = (encode_oid((*_OURS, number)) for number in (1, 4, 5, 6))
_LIST, _SEQUENCE, _OID = 0xA0, 0x30, 0x06
_NULL, _ENUMERATED, _OCTETS = 0x05, 0x0A, 0x04


class ScType(IntEnum):
    """What kind of service centre reports a failure (TR 23.804 §8.5, step 8)."""

    NORMAL = 0
    VOICE_MAIL = 1
    VIDEO_MAIL = 2


def ip_messaging() -> bytes:
    """Of RoutingInfoForSM-Arg: the SMS-GMSC takes three addresses (TR 23.804 §8.4, step 3)."""
    return _container(_MESSAGING, element(_NULL, b""))


def ip_message_gw(number: NodeNumber) -> bytes:
    """Of RoutingInfoForSM-Res: the address of the IP-Message-GW, beside those of MSC and SGSN."""
    return _container(_GATEWAY, element(_OCTETS, encode_address(AddressString(number))))


def sc_type(kind: ScType) -> bytes:
    """Of ReportSM-DeliveryStatusArg."""
    return _container(_SC_TYPE, element(_ENUMERATED, bytes((kind,))))


def is_over_ip(container: bytes | None) -> bool:
    """Of MO-ForwardSM-Arg and MT-ForwardSM-Res: the IP access flag (TR 23.804 §7)."""
    return _find(container, _ACCESS) not in (None, b"\0")


def supports_ip_messaging(container: bytes | None) -> bool:
    """Whether the container says so."""
    return _find(container, _MESSAGING) is not None


def of_ip_message_gw(container: bytes | None) -> NodeNumber | None:
    """The number in the container."""
    value = _find(container, _GATEWAY)
    if value is None:
        return None
    try:
        return NodeNumber(decode_address(value).digits)
    except (DecodeError, ValueError):
        return None


def of_sc_type(container: bytes | None) -> ScType | None:
    """The type in the container; one that is not known is none."""
    value = _find(container, _SC_TYPE)
    return ScType(value[0]) if value and len(value) == 1 and value[0] in set(ScType) else None


def _container(oid: bytes, value: bytes) -> bytes:
    return element(_LIST, element(_SEQUENCE, element(_OID, oid) + value))


def _find(container: bytes | None, oid: bytes) -> bytes | None:
    """The contents of what stands beside this identifier, in a list of private extensions."""
    try:
        for tag, extensions in _elements(container or b""):
            for _, extension in _elements(extensions) if tag == _LIST else ():
                parts = list(_elements(extension))
                if len(parts) == 2 and parts[0] == (_OID, oid):
                    return parts[1][1]
    except DecodeError:
        pass  # what cannot be read says nothing
    return None


def _elements(octets: bytes) -> Iterator[tuple[int, bytes]]:
    at = 0
    while at < len(octets):
        tag, start, stop, at = read_header(octets, at, len(octets))
        yield tag, octets[start:stop]
