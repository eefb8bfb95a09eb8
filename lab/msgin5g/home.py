"""One MSGin5G Server of a carrier: who is at home there, how it is set, and what it must not forget."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from urllib.parse import urlsplit

from lab.msgin5g.contact import Leg
from lab.msgin5g.door import Door
from lab.msgin5g.doors import door
from lab.msgin5g.m5s import Addresses
from lab.msgin5g.plan import OWN, OWN_N3G, SCEF, SEAL, Msgin5gPlan, OwnGateway
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
            keys={plan.account(name): key for name in plan.clients if (key := self.key(name))},
            limits=plan.coap_limits,
            keys_of_gateway=plan.own_secrets,
        )

    def key(self, client: str) -> bytes:
        """Of a UE or a Gateway UE, where it has one."""
        return self.plan.key(client, secured=self.whole.security is not None)

    def shown_key(self, client: str) -> bytes:
        """What it takes for that."""
        return self.plan.shown_key(client, security=self.whole.security)

    def door(self, node: str) -> Door:
        """Where a node takes REST."""
        limits = (self.plan.rate, self.plan.burst) if node == self.plan.name else (0.0, 100)
        return door(self.whole, self.network, node, self._names(node), limits)

    @property
    def function_root(self) -> str:
        """apiRoot of the provisioning function."""
        root = urlsplit(self.whole.api_root(self.network, self.plan.function))
        return f"{root.scheme}://{self.settings.function_host}:{root.port}"

    @property
    def function_endpoint(self) -> str:
        """The same over CoAP."""
        port = self.whole.coap(self.network, self.plan.function)[1]
        return f"coap://{self.settings.function_host}:{port}"

    @property
    def function_peer(self) -> str:
        """What the node proves that has it."""
        return self.settings.svc_id if self.settings.function else self.settings.function_id

    def _names(self, node: str) -> tuple[str, ...]:
        """By which it is found."""
        host = self.whole.host(self.network, node)
        return tuple(name for name, at in self.whole.names(self.network).items() if at == host)


def homes(whole: Msgin5gPlan, network: int, gateway_host: str) -> Mapping[str, Home]:
    """All servers of a plan, by the names of their nodes."""
    return {plan.name: _home(whole, plan, network, gateway_host) for plan in whole.servers}


def _home(whole: Msgin5gPlan, plan: Msgin5gPlan, network: int, gateway_host: str) -> Home:
    settings = replace(
        plan.server,
        svc_id=_svc_id(plan),
        authenticated=plan.server.authenticated or whole.security is not None,
        secure_provisioning=plan.server.secure_provisioning or whole.security is not None,
        domain=plan.domain,
        function=not plan.function_node,
        endpoint="coap://{}:{}".format(*whole.coap(network, plan.name)),
        api_root=whole.api_root(network, plan.name),
        gateways=_gateways(whole, plan, network, gateway_host),
        hosts={plan.account(name): tuple(map(plan.svc_id, others)) for name, others in plan.hosted.items()},
        areas={area: MgwServiceId(plan.svc_id(name)) for area, name in plan.areas.items()},
        neighbours=_neighbours(whole, plan, network),
        group_server=whole.api_root(network, SEAL) if whole.seal else plan.server.group_server,
        scef=whole.api_root(network, SCEF) if whole.scef is not None else plan.server.scef,
        scs_as_id=plan.name,
        gateway_ues=tuple(plan.svc_id(name) for name in _gateway_ues(plan)),
        provisioners=(*plan.server.provisioners, *_provisioners(plan)),
    )
    return Home(whole, network, plan, settings, _data(whole, plan, settings))


def _gateway_ues(plan: Msgin5gPlan) -> tuple[str, ...]:
    own = (OWN,) if plan.own_gateway_ue else ()
    return (*(each.name for each in plan.gateway_ues), *own)


def _provisioners(plan: Msgin5gPlan) -> tuple[str, ...]:
    """A gateway that is no Message Gateway to its server gets Service IDs for its phones all the same."""
    over_coap = plan.own_gateway and plan.own_as is not OwnGateway.MESSAGE_GATEWAY
    return (plan.svc_id(OWN),) if over_coap else ()


def _svc_id(plan: Msgin5gPlan) -> ServerServiceId:
    return ServerServiceId(plan.svc_id(plan.name))


def _gateways(whole: Msgin5gPlan, plan: Msgin5gPlan, network: int, gateway_host: str) -> tuple[Gateway, ...]:
    gateways = [
        Gateway(
            svc_id=MgwServiceId(plan.svc_id(each.name)),
            leg=each.leg,
            api_root=whole.api_root(network, each.name),
            identity=_identity(whole, plan.svc_id(each.name)),
        )
        for each in plan.gateways
        if each.name not in plan.unprovisioned
    ]
    if plan.own_gateway and plan.own_as is OwnGateway.MESSAGE_GATEWAY:
        scheme, identity = "https" if whole.security else "http", _identity(whole, plan.svc_id(OWN))
        root = "{}://{}:{}".format(scheme, *plan.own_http(gateway_host))
        legs = {OWN: Leg.L3G, **({OWN_N3G: Leg.N3G} if plan.line_ues else {})}
        gateways += [
            Gateway(svc_id=MgwServiceId(plan.svc_id(name)), leg=leg, api_root=root, identity=identity)
            for name, leg in legs.items()
        ]
    return tuple(gateways)


def _identity(whole: Msgin5gPlan, svc_id: str) -> str:
    """What somebody has to prove, where anything is proved."""
    return svc_id if whole.security is not None else ""


def _neighbours(whole: Msgin5gPlan, plan: Msgin5gPlan, network: int) -> dict[str, Neighbour]:
    """Each server is its own neighbour's, but where there is another way."""
    by_name = {each.name: each for each in whole.servers if each is not plan}
    ways = {each.domain: each.name for each in by_name.values()} | dict(plan.routes)
    agreed = plan.applications
    return {
        domain: Neighbour(
            svc_id=_svc_id(by_name[name]),
            api_root=whole.api_root(network, name),
            applications=agreed is None or domain in agreed,
            topics=name in plan.follows,
            identity=_identity(whole, _svc_id(by_name[name])),
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
    writers = tuple(plan.address(name) for name in plan.applications_here)
    for group, members in plan.groups.items() if not whole.seal else ():
        data.groups[group] = Group(tuple(whole.address(name) for name in members), writers)
    return data
