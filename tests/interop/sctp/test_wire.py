"""What all these tests have put on the wire, as tshark reads it (RFC 4666 §1.4.7, §7.1)."""

import asyncio

import pytest

from tests.interop.sctp.capture import Capture
from tests.interop.sctp.pair import pair, sc_end
from tests.interop.sctp.place import HLR, Place
from tests.interop.sctp.test_sccp_peer import ECHO_POINT_CODE
from tests.mapstack.stack.samples import ARGUMENTS

pytestmark = pytest.mark.interop

TRANSFER, PPID = 1, 3
# what is said to the echo is no TCAP, whatever its subsystem number
TO_THE_ECHO = f"m3ua.protocol_data_dpc == {ECHO_POINT_CODE} || m3ua.protocol_data_opc == {ECHO_POINT_CODE}"


def test_nothing_on_the_wire_is_malformed_and_data_keep_off_stream_0(place: Place, capture: Capture) -> None:
    async def scenario() -> None:
        async with pair(sc_end(place)) as (_, sc, _):
            for operation, arg in ARGUMENTS.items():
                await sc.outcome(sc.ask(operation, HLR, arg))

    asyncio.run(scenario())
    assert capture.close() == 0
    assert capture.malformed(TO_THE_ECHO) == []
    chunks = list(capture.chunks())
    data = [each for each in chunks if each.message_class == TRANSFER]
    assert len(data) >= 2 * len(ARGUMENTS)
    assert len({each.stream for each in data}) > 1
    assert [each for each in data if each.stream == 0] == []
    assert [each for each in chunks if each.message_class != TRANSFER and each.stream != 0] == []
    assert {each.ppid for each in chunks} == {PPID}
