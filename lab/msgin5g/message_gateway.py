"""A Message Gateway for UEs that know nothing of MSGin5G, or for a broadcast (MSGin5G-2, -4 and -7).

Its UEs are not played: what is for them is in its ledger, and it answers for them.
"""

from collections.abc import Mapping, Sequence

from lab.elements.site import Site
from lab.msgin5g.contact import Leg
from lab.msgin5g.door import Door
from lab.msgin5g.records import address
from lab.msgin5g.rest_node import Call, RestLedger, RestNode
from msgin5g_bridge import apis
from msgin5g_bridge.l3gdelivery import Address, AddressType
from msgin5g_bridge.message import Message
from msgin5g_bridge.model import ABSENT, MessageId, MgwServiceId, UeServiceId
from msgin5g_bridge.msgdelivery import DeliveryStatusReport, ReportDeliveryStatus, UEMessageDelivery
from msgin5g_bridge.operation import Operation
from msgin5g_bridge.provisioning import (
    MgwProvisioningRequest,
    NonMsgin5gUeProvisioningRequest,
    ProvisioningResponse,
    UeInformation,
)
from msgin5g_bridge.registration import CommunicationAvailability
from msgin5g_bridge.segmentation import cut
from msgin5g_bridge.ts29571 import Uri
from msgin5g_bridge.ueregistration import (
    BulkUeDeregistration,
    BulkUeRegistration,
    NonMsgin5gUeProfile,
    UeDeregistration,
    UeRegistration,
)

__all__ = ["MessageGateway"]

_SERVED: Mapping[Leg, Sequence[Operation]] = {
    Leg.L3G: apis.MSGG_L3GDELIVERY,
    Leg.N3G: apis.MSGG_N3GDELIVERY,
    Leg.BMG: apis.MSGG_BGDELIVERY,
}


class MessageGateway(RestNode):
    """One life of it."""

    def __init__(
        self, site: Site, door: Door, server: str, account: tuple[str, Leg], ledger: RestLedger
    ) -> None:
        self._told_svc_id, self._leg = account
        super().__init__(site, door, server, _SERVED[self._leg], ledger)
        self.function_root = ""
        """Where it provisions; nothing: at its server."""
        self.status: ReportDeliveryStatus | None = ReportDeliveryStatus.REPT_DELY_SUCCESS
        """What it reports in the name of its UEs; None: nothing."""

    @property
    def svc_id(self) -> MgwServiceId:
        """As it was told, or as it was provisioned."""
        config = self.ledger.config
        return MgwServiceId(config.svc_id if config is not None else self._told_svc_id)

    def provision(self, private_id: str) -> Call:
        """A UE that connects for the first time (TR 23.700-24)."""
        body = NonMsgin5gUeProvisioningRequest(non_msgin5g_ue_priv_id=private_id)
        return self.call(apis.PROVISION_NON_MSGIN5G_UE, body, self.function_root)

    def provision_itself(self, private_id: str) -> Call:
        """A gateway that has no Service ID yet."""
        info = UeInformation(device_type=self._leg.name)
        body = MgwProvisioningRequest(mgw_priv_id=private_id, mgw_info=info)
        return self.call(apis.PROVISION_MGW, body, self.function_root)

    def answered(self, call: Call) -> None:
        if isinstance(call.body, MgwProvisioningRequest) and isinstance(call.answer, ProvisioningResponse):
            self.ledger.config = call.answer

    def register(
        self, svc_id: str, cred: str = "", schedule: CommunicationAvailability | None = None
    ) -> Call:
        return self.call(apis.UE_REGISTER, self.registration(svc_id, cred, schedule))

    def register_all(self, svc_ids: Sequence[str]) -> Call:
        entries = tuple(self.registration(svc_id) for svc_id in svc_ids)
        return self.call(apis.UE_BULK_REGISTER, BulkUeRegistration(count=len(entries), list=entries))

    def deregister_all(self, svc_ids: Sequence[str]) -> Call:
        entries = tuple(UeDeregistration(ue_svc_id=UeServiceId(each), cred="") for each in svc_ids)
        return self.call(apis.UE_BULK_DEREGISTER, BulkUeDeregistration(count=len(entries), list=entries))

    def deregister(self, registration: Call) -> Call:
        """What `register` has created."""
        id_ = registration.location.rpartition("/")[2]
        return self.call(apis.UE_DEREGISTER, None, registrationId=id_)

    def send(self, sender: str, to: Address, text: str, *, report: bool = False, keep: bool = False) -> Call:
        """A message of one of its UEs, in segments where the provider wants it so; the last call."""
        self.ledger.count += 1
        whole = UEMessageDelivery(
            ori_addr=address(AddressType.UE, sender),
            dest_addr=to,
            msg_id=MessageId(f"{self.svc_id}-{self.ledger.count}"),
            payload=text,
            deliv_st_req_ind=report or ABSENT,
            sto_and_fw_ind=keep,
        )
        segments = cut(whole, f"s{self.ledger.count}", self.seg_size)
        return [self.call(apis.DELIVER_UE_MESSAGE, segment) for segment in segments][-1]

    def has(self, message: Message, now: float) -> None:
        if message.deliv_st_req_ind and self.status is not None:
            report = DeliveryStatusReport(
                ori_addr=message.dest_addr,
                dest_addr=message.ori_addr,
                msg_id=message.msg_id,
                deliv_st=self.status,
            )
            self.call(apis.DELIVER_REPORT, report)

    def registration(
        self, svc_id: str, cred: str = "", schedule: CommunicationAvailability | None = None
    ) -> UeRegistration:
        profile = NonMsgin5gUeProfile(comm_avail=schedule) if schedule else ABSENT
        return UeRegistration(
            ue_svc_id=UeServiceId(svc_id),
            mgw_svc_id=self.svc_id,
            cred=cred,
            profile=profile,
            target_uri=Uri(self.api_root),
        )
