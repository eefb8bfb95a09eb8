"""What the gateway asks of an MSGin5G Server, and hears of it, whatever it is spoken to by.

The bodies are those of TS 29.538, as is the status: what speaks another protocol translates.
"""

from typing import Protocol

from msgspec import Struct

from ipsmgw.gateway.core import Exchanges
from msgin5g_bridge.l3gdelivery import Address, L3gMessageDelivery
from msgin5g_bridge.model import Body
from msgin5g_bridge.msgdelivery import DeliveryStatusReport, UEMessageDelivery
from msgin5g_bridge.problem import Problem
from msgin5g_bridge.provisioning import NonMsgin5gUeProvisioningRequest
from msgin5g_bridge.ueregistration import (
    BulkUeDeregistration,
    BulkUeRegistration,
    UeDeregistration,
    UeRegistration,
)

__all__ = ["Called", "MessageServer", "Refused", "Returned", "ServerEvent", "Unanswered"]


class Called(Struct, frozen=True):
    """The server delivers a message or a report; it waits for `accept` or `refuse`."""

    exchange: int
    body: L3gMessageDelivery | DeliveryStatusReport
    one_of_many: bool = False
    """Whether it came with others, so that it cannot be refused alone."""


class Returned(Struct, frozen=True):
    """The server has done what we asked for."""

    exchange: int
    body: Body | None
    location: str = ""


class Refused(Struct, frozen=True):
    """The server has not."""

    exchange: int
    status: int
    cause: str = ""
    detail: str = ""
    retry_after: float = 0.0
    """It wants to be left alone for so many seconds."""


class Unanswered(Struct, frozen=True):
    """Nothing comes from the server: whether it has done it is not known."""

    exchange: int
    reason: str


ServerEvent = Called | Returned | Refused | Unanswered


class MessageServer(Protocol):
    """Requests are told by the number that they return; each of them ends in one event."""

    def __len__(self) -> int:
        """Exchanges that have no answer yet, of either side."""
        ...

    @property
    def bulk(self) -> int:
        """How many registrations it takes in one request; 1: each comes by itself."""
        ...

    def begin(self, exchanges: Exchanges, now: float) -> None:
        """From now on there is something that carries requests and answers."""
        ...

    def provision(self, request: NonMsgin5gUeProvisioningRequest, now: float) -> int: ...
    def register(self, who: UeRegistration, now: float) -> int: ...
    def register_all(self, who: BulkUeRegistration, now: float) -> int: ...
    def deregister(self, who: UeDeregistration, registration: str, now: float) -> int: ...
    def deregister_all(self, who: BulkUeDeregistration, now: float) -> int: ...

    def submit(self, message: UEMessageDelivery, now: float, *, within: float) -> int:
        """A message of a UE of ours, or a segment of it."""
        ...

    def report(self, report: DeliveryStatusReport, now: float) -> int:
        """What has become of a message to a UE of ours."""
        ...

    def recover(
        self, ue: Address, sender: Address, seg_id: str, missing: tuple[int, ...], now: float
    ) -> bool:
        """Segments of a message to a UE of ours are missing; False: there is no way to ask for them."""
        ...

    def confirm(self, ue: Address, sender: Address, seg_id: str, now: float) -> None:
        """All of its segments are here."""
        ...

    def accept(self, exchange: int) -> None:
        """What it has `Called` is ours now."""
        ...

    def refuse(self, exchange: int, problem: Problem) -> None:
        """It is not."""
        ...
