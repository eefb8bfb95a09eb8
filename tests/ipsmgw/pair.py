"""Two gateways in one network: one node is HLR and SMS-GMSC for both; each has its own store and disk."""

from random import Random

import mapstack
from ipsmgw.gateway import Gateway, World
from ipsmgw.store import TableStore
from mapstack import DialogueLost, Gt, Invoked, MapEvent, MapSettings, MapStack, SccpAddress
from mapstack.m3ua.settings import Association, M3uaSettings, Role
from mapstack.map import (
    MT_FORWARD_SM,
    AddressString,
    AnyTimeModificationArg,
    AnyTimeModificationRes,
    ModificationInstruction,
    MtForwardSmArg,
    SmRpDa,
    SmRpOa,
)
from mapstack.sccp.settings import GtRoute, SccpSettings
from tests.ipsmgw.broken import Table, sound
from tests.ipsmgw.node import Node

__all__ = ["Member", "Pair"]

_SC = "15550000014"


class Pair:
    """`numbers`: the gateway of each subscriber, as the HLR has it, which does not look at who says so."""

    def __init__(self) -> None:
        self.stack = _hub()
        self.members: dict[str, Member] = {}
        self.numbers: dict[str, str] = {}
        self.told: list[MapEvent] = []
        self.time = 0.0

    def add(self, name: str, number: str, point_code: int, index: int) -> "Member":
        member = Member(self, name, _table(name, number, point_code, index))
        self.members[name] = member
        self.time = member.watch.time
        return member

    def hear(self, events: list[MapEvent]) -> None:
        """The HLR stores who serves a subscriber, and says so."""
        self.told += events
        for event in events:
            if isinstance(event, Invoked) and isinstance(event.arg, AnyTimeModificationArg):
                imsi = event.arg.subscriber_identity.imsi
                assert imsi is not None
                request = event.arg.modification_request_for_ip_sm_gw_data
                assert request is not None
                if request.modify_registration_status is ModificationInstruction.ACTIVATE:
                    self.numbers[imsi] = event.arg.gsm_scf_address.digits
                else:
                    del self.numbers[imsi]
                self.stack.result(event.dialogue, AnyTimeModificationRes(), self.time)

    def exchange(self) -> None:
        while batch := self.stack.take_output():
            for data, flow in batch:
                member = self.members.get(flow.connection)
                if member is not None and member.alive:
                    member.gateway.map.receive([(data, member.way)])

    def deliver(self, imsi: str) -> int:
        """mt-ForwardSM to the gateway that the HLR has for him; the dialogue."""
        arg = MtForwardSmArg(
            sm_rp_da=SmRpDa(imsi=imsi),
            sm_rp_oa=SmRpOa(service_centre_address_oa=AddressString(_SC)),
            sm_rp_ui=b"\x04\x00",
        )
        called = SccpAddress(Gt(self.numbers[imsi]), 8)
        dialogue = self.stack.invoke(MT_FORWARD_SM, called, arg, self.time)
        self.exchange()
        return dialogue

    def pass_time(self, seconds: float) -> None:
        """In steps that no heartbeat is longer than."""
        end = self.time + seconds
        while self.time < end:
            self.time = min(end, self.time + 1.0)
            for member in self.members.values():
                if member.alive:
                    member.watch.reach(self.time)
            self.hear(self.stack.expire(self.time))
            self.exchange()

    def outcome(self, dialogue: int) -> str:
        """What the SMS-GMSC has heard of a message."""
        for event in self.told:
            if not isinstance(event, Invoked) and getattr(event, "dialogue", None) == dialogue:
                return "lost" if isinstance(event, DialogueLost) else type(event).__name__
        return "nothing"


class Member(Node):
    """One of the gateways, on an association of its own."""

    def __init__(self, pair: Pair, name: str, table: Table) -> None:
        self.pair, self.name, self.alive = pair, name, True
        self.way = _flow("smsc")
        super().__init__(table, linked=False)
        pair.members[name] = self
        self.link()

    def born(self, *, linked: bool = True) -> None:
        self.peer = self.pair.stack
        world = World(
            self.watch, self, TableStore(self.database), self.paper, Random(1), None, self.server.plug
        )
        self.gateway = Gateway(self.settings, world)

    def link(self) -> None:
        self.pair.hear(self.peer.link_up(_flow(self.name), "", self.watch.time))
        self.gateway.map.link_up(self.way)
        self.exchange()

    def exchange(self) -> None:
        self.pair.exchange()

    def die(self) -> None:
        """Its association ends, and nothing of it is left but what is on its disk."""
        self.alive = False
        self.pair.hear(self.peer.link_down(_flow(self.name), self.pair.time))
        self.pair.exchange()

    def rise(self) -> None:
        """A new life, with what was on its disk."""
        self.alive, self.watch.time = True, self.pair.time
        self.born()
        self.link()

    def _hear(self, batch: list[bytes]) -> None:
        for data in batch:
            self.pair.hear(self.peer.receive(data, _flow(self.name), self.watch.time))


def _hub() -> MapStack:
    known = (("a", 11, "15550000011"), ("b", 21, "15550000021"))
    associations = tuple(Association(name=name, role=Role.SGP, point_code=code) for name, code, _ in known)
    routes = tuple(GtRoute(prefix=number, point_code=code) for _, code, number in known)
    settings = MapSettings(
        m3ua=M3uaSettings(point_code=14, associations=associations),
        sccp=SccpSettings(routes=routes),
        own_gt=_SC,
        invoke_timers={"mt-ForwardSM": 30.0},
    )
    return MapStack(settings, Random(2))


def _table(name: str, number: str, point_code: int, index: int) -> Table:
    table = sound()
    table["node"] = {"name": name, "number": number, "index": index}
    section = table["map"]
    assert isinstance(section, dict)
    section["point_code"] = point_code
    return table


def _flow(connection: str) -> mapstack.Flow:
    return mapstack.Flow("tcp", ("127.0.0.1", 1), ("127.0.0.1", 2), connection)
