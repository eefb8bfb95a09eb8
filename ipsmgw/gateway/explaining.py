"""The message that somebody asks about: under way, or among the last that have ended."""

from collections.abc import Callable, Iterator
from itertools import islice

from ipsmgw.cdr import Cdr
from ipsmgw.explain import Case, Explanation, Found, collect, explain
from ipsmgw.gateway.core import Core
from ipsmgw.gateway.originating import Originating
from ipsmgw.gateway.routing import Routing
from ipsmgw.gateway.terminating import Terminating
from ipsmgw.gateway.texting import Texting
from ipsmgw.hlr_section import msisdns
from ipsmgw.identity import Impu, Imsi
from ipsmgw.procedures import mo, mt
from ipsmgw.store import Binding
from ipsmgw.trace.recent import Kept
from mapstack.flow import Flow as MapFlow
from sipbridge.flow import Flow as SipFlow

__all__ = ["Explaining"]

_MOST = 20
_SC = "the answer of the SC to mo-ForwardSM"
_Known = tuple[Cdr, str]
"""A record, and what its message waits for: nothing, once it has ended."""


class Explaining:
    """Nothing is kept for it but what the gateway has anyway, and a few references."""

    def __init__(
        self,
        core: Core,
        originating: Originating,
        terminating: Terminating,
        texting: Texting,
        routing: Routing | None,
    ) -> None:
        self._core = core
        self._originating = originating
        self._terminating = terminating
        self._texting = texting
        self._routing = routing
        self.service: Callable[[str, float], Explanation | tuple[Found, ...]] | None = None
        """Who knows of messages of the MSGin5G service."""

    def explain(self, name: str, now: float) -> Explanation | tuple[Found, ...]:
        """Of one message; or those that the name may mean, the latest first: none where it means nothing."""
        number = name.removeprefix("tel:").removeprefix("+")
        found = list(islice((one for one in self.known(now) if name in (one[0].id, one[0].call_id)), _MOST))
        if len(found) == 1:
            return explain(self._case(*found[0], now))
        if not found and number:
            of_number = (one for one in self.known(now) if number in (one[0].msisdn, one[0].imsi))
            found = list(islice(of_number, _MOST))
        several = tuple(_found(cdr, state) for cdr, state in found) if name else ()
        also = () if self.service is None or not name else self.service(name, now)
        if isinstance(also, Explanation):
            return also
        return tuple(sorted((*several, *also), key=lambda one: -one.received)) if also else several

    def known(self, now: float) -> Iterator[_Known]:
        """The latest first."""
        for sms in (*self._originating.under_way(), *self._texting.under_way()):
            yield mo.so_far(sms, now), _SC
        over_ims = {delivery.sms.id: delivery for delivery in self._terminating.under_way()}
        for routed in () if self._routing is None else self._routing.under_way():
            cdr = mt.so_far(routed.sms, routed.call_id, now)
            cdr.attempts = routed.attempts
            delivery = over_ims.pop(cdr.id, None)
            domain = routed.domains[0].upper() if routed.domains else "no domain"
            yield cdr, f"the answer over {domain}" if delivery is None else delivery.sms.state.value
        for delivery in over_ims.values():
            yield mt.so_far(delivery.sms, delivery.call_id, now), delivery.sms.state.value
        for cdr in reversed(self._core.ended):
            yield cdr, ""

    def _case(self, cdr: Cdr, state: str, now: float) -> Case:
        core = self._core
        return Case(
            cdr=cdr,
            state=state,
            now=now,
            evidence=collect(core.recent, cdr, now if state else cdr.time),
            binding=self._binding(cdr),
            configured=self._configured(cdr.imsi),
            settings=core.settings,
            numbers=core.numbers,
            centres=self._originating.centres,
            name=self.name,
        )

    def _binding(self, cdr: Cdr) -> Binding | None:
        held = self._core.store.binding(Impu(cdr.impu)) if cdr.impu else None
        return held or (self._core.store.binding_of_imsi(cdr.imsi) if cdr.imsi else None)

    def _configured(self, imsi: str) -> str | None:
        section = self._core.settings.map
        told = next((each.msisdn for each in section.subscriber if each.imsi == imsi and each.msisdn), None)
        if told is not None:
            return told
        try:
            return msisdns(section.msisdn_file).get(Imsi(imsi))
        except (OSError, ValueError):  # it was sound when the gateway began
            return None

    def name(self, kept: Kept[object]) -> str:
        """Of the neighbour: an association has a name, an S-CSCF has none but what it is."""
        flow = kept.flow
        if isinstance(flow, MapFlow):
            return flow.connection
        if isinstance(flow, SipFlow):
            return "scscf" if flow in self._core.trust else flow.remote[0]
        return "?"


def _found(cdr: Cdr, state: str) -> Found:
    return Found(
        id=cdr.id,
        record=cdr.record,
        outcome=f"under way, waits for: {state}" if state else cdr.outcome,
        received=cdr.received,
        msisdn=cdr.msisdn,
        imsi=cdr.imsi,
        other=cdr.other,
    )
