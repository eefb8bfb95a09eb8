"""The server's REST: what AS, gateways and other servers call, and its errands to them (TS 29.538)."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from urllib.parse import quote

from lab.msgin5g.contact import GATEWAYS, Leg, Peer
from lab.msgin5g.errand import SILENCE, Errand, Errands, Outcome, Result
from lab.msgin5g.records import Refusal
from lab.msgin5g.server import Msgin5gServer
from lab.msgin5g.topic_records import Listener
from lab.msgin5g.topics import SUBSCRIBED
from msgin5g_bridge import apis, seal_apis
from msgin5g_bridge.asregistration import ASRegistration, BulkASDeregistration, BulkASRegistration
from msgin5g_bridge.bgdelivery import BgMessageDelivery
from msgin5g_bridge.l3gdelivery import Address, AddressType, L3gMessageDelivery
from msgin5g_bridge.message import (
    DeliveryReport,
    Message,
    TopicSubscribe,
    TopicUnsubscribe,
)
from msgin5g_bridge.model import Body
from msgin5g_bridge.msgdelivery import (
    ASMessageDelivery,
    DeliveryStatus,
    DeliveryStatusReport,
    MessageDeliveryAck,
    UEMessageDelivery,
)
from msgin5g_bridge.n3gdelivery import N3gMessageDelivery
from msgin5g_bridge.names import STATUSES, FailureCause
from msgin5g_bridge.operation import Operation
from msgin5g_bridge.problem import Problem
from msgin5g_bridge.provisioning import ProvisioningRequest
from msgin5g_bridge.rest import RestStack
from msgin5g_bridge.rest_events import Called, Caller, Refused, RestEvent, Returned, Unanswered
from msgin5g_bridge.seal import SealEventNotification, SealEventSubscription
from msgin5g_bridge.topiclistevent import (
    TopicListNotification,
    TopicListSubscription,
    TopicListSubscriptionAck,
    TopicListUnsubscription,
    TopicSubscription,
    TopicUnsubscription,
)
from msgin5g_bridge.translation import translate
from msgin5g_bridge.ueregistration import BulkUeDeregistration, BulkUeRegistration, UeRegistration

__all__ = ["OPERATIONS", "RestSide", "peer_of", "refusal"]

OPERATIONS = (
    *apis.MSGS_ASREGISTRATION,
    *apis.MSGS_MSGDELIVERY,
    *apis.MSGS_UEREGISTRATION,
    *apis.MSGS_PROVISIONING,
    *apis.MSGS_TOPICLISTEVENT,
    apis.TOPICLIST_NOTIFY,
    seal_apis.EVENTS_NOTIFY,
)
"""What the server serves."""

_LATER = (408, 429)
_To = tuple[Operation, type[Body]]
_MESSAGES: Mapping[Leg, _To] = {
    Leg.L3G: (apis.L3G_DELIVER_MESSAGE, L3gMessageDelivery),
    Leg.N3G: (apis.N3G_DELIVER_MESSAGE, N3gMessageDelivery),
    Leg.BMG: (apis.BG_DELIVER_MESSAGE, BgMessageDelivery),
    Leg.AS: (apis.AS_DELIVER_MESSAGE, ASMessageDelivery),
}
_REPORTS: Mapping[Leg, Operation] = {
    Leg.L3G: apis.L3G_DELIVER_REPORT,
    Leg.N3G: apis.N3G_DELIVER_REPORT,
    Leg.AS: apis.AS_DELIVER_REPORT,
    Leg.SERVER: apis.DELIVER_REPORT,
}


_CONTROL: Mapping[type[Body], Operation] = {
    TopicListSubscription: apis.TOPICLIST_SUBSCRIBE,
    TopicListUnsubscription: apis.TOPICLIST_UNSUBSCRIBE,
    TopicListNotification: apis.TOPICLIST_NOTIFY,
    TopicSubscription: apis.TOPIC_SUBSCRIBE,
    TopicUnsubscription: apis.TOPIC_UNSUBSCRIBE,
    SealEventSubscription: seal_apis.EVENTS_SUBSCRIBE,
}


class RestSide:
    """Between a REST stack and the server; `ended` is told of errands."""

    def __init__(
        self,
        stack: RestStack,
        server: Msgin5gServer,
        ended: Callable[[int, Result, float], None],
        api_root: str,
    ) -> None:
        self._stack = stack
        self._server = server
        self._api_root = api_root
        self._errands = Errands(ended)

    def send(self, errand: Errand, now: float) -> None:
        """To an AS, a gateway or another server."""
        operation, body = _asked(errand)
        to, variables = _address(errand), errand.variables
        self._errands.put(self._stack.call(operation, to, body, now, variables=variables), errand)

    def on_event(self, event: RestEvent, now: float) -> None:
        match event:
            case Called():
                self._called(event, now)
            case Returned():
                self._errands.end(event.exchange, _taken(event), now)
            case Refused():
                self._errands.end(event.exchange, _refused(event), now)
            case Unanswered():
                self._errands.end(event.exchange, SILENCE, now)
            case _:
                pass  # it has been answered

    # What is called.

    def _called(self, event: Called, now: float) -> None:
        body = event.body
        match body:
            case ASRegistration():
                self._registered(
                    event, self._server.register_as(body, peer_of(event, Leg.AS), now), body.as_svc_id
                )
            case UeRegistration():
                answer = self._server.register_phone(body, peer_of(event, Leg.L3G), now)
                self._registered(event, answer, body.ue_svc_id)
            case BulkUeRegistration() | BulkUeDeregistration():
                self._answer(event, self._server.bulk_phones(body, peer_of(event, Leg.L3G), now))
            case BulkASRegistration() | BulkASDeregistration():
                self._answer(event, self._server.bulk_as(body, peer_of(event, Leg.AS), now))
            case _ if event.operation in apis.MSGS_PROVISIONING:
                assert isinstance(body, ProvisioningRequest)
                self._answer(event, self._server.provision(body, peer_of(event, Leg.AS)))
            case None:
                self._delete(event, now)
            case _:
                self._taken_in(event, body, now)

    def _delete(self, event: Called, now: float) -> None:
        """A resource that is not there is 404, whatever the cause is elsewhere (RFC 9110 §15.5.5)."""
        peer = peer_of(event, Leg.L3G)
        gone = self._server.delete(event.variables["registrationId"], peer, now)
        if isinstance(gone, Refusal) and gone.cause is FailureCause.NOT_REGISTERED:
            self._stack.refuse(event.exchange, Problem(status=404, cause=gone.cause, detail=gone.detail))
        else:
            self._answer(event, gone if isinstance(gone, Refusal) else None, 204)

    def _taken_in(self, event: Called, body: Body, now: float) -> None:
        """What goes to the server as a payload does."""
        match body:
            case ASMessageDelivery() | UEMessageDelivery():
                self._take(event, translate(body, Message), now)
            case DeliveryStatusReport():
                self._take(event, translate(body, DeliveryReport), now)
            case TopicSubscription():
                self._take(event, translate(body, TopicSubscribe), now)
            case TopicUnsubscription():
                self._take(event, translate(body, TopicUnsubscribe), now)
            case _:
                self._of_topics(event, body, now)

    def _of_topics(self, event: Called, body: Body, now: float) -> None:
        """What another server says of lists of topics."""
        topics, peer = self._server.topics, peer_of(event, Leg.SERVER)
        match body:
            case TopicListSubscription():
                self._listening(event, topics.listen(body, peer, now))
            case TopicListUnsubscription():
                id_ = event.variables["subscriptionId"]
                self._answer(event, topics.stop_listening(id_, body, peer), 204)
            case TopicListNotification():
                self._answer(event, topics.told(body, peer, now), 204)
            case SealEventNotification():
                self._answer(event, self._server.groups.told(body, peer), 204)

    def _listening(self, event: Called, listener: Listener | Refusal) -> None:
        if isinstance(listener, Refusal):
            self._answer(event, listener)
            return
        until = datetime.fromtimestamp(listener.until, UTC)
        ack = TopicListSubscriptionAck(sub_stat=SUBSCRIBED, expr_time=until)
        location = f"{self._api_root}{event.operation.path}/{listener.id}"
        self._stack.respond(event.exchange, 201, ack, (("location", location),))

    def _take(
        self, event: Called, payload: Message | DeliveryReport | TopicSubscribe | TopicUnsubscribe, now: float
    ) -> None:
        peer = peer_of(event, self._leg(event.caller, payload.ori_addr))
        answer = self._server.take(payload, peer, now)
        kind = event.operation.answers[next(iter(event.operation.answers))]
        if answer is None or isinstance(answer, Refusal) or kind is None:
            self._answer(event, answer, 204)
        else:
            self._answer(event, translate(answer, kind))

    def _leg(self, caller: Caller, sender: Address) -> Leg:
        """[LAB] The same paths serve AS, gateways and servers: who calls, and for whom, tells them apart."""
        if self._server.settings.calling(_host(caller), _identity(caller)) is not None:
            return Leg.SERVER
        if sender.addr_type == AddressType.AS:
            return Leg.AS
        registered = self._server.data.registered.get(sender)
        return registered.contact.leg if registered and registered.contact.leg in GATEWAYS else Leg.L3G

    def _registered(self, event: Called, answer: Body | Refusal, svc_id: str) -> None:
        if isinstance(answer, Refusal):
            self._answer(event, answer)
            return
        found = next(each for each in self._server.data.registered.values() if each.address.addr == svc_id)
        location = f"{self._api_root}{event.operation.path}/{found.id}"
        self._stack.respond(event.exchange, 201, answer, (("location", location),))

    def _answer(self, event: Called, answer: Body | Refusal | None, status: int = 200) -> None:
        if isinstance(answer, Refusal):
            self._stack.refuse(event.exchange, refusal(answer))
        else:
            self._stack.respond(event.exchange, status, answer)


def _host(caller: Caller) -> str:
    return caller.peer.address.rpartition(":")[0]


def _identity(caller: Caller) -> str:
    """Whom an access token was issued to, else whom a certificate names (TS 33.501 Y.5)."""
    return caller.subject or caller.peer.identity


def peer_of(event: Called, leg: Leg) -> Peer:
    """Who calls."""
    caller = event.caller
    return Peer(leg, _host(caller), _identity(caller), caller.peer.secure)


def refusal(refused: Refusal) -> Problem:
    """What the server does not do, over HTTP."""
    status = STATUSES.get(refused.cause, 400)
    return Problem(status=status, cause=refused.cause, detail=refused.detail)


def _address(errand: Errand) -> str:
    """The apiRoot; who is in a group is asked by a query."""
    to, body = errand.contact.address, errand.body
    if errand.contact.leg is Leg.SEAL and isinstance(body, Message):
        return f"{to}?val-group-id={quote(body.dest_addr.addr, safe='')}"
    return to


def _asked(errand: Errand) -> tuple[Operation, Body | None]:
    leg, body = errand.contact.leg, errand.body
    if type(body) in _CONTROL:
        return _CONTROL[type(body)], body
    if leg is Leg.SEAL:
        return seal_apis.GROUPS_FIND, None
    if isinstance(body, DeliveryReport):
        return _REPORTS[leg], translate(body, DeliveryStatusReport)
    if leg is Leg.SERVER:
        assert isinstance(body, Message)
        if body.ori_addr.addr_type == AddressType.AS:
            return apis.DELIVER_AS_MESSAGE, translate(body, ASMessageDelivery)
        return apis.DELIVER_UE_MESSAGE, translate(body, UEMessageDelivery)
    operation, kind = _MESSAGES[leg]
    return operation, translate(body, kind)


def _taken(event: Returned) -> Result:
    """Another server says in its acknowledgement what has failed at once; stored is taken."""
    body = event.body
    if isinstance(body, MessageDeliveryAck) and body.status == DeliveryStatus.DELY_FAILED:
        return Result(Outcome.REFUSED, body.failure_cause or "")
    return Result(Outcome.TAKEN, location=event.location, body=body)


def _refused(event: Refused) -> Result:
    """[LAB] What will be no better later is refused for good."""
    cause = event.problem.cause or str(event.status)
    later = event.status >= 500 or event.status in _LATER
    return Result(Outcome.NOT_NOW if later else Outcome.REFUSED, cause)
