"""Other servers are told which Messaging Topics are here (MSGS_TopiclistEvent, TS 29.538 clause 5)."""

from math import inf

from lab.msgin5g.contact import Contact, Leg, Peer
from lab.msgin5g.errand import Outcome, Result
from lab.msgin5g.records import Refusal, ServerData
from lab.msgin5g.settings import ServerSettings
from lab.msgin5g.talk import Talk
from lab.msgin5g.topic_records import Listener
from lab.msgin5g.uris import refused_uri
from msgin5g_bridge.model import Topic
from msgin5g_bridge.names import FailureCause
from msgin5g_bridge.topiclistevent import (
    MessagingTopic,
    TopicListNotification,
    TopicListSubscription,
    TopicListUnsubscription,
    UpdateStatus,
)

__all__ = ["Telling"]


class Telling:
    """What is to be said follows from what is so, and what the other one was told ([LAB])."""

    def __init__(self, data: ServerData, settings: ServerSettings, talk: Talk) -> None:
        self._data = data
        self._topics = data.topics
        self._settings = settings
        self._talk = talk

    def listen(self, request: TopicListSubscription, peer: Peer, now: float) -> Listener | Refusal:
        """Another server; the same one at the same URI has its subscription again, and is told all again."""
        refused = self._no_server(peer) or refused_uri("notificationURI", request.notification_uri)
        if refused is not None:
            return refused
        until = request.expr_time.timestamp() if request.expr_time else inf
        if until <= now:
            return Refusal(FailureCause.EXPIRED, "the expiration is past")
        present = self._listener(request)
        listener = Listener(
            id=present.id if present else str(self._data.number()),
            server=request.ori_addr,
            uri=request.notification_uri,
            until=min(until, now + self._settings.topic_lifetime),
            told=present.told - self._topics.here(now) if present else set(),
        )
        self._topics.listeners[listener.id] = listener
        return listener

    def stop(self, id_: str, request: TopicListUnsubscription, peer: Peer) -> Refusal | None:
        """By whoever has subscribed."""
        listener = self._topics.listeners.get(id_)
        if listener is None:
            return Refusal(FailureCause.SUBSCRIPTION_UNKNOWN, f"there is no subscription {id_}")
        if self._no_server(peer) or listener.server != request.ori_addr:
            return Refusal(FailureCause.NOT_AUTHORIZED, f"subscription {id_} is another's")
        del self._topics.listeners[id_]
        return None

    def look(self, now: float) -> None:
        """Tell what is to be told."""
        for id_, listener in list(self._topics.listeners.items()):
            if listener.until <= now:
                del self._topics.listeners[id_]
            elif self._talk.free(f"tell {id_}"):
                self._tell(listener, now)

    def _tell(self, listener: Listener, now: float) -> None:
        here = self._topics.here(now)
        changes = (*_changes(here - listener.told, listener.told - here),)
        if not changes:
            return

        def done(result: Result, when: float) -> None:
            if result.outcome is Outcome.TAKEN:
                listener.told = here
            elif result.cause == FailureCause.SUBSCRIPTION_UNKNOWN:
                self._topics.listeners.pop(listener.id, None)

        body = TopicListNotification(msg_topics=changes)
        self._talk.say(f"tell {listener.id}", Contact(Leg.SERVER, listener.uri), body, done, now)

    def _no_server(self, peer: Peer) -> Refusal | None:
        if self._settings.calling(peer.address, peer.identity) is not None:
            return None
        return Refusal(
            FailureCause.NOT_AUTHORIZED, f"{peer.identity or peer.address} is no server known here"
        )

    def _listener(self, request: TopicListSubscription) -> Listener | None:
        who = (request.ori_addr, request.notification_uri)
        listeners = self._topics.listeners.values()
        return next((each for each in listeners if (each.server, each.uri) == who), None)


def _changes(created: set[str], deleted: set[str]) -> list[MessagingTopic]:
    sides = ((created, UpdateStatus.CREATED), (deleted, UpdateStatus.DELETED))
    return [
        MessagingTopic(msg_topic=Topic(topic), update_stat=status)
        for topics, status in sides
        for topic in sorted(topics)
    ]
