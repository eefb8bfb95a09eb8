"""How the SS7 nodes are wired: M3UA associations, GT routes, addresses (RFC 4666 §1.4; TS 29.002 §6.1)."""

from ipsmgw.identity import NodeNumber
from lab.elements.site import Site
from lab.plan import Plan
from mapstack.asn1 import AddressString
from mapstack.m3ua.settings import Association, M3uaSettings, Role
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
    "hlr_settings",
    "leg_settings",
    "node_number",
    "smsc_settings",
]

# TS 23.003 §8.2; SMS-GMSC and SMS-IWMSC are addressed as an MSC (TS 29.002 §6.1).
HLR_SSN, VLR_SSN, MSC_SSN, SGSN_SSN = 6, 7, 8, 149


def address(number: str, ssn: int) -> SccpAddress:
    """A node by its E.164 number."""
    return SccpAddress(Gt(number), ssn)


def node_number(number: AddressString) -> NodeNumber:
    """Who is meant in an argument."""
    return NodeNumber(number.digits)


def hlr_settings(site: Site, plan: Plan) -> MapSettings:
    """The HLR is the signalling gateway for all others."""
    return _settings(site, plan, ("ipsmgw", "smsc", *plan.legs), ())


def smsc_settings(site: Site, plan: Plan) -> MapSettings:
    """The SM-SC is a signalling gateway for the gateway, MSC and SGSN, and an ASP of the HLR."""
    return _settings(site, plan, ("ipsmgw", *plan.legs), ("hlr",))


def leg_settings(site: Site, plan: Plan) -> MapSettings:
    """MSC and SGSN are signalling gateways for the gateway, and ASPs of HLR and SM-SC."""
    return _settings(site, plan, ("ipsmgw",), ("hlr", "smsc"))


def associations(plan: Plan, node: str) -> list[AssociationSpec]:
    """The sockets under them: whoever is ASP connects."""
    here = plan.m3ua(node)
    asps = {"hlr": ("smsc", *plan.legs), "smsc": plan.legs}.get(node, ())
    sgps = {"hlr": (), "smsc": ("hlr",)}.get(node, ("hlr", "smsc"))
    return [
        *(AssociationSpec(peer, "tcp", False, here, (plan.host(peer), 0)) for peer in ("ipsmgw", *asps)),
        *(AssociationSpec(peer, "tcp", True, (plan.host(node), 0), plan.m3ua(peer)) for peer in sgps),
    ]


def _association(plan: Plan, peer: str, role: Role, asp: str) -> Association:
    """The routing context names the application server: whoever is the ASP."""
    return Association(
        name=peer, role=role, point_code=plan.point_code(peer), routing_context=plan.point_code(asp)
    )


def _settings(site: Site, plan: Plan, asps: tuple[str, ...], sgps: tuple[str, ...]) -> MapSettings:
    """`asps` are those that this node is the signalling gateway of; it is an ASP of `sgps` itself."""
    numbers = {"ipsmgw": plan.gateway_number, **plan.ss7}
    peers = [_association(plan, peer, Role.SGP, peer) for peer in asps]
    peers += [_association(plan, peer, Role.ASP, site.node) for peer in sgps]
    return MapSettings(
        m3ua=M3uaSettings(point_code=plan.point_code(site.node), associations=tuple(peers)),
        sccp=SccpSettings(
            routes=tuple(
                GtRoute(prefix=numbers[peer], point_code=plan.point_code(peer)) for peer in (*asps, *sgps)
            )
        ),
        own_gt=numbers[site.node],
        boot=site.boot,
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
