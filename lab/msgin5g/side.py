"""The MSGin5G side of a carrier: its elements, and what they must not forget (DESIGN §10)."""

from dataclasses import replace

from lab.elements.site import Site
from lab.msgin5g.application_server import ApplicationServer
from lab.msgin5g.client import ClientLedger, ClientSettings
from lab.msgin5g.contact import Leg
from lab.msgin5g.gateway_ue import GatewayUe, GatewayUeSettings
from lab.msgin5g.m5s import Addresses, M5s
from lab.msgin5g.message_gateway import MessageGateway
from lab.msgin5g.plan import M5S, OWN, GatewayPlan, GatewayUePlan, Msgin5gPlan, UePlan
from lab.msgin5g.records import Group, ServerData, Subscription
from lab.msgin5g.rest_node import RestLedger
from lab.msgin5g.settings import Gateway, ServerSettings
from lab.msgin5g.ue import Msgin5gUe, UeAddresses
from msgin5g_bridge.model import MgwServiceId, ServerServiceId, UeServiceId
from msgin5g_bridge.segmentation import Reassembly

__all__ = ["Msgin5gElement", "Msgin5gSide"]

Msgin5gElement = M5s | MessageGateway | Msgin5gUe | GatewayUe | ApplicationServer


class Msgin5gSide:
    """All of them, and their ledgers; a carrier without MSGin5G has an empty one."""

    def __init__(self, plan: Msgin5gPlan | None, network: int, gateway_host: str) -> None:
        self.plan = plan or Msgin5gPlan(ues=(), application_servers=())
        self.nodes = plan.nodes if plan is not None else ()
        self.settings = _settings(self.plan, network, gateway_host)
        self.data = _data(self.plan, self.settings)
        self.m5s: M5s
        self.ues: dict[str, Msgin5gUe] = {}
        self.application_servers: dict[str, ApplicationServer] = {}
        self.gateways: dict[str, MessageGateway] = {}
        self.gateway_ues: dict[str, GatewayUe] = {}
        self._network = network
        self._where = Addresses(
            coap=self.plan.coap(network, M5S),
            http=self.plan.http(network, M5S),
            keys={self.plan.svc_id(ue.name): self.plan.key(ue) for ue in self.plan.ues if ue.keyed},
        )
        self.client_ledgers = {name: ClientLedger() for name in self.plan.clients}
        gateways = (gateway.name for gateway in self.plan.gateways)
        self.rest_ledgers = {name: RestLedger() for name in (*self.plan.application_servers, *gateways)}

    def build(self, site: Site) -> None:
        """The next life of a node."""
        plan, name = self.plan, site.node
        ue = next((each for each in plan.ues if each.name == name), None)
        gateway = next((each for each in plan.gateways if each.name == name), None)
        hub = next((each for each in plan.gateway_ues if each.name == name), None)
        if name == M5S:
            self.m5s = M5s(site, self._where, self.settings, self.data)
        elif ue is not None:
            self.ues[name] = self._ue(site, ue)
        elif hub is not None:
            self.gateway_ues[name] = self._gateway_ue(site, hub)
        elif gateway is not None:
            self.gateways[name] = self._gateway(site, gateway)
        else:
            local, root = plan.http(self._network, name), self._where.api_root
            self.application_servers[name] = ApplicationServer(
                site, local, root, plan.svc_id(name), self.rest_ledgers[name]
            )

    def element(self, node: str) -> Msgin5gElement:
        """Its present life."""
        if node == M5S:
            return self.m5s
        clients: dict[str, Msgin5gUe | GatewayUe] = {**self.ues, **self.gateway_ues}
        return clients.get(node) or self.gateways.get(node) or self.application_servers[node]

    def _ue(self, site: Site, ue: UePlan) -> Msgin5gUe:
        settings = ClientSettings(
            svc_id=UeServiceId(self.plan.svc_id(ue.name)),
            server=self.settings.svc_id,
            max_seg_size=ue.max_seg_size,
            schedule=ue.schedule,
        )
        where = UeAddresses(
            coap=self.plan.coap(self._network, ue.name),
            server=self._endpoint(ue.behind or M5S),
            key=self.plan.key(ue),
        )
        return Msgin5gUe(site, where, settings, self.client_ledgers[ue.name])

    def _endpoint(self, node: str) -> str:
        return "coap://{}:{}".format(*self.plan.coap(self._network, node))

    def _gateway_ue(self, site: Site, hub: GatewayUePlan) -> GatewayUe:
        client = ClientSettings(svc_id=UeServiceId(self.plan.svc_id(hub.name)), server=self.settings.svc_id)
        behind = (ue.name for ue in self.plan.ues if ue.behind == hub.name)
        allowed = frozenset(self.plan.svc_id(name) for name in (*behind, *hub.allowed))
        where = UeAddresses(coap=self.plan.coap(self._network, hub.name), server=self._endpoint(M5S))
        settings = GatewayUeSettings(client=client, allowed=allowed, wait=hub.wait)
        return GatewayUe(site, where, settings, self.client_ledgers[hub.name])

    def _gateway(self, site: Site, gateway: GatewayPlan) -> MessageGateway:
        local = self.plan.http(self._network, gateway.name)
        account = (self.plan.svc_id(gateway.name), gateway.leg)
        return MessageGateway(site, local, self._where.api_root, account, self.rest_ledgers[gateway.name])


def _settings(plan: Msgin5gPlan, network: int, gateway_host: str) -> ServerSettings:
    gateways = [
        Gateway(
            svc_id=MgwServiceId(plan.svc_id(each.name)),
            leg=each.leg,
            api_root="http://{}:{}".format(*plan.http(network, each.name)),
        )
        for each in plan.gateways
    ]
    if plan.own_gateway:
        api_root = "http://{}:{}".format(*plan.own_http(gateway_host))
        gateways.append(Gateway(svc_id=MgwServiceId(plan.svc_id(OWN)), leg=Leg.L3G, api_root=api_root))
    areas = {area: MgwServiceId(plan.svc_id(name)) for area, name in plan.areas.items()}
    svc_id = ServerServiceId(plan.svc_id(M5S))
    return replace(
        plan.server,
        svc_id=svc_id,
        domain=plan.domain,
        gateways=tuple(gateways),
        areas=areas,
        gateway_ues=tuple(plan.svc_id(each.name) for each in plan.gateway_ues),
    )


def _data(plan: Msgin5gPlan, settings: ServerSettings) -> ServerData:
    """Everybody is provisioned; who registers is up to the story."""
    data = ServerData(segments=Reassembly(settings.segments))
    phones = (phone for gateway in plan.gateways for phone in gateway.phones)
    for name in (*plan.clients, *plan.application_servers, *phones):
        who = plan.address(name)
        data.subscriptions[who.addr] = Subscription(who, name)
        data.private_ids[who.addr_type, name] = who.addr
    writers = tuple(plan.address(name) for name in plan.application_servers)
    for group, members in plan.groups.items():
        data.groups[group] = Group(tuple(plan.address(name) for name in members), writers)
    return data
