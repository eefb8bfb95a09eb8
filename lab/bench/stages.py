"""What each step of a message costs in our stacks alone, without sockets (DESIGN §8)."""

from collections.abc import Callable, Sequence
from random import Random
from time import perf_counter
from typing import TypeVar

from rich.box import SIMPLE
from rich.table import Table

from lab.bench.frames import Template, ok, semi_octets, transaction_id
from lab.bench.place import PLAN, subscriber
from lab.bench.rehearsal import associated, gateway_flow, rehearse
from mapstack import MO_FORWARD_SM, Gt, Invoked, MapEvent, SccpAddress
from mapstack.map import AddressString, MoForwardSmArg, MtForwardSmRes, SmRpDa, SmRpOa
from sipbridge import Direction, Flow, IscEvent, IscStack, RpAck, RpData, SipSettings, SmMessage

__all__ = ["Stages", "stage_table", "stages"]

ItemT = TypeVar("ItemT")
OutcomeT = TypeVar("OutcomeT")
_OTID = 0x48
_BATCH = 64
_NOW = 0.0


class Stages:
    """Messages in batches, each step for the whole batch, as the Driver has it."""

    def __init__(self, rng: Random) -> None:
        host, port = PLAN.sip("ipsmgw")
        self._frames = rehearse(rng)
        self._isc = IscStack(SipSettings(host=host, port=port), rng)
        self._map, _ = associated(rng)
        self._sip_flow = Flow("udp", PLAN.sip("ipsmgw"), PLAN.sip("scscf"))
        self._map_flow = gateway_flow()
        self._person = subscriber(0)
        self.seconds: dict[str, float] = {}

    def play(self, numbers: Sequence[int]) -> None:
        """An MO and an MT of each number."""
        events = self._submitted(numbers)
        self._forwarded(events)
        self._reported(events)
        self._delivered(numbers)

    def _submitted(self, numbers: Sequence[int]) -> list[SmMessage]:
        isc, flow = self._isc, self._sip_flow
        octets = [self._fill(self._frames.submit, number) for number in numbers]
        heard = self._each("SIP: MESSAGE to RP-DATA", lambda data: isc.receive(data, flow, _NOW), octets)
        events = [_message(events) for events in heard]
        self._each("SIP: 202", lambda event: isc.respond(event.tx, 202, _NOW), events)
        isc.take_output()
        return events

    def _forwarded(self, events: Sequence[SmMessage]) -> None:
        stack, flow, centre = self._map, self._map_flow, SccpAddress(Gt(PLAN.sc_number), 8)
        args = [self._argument(event) for event in events]
        self._each(
            "MAP: invoke mo-ForwardSM", lambda arg: stack.invoke(MO_FORWARD_SM, centre, arg, _NOW), args
        )
        begins = [frame for frame, _ in stack.take_output()]
        ends = [self._frames.result.fill({b"tid": transaction_id(frame, _OTID)}) for frame in begins]
        self._each("MAP: End to result", lambda frame: stack.receive(frame, flow, _NOW), ends)

    def _reported(self, events: Sequence[SmMessage]) -> None:
        isc, flow, impu = self._isc, self._sip_flow, PLAN.impu(self._person)
        scscf, own = "sip:{}:{}".format(*PLAN.sip("scscf")), PLAN.gateway_uri

        def send(event: SmMessage) -> None:
            body = RpAck(event.rpdu.message_reference, None).encode(Direction.NETWORK_TO_MS)
            isc.message(impu, scscf, body, _NOW, flow=flow, asserted=own, in_reply_to=event.call_id)

        self._each("SIP: MESSAGE out", send, events)
        answers = [ok(message) for message, _ in isc.take_output()]
        self._each("SIP: 200 to it", lambda data: isc.receive(data, flow, _NOW), answers)

    def _delivered(self, numbers: Sequence[int]) -> None:
        stack, flow = self._map, self._map_flow
        begins = [self._fill(self._frames.begin, number) for number in numbers]
        heard = self._each(
            "MAP: Begin to mt-ForwardSM", lambda frame: stack.receive(frame, flow, _NOW), begins
        )
        dialogues = [_dialogue(events) for events in heard]
        self._each("MAP: result", lambda dialogue: stack.result(dialogue, MtForwardSmRes(), _NOW), dialogues)
        stack.take_output()

    def _argument(self, event: SmMessage) -> MoForwardSmArg:
        return MoForwardSmArg(
            sm_rp_da=SmRpDa(service_centre_address_da=AddressString(PLAN.sc_number)),
            sm_rp_oa=SmRpOa(msisdn=AddressString(self._person.msisdn)),
            sm_rp_ui=event.rpdu.user_data if isinstance(event.rpdu, RpData) else b"",
            imsi=self._person.imsi,
        )

    def _fill(self, template: Template, number: int) -> bytes:
        values = {
            b"id": b"%08x" % number,
            b"msisdn": self._person.msisdn.encode(),
            b"number": semi_octets(f"{number:08d}"),
            b"tid": number.to_bytes(4),
            b"imsi": semi_octets(self._person.imsi + "f"),
        }
        return template.fill(values)

    def _each(self, stage: str, step: Callable[[ItemT], OutcomeT], items: Sequence[ItemT]) -> list[OutcomeT]:
        start = perf_counter()
        outcomes = [step(item) for item in items]
        self.seconds[stage] = self.seconds.get(stage, 0.0) + perf_counter() - start
        return outcomes


def _message(events: Sequence[IscEvent]) -> SmMessage:
    (event,) = events
    if not isinstance(event, SmMessage):
        raise ValueError(f"no RPDU in the MESSAGE: {event}")
    return event


def _dialogue(events: Sequence[MapEvent]) -> int:
    (event,) = events
    if not isinstance(event, Invoked):
        raise ValueError(f"no invoke in the Begin: {event}")
    return event.dialogue


def stages(batches: int = 40) -> dict[str, float]:
    """Microseconds a step and message; the first batches only warm up."""
    played = Stages(Random(1))
    for batch in range(batches + 4):
        if batch == 4:
            played.seconds.clear()
        played.play(range(1 + batch * _BATCH, 1 + (batch + 1) * _BATCH))
    return {stage: seconds / batches / _BATCH * 1e6 for stage, seconds in played.seconds.items()}


def stage_table() -> Table:
    """For a terminal."""
    shown = Table(title="The steps of a message in the stacks alone", box=SIMPLE, min_width=50)
    shown.add_column("")
    shown.add_column("us", justify="right")
    for stage, cost in stages().items():
        shown.add_row(stage, f"{cost:.1f}")
    return shown
