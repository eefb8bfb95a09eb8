"""What a SEAL server of the lab has from the beginning: the groups of the plan, and who is provisioned."""

from collections.abc import Mapping

from lab.msgin5g.home import Home
from lab.msgin5g.plan import SEAL, Msgin5gPlan
from lab.msgin5g.seal_groups import SealData
from msgin5g_bridge.l3gdelivery import AddressType
from msgin5g_bridge.seal import ValGroupDocument, ValTargetUe
from msgin5g_bridge.seal_apis import GROUP_CREATE
from msgin5g_bridge.ts29571 import Uri
from msgin5g_bridge.ue_configuration import VAL_SERVICE_ID, UeConfiguration, write_configuration

__all__ = ["configuration", "documents"]


def documents(plan: Msgin5gPlan, network: int) -> SealData:
    """All groups of a plan, where it has a SEAL server."""
    data = SealData()
    if not plan.seal:
        return data
    root = "http://{}:{}{}".format(*plan.http(network, SEAL), GROUP_CREATE.path)
    for group, names in ((group, names) for each in plan.servers for group, names in each.groups.items()):
        id_ = str(data.number())
        members = tuple(ValTargetUe(val_user_id=plan.svc_id(name)) for name in names)
        data.documents[id_] = ValGroupDocument(
            val_group_id=group,
            members=members,
            val_service_ids=(VAL_SERVICE_ID,),
            res_uri=Uri(f"{root}/{id_}"),
        )
    return data


def configuration(homes: Mapping[str, Home], target: ValTargetUe) -> str | None:
    """Of a UE that one of the servers has provisioned: by its UE Service ID, or by its MSGin5G UE ID."""
    for home in homes.values():
        svc_id = target.val_user_id or home.data.private_ids.get((AddressType.UE, target.val_ue_id or ""), "")
        known = home.data.subscriptions.get(svc_id)
        if known is not None and known.address.addr_type == AddressType.UE:
            return write_configuration(UeConfiguration(_endpoint(home), svc_id, home.settings.seg_size))
    return None


def _endpoint(home: Home) -> str:
    return "coap://{}:{}".format(*home.whole.coap(home.network, home.plan.name))
