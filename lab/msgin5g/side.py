"""The MSGin5G side of a carrier: its elements, and what they must not forget (DESIGN §10)."""

from collections.abc import Callable, Container
from functools import partial

from lab.elements.esme_ledger import EsmeLedger
from lab.elements.site import Site
from lab.msgin5g.application import Application, ApplicationLedger
from lab.msgin5g.application_client import ApplicationClient
from lab.msgin5g.application_server import Account, ApplicationServer
from lab.msgin5g.client import ClientLedger, ClientSettings
from lab.msgin5g.doors import token_policy, token_spec
from lab.msgin5g.function import FunctionElement
from lab.msgin5g.gateway_ue import GatewayUe, GatewayUeSettings
from lab.msgin5g.home import Home, homes
from lab.msgin5g.line_ue import LineLedger, LineUe
from lab.msgin5g.m5s import M5s
from lab.msgin5g.message_gateway import MessageGateway
from lab.msgin5g.plan import OAUTH, OWN, SCEF, SEAL, GatewayPlan, GatewayUePlan, Msgin5gPlan, UePlan
from lab.msgin5g.records import ServerData
from lab.msgin5g.relay import RelayUe
from lab.msgin5g.rest_node import RestLedger
from lab.msgin5g.scef import Scef
from lab.msgin5g.scef_ledger import ScefData
from lab.msgin5g.seal_data import configuration, documents
from lab.msgin5g.seal_server import SealServer
from lab.msgin5g.settings import ServerSettings
from lab.msgin5g.token_server import TokenServer
from lab.msgin5g.ue import Msgin5gUe, UeAddresses
from lab.plan import Plan
from msgin5g_bridge.model import UeServiceId
from msgin5g_bridge.registration import TriggeringInformation, TriggeringProtocol

__all__ = ["Msgin5gElement", "Msgin5gSide"]

Msgin5gElement = (
    M5s
    | FunctionElement
    | MessageGateway
    | Msgin5gUe
    | GatewayUe
    | LineUe
    | ApplicationServer
    | Scef
    | SealServer
    | TokenServer
    | ApplicationClient
    | RelayUe
)


class Msgin5gSide:
    """All of them, and their ledgers; a carrier without MSGin5G has an empty one."""

    def __init__(self, plan: Msgin5gPlan | None, network: int, gateway_host: str) -> None:
        self.plan = plan or Msgin5gPlan(ues=(), application_servers=())
        self.nodes = plan.nodes if plan is not None else ()
        self.homes = homes(self.plan, network, gateway_host)
        """What each server has, by the name of its node."""
        self.servers: dict[str, M5s] = {}
        self.scef_data = ScefData()
        self.scef_ledger = EsmeLedger()
        self.scef: Scef
        self.seal_data = documents(self.plan, network)
        self.seal: SealServer
        self.oauth: TokenServer
        self.functions: dict[str, FunctionElement] = {}
        """Provisioning functions that are elements of their own."""
        self.ues: dict[str, Msgin5gUe] = {}
        self.application_servers: dict[str, ApplicationServer] = {}
        self.gateways: dict[str, MessageGateway] = {}
        self.gateway_ues: dict[str, GatewayUe] = {}
        self.line_ues: dict[str, LineUe] = {}
        self.line_ledgers = {name: LineLedger() for home in self.plan.servers for name in home.line_ues}
        self.relays: dict[str, RelayUe] = {}
        self.application_clients: dict[str, ApplicationClient] = {}
        self.application_ledgers = {
            each.name: ApplicationLedger() for home in self.plan.servers for each in home.application_clients
        }
        self._network = network
        self.client_ledgers = {name: ClientLedger() for home in self.plan.servers for name in home.clients}
        rest = (
            name
            for home in self.plan.servers
            for name in (*home.application_servers, *(gateway.name for gateway in home.gateways))
        )
        self.rest_ledgers = {name: RestLedger() for name in rest}

    # The first server, which most carriers have alone.

    @property
    def m5s(self) -> M5s:
        """Its present life."""
        return self.servers[self.plan.name]

    @property
    def data(self) -> ServerData:
        return self.homes[self.plan.name].data

    @property
    def settings(self) -> ServerSettings:
        return self.homes[self.plan.name].settings

    def build(self, site: Site, carrier: Plan) -> None:
        """The next life of a node."""
        name = site.node
        home = self.homes[self.plan.home(name).name]
        gateway = next((each for each in home.plan.gateways if each.name == name), None)
        if name == home.plan.name:
            self.servers[name] = M5s(site, home.addresses(name), home.settings, home.data)
        elif name == home.plan.function_node:
            where = home.addresses(name)
            self.functions[name] = FunctionElement(site, where, home.settings, home.data)
        elif name in (*home.plan.clients, *home.plan.line_ues, *home.plan.relays, *self.application_ledgers):
            self._build_ue(site, home, carrier)
        elif name in (SCEF, SEAL, OAUTH):
            self._build_common(site, home, carrier)
        elif gateway is not None:
            self.gateways[name] = self._gateway(site, home, gateway)
        else:
            self.application_servers[name] = self._application_server(site, home, name)

    def _build_ue(self, site: Site, home: Home, carrier: Plan) -> None:
        name = site.node
        ue = next((each for each in home.plan.ues if each.name == name), None)
        hub = next((each for each in home.plan.gateway_ues if each.name == name), None)
        if ue is not None:
            self.ues[name] = self._ue(site, home, ue, carrier)
        elif hub is not None:
            self.gateway_ues[name] = self._gateway_ue(site, home, hub)
        elif name in home.plan.relays:
            self.relays[name] = self._relay(site, home.plan)
        elif name in self.application_ledgers:
            self.application_clients[name] = self._application_client(site, home)
        else:
            self.line_ues[name] = self._line_ue(site, home.plan, carrier)

    def _build_common(self, site: Site, home: Home, carrier: Plan) -> None:
        """What all servers share."""
        door = home.door(site.node)
        if site.node == SCEF:
            self.scef = Scef(site, carrier, door, self.scef_data, self.scef_ledger)
        elif site.node == SEAL:
            self.seal = SealServer(site, door, partial(configuration, self.homes), self.seal_data)
        else:
            spec = token_spec(self.plan, self._network)
            self.oauth = TokenServer(site, spec, token_policy(self.plan))

    def join(self) -> None:
        """All that are the lab's register, as if just switched on; some are provisioned first."""
        for hub in self.gateway_ues.values():
            hub.register()
        for ue in self.ues.values():
            ue.join()
        for application in self.application_servers.values():
            application.join()

    def element(self, node: str) -> Msgin5gElement:
        """Its present life."""
        if node in self.servers:
            return self.servers[node]
        if node == OAUTH:
            return self.oauth
        if node in self.functions:
            return self.functions[node]
        if node in (SCEF, SEAL):
            return self.scef if node == SCEF else self.seal
        if node in self.relays:
            return self.relays[node]
        clients: dict[str, Msgin5gUe | GatewayUe | LineUe | ApplicationClient]
        clients = {**self.ues, **self.gateway_ues, **self.line_ues, **self.application_clients}
        return clients.get(node) or self.gateways.get(node) or self.application_servers[node]

    def listeners(self, phone: str, down: Container[str]) -> dict[int, Callable[[bytes], None]]:
        """What in a phone hears its application ports, by the port."""

        def heard(ue: str, payload: bytes) -> None:
            if ue not in down and ue in self.ues:
                self.ues[ue].triggered(payload)

        ues = (ue for home in self.plan.servers for ue in home.ues)
        return {each.port: partial(heard, each.name) for each in ues if each.phone == phone}

    def _ue(self, site: Site, home: Home, ue: UePlan, carrier: Plan) -> Msgin5gUe:
        new = ue.name in home.plan.unprovisioned
        settings = ClientSettings(
            svc_id=UeServiceId("" if new else self.plan.svc_id(ue.name)),
            private_id=ue.name,
            server=home.settings.svc_id,
            max_seg_size=ue.max_seg_size,
            schedule=ue.schedule,
            trigger=_trigger(ue, carrier) if ue.phone else None,
            report_retry=ue.report_retry,
            report_deadline=ue.report_deadline,
        )
        where = UeAddresses(
            coap=self.plan.coap(self._network, ue.name),
            server="" if new and not ue.behind else self._endpoint(ue.behind or home.plan.name),
            function=self._endpoint(ue.behind) if ue.behind else home.function_endpoint,
            function_root=home.function_root,
            seal_root=home.settings.group_server,
            function_id=home.settings.function_id,
            function_peer=home.function_peer,
            home=home.settings.endpoint,
            key=home.shown_key(ue.name),
            door=home.door(ue.name) if new and not ue.behind else None,
            max_retransmit=ue.max_retransmit,
        )
        return Msgin5gUe(site, where, settings, self.client_ledgers[ue.name])

    def _line_ue(self, site: Site, plan: Msgin5gPlan, carrier: Plan) -> LineUe:
        here, gateway = self.plan.host(self._network, site.node), plan.own_lines(carrier.host(OWN))
        return LineUe(site, here, gateway, plan.line_secret(site.node), self.line_ledgers[site.node])

    def _endpoint(self, node: str) -> str:
        return "coap://{}:{}".format(*self.plan.coap(self._network, node))

    def _relay(self, site: Site, plan: Msgin5gPlan) -> RelayUe:
        behind = next(ue.name for ue in plan.ues if ue.behind == site.node)
        local = self.plan.coap(self._network, site.node)
        return RelayUe(site, local, self._endpoint(plan.name), self._endpoint(behind))

    def _application_client(self, site: Site, home: Home) -> ApplicationClient:
        plan = next(each for each in home.plan.application_clients if each.name == site.node)
        ledger = self.application_ledgers[plan.name]
        application = Application(plan.app_id, self.plan.address(plan.ue), ledger)
        local = self.plan.coap(self._network, plan.name)
        return ApplicationClient(site, local, self._endpoint(plan.ue), application)

    def _gateway_ue(self, site: Site, home: Home, hub: GatewayUePlan) -> GatewayUe:
        client = ClientSettings(svc_id=UeServiceId(self.plan.svc_id(hub.name)), server=home.settings.svc_id)
        behind = [ue.name for ue in home.plan.ues if ue.behind == hub.name]
        new = frozenset(name for name in behind if name in home.plan.unprovisioned)
        allowed = frozenset(self.plan.svc_id(name) for name in (*behind, *hub.allowed))
        where = UeAddresses(
            coap=self.plan.coap(self._network, hub.name),
            server=self._endpoint(home.plan.name),
            function=home.function_endpoint,
            function_id=home.settings.function_id,
            function_peer=home.function_peer,
            key=home.shown_key(hub.name),
        )
        settings = GatewayUeSettings(client=client, allowed=allowed, private_ids=new, wait=hub.wait)
        return GatewayUe(site, where, settings, self.client_ledgers[hub.name])

    def _gateway(self, site: Site, home: Home, gateway: GatewayPlan) -> MessageGateway:
        new = gateway.name in home.plan.unprovisioned
        account = ("" if new else self.plan.svc_id(gateway.name), gateway.leg)
        door, root = home.door(gateway.name), home.settings.api_root
        element = MessageGateway(site, door, root, account, self.rest_ledgers[gateway.name])
        element.function_root = home.function_root
        return element

    def _application_server(self, site: Site, home: Home, name: str) -> ApplicationServer:
        new = name in home.plan.unprovisioned
        svc_id = "" if new else self.plan.svc_id(name)
        hosted = tuple(map(self.plan.svc_id, home.plan.hosted.get(name, ())))
        account = Account(svc_id=svc_id, private_id=name, function_root=home.function_root, hosted=hosted)
        root = "" if new else home.settings.api_root
        return ApplicationServer(site, home.door(name), root, account, self.rest_ledgers[name])


def _trigger(ue: UePlan, carrier: Plan) -> TriggeringInformation:
    msisdn = str(carrier.subscriber(ue.phone).msisdn)
    return TriggeringInformation(ue_id=msisdn, ports=(ue.port,), protocol=TriggeringProtocol.SMS)
