"""A SEAL server's REST: what VAL servers and SEAL clients call, and what it tells them (TS 29.549)."""

from collections.abc import Callable

from lab.msgin5g.errand import SILENCE, Errand, Errands, Outcome, Result
from lab.msgin5g.records import Refusal
from lab.msgin5g.rest_side import refusal
from lab.msgin5g.seal_groups import SealGroups
from msgin5g_bridge import DecodeError, decode
from msgin5g_bridge.model import Body
from msgin5g_bridge.names import FailureCause
from msgin5g_bridge.problem import Problem
from msgin5g_bridge.rest import RestStack
from msgin5g_bridge.rest_events import Called, Refused, RestEvent, Returned, Unanswered
from msgin5g_bridge.seal import (
    ProfileDoc,
    ProfileDocs,
    SealEventNotification,
    SealEventSubscription,
    ValGroupDocument,
    ValGroupDocumentPatch,
    ValGroupDocuments,
    ValTargetUe,
)
from msgin5g_bridge.seal_apis import (
    EVENTS_NOTIFY,
    EVENTS_UNSUBSCRIBE,
    GROUP_DELETE,
    GROUP_GET,
    GROUPS_FIND,
    PROFILES_GET,
    SS_EVENTS,
    SS_GROUPMANAGEMENT,
    SS_USERPROFILERETRIEVAL,
)

__all__ = ["SEAL_OPERATIONS", "Configurations", "SealSide"]

SEAL_OPERATIONS = (*SS_GROUPMANAGEMENT, *SS_EVENTS, *SS_USERPROFILERETRIEVAL)
"""What it serves."""

Configurations = Callable[[ValTargetUe], str | None]
"""The UE configuration document of a VAL user or UE that is provisioned."""


class SealSide:
    """Between a REST stack and the groups."""

    def __init__(
        self, stack: RestStack, groups: SealGroups, configurations: Configurations, api_root: str
    ) -> None:
        self._stack = stack
        self._groups = groups
        self._configurations = configurations
        self._api_root = api_root
        self._errands = Errands(groups.answered)

    def send(self, errand: Errand, now: float) -> None:
        """To who has subscribed."""
        assert isinstance(errand.body, SealEventNotification)
        exchange = self._stack.call(EVENTS_NOTIFY, errand.contact.address, errand.body, now)
        self._errands.put(exchange, errand)

    def on_event(self, event: RestEvent, now: float) -> None:
        match event:
            case Called():
                self._called(event, now)
            case Returned():
                self._errands.end(event.exchange, Result(Outcome.TAKEN), now)
            case Refused(status=404):
                self._errands.end(event.exchange, Result(Outcome.REFUSED), now)
            case Refused() | Unanswered():
                self._errands.end(event.exchange, SILENCE, now)
            case _:
                pass  # it has been answered

    # What is called.

    def _called(self, event: Called, now: float) -> None:
        match event.body:
            case ValGroupDocument() as document:
                self._document(event, document, now)
            case ValGroupDocumentPatch() as patch:
                self._answer(event, self._groups.patch(event.variables["groupDocId"], patch, now))
            case SealEventSubscription() as subscription:
                self._subscribed(event, subscription)
            case _:
                self._asked(event, now)

    def _document(self, event: Called, document: ValGroupDocument, now: float) -> None:
        if event.operation.method == "PUT":
            self._answer(event, self._groups.put(event.variables["groupDocId"], document, now))
            return
        made = self._groups.create(document, f"{self._api_root}{event.operation.path}", now)
        if isinstance(made, Refusal):
            self._answer(event, made)
        else:
            self._stack.respond(event.exchange, 201, made, (("location", made.res_uri or ""),))

    def _subscribed(self, event: Called, subscription: SealEventSubscription) -> None:
        id_ = self._groups.subscribe(subscription)
        if isinstance(id_, Refusal):
            self._answer(event, id_)
        else:
            location = f"{self._api_root}{event.operation.path}/{id_}"
            self._stack.respond(event.exchange, 201, subscription, (("location", location),))

    def _asked(self, event: Called, now: float) -> None:
        """What has no body."""
        query, variables = event.query, event.variables
        if event.operation is GROUPS_FIND:
            found = self._groups.find(query.get("val-group-id"), query.get("val-service-id"))
            self._answer(event, ValGroupDocuments(items=found))
        elif event.operation is GROUP_GET:
            members, configuration = (
                query.get(f"group-{what}") == "true" for what in ("members", "configuration")
            )
            answer = self._groups.get(variables["groupDocId"], members=members, configuration=configuration)
            self._answer(event, answer)
        elif event.operation is GROUP_DELETE:
            self._answer(event, self._groups.delete(variables["groupDocId"], now), 204)
        elif event.operation is EVENTS_UNSUBSCRIBE:
            self._answer(event, self._groups.unsubscribe(variables["subscriptionId"]), 204)
        elif event.operation is PROFILES_GET:
            self._answer(event, self._profiles(event))

    def _profiles(self, event: Called) -> ProfileDocs | Refusal:
        """[LAB] The target as JSON under its name, or its attributes as parameters of their own."""
        target = _target(event)
        if target is None or not target.whole:
            return Refusal(
                FailureCause.PAYLOAD_NOT_SUPPORTED, "val-tgt-ue: one of valUserId and valUeId is wanted"
            )
        configuration = self._configurations(target)
        if configuration is None:
            return Refusal(FailureCause.NOT_PROVISIONED, "nobody of this name is provisioned")
        return ProfileDocs(items=(ProfileDoc(profile_information=configuration, val_tgt_ue=target),))

    def _answer(self, event: Called, answer: Body | Refusal | None, status: int = 200) -> None:
        if isinstance(answer, Refusal):
            self._stack.refuse(event.exchange, _problem(answer))
        else:
            self._stack.respond(event.exchange, status, answer)


def _problem(refused: Refusal) -> Problem:
    """Whom nobody has provisioned is not found here, rather than forbidden."""
    if refused.cause == FailureCause.NOT_PROVISIONED:
        return Problem(status=404, cause=refused.cause, detail=refused.detail)
    return refusal(refused)


def _target(event: Called) -> ValTargetUe | None:
    given = event.query.get("val-tgt-ue")
    if given is None:
        return ValTargetUe(**{key: event.query[name] for key, name in _NAMES.items() if name in event.query})
    try:
        return decode(ValTargetUe, given.encode())
    except (DecodeError, UnicodeEncodeError):
        return None


_NAMES = {"val_user_id": "valUserId", "val_ue_id": "valUeId"}
