"""A Message Gateway for UEs that know nothing of MSGin5G, or for a broadcast (MSGin5G-2, -4 and -7).

Its UEs are not played: what is for them is in its ledger, and it answers for them.
"""

from collections.abc import Mapping, Sequence

from lab.elements.site import Site
from lab.msgin5g.contact import Leg
from lab.msgin5g.records import address
from lab.msgin5g.rest_node import Call, RestLedger, RestNode
from msgin5g_bridge import apis
from msgin5g_bridge.l3gdelivery import Address, AddressType
from msgin5g_bridge.message import Message
from msgin5g_bridge.model import ABSENT, MessageId, MgwServiceId, UeServiceId
from msgin5g_bridge.msgdelivery import DeliveryStatusReport, ReportDeliveryStatus, UEMessageDelivery
from msgin5g_bridge.operation import Operation
from msgin5g_bridge.provisioning import NonMsgin5gUeProvisioningRequest
from msgin5g_bridge.registration import CommunicationAvailability
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
        self, site: Site, local: tuple[str, int], server: str, account: tuple[str, Leg], ledger: RestLedger
    ) -> None:
        svc_id, leg = account
        super().__init__(site, local, server, _SERVED[leg], ledger)
        self.svc_id = MgwServiceId(svc_id)
        self.status: ReportDeliveryStatus | None = ReportDeliveryStatus.REPT_DELY_SUCCESS
        """What it reports in the name of its UEs; None: nothing."""

    def provision(self, private_id: str) -> Call:
        """A UE that connects for the first time (TR 23.700-24)."""
        body = NonMsgin5gUeProvisioningRequest(non_msgin5g_ue_priv_id=private_id)
        return self.call(apis.PROVISION_NON_MSGIN5G_UE, body)

    def register(
        self, svc_id: str, cred: str = "", schedule: CommunicationAvailability | None = None
    ) -> Call:
        return self.call(apis.UE_REGISTER, self._registration(svc_id, cred, schedule))

    def register_all(self, svc_ids: Sequence[str]) -> Call:
        entries = tuple(self._registration(svc_id, "", None) for svc_id in svc_ids)
        return self.call(apis.UE_BULK_REGISTER, BulkUeRegistration(count=len(entries), list=entries))

    def deregister_all(self, svc_ids: Sequence[str]) -> Call:
        entries = tuple(UeDeregistration(ue_svc_id=UeServiceId(each), cred="") for each in svc_ids)
        return self.call(apis.UE_BULK_DEREGISTER, BulkUeDeregistration(count=len(entries), list=entries))

    def deregister(self, registration: Call) -> Call:
        """What `register` has created."""
        id_ = registration.location.rpartition("/")[2]
        return self.call(apis.UE_DEREGISTER, None, registrationId=id_)

    def send(self, sender: str, to: Address, text: str, *, report: bool = False, keep: bool = False) -> Call:
        """A message of one of its UEs."""
        self.ledger.count += 1
        body = UEMessageDelivery(
            ori_addr=address(AddressType.UE, sender),
            dest_addr=to,
            msg_id=MessageId(f"{self.svc_id}-{self.ledger.count}"),
            payload=text,
            deliv_st_req_ind=report or ABSENT,
            sto_and_fw_ind=keep,
        )
        return self.call(apis.DELIVER_UE_MESSAGE, body)

    def has(self, message: Message, now: float) -> None:
        if message.deliv_st_req_ind and self.status is not None:
            report = DeliveryStatusReport(
                ori_addr=message.dest_addr,
                dest_addr=message.ori_addr,
                msg_id=message.msg_id,
                deliv_st=self.status,
            )
            self.call(apis.DELIVER_REPORT, report)

    def _registration(
        self, svc_id: str, cred: str, schedule: CommunicationAvailability | None
    ) -> UeRegistration:
        profile = NonMsgin5gUeProfile(comm_avail=schedule) if schedule else ABSENT
        return UeRegistration(
            ue_svc_id=UeServiceId(svc_id), mgw_svc_id=self.svc_id, cred=cred, profile=profile
        )
