"""tshark and pycrate read every kind of component, problem, cause and reason that we write (Q.773 §3)."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from pycrate_asn1dir.TCAP_MAPv2v3 import GLOBAL

from mapstack import MT_FORWARD_SM, SEND_ROUTING_INFO_FOR_SM, AddressString, Handshake, MapOpenInfo
from mapstack.ber import element
from mapstack.map.dialogue_information import (
    MapDialoguePdu,
    MapProviderAbortInfo,
    MapProviderAbortReason,
    MapRefuseInfo,
    MapUserAbortChoice,
    MapUserAbortInfo,
    Reason,
    ResourceUnavailableReason,
    encode_user_information,
)
from mapstack.map.short_message import MtForwardSmArg
from mapstack.tcap.component import (
    GeneralProblem,
    InvokeProblem,
    ProblemType,
    ReturnErrorProblem,
    ReturnResultProblem,
    encode_invoke,
    encode_reject,
    encode_return_error,
    encode_return_result,
    encode_return_result_not_last,
)
from mapstack.tcap.dialogue_portion import Aare, encode_aare, encode_aarq, encode_abrt
from mapstack.tcap.message import MessageType, PAbortCause, encode_message, p_abort, u_abort
from tests.mapstack.stack.network import HLR, OTID, SC, Network
from tests.mapstack.stack.peer import LAST, MESSAGE, NEXT
from tests.mapstack.stack.samples import ARGUMENTS
from tests.mapstack.stack.test_interop import _capture

# Without the AARQ before it tshark knows no member of version 3.
assert isinstance(MESSAGE, MtForwardSmArg)
PLAIN = replace(LAST, sm_rp_da=MESSAGE.sm_rp_da, sm_rp_oa=MESSAGE.sm_rp_oa)
DTID = element(0x49, b"\0\0\0\1")
RESULT = b"\x30\x04\x04\x02\x00\x00"
PROBLEMS = [
    (kind, problem)
    for kind, problems in (
        (ProblemType.GENERAL, GeneralProblem),
        (ProblemType.INVOKE, InvokeProblem),
        (ProblemType.RETURN_RESULT, ReturnResultProblem),
        (ProblemType.RETURN_ERROR, ReturnErrorProblem),
    )
    for problem in problems
]
ITU = {
    ProblemType.GENERAL: "general",
    ProblemType.INVOKE: "invoke",
    ProblemType.RETURN_RESULT: "returnResult",
    ProblemType.RETURN_ERROR: "returnError",
}
COMPONENTS = [
    encode_invoke(1, 44, PLAIN.encode()),
    encode_invoke(-128, 44, NEXT.encode(), 127),
    encode_invoke(127, 63, b"\x30\x00"),
    encode_return_result(-1, 44, RESULT),
    encode_return_result(2, 44, b""),
    encode_return_result_not_last(3, 44, RESULT),
    encode_return_error(4, 32, b"\x30\x03\x0a\x01\x00"),
    encode_return_error(5, 27, b""),
    *(encode_reject(each, *problem) for each in (6, None) for problem in PROBLEMS),
]
ABORTS = [
    u_abort(b"\0\0\0\1", encode_aare(Aare((0, 4, 0, 0, 1, 0, 25, 3), 1, 2, by_provider=True))),
    *(p_abort(b"\0\0\0\1", cause) for cause in PAbortCause),
    *(
        u_abort(b"\0\0\0\1", encode_abrt(encode_user_information(pdu)))
        for pdu in (
            MapDialoguePdu(
                map_user_abort=MapUserAbortInfo(
                    map_user_abort_choice=MapUserAbortChoice(
                        resource_unavailable=ResourceUnavailableReason.LONG_TERM_RESOURCE_LIMITATION
                    )
                )
            ),
            MapDialoguePdu(
                map_provider_abort=MapProviderAbortInfo(
                    map_provider_abort_reason=MapProviderAbortReason.INVALID_PDU
                )
            ),
        )
    ),
    u_abort(
        b"\0\0\0\1",
        encode_aare(
            Aare(
                (0, 4, 0, 0, 1, 0, 25, 3),
                1,
                1,
                user_information=encode_user_information(
                    MapDialoguePdu(map_refuse=MapRefuseInfo(reason=Reason.INVALID_DESTINATION_REFERENCE))
                ),
            )
        ),
    ),
]
OPENED = encode_aarq(
    (0, 4, 0, 0, 1, 0, 25, 3),
    encode_user_information(
        MapDialoguePdu(map_open=MapOpenInfo(destination_reference=AddressString("001010123456789", 1, 6)))
    ),
)
MESSAGES = [
    *(encode_message(MessageType.CONTINUE, OTID + DTID, b"", each) for each in COMPONENTS),
    encode_message(MessageType.CONTINUE, OTID + DTID, b"", b"".join(COMPONENTS[:3] + COMPONENTS[6:])),
    encode_message(MessageType.BEGIN, OTID, OPENED, COMPONENTS[0]),
    encode_message(MessageType.UNIDIRECTIONAL, b"", b"", COMPONENTS[2]),
    encode_message(MessageType.CONTINUE, OTID + DTID, b"", b""),
    encode_message(MessageType.CONTINUE, OTID + DTID, MT_FORWARD_SM.context.accept, b""),
    encode_message(MessageType.END, DTID, b"", b""),
    *ABORTS,
]


@pytest.mark.parametrize("octets", MESSAGES, ids=lambda each: each.hex()[:24])
def test_pycrate_reads_each_message(octets: bytes) -> None:
    whole = GLOBAL.MOD["TCAP-MAP-Messages"]["TCAP-MAP-Message"]
    whole.from_ber(octets)
    assert whole.get_val()[0] == MessageType(octets[0]).name.lower()


@pytest.mark.parametrize("invoke_id", [1, None])
@pytest.mark.parametrize("problem", PROBLEMS)
def test_pycrate_reads_each_problem(problem: tuple[ProblemType, int], invoke_id: int | None) -> None:
    whole = GLOBAL.MOD["TCAP-MAP-Messages"]["TCAP-MAP-Message"]
    reject = encode_reject(invoke_id, *problem)
    whole.from_ber(encode_message(MessageType.END, DTID, b"", reject))
    assert f"('{ITU[problem[0]]}', {int(problem[1])})" in repr(whole.get_val())


def _older(network: Network) -> None:
    """A dialogue of each version, a handshake and messages that follow each other."""
    form = SEND_ROUTING_INFO_FOR_SM
    arg = ARGUMENTS[form]
    while True:
        network.sc.invoke(form, HLR, arg, network.now, map_open=MapOpenInfo())
        network.exchange()
        said = form.to_older(arg)
        if form.older is None or said is None:
            return
        form, arg = form.older, said  # type: ignore[assignment]  # samples are of either kind


@pytest.mark.interop
def test_tshark_reads_each_message(tmp_path: Path, dissect: Callable[[Path], str]) -> None:
    network = Network(handshakes=(Handshake(operations=frozenset({"mt-ForwardSM"})),))
    for octets in MESSAGES:
        assert network.sc._sccp.unitdata(HLR, SC, octets, network.now, sls=0) is None
    frames = network.from_sc()
    _older(network)
    text = dissect(_capture(tmp_path / "components.pcap", frames + network.wire))
    for word in (
        *("returnResultNotLast", "linked", "unidirectional", "map-open", "destinationReference"),
        *("resourceLimitation", "badlyFormattedTransactionPortion", "unrecognizedMessageType"),
        *("longTermResourceLimitation", "invalidPDU", "invalidDestinationReference", "reject-permanent"),
        "no-common-dialogue-portion",
        *(
            "unrecognizedLinkedID",
            "linkedResponseUnexpected",
            "unexpectedLinkedOperation",
            "initiatingRelease",
        ),
        *("duplicateInvokeID", "unexpectedError", "unrecognizedError", "badlyStructuredComponent"),
        "moreMessagesToSend",
    ):
        assert word.lower() in text.lower(), word
