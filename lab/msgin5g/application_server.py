"""An Application Server: it registers, sends to whom it likes, and takes messages (MSGin5G-3)."""

from collections.abc import Sequence
from dataclasses import dataclass

from lab.elements.site import Site
from lab.msgin5g.door import Door
from lab.msgin5g.outbox import Outgoing
from lab.msgin5g.records import address
from lab.msgin5g.rest_node import Call, RestLedger, RestNode
from msgin5g_bridge import apis
from msgin5g_bridge.asregistration import (
    ASDeregistration,
    ASRegistration,
    BulkASDeregistration,
    BulkASRegistration,
)
from msgin5g_bridge.l3gdelivery import Address, AddressType
from msgin5g_bridge.message import Message
from msgin5g_bridge.model import ABSENT, AsServiceId, MessageId, Topic
from msgin5g_bridge.msgdelivery import (
    ASMessageDelivery,
    DeliveryStatusReport,
    Priority,
    ReportDeliveryStatus,
    StoreAndForwardParameters,
)
from msgin5g_bridge.provisioning import AsProvisioningRequest, ProvisioningResponse
from msgin5g_bridge.segmentation import cut
from msgin5g_bridge.topiclistevent import TopicSubscription, TopicUnsubscription
from msgin5g_bridge.ts29571 import Uri

__all__ = ["Account", "ApplicationServer"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """Who it is: its Service ID, or its Private ID and where it is provisioned."""

    svc_id: str = ""
    private_id: str = ""
    function_root: str = ""
    hosted: tuple[str, ...] = ()
    """Service IDs of AS without a node of their own, which it acts for."""


class ApplicationServer(RestNode):
    """One life of it."""

    def __init__(self, site: Site, door: Door, server: str, account: Account, ledger: RestLedger) -> None:
        super().__init__(site, door, server, apis.MSGS_ASDELIVERY, ledger)
        self._account = account
        self.reports = True
        """Whether it reports what it has, where the sender asks for it."""
        self._registration = ""
        self._joins = False
        """Whether it registers as soon as it is provisioned."""

    @property
    def address(self) -> Address:
        """As it was told, or as it was provisioned."""
        config = self.ledger.config
        return address(AddressType.AS, config.svc_id if config is not None else self._account.svc_id)

    def provision(self) -> Call:
        """Get a Service ID (TR 23.700-24)."""
        return self.call(apis.PROVISION_AS, self.provisioning(), self.function_root)

    def provisioning(self) -> AsProvisioningRequest:
        return AsProvisioningRequest(as_priv_id=self._account.private_id)

    @property
    def function_root(self) -> str:
        """apiRoot of the provisioning function."""
        return self._account.function_root

    def join(self) -> Call:
        """As if it had just been switched on: who has no Service ID yet gets one first."""
        if self._account.hosted:
            self.register_all(self._account.hosted)
        if self.address.addr:
            return self.register()
        self._joins = True
        return self.provision()

    def register(self) -> Call:
        return self.call(apis.AS_REGISTER, self.registration())

    def register_all(self, svc_ids: Sequence[str]) -> Call:
        """Many AS in one request, which are all reached here ([LAB])."""
        entries = tuple(self.registration(svc_id) for svc_id in svc_ids)
        return self.call(apis.AS_BULK_REGISTER, BulkASRegistration(count=len(entries), list=entries))

    def deregister_all(self, svc_ids: Sequence[str]) -> Call:
        entries = tuple(ASDeregistration(as_svc_id=AsServiceId(each)) for each in svc_ids)
        return self.call(apis.AS_BULK_DEREGISTER, BulkASDeregistration(count=len(entries), list=entries))

    def registration(self, svc_id: str = "") -> ASRegistration:
        """Of one that it acts for; of nobody: its own."""
        who = AsServiceId(svc_id or self.address.addr)
        return ASRegistration(as_svc_id=who, target_uri=Uri(self.api_root))

    def deregister(self, registration: Call) -> Call:
        """What `register` has created."""
        return self.leave(registration.location.rpartition("/")[2])

    def leave(self, registration: str) -> Call:
        """The registration with this ID ends."""
        return self.call(apis.AS_DEREGISTER, None, registrationId=registration)

    def send(
        self,
        to: Address,
        text: str,
        *,
        report: bool = False,
        keep: bool = False,
        params: StoreAndForwardParameters | None = None,
        priority: Priority | None = None,
        sender: Address | None = None,
    ) -> Call:
        """A message with an ID of its own, in segments where the provider wants it so; the last call. The
        `sender` is one that it acts for.
        """
        self.ledger.count += 1
        whole = ASMessageDelivery(
            ori_addr=sender or self.address,
            dest_addr=to,
            msg_id=MessageId(f"{self.address.addr}-{self.ledger.count}"),
            payload=text,
            deliv_st_req_ind=report or ABSENT,
            priority=priority or ABSENT,
            sto_and_fw_ind=keep,
            sto_and_fw_params=params or ABSENT,
        )
        segments = cut(whole, f"s{self.ledger.count}", self.seg_size)
        calls = [self.call(apis.DELIVER_AS_MESSAGE, segment) for segment in segments]
        now = self.driver.clock.now()
        self.ledger.outbox.append(Outgoing(now, whole.msg_id, to, text, calls, report))
        return calls[-1]

    def subscribe(self, *topics: str) -> Call:
        body = TopicSubscription(ori_addr=self.address, msg_topics=tuple(map(Topic, topics)))
        return self.call(apis.TOPIC_SUBSCRIBE, body)

    def unsubscribe(self, *topics: str) -> Call:
        body = TopicUnsubscription(ori_addr=self.address, msg_topics=tuple(map(Topic, topics)))
        return self.call(apis.TOPIC_UNSUBSCRIBE, body)

    def answered(self, call: Call) -> None:
        if isinstance(call.answer, ProvisioningResponse):
            self.ledger.config = call.answer
            if self._joins:
                self._joins = False
                self.register()

    def has(self, message: Message, now: float) -> None:
        if message.deliv_st_req_ind and self.reports:
            report = DeliveryStatusReport(
                ori_addr=message.dest_addr,
                dest_addr=message.ori_addr,
                msg_id=message.msg_id,
                deliv_st=ReportDeliveryStatus.REPT_DELY_SUCCESS,
            )
            self.call(apis.DELIVER_REPORT, report)
