"""A server with a few people around it, for the tests of its core."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from lab.msgin5g.contact import Leg, Peer
from lab.msgin5g.errand import Errand, Outcome, Result
from lab.msgin5g.records import Group, Refusal, ServerData, Subscription, address
from lab.msgin5g.server import Answer, Msgin5gServer
from lab.msgin5g.settings import Gateway, Neighbour, ServerSettings
from msgin5g_bridge.asregistration import ASRegistration
from msgin5g_bridge.l3gdelivery import Address, AddressType
from msgin5g_bridge.message import DeliveryReport, Message, MessageResponse
from msgin5g_bridge.model import ABSENT, AsServiceId, MessageId, MgwServiceId, ServerServiceId, UeServiceId
from msgin5g_bridge.msgdelivery import ReportDeliveryStatus
from msgin5g_bridge.names import FailureCause
from msgin5g_bridge.registration import ClientProfile, Registration
from msgin5g_bridge.ts29571 import Uri
from msgin5g_bridge.ueregistration import UeRegistration

DOMAIN = "lab.example"
METER, LAMP, PHONE, OTHER = (
    address(AddressType.UE, f"{name}@{DOMAIN}") for name in ("meter", "lamp", "phone", "phone2")
)
READER = address(AddressType.AS, f"reader@{DOMAIN}")
GROUP = address(AddressType.GROUP, "team")
AREA = address(AddressType.BC, "town")
TOPIC = address(AddressType.TOPIC, "alarms")
L3G, BMG = MgwServiceId("l3g"), MgwServiceId("bmg")
GATEWAYS = (
    Gateway(svc_id=L3G, leg=Leg.L3G, api_root="http://l3g", identity="gw"),
    Gateway(svc_id=MgwServiceId("l3g2"), leg=Leg.L3G, api_root="http://l3g2", identity="gw2"),
    Gateway(svc_id=BMG, leg=Leg.BMG, api_root="http://bmg"),
)
FAR = Neighbour(svc_id=ServerServiceId("m5s@far.example"), api_root="http://far")
SETTINGS = ServerSettings(
    domain=DOMAIN, gateways=GATEWAYS, areas={"town": BMG}, neighbours={"far.example": FAR}
)
CLIENTS = {METER: Peer(Leg.CLIENT, "coap://10.0.0.1:5683"), LAMP: Peer(Leg.CLIENT, "coap://10.0.0.2:5683")}
ANYBODY = Peer(Leg.CLIENT, "coap://10.0.0.9:5683")
GATEWAY, AS = Peer(Leg.L3G, "http://l3g", "gw"), Peer(Leg.AS)
TAKEN, REFUSED = Result(Outcome.TAKEN), Result(Outcome.REFUSED, FailureCause.BARRED)
SILENT = Result(Outcome.NOT_NOW, FailureCause.TIMEOUT)


def message(sender: Address, to: Address, id_: str = "m1", *, keep: bool = False, **more: object) -> Message:
    """A short one; `more` are other attributes."""
    fields = {"payload": "hello", **more}
    return Message(
        ori_addr=sender,
        dest_addr=to,
        msg_id=MessageId(id_),
        sto_and_fw_ind=keep,
        **fields,  # type: ignore[arg-type]  # a test's shorthand
    )


@dataclass
class World:
    """A clock, the server, and what it has asked for."""

    settings: ServerSettings = SETTINGS
    data: ServerData = field(default_factory=ServerData)
    now: float = 1000.0

    def __post_init__(self) -> None:
        for who in (METER, LAMP, PHONE, OTHER, READER):
            self.data.subscriptions[who.addr] = Subscription(who, who.addr.split("@")[0], "")
        self.data.groups["team"] = Group((METER, LAMP, PHONE), writers=(READER,))
        self.restart()

    def restart(self) -> None:
        """What is not in the data is lost, errands that are out too."""
        self.server = Msgin5gServer(self.settings, self.data, self.now)
        self.errands: list[Errand] = []
        self.collect()

    def collect(self) -> None:
        self.errands += self.server.take_errands()

    def register(self, who: Address, profile: ClientProfile | None = None) -> None:
        """Over the reference point that is theirs."""
        if who in CLIENTS:
            request = Registration(ue_svc_id=UeServiceId(who.addr), profile=profile or ABSENT)
            self.server.take(request, CLIENTS[who], self.now)
        elif who == READER:
            body = ASRegistration(as_svc_id=AsServiceId(who.addr), target_uri=Uri("http://reader"))
            self.server.register_as(body, AS, self.now)
        else:
            phone = UeRegistration(ue_svc_id=UeServiceId(who.addr), mgw_svc_id=L3G, cred="")
            self.server.register_phone(phone, GATEWAY, self.now)
        self.collect()

    def send(self, body: Message) -> Answer:
        answer = self.server.take(body, self.peer(body.ori_addr), self.now)
        self.collect()
        return answer

    def accepted(self, body: Message) -> MessageResponse:
        """The answer, where it is no refusal."""
        answer = self.send(body)
        assert isinstance(answer, MessageResponse), answer
        return answer

    def refused(self, body: Message) -> FailureCause:
        answer = self.send(body)
        assert isinstance(answer, Refusal), answer
        return answer.cause

    def peer(self, who: Address) -> Peer:
        return CLIENTS.get(who) or (AS if who == READER else GATEWAY)

    def answer(self, result: Result = TAKEN) -> Errand:
        """Answer the first errand."""
        errand = self.errands.pop(0)
        self.server.answered(errand.id, result, self.now)
        self.collect()
        return errand

    def report(self, who: Address, to: Address, id_: str = "m1", *, success: bool = True) -> Answer:
        status = ReportDeliveryStatus.REPT_DELY_SUCCESS if success else ReportDeliveryStatus.REPT_DELY_FAILED
        body = DeliveryReport(
            ori_addr=who,
            dest_addr=to,
            msg_id=MessageId(id_),
            deliv_st=status,
            failure_cause=ABSENT if success else FailureCause.MEMORY_FULL,
        )
        answer = self.server.take(body, self.peer(who), self.now)
        self.collect()
        return answer

    def wait(self, seconds: float) -> None:
        """Time goes on, deadline by deadline."""
        end = self.now + seconds
        while (when := self.server.deadline()) is not None and when <= end:
            self.now = max(self.now, when)
            self.server.expire(self.now)
            self.collect()
        self.now = end

    def reports(self) -> Iterator[DeliveryReport]:
        """All that the server has ever meant for a sender."""
        return (each.body for each in self.data.transfers.values() if isinstance(each.body, DeliveryReport))
