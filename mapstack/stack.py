"""MapStack: MAP dialogues over TCAP, SCCP and M3UA, sans-IO (TS 29.002 §7.3, §15)."""

from collections.abc import Iterable
from random import Random

from mapstack.errors import LocalError
from mapstack.events import (
    AspStateChanged,
    DestinationStateChanged,
    PeerMisbehaved,
    RestrictionChanged,
    SubsystemStateChanged,
)
from mapstack.flow import Flow
from mapstack.m3ua.status import M3uaStatus
from mapstack.map.answering import CALLED_FOR_OTHERS, answering
from mapstack.map.dialogue_information import (
    MapDialoguePdu,
    MapOpenInfo,
    MapRefuseInfo,
    MapUserAbortChoice,
    Reason,
    encode_user_information,
    user_abort,
)
from mapstack.map.errors import MapError, encode_error_parameter
from mapstack.map.operation import Operation, Parameter
from mapstack.map.operations import INFORM_SERVICE_CENTRE, OPERATIONS, OPERATIONS_OF, OPERATIONS_V1
from mapstack.map.outcome import Outcomes
from mapstack.map.performing import MAY_HAVE_MORE, Perform, Performing, unidirectional
from mapstack.map.requesting import Requesting
from mapstack.map.versions import PeerVersion, PeerVersions, arg_in, error_in, result_in
from mapstack.map_events import DialogueLost, LostReason, MapEvent
from mapstack.map_settings import MapSettings
from mapstack.sccp.address import Gt, SccpAddress
from mapstack.sccp.address_rules import Addresses
from mapstack.sccp.message import ReturnCause
from mapstack.sccp.sccp import Notice, Sccp, SccpEvent, UnitData
from mapstack.sccp.scmg import SubsystemService
from mapstack.tcap.component import (
    encode_invoke,
    encode_return_error,
    encode_return_result,
    encode_return_result_not_last,
)
from mapstack.tcap.contexts import Contexts
from mapstack.tcap.dialogue import Dialogue
from mapstack.tcap.dialogue_portion import (
    Aare,
    AssociateResult,
    UserDiagnostic,
    encode_aare,
    encode_abrt,
)
from mapstack.tcap.dialogues import INVOKE_ID, Cancelled, Misbehaved, TcapEvent, Unidirectional
from mapstack.tcap.machine import Input, State
from mapstack.tcap.settings import TcapSettings
from mapstack.tcap.tcap import Tcap
from mapstack.tcap.transaction_id import TransactionIds

__all__ = ["MapStack"]

_USER_SPECIFIC = MapUserAbortChoice(user_specific_reason=True)
# An enumeration's members are slow to find.
_TC_END, _TC_CONTINUE = Input.TC_END, Input.TC_CONTINUE
_MSC = 8  # TS 23.003: the SSN of an MSC, an SMS-GMSC, an SMS-IWMSC and an IP-SM-GW
# After these what found no way may find one.
_WAYS_OPEN = AspStateChanged | DestinationStateChanged | SubsystemStateChanged | RestrictionChanged
_NO_FLOW = Flow("", ("", 0), ("", 0), "")
_NOTHING_CAME = UnitData(SccpAddress(), SccpAddress(), b"", 0)


class MapStack:
    """One node: what the gateway, an HLR or an SM-SC drives."""

    def __init__(self, settings: MapSettings, rng: Random) -> None:
        self._sccp = Sccp(settings.m3ua, settings.sccp, rng)
        limits = settings.limits
        self._tcap = tcap = Tcap(
            self._sccp,
            Contexts(OPERATIONS_OF, {code: each.context for code, each in OPERATIONS_V1.items()}),
            TransactionIds(settings.node, settings.boot, rng),
            own_gt=Gt(settings.own_gt),
            settings=TcapSettings(
                user_abort=user_abort(_USER_SPECIFIC),
                guard=settings.guard,
                idle=settings.idle,
                max_dialogues=limits.dialogues,
                max_share=limits.dialogues_of_peer,
                called_for_others=CALLED_FOR_OTHERS,
            ),
            answering=answering(settings),
        )
        named = settings.invoke_timers
        self._timers = {each: tcap.timer(named.get(each.name, each.timer)) for each in OPERATIONS}
        self._handshakes = settings.handshakes
        self._versions = PeerVersions(settings.version_lifetime, limits.peer_versions)
        self._older_peers = self._versions.known
        perform, self._outcomes = Perform(limits.invokes), Outcomes(tcap, self._versions)
        self._requesting = Requesting(
            tcap, perform, self._outcomes, self._versions, self._timers, settings=settings
        )
        self._performing = Performing(tcap, perform, self._outcomes)
        # Called and calling address by peer and operation; without rules nothing is asked.
        sccp = settings.sccp
        own, kept = settings.m3ua.point_code, sccp.limits.templates
        begun = (rule for rule in sccp.address_rules if not rule.answers)
        rules = Addresses(begun, own_point_code=own, limit=kept)
        self._addressed = rules.addresses if rules else None
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

    def unsent(self, batch: Iterable[tuple[bytes, Flow]], now: float) -> list[MapEvent]:
        """The transport gives back what it had taken and never sent: it goes another way, or comes back."""
        return self._indicate(self._sccp.unsent(batch, now), _NO_FLOW, now)

    def expire(self, now: float) -> list[MapEvent]:
        """Run what is due."""
        events = self._indicate(self._sccp.expire(now), _NO_FLOW, now)
        self._on_tcap(self._tcap.expire(now), _NOTHING_CAME, _NO_FLOW, now, events)
        return events

    def deadline(self) -> float | None:
        """The soonest deadline: at once, if events wait to be told."""
        soonest = self._pending_since
        for when in (self._tcap.deadline(), self._sccp.deadline()):
            if when is not None and (soonest is None or when < soonest):
                soonest = when
        return soonest

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
        self,
        operation: Operation,
        called: SccpAddress,
        arg: Parameter,
        now: float,
        *,
        calling_ssn: int = _MSC,
        map_open: MapOpenInfo | None = None,
        more: bool = False,
    ) -> int:
        """Open a dialogue with this invoke, in the newest version that the peer knows; its end is an event.

        With `more`, or where `arg` says so, the dialogue stays open after the answer, for `invoke_in`.
        """
        if type(arg) is not operation.argument:
            raise LocalError(f"{operation.name} has no argument {type(arg).__name__}")
        tcap, calling = self._tcap, self._tcap.local_address(calling_ssn)
        if self._addressed is not None:
            called, calling = self._addressed(called, calling, operation.name, operation.context.oid)
        if map_open is None and not self._older_peers and not self._handshakes:
            tid, refused = tcap.begin(
                operation.context,
                called,
                calling,
                code=operation.code,
                invoke=encode_invoke(INVOKE_ID, operation.code, arg.encode_element()),
                portion=operation.context.request,
                timer=self._timers[operation],
                now=now,
                request=arg,
            )
        else:
            requested = self._requesting.requested(operation, called, calling, arg, map_open)
            tid, refused = self._requesting.open(requested, called, calling, now)
        if refused:
            self._tell_later(DialogueLost(tid, operation, LostReason.NO_ROUTE, refused), now)
        elif more or operation in MAY_HAVE_MORE:
            tcap.dialogue(tid).more = more or MAY_HAVE_MORE[operation](arg)
        return tid

    def invoke_in(
        self,
        dialogue: int,
        operation: Operation,
        arg: Parameter,
        now: float,
        *,
        more: bool = False,
        linked_id: int | None = None,
    ) -> int:
        """A further invoke in an open dialogue, ours or a peer's: its invoke id, which its outcome has."""
        if type(arg) is not operation.argument:
            raise LocalError(f"{operation.name} has no argument {type(arg).__name__}")
        held = self._tcap.dialogue(dialogue)
        if linked_id is not None and linked_id not in held.received:
            raise LocalError(f"invoke {linked_id} does not wait in dialogue {dialogue:08x}")
        if held.ours:
            held.more = more or (operation in MAY_HAVE_MORE and MAY_HAVE_MORE[operation](arg))
        return self._requesting.invoke_in(held, operation, arg, now, linked_id)

    def result(
        self,
        dialogue: int,
        res: Parameter | None,
        now: float,
        *,
        invoke_id: int | None = None,
        inform: Parameter | None = None,
        last: bool = True,
    ) -> ReturnCause | None:
        """Answer a peer, in its version; what SCCP says if it cannot leave before a way opens.

        The dialogue ends, unless something else waits in it or the peer has more messages to send. What is
        not `last` is a part of the result.
        """
        held, invoke_id, operation = self._waiting(dialogue, invoke_id)
        if not (operation.result_optional if res is None else type(res) is operation.result):
            res = result_in(operation, res)
        parameter = b"" if res is None else res.encode_element()
        if not last:
            part = encode_return_result_not_last(invoke_id, operation.code, parameter or b"\x30\x00")
            return self._tcap.request(held, _TC_CONTINUE, part, now)
        component = encode_return_result(invoke_id, operation.code, parameter)
        return self._answer(held, invoke_id, component, inform, now)

    def error(
        self,
        dialogue: int,
        error: MapError,
        now: float,
        *,
        invoke_id: int | None = None,
        inform: Parameter | None = None,
        more: bool = False,
    ) -> ReturnCause | None:
        """Refuse a peer's invoke; that ends the dialogue, unless something waits in it or there is `more`."""
        held, invoke_id, operation = self._waiting(dialogue, invoke_id)
        if error.code not in operation.errors:
            error = error_in(operation, error)
        parameter = encode_error_parameter(error, operation.version)
        component = encode_return_error(invoke_id, error.code, parameter)
        if not held.ours:
            held.more = held.more and more
        return self._answer(held, invoke_id, component, inform, now)

    def refuse(self, dialogue: int, now: float, reason: Reason = Reason.NO_REASON_GIVEN) -> None:
        """map-refuse: a dialogue that a peer has just opened is not accepted (TS 29.002 §7.3.1)."""
        held = self._tcap.dialogue(dialogue)
        if held.state is not State.INIT_RECEIVED:
            raise LocalError(f"dialogue {dialogue:08x} cannot be refused any more")
        told = encode_user_information(MapDialoguePdu(map_refuse=MapRefuseInfo(reason=reason)))
        no_reason = UserDiagnostic.NO_REASON_GIVEN
        aare = Aare(held.context.oid, AssociateResult.REJECT_PERMANENT, no_reason, user_information=told)
        self._end(held, Input.TC_U_ABORT, now, encode_aare(aare) if held.context.request else None)

    def abort(self, dialogue: int, now: float, choice: MapUserAbortChoice = _USER_SPECIFIC) -> None:
        """TC-U-ABORT; in a dialogue that nobody answered yet there is nobody to tell."""
        held = self._tcap.dialogue(dialogue)
        self._end(
            held, Input.TC_U_ABORT, now, encode_abrt(user_abort(choice)) if held.context.request else None
        )

    def close(self, dialogue: int, now: float, *, prearranged: bool = False) -> None:
        """MAP-CLOSE: there is nothing more to send; pre-arranged, nobody is told (TS 29.002 §7.3.2)."""
        held = self._tcap.dialogue(dialogue)
        unanswered = prearranged or held.state is State.INIT_SENT
        self._end(held, Input.TC_PREARRANGED_END if unanswered else _TC_END, now)

    def subsystem(self, ssn: int, service: SubsystemService, now: float) -> None:
        """A subsystem of ours goes out of service, is congested, or is in service again (Q.714 §5.3.6)."""
        self._sccp.subsystem(ssn, service, now)

    def congestion(self, level: int, now: float) -> None:
        """How congested this node is, 0 to 8: who sends to it is told (Q.714 §5.2.8)."""
        self._sccp.congestion(level, now)

    def awaits_answer(self, dialogue: int) -> bool:
        """Whether a peer still waits for our answer in this dialogue."""
        return self._tcap.awaits_answer(dialogue)

    def is_open(self, dialogue: int) -> bool:
        """Whether anything can still be sent in this dialogue."""
        return self._tcap.find(dialogue) is not None

    def peer_versions(self) -> tuple[PeerVersion, ...]:
        """Which peers speak an older version, as far as is known."""
        return tuple(self._older_peers.values())

    def remember(self, versions: Iterable[PeerVersion]) -> None:
        """What was learned of peers in an earlier life."""
        self._versions.put(versions)

    def _waiting(self, tid: int, invoke_id: int | None) -> tuple[Dialogue, int, Operation]:
        """The invoke of a peer with this id, else the one that has waited longest."""
        dialogue = self._tcap.dialogue(tid)
        received = dialogue.received
        if invoke_id is None:
            invoke_id = next(iter(received), None)
        if invoke_id is None or invoke_id not in received:
            raise LocalError(f"in dialogue {tid:08x} nothing waits for our answer")
        return dialogue, invoke_id, OPERATIONS_OF[dialogue.context][received[invoke_id]]

    def _answer(
        self, dialogue: Dialogue, invoke_id: int, component: bytes, inform: Parameter | None, now: float
    ) -> ReturnCause | None:
        components = dialogue.held + component
        if inform is not None:
            components += self._inform(dialogue, inform)
        dialogue.held = b""
        del dialogue.received[invoke_id]
        if not (dialogue.received or dialogue.more or dialogue.sent):
            return self._tcap.request(dialogue, _TC_END, components, now)
        refused = self._tcap.request(dialogue, _TC_CONTINUE, components, now)
        self._tcap.settle(dialogue, now)
        return refused

    def _inform(self, dialogue: Dialogue, arg: Parameter) -> bytes:
        """TS 29.002 §23.3.2: it goes in the message of the answer; version 1 has none."""
        operation = OPERATIONS_OF[dialogue.context].get(INFORM_SERVICE_CENTRE.code)
        if operation is None and dialogue.context.request:
            raise LocalError(f"no informServiceCentre in {dialogue.context}")
        said = None
        if operation is not None and isinstance(arg, operation.argument | INFORM_SERVICE_CENTRE.argument):
            own = type(arg) is operation.argument
            said = arg if own else arg_in(INFORM_SERVICE_CENTRE, operation, arg)
        if said is None:
            return b""
        invoke_id = self._tcap.next_invoke_id(dialogue)
        return encode_invoke(invoke_id, INFORM_SERVICE_CENTRE.code, said.encode_element())

    def _end(self, dialogue: Dialogue, request: Input, now: float, portion: bytes | None = None) -> None:
        held, dialogue.held = dialogue.held, b""
        self._tcap.request(dialogue, request, held if request is _TC_END else b"", now, portion)

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
                if isinstance(event, _WAYS_OPEN):
                    self._tcap.resume(now)
        return events

    def _on_tcap(
        self, indications: list[TcapEvent], unit: UnitData, flow: Flow, now: float, events: list[MapEvent]
    ) -> None:
        for event in indications:
            if isinstance(event, Misbehaved):
                events.append(PeerMisbehaved(flow, "tcap", event.reason))
            elif isinstance(event, Cancelled):
                self._outcomes.cancelled(event, now, events)
            elif isinstance(event, Unidirectional):
                unidirectional(event, unit, flow, events)
            elif event.dialogue.ours:
                self._requesting.indicate(event, unit, flow, now, events)
            else:
                self._performing.indicate(event, unit, flow, now, events)
