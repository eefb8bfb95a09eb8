"""Messages with lengths of every form: long ones, and indefinite ones whose end is taken for granted."""

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lab.bench.codecs.lengths import indefinite, long_form
from lab.bench.codecs.pdus import Pdu, pdus
from mapstack.ber import read_header
from mapstack.errors import DecodeError
from mapstack.tcap import message
from mapstack.tcap.component import decode_components
from mapstack.tcap.message import PAbortCause, decode_message

PDUS = pdus()
INDEFINITE = [indefinite(pdu.encode()) for pdu in PDUS]


@pytest.mark.parametrize("rewritten", [long_form, indefinite])
@pytest.mark.parametrize("pdu", PDUS, ids=lambda pdu: pdu.name)
def test_the_form_of_the_lengths_changes_nothing(pdu: Pdu, rewritten: Callable[[bytes], bytes]) -> None:
    octets = pdu.encode()
    data = rewritten(octets)
    usual, other = decode_message(octets), decode_message(data)
    assert (other.kind, other.otid, other.dtid) == (usual.kind, usual.otid, usual.dtid)
    (component,) = decode_components(octets, usual.start, usual.stop)
    (same,) = decode_components(data, other.start, other.stop)
    for name in ("kind", "invoke_id", "code", "tag"):
        assert getattr(same, name) == getattr(component, name)
    assert pdu.decode(data) == pdu.decode(octets)


@pytest.mark.parametrize("data", INDEFINITE, ids=[pdu.name for pdu in PDUS])
def test_a_message_that_is_cut_or_goes_on_is_refused(data: bytes) -> None:
    for cut in range(len(data)):
        with pytest.raises(DecodeError):
            decode_message(data[:cut])
    for more in (b"\0", b"\0\0", b"\x05\0", b"\x05\0\0\0"):
        with pytest.raises(DecodeError):
            decode_message(data + more)


@pytest.mark.parametrize(
    ("octets", "why"),
    [
        ("6280 480401020304 0000 0000", "end-of-contents in the middle"),
        ("6280 480401020304 0000 6c00 0000", "an element after the end"),
        ("6280 48040102 0000", "the end belongs to the transaction id"),
        ("6280 6c80 0000", "the end belongs to the components"),
        ("6280 0000", "no transaction id"),
    ],
)
def test_the_end_is_where_the_contents_end(octets: str, why: str) -> None:
    with pytest.raises(DecodeError) as refused:
        decode_message(bytes.fromhex(octets))
    assert refused.value.code == PAbortCause.BADLY_FORMATTED_TRANSACTION_PORTION, why


@given(
    st.sampled_from(INDEFINITE), st.integers(0, 200), st.sampled_from([b"\0\0", b"\0", b"\x30\x80", b"\x80"])
)
def test_what_is_read_is_one_element(data: bytes, at: int, octets: bytes) -> None:
    """Whatever stands in the way: the end that was taken for granted is the one that is found by walking."""
    for spoilt in (data[:at] + octets + data[at:], data[:at] + octets + data[at + len(octets) :]):
        try:
            decode_message(spoilt)
        except DecodeError:
            continue
        assert read_header(spoilt, 0, len(spoilt))[3] == len(spoilt)


def _portion(number: int) -> bytes:
    oid = b"\x06\x03\x2a" + bytes((number >> 7 & 0x7F | 0x80, number & 0x7F))
    return b"\x62\x80\x48\x01\x01" + b"\x6b\x80" + oid + b"\0\0" + b"\x6c\x80\0\0" + b"\0\0"


def test_dialogue_portions_are_kept_up_to_a_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: set[bytes] = set()
    monkeypatch.setattr(message, "_SEEN", seen)
    for number in [*range(300), 299, 0]:
        assert decode_message(_portion(number)).dialogue == _portion(number)[5:14]
    assert len(seen) == message.PORTIONS


def test_a_portion_that_is_known_does_not_hide_what_follows() -> None:
    known = _portion(0)
    assert decode_message(known).start == 16
    for at in range(5, len(known)):
        for octet in (0x00, 0x6C, 0x80):
            spoilt = known[:at] + bytes((octet,)) + known[at + 1 :]
            try:
                found = decode_message(spoilt)
            except DecodeError:
                continue
            portion = read_header(spoilt, 5, len(spoilt) - 2)
            assert found.dialogue == spoilt[5 : portion[3]]
