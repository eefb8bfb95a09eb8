"""An MSGin5G UE as an element: a client over CoAP, which is reached where it asks from (MSGin5G-1)."""

from dataclasses import dataclass
from urllib.parse import quote

from lab.elements.element import Element
from lab.elements.site import Site
from lab.exchange_spec import MAX_RETRANSMIT, ExchangeSpec, SharedKey
from lab.msgin5g.application import Application
from lab.msgin5g.applications import HERE, Applications
from lab.msgin5g.asked import Asked, Asks
from lab.msgin5g.client import Client, ClientLedger, ClientSettings
from lab.msgin5g.door import Door
from lab.msgin5g.outbox import Outgoing
from lab.msgin5g.reporting import Reporting
from msgin5g_bridge import DecodeError
from msgin5g_bridge.apis import PROVISION_UE
from msgin5g_bridge.coap import CoapEvent, CoapStack, Requested, Responded, Unanswered
from msgin5g_bridge.l3gdelivery import Address
from msgin5g_bridge.message import DeliveryReport, Message, MessageResponse, Payload
from msgin5g_bridge.model import ABSENT, ApplicationId, Body, ServerServiceId, decode, encode
from msgin5g_bridge.msgdelivery import StoreAndForwardParameters
from msgin5g_bridge.names import FailureCause
from msgin5g_bridge.operation import Operation
from msgin5g_bridge.provisioning import ProvisioningResponse, ServiceInformation, UeProvisioningRequest
from msgin5g_bridge.registration import Deregistration, Registration
from msgin5g_bridge.rest_events import Refused, RestEvent, Returned
from msgin5g_bridge.seal import ProfileDocs, ValTargetUe
from msgin5g_bridge.seal_apis import PROFILES_GET
from msgin5g_bridge.ts29571 import Uri
from msgin5g_bridge.ue_configuration import VAL_SERVICE_ID, UeConfiguration, read_configuration

__all__ = ["Msgin5gUe", "UeAddresses", "shared_keys"]


@dataclass(frozen=True, slots=True, kw_only=True)
class UeAddresses:
    """Where it is, where its server is, and the key that it shares with it."""

    coap: tuple[str, int]
    server: str = ""
    """Nothing: the provisioning says it."""
    function: str = ""
    """coap://host:port of the provisioning function; of a constrained UE, its Gateway UE."""
    function_root: str = ""
    """The same over HTTP."""
    function_id: str = ""
    function_peer: str = ""
    """What the node proves that has the function."""
    home: str = ""
    """Where the server is, which its key is for, even before it is told so."""
    key: bytes = b""
    seal_root: str = ""
    """apiRoot of a SEAL server."""
    max_retransmit: int = MAX_RETRANSMIT
    """Of a request over CoAP."""
    door: Door | None = None
    """Where it asks the function, or the SEAL server, from over HTTP."""


class Msgin5gUe(Element):
    """One life of it; the ledger outlives it."""

    def __init__(
        self, site: Site, where: UeAddresses, settings: ClientSettings, ledger: ClientLedger
    ) -> None:
        super().__init__(site)
        self.client = Client(settings, ledger)
        self.ledger = ledger
        self.registered = False
        self._joins = False
        """Whether it registers as soon as it is provisioned."""
        self.refuses: FailureCause | None = None
        """With what it refuses every message."""
        self.deaf = False
        """Whether it answers nothing; a trigger wakes it."""
        self.triggers = 0
        """How often it was triggered."""
        self._slept_through: list[int] = []
        """What came while it was deaf."""
        self._where = where
        self._stack = CoapStack()
        self._asked = Asks()
        self._asked_by_http: dict[int, Asked] = {}
        self._rest = where.door.stack(()) if where.door is not None else None
        self._local: dict[str, Application] = {}
        self.reporting = Reporting(self._say, retry=settings.report_retry, deadline=settings.report_deadline)
        report = self.reporting.put
        self.applications = Applications(self.client, self._stack, self._say, self._local, report=report)
        port = self.driver.open_exchanges(self._stack, self._on_event)
        self.driver.watch(self)
        self.driver.watch(self.reporting)
        identity = (settings.svc_id or settings.private_id) if where.key else ""
        spec = ExchangeSpec(
            protocol="coap",
            local=where.coap,
            identity=identity,
            keys=shared_keys(where, settings),
            max_retransmit=where.max_retransmit,
        )
        site.network.exchanges(site.node, spec, port)
        if where.door is not None and self._rest is not None:
            where.door.open(site, self.driver, self._rest, self._on_rest)

    # What its application can do.

    def provision(self) -> Asked:
        """Get a Service ID, by an MSGin5G message."""
        message = self.client.provisioning(self._where.function_id)
        return self.ask(message, self._where.function)

    def provision_by_http(self) -> Asked:
        """The same over HTTP."""
        body = UeProvisioningRequest(ue_priv_id=self.client.settings.private_id)
        return self._call(PROVISION_UE, self._where.function_root, body)

    def configure(self) -> Asked:
        """Get its configuration from a SEAL server, by its MSGin5G UE ID (TS 23.554 clause 8.1.2)."""
        target = ValTargetUe(val_ue_id=self.client.settings.private_id)
        query = f"val-service-id={VAL_SERVICE_ID}&val-tgt-ue={quote(encode(target))}"
        return self._call(PROFILES_GET, f"{self._where.seal_root}?{query}", None)

    def _call(self, operation: Operation, root: str, body: Body | None) -> Asked:
        rest, asked = self._rest, Asked(body)

        def call(now: float) -> None:
            assert rest is not None, "it has no HTTP"
            self._asked_by_http[rest.call(operation, root, body, now)] = asked

        self.driver.turn(call)
        return asked

    def register(self) -> Asked:
        return self.ask(self.client.registration())

    def join(self) -> Asked:
        """As if it had just been switched on: who has no Service ID yet gets one first."""
        if self.client.settings.svc_id:
            return self.register()
        self._joins = True
        return self.provision()

    def triggered(self, payload: bytes) -> None:
        """A trigger has come to its application port: it wakes, and registers, if it is for it."""
        if payload in (b"", self.client.settings.svc_id.encode()):
            self.triggers += 1
            self.deaf = False
            self.register()
            self.driver.turn(self._wake)

    def read(self) -> None:
        """What it was given while its `reporting` was held it reports now."""
        self.driver.turn(self.reporting.release)

    def deregister(self) -> Asked:
        return self.ask(self.client.deregistration())

    def send(
        self,
        to: Address,
        text: str,
        *,
        report: bool = False,
        keep: bool = False,
        params: StoreAndForwardParameters | None = None,
    ) -> list[Asked]:
        """A message, one request for each segment."""
        segments = self.client.message(to, text, report=report, keep=keep, params=params)
        asked = [self.ask(segment) for segment in segments]
        now = self.driver.clock.now()
        self.ledger.outbox.append(Outgoing(now, segments[0].msg_id, to, text, asked, report))
        return asked

    def ask_for(self, to: Address, text: str, app_id: ApplicationId, *, report: bool = True) -> list[Asked]:
        """A message to one of the applications of another UE."""
        segments = self.client.message(to, text, report=report, app_id=app_id)
        return [self.ask(segment) for segment in segments]

    def attach(self, application: Application) -> None:
        """An Application Client on this UE registers."""
        self._local[application.app_id] = application
        self.applications.register(application.app_id, HERE)

    def detach(self, application: Application) -> None:
        """It leaves."""
        self._local.pop(application.app_id, None)
        self.ledger.applications.pop(application.app_id, None)

    def send_for(
        self, application: Application, to: Address, text: str, *, report: bool = False, keep: bool = False
    ) -> list[Asked]:
        """A message of an Application Client on this UE; one that has not registered sends nothing."""
        if self.ledger.applications.get(application.app_id) != HERE:
            return [Asked(None, code=403, diagnostic=f"{FailureCause.NOT_REGISTERED}: {application.app_id}")]
        message = application.message(to, text, report=report, keep=keep)
        return [self.ask(each) for each in self.applications.outgoing(message)]

    def ask(self, payload: Payload, to: str = "") -> Asked:
        """Anything that a client can say, to its server or another endpoint."""
        asked = Asked(payload)

        def say(now: float) -> None:
            self._asked.put(self._stack.ask(to or self._server, payload, now), asked)

        self.driver.turn(say)
        return asked

    @property
    def function(self) -> str:
        """coap://host:port of the provisioning function."""
        return self._where.function

    @property
    def address(self) -> Address:
        return self.client.address

    @property
    def open_work(self) -> int:
        """What waits for an answer."""
        return len(self._stack) + (len(self._rest) if self._rest is not None else 0)

    @property
    def _server(self) -> str:
        """As it was told, or as the provisioning says."""
        config = self.ledger.config
        told = config.svc_info.server_addr if config is not None and config.svc_info else ABSENT
        return self._where.server or told or ""

    # A `Timed` of its Driver.

    def expire(self, now: float) -> None:
        for payload in self.client.expire(now):
            self._say(payload, now)

    def deadline(self) -> float | None:
        return self.client.deadline()

    # What comes.

    def _on_event(self, event: CoapEvent, now: float) -> None:
        match event:
            case Requested():
                self._requested(event, now)
            case Responded():
                self.reporting.ended(event, now)
                if not self.applications.ended(event, now):
                    self._responded(event)
            case Unanswered() if self.applications.ended(event, now):
                pass
            case Unanswered():
                self.reporting.ended(event, now)
                self._asked.unanswered(event)
            case _:
                pass  # it has been answered

    def _requested(self, event: Requested, now: float) -> None:
        if self.deaf:
            self._slept_through.append(event.exchange)
            return
        if self.refuses is not None:
            self._stack.refuse(event.exchange, self.refuses, "it was told to")
            return
        if self.applications.requested(event, now):
            return
        answer, more = self.client.take(event.payload, now)
        if isinstance(answer, FailureCause):
            self._stack.refuse(event.exchange, answer, "not for this client")
        else:
            self._stack.respond(event.exchange, 204, answer)
        for payload in more:
            if isinstance(payload, DeliveryReport):
                self.reporting.put(payload, now)
            else:
                self._say(payload, now)
        for_applications, self.client.for_applications = self.client.for_applications, []
        for handed, app_id in for_applications:
            self.applications.deliver(handed, app_id, now)

    def _wake(self, now: float) -> None:
        slept_through, self._slept_through = self._slept_through, []
        for exchange in slept_through:
            self._stack.refuse(exchange, FailureCause.OVERLOAD, "it slept")

    def _say(self, payload: Payload, now: float) -> int:
        exchange = self._stack.ask(self._server, payload, now)
        self._asked.put(exchange, Asked(payload))
        return exchange

    def _responded(self, event: Responded) -> None:
        if not self._asked.responded(event):
            return
        if event.success and isinstance(event.payload, Registration | Deregistration):
            self.registered = isinstance(event.payload, Registration)
        if event.success and isinstance(event.body, MessageResponse):
            self._adopt(event)

    def _adopt(self, event: Responded) -> None:
        """What the function has answered; another says nothing in a payload."""
        message, response = event.payload, event.body
        assert isinstance(response, MessageResponse)
        asked_function = isinstance(message, Message) and message.dest_addr.addr == self._where.function_id
        if asked_function and self._where.function_id and response.payload:
            self.client.adopt(decode(ProvisioningResponse, response.payload.encode()))
            if self._joins:
                self._joins = False
                self.register()

    def _on_rest(self, event: RestEvent, now: float) -> None:
        """The function has answered over HTTP, or has not."""
        asked = self._asked_by_http.pop(getattr(event, "exchange", 0), None)
        if asked is None:
            return
        match event:
            case Returned(body=ProvisioningResponse() as config):
                asked.code, asked.body = event.status, config
                self.client.adopt(config)
            case Returned(body=ProfileDocs(items=(document, *_))):
                self._configured(asked, document.profile_information)
            case Refused():
                asked.code, asked.diagnostic = event.status, event.problem.cause or event.problem.detail or ""
            case _:
                asked.silent = True

    def _configured(self, asked: Asked, document: str) -> None:
        try:
            configuration = read_configuration(document)
        except DecodeError as fault:
            asked.code, asked.diagnostic = 500, str(fault)
            return
        asked.code = 200
        self.client.adopt(_provisioned(configuration, self.client.settings.server))


def _provisioned(configuration: UeConfiguration, server: ServerServiceId) -> ProvisioningResponse:
    """[LAB] Which Service ID the server has the document does not say."""
    info = ServiceInformation(
        seg_size=configuration.seg_size or ABSENT, server_addr=Uri(configuration.server)
    )
    return ProvisioningResponse(svc_id=configuration.svc_id, server_svc_ids=(server,), svc_info=info)


def shared_keys(where: UeAddresses, settings: ClientSettings) -> tuple[SharedKey, ...]:
    """[LAB] One key, with the server and with the function: that of the Private ID, or of the Service ID."""
    if not where.key:
        return ()
    origins: dict[str, list[str]] = {settings.server: [where.server or where.home]}
    if where.function:
        origins.setdefault(where.function_peer, []).append(where.function)
    return tuple(
        SharedKey(identity=identity, secret=where.key, origins=tuple(dict.fromkeys(each)))
        for identity, each in origins.items()
    )
