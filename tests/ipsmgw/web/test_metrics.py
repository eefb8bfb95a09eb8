"""What is counted, as Prometheus reads it; and the dashboard asks for nothing that is not there."""

import json
import re
from collections.abc import Iterator

import pytest
from prometheus_client.parser import text_string_to_metric_families

from ipsmgw.store.database import Write
from tests.house.source import ROOT
from tests.ipsmgw.asked import SUBMIT, octets
from tests.ipsmgw.broken import sound
from tests.ipsmgw.node import Node
from tests.ipsmgw.web.asked import ask, busy, finish, registered

DASHBOARD = ROOT / "deploy" / "grafana" / "ipsmgw.json"
UNASKED = {
    "ipsmgw_trace_forgotten_pdus_total",
    *(f"ipsmgw_message_duration_seconds_{each}" for each in ("count", "sum")),
}
NAME = re.compile(r"\b(?:ipsmgw|process)_\w+")
MSGIN5G = {
    "enabled": True,
    "service_id": "sip:mgw@msgin5g.example",
    "server": "http://127.0.0.40:8080",
    "listen": "127.0.0.11:8082",
}


def samples(node: Node) -> dict[str, dict[tuple[str, ...], float]]:
    """Values by name, then by the values of the labels in the order of their names."""
    found: dict[str, dict[tuple[str, ...], float]] = {}
    for family in text_string_to_metric_families(ask(node, "/metrics").text):
        assert family.documentation.endswith("."), family.name
        for sample in family.samples:
            labels = tuple(sample.labels[name] for name in sorted(sample.labels))
            found.setdefault(sample.name, {})[labels] = sample.value
    return found


def test_messages_are_counted_by_direction_and_outcome() -> None:
    node = busy()
    node.deliver("001010000000099")
    node.synced()
    found = samples(node)
    assert found["ipsmgw_messages_total"] == {("mo", "delivered"): 1, ("mt", "imsDeregistered"): 1}
    assert found["ipsmgw_messages_in_flight"]["mo",] == 1
    assert found["ipsmgw_message_duration_seconds_count"] == {("mo",): 1, ("mt",): 1}
    assert found["ipsmgw_cdrs_total"][()] == found["ipsmgw_journal_sync_seconds_count"][()] == 2


def test_pdus_registrations_dialogues_and_associations_are_counted() -> None:
    found = samples(busy())
    assert found["ipsmgw_pdus_total"]["received", "sip"] == 4
    assert found["ipsmgw_bindings"][()] == found["ipsmgw_map_dialogues"][()] == 1
    assert found["ipsmgw_signalling_up"] == {("smsc", "association"): 1, ("14", "destination"): 1}
    assert found["ipsmgw_m3ua_data_total"]["smsc", "sent"] == 3


def test_how_long_a_message_took_is_counted_where_it_belongs() -> None:
    node = registered()
    node.message(octets(SUBMIT), call_id="slow")
    node.pass_time(0.3)
    node.pass_time(node.settings.timers.mo_answer)
    node.synced()
    buckets = samples(node)["ipsmgw_message_duration_seconds_bucket"]
    assert (buckets["mo", "30.0"], buckets["mo", "+Inf"]) == (0, 1)


def test_what_is_sent_again_and_what_is_refused_is_counted() -> None:
    node = Node(sound() | {"limits": {"in_flight": 1}})
    node.register()
    node.message(octets(SUBMIT), call_id="one")
    node.message(octets(SUBMIT), call_id="two")
    node.message(octets(SUBMIT), call_id="two")
    found = samples(node)
    assert found["ipsmgw_messages_refused_total"][()] >= 1


def test_a_message_gateway_counts_that_too() -> None:
    found = samples(registered(msgin5g=MSGIN5G))
    assert found["ipsmgw_msgin5g_registrations"][()] == 0
    assert found["ipsmgw_msgin5g_requests_open"][()] + found["ipsmgw_msgin5g_alarms"][()] == 1


def expressions() -> Iterator[str]:
    for panel in json.loads(DASHBOARD.read_text())["panels"]:
        yield from (target["expr"] for target in panel["targets"])


def test_the_dashboard_asks_for_metrics_that_there_are() -> None:
    node = registered(msgin5g=MSGIN5G)
    finish(node, "first")
    there, asked = set(samples(node)), {name for text in expressions() for name in NAME.findall(text)}
    assert asked - there == set()
    assert {name for name in there - asked if name.startswith("ipsmgw")} <= UNASKED


def test_a_gateway_is_ready_when_it_can_reach_its_destinations() -> None:
    node = Node(linked=False)
    answer = ask(node, "/health/ready")
    assert answer.status_code == 503
    assert answer.json() == {"error": "point code 14: unavailable: no association that leads there is active"}
    node.link()
    assert ask(node, "/health/ready").json() == {"ready": True}


def test_a_disk_that_does_not_answer_and_a_store_that_takes_nothing_are_said() -> None:
    node = registered()
    assert ask(node, "/health/ready").json() == {"ready": True}
    node.message(b"\x00\x01", call_id="bad")
    node.pass_time(6.0)
    said = ask(node, "/health/ready").json()["error"]
    assert said.endswith("the disk has not answered for 6 s")
    node.synced()
    node.database.run([Write("PRAGMA query_only = 1")])
    assert "readonly" in ask(node, "/health/ready").json()["error"]
    assert ask(node, "/health/live").status_code == 200


@pytest.mark.parametrize("path", ["/health/live", "/health/ready", "/metrics"])
def test_what_machines_ask_is_no_page(path: str) -> None:
    assert "html" not in ask(registered(), path).headers["content-type"]
