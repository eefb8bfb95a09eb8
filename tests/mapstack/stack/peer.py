"""Messages that follow each other, and a peer in whose dialogue they come: its octets are written by hand."""

from dataclasses import replace

from mapstack import MT_FORWARD_SM, ErrorCode, MapError, MapEvent, MapLimits
from mapstack.ber import element
from mapstack.map.application_contexts import SHORT_MSG_MT_RELAY_V3
from mapstack.map.short_message import MtForwardSmArg, MtForwardSmRes, SmRpDa, SmRpOa
from mapstack.tcap.component import Component, decode_components, encode_invoke
from mapstack.tcap.message import Message, MessageType, decode_message, encode_message
from tests.mapstack.stack.network import OTID, Network
from tests.mapstack.stack.samples import ARGUMENTS

__all__ = ["ACCEPT", "DONE", "FIRST", "LAST", "MESSAGE", "NEXT", "REFUSED", "REQUEST", "Peer"]

MESSAGE = ARGUMENTS[MT_FORWARD_SM]
assert isinstance(MESSAGE, MtForwardSmArg)
FIRST = replace(MESSAGE, more_messages_to_send=True)
NEXT = MtForwardSmArg(
    sm_rp_da=SmRpDa(no_sm_rp_da=True),
    sm_rp_oa=SmRpOa(no_sm_rp_oa=True),
    sm_rp_ui=MESSAGE.sm_rp_ui,
    more_messages_to_send=True,
)
LAST = replace(NEXT, more_messages_to_send=False)
DONE = MtForwardSmRes(sm_rp_ui=b"\x00\x00")
REFUSED = MapError(ErrorCode.ABSENT_SUBSCRIBER_SM)
REQUEST, ACCEPT = SHORT_MSG_MT_RELAY_V3.request, SHORT_MSG_MT_RELAY_V3.accept


class Peer:
    """The HLR has an invoke of this peer, which is in a dialogue with it."""

    def __init__(self, components: bytes = encode_invoke(1, 44, FIRST.encode()), **limits: int) -> None:
        self.network = Network(limits=MapLimits(**limits))
        data = encode_message(MessageType.BEGIN, OTID, REQUEST, components)
        self.events, _ = self.network.to_hlr(data)
        (self.dialogue,) = self.network.hlr._tcap._dialogues

    def says(self, components: bytes, kind: MessageType = MessageType.CONTINUE) -> list[MapEvent]:
        tids = element(0x49, self.dialogue.to_bytes(4))
        if kind is MessageType.CONTINUE:
            tids = OTID + tids
        self.events, answers = self.network.to_hlr(encode_message(kind, tids, b"", components))
        self.heard = answers
        return self.events

    def hears(self) -> tuple[Message, list[Component]]:
        (data,) = self.network.answers()
        message = decode_message(data)
        return message, decode_components(data, message.start, message.stop)

    def answers(self, invoke_id: int) -> None:
        self.network.hlr.result(self.dialogue, DONE, self.network.now, invoke_id=invoke_id)
