"""A ladder is readable text, bounded, and keeps the order of time."""

from hypothesis import given
from hypothesis import strategies as st

from ipsmgw.trace import Ladder, Pdu, Trace, ladder
from mapstack.m3ua.message import MessageType, encode

__all__: list[str] = []

ACCEPTED = (
    b"SIP/2.0 202 Accepted\r\nVia: SIP/2.0/UDP a;branch=z9hG4bK1\r\nFrom: <sip:a@b>;tag=1\r\n"
    b"To: <sip:a@b>\r\nCall-ID: 1\r\nCSeq: 1 MESSAGE\r\n\r\n"
)
NODES = ("alice", "S-CSCF", "gateway", "HLR")
PDUS = (
    Pdu(100.0, "gateway", "HLR", "m3ua", encode(MessageType.ASPUP)),
    Pdu(100.25, "S-CSCF", "gateway", "sip", ACCEPTED, "lost"),
    Pdu(100.5, "gateway", "alice", "sip", ACCEPTED),
    Pdu(101.0, "gateway", "gateway", "sip", ACCEPTED, "duplicated"),
)


def test_a_ladder_shows_who_sent_what_to_whom_and_when() -> None:
    assert ladder(PDUS, NODES, width=120).splitlines() == [
        "             alice         S-CSCF       gateway         HLR",
        "    0.000       │             │             ├────────────▶│       ASPUP",
        "    0.250       │             ├──────╳      │             │       202 Accepted (lost)",
        "    0.500       │◀────────────┼─────────────┤             │       202 Accepted",
        "    1.000       │             │             ●             │       202 Accepted (duplicated)",
    ]


def test_rows_are_in_the_order_of_time_whatever_the_order_of_the_pdus() -> None:
    assert ladder(PDUS[::-1], NODES) == ladder(PDUS, NODES)


def test_nodes_that_are_not_named_come_after_those_that_are() -> None:
    assert ladder(PDUS, ("HLR",)).splitlines()[0].split() == ["HLR", "gateway", "S-CSCF", "alice"]


def test_a_stranger_in_a_running_ladder_stands_at_the_edge() -> None:
    running = Ladder(NODES)
    assert "├──" in running.row(Pdu(1, "gateway", "SM-SC", "sip", ACCEPTED))


def test_nothing_at_all_is_a_ladder_too() -> None:
    assert ladder([]) == ""


def test_what_a_peer_wrote_does_not_move_the_cursor() -> None:
    evil = ACCEPTED.replace(b"Accepted", b"\x1b[2J\xe2\x80\xae")
    assert ladder([Pdu(0, "a", "b", "sip", evil)]).splitlines()[1].isprintable()


names = st.sampled_from(NODES)
pdus = st.builds(
    Pdu,
    st.floats(0, 1e4),
    names,
    names,
    st.just("sip"),
    st.just(ACCEPTED),
    st.sampled_from(("", "lost", "cut")),
)


@given(st.lists(pdus, max_size=10), st.integers(20, 200), st.lists(st.text(max_size=30), max_size=12))
def test_no_line_is_longer_than_the_width(rows: list[Pdu], width: int, nodes: list[str]) -> None:
    lines = ladder(rows, nodes, width=width).split("\n")
    assert len(lines) == 1 + len(rows)
    assert all(len(line) <= width for line in lines)
    for row, line in zip(sorted(rows, key=lambda pdu: pdu.when), lines[1:], strict=True):
        if width >= 120 and not nodes and row.source != row.target:
            assert ("╳" in line) is bool(row.fate)


def test_a_trace_keeps_the_last_pdus_only() -> None:
    trace = Trace(limit=3)
    for number in range(5):
        trace.pdu(number, "a", "b", "sip", b"x")
    assert [pdu.when for pdu in trace] == [2, 3, 4]
    assert (len(trace), trace.forgotten) == (3, 2)


def test_a_trace_keeps_so_many_octets_only() -> None:
    trace = Trace(octets=100)
    for number in range(5):
        trace.pdu(number, "a", "b", "sip", bytes(40))
    assert [pdu.when for pdu in trace] == [3, 4]
    trace.pdu(9, "a", "b", "sip", bytes(101))
    assert len(trace) == 0
    trace.pdu(10, "a", "b", "sip", bytes(99))
    assert len(trace) == 1
    trace.clear()
    assert len(trace) == 0
