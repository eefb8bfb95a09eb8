"""How the SS7 nodes are wired: M3UA associations, GT routes, addresses (RFC 4666 §1.4; TS 29.002 §6.1)."""

from ipsmgw.identity import NodeNumber
from lab.elements.site import Site
from lab.plan import Plan
from lab.wiring import Link, links
from mapstack.asn1 import AddressString
from mapstack.m3ua.settings import Association, M3uaSettings, Role, TrafficMode
from mapstack.map_settings import MapSettings
from mapstack.sccp.address import Gt, SccpAddress
from mapstack.sccp.settings import GtRoute, SccpSettings
from mapstack.transport import AssociationSpec

__all__ = [
    "HLR_SSN",
    "MSC_SSN",
    "SGSN_SSN",
    "VLR_SSN",
    "address",
    "associations",
    "map_settings",
    "node_number",
]

# TS 23.003 §8.2; SMS-GMSC and SMS-IWMSC are addressed as an MSC (TS 29.002 §6.1).
HLR_SSN, VLR_SSN, MSC_SSN, SGSN_SSN = 6, 7, 8, 149


def address(number: str, ssn: int) -> SccpAddress:
    """A node by its E.164 number."""
    return SccpAddress(Gt(number), ssn)


def node_number(number: AddressString) -> NodeNumber:
    """Who is meant in an argument."""
    return NodeNumber(number.digits)


def associations(plan: Plan, node: str) -> list[AssociationSpec]:
    """The sockets under them."""
    return [
        AssociationSpec(
            link.peer,
            link.transport,
            link.connect,
            link.local,
            link.remote,
            reconnect=plan.timers.reconnect,
        )
        for link in links(plan, node)
    ]


def _association(plan: Plan, link: Link) -> Association:
    return Association(
        name=link.peer,
        role=Role(link.role),
        point_code=plan.point_code(link.peer),
        routing_context=link.routing_context,
        traffic_mode=TrafficMode.LOADSHARE if link.loadshare else None,
    )


def map_settings(site: Site, plan: Plan) -> MapSettings:
    """Of an element of the plan."""
    numbers = {"ipsmgw": plan.gateway_number, **plan.ss7}
    found = tuple(links(plan, site.node))
    return MapSettings(
        m3ua=M3uaSettings(
            point_code=plan.point_code(site.node),
            associations=tuple(_association(plan, link) for link in found),
        ),
        sccp=SccpSettings(
            routes=tuple(
                GtRoute(prefix=numbers[link.peer], point_code=plan.point_code(link.peer)) for link in found
            )
        ),
        own_gt=numbers[site.node],
        boot=site.boot,
        idle=plan.timers.dialogue_idle,
        invoke_timers={
            "sendRoutingInfoForSM": plan.timers.map_answer,
            "mt-ForwardSM": plan.timers.mt_answer,
            "reportSM-DeliveryStatus": plan.timers.map_answer,
            "alertServiceCentre": plan.timers.map_answer,
            "insertSubscriberData": plan.timers.map_answer,
            "cancelLocation": plan.timers.map_answer,
            "updateLocation": plan.timers.map_answer,
            "updateGprsLocation": plan.timers.map_answer,
            "mo-ForwardSM": plan.timers.mo_answer,
        },
    )
