"""Every octet that we write is what pycrate writes, and what is written is read again."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mapstack.asn1 import Choice, Sequence
from mapstack.errors import DecodeError, LocalError
from mapstack.map.error_parameters import SmDeliveryFailureCause, SmEnumeratedDeliveryFailureCause
from mapstack.map.errors import ERROR_PARAMETERS, ErrorCode, MapError, decode_error, encode_error_parameter
from mapstack.map.operations import MT_FORWARD_SM, OPERATIONS
from tests.mapstack.map.oracle import type_of
from tests.mapstack.map.values import values_of

ROOTS: list[type[Sequence] | type[Choice]] = [
    *dict.fromkeys(each.argument for each in OPERATIONS),
    *dict.fromkeys(each.result for each in OPERATIONS if each.result is not None),
    *ERROR_PARAMETERS.values(),
]


@pytest.mark.parametrize("cls", ROOTS, ids=lambda cls: cls.__name__)
@settings(suppress_health_check=[HealthCheck.too_slow], max_examples=30)
@given(data=st.data())
def test_our_octets_are_those_of_the_oracle(cls: type[Sequence] | type[Choice], data: st.DataObject) -> None:
    value = data.draw(values_of(cls))
    octets = value.encode()
    oracle = type_of(cls)
    oracle.from_ber(octets)
    assert oracle.to_ber().hex() == octets.hex()
    assert cls.decode(octets) == value


@pytest.mark.parametrize("cls", ROOTS, ids=lambda cls: cls.__name__)
@given(octets=st.binary(max_size=60))
def test_any_octets_are_read_or_refused(cls: type[Sequence] | type[Choice], octets: bytes) -> None:
    try:
        value = cls.decode(b"\x30" + bytes((len(octets),)) + octets)
    except DecodeError:
        return
    value.encode()


def _decode(code: int, octets: str) -> MapError:
    data = bytes.fromhex(octets)
    return decode_error(code, data, data[0], 2, len(data)) if data else decode_error(code, b"", 0, 0, 0)


@pytest.mark.parametrize("code", ErrorCode, ids=lambda each: each.name)
def test_every_error_may_come_without_its_parameter(code: ErrorCode) -> None:
    assert _decode(code, "") == MapError(code)
    assert encode_error_parameter(MapError(code)) == b""


@pytest.mark.parametrize(
    ("code", "short", "long"),
    [(34, "0a0102", "30030a0102"), (13, "0a0101", "30030a0101")],
)
def test_both_forms_of_system_failure_and_call_barred_are_read(code: int, short: str, long: str) -> None:
    first, second = _decode(code, short), _decode(code, long)
    assert encode_error_parameter(first, 2).hex() == short
    assert encode_error_parameter(first).hex() == long  # TS 29.002 §17.7.7: in version 3 never the word alone
    assert encode_error_parameter(second).hex() == long


def test_a_bare_delivery_failure_cause_is_read() -> None:
    cause = SmDeliveryFailureCause(
        sm_enumerated_delivery_failure_cause=SmEnumeratedDeliveryFailureCause.SC_CONGESTION
    )
    assert (
        _decode(32, "0a0104") == _decode(32, "30030a0104") == MapError(ErrorCode.SM_DELIVERY_FAILURE, cause)
    )


def test_ss_status_is_one_octet() -> None:
    assert _decode(17, "04010f") == MapError(ErrorCode.SS_ERROR_STATUS, b"\x0f")
    assert encode_error_parameter(MapError(17, b"\x0f")).hex() == "04010f"
    with pytest.raises(DecodeError):
        _decode(17, "04020f0f")


def test_an_unknown_error_is_still_a_no() -> None:
    assert _decode(99, "30030a0104") == MapError(99)


@pytest.mark.parametrize(
    "error", [MapError(34, b"\0"), MapError(1, SmDeliveryFailureCause.decode(b"\x30\3\x0a\1\0"))]
)
def test_the_parameter_of_another_error_is_our_bug(error: MapError) -> None:
    with pytest.raises(LocalError):
        encode_error_parameter(error)


def test_operations_show_their_names() -> None:
    assert repr(MT_FORWARD_SM) == "<mt-ForwardSM v3>"
