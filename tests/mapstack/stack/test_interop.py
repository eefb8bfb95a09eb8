"""tshark reads every dialogue that we emit: results, errors, refusals, aborts, rejects, segments."""

import struct
from collections.abc import Callable
from pathlib import Path

import pytest

from mapstack import INFORM_SERVICE_CENTRE, MT_FORWARD_SM, SEND_ROUTING_INFO_FOR_SM, Invoked
from mapstack.tcap.component import encode_invoke
from mapstack.tcap.dialogue_portion import encode_aarq
from mapstack.tcap.message import MessageType, encode_message
from tests.mapstack.stack.network import HLR, Network
from tests.mapstack.stack.samples import ARGUMENTS, ERRORS, INFORM, RESULTS

pytestmark = pytest.mark.interop

_EXPORTED_PDU = 252
_PROTOCOL_NAME, _END_OF_TAGS = 12, 0


def _capture(path: Path, messages: list[bytes]) -> Path:
    """A pcap of exported PDUs, each of them M3UA."""
    head = struct.pack("!HH4sHH", _PROTOCOL_NAME, 4, b"m3ua", _END_OF_TAGS, 0)
    octets = struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 65535, _EXPORTED_PDU)
    for index, message in enumerate(messages):
        size = len(head) + len(message)
        octets += struct.pack("<IIII", index, 0, size, size) + head + message
    path.write_bytes(octets)
    return path


def _dialogues() -> list[bytes]:
    network = Network()
    for operation, arg in ARGUMENTS.items():
        for refused in (False, True):
            network.sc.invoke(operation, HLR, arg, network.now)
            for event in network.exchange()[1]:
                assert isinstance(event, Invoked)
                inform = INFORM if event.operation.context is INFORM_SERVICE_CENTRE.context else None
                if refused:
                    network.hlr.error(event.dialogue, ERRORS[operation], network.now, inform=inform)
                else:
                    network.hlr.result(event.dialogue, RESULTS[operation], network.now, inform=inform)
            network.exchange()
    return network.wire


def _refusals() -> list[bytes]:
    network = Network()
    otid = bytes.fromhex("4804000000aa")
    invoke = encode_invoke(1, 44, b"\x30\x00")
    portion = encode_aarq((0, 4, 0, 0, 1, 0, 25, 4))
    request = MT_FORWARD_SM.context.request
    for data in (
        encode_message(MessageType.BEGIN, otid, portion, invoke),
        encode_message(MessageType.BEGIN, otid, b"", invoke),
        encode_message(MessageType.BEGIN, otid, request, invoke),
        encode_message(MessageType.BEGIN, otid, request, b"\xa1\x7f"),
        encode_message(MessageType.BEGIN, otid, request, b""),
    ):
        network.sc._sccp.unitdata(HLR, HLR, data, network.now, sls=0)
        for each, flow in network.sc.take_output():
            network.hlr.receive(each, flow, network.now)
        network.wire += network.from_hlr()
    network.sc.invoke(SEND_ROUTING_INFO_FOR_SM, HLR, ARGUMENTS[SEND_ROUTING_INFO_FOR_SM], network.now)
    (event,) = network.exchange()[1]
    assert isinstance(event, Invoked)
    network.hlr.abort(event.dialogue, network.now)
    network.exchange()
    return network.wire


def test_tshark_reads_our_dialogues(tmp_path: Path, dissect: Callable[[Path], str]) -> None:
    messages = _dialogues()
    text = dissect(_capture(tmp_path / "dialogues.pcap", messages))
    for word in (
        "sendRoutingInfoForSM",
        "mo-forwardSM",
        "mt-forwardSM",
        "reportSM-DeliveryStatus",
        "informServiceCentre",
        "alertServiceCentre",
        "anyTimeModification",
        "absentSubscriberSM",
        "ip-sm-gw-DiameterAddress",
    ):
        assert word.lower() in text.lower(), word
    assert text.count("returnResultLast") >= len(ARGUMENTS)
    assert text.count("GSM Mobile Application") >= len(messages)


def test_tshark_reads_our_refusals(tmp_path: Path, dissect: Callable[[Path], str]) -> None:
    text = dissect(_capture(tmp_path / "refusals.pcap", _refusals()))
    for word in ("reject-permanent", "incorrectTransactionPortion", "mistypedParameter", "abort-source"):
        assert word.lower() in text.lower(), word
