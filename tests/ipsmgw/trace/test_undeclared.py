"""What mapstack does not declare is read by pycrate: which operation, in how long, whatever the octets."""

import sys
from types import FrameType

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ipsmgw.trace import LayerName, decode
from ipsmgw.trace.layers.undeclared import Part, is_cap, parameter
from ipsmgw.trace.tree import Tree
from mapstack.ber import element
from mapstack.tcap.component import encode_invoke, encode_return_error, encode_return_result
from mapstack.tcap.dialogue_portion import encode_aarq
from mapstack.tcap.message import MessageType, encode_message

# CAMEL phase 2, with components of indefinite length: wmnsk/go-tcap, TestMakeDER "Camel-V2 invoke initialDP".
INITIAL_DP = bytes.fromhex(
    "6281a94804b70801a16b1e281c060700118605010101a011600f80020780a1090607040000010032016c80a17d02010002"
    "0100307580010183070313890027821785010a8a088493975617699909bb0580038090a39c01029f320852507017322911"
    "f7bf34170201008107919756176999f9a309800752f099d05b37d0bf35038301119f3605f943d000039f3707919756176999"
    "f99f3807819830535304f99f390802420122806080020000"
)
USSD, LCS = (0, 4, 0, 0, 1, 0, 19, 2), (0, 4, 0, 0, 1, 0, 37, 3)


def _walk(tree: Tree) -> dict[str, str]:
    found: dict[str, str] = {}
    for child in tree.children:
        found = _walk(child) | found
    return {tree.name: tree.value} | found


def _begin(component: bytes, context: tuple[int, ...] = ()) -> bytes:
    portion = encode_aarq(context) if context else b""
    return encode_message(MessageType.BEGIN, bytes.fromhex("480400000001"), portion, component)


def test_camel_is_read() -> None:
    found = decode(INITIAL_DP, LayerName.TCAP)
    rows = _walk(found.tree)
    assert rows["invoke"] == "initialDP"
    assert rows["argument"] == "InitialDPArg (not declared: read by pycrate)"
    assert (rows["serviceKey"], rows["eventTypeBCSM"]) == ("1", "collectedInfo")
    assert rows["mscAddress"] == "919756176999f9"
    assert found.reencoded is None


def test_camel_has_codes_of_its_own() -> None:
    with_context = encode_message(
        MessageType.BEGIN,
        bytes.fromhex("480400000001"),
        encode_aarq((0, 4, 0, 0, 1, 23, 3, 61)),
        encode_invoke(1, 66, element(0x04, b"\x01")),
    )
    assert _walk(decode(with_context, LayerName.TCAP).tree)["invoke"] == "releaseSMS"
    alone = encode_message(
        MessageType.END, bytes.fromhex("490400000001"), b"", encode_invoke(1, 24, bytes.fromhex("3003800107"))
    )
    rows = _walk(decode(alone, LayerName.TCAP).tree)
    assert (rows["invoke"], rows["argument"]) == (
        "sendRoutingInfoForGprs",
        "EventReportBCSMArg (not declared: read by pycrate)",
    )


def test_a_supplementary_service_is_read() -> None:
    argument = bytes.fromhex("300d" + "04010f" + "0408" + "aa510c0693c16035")
    rows = _walk(decode(_begin(encode_invoke(1, 59, argument), USSD), LayerName.TCAP).tree)
    assert rows["invoke"] == "processUnstructuredSS-Request"
    assert rows["argument"] == "USSD-Arg (not declared: read by pycrate)"
    assert (rows["ussd-DataCodingScheme"], rows["ussd-String"]) == ("0f", "aa510c0693c16035")


def test_location_services_are_read() -> None:
    argument = bytes.fromhex("300f" + "800491555100" + "a107" + "8005" + "9155510000")
    rows = _walk(decode(_begin(encode_invoke(1, 85, argument), LCS), LayerName.TCAP).tree)
    assert (rows["invoke"], rows["mlcNumber"]) == ("sendRoutingInfoForLCS", "91555100")


def test_results_and_errors_of_others_are_read_too() -> None:
    result = encode_return_result(1, 59, bytes.fromhex("300d04010f0408aa510c0693c16035"))
    assert _walk(decode(_begin(result, USSD), LayerName.TCAP).tree)["ussd-DataCodingScheme"] == "0f"
    error = encode_return_error(1, 37, bytes.fromhex("0a0101"))
    rows = _walk(decode(_begin(error, USSD), LayerName.TCAP).tree)
    assert (rows["return error"], rows["value"]) == ("pw-RegistrationFailure", "invalidFormat")


@pytest.mark.parametrize(
    ("context", "cap"),
    [
        ((0, 4, 0, 0, 1, 0, 50, 1), True),
        ((0, 4, 0, 0, 1, 0, 51, 1), True),
        ((0, 4, 0, 0, 1, 21, 3, 4), True),
        ((0, 4, 0, 0, 1, 23, 3, 4), True),
        ((0, 4, 0, 0, 1, 0, 25, 3), False),
        ((0, 4, 0, 0, 1, 0), False),
        ((), False),
    ],
)
def test_contexts_of_camel_are_known(context: tuple[int, ...], cap: bool) -> None:
    assert is_cap(context) is cap


@given(
    octets=st.binary(max_size=80),
    part=st.sampled_from(Part),
    code=st.integers(0, 100),
    cap=st.booleans(),
    tag=st.sampled_from([0x30, 0x04, 0xA3, 0x0A]),
)
def test_any_octets_are_read_or_not(octets: bytes, part: Part, code: int, cap: bool, tag: int) -> None:
    for each in (octets, element(tag, octets)):
        found = parameter(each, part, code, cap=cap, span=(0, 1))
        assert found is None or found.rows is not None


@pytest.mark.parametrize(
    "octets",
    [
        b"\x30\x80" * 2000,
        b"\x30\x80" * 1000 + b"\0\0" * 1000,
        element(0x30, element(0xA1, b"\xa2\0" * 1900)),
        element(0x30, b"\x04\0" * 1900),
        bytes(5000),
        element(0x30, b"\x30\x03\x80\x01\x01" * 800),
    ],
)
def test_huge_and_nested_octets_cost_little(octets: bytes) -> None:
    for code in (7, 8, 37, 62, 83):
        for cap in (False, True):
            parameter(b"\x30\0", Part.ARGUMENT, code, cap=cap, span=(0, 1))  # its modules are there
            assert _calls(octets, code, cap=cap) < 200_000  # some tens of ms


def _calls(octets: bytes, code: int, *, cap: bool) -> int:
    calls = 0

    def note(frame: FrameType, event: str, _: object) -> None:
        nonlocal calls
        calls += event == "call"

    before = sys.getprofile()
    sys.setprofile(note)
    try:
        parameter(octets, Part.ARGUMENT, code, cap=cap, span=(0, 1))
    finally:
        sys.setprofile(before)
    return calls
