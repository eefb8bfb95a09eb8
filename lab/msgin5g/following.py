"""Other servers tell which Messaging Topics there are at them, and we subscribe there (TS 23.554 clause 8.8).

[LAB] One request at a time to each; each is repeated until it is answered, and renewed at half of its time.
"""

from datetime import UTC, datetime

from lab.elements.agenda import Agenda
from lab.msgin5g.contact import Contact, Leg, Peer, domain_of
from lab.msgin5g.errand import Outcome, Result
from lab.msgin5g.records import Refusal, ServerData, address
from lab.msgin5g.settings import Neighbour, ServerSettings
from lab.msgin5g.talk import Talk
from lab.msgin5g.topic_records import Followed
from msgin5g_bridge.l3gdelivery import AddressType
from msgin5g_bridge.model import Topic
from msgin5g_bridge.names import FailureCause
from msgin5g_bridge.topiclistevent import (
    TopicListNotification,
    TopicListSubscription,
    TopicListSubscriptionAck,
    TopicListUnsubscription,
    TopicSubscription,
    TopicSubscriptionAck,
    TopicUnsubscription,
    UpdateStatus,
)
from msgin5g_bridge.ts29571 import Uri

__all__ = ["Following"]


class Following:
    """What is to be asked follows from what we want, and what we have there."""

    def __init__(
        self, data: ServerData, settings: ServerSettings, talk: Talk, agenda: Agenda, notify_at: str
    ) -> None:
        """`notify_at` is where others tell of their topics."""
        self._topics = data.topics
        self._settings = settings
        self._talk = talk
        self._agenda = agenda
        self._notify_at = Uri(notify_at)
        self._me = address(AddressType.AS, settings.svc_id)

    def resume(self) -> None:
        """After a restart: whom the settings name is followed, unless it has been said otherwise."""
        for neighbour in self._settings.neighbours.values():
            if neighbour.topics:
                self._topics.followed.setdefault(domain_of(neighbour.svc_id), Followed())

    def told(self, notification: TopicListNotification, peer: Peer) -> Refusal | None:
        """By a server that is followed."""
        neighbour = self._settings.calling(peer.address, peer.identity)
        followed = self._topics.followed.get(domain_of(neighbour.svc_id)) if neighbour else None
        if followed is None or not followed.wanted:
            return Refusal(FailureCause.SUBSCRIPTION_UNKNOWN, "nobody here has subscribed to your topics")
        for each in notification.msg_topics:
            if each.update_stat == UpdateStatus.DELETED:
                followed.topics.discard(each.msg_topic)
            else:
                followed.topics.add(each.msg_topic)
        return None

    def look(self, now: float) -> None:
        """Ask what is to be asked."""
        for domain, followed in list(self._topics.followed.items()):
            neighbour = self._settings.neighbours.get(domain)
            if neighbour is not None and self._talk.free(f"ask {domain}"):
                self._ask(neighbour, followed, now)

    def _ask(self, neighbour: Neighbour, followed: Followed, now: float) -> None:
        """The first that is to be asked; the next when it is answered."""
        followed.forget(now)
        soon = now + self._settings.topic_lifetime / 2
        wanted = followed.topics & self._topics.here(now) if followed.wanted else set()
        missing = sorted(each for each in wanted if followed.subscribed.get(each, 0.0) <= soon)
        surplus = sorted(followed.subscribed.keys() - wanted)
        if followed.wanted and followed.until <= soon:
            self._begin(neighbour, followed, now)
        elif missing:
            self._subscribe(neighbour, followed, missing, now)
        elif surplus:
            self._unsubscribe(neighbour, followed, surplus, now)
        elif followed.id and not followed.wanted:
            self._end(neighbour, followed, now)

    def _begin(self, neighbour: Neighbour, followed: Followed, now: float) -> None:
        until = now + self._settings.topic_lifetime

        def done(result: Result, when: float) -> None:
            if result.outcome is Outcome.TAKEN:
                followed.id = result.location.rpartition("/")[2]
                followed.until = _granted(result, until)
                self._renew(when)

        body = TopicListSubscription(
            ori_addr=self._me,
            dest_addr=address(AddressType.AS, neighbour.svc_id),
            notification_uri=self._notify_at,
            expr_time=datetime.fromtimestamp(until, UTC),
        )
        self._talk.say(_matter(neighbour), _contact(neighbour), body, done, now)

    def _end(self, neighbour: Neighbour, followed: Followed, now: float) -> None:
        def done(result: Result, when: float) -> None:
            if result.outcome is not Outcome.NOT_NOW:  # where it is refused, there is none any more
                followed.id, followed.until = "", 0.0
                followed.topics.clear()

        server = address(AddressType.AS, neighbour.svc_id)
        body = TopicListUnsubscription(ori_addr=self._me, dest_addr=server)
        variables = {"subscriptionId": followed.id}
        self._talk.say(_matter(neighbour), _contact(neighbour), body, done, now, variables=variables)

    def _subscribe(self, neighbour: Neighbour, followed: Followed, topics: list[str], now: float) -> None:
        until = now + self._settings.topic_lifetime

        def done(result: Result, when: float) -> None:
            if result.outcome is Outcome.TAKEN:
                followed.subscribed.update(dict.fromkeys(topics, _granted(result, until)))
                self._renew(when)

        body = TopicSubscription(
            ori_addr=self._me,
            msg_topics=tuple(map(Topic, topics)),
            expr_time=datetime.fromtimestamp(until, UTC),
        )
        self._talk.say(_matter(neighbour), _contact(neighbour), body, done, now)

    def _unsubscribe(self, neighbour: Neighbour, followed: Followed, topics: list[str], now: float) -> None:
        def done(result: Result, when: float) -> None:
            if result.outcome is Outcome.TAKEN:
                for topic in topics:
                    followed.subscribed.pop(topic, None)

        body = TopicUnsubscription(ori_addr=self._me, msg_topics=tuple(map(Topic, topics)))
        self._talk.say(_matter(neighbour), _contact(neighbour), body, done, now)

    def _renew(self, now: float) -> None:
        self._agenda.at(now + self._settings.topic_lifetime / 2, self._talk.look)


def _matter(neighbour: Neighbour) -> str:
    return f"ask {domain_of(neighbour.svc_id)}"


def _contact(neighbour: Neighbour) -> Contact:
    return Contact(Leg.SERVER, neighbour.api_root)


def _granted(result: Result, asked: float) -> float:
    """Until when it is: as the other server says, but never longer than we have asked for."""
    ack = result.body
    if isinstance(ack, TopicListSubscriptionAck | TopicSubscriptionAck) and ack.expr_time:
        return min(asked, ack.expr_time.timestamp())
    return asked
