"""Authentication vectors of the lab's HLR as tshark reads them: one, and as many as there may be."""

from collections.abc import Callable
from pathlib import Path

import pytest

from ipsmgw.trace import write_pcap
from lab.carrier import Carrier
from lab.plan import PHONES
from mapstack.map.authentication import ReSynchronisationInfo, SendAuthenticationInfoArg
from mapstack.map.authentication_v2 import SendAuthenticationInfoArgV2
from mapstack.map.mobile_service_operations import SEND_AUTHENTICATION_INFO, SEND_AUTHENTICATION_INFO_V2
from tests.lab.asker import Asker, play

pytestmark = pytest.mark.interop

IMSI = PHONES[0].imsi


def test_vectors_are_decoded_to_their_parts(dissect: Callable[[Path], str], tmp_path: Path) -> None:
    async def story(carrier: Carrier, asker: Asker) -> None:
        for count in (1, 5):
            arg = SendAuthenticationInfoArg(imsi=IMSI, number_of_requested_vectors=count)
            await asker.ask(SEND_AUTHENTICATION_INFO, arg)
        behind = ReSynchronisationInfo(rand=bytes(16), auts=bytes(14))
        arg = SendAuthenticationInfoArg(
            imsi=IMSI, number_of_requested_vectors=1, re_synchronisation_info=behind
        )
        await asker.ask(SEND_AUTHENTICATION_INFO, arg)
        await asker.ask(SEND_AUTHENTICATION_INFO_V2, SendAuthenticationInfoArgV2(imsi=IMSI))

    verdict = play(story)
    path = tmp_path / "vectors.pcap"
    with path.open("wb") as stream:
        write_pcap(stream, verdict.pdus, verdict.endpoints)
    said = dissect(path)
    assert said.count("AuthenticationQuintuplet\n") == 6
    assert said.count("    sres: ") == 5
    assert said.count("re-synchronisationInfo\n") == 1
    assert said.count("localValue: unexpectedDataValue (36)") == 1
