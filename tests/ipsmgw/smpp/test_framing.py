"""PDUs cut out of a stream, in whatever pieces it comes (SMPP v3.4 §3.2)."""

from hypothesis import given
from hypothesis import strategies as st

from ipsmgw.smpp import Framer, encode
from ipsmgw.smpp.pdu import Pdu
from tests.ipsmgw.smpp.samples import pdus


@given(st.lists(pdus(), max_size=5), st.data())
def test_pdus_come_out_whole_in_whatever_pieces_they_came(several: list[Pdu], data: st.DataObject) -> None:
    wanted = [encode(pdu, number) for number, pdu in enumerate(several, 1)]
    stream, framer, found = b"".join(wanted), Framer(), []
    while stream:
        size = data.draw(st.integers(1, len(stream)))
        found += framer.feed(stream[:size])
        stream = stream[size:]
    assert found == wanted
    assert not framer.fault


@given(st.binary(max_size=200))
def test_any_octets_are_cut_the_same_whole_and_octet_by_octet(octets: bytes) -> None:
    whole, slowly = Framer(), Framer()
    pieces = [pdu for at in range(len(octets)) for pdu in slowly.feed(octets[at : at + 1])]
    assert whole.feed(octets) == pieces
    assert whole.fault == slowly.fault


def test_a_length_that_cannot_be_ends_the_stream_with_its_header() -> None:
    framer = Framer(max_pdu=100)
    bad = (101).to_bytes(4) + bytes(11) + b"\7"
    assert framer.feed(bad + b"more") == [bad]
    assert framer.fault == "command_length 101 in a stream"
    assert framer.feed(b"and more" * 10) == []
