"""GET /metrics: what a gateway counts, read when Prometheus asks; names by its conventions."""

from collections.abc import Callable, Iterator, Mapping, Sequence

from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, ProcessCollector, generate_latest
from prometheus_client.core import (
    CounterMetricFamily,
    GaugeMetricFamily,
    HistogramMetricFamily,
    Metric,
    SummaryMetricFamily,
)
from prometheus_client.registry import Collector

from ipsmgw.gateway.tally import BOUNDS, Figures
from ipsmgw.signalling import Standing

__all__ = ["Metrics"]

_DIRECTIONS = {"ISMSMO": "mo", "ISMSMT": "mt"}
_IN_FLIGHT = {"mo_in_flight": "mo", "mt_in_flight": "mt", "alerts_in_flight": "alert"}
_MSGIN5G = {
    "registered": ("registrations", "Phones that are registered with the MSGin5G Server."),
    "asked": ("requests_open", "Requests to the MSGin5G Server that wait for an answer."),
    "from_phones": ("from_phones_open", "Messages of phones that the MSGin5G Server has yet to take."),
    "to_phones": ("to_phones_open", "Messages of the MSGin5G Server that phones have yet to take."),
}


class Metrics(Collector):
    """A registry of its own, so that several gateways in one process do not mix."""

    def __init__(
        self,
        status: Callable[[], Mapping[str, object]],
        figures: Callable[[], Figures],
        standings: Callable[[], Sequence[Standing]],
    ) -> None:
        self._status = status
        self._figures = figures
        self._standings = standings
        self._registry = CollectorRegistry(auto_describe=False)
        self._registry.register(self)
        ProcessCollector(registry=self._registry)

    def text(self) -> tuple[str, bytes]:
        """Content type, and all of it."""
        return CONTENT_TYPE_LATEST, generate_latest(self._registry)

    def collect(self) -> Iterator[Metric]:
        figures, status = self._figures(), self._status()
        yield from _messages(figures)
        yield from _load(figures)
        yield from _journal(figures)
        yield _in_flight(status)
        yield from _signalling(self._standings())
        yield from _msgin5g(status.get("msgin5g"))


def _messages(figures: Figures) -> Iterator[Metric]:
    ended = CounterMetricFamily(
        "ipsmgw_messages",
        "Short messages that have ended, by what became of them.",
        labels=("direction", "outcome"),
    )
    for (record, outcome), count in sorted(figures.tally.ended.items()):
        ended.add_metric((_DIRECTIONS[record], outcome), count)
    yield ended
    spent = HistogramMetricFamily(
        "ipsmgw_message_duration_seconds",
        "From the moment in which a message came to its outcome.",
        labels=("direction",),
    )
    for record, one in figures.tally.spent.items():
        total, buckets = 0, []
        for bound, count in zip((*map(str, BOUNDS), "+Inf"), one.counts, strict=True):
            total += count
            buckets.append((bound, total))
        spent.add_metric((_DIRECTIONS[record],), buckets, one.seconds)
    yield spent
    yield _counter("messages_refused", "Messages for which there was no room (503).", figures.tally.refused)


def _load(figures: Figures) -> Iterator[Metric]:
    pdus = CounterMetricFamily(
        "ipsmgw_pdus",
        "SIP and M3UA messages that have gone over the wire.",
        labels=("protocol", "direction"),
    )
    for labels, count in figures.pdus.items():
        pdus.add_metric(labels, count)
    yield pdus
    again = "SIP requests that were sent again, for nobody had answered."
    yield _counter("sip_retransmissions", again, figures.retransmitted)
    yield _counter("sip_repetitions", "SIP requests of others that came again.", figures.repeated)
    yield _gauge("map_dialogues", "MAP dialogues that are open.", figures.dialogues)
    yield _gauge("sip_transactions", "SIP transactions that are open.", figures.transactions)
    yield _gauge("bindings", "Public identities that are registered.", figures.bindings)
    yield _gauge("unreachable", "Who did not answer, and is waited for.", figures.unreachable)
    behind = "Whether more has come than was read."
    yield _gauge("backlog", behind, int(figures.behind))
    yield _counter("faults", "Faults of ours, that were logged.", figures.bugs)
    forgotten = "PDUs that the trace remembers no more."
    yield _counter("trace_forgotten_pdus", forgotten, figures.forgotten)


def _journal(figures: Figures) -> Iterator[Metric]:
    yield _counter("cdrs", "Charging records that were written.", figures.records)
    yield _gauge("cdrs_waiting", "Charging records that wait for the disk.", figures.waiting)
    words = "How long syncs of the journal have taken."
    yield SummaryMetricFamily("ipsmgw_journal_sync_seconds", words, figures.syncs, figures.sync_seconds)


def _in_flight(status: Mapping[str, object]) -> Metric:
    metric = GaugeMetricFamily(
        "ipsmgw_messages_in_flight", "Messages that are under way.", labels=("direction",)
    )
    for key, direction in _IN_FLIGHT.items():
        metric.add_metric((direction,), _number(status.get(key)))
    return metric


def _signalling(standings: Sequence[Standing]) -> Iterator[Metric]:
    sound = GaugeMetricFamily(
        "ipsmgw_signalling_up",
        "Whether an association, application server or destination is as it should be.",
        labels=("what", "name"),
    )
    data = CounterMetricFamily(
        "ipsmgw_m3ua_data", "DATA messages since it was connected.", labels=("association", "direction")
    )
    for one in standings:
        sound.add_metric((one.what.replace(" ", "_"), one.name), int(one.sound))
        if one.what == "association" and one.sent is not None:
            data.add_metric((one.name, "sent"), one.sent)
            data.add_metric((one.name, "received"), one.received or 0)
    yield sound
    yield data


def _msgin5g(status: object) -> Iterator[Metric]:
    if not isinstance(status, Mapping):
        return
    for key, (name, words) in _MSGIN5G.items():
        yield _gauge(f"msgin5g_{name}", words, _number(status.get(key)))
    alarms = status.get("alarms")
    count = len(alarms) if isinstance(alarms, Mapping) else 0
    yield _gauge("msgin5g_alarms", "Phones whose registration with the MSGin5G Server has failed.", count)


def _counter(name: str, words: str, value: int) -> Metric:
    return CounterMetricFamily(f"ipsmgw_{name}", words, value)


def _gauge(name: str, words: str, value: int) -> Metric:
    return GaugeMetricFamily(f"ipsmgw_{name}", words, value)


def _number(value: object) -> int:
    return value if isinstance(value, int) else 0
