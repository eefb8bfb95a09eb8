"""Requesting MAP service: our dialogues, in the version that the peer speaks (TS 29.002 §15.2.1)."""

from msgspec import structs

from mapstack.errors import LocalError
from mapstack.flow import Flow
from mapstack.map.dialogue_information import MapDialoguePdu, MapOpenInfo, encode_user_information, in_words
from mapstack.map.operation import Operation, Parameter
from mapstack.map.operations import OPERATIONS_OF
from mapstack.map.outcome import Outcomes, Requested
from mapstack.map.performing import Perform, rejected
from mapstack.map.versions import PeerVersions, arg_in, no_newer_than, of_context
from mapstack.map_events import (
    Answered,
    AnsweredInPart,
    DialogueClosed,
    DialogueLost,
    MapEvent,
    PeerVersionLearned,
    Refused,
)
from mapstack.map_settings import MapSettings
from mapstack.sccp.address import SccpAddress
from mapstack.sccp.message import udt_head
from mapstack.sccp.sccp import UnitData
from mapstack.tcap.component import ComponentType, encode_invoke
from mapstack.tcap.dialogue import Dialogue
from mapstack.tcap.dialogue_portion import encode_aarq
from mapstack.tcap.dialogues import INVOKE_ID, MAX_WAITING, Indication
from mapstack.tcap.machine import Input, State
from mapstack.tcap.message import MessageType, encode_message
from mapstack.tcap.tcap import Tcap
from mapstack.timers import Fifo

__all__ = ["Requesting"]

_MAX_UDT = 255  # Q.713 §4.10: one length octet
_OTID_SIZE = 6  # octets of a transaction id of ours, as an element
# An enumeration's members are slow to find.
_CONTINUED, _INVOKE = Input.CONTINUE, ComponentType.INVOKE
_NOT_LAST = ComponentType.RETURN_RESULT_NOT_LAST
Timers = dict[Operation, Fifo[int]]
Outcome = Answered | AnsweredInPart | Refused | DialogueLost


class Requesting:
    """Turns what comes in a dialogue of ours into outcomes: exactly one for each invoke."""

    def __init__(
        self,
        tcap: Tcap,
        perform: Perform,
        outcomes: Outcomes,
        versions: PeerVersions,
        timers: Timers,
        *,
        settings: MapSettings,
    ) -> None:
        self._tcap = tcap
        self._perform = perform
        self._outcomes = outcomes
        self._versions = versions
        self._timers = timers
        self._handshakes = settings.handshakes
        self._max_message = settings.sccp.max_message

    # ---- from above

    def requested(
        self,
        operation: Operation,
        called: SccpAddress,
        calling: SccpAddress,
        arg: Parameter,
        map_open: MapOpenInfo | None,
    ) -> Requested:
        """An invoke that is not as usual."""
        opened = b"" if map_open is None else encode_user_information(MapDialoguePdu(map_open=map_open))
        digits = called.gt.digits if called.gt else ""
        head = udt_head(called.encode(), calling.encode(), 0)
        portion = encode_aarq(operation.context.oid, opened) if opened else operation.context.request
        invoke = encode_invoke(INVOKE_ID, operation.code, arg.encode_element())
        size = len(encode_message(MessageType.BEGIN, bytes(_OTID_SIZE), portion, invoke))
        fits = size <= min(_MAX_UDT, self._max_message - len(head) - 1)
        handshake = any(each.takes(operation.name, digits, fits=fits) for each in self._handshakes)
        return Requested(operation, arg, called, opened, handshake)

    def open(
        self,
        requested: Requested,
        called: SccpAddress,
        calling: SccpAddress,
        now: float,
        *,
        version: int | None = None,
        tid: int = 0,
    ) -> tuple[int, str]:
        """Begin in the version that the peer is known to speak, or in this one: the dialogue, and why not."""
        newest = requested.operation
        known = self._versions.operation(called, newest, now) if version is None else None
        operation = no_newer_than(newest, version) if version is not None else known
        arg = None if operation is None else arg_in(newest, operation, requested.arg)
        if operation is None or arg is None:
            return tid or self._tcap.new_tid(), f"{newest} cannot be said in version {version}"
        portion = operation.context.request
        if requested.user_information and portion:
            portion = encode_aarq(operation.context.oid, requested.user_information)
        invoke = encode_invoke(INVOKE_ID, operation.code, arg.encode_element())
        # Version 1 has no dialogue portion that would have to come first.
        waits = requested.handshake and portion != b""
        tid, refused = self._tcap.begin(
            operation.context,
            called,
            calling,
            code=operation.code,
            invoke=b"" if waits else invoke,
            held=invoke if waits else b"",
            portion=portion,
            timer=self._timers[newest],  # whatever the version: it is the same service
            now=now,
            request=requested,
            tid=tid,
        )
        if not refused and operation is not newest:
            self._tcap.dialogue(tid).told_as = {INVOKE_ID: newest}
        return tid, refused

    def invoke_in(
        self, dialogue: Dialogue, operation: Operation, arg: Parameter, now: float, linked_id: int | None
    ) -> int:
        """A further invoke in an open dialogue; its invoke id."""
        spoken = of_context(operation, dialogue.context)
        if spoken is None:
            raise LocalError(f"no {operation} in a dialogue of {dialogue.context}")
        said = arg_in(operation, spoken, arg)
        if said is None:
            raise LocalError(f"{operation} cannot be said in {dialogue.context}")
        invoke_id = self._tcap.next_invoke_id(dialogue)
        invoke = encode_invoke(invoke_id, spoken.code, said.encode_element(), linked_id)
        if len(dialogue.held) + len(invoke) > MAX_WAITING:
            raise LocalError(f"too much waits in dialogue {dialogue.tid:08x} for the first answer")
        if spoken is not operation:
            dialogue.told_as = {**(dialogue.told_as or {}), invoke_id: operation}
        self._tcap.invoked(dialogue, invoke_id, spoken.code, self._timers[operation], now)
        if dialogue.state is State.INIT_SENT:
            dialogue.held += invoke  # Q.774 §3.3.2.1: it leaves when the peer has answered the Begin
        else:
            held, dialogue.held = dialogue.held, b""
            self._tcap.request(dialogue, Input.TC_CONTINUE, held + invoke, now)
        return invoke_id

    # ---- from the network

    def indicate(
        self, indication: Indication, unit: UnitData, flow: Flow, now: float, events: list[MapEvent]
    ) -> None:
        """Something came about a dialogue that we opened: add what there is to tell."""
        dialogue = indication.dialogue
        for component in indication.components:
            invoked = component.kind is _INVOKE
            take = self._perform if invoked else self._outcomes.take
            reject = take(component, dialogue, unit, events)
            if reject:
                events.append(rejected(component, flow))
                self._outcomes.hold(reject, dialogue)
        if isinstance(dialogue.request, Requested) and indication.components:
            self._learn(dialogue, dialogue.request, now, events)
        if indication.input is _CONTINUED:
            self._go_on(indication, now)
        elif dialogue.sent or dialogue.received or (dialogue.more and not _outcomes_of(dialogue, events)):
            self._ended(indication, now, events)

    def _go_on(self, indication: Indication, now: float) -> None:
        """After a Continue the dialogue is still open at the peer: with all outcomes known we end it."""
        dialogue = indication.dialogue
        held, dialogue.held = dialogue.held, b""
        if not (dialogue.sent or dialogue.received or dialogue.more):
            self._tcap.request(dialogue, Input.TC_END, held, now)
            return
        # TS 29.002 annex C: who sends a result in parts waits for an empty Continue after each.
        if held or any(each.kind is _NOT_LAST for each in indication.components):
            self._tcap.request(dialogue, Input.TC_CONTINUE, held, now)
        self._tcap.settle(dialogue, now)

    def _ended(self, indication: Indication, now: float, events: list[MapEvent]) -> None:
        dialogue = indication.dialogue
        told = bool(dialogue.sent)
        if indication.version is not None:
            indication = self._fall_back(indication, indication.version, now)
        self._outcomes.ended(indication, events)
        if dialogue.received or not told:
            words = in_words(indication.user_information) or indication.detail
            events.append(DialogueClosed(dialogue.tid, words))

    def _fall_back(self, indication: Indication, version: int, now: float) -> Indication:
        """TS 29.002 §18.2.4.1: the peer does not speak our version, and is asked again in an older one. How
        what is not asked again has ended.
        """
        dialogue = indication.dialogue
        request = dialogue.request
        spoken = OPERATIONS_OF[dialogue.context][dialogue.sent[INVOKE_ID]]
        if not isinstance(request, Requested):
            if not isinstance(request, spoken.argument):
                return indication
            request = Requested(spoken, request, dialogue.remote, b"", False)
        version = min(version, spoken.version - 1)
        if spoken is not request.operation and not request.fallen:
            # What was remembered of the peer does not hold any more.
            self._versions.forget(request.called, request.operation)
            version = request.operation.version
        request.fallen = True
        older = no_newer_than(request.operation, version)
        if older is None or arg_in(request.operation, older, request.arg) is None:
            return indication
        _, refused = self.open(
            request, request.called, dialogue.local, now, version=version, tid=dialogue.tid
        )
        if refused:  # for want of a way or of room: what the peer speaks is not known
            return structs.replace(indication, version=None)
        self._tcap.dialogue(dialogue.tid).more = dialogue.more
        del dialogue.sent[INVOKE_ID]
        return structs.replace(indication, detail="the peer is asked in another version", version=None)

    def _learn(self, dialogue: Dialogue, request: Requested, now: float, events: list[MapEvent]) -> None:
        """Who answers in an older version is asked in that from now on; who rejects it does not speak it."""
        version = dialogue.context.oid[-1]
        outcomes = _outcomes_of(dialogue, events)
        if version >= request.operation.version or not outcomes:
            return
        if all(isinstance(each, DialogueLost) for each in outcomes):
            self._versions.forget(request.called, request.operation)
            return
        learned = self._versions.learn(request.called, request.operation, version, now)
        if learned is not None:
            events.append(PeerVersionLearned(learned))


def _outcomes_of(dialogue: Dialogue, events: list[MapEvent]) -> list[Outcome]:
    """Those that have just been told."""
    return [each for each in events if isinstance(each, Outcome) and each.dialogue == dialogue.tid]
