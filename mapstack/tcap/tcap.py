"""TCAP over SCCP: what comes from the network, to open dialogues and to none (Q.774 §3)."""

from collections.abc import Callable

from mapstack.errors import DecodeError
from mapstack.sccp.address import Gt, SccpAddress
from mapstack.sccp.sccp import Notice, Sccp, UnitData
from mapstack.tcap.application_context import ApplicationContext
from mapstack.tcap.component import decode_components, read_components
from mapstack.tcap.contexts import Asked, Contexts, Ending, Refusal
from mapstack.tcap.dialogue import Dialogue, Share
from mapstack.tcap.dialogue_portion import Aarq, decode_dialogue
from mapstack.tcap.dialogues import Dialogues, Indication, Misbehaved, TcapEvent, Unidirectional
from mapstack.tcap.machine import STEPS, TRANSITIONS, Action, Input, State
from mapstack.tcap.message import (
    Message,
    MessageType,
    PAbortCause,
    decode_message,
    p_abort,
    readable_tids,
)
from mapstack.tcap.settings import TcapSettings
from mapstack.tcap.transaction_id import TransactionIds

__all__ = ["Answering", "Tcap"]

_number = int.from_bytes
# An enumeration's members are slow to find.
_BEGIN, _CONTINUE, _END = MessageType.BEGIN, MessageType.CONTINUE, MessageType.END
_INIT_SENT = State.INIT_SENT
_BEGAN, _CONTINUED, _ABORTED = Input.BEGIN, Input.CONTINUE, Input.ABORT
_INPUTS = {_CONTINUE: _CONTINUED, _END: Input.END, MessageType.ABORT: _ABORTED}
# X.690 tags of the messages whose DTID is ours.
_BACKWARD = {int(kind) for kind in _INPUTS}
_BEGUN = TRANSITIONS[State.IDLE, _BEGAN][0]
_SHARES = 4096  # peers whose count is kept although they have nothing open
_ANSWERING = 4096  # called addresses whose answers' calling address is kept
Answering = Callable[[SccpAddress, SccpAddress, ApplicationContext | None], SccpAddress]


class Tcap(Dialogues):
    """The layer."""

    def __init__(
        self,
        sccp: Sccp,
        contexts: Contexts,
        transaction_ids: TransactionIds,
        *,
        own_gt: Gt,
        settings: TcapSettings,
        answering: Answering | None = None,
    ) -> None:
        """`answering`: peer, our address and the context to the address that an answer comes from."""
        super().__init__(sccp, transaction_ids, own_gt, settings)
        self._contexts = contexts
        self._called_for_others = settings.called_for_others
        self._answering = answering
        self._answered: dict[SccpAddress, SccpAddress] = {}
        self._max_share = settings.max_share
        self._shares: dict[object, Share] = {}

    def receive(self, unit: UnitData, now: float) -> list[TcapEvent]:
        """A message has come."""
        try:
            message = decode_message(unit.data)
        except DecodeError as error:
            return self._malformed(unit, error, now)
        if message.kind is _BEGIN:
            return self._begin(message, unit, now)
        arrived = _INPUTS.get(message.kind)
        if arrived is None:
            return [self._unidirectional(message, unit)]
        return self._backward(message, arrived, unit, now)

    def _reply(self, unit: UnitData, data: bytes, now: float) -> None:
        """To who sent `unit`; outside of a dialogue nobody waits for it, so that it may be lost."""
        local = self._answered.get(unit.called) or self._answers_from(unit, None)
        self._sccp.unitdata(unit.calling, local, data, now, sls=unit.sls)

    def _answers_from(self, unit: UnitData, context: ApplicationContext | None) -> SccpAddress:
        """The address that was called: peers drop answers of another one (Q.714 §2.3.1, Q.774 §3.2.1.3)."""
        called = unit.called
        own = self.local_address(called.ssn)
        if called.gt is None:
            # Who has reached us by point code and subsystem may know no title; who has not knows ours.
            local = called if not (called.route_on_gt or unit.calling.route_on_gt) else own
        else:
            local = own if called.ssn in self._called_for_others else SccpAddress(called.gt, called.ssn)
        if self._answering is not None:
            return self._answering(unit.calling, local, context)
        if called.gt is not None:
            if len(self._answered) >= _ANSWERING:
                self._answered.clear()
            self._answered[called] = local
        return local

    # ---- a Begin

    def _begin(self, message: Message, unit: UnitData, now: float) -> list[TcapEvent]:
        components = read_components(unit.data, message.start, message.stop)
        if message.dialogue:
            context = self._contexts.requested(message)
        else:
            context = self._contexts.of_version_1(message, components)
        user_information = b""
        if isinstance(context, Asked):
            context, user_information = context
        if isinstance(context, Refusal):
            self._reply(unit, context.abort, now)
            return [Misbehaved(context.reason)]
        gt = unit.calling.gt
        share = self._shares.get(gt.digits if gt else unit.calling) or self._new_share(unit)
        if len(self._dialogues) >= self._max_dialogues or share.open >= self._max_share:
            return [self._turn_away(message, unit, now)]
        tid = self._transaction_ids.allocate(self._dialogues)
        local = self._answered.get(unit.called) or self._answers_from(unit, context)
        dialogue = self._dialogues[tid] = Dialogue(
            tid,
            _BEGUN,
            context,
            local,
            unit.calling,
            self._guard,
            message.otid,
            False,
            {},
            {},
            b"",
            user_information,
            share,
        )
        share.open += 1
        self._guard.add(tid, now)
        return [Indication(dialogue, _BEGAN, components)]

    def _new_share(self, unit: UnitData) -> Share:
        """Of a peer that has nothing open; those that have nothing open any more are forgotten in time."""
        shares = self._shares
        if len(shares) >= _SHARES + self._max_dialogues:
            self._shares = shares = {peer: share for peer, share in shares.items() if share.open}
        gt = unit.calling.gt
        share = shares[gt.digits if gt else unit.calling] = Share(0)
        return share

    def _turn_away(self, message: Message, unit: UnitData, now: float) -> Misbehaved:
        """Q.774 §3.3.3: resource limitation, of the node or of this peer's share."""
        self._reply(unit, p_abort(message.otid, PAbortCause.RESOURCE_LIMITATION), now)
        return Misbehaved(f"resource limitation: {len(self._dialogues)} dialogues are open")

    # ---- Continue, End and Abort

    def _backward(self, message: Message, arrived: Input, unit: UnitData, now: float) -> list[TcapEvent]:
        """For a transaction that must be open."""
        dtid = message.dtid
        dialogue = self._dialogues.get(_number(dtid)) if len(dtid) == 4 else None
        if dialogue is None or (step := STEPS[dialogue.state][arrived]) is None:
            return self._unknown(message, unit, now)
        first = dialogue.state is _INIT_SENT
        if arrived is _CONTINUED:
            if first:
                dialogue.peer_tid, calling = message.otid, unit.calling
                if calling.gt is not None or calling.point_code is not None:
                    # Q.774 §3.2.1: from another address than the Begin went to; none says nothing.
                    dialogue.remote = calling
            elif message.otid != dialogue.peer_tid:
                return self._unknown(message, unit, now)
        if arrived is _ABORTED:
            ending = self._contexts.aborted(message, dialogue.context)
            self._enter(dialogue, step[0])
            return [_ended(dialogue, arrived, ending, first)]
        ending = self._contexts.answered(message.dialogue, dialogue.context)
        if ending.detail:
            return self._break(dialogue, arrived, ending, now)
        self._enter(dialogue, step[0])
        return [Indication(dialogue, arrived, read_components(unit.data, message.start, message.stop))]

    def _break(self, dialogue: Dialogue, arrived: Input, ending: Ending, now: float) -> list[TcapEvent]:
        """A dialogue portion that cannot be, or that refuses: the dialogue ends, here and at the peer."""
        first = dialogue.state is _INIT_SENT
        if arrived is Input.CONTINUE:
            self._send(dialogue, Action.SEND_ABORT, b"", b"", now)
        self._enter(dialogue, TRANSITIONS[dialogue.state, Input.MALFORMED][0])
        return [Misbehaved(ending.detail), _ended(dialogue, Input.MALFORMED, ending, first)]

    def _unknown(self, message: Message, unit: UnitData, now: float) -> list[TcapEvent]:
        if message.kind is MessageType.CONTINUE:
            self._reply(unit, p_abort(message.otid, PAbortCause.UNRECOGNIZED_TRANSACTION_ID), now)
        return [Misbehaved(f"{message.kind.name.lower()} for {message.dtid.hex()}, which is not open")]

    # ---- what belongs to no dialogue, or to one that it breaks

    def _unidirectional(self, message: Message, unit: UnitData) -> TcapEvent:
        """TC-UNI; nobody is told what is wrong with it (Q.774 §3.2.1.3)."""
        context = None
        try:
            components = decode_components(unit.data, message.start, message.stop)
            if message.dialogue:
                named = decode_dialogue(message.dialogue)
                context = self._contexts.named(named.name) if isinstance(named, Aarq) else None
        except DecodeError as error:
            return Misbehaved(f"unidirectional: {error.reason}")
        if message.dialogue and context is None:
            return Misbehaved("unidirectional in a context that is not spoken")
        return Unidirectional(context, components)

    def _malformed(self, unit: UnitData, error: DecodeError, now: float) -> list[TcapEvent]:
        """Q.774 §3.3.4.2: who can be told is told, what can be ended is ended."""
        kind = unit.data[0] if unit.data else 0
        otid, dtid = readable_tids(unit.data)
        bad = PAbortCause.BADLY_FORMATTED_TRANSACTION_PORTION
        if otid and kind != MessageType.UNIDIRECTIONAL:
            self._reply(unit, p_abort(otid, bad if error.code is None else PAbortCause(error.code)), now)
        events: list[TcapEvent] = [Misbehaved(error.reason)]
        dialogue = self._dialogues.get(_number(dtid)) if len(dtid) == 4 and kind in _BACKWARD else None
        step = None if dialogue is None else STEPS[dialogue.state][Input.MALFORMED]
        if dialogue is not None and step is not None:
            self._enter(dialogue, step[0])
            events.append(Indication(dialogue, Input.MALFORMED, [], error.reason))
        return events

    def notice(self, notice: Notice) -> list[TcapEvent]:
        """A message of ours came back; what it carries may be a first segment only."""
        kind = notice.data[0] if notice.data else 0
        otid, _ = readable_tids(notice.data)
        ours = len(otid) == 4 and kind in (_BEGIN, _CONTINUE)
        dialogue = self._dialogues.get(_number(otid)) if ours else None
        step = None if dialogue is None else STEPS[dialogue.state][Input.NOTICE]
        if dialogue is None or step is None:
            return []
        self._enter(dialogue, step[0])
        return [Indication(dialogue, Input.NOTICE, [], notice.cause.name)]


def _ended(dialogue: Dialogue, arrived: Input, ending: Ending, first: bool) -> Indication:
    """Only the first backward message says anything of versions."""
    detail, provider, version, user_information = ending
    return Indication(dialogue, arrived, [], detail, provider, version if first else None, user_information)
