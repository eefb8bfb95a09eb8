"""The laws of the MSGin5G Server, whatever happens in whatever order.

A transfer ends once; an accepted message whose sender wants a report gets one for each copy, and that tells
the truth; nothing is lost by a restart at any point; nothing is open for ever.
"""

from collections import Counter
from dataclasses import replace

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from lab.msgin5g.errand import Errand, Result
from lab.msgin5g.records import Refusal
from lab.msgin5g.transfer import State
from msgin5g_bridge.l3gdelivery import Address
from msgin5g_bridge.message import Message, MessageResponse
from msgin5g_bridge.model import UeServiceId
from msgin5g_bridge.msgdelivery import DeliveryStatus, ReportDeliveryStatus
from msgin5g_bridge.registration import Deregistration
from tests.lab.msgin5g.world import (
    CLIENTS,
    GROUP,
    LAMP,
    METER,
    PHONE,
    READER,
    REFUSED,
    SETTINGS,
    SILENT,
    TAKEN,
    World,
    message,
)

PEOPLE = st.sampled_from((METER, LAMP, PHONE, READER))
SUCCESS = ReportDeliveryStatus.REPT_DELY_SUCCESS


class Server(RuleBasedStateMachine):
    """Clients, a phone and an AS that do anything at any time."""

    def __init__(self) -> None:
        super().__init__()
        self.world = World(replace(SETTINGS, remember=1e9))
        self.ends: dict[int, State] = {}
        self.sent = 0
        self.accepted: dict[str, Message] = {}
        self.had: set[tuple[Address, str]] = set()
        """Who has been given which message."""
        self.said: dict[tuple[Address, str], bool] = {}
        """What each recipient has reported first."""

    @rule(who=PEOPLE)
    def registers(self, who: Address) -> None:
        self.world.register(who)

    @rule(who=st.sampled_from((METER, LAMP)))
    def leaves(self, who: Address) -> None:
        self.world.server.take(Deregistration(ue_svc_id=UeServiceId(who.addr)), CLIENTS[who], self.world.now)
        self.world.collect()

    @rule(
        sender=PEOPLE,
        to=PEOPLE | st.just(GROUP),
        keep=st.booleans(),
        report=st.booleans(),
        payload=st.sampled_from(("hello", "x" * 2048)),
    )
    def sends(self, sender: Address, to: Address, *, keep: bool, report: bool, payload: str) -> None:
        self.sent += 1
        id_ = f"m{self.sent}"
        body = message(sender, to, id_, keep=keep, deliv_st_req_ind=report, payload=payload)
        answer = self.world.send(body)
        if isinstance(answer, Refusal):
            return
        assert isinstance(answer, MessageResponse)
        if answer.status != DeliveryStatus.DELY_FAILED:
            self.accepted[id_] = body

    @rule(result=st.sampled_from((TAKEN, TAKEN, TAKEN, REFUSED, SILENT)), arrives=st.booleans())
    def an_errand_ends(self, result: Result, *, arrives: bool) -> None:
        """What was silent may have arrived all the same."""
        if not self.world.errands:
            return
        if result is TAKEN or arrives:
            self._has(self.world.errands[0])
        self.world.answer(result)

    def _has(self, errand: Errand) -> None:
        for id_ in errand.transfers:
            transfer = self.world.data.transfers[id_]
            if isinstance(transfer.body, Message):
                self.had.add((transfer.recipient, transfer.body.msg_id))

    @rule(success=st.booleans())
    def somebody_reports(self, *, success: bool) -> None:
        for who, id_ in sorted(self.had - set(self.said), key=str):
            sender = self.accepted[id_].ori_addr if id_ in self.accepted else METER
            answer = self.world.report(who, sender, id_, success=success)
            if isinstance(answer, MessageResponse):
                self.said[who, id_] = success
            break

    @rule(seconds=st.sampled_from((1.0, 61.0, 3600.0)))
    def time_passes(self, seconds: float) -> None:
        self.world.wait(seconds)

    @rule()
    def the_server_restarts(self) -> None:
        self.world.restart()

    @invariant()
    def a_transfer_ends_once(self) -> None:
        for id_, transfer in self.world.data.transfers.items():
            if id_ in self.ends:
                assert transfer.state is self.ends[id_]
            elif transfer.state.final:
                self.ends[id_] = transfer.state

    @invariant()
    def a_report_tells_the_truth(self) -> None:
        for report in self.world.reports():
            if report.deliv_st == SUCCESS:
                assert self.said[report.ori_addr, report.msg_id]

    def teardown(self) -> None:
        """Nobody says anything any more: all ends, and each accepted message has its reports."""
        self.world.wait(4 * (SETTINGS.keep + SETTINGS.report))
        self.a_transfer_ends_once()
        transfers = self.world.data.transfers.values()
        assert all(each.state.final for each in transfers)
        mine = [each for each in transfers if isinstance(each.body, Message)]
        assert {each.body.msg_id for each in mine if isinstance(each.body, Message)} >= set(self.accepted)
        wanted = Counter(
            (each.body.msg_id, each.recipient)
            for each in mine
            if isinstance(each.body, Message) and each.asked and each.body.msg_id in self.accepted
        )
        assert Counter((each.msg_id, each.ori_addr) for each in self.world.reports()) == wanted


TestServer = Server.TestCase
TestServer.settings = settings(max_examples=60, stateful_step_count=30)
