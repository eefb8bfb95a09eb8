"""Domain selection and home routing, in the settings (TS 23.204 §6.4, §6.5a; TS 29.002 §23.3.7)."""

from collections.abc import Iterator
from difflib import get_close_matches
from typing import Annotated

from msgspec import Meta

from ipsmgw.cause import Cause
from ipsmgw.hlr_section import Domain, SubscriberSection
from ipsmgw.section import Fault, Section

__all__ = ["RoutingSection", "routing_faults"]

DeliveryTime = Annotated[int, Meta(ge=30, le=600)]  # SM-DeliveryTimerValue, TS 29.002 §17.7.6


class RoutingSection(Section, frozen=True, kw_only=True):
    order: tuple[Domain, ...] = ("ims", "ps", "cs")
    """The domains that a message is tried in, one after the other."""
    large: Annotated[int, Meta(ge=0, le=200)] = 0
    """Octets of the TPDU above which large_order holds; 0: for no message."""
    large_order: tuple[Domain, ...] = ()
    avoid: tuple[str, ...] = ()
    """Causes, as charging records name them, after which no other domain is tried."""
    delivery_time: Annotated[float, Meta(gt=2, le=600)] = 60.0
    """Within which the SMS-GMSC is answered that has not said how long it waits (smDeliveryTimer)."""
    attempt: Annotated[float, Meta(gt=0, le=300)] = 15.0
    """What is left of it for each domain that is still to come."""
    hlr_answer: Annotated[float, Meta(gt=0, le=300)] = 10.0
    """How long the HLR may take with our sendRoutingInfoForSM: less than the SMS-GMSC waits for its own."""
    guidance_minimum: DeliveryTime = 30
    guidance_recommended: DeliveryTime = 60
    """ip-sm-gwGuidance: how long a delivery may take, for an SMS-GMSC that asks."""
    home_plmn: Annotated[str, Meta(pattern="^([0-9]{5,6})?$")] = ""
    """MCC and MNC that MT Correlation IDs begin with; without it the first six digits of the real IMSI, which
    are right for an MNC of three digits, and tell one more digit where it has two.
    """
    correlation_lifetime: Annotated[float, Meta(ge=1, le=86_400)] = 600.0
    """How long the SMS-GMSC may send by an MT Correlation ID."""
    any_centre: bool = False
    """Whether it may send by it for another service centre than the one that it has asked for."""
    correlations: Annotated[int, Meta(ge=1, le=10_000_000)] = 200_000
    """MT Correlation IDs kept, those that have run out among them; one more is refused: systemFailure."""


def routing_faults(
    routing: RoutingSection, subscribers: tuple[SubscriberSection, ...], hlr: str | None, *, final: bool
) -> Iterator[Fault]:
    """`final`: procedures are the final standard's, without which nothing of this has a meaning."""
    if not final:
        yield from _without_meaning(routing, subscribers)
        return
    if hlr is None:
        yield (
            "map.hlr",
            "a number is wanted: what is sent to a subscriber's number comes back to be relayed here",
        )
    yield from _order_faults(routing, subscribers)
    if routing.guidance_minimum > routing.guidance_recommended:
        yield "routing.guidance_minimum", "it is longer than guidance_recommended"
    known = [cause.cdr for cause in Cause]
    for i, name in enumerate(routing.avoid):
        if name not in known:
            near = get_close_matches(name, known, 1)
            yield f"routing.avoid[{i}]", "no such cause" + (f"; is it {near[0]}?" if near else "")


def _order_faults(routing: RoutingSection, subscribers: tuple[SubscriberSection, ...]) -> Iterator[Fault]:
    if not routing.order:
        yield "routing.order", "at least one is wanted: ims, ps, cs"
    if bool(routing.large) != bool(routing.large_order):
        yield "routing.large_order", "it goes with routing.large: both or none"
    orders = {"routing.order": routing.order, "routing.large_order": routing.large_order}
    orders |= {f"map.subscriber[{i}].order": each.order for i, each in enumerate(subscribers)}
    for where, order in orders.items():
        if len(set(order)) < len(order):
            yield where, "a domain is tried once"


def _without_meaning(routing: RoutingSection, subscribers: tuple[SubscriberSection, ...]) -> Iterator[Fault]:
    said = 'it wants procedures = "ts-23.204": in TR 23.804 the SMS-GMSC chooses the domain'
    if routing != RoutingSection():
        yield "routing", said
    for i, each in enumerate(subscribers):
        if each.order:
            yield f"map.subscriber[{i}].order", said
