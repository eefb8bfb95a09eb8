"""Two nodes and the association between them, without sockets: what one puts out, the other takes in."""

from collections.abc import Mapping
from random import Random

from mapstack import (
    SEND_ROUTING_INFO_FOR_SM,
    Flow,
    Gt,
    Handshake,
    MapEvent,
    MapLimits,
    MapSettings,
    MapStack,
    Operation,
    SccpAddress,
)
from mapstack.ber import element
from mapstack.m3ua.settings import Association, M3uaSettings, Role
from mapstack.sccp.address_rules import AddressRule
from mapstack.sccp.sccp import UnitData
from mapstack.sccp.settings import GtRoute, SccpSettings
from mapstack.tcap.component import encode_return_error, encode_return_result
from mapstack.tcap.message import MessageType, encode_message
from tests.mapstack.stack.samples import ARGUMENTS

__all__ = ["FLOW", "HLR", "HLR_GT", "OTID", "SC", "SC_GT", "Network", "asked"]

FLOW = Flow("tcp", ("127.0.0.1", 2905), ("127.0.0.2", 2905), "link", 1)
SC_GT, HLR_GT = "15550000002", "15550000001"
SC = SccpAddress(Gt(SC_GT), 8)
HLR = SccpAddress(Gt(HLR_GT), 6)
OTID = bytes.fromhex("4804000000aa")


class Network:
    """An SM-SC (`sc`, as ASP) and an HLR (`hlr`, as SGP)."""

    def __init__(
        self,
        *,
        guard: float = 240.0,
        idle: float = 60.0,
        handshakes: tuple[Handshake, ...] = (),
        invoke_timers: Mapping[str, float] | None = None,
        limits: MapLimits | None = None,
        address_rules: tuple[AddressRule, ...] = (),
    ) -> None:
        self.now = 1000.0

        def settings(own: int, peer: int, gt: str, role: Role) -> MapSettings:
            link = Association(name="link", role=role, point_code=peer, routing_context=1)
            return MapSettings(
                m3ua=M3uaSettings(point_code=own, associations=(link,)),
                sccp=SccpSettings(
                    routes=(GtRoute(prefix="1", point_code=peer),), address_rules=address_rules
                ),
                own_gt=gt,
                node=own,
                boot=7,
                invoke_timers=invoke_timers or {},
                guard=guard,
                idle=idle,
                handshakes=handshakes,
                limits=limits or MapLimits(),
            )

        self.sc = MapStack(settings(1, 2, SC_GT, Role.ASP), Random(1))
        self.hlr = MapStack(settings(2, 1, HLR_GT, Role.SGP), Random(2))
        self.wire: list[bytes] = []
        self.hlr.link_up(FLOW, "", self.now)
        self.sc.link_up(FLOW, "", self.now)
        self.exchange()
        self.wire.clear()

    def exchange(self) -> tuple[list[MapEvent], list[MapEvent]]:
        """Carry everything over until nothing is left: the events of the SM-SC and of the HLR."""
        to_sc: list[MapEvent] = []
        to_hlr: list[MapEvent] = []
        while True:
            out, back = self.sc.take_output(), self.hlr.take_output()
            if not out and not back:
                return to_sc, to_hlr
            for data, _ in out:
                to_hlr += self.hlr.receive(data, FLOW, self.now)
            for data, _ in back:
                to_sc += self.sc.receive(data, FLOW, self.now)
            self.wire += [data for data, _ in out + back]

    def to_hlr(self, data: bytes) -> tuple[list[MapEvent], list[bytes]]:
        """These octets of TCAP go to the HLR: its events, and what it answers in TCAP."""
        self.sc._sccp.unitdata(HLR, SC, data, self.now, sls=0)
        events: list[MapEvent] = []
        for each in self.from_sc():
            events += self.hlr.receive(each, FLOW, self.now)
        return events, self.answers()

    def answers(self) -> list[bytes]:
        """What the HLR has put out, as TCAP."""
        arrived = [event for each in self.from_hlr() for event in self.sc._sccp.receive(each, FLOW, self.now)]
        return [event.data for event in arrived if isinstance(event, UnitData)]

    def to_sc(self, data: bytes) -> list[MapEvent]:
        """These octets of TCAP go to the SM-SC: its events."""
        self.hlr._sccp.unitdata(SC, HLR, data, self.now, sls=0)
        return [event for each in self.from_hlr() for event in self.sc.receive(each, FLOW, self.now)]

    def sent_by_sc(self) -> list[bytes]:
        """What the SM-SC has put out, as TCAP; the HLR does not hear of it."""
        arrived = [event for each in self.from_sc() for event in self.hlr._sccp.receive(each, FLOW, self.now)]
        return [event.data for event in arrived if isinstance(event, UnitData)]

    @staticmethod
    def end(tid: int, portion: bytes, code: int, parameter: bytes | None) -> bytes:
        """An End with the result of the first invoke, or with an error that has no parameter."""
        answer = (
            encode_return_error(1, code, b"")
            if parameter is None
            else encode_return_result(1, code, parameter)
        )
        return encode_message(MessageType.END, element(0x49, tid.to_bytes(4)), portion, answer)

    def from_sc(self) -> list[bytes]:
        """What the SM-SC has put out, taken away."""
        return [data for data, _ in self.sc.take_output()]

    def from_hlr(self) -> list[bytes]:
        """What the HLR has put out, taken away."""
        return [data for data, _ in self.hlr.take_output()]


def asked(network: Network, operation: Operation = SEND_ROUTING_INFO_FOR_SM) -> int:
    """The SM-SC asks, and the HLR hears nothing of it."""
    ours = network.sc.invoke(operation, HLR, ARGUMENTS[operation], network.now)
    network.from_sc()
    return ours
