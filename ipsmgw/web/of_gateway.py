"""A gateway as the source of a page."""

from collections.abc import Iterator, Sequence
from typing import Protocol

import msgspec

from ipsmgw.cause import Cause
from ipsmgw.cdr import Cdr
from ipsmgw.explain import Explanation, Found
from ipsmgw.gateway.observed import ExchangeFlow, Observed
from ipsmgw.msgin5g_standing import Msgin5gStatus, msgin5g_standings
from ipsmgw.signalling import Standing
from ipsmgw.trace import Pdu
from ipsmgw.trace.recent import Kept
from ipsmgw.web.metrics import Metrics
from ipsmgw.web.source import Message, Registered, Seen, Source, Tab, Told

__all__ = ["GATEWAY_TABS", "gateway_messages", "gateway_source"]

GATEWAY_TABS = (
    Tab("Ladder", "/page/ladder.js"),
    Tab("Explain", "/page/explain.js"),
    Tab("State", "/page/state.js"),
)
_SENTENCES = {cause.cdr: cause.sentence for cause in Cause}
_DELIVERED = "delivered"


class _Gateway(Protocol):
    """What is asked of it."""

    observed: Observed

    def status(self) -> dict[str, object]: ...
    def explain(self, name: str) -> Explanation | tuple[Found, ...]: ...
    def deregister(self, imsi: str) -> bool: ...


class _Wire:
    """What it has kept, with names in place of addresses."""

    def __init__(self, observed: Observed, node: str) -> None:
        self._observed = observed
        self._recent = observed.recent
        self._node = node

    @property
    def first(self) -> int:
        return self._recent.first

    @property
    def end(self) -> int:
        return self._recent.end

    def since(self, number: int, most: int) -> Sequence[Seen]:
        return [self._seen(kept) for kept in self._recent.since(number, most)]

    def _seen(self, kept: Kept[object]) -> Seen:
        other = self._observed.name(kept)
        source, target = (self._node, other) if kept.sent else (other, self._node)
        exchange = kept.flow.exchange if isinstance(kept.flow, ExchangeFlow) else ""
        pdu = Pdu(kept.when, source, target, kept.protocol, kept.data)
        return Seen(kept.number, pdu, not kept.sent, exchange)


def gateway_source(gateway: _Gateway) -> Source:
    """Everything that its page shows."""
    observed = gateway.observed
    return Source(
        title=observed.node,
        wire=_Wire(observed, observed.node),
        tabs=GATEWAY_TABS,
        nodes=lambda: observed.neighbours,
        status=gateway.status,
        told=lambda most: gateway_messages(observed, most),
        explain=gateway.explain,
        standings=lambda: [one._asdict() for one in _standings(gateway)],
        registered=lambda most: _registered(observed, most),
        bindings=observed.bindings,
        deregister=gateway.deregister,
        lacking=observed.lacking,
        metrics=lambda: Metrics(gateway.status, observed.figures, lambda: _nodes(gateway)).text(),
    )


def _standings(gateway: _Gateway) -> list[Standing]:
    """SIGTRAN, and MSGin5G where it is on; in words."""
    service = gateway.status().get("msgin5g")
    ours = [] if service is None else msgin5g_standings(msgspec.convert(service, Msgin5gStatus))
    return [*gateway.observed.standings(), *ours]


def _nodes(gateway: _Gateway) -> list[Standing]:
    """Without phones: they would be a time series each, and name their users."""
    return [one for one in _standings(gateway) if one.what != "phone"]


def gateway_messages(observed: Observed, most: int) -> Iterator[Told]:
    """Those under way, and the last that have ended; the latest first."""
    for cdr, state in observed.messages(most):
        yield Told(_message(cdr, state), cdr.call_id, cdr.head)


def _message(cdr: Cdr, state: str) -> Message:
    originating = cdr.record == "ISMSMO"
    ours, other = cdr.msisdn or cdr.imsi or cdr.impu, cdr.other or "?"
    ended = "delivered" if cdr.outcome == _DELIVERED else "failed"
    return Message(
        id=cdr.id,
        when=cdr.received,
        direction="MO" if originating else "MT",
        sender=ours if originating else other,
        recipient=other if originating else ours,
        state="under way" if state else ended,
        outcome=f"waits for: {state}" if state else cdr.outcome,
        cause="" if state else _SENTENCES.get(cdr.outcome, ""),
    )


def _registered(observed: Observed, most: int) -> list[Registered]:
    return [
        Registered(each.impu, each.imsi, each.msisdn or "", each.scscf, each.expires, each.hlr.value)
        for each in observed.registered(most)
    ]
