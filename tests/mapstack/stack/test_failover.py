"""Dialogues over two gateways of which the first dies without a word: who is asked before and after."""

from random import Random

from mapstack import (
    SEND_ROUTING_INFO_FOR_SM,
    Answered,
    DialogueLost,
    Flow,
    Invoked,
    LostReason,
    MapEvent,
    MapSettings,
    MapStack,
)
from mapstack.events import AssociationFailed
from mapstack.m3ua.settings import Association, M3uaSettings, MtpRoute, Role
from mapstack.sccp.settings import GtRoute, SccpSettings
from tests.mapstack.stack.network import HLR, HLR_GT, SC_GT
from tests.mapstack.stack.samples import ARGUMENTS, RESULTS

SC_CODE, HLR_CODE = 1, 2


def flow(name: str) -> Flow:
    return Flow("sctp", ("10.0.0.1", 2905), ("10.0.0.2", 2905), name, 1)


def settings(own: int, peer: int, gt: str, role: Role) -> MapSettings:
    asp = role is Role.ASP
    links = tuple(
        Association(name=name, role=role, point_code=None if asp else peer, routing_context=1)
        for name in ("first", "second")
    )
    routes = tuple(
        MtpRoute(point_code=peer, via=link.name, priority=n) for n, link in enumerate(links, 1) if asp
    )
    return MapSettings(
        m3ua=M3uaSettings(point_code=own, associations=links, routes=routes),
        sccp=SccpSettings(routes=(GtRoute(prefix="1", point_code=peer),)),
        own_gt=gt,
        node=own,
        boot=7,
    )


class LinkSet:
    """An SM-SC and an HLR; what goes over a link that is dead is gone, and nobody is told."""

    def __init__(self) -> None:
        self.now = 1000.0
        self.sc = MapStack(settings(SC_CODE, HLR_CODE, SC_GT, Role.ASP), Random(1))
        self.hlr = MapStack(settings(HLR_CODE, SC_CODE, HLR_GT, Role.SGP), Random(2))
        self.dead: set[str] = set()
        self.told: list[MapEvent] = []
        for name in ("first", "second"):
            self.connect(name)

    def connect(self, name: str) -> None:
        self.hlr.link_up(flow(name), "", self.now)
        self.sc.link_up(flow(name), "", self.now)
        self.run()

    def run(self) -> None:
        while (up := self.sc.take_output()) + (down := self.hlr.take_output()):
            for octets, over in up:
                if over.connection not in self.dead:
                    for event in self.hlr.receive(octets, over, self.now):
                        if isinstance(event, Invoked):
                            result = RESULTS[SEND_ROUTING_INFO_FOR_SM]
                            self.hlr.result(event.dialogue, result, self.now)
            for octets, over in down:
                if over.connection not in self.dead:
                    self.told += self.sc.receive(octets, over, self.now)

    def wait(self, seconds: int) -> None:
        for _ in range(seconds):
            self.now += 1.0
            self.told += self.sc.expire(self.now)
            self.hlr.expire(self.now)
            self.run()

    def ask(self) -> int:
        tid = self.sc.invoke(SEND_ROUTING_INFO_FOR_SM, HLR, ARGUMENTS[SEND_ROUTING_INFO_FOR_SM], self.now)
        self.run()
        return tid

    def answered(self, tid: int) -> bool:
        return any(isinstance(event, Answered) and event.dialogue == tid for event in self.told)


def test_a_gateway_that_dies_silently_costs_what_it_had_taken_and_no_more() -> None:
    links = LinkSet()
    assert links.answered(links.ask())
    links.dead.add("first")
    taken = links.ask()
    links.wait(100)
    failed = [event for event in links.told if isinstance(event, AssociationFailed)]
    assert [event.association for event in failed] == ["first"]
    # It had been sent: the dead gateway may have passed it on, so no answer is all that can be said.
    lost = [(event.dialogue, event.reason) for event in links.told if isinstance(event, DialogueLost)]
    assert lost == [(taken, LostReason.TIMEOUT)]
    assert links.answered(links.ask())  # over the second
    links.dead.clear()
    links.connect("first")
    links.dead.add("second")
    assert links.answered(links.ask())  # and over the first again
