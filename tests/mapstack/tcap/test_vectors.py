"""TCAP of captures and test suites: what is read and written again means the same to pycrate."""

from typing import cast

import pytest
from pycrate_asn1dir.TCAP_MAPv2v3 import GLOBAL

from mapstack.ber import element, read_header
from mapstack.errors import DecodeError
from mapstack.sccp.message import decode as decode_sccp
from mapstack.tcap.component import (
    Component,
    ComponentType,
    InvokeProblem,
    ProblemType,
    decode_components,
    encode_invoke,
    encode_reject,
    encode_return_error,
    encode_return_result,
)
from mapstack.tcap.dialogue_portion import (
    Aare,
    Aarq,
    Abrt,
    decode_dialogue,
    encode_aare,
    encode_aarq,
    encode_abrt,
)
from mapstack.tcap.message import Message, MessageType, decode_message, encode_message
from tests.mapstack.vectors import vectors

VECTORS = vectors("tcap")
PARTS = {"tcap-reject-component", "tcap-aare-refused-ac"}
MESSAGES = [name for name in VECTORS if name not in PARTS]


def _tcap(name: str) -> bytes:
    octets = bytes.fromhex(VECTORS[name]["hex"])
    return octets if name.startswith("tcap-") else decode_sccp(octets).data


def _parameter(component: Component, data: bytes) -> bytes:
    return element(component.tag, data[component.start : component.stop]) if component.tag else b""


def _encode_component(component: Component, data: bytes) -> bytes:
    """What we would send to say the same."""
    invoke_id, code, parameter = component.invoke_id, component.code or 0, _parameter(component, data)
    if component.problem is not None or invoke_id is None:
        problem = component.problem
        assert problem is not None
        return encode_reject(invoke_id, *problem)
    write = {
        ComponentType.INVOKE: encode_invoke,
        ComponentType.RETURN_RESULT_LAST: encode_return_result,
        ComponentType.RETURN_ERROR: encode_return_error,
    }
    return write[component.kind](invoke_id, code, parameter)


def _encode_dialogue(portion: bytes) -> bytes:
    if not portion:
        return b""
    match decode_dialogue(portion):
        case Aarq(name, user_information=b""):
            return encode_aarq(name)
        case Aare() as answer if not answer.user_information:
            return encode_aare(answer)
        case Abrt(False, user_information):
            return encode_abrt(user_information)
    return portion  # with user information, which we never send in these


def _encode(message: Message, data: bytes) -> bytes:
    components = decode_components(data, message.start, message.stop)
    tids = b"".join(element(tag, tid) for tag, tid in ((0x48, message.otid), (0x49, message.dtid)) if tid)
    inside = b"".join(_encode_component(each, data) for each in components)
    return encode_message(message.kind, tids, _encode_dialogue(message.dialogue), inside)


def _oracle(data: bytes) -> str:
    whole = GLOBAL.MOD["TCAP-MAP-Messages"]["TCAP-MAP-Message"]
    whole.from_ber(data)
    # Q.773 §4.2.3: version 1 is the default, which some leave out.
    return repr(cast(object, whole.get_val())).replace("'protocol-version': (1, 1), ", "")


@pytest.mark.parametrize("name", MESSAGES)
def test_a_message_says_the_same_when_we_write_it(name: str) -> None:
    data = _tcap(name)
    assert _oracle(_encode(decode_message(data), data)) == _oracle(data)


@pytest.mark.parametrize("name", [each for each in MESSAGES if each.startswith("gen-")])
def test_a_message_of_ours_is_written_octet_for_octet(name: str) -> None:
    data = _tcap(name)
    assert _encode(decode_message(data), data).hex() == data.hex()


def test_a_reject_says_what_was_wrong() -> None:
    data = bytes.fromhex(VECTORS["tcap-reject-component"]["hex"])
    (component,) = decode_components(data, 0, len(data))
    assert component.problem == (ProblemType.INVOKE, InvokeProblem.MISTYPED_PARAMETER)
    assert encode_reject(component.invoke_id, *component.problem) == data


def test_a_refusal_names_the_context() -> None:
    apdu = bytes.fromhex(VECTORS["tcap-aare-refused-ac"]["hex"])
    dialogue_as = bytes.fromhex("060700118605010101")
    portion = element(0x6B, element(0x28, dialogue_as + element(0xA0, apdu)))
    answer = decode_dialogue(portion)
    assert isinstance(answer, Aare)
    assert (answer.result, answer.diagnostic, answer.by_provider) == (1, 2, False)
    assert encode_aare(answer) == portion


def test_an_invoke_of_a_capture_is_understood() -> None:
    data = _tcap("sccp-udt-sri-sm-invoke")
    message = decode_message(data)
    assert (message.kind, message.otid) == (MessageType.BEGIN, bytes.fromhex("00000001"))
    (invoke,) = decode_components(data, message.start, message.stop)
    assert (invoke.kind, invoke.code, invoke.tag) == (ComponentType.INVOKE, 45, 0x30)
    asked = decode_dialogue(message.dialogue)
    assert isinstance(asked, Aarq)
    assert asked.name[:-2] == (0, 4, 0, 0, 1, 0)


@pytest.mark.parametrize("name", MESSAGES)
def test_a_message_cut_anywhere_is_refused(name: str) -> None:
    data = _tcap(name)
    for cut in range(len(data)):
        with pytest.raises(DecodeError):
            decode_message(data[:cut])
    with pytest.raises(DecodeError):
        read_header(data, len(data), len(data))
