"""What a server must not forget of Messaging Topics and other servers (TS 29.538 clause 5)."""

from dataclasses import dataclass, field

from msgin5g_bridge.l3gdelivery import Address

__all__ = ["Followed", "Listener", "TopicData"]


@dataclass(slots=True)
class Listener:
    """Another server that is told which topics there are here."""

    id: str
    server: Address
    uri: str
    until: float
    told: set[str] = field(default_factory=set)
    """The topics that it knows of."""


@dataclass(slots=True)
class Followed:
    """Another server that tells which topics there are at it."""

    wanted: bool = True
    id: str = ""
    """Of our subscription there; none: there is none."""
    until: float = 0.0
    topics: set[str] = field(default_factory=set)
    subscribed: dict[str, float] = field(default_factory=dict)
    """Topics that we want the messages of, and until when they are ours."""

    def forget(self, now: float) -> None:
        """What has run out."""
        if self.until <= now:
            self.topics.clear()
        self.subscribed = {topic: until for topic, until in self.subscribed.items() if until > now}

    def renewal(self, lifetime: float) -> float:
        """When the first of it is to be renewed."""
        return min((self.until, *self.subscribed.values())) - lifetime / 2


@dataclass(slots=True)
class TopicData:
    """All of it; keys are topics where nothing else is said."""

    subscribers: dict[str, dict[Address, float]] = field(default_factory=dict)
    """Who is at home here, and until when."""
    servers: dict[str, dict[str, float]] = field(default_factory=dict)
    """Domains of the servers that want messages for subscribers of theirs, and until when."""
    listeners: dict[str, Listener] = field(default_factory=dict)
    """By the id of their subscription."""
    followed: dict[str, Followed] = field(default_factory=dict)
    """By domain."""

    def here(self, now: float) -> set[str]:
        """Topics that somebody of ours has subscribed to."""
        return {
            topic
            for topic, people in self.subscribers.items()
            if any(until > now for until in people.values())
        }

    def elsewhere(self, topic: str, now: float) -> list[str]:
        """Domains of the servers with subscribers: they have asked, or have told of the topic."""
        asked = (domain for domain, until in self.servers.get(topic, {}).items() if until > now)
        told = (domain for domain, each in self.followed.items() if topic in each.topics)
        return sorted({*asked, *told})
