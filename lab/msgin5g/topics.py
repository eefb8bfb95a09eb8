"""Messaging Topics: who has subscribed, here and at other servers (TS 23.554 clause 8.8).

[LAB] A topic is there from its first subscriber of this server to its last. Servers tell each other which
topics they have; who has subscribers for one of them subscribes there, once for all of them.
"""

from datetime import UTC, datetime
from math import inf

from lab.elements.agenda import Agenda
from lab.msgin5g.contact import Leg, Peer, domain_of
from lab.msgin5g.following import Following
from lab.msgin5g.records import Refusal, ServerData
from lab.msgin5g.settings import ServerSettings
from lab.msgin5g.talk import Talk
from lab.msgin5g.telling import Telling
from lab.msgin5g.topic_records import Followed, Listener
from msgin5g_bridge.message import TopicSubscribe, TopicUnsubscribe
from msgin5g_bridge.names import FailureCause
from msgin5g_bridge.topiclistevent import (
    TopicListNotification,
    TopicListSubscription,
    TopicListUnsubscription,
    TopicSubscriptionAck,
)

__all__ = ["SUBSCRIBED", "Topics"]

SUBSCRIBED = "SUBSCRIBED"
"""`subStat` is a plain string in TS 29.538."""


class Topics:
    """Subscribers, and both sides of what servers tell each other."""

    def __init__(self, data: ServerData, settings: ServerSettings, agenda: Agenda, notify_at: str) -> None:
        self._topics = data.topics
        self._settings = settings
        self._agenda = agenda
        self.talk = Talk(settings, agenda, data.number, self._look)
        """What it has to say to others, and what becomes of it."""
        self._telling = Telling(data, settings, self.talk)
        self._following = Following(data, settings, self.talk, agenda, notify_at)

    def resume(self, now: float) -> None:
        """After a restart: what is left of each subscription, and what is still to be said."""
        self._following.resume()
        ends = [until for people in self._topics.subscribers.values() for until in people.values()]
        ends += [listener.until for listener in self._topics.listeners.values()]
        ends += [each.renewal(self._settings.topic_lifetime) for each in self._topics.followed.values()]
        for until in ends:
            self._look_at(max(until, now))
        self._look(now)

    # Who wants the messages of a topic.

    def subscribe(self, request: TopicSubscribe, peer: Peer, now: float) -> TopicSubscriptionAck | Refusal:
        """[LAB] Without an expiration it is for ever, of another server as long as we like (clause 8.8)."""
        until = request.expr_time.timestamp() if request.expr_time else inf
        if until <= now:
            return Refusal(FailureCause.EXPIRED, "the expiration is past")
        if peer.leg is Leg.SERVER:
            until = min(until, now + self._settings.topic_lifetime)
        for topic in request.msg_topics:
            if peer.leg is Leg.SERVER:
                self._topics.servers.setdefault(topic, {})[domain_of(request.ori_addr.addr)] = until
            else:
                self._topics.subscribers.setdefault(topic, {})[request.ori_addr] = until
        self._look_at(until)
        self._look(now)
        if peer.leg is not Leg.SERVER:
            return TopicSubscriptionAck(sub_stat=SUBSCRIBED, expr_time=request.expr_time)
        return TopicSubscriptionAck(sub_stat=SUBSCRIBED, expr_time=datetime.fromtimestamp(until, UTC))

    def unsubscribe(self, request: TopicUnsubscribe, peer: Peer, now: float) -> None:
        """What was not subscribed is not any more either."""
        for topic in request.msg_topics:
            if peer.leg is Leg.SERVER:
                self._topics.servers.get(topic, {}).pop(domain_of(request.ori_addr.addr), None)
            else:
                self._topics.subscribers.get(topic, {}).pop(request.ori_addr, None)
        self._look(now)

    # What other servers ask and tell.

    def listen(self, request: TopicListSubscription, peer: Peer, now: float) -> Listener | Refusal:
        """POST /topiclist-subscriptions."""
        listener = self._telling.listen(request, peer, now)
        if isinstance(listener, Listener):
            self._look_at(listener.until)
            self._look(now)
        return listener

    def stop_listening(self, id_: str, request: TopicListUnsubscription, peer: Peer) -> Refusal | None:
        """POST /topiclist-subscriptions/{subscriptionId}."""
        return self._telling.stop(id_, request, peer)

    def told(self, notification: TopicListNotification, peer: Peer, now: float) -> Refusal | None:
        """POST at our notificationURI."""
        refused = self._following.told(notification, peer)
        self._look(now)
        return refused

    def follow(self, domain: str, now: float, *, wanted: bool = True) -> None:
        """Whether to be told of the topics there."""
        self._topics.followed.setdefault(domain, Followed()).wanted = wanted
        self._look(now)

    def _look(self, now: float) -> None:
        self._telling.look(now)
        self._following.look(now)

    def _look_at(self, when: float) -> None:
        if when < inf:
            self._agenda.at(when, self._look)
