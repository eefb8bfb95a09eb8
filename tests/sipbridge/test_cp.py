"""CP messages, to the octet and back (TS 24.011 §7.2)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sipbridge.cp import CpAck, CpCause, CpData, CpError, CpMessage, Ti, decode
from sipbridge.errors import DecodeError, LocalError

VECTORS = [
    (CpData(Ti(2), bytes.fromhex("0201")), "2901020201"),
    (CpData(Ti(2, True), bytes.fromhex("0302")), "a901020302"),
    (CpAck(Ti(0, True)), "8904"),
    (CpError(Ti(6, True), CpCause.INVALID_TRANSACTION_IDENTIFIER), "e91051"),
]


@pytest.mark.parametrize(("message", "octets"), VECTORS, ids=[octets for _, octets in VECTORS])
def test_a_message_has_these_octets(message: CpMessage, octets: str) -> None:
    assert message.encode().hex() == octets
    assert decode(bytes.fromhex(octets)) == message


@pytest.mark.parametrize("octets", ["", "29", "0504", "f904", "2901", "290103aaaa", "2910", "2902"])
def test_what_is_none_says_so(octets: str) -> None:
    with pytest.raises(DecodeError):
        decode(bytes.fromhex(octets))


def test_what_does_not_fit_is_a_bug_of_ours() -> None:
    with pytest.raises(LocalError, match="249 octets"):
        CpData(Ti(0), bytes(249)).encode()
    with pytest.raises(LocalError, match="identifier 7"):
        CpAck(Ti(7)).encode()


def test_the_way_back_has_the_other_flag() -> None:
    assert Ti(3).back == Ti(3, True)
    assert Ti(3).back.back == Ti(3)


@given(st.binary(max_size=300))
def test_any_octets_are_read_or_refused(octets: bytes) -> None:
    try:
        message = decode(octets)
    except DecodeError:
        return
    assert octets.startswith(message.encode())
