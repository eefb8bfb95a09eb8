"""Two MSGin5G Servers of different domains (MSGin5G-8; [LAB] it reuses MSGS_MSGDelivery)."""

import pytest

from lab.msgin5g.contact import Leg, Peer
from lab.msgin5g.errand import Result
from lab.msgin5g.plan import Msgin5gPlan
from lab.msgin5g.records import Group, ServerData, Subscription, address
from lab.msgin5g.rest_side import OPERATIONS, RestSide
from lab.msgin5g.server import Msgin5gServer
from lab.msgin5g.settings import Neighbour, ServerSettings
from msgin5g_bridge.exchange import Answered, Ask, Asked, Reply
from msgin5g_bridge.exchange import Peer as Caller
from msgin5g_bridge.l3gdelivery import Address, AddressType
from msgin5g_bridge.message import DeliveryReport, Message, MessageResponse
from msgin5g_bridge.model import ServerServiceId, UeServiceId
from msgin5g_bridge.msgdelivery import ReportDeliveryStatus
from msgin5g_bridge.names import FailureCause
from msgin5g_bridge.registration import Registration
from msgin5g_bridge.rest import RestStack
from msgin5g_bridge.rest_events import RestSettings
from tests.lab.msgin5g.world import TAKEN, message

DOMAINS = ("north.example", "south.example")
NOW = 1000.0


class Site:
    """One server, a UE that is registered with it, and what is brought to that UE."""

    def __init__(self, domain: str, neighbour: str, *lost: str) -> None:
        """`lost` are domains that it takes for the neighbour's."""
        self.domain = domain
        self.ue = address(AddressType.UE, f"ue@{domain}")
        self.host = f"http://{domain}:80"
        data = ServerData(subscriptions={self.ue.addr: Subscription(self.ue, "ue")})
        other = Neighbour(svc_id=ServerServiceId(f"m5s@{neighbour}"), api_root=f"http://{neighbour}:80")
        settings = ServerSettings(domain=domain, neighbours=dict.fromkeys((neighbour, *lost), other))
        self.server = Msgin5gServer(settings, data, NOW)
        self.stack = RestStack(OPERATIONS, RestSettings())
        self.side = RestSide(self.stack, self.server, self._ended, self.host)
        self.peer = Peer(Leg.CLIENT, "coap://10.0.0.1:5683")
        self.inbox: list[object] = []
        self.server.take(Registration(ue_svc_id=UeServiceId(self.ue.addr)), self.peer, NOW)

    def _ended(self, errand: int, result: Result, now: float) -> None:
        self.server.answered(errand, result, now)


class Two:
    """Both, and the wire between them."""

    def __init__(self, *lost: str) -> None:
        self.north, self.south = Site(*DOMAINS, *lost), Site(*reversed(DOMAINS), *lost)
        self.sites = {site.host: site for site in (self.north, self.south)}
        self.requests = 0

    def settle(self) -> None:
        """Everything that is asked is brought and answered."""
        while any(self._errands(site) + self._exchanges(site) for site in self.sites.values()):
            pass

    def _errands(self, site: Site) -> int:
        errands = site.server.take_errands()
        for errand in errands:
            if errand.contact.leg is Leg.SERVER:
                site.side.send(errand, NOW)
            else:
                site.inbox.append(errand.body)
                site.server.answered(errand.id, TAKEN, NOW)
        return len(errands)

    def _exchanges(self, site: Site) -> int:
        output = site.stack.take_output()
        for each in output:
            assert isinstance(each, Ask)
            self.requests += 1
            other = self.sites[each.origin]
            caller = Caller(f"{site.domain}:7")
            for event in other.stack.receive(Asked(self.requests, each.request, caller), NOW):
                other.side.on_event(event, NOW)
            (reply,) = other.stack.take_output()
            assert isinstance(reply, Reply)
            for told in site.stack.receive(Answered(each.exchange, reply.response), NOW):
                site.side.on_event(told, NOW)
        return len(output)


@pytest.fixture
def two() -> Two:
    return Two()


def send(two: Two, to: Address, id_: str = "m1") -> object:
    body = message(two.north.ue, to, id_, deliv_st_req_ind=True)
    answer = two.north.server.take(body, two.north.peer, NOW)
    two.settle()
    return answer


def test_a_message_is_relayed_to_the_server_of_its_recipient_and_the_report_comes_back(two: Two) -> None:
    assert isinstance(send(two, two.south.ue), MessageResponse)
    (has,) = two.south.inbox
    assert isinstance(has, Message)
    assert (has.ori_addr, has.dest_addr, has.msg_id) == (two.north.ue, two.south.ue, "m1")
    report = DeliveryReport(
        ori_addr=two.south.ue,
        dest_addr=two.north.ue,
        msg_id=has.msg_id,
        deliv_st=ReportDeliveryStatus.REPT_DELY_SUCCESS,
    )
    two.south.server.take(report, two.south.peer, NOW)
    two.settle()
    assert two.north.inbox == [report]


def test_what_the_other_server_refuses_is_reported_as_failed(two: Two) -> None:
    send(two, address(AddressType.UE, f"nobody@{DOMAINS[1]}"))
    (report,) = two.north.inbox
    assert isinstance(report, DeliveryReport)
    assert report.failure_cause == FailureCause.RECIPIENT_UNKNOWN


def test_who_is_not_registered_there_is_reported_as_failed(two: Two) -> None:
    two.south.server.data.registered.clear()
    send(two, two.south.ue)
    (report,) = two.north.inbox
    assert isinstance(report, DeliveryReport)
    assert report.failure_cause == FailureCause.RECIPIENT_NOT_REGISTERED


def test_who_calls_from_elsewhere_speaks_for_nobody_of_the_other_domain(two: Two) -> None:
    two.south.domain = "elsewhere.example"  # where it calls from, not where it is
    body = message(two.south.ue, two.north.ue, deliv_st_req_ind=True)
    two.south.server.take(body, two.south.peer, NOW)
    two.settle()
    assert not two.north.inbox
    (report,) = two.south.inbox
    assert isinstance(report, DeliveryReport)
    assert report.failure_cause == FailureCause.NOT_REGISTERED


def test_two_members_of_a_group_at_one_other_server_each_have_a_copy(two: Two) -> None:
    second = address(AddressType.UE, f"ue2@{DOMAINS[1]}")
    two.south.server.data.subscriptions[second.addr] = Subscription(second, "ue2")
    two.south.server.take(Registration(ue_svc_id=UeServiceId(second.addr)), two.south.peer, NOW)
    two.north.server.data.groups["team"] = Group((two.north.ue, two.south.ue, second))
    send(two, address(AddressType.GROUP, "team"))
    had = [each.dest_addr for each in two.south.inbox if isinstance(each, Message)]
    assert len(had) == 2
    assert set(had) == {two.south.ue, second}


def test_a_server_with_an_identity_is_who_has_proved_it() -> None:
    other = Neighbour(svc_id=ServerServiceId("m5s@x"), api_root="http://10.0.0.9:8080", identity="x")
    settings = ServerSettings(neighbours={"x": other})
    assert settings.calling("10.0.0.1", "x") is other
    assert settings.calling("10.0.0.9", "") is None


def test_a_plan_with_two_servers_of_one_domain_or_name_is_none() -> None:
    with pytest.raises(ValueError, match=r"msgin5g\.lab\.example: twice"):
        Msgin5gPlan(others=(Msgin5gPlan(name="m5s2", ues=(), application_servers=()),))
    with pytest.raises(ValueError, match=r"reader: twice"):
        Msgin5gPlan(others=(Msgin5gPlan(name="m5s2", domain="x", ues=()),))


def test_two_servers_that_take_each_other_for_the_home_do_not_send_it_round_for_ever() -> None:
    two = Two("nowhere.example")
    send(two, address(AddressType.UE, "ue@nowhere.example"))
    assert two.requests <= 3
    (report,) = two.north.inbox
    assert isinstance(report, DeliveryReport)
    assert report.failure_cause == FailureCause.MESSAGE_LOOP
