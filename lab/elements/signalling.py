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
    "address",
    "associations",
    "hlr_settings",
    "node_number",
    "smsc_settings",
]

HLR_SSN, MSC_SSN, SGSN_SSN = (
    6,
    8,
    149,
)  # TS 23.003 §8.2; SMS-GMSC and SMS-IWMSC are addressed as an MSC (TS 29.002 §6.1)


def address(number: str, ssn: int) -> SccpAddress:
    """A node by its E.164 number."""
    return SccpAddress(Gt(number), ssn)


def node_number(number: AddressString) -> NodeNumber:
    """Who is meant in an argument."""
    return NodeNumber(number.digits)


def hlr_settings(site: Site, plan: Plan) -> MapSettings:
    """The HLR is the signalling gateway for both others."""
    return _settings(
        site,
        plan,
        plan.hlr_number,
        [_association(plan, "ipsmgw", Role.SGP, "ipsmgw"), _association(plan, "smsc", Role.SGP, "smsc")],
        {plan.gateway_number: "ipsmgw", plan.sc_number: "smsc"},
    )


def smsc_settings(site: Site, plan: Plan) -> MapSettings:
    """The SM-SC is a signalling gateway for the gateway, and an ASP of the HLR."""
    return _settings(
        site,
        plan,
        plan.sc_number,
        [_association(plan, "ipsmgw", Role.SGP, "ipsmgw"), _association(plan, "hlr", Role.ASP, "smsc")],
        {plan.gateway_number: "ipsmgw", plan.hlr_number: "hlr"},
    )


def associations(plan: Plan, node: str) -> list[AssociationSpec]:
    """The sockets under them: whoever is ASP connects."""
    here = plan.m3ua(node)
    specs = [AssociationSpec("ipsmgw", "tcp", False, here, (plan.host("ipsmgw"), 0))]
    if node == "hlr":
        return [*specs, AssociationSpec("smsc", "tcp", False, here, (plan.host("smsc"), 0))]
    return [*specs, AssociationSpec("hlr", "tcp", True, (plan.host(node), 0), plan.m3ua("hlr"))]


def _association(plan: Plan, peer: str, role: Role, asp: str) -> Association:
    """The routing context names the application server: whoever is the ASP."""
    return Association(
        name=peer, role=role, point_code=plan.point_code(peer), routing_context=plan.point_code(asp)
    )


def _settings(
    site: Site, plan: Plan, number: NodeNumber, peers: list[Association], routes: dict[NodeNumber, str]
) -> MapSettings:
    return MapSettings(
        m3ua=M3uaSettings(point_code=plan.point_code(site.node), associations=tuple(peers)),
        sccp=SccpSettings(
            routes=tuple(
                GtRoute(prefix=prefix, point_code=plan.point_code(to)) for prefix, to in routes.items()
            )
        ),
        own_gt=number,
        boot=site.boot,
        invoke_timers={
            "sendRoutingInfoForSM": plan.timers.map_answer,
            "mt-ForwardSM": plan.timers.mt_answer,
            "reportSM-DeliveryStatus": plan.timers.map_answer,
            "alertServiceCentre": plan.timers.map_answer,
            "insertSubscriberData": plan.timers.map_answer,
            "cancelLocation": plan.timers.map_answer,
        },
    )
