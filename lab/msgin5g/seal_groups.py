"""The SEAL group management server without its wire: documents, and who is told of changes (TS 29.549)."""

from dataclasses import dataclass, field

from msgspec.structs import asdict, replace

from lab.elements.agenda import Agenda
from lab.msgin5g.contact import Contact, Leg
from lab.msgin5g.errand import Errand, Outcome, Result
from lab.msgin5g.records import Refusal
from lab.msgin5g.settings import ServerSettings
from lab.msgin5g.talk import Talk
from lab.msgin5g.uris import refused_uri
from msgin5g_bridge import ABSENT
from msgin5g_bridge.names import FailureCause
from msgin5g_bridge.seal import (
    SealEvent,
    SealEventDetail,
    SealEventNotification,
    SealEventSubscription,
    ValGroupDocument,
    ValGroupDocumentPatch,
)

__all__ = ["SealData", "SealGroups"]


@dataclass(slots=True)
class SealData:
    """What outlives the server."""

    documents: dict[str, ValGroupDocument] = field(default_factory=dict)
    """By groupDocId."""
    subscriptions: dict[str, SealEventSubscription] = field(default_factory=dict)
    pending: dict[str, list[SealEventDetail]] = field(default_factory=dict)
    """Of each subscription: what is still to be told, in its order."""
    count: int = 0

    def number(self) -> int:
        self.count += 1
        return self.count

    def of_group(self, group: str) -> ValGroupDocument | None:
        return next((each for each in self.documents.values() if each.val_group_id == group), None)


class SealGroups:
    """[LAB] A group ID is there once; each change is told in its order, until it is taken."""

    def __init__(self, data: SealData, settings: ServerSettings, agenda: Agenda) -> None:
        self._data = data
        self.talk = Talk(settings, agenda, data.number, self._look)

    # Documents.

    def create(self, document: ValGroupDocument, root: str, now: float) -> ValGroupDocument | Refusal:
        """`root` is where the collection is: its `resUri` is ours to say."""
        if self._data.of_group(document.val_group_id) is not None:
            return Refusal(FailureCause.GROUP_EXISTS, f"group {document.val_group_id} is there already")
        refused = _unlike_members(document)
        if refused is not None:
            return refused
        id_ = str(self._data.number())
        made = replace(document, res_uri=f"{root}/{id_}")
        self._data.documents[id_] = made
        self._tell(SealEventDetail(event_id=SealEvent.GM_GROUP_CREATE, val_group_documents=(made,)), now)
        return made

    def find(self, group: str | None, service: str | None) -> tuple[ValGroupDocument, ...]:
        """Those of this ID and this VAL service, where one is named."""
        return tuple(
            each
            for each in self._data.documents.values()
            if group in (None, each.val_group_id)
            and (service is None or service in (each.val_service_ids or ()))
        )

    def get(self, id_: str, *, members: bool, configuration: bool) -> ValGroupDocument | Refusal:
        """All of it, or what is asked for."""
        found = self._data.documents.get(id_)
        if found is None:
            return _unknown(id_)
        if not members and not configuration:
            return found
        return ValGroupDocument(
            val_group_id=found.val_group_id,
            members=found.members if members else ABSENT,
            val_grp_conf=found.val_grp_conf if configuration else ABSENT,
        )

    def put(self, id_: str, document: ValGroupDocument, now: float) -> ValGroupDocument | Refusal:
        """Another document; the group stays the same one."""
        found = self._data.documents.get(id_)
        if found is None:
            return _unknown(id_)
        if document.val_group_id != found.val_group_id:
            return Refusal(FailureCause.PAYLOAD_NOT_SUPPORTED, f"/valGroupId is {found.val_group_id}")
        refused = _unlike_members(document)
        return refused or self._changed(id_, replace(document, res_uri=found.res_uri), now)

    def patch(self, id_: str, patch: ValGroupDocumentPatch, now: float) -> ValGroupDocument | Refusal:
        """Null takes an attribute away, what is not named stays (RFC 7396)."""
        found = self._data.documents.get(id_)
        if found is None:
            return _unknown(id_)
        named = {key: value for key, value in asdict(patch).items() if value is not ABSENT}
        changes = {key: ABSENT if value is None else value for key, value in named.items()}
        changed = replace(found, **changes)
        return _unlike_members(changed) or self._changed(id_, changed, now)

    def delete(self, id_: str, now: float) -> Refusal | None:
        gone = self._data.documents.pop(id_, None)
        if gone is None:
            return _unknown(id_)
        detail = SealEventDetail(event_id=SealEvent.GM_GROUP_DELETION, val_group_ids=(gone.val_group_id,))
        self._tell(detail, now)
        return None

    # Events.

    def subscribe(self, request: SealEventSubscription) -> str | Refusal:
        """The id of the subscription; [LAB] the same subscriber at the same URI has the same one again."""
        refused = refused_uri("notificationDestination", request.notification_destination)
        if refused is not None:
            return refused
        who = (request.subscriber_id, request.notification_destination)
        known = self._data.subscriptions.items()
        same = (id_ for id_, one in known if (one.subscriber_id, one.notification_destination) == who)
        id_ = next(same, None) or str(self._data.number())
        self._data.subscriptions[id_] = request
        return id_

    def unsubscribe(self, id_: str) -> Refusal | None:
        self._data.pending.pop(id_, None)
        if self._data.subscriptions.pop(id_, None) is None:
            return Refusal(FailureCause.SUBSCRIPTION_UNKNOWN, f"there is no subscription {id_}")
        return None

    def resume(self, now: float) -> None:
        """After a restart: what is still to be told."""
        self._look(now)

    def answered(self, errand: int, result: Result, now: float) -> None:
        self.talk.answered(errand, result, now)

    def take_errands(self) -> list[Errand]:
        return self.talk.take_errands()

    def _changed(self, id_: str, document: ValGroupDocument, now: float) -> ValGroupDocument:
        self._data.documents[id_] = document
        event = SealEvent.GM_GROUP_INFO_CHANGE
        self._tell(SealEventDetail(event_id=event, val_group_documents=(document,)), now)
        return document

    def _tell(self, detail: SealEventDetail, now: float) -> None:
        for id_, subscription in self._data.subscriptions.items():
            if _wants(subscription, detail):
                self._data.pending.setdefault(id_, []).append(detail)
        self._look(now)

    def _look(self, now: float) -> None:
        for id_, details in self._data.pending.items():
            if details and self.talk.free(f"tell {id_}"):
                self._say(id_, tuple(details), now)

    def _say(self, id_: str, details: tuple[SealEventDetail, ...], now: float) -> None:
        def done(result: Result, when: float) -> None:
            if result.outcome is Outcome.REFUSED:
                self.unsubscribe(id_)
            elif result.outcome is Outcome.TAKEN and id_ in self._data.pending:
                del self._data.pending[id_][: len(details)]

        body = SealEventNotification(subscription_id=id_, event_details=details)
        to = self._data.subscriptions[id_].notification_destination
        self.talk.say(f"tell {id_}", Contact(Leg.SEAL, to), body, done, now)


def _wants(subscription: SealEventSubscription, detail: SealEventDetail) -> bool:
    groups = {
        *(detail.val_group_ids or ()),
        *(each.val_group_id for each in detail.val_group_documents or ()),
    }
    for each in subscription.event_subs:
        named = {group for one in each.val_groups or () for group in one.val_grp_ids}
        if each.event_id == detail.event_id and (not each.val_groups or groups & named):
            return True
    return False


def _unlike_members(document: ValGroupDocument) -> Refusal | None:
    for number, member in enumerate(document.members or ()):
        if not member.whole:
            detail = f"/members/{number}: one of valUserId and valUeId is wanted"
            return Refusal(FailureCause.PAYLOAD_NOT_SUPPORTED, detail)
    return None


def _unknown(id_: str) -> Refusal:
    return Refusal(FailureCause.GROUP_UNKNOWN, f"there is no group document {id_}")
