"""The whole carrier as the source of a page; of its gateway what a gateway knows (DESIGN §10)."""

from collections.abc import Callable, Mapping, Sequence

from ipsmgw.web import GATEWAY_TABS, Seen, Source, Tab, gateway_source
from lab.carrier import Carrier

__all__ = ["source"]

_TABS = (
    Tab("Phones", "/lab/phones.js"),
    *(each for each in GATEWAY_TABS if each.name != "State"),
    Tab("Network", "/lab/network.js"),
    Tab("Scenarios", "/lab/scenarios.js"),
    Tab("Load", "/lab/load.js"),
    *(each for each in GATEWAY_TABS if each.name == "State"),
)


class _Wire:
    """What has been put on the links."""

    def __init__(self, carrier: Carrier) -> None:
        self._trace = carrier.ground.trace

    @property
    def first(self) -> int:
        return self._trace.first

    @property
    def end(self) -> int:
        return self._trace.end

    def since(self, number: int, most: int) -> Sequence[Seen]:
        return [Seen(at, pdu) for at, pdu in self._trace.since(number, most)]


def source(carrier: Carrier, views: Mapping[str, Callable[[], object]]) -> Source:
    """What is asked of the gateway is asked of the one that lives at that moment."""

    def status() -> dict[str, object]:
        phones = {name: phone.registration.value for name, phone in carrier.phones.items()}
        gateway = {"gateway": carrier.gateway.status()} if carrier.own() else {}
        return {**gateway, "phones": phones, "associations": carrier.associations()}

    def gateway() -> Source | None:
        return gateway_source(carrier.gateway) if carrier.own() else None

    def metrics() -> tuple[str, bytes]:
        own = gateway()
        return ("text/plain", b"") if own is None or own.metrics is None else own.metrics()

    return Source(
        title="ipsmgw lab",
        wire=_Wire(carrier),
        tabs=_TABS,
        views=views,
        nodes=lambda: carrier.plan.nodes,
        status=status,
        told=lambda most: own.told(most) if (own := gateway()) else (),
        explain=lambda name: own.explain(name) if (own := gateway()) else (),
        standings=lambda: own.standings() if (own := gateway()) else (),
        registered=lambda most: own.registered(most) if (own := gateway()) else (),
        bindings=lambda: own.bindings() if (own := gateway()) else 0,
        lacking=lambda: own.lacking() if (own := gateway()) else (),
        metrics=metrics,
    )
