"""Every fault happens, as our decoder and tshark tell it, and the gateway stays truthful under it."""

from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest

from ipsmgw.smpp import Status
from ipsmgw.trace import write_pcap
from lab.carrier import Carrier
from lab.elements.esme_ledger import Asked
from lab.meddling.catalogue import catalogue
from lab.runner import run
from lab.scenario import Scenario
from lab.scenarios.esme import bound, with_esme
from lab.steps import registered
from tests.lab.meddling.every_fault import CASES, Case, play

CODES = {"hlr": 13, "smsc": 14}
BY_OTHERS = {"smpp"}


def has_status(asked: Asked) -> bool:
    return asked.status is not None


def faults_of(case: Case) -> set[str]:
    return set(case.rule.replace(",", " ").split()) & catalogue(CODES).keys()


def test_there_is_a_case_for_each_fault() -> None:
    assert set().union(*map(faults_of, CASES)) | BY_OTHERS == set(catalogue(CODES))


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.rule)
def test_a_fault_is_seen_and_the_gateway_tells_what_is_so(case: Case) -> None:
    played = play(case)
    picture = played.verdict.ladder(width=250)
    assert [label for label in case.seen if label not in picture] == []
    assert (played.alice, played.bob, played.struck) == (case.alice, case.bob, case.strikes)
    assert played.verdict.broken is None, picture


@pytest.mark.interop
def test_tshark_sees_in_them_what_our_decoder_sees(tmp_path: Path, dissect: Callable[[Path], str]) -> None:
    for number, case in enumerate(case for case in CASES if case.wireshark):
        verdict = play(case).verdict
        path = tmp_path / f"{number}.pcap"
        with path.open("wb") as stream:
            write_pcap(stream, [pdu for pdu in verdict.pdus if pdu.fate], verdict.endpoints)
        told = dissect(path)
        assert [words for words in case.wireshark if words not in told] == [], (case.rule, told)


def test_an_esme_is_throttled_and_its_next_message_is_taken() -> None:
    heard: list[int | None] = []

    async def story(carrier: Carrier) -> None:
        (bob,) = await registered(carrier, "bob")
        esme = await bound(carrier)
        carrier.fault("smsc submit_sm 1 x smpp RTHROTTLED")
        for words in ("too fast", "slower"):
            asked = esme.send(words, bob.msisdn)
            await carrier.until(partial(has_status, asked), "it is answered")
            heard.append(asked.status)

    verdict = run(Scenario("throttled", "", "", story, with_esme))
    assert verdict.broken is None
    assert heard == [Status.RTHROTTLED, Status.ROK]
    assert "submit_sm_resp" in next(line for line in verdict.ladder(250).splitlines() if "(forged)" in line)


def test_the_same_seed_draws_the_same_faults_and_another_seed_others() -> None:
    case = Case("* SIP 30% silence, 10% late 1 s, 10% twice", ())
    digests = [play(case, seed).verdict.digest for seed in (1, 1, 2)]
    assert digests[0] == digests[1] != digests[2]
