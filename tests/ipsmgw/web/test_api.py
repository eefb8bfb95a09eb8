"""What the JSON API answers, without a server around it."""

import pytest

from ipsmgw.web import WebSection
from tests.ipsmgw.web.asked import JSON, ask, busy, finish, registered

OURS, THEIRS = "15551234567", "15555576541"


def test_rows_tell_from_whom_to_whom_on_which_leg_and_which_message() -> None:
    rows = ask(busy(), "/api/pdus?message=ipsmgw-0.1-1").json()["rows"]
    assert [(row["from"], row["to"], row["leg"], row["summary"]) for row in rows] == [
        ("scscf", "ipsmgw", "SIP", "MESSAGE RP-DATA SMS-SUBMIT"),
        ("ipsmgw", "scscf", "SIP", "202 Accepted"),
        ("ipsmgw", "smsc", "MAP", "mo-ForwardSM"),
        ("smsc", "ipsmgw", "MAP", "mo-ForwardSM result"),
        ("ipsmgw", "scscf", "SIP", "MESSAGE RP-ACK"),
        ("scscf", "ipsmgw", "SIP", "200 So"),
    ]
    assert {row["message"] for row in rows} == {"ipsmgw-0.1-1"}


@pytest.mark.parametrize(("query", "summaries"), [
    ("leg=MAP&message=ipsmgw-0.1-2", ["mo-ForwardSM"]),
    ("leg=m3ua&limit=2", ["DAUD", "DAVA"]),
    ("failed=true", []),
    (f"subscriber=%2B{OURS}&leg=MAP&limit=1", ["mo-ForwardSM"]),
    ("subscriber=001010000000001&leg=SIP&limit=2", ["MESSAGE RP-DATA SMS-SUBMIT", "202 Accepted"]),
    ("subscriber=999", []),
    ("after=6&before=8", ["DAVA"]),
    ("message=nobody", []),
])  # fmt: skip
def test_rows_are_filtered(query: str, summaries: list[str]) -> None:
    answer = ask(busy(), f"/api/pdus?{query}")
    assert [row["summary"] for row in answer.json()["rows"]] == summaries


def test_heartbeats_are_left_out_of_rows_and_of_what_is_saved() -> None:
    node = busy()
    node.pass_time(70.0)
    kept = ask(node, "/api/pdus").json()["rows"]
    beats = [row["summary"] for row in kept if row.get("beat")]
    assert {"BEAT", "BEAT ACK"} == set(beats)
    shown = ask(node, "/api/pdus?beats=false").json()["rows"]
    assert shown == [row for row in kept if not row.get("beat")]
    assert ask(node, "/api/ladder.txt?beats=true").text.count("BEAT") == len(beats)
    assert "BEAT" not in ask(node, "/api/ladder.txt?beats=false").text
    assert b"BEAT" not in ask(node, "/api/ladder.svg?beats=false").content
    whole, rest = (ask(node, f"/api/ladder.pcap?beats={beats}").content for beats in ("true", "false"))
    assert len(rest) < len(whole)


@pytest.mark.parametrize(
    "query", ["after=x", "limit=-1", "failed=perhaps", "beats=2", "subscriber=" + "1" * 300]
)
def test_a_filter_that_makes_no_sense_is_refused_in_a_sentence(query: str) -> None:
    for path in ("/api/pdus", "/api/ladder.svg", "/api/messages"):
        answer = ask(busy(), f"{path}?{query}")
        assert (answer.status_code, len(answer.json()["error"]) > 10) == (400, True)


def test_what_fails_is_marked() -> None:
    node = registered()
    node.message(b"\x00\x01", call_id="bad")
    node.synced()
    failed = ask(node, "/api/pdus?failed=true").json()["rows"]
    assert [row["summary"] for row in failed] == ["MESSAGE RP malformed", "MESSAGE RP-ERROR 96"]


def test_a_pdu_is_told_with_its_octets_and_where_each_part_of_it_stands() -> None:
    node = registered()
    (row,) = ask(node, "/api/pdus?leg=MAP&limit=1").json()["rows"]
    told = ask(node, f"/api/pdus/{row['number']}").json()
    assert (told["protocol"], told["row"], told["hidden"]) == ("m3ua", row, [])
    assert told["tree"]["end"] == len(told["hex"]) // 2
    names = [child["name"] for child in told["tree"]["children"]]
    assert names == ["message class and type", "length", "protocol data"]


@pytest.mark.parametrize("number", ["999999", "x", "-1", "1" * 50])
def test_a_pdu_that_is_not_there_is_said_to_be_none(number: str) -> None:
    answer = ask(registered(), f"/api/pdus/{number}")
    assert (answer.status_code, "not remembered" in answer.json()["error"]) == (404, True)


def test_messages_come_with_state_and_thread_the_latest_first() -> None:
    second, first = ask(busy(), "/api/messages").json()["messages"]
    assert (first["id"], first["direction"], first["state"]) == ("ipsmgw-0.1-1", "MO", "delivered")
    assert (first["from"], first["to"]) == (OURS, THEIRS)
    assert (second["state"], second["outcome"].partition(":")[0]) == ("under way", "waits for")
    assert first["thread"] not in (None, second["thread"])


@pytest.mark.parametrize(("kind", "begins"), [
    ("txt", b"             scscf         ipsmgw         smsc"),
    ("svg", b"<svg xmlns"),
    ("pcap", bytes.fromhex("4d3cb2a1")),
])  # fmt: skip
def test_a_ladder_can_be_kept(kind: str, begins: bytes) -> None:
    answer = ask(busy(), f"/api/ladder.{kind}?message=ipsmgw-0.1-1")
    assert answer.content.startswith(begins)
    assert answer.headers["content-disposition"] == f'attachment; filename="ladder.{kind}"'


@pytest.mark.parametrize(
    ("accept", "begins"), [("application/json", '{"id"'), ("text/plain", "ipsmgw-0.1-1: ")]
)
def test_a_message_is_explained_as_json_and_as_text(accept: str, begins: str) -> None:
    for name in ("ipsmgw-0.1-1", "first"):
        assert ask(busy(), f"/api/explain/{name}", headers={"accept": accept}).text.startswith(begins)


def test_the_messages_of_a_number_are_a_list() -> None:
    found = ask(busy(), f"/api/explain/{OURS}").json()["messages"]
    assert [(one["id"], one["other"]) for one in found] == [
        ("ipsmgw-0.1-2", THEIRS),
        ("ipsmgw-0.1-1", THEIRS),
    ]
    text = ask(busy(), f"/api/explain/{OURS}", headers={"accept": "text/plain"}).text
    assert text.endswith(f"{OURS} MO to {THEIRS}: delivered")


@pytest.mark.parametrize("name", ["x", "", "%00", "a%2Fb%40c", "a" * 5000])
def test_what_is_no_message_is_said_to_be_none(name: str) -> None:
    answer = ask(registered(), f"/api/explain/{name}", headers={"accept": "text/plain"})
    assert (answer.status_code, answer.json()["error"].startswith("no message ")) == (404, True)


def test_state_tells_who_is_registered_and_how_each_association_stands() -> None:
    node = registered()
    status = ask(node, "/api/status").json()
    assert (status["node"], status["bindings"]) == ("ipsmgw", 1)
    assert [(one["name"], one["sound"]) for one in status["standings"]] == [("smsc", True), ("14", True)]
    (one,) = ask(node, "/api/registrations").json()["registrations"]
    assert (one["msisdn"], one["hlr"]) == (OURS, "active")


@pytest.mark.parametrize(("body", "headers", "status"), [
    ('{"imsi": "001010000000001"}', JSON, 404),
    ('{"imsi": "001010000000001"}', {"content-type": "text/plain"}, 415),
    ('{"imsi": 1}', JSON, 400),
    ("nonsense", JSON, 400),
    ('{"imsi": "' + "1" * 2000 + '"}', JSON, 413),
])  # fmt: skip
def test_who_registers_at_the_s_cscf_is_not_deregistered_here(
    body: str, headers: dict[str, str], status: int
) -> None:
    answer = ask(registered(), "/api/deregister", method="POST", body=body, headers=headers)
    assert (answer.status_code, bool(answer.json()["error"])) == (status, True)


@pytest.mark.parametrize(("method", "path", "status"), [
    ("GET", "/nothing", 404), ("GET", "/page/../app.py", 404), ("POST", "/api/pdus", 405),
])  # fmt: skip
def test_every_no_has_the_same_form(method: str, path: str, status: int) -> None:
    answer = ask(registered(), path, method=method, headers=JSON)
    assert (answer.status_code, list(answer.json())) == (status, ["error"])


def test_the_page_knows_its_parts_and_each_is_there() -> None:
    node = registered()
    page = ask(node, "/api/page").json()
    assert [tab["name"] for tab in page["tabs"]] == ["Ladder", "Explain", "State"]
    assert (page["nodes"], page["contents"]) == (["scscf", "ipsmgw", "smsc"], False)
    for path in ("/", "/favicon.ico", "/page/app.css", *(tab["module"] for tab in page["tabs"])):
        assert ask(node, path).status_code == 200


def test_many_messages_later_the_first_are_forgotten_and_the_rest_is_right() -> None:
    node = registered(trace={"pdus": 60, "records": 5})
    for number in range(20):
        finish(node, f"call-{number}")
    rows = ask(node, "/api/pdus").json()["rows"]
    assert len(rows) <= 60
    assert [row["number"] for row in rows] == list(range(rows[0]["number"], rows[-1]["number"] + 1))
    assert ask(node, f"/api/pdus/{rows[0]['number'] - 1}").status_code == 404
    assert ask(node, "/api/messages", section=WebSection()).json()["messages"][0]["id"] == "ipsmgw-0.1-20"
