"""MapStack: MAP dialogues over TCAP, SCCP and M3UA, sans-IO (TS 29.002 §7.3, §15)."""

from random import Random

from mapstack.asn1 import Sequence
from mapstack.ber import element, encode_oid
from mapstack.errors import LocalError
from mapstack.events import AspStateChanged, DestinationStateChanged, PeerMisbehaved
from mapstack.flow import Flow
from mapstack.m3ua.status import M3uaStatus
from mapstack.map.errors import MapError, encode_error_parameter
from mapstack.map.operations import INFORM_SERVICE_CENTRE, OPERATIONS, OPERATIONS_OF, Operation
from mapstack.map.performing import Performing
from mapstack.map.requesting import Requesting
from mapstack.map.short_message import InformServiceCentreArg
from mapstack.map_events import (
    DialogueLost,
    LostReason,
    MapEvent,
)
from mapstack.map_settings import MapSettings
from mapstack.sccp.address import Gt, SccpAddress
from mapstack.sccp.message import ReturnCause
from mapstack.sccp.sccp import Notice, Sccp, SccpEvent, UnitData
from mapstack.tcap.component import (
    encode_invoke,
    encode_return_error,
    encode_return_result,
)
from mapstack.tcap.dialogue import Dialogue
from mapstack.tcap.machine import Input
from mapstack.tcap.tcap import INVOKE_ID, Misbehaved, Tcap, TcapEvent
from mapstack.tcap.transaction_id import TransactionIds

__all__ = ["MapStack"]

# EXTERNAL { map-DialogueAS, map-userAbort { userSpecificReason } } (TS 29.002 §17.4).
_MAP_DIALOGUE_AS = element(0x06, encode_oid((0, 4, 0, 0, 1, 1, 1, 1)))
_USER_ABORT = element(0x28, _MAP_DIALOGUE_AS + element(0xA0, element(0xA4, element(0x80, b""))))
_TC_END = Input.TC_END  # an enumeration's members are slow to find
_MSC = 8  # TS 23.003: the SSN of an MSC, an SMS-GMSC, an SMS-IWMSC and an IP-SM-GW
_NO_FLOW = Flow("", ("", 0), ("", 0), "")
_NOTHING_CAME = UnitData(SccpAddress(), SccpAddress(), b"", 0)


class MapStack:
    """One node: what the gateway, an HLR or an SM-SC drives."""

    def __init__(self, settings: MapSettings, rng: Random) -> None:
        self._sccp = Sccp(settings.m3ua, settings.sccp, rng)
        self._tcap = Tcap(
            self._sccp,
            OPERATIONS_OF,
            TransactionIds(settings.node, settings.boot, rng),
            own_gt=Gt(settings.own_gt),
            user_abort=_USER_ABORT,
            guard=settings.guard,
            max_dialogues=settings.limits.dialogues,
        )
        timers = settings.invoke_timers
        self._timers = {each: self._tcap.timer(timers.get(each.name, each.timer)) for each in OPERATIONS}
        self._requesting = Requesting(self._tcap)
        self._performing = Performing(self._tcap)
        self._pending: list[MapEvent] = []
        self._pending_since: float | None = None

    def __len__(self) -> int:
        """How many dialogues are open."""
        return len(self._tcap)

    # ---- the contract of a stack

    def receive(self, data: bytes, flow: Flow, now: float) -> list[MapEvent]:
        """One M3UA message has come."""
        return self._indicate(self._sccp.receive(data, flow, now), flow, now)

    def link_up(self, flow: Flow, identity: str, now: float) -> list[MapEvent]:
        """An association is established."""
        return self._indicate(self._sccp.link_up(flow, identity, now), flow, now)

    def link_down(self, flow: Flow, now: float) -> list[MapEvent]:
        """An association is lost; dialogues live on, for another one may carry them."""
        return self._indicate(self._sccp.link_down(flow, now), flow, now)

    def expire(self, now: float) -> list[MapEvent]:
        """Run what is due."""
        events = self._indicate(self._sccp.expire(now), _NO_FLOW, now)
        self._on_tcap(self._tcap.expire(now), _NOTHING_CAME, _NO_FLOW, now, events)
        return events

    def deadline(self) -> float | None:
        """The soonest deadline: at once, if events wait to be told."""
        own, below = self._tcap.deadline(), self._sccp.deadline()
        soonest = [each for each in (self._pending_since, own, below) if each is not None]
        return min(soonest) if soonest else None

    def take_output(self) -> list[tuple[bytes, Flow]]:
        """What has to be sent."""
        return self._sccp.take_output()

    def m3ua_status(self, now: float) -> M3uaStatus:
        """How associations, application servers and destinations stand."""
        return self._sccp.m3ua_status(now)

    def stop(self, now: float) -> list[MapEvent]:
        """Take leave of the peers; what is to be sent for it must still be taken."""
        return self._indicate(self._sccp.stop(now), _NO_FLOW, now)

    # ---- requests from above

    def invoke(
        self, operation: Operation, called: SccpAddress, arg: Sequence, now: float, *, calling_ssn: int = _MSC
    ) -> int:
        """Open a dialogue with this invoke; how it ends is an event, even when it cannot leave."""
        if type(arg) is not operation.argument:
            raise LocalError(f"{operation.name} has no argument {type(arg).__name__}")
        code = operation.code
        invoke = encode_invoke(INVOKE_ID, code, arg.encode_element())
        calling, timer = self._tcap.local_address(calling_ssn), self._timers[operation]
        tid, refused = self._tcap.begin(
            operation.context, called, calling, code=code, invoke=invoke, timer=timer, now=now
        )
        if refused:
            self._tell_later(DialogueLost(tid, operation, LostReason.NO_ROUTE, refused), now)
        return tid

    def result(
        self, dialogue: int, res: Sequence | None, now: float, *, inform: InformServiceCentreArg | None = None
    ) -> ReturnCause | None:
        """End a dialogue of a peer with its result; what SCCP says if it cannot leave before a way opens."""
        waiting, operation = self._waiting(dialogue)
        if not (operation.result_optional if res is None else type(res) is operation.result):
            raise LocalError(f"{operation.name} has no result {type(res).__name__}")
        parameter = b"" if res is None else res.encode_element()
        component = encode_return_result(waiting.invoke_id, operation.code, parameter)
        return self._answer(waiting, component, inform, now)

    def error(
        self, dialogue: int, error: MapError, now: float, *, inform: InformServiceCentreArg | None = None
    ) -> ReturnCause | None:
        """End a dialogue of a peer with an error; what SCCP says if it cannot leave before a way opens."""
        waiting, operation = self._waiting(dialogue)
        if error.code not in operation.errors:
            raise LocalError(f"{operation.name} has no error {error.code!r}")
        component = encode_return_error(waiting.invoke_id, error.code, encode_error_parameter(error))
        return self._answer(waiting, component, inform, now)

    def abort(self, dialogue: int, now: float) -> None:
        """TC-U-ABORT; in a dialogue that nobody answered yet there is nobody to tell."""
        self._tcap.request(self._tcap.dialogue(dialogue), Input.TC_U_ABORT, b"", now)

    def awaits_answer(self, dialogue: int) -> bool:
        """Whether a peer still waits for our answer in this dialogue."""
        return self._tcap.awaits_answer(dialogue)

    def _waiting(self, tid: int) -> tuple[Dialogue, Operation]:
        dialogue = self._tcap.dialogue(tid)
        if dialogue.code is None or dialogue.ours:
            raise LocalError(f"in dialogue {tid:08x} nothing waits for our answer")
        return dialogue, OPERATIONS_OF[dialogue.context][dialogue.code]

    def _answer(
        self, dialogue: Dialogue, component: bytes, inform: InformServiceCentreArg | None, now: float
    ) -> ReturnCause | None:
        components = dialogue.held + component
        if inform is not None:
            # TS 29.002 §23.3.2: it goes in the message of the answer.
            if INFORM_SERVICE_CENTRE.code not in OPERATIONS_OF[dialogue.context]:
                raise LocalError(f"no informServiceCentre in {dialogue.context}")
            components += encode_invoke(INVOKE_ID, INFORM_SERVICE_CENTRE.code, inform.encode_element())
        return self._tcap.request(dialogue, _TC_END, components, now)

    def _tell_later(self, event: MapEvent, now: float) -> None:
        self._pending.append(event)
        if self._pending_since is None:
            self._pending_since = now

    # ---- from the network

    def _indicate(self, arrived: list[SccpEvent], flow: Flow, now: float) -> list[MapEvent]:
        events: list[MapEvent] = []
        if self._pending:
            events, self._pending, self._pending_since = self._pending, events, None
        for event in arrived:
            if isinstance(event, UnitData):
                self._on_tcap(self._tcap.receive(event, now), event, flow, now, events)
            elif isinstance(event, Notice):
                self._on_tcap(self._tcap.notice(event), _NOTHING_CAME, flow, now, events)
            else:
                events.append(event)
                if isinstance(event, AspStateChanged | DestinationStateChanged):
                    self._tcap.resume(now)
        return events

    def _on_tcap(
        self, indications: list[TcapEvent], unit: UnitData, flow: Flow, now: float, events: list[MapEvent]
    ) -> None:
        for event in indications:
            if isinstance(event, Misbehaved):
                events.append(PeerMisbehaved(flow, "tcap", event.reason))
            elif event.dialogue.ours:
                self._requesting.indicate(event, unit, flow, now, events)
            else:
                self._performing.indicate(event, unit, flow, now, events)
