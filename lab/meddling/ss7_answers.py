"""DATA messages in somebody else's name: the way back, the way on, both ends of a dialogue (Q.774 §3.3)."""

from collections.abc import Callable
from struct import Struct

from lab.meddling.effects import Effect, Onward
from lab.meddling.pdu import Pdu
from lab.meddling.ss7 import Ss7
from mapstack.m3ua.data import ProtocolData
from mapstack.m3ua.message import MessageType, Tag
from mapstack.m3ua.message import encode as encode_m3ua
from mapstack.sccp.message import SccpMessage
from mapstack.sccp.message import encode as encode_sccp
from mapstack.tcap.message import MessageType as TcapType
from mapstack.tcap.message import PAbortCause, encode_message, p_abort

__all__ = ["AbortOf", "ComponentOf", "answered", "ended", "on", "sent"]

ComponentOf = Callable[[Ss7], bytes]
"""The component that answers what is invoked."""
AbortOf = Callable[[Ss7, bytes], bytes]
"""The Abort for a transaction id."""

_LABEL = Struct(">IIBBBB")
_OTID, _DTID = 0x48, 0x49


def _back(ss7: Ss7, data: bytes) -> bytes:
    """A DATA message to who has sent this one."""
    assert ss7.unit is not None
    unit = ss7.unit._replace(called=ss7.unit.calling, calling=ss7.unit.called, return_option=False)
    return sent(ss7, _sized(unit, data), back=True)


def on(ss7: Ss7, data: bytes) -> bytes:
    """Another DATA message to the same."""
    assert ss7.unit is not None
    return sent(ss7, _sized(ss7.unit, data), back=False)


def _sized(unit: SccpMessage, data: bytes) -> bytes:
    return encode_sccp(unit._replace(data=data))


def sent(ss7: Ss7, unit: bytes, *, back: bool) -> bytes:
    label = ss7.label
    assert label is not None
    opc, dpc = (label.dpc, label.opc) if back else (label.opc, label.dpc)
    value = _label(label, opc, dpc) + unit
    return encode_m3ua(
        MessageType.DATA,
        (Tag.NETWORK_APPEARANCE, ss7.message.get(Tag.NETWORK_APPEARANCE)),
        (Tag.ROUTING_CONTEXT, ss7.message.get(Tag.ROUTING_CONTEXT)),
        (Tag.PROTOCOL_DATA, value),
    )


def _label(label: ProtocolData, opc: int, dpc: int) -> bytes:
    return _LABEL.pack(
        opc, dpc, label.service_indicator, label.network_indicator, label.message_priority, label.sls
    )


def answered(pdu: Pdu, component: ComponentOf) -> Effect | None:
    """An End with this component for who has invoked; what it answers otherwise becomes this."""
    ss7 = pdu.ss7
    if ss7 is None or ss7.transaction is None:
        return None
    if ss7.invoke is None:
        return _replaced(pdu, ss7, component)
    if not ss7.transaction.otid:
        return None
    octets = component(ss7)
    accept = ss7.context.accept if ss7.context and ss7.transaction.kind is TcapType.BEGIN else b""
    return _end_both(ss7, encode_message(TcapType.END, _dtid(ss7.transaction.otid), accept, octets))


def _replaced(pdu: Pdu, ss7: Ss7, component: ComponentOf) -> Effect | None:
    """What is an answer already says something else on its way."""
    if ss7.answers is None or ss7.transaction is None or ss7.unit is None:
        return None
    told = component(ss7.as_asked())
    transaction = ss7.transaction
    ids = (_tid(_OTID, transaction.otid) if transaction.otid else b"") + _dtid(transaction.dtid)
    octets = encode_message(transaction.kind, ids, transaction.dialogue, told)
    return Effect((), (Onward(on(ss7, octets), "spoilt"),))


def ended(pdu: Pdu, abortion: AbortOf) -> Effect | None:
    """An Abort for who has sent it, and in the middle of a dialogue for the other end too."""
    ss7 = pdu.ss7
    if ss7 is None or ss7.transaction is None:
        return None
    transaction = ss7.transaction
    if not transaction.otid:  # the last word of a dialogue: it is an Abort instead
        if not transaction.dtid:
            return None
        return Effect((), (Onward(on(ss7, abortion(ss7, transaction.dtid)), "spoilt"),))
    back = _back(ss7, abortion(ss7, transaction.otid))
    if not transaction.dtid:
        return Effect(back=(back,))
    return Effect((back,), (Onward(on(ss7, abortion(ss7, transaction.dtid)), "spoilt"),))


def _end_both(ss7: Ss7, end: bytes) -> Effect:
    """Who should have had a Continue is told by an Abort that the dialogue is over."""
    back = (_back(ss7, end),)
    assert ss7.transaction is not None
    if not ss7.transaction.dtid:
        return Effect(back=back)
    told = p_abort(ss7.transaction.dtid, PAbortCause.RESOURCE_LIMITATION)
    return Effect(back, (Onward(on(ss7, told), "spoilt"),))


def _dtid(tid: bytes) -> bytes:
    return _tid(_DTID, tid)


def _tid(tag: int, tid: bytes) -> bytes:
    return bytes((tag, len(tid))) + tid
