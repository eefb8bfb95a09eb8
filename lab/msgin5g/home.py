"""One MSGin5G Server of a carrier: who is at home there, how it is set, and what it must not forget."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from lab.msgin5g.contact import Leg
from lab.msgin5g.door import Door
from lab.msgin5g.m5s import Addresses
from lab.msgin5g.plan import OWN, OWN_N3G, SCEF, SEAL, Msgin5gPlan, OwnGateway, UePlan
from lab.msgin5g.records import Group, ServerData, Subscription
from lab.msgin5g.settings import Gateway, Neighbour, ServerSettings
from msgin5g_bridge.model import MgwServiceId, ServerServiceId
from msgin5g_bridge.segmentation import Reassembly

__all__ = ["Home", "homes"]


@dataclass(frozen=True, slots=True)
class Home:
    """It outlives the server, as its disk would."""

    whole: Msgin5gPlan
    network: int
    plan: Msgin5gPlan
    settings: ServerSettings
    data: ServerData

    def addresses(self, node: str) -> Addresses:
        """Of the server, or of the function; the one that has the function is found by its host name."""
        plan, settings = self.plan, self.settings
        return Addresses(
            coap=self.whole.coap(self.network, node),
            door=self.door(node),
            identity=settings.svc_id if node == plan.name else settings.function_id,
            names=self._names(node),
            keys={self._known_as(ue): plan.key(ue) for ue in plan.ues if ue.keyed},
            keys_of_gateway=plan.own_secrets,
        )

    def door(self, node: str) -> Door:
        """Where a node takes REST."""
        return Door(local=self.whole.http(self.network, node), names=self._names(node))

    @property
    def function_root(self) -> str:
        """apiRoot of the provisioning function."""
        port = self.whole.http(self.network, self.plan.function)[1]
        return f"http://{self.settings.function_host}:{port}"

    @property
    def function_endpoint(self) -> str:
        """The same over CoAP."""
        port = self.whole.coap(self.network, self.plan.function)[1]
        return f"coap://{self.settings.function_host}:{port}"

    def _names(self, node: str) -> tuple[str, ...]:
        """By which it is found."""
        host = self.whole.host(self.network, node)
        return tuple(name for name, at in self.whole.names(self.network).items() if at == host)

    def _known_as(self, ue: UePlan) -> str:
        """Who knows only its Private ID proves to be that."""
        return ue.name if ue.name in self.plan.unprovisioned else self.plan.svc_id(ue.name)


def homes(whole: Msgin5gPlan, network: int, gateway_host: str) -> Mapping[str, Home]:
    """All servers of a plan, by the names of their nodes."""
    return {plan.name: _home(whole, plan, network, gateway_host) for plan in whole.servers}


def _home(whole: Msgin5gPlan, plan: Msgin5gPlan, network: int, gateway_host: str) -> Home:
    settings = replace(
        plan.server,
        svc_id=_svc_id(plan),
        domain=plan.domain,
        function=not plan.function_node,
        endpoint="coap://{}:{}".format(*whole.coap(network, plan.name)),
        api_root=_api_root(whole, network, plan.name),
        gateways=_gateways(whole, plan, network, gateway_host),
        areas={area: MgwServiceId(plan.svc_id(name)) for area, name in plan.areas.items()},
        neighbours=_neighbours(whole, plan, network),
        group_server=_api_root(whole, network, SEAL) if whole.seal else plan.server.group_server,
        scef=_api_root(whole, network, SCEF) if whole.scef is not None else plan.server.scef,
        scs_as_id=plan.name,
        gateway_ues=tuple(plan.svc_id(name) for name in _gateway_ues(plan)),
    )
    return Home(whole, network, plan, settings, _data(whole, plan, settings))


def _gateway_ues(plan: Msgin5gPlan) -> tuple[str, ...]:
    own = (OWN,) if plan.own_gateway_ue else ()
    return (*(each.name for each in plan.gateway_ues), *own)


def _svc_id(plan: Msgin5gPlan) -> ServerServiceId:
    return ServerServiceId(plan.svc_id(plan.name))


def _api_root(whole: Msgin5gPlan, network: int, node: str) -> str:
    return "http://{}:{}".format(*whole.http(network, node))


def _gateways(whole: Msgin5gPlan, plan: Msgin5gPlan, network: int, gateway_host: str) -> tuple[Gateway, ...]:
    gateways = [
        Gateway(
            svc_id=MgwServiceId(plan.svc_id(each.name)),
            leg=each.leg,
            api_root=_api_root(whole, network, each.name),
        )
        for each in plan.gateways
        if each.name not in plan.unprovisioned
    ]
    if plan.own_gateway and plan.own_as is OwnGateway.MESSAGE_GATEWAY:
        api_root = "http://{}:{}".format(*plan.own_http(gateway_host))
        gateways.append(Gateway(svc_id=MgwServiceId(plan.svc_id(OWN)), leg=Leg.L3G, api_root=api_root))
    if plan.own_gateway and plan.own_as is OwnGateway.MESSAGE_GATEWAY and plan.line_ues:
        api_root = "http://{}:{}".format(*plan.own_http(gateway_host))
        gateways.append(Gateway(svc_id=MgwServiceId(plan.svc_id(OWN_N3G)), leg=Leg.N3G, api_root=api_root))
    return tuple(gateways)


def _neighbours(whole: Msgin5gPlan, plan: Msgin5gPlan, network: int) -> dict[str, Neighbour]:
    """Each server is its own neighbour's, but where there is another way."""
    by_name = {each.name: each for each in whole.servers if each is not plan}
    ways = {each.domain: each.name for each in by_name.values()} | dict(plan.routes)
    agreed = plan.applications
    return {
        domain: Neighbour(
            svc_id=_svc_id(by_name[name]),
            api_root=_api_root(whole, network, name),
            applications=agreed is None or domain in agreed,
            topics=name in plan.follows,
        )
        for domain, name in ways.items()
    }


def _data(whole: Msgin5gPlan, plan: Msgin5gPlan, settings: ServerSettings) -> ServerData:
    """Everybody is provisioned who does not do it himself; who registers is up to the story."""
    data = ServerData(segments=Reassembly(settings.segments))
    here = (*plan.people, *_gateway_ues(plan))
    for name in dict.fromkeys(each for each in here if each not in plan.unprovisioned):
        who = plan.address(name)
        data.subscriptions[who.addr] = Subscription(who, name)
        data.private_ids[who.addr_type, name] = who.addr
    writers = tuple(plan.address(name) for name in plan.application_servers)
    for group, members in plan.groups.items() if not whole.seal else ():
        data.groups[group] = Group(tuple(whole.address(name) for name in members), writers)
    return data
