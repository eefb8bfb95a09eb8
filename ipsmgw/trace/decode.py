"""From octets to a tree, whatever the layer; the layer is found where the octets leave no doubt."""

import re
from collections.abc import Callable, Mapping
from enum import Enum
from typing import NamedTuple

from ipsmgw.smpp import DecodeError as SmppDecodeError
from ipsmgw.sms import DecodeError as TpduDecodeError
from ipsmgw.sms import Direction
from ipsmgw.trace.layers import coap, dtap, http, m3ua, rp, sccp, sip, smpp, tcap, tpdu
from ipsmgw.trace.tree import DecodeError, Layer, Tree
from mapstack.errors import DecodeError as MapDecodeError
from mapstack.m3ua.message import MessageType as M3uaType
from mapstack.sccp.message import SccpMessageType
from mapstack.tcap.message import MessageType as TcapType
from sipbridge.errors import DecodeError as SipDecodeError

__all__ = ["LAYER_OF", "Decoded", "LayerName", "decode"]


class LayerName(Enum):
    """What can be decoded by itself."""

    SIP = "sip"
    M3UA = "m3ua"
    SCCP = "sccp"
    TCAP = "tcap"
    RP = "rp"
    TPDU = "tpdu"
    SMPP = "smpp"
    HTTP = "http"
    COAP = "coap"
    DTAP = "dtap"


LAYER_OF = {
    "sip": LayerName.SIP,
    "m3ua": LayerName.M3UA,
    "smpp": LayerName.SMPP,
    "http": LayerName.HTTP,
    "coap": LayerName.COAP,
    "gsm_a_dtap": LayerName.DTAP,
}
"""By what a trace calls a protocol."""


class Decoded(NamedTuple):
    """A PDU: its layer, its tree, and whether our codecs give the same octets back.

    None says that a part of it is none that our codecs know.
    """

    layer: LayerName
    tree: Tree
    reencoded: bool | None


_SIP_START = re.compile(rb"SIP/2\.0 |[A-Z]{1,32} [^ \r\n]{1,4096} SIP/\d\.\d\r\n", re.IGNORECASE)
_DIRECTIONS = (Direction.TO_UE, Direction.FROM_UE)
_M3UA_VERSION = b"\1\0"
_STRONG = (LayerName.HTTP, LayerName.M3UA, LayerName.TCAP, LayerName.SCCP, LayerName.SMPP)
_M3UA_TYPES, _SCCP_TYPES, _TCAP_TYPES = frozenset(M3uaType), frozenset(SccpMessageType), frozenset(TcapType)


def _sip(octets: bytes, direction: Direction | None) -> Layer:
    return sip.layer(octets, 0)


def _m3ua(octets: bytes, direction: Direction | None) -> Layer:
    return m3ua.layer(octets, 0)


def _sccp(octets: bytes, direction: Direction | None) -> Layer:
    return sccp.layer(octets, 0)


def _tcap(octets: bytes, direction: Direction | None) -> Layer:
    return tcap.layer(octets, 0)


def _smpp(octets: bytes, direction: Direction | None) -> Layer:
    return smpp.layer(octets, 0)


def _http(octets: bytes, direction: Direction | None) -> Layer:
    return http.layer(octets, 0)


def _coap(octets: bytes, direction: Direction | None) -> Layer:
    return coap.layer(octets, 0)


def _dtap(octets: bytes, direction: Direction | None) -> Layer:
    return dtap.layer(octets, 0)


def _rp(octets: bytes, direction: Direction | None) -> Layer:
    # The RP-MTI tells the direction; where one is asked for, the RPDU must go that way.
    return rp.layer(octets, 0, direction if direction is not None else sip.rp_direction(octets or b"\0"))


def _tpdu(octets: bytes, direction: Direction | None) -> Layer:
    if direction is not None:
        return tpdu.layer(octets, 0, direction, tpdu.rp_message(octets, direction))
    fitting = [
        found for way in _DIRECTIONS if (found := _try(LayerName.TPDU, octets, way)) and not found.surplus
    ]
    if len(fitting) > 1:
        names = " or ".join(f"{found.tree.name}" for found in fitting)
        raise DecodeError("TPDU", f"{names}: say which way it goes, --to-phone or --from-phone", 0)
    return fitting[0] if fitting else _neither(octets)


def _neither(octets: bytes) -> Layer:
    """A TPDU that fits no way entirely: the way in which it gets furthest tells what is wrong."""
    errors = []
    for way in _DIRECTIONS:
        try:
            return _decode(LayerName.TPDU, octets, way)
        except DecodeError as error:
            errors.append(error)
    raise max(errors, key=lambda error: error.offset)


_LAYERS: Mapping[LayerName, Callable[[bytes, Direction | None], Layer]] = {
    LayerName.SIP: _sip,
    LayerName.M3UA: _m3ua,
    LayerName.SCCP: _sccp,
    LayerName.TCAP: _tcap,
    LayerName.RP: _rp,
    LayerName.TPDU: _tpdu,
    LayerName.SMPP: _smpp,
    LayerName.HTTP: _http,
    LayerName.COAP: _coap,
    LayerName.DTAP: _dtap,
}


def decode(octets: bytes, layer: LayerName | None = None, direction: Direction | None = None) -> Decoded:
    """The tree of a PDU; DecodeError when it is none of that layer, or could be of several."""
    name = layer or _find_layer(octets, direction)
    found = _decode(name, octets, direction)
    return Decoded(name, found.tree, found.reencoded)


def _decode(name: LayerName, octets: bytes, direction: Direction | None) -> Layer:
    try:
        return _LAYERS[name](octets, direction)
    except TpduDecodeError as error:
        raise DecodeError("TPDU", error.reason, error.offset) from error
    except MapDecodeError as error:
        raise DecodeError(error.layer.upper(), error.reason, error.offset) from error
    except (SipDecodeError, SmppDecodeError) as error:
        raise DecodeError(name.name, error.reason, 0) from error


def _try(name: LayerName, octets: bytes, direction: Direction | None) -> Layer | None:
    try:
        return _decode(name, octets, direction)
    except DecodeError:
        return None


def _find_layer(octets: bytes, direction: Direction | None) -> LayerName:
    """The one layer that these octets can be of.

    SIP, HTTP, M3UA, TCAP, SCCP and SMPP are known by how they begin and by lengths that must agree; RP and
    TPDU are weak: they must decode to their last octet, and not both. CoAP and what goes over the radio are
    not looked for: too much looks like them.
    """
    if not octets:
        raise DecodeError("input", "no octet at all", 0)
    if _SIP_START.match(octets):
        return LayerName.SIP
    strong = [name for name in _STRONG if _try(name, octets, direction)]
    if strong:
        return strong[0]
    weak = [name for name in (LayerName.RP, LayerName.TPDU) if _fits(name, octets, direction)]
    if len(weak) == 1:
        return weak[0]
    if not weak and (nearest := _begins_as(octets)) is not None:
        raise _broken(nearest, octets, direction)
    what = "could be an RPDU or a TPDU" if weak else "is no PDU of any layer"
    raise DecodeError("input", f"{what}: say which with --layer", 0)


def _begins_as(octets: bytes) -> LayerName | None:
    """What these octets, which are nothing whole, begin as; RP and TPDU begin with anything."""
    if octets[:2] == _M3UA_VERSION and (len(octets) < 4 or int.from_bytes(octets[2:4]) in _M3UA_TYPES):
        return LayerName.M3UA
    kinds = (_TCAP_TYPES, LayerName.TCAP), (_SCCP_TYPES, LayerName.SCCP)
    return next((name for types, name in kinds if octets[0] in types), None)


def _broken(name: LayerName, octets: bytes, direction: Direction | None) -> DecodeError:
    """Where it breaks off."""
    try:
        _decode(name, octets, direction)
    except DecodeError as error:
        hint = f"no PDU of any layer, but it begins as {name.name}; else say which with --layer"
        return DecodeError(error.layer, f"{error.reason} ({hint})", error.offset)
    raise AssertionError(name)  # who asks has tried


def _fits(name: LayerName, octets: bytes, direction: Direction | None) -> bool:
    """Whether the octets are of this layer, at least one way."""
    ways = (direction,) if direction is not None or name is LayerName.RP else _DIRECTIONS
    found = (_try(name, octets, way) for way in ways)
    return any(layer is not None and layer.reencoded is not None and not layer.surplus for layer in found)
