"""Groups that a SEAL group management server has: who is in them, and for how long that is believed.

[LAB] The MSGin5G Server asks by the Group Service ID when a message for it comes (SS_GroupManagement), keeps
the answer for `group_lifetime`, and lets itself be told of changes (SS_Events), which end it at once.
"""

from collections.abc import Iterable

from lab.elements.agenda import Agenda
from lab.msgin5g.contact import Contact, Leg, Peer, host_of
from lab.msgin5g.errand import Outcome, Result
from lab.msgin5g.records import Group, Refusal, ServerData, address
from lab.msgin5g.settings import ServerSettings
from lab.msgin5g.talk import Talk
from lab.msgin5g.transfer import Transfer
from msgin5g_bridge.l3gdelivery import Address, AddressType
from msgin5g_bridge.names import FailureCause
from msgin5g_bridge.seal import (
    EventSubscription,
    SealEvent,
    SealEventNotification,
    SealEventSubscription,
    ValGroupDocuments,
    ValTargetUe,
)
from msgin5g_bridge.ts29571 import Uri

__all__ = ["Groups"]

_MATTER = "SEAL events"


class Groups:
    """Nothing of it is used where there is no group server."""

    def __init__(self, data: ServerData, settings: ServerSettings, agenda: Agenda, notify_at: str) -> None:
        self._data = data
        self._settings = settings
        self._notify_at = Uri(notify_at)
        self.talk = Talk(settings, agenda, data.number, self._look)
        """What it has to say to others, and what becomes of it."""

    def resume(self, now: float) -> None:
        """After a restart nobody knows what has changed meanwhile: it is asked anew."""
        self._data.asked_groups.clear()
        self._look(now)

    def result(self, transfer: Transfer, result: Result, now: float) -> Result:
        """What the answer of the group server means for a message to a group."""
        if transfer.contact is None or transfer.contact.leg is not Leg.SEAL:
            return result
        if result.outcome is not Outcome.TAKEN:
            return Result(result.outcome, FailureCause.GROUP_NOT_RESOLVED)
        group = self._read(result)
        if group is None:
            return Result(Outcome.REFUSED, FailureCause.RECIPIENT_UNKNOWN)
        self._data.asked_groups[transfer.recipient.addr] = group, now + self._settings.group_lifetime
        if not group.may_write(transfer.sender, self._data):
            return Result(Outcome.REFUSED, FailureCause.NOT_AUTHORIZED)
        if not set(group.members) - {transfer.sender}:
            return Result(Outcome.REFUSED, FailureCause.RECIPIENT_UNKNOWN)
        return result

    def told(self, notification: SealEventNotification, peer: Peer) -> Refusal | None:
        """By the group server: what has changed is asked anew."""
        if peer.address != host_of(self._settings.group_server):
            return Refusal(FailureCause.NOT_AUTHORIZED, f"{peer.address} is no group server known here")
        for detail in notification.event_details:
            changed = (each.val_group_id for each in detail.val_group_documents or ())
            for group in (*changed, *(detail.val_group_ids or ())):
                self._data.asked_groups.pop(group, None)
        return None

    def _read(self, result: Result) -> Group | None:
        found = result.body.items if isinstance(result.body, ValGroupDocuments) else ()
        return Group(tuple(self._members(found[0].members or ()))) if found else None

    def _members(self, members: Iterable[ValTargetUe]) -> Iterable[Address]:
        """A VAL user is a UE Service ID, or an AS that we know; a VAL UE has one (TS 23.554 clause 8.1)."""
        for member in members:
            ue = (AddressType.UE, member.val_ue_id or "")
            svc_id = member.val_user_id or self._data.private_ids.get(ue, ue[1])
            known = self._data.subscriptions.get(svc_id)
            yield known.address if known is not None else address(AddressType.UE, svc_id)

    def _look(self, now: float) -> None:
        if not self._settings.group_server or self._data.seal_events or not self.talk.free(_MATTER):
            return

        def done(result: Result, when: float) -> None:
            if result.outcome is Outcome.TAKEN:
                self._data.seal_events = result.location
                self._data.asked_groups.clear()  # what has changed until now nobody has told

        events = (SealEvent.GM_GROUP_INFO_CHANGE, SealEvent.GM_GROUP_CREATE, SealEvent.GM_GROUP_DELETION)
        body = SealEventSubscription(
            subscriber_id=self._settings.svc_id,
            event_subs=tuple(EventSubscription(event_id=event) for event in events),
            event_req={},
            notification_destination=self._notify_at,
        )
        self.talk.say(_MATTER, Contact(Leg.SEAL, self._settings.group_server), body, done, now)
