"""What an MSGin5G Server must not forget: it outlives the element, as a database would."""

from dataclasses import dataclass, field

from lab.msgin5g.contact import Contact, Peer
from lab.msgin5g.settings import Gateway
from lab.msgin5g.topic_records import TopicData
from lab.msgin5g.transfer import Transfer
from lab.msgin5g.trigger import Trigger
from msgin5g_bridge.l3gdelivery import Address, AddressType
from msgin5g_bridge.message import MessageResponse
from msgin5g_bridge.names import FailureCause
from msgin5g_bridge.registration import CommunicationAvailability, TriggeringInformation
from msgin5g_bridge.segmentation import Reassembly

__all__ = ["Group", "Refusal", "Registered", "ServerData", "Submission", "Subscription", "address"]


def address(kind: AddressType, svc_id: str) -> Address:
    """Of a Service ID."""
    return Address(addr_type=kind, addr=svc_id)


@dataclass(frozen=True, slots=True)
class Refusal:
    """What the server does not do: 4.03, 404 and the like, instead of a response."""

    cause: FailureCause
    detail: str


@dataclass(frozen=True, slots=True)
class Subscription:
    """Who may register: what provisioning has assigned (TR 23.700-24)."""

    address: Address
    private_id: str
    cred: str = ""
    """What a registration has to show; none: nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Registered:
    """Who is registered, and how to get there."""

    address: Address
    id: str
    """Of the resource, where it has one."""
    contact: Contact
    owner: str = ""
    """The MGW Service ID of a phone's gateway."""
    identity: str = ""
    """What the peer that registered has proved to be."""
    expires: float
    seg_size: int
    schedule: CommunicationAvailability | None = None
    trigger: TriggeringInformation | None = None


@dataclass(frozen=True, slots=True)
class Group:
    """A SEAL group used as an MSGin5G group (TS 23.434); an AS may write to it where it is named."""

    members: tuple[Address, ...]
    writers: tuple[Address, ...] | None = None
    """None: each AS that is at home here."""

    def may_write(self, sender: Address, data: "ServerData") -> bool:
        """Members may, and some AS."""
        if self.writers is None:
            known = data.subscriptions.get(sender.addr)
            return sender in self.members or (known is not None and sender.addr_type == AddressType.AS)
        return sender in (*self.members, *self.writers)


@dataclass(slots=True)
class Submission:
    """A message as its sender gave it in: what it was told, so that it is told the same again."""

    origin: Peer
    response: MessageResponse
    when: float
    transfers: tuple[int, ...]


@dataclass(slots=True)
class ServerData:
    """All of it; keys are Service IDs where nothing else is said."""

    subscriptions: dict[str, Subscription] = field(default_factory=dict)
    private_ids: dict[tuple[AddressType, str], str] = field(default_factory=dict)
    gateways: dict[str, Gateway] = field(default_factory=dict)
    """That were provisioned."""
    registered: dict[Address, Registered] = field(default_factory=dict)
    groups: dict[str, Group] = field(default_factory=dict)
    asked_groups: dict[str, tuple[Group, float]] = field(default_factory=dict)
    """What the SEAL group server has answered, and until when it is believed."""
    seal_events: str = ""
    """Our subscription to changes of groups there."""
    topics: TopicData = field(default_factory=TopicData)
    transfers: dict[int, Transfer] = field(default_factory=dict)
    submissions: dict[tuple[Address, str], dict[Address, Submission]] = field(default_factory=dict)
    """By originator and Message ID, and by recipient: of a group, another server sends one each."""
    segments: Reassembly = field(default_factory=Reassembly)
    origins: dict[tuple[Address, str], tuple[Peer, int]] = field(default_factory=dict)
    """Of sets of segments: who sends them, and how often the rest was asked for."""
    triggering: dict[Address, TriggeringInformation] = field(default_factory=dict)
    """How a UE can be woken, as it has said the last time: also when it is not registered any more."""
    triggers: dict[Address, Trigger] = field(default_factory=dict)
    """By whom they are to wake."""
    awake: dict[Address, float] = field(default_factory=dict)
    """Who has come because of a trigger, and until when it listens."""
    count: int = 0

    def transfers_of(self, sender: Address, msg_id: str) -> list[Transfer]:
        """All copies of a message that are remembered."""
        several = self.submissions.get((sender, msg_id), {}).values()
        ids = (id_ for each in several for id_ in each.transfers)
        return [self.transfers[id_] for id_ in ids if id_ in self.transfers]

    def number(self) -> int:
        """Never the same again."""
        self.count += 1
        return self.count
