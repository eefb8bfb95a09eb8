"""SIPp is the S-CSCF: registrations, MO that come twice, MT with reports, at load, over UDP and TCP."""

import asyncio
import re
from collections import Counter
from collections.abc import Awaitable, Callable
from pathlib import Path
from shutil import which

import pytest

from lab.steps import settled
from tests.interop.sipp import Core, Sipp, core

pytestmark = [pytest.mark.interop, pytest.mark.wire]

_PEOPLE = 100
_LOAD = ("-r", "200")
Story = Callable[[Core, Sipp], Awaitable[None]]


def transports(carrier: Core) -> set[bytes]:
    """By which the gateway has sent its requests to SIPp."""
    sent = [pdu.data for pdu in carrier.pdus if pdu.source == "ipsmgw" and pdu.data.startswith(b"MESSAGE ")]
    return {each for data in sent for each in re.findall(rb"\r\nVia: SIP/2\.0/([A-Z]+) ", data)}


@pytest.fixture(params=["u1", "t1"], ids=["UDP", "TCP"])
def play(request: pytest.FixtureRequest, tmp_path: Path, worker_id: str) -> Callable[[Story], None]:
    """Tells a story with a core of its own: each worker of xdist has its own addresses."""
    if which("sipp") is None:
        pytest.skip("sipp is not installed")
    network = 230 + int(worker_id.removeprefix("gw")) if worker_id.startswith("gw") else 229

    async def told(story: Story) -> None:
        async with core(network, _PEOPLE) as carrier:
            sipp = Sipp(carrier.plan, tmp_path, request.param)
            if request.param == "t1":  # before: a connection for each call, with its port in the Contact
                await Sipp(carrier.plan, tmp_path, "tn").play("register", "-r", "50", "-max_socket", "1000")
            await sipp.play("register", *_LOAD)
            await story(carrier, sipp)
            expected = b"UDP" if request.param == "u1" else b"TCP"
            assert transports(carrier) <= {expected}

    return lambda story: asyncio.run(told(story))


def test_registrations_reach_the_hlr_once(play: Callable[[Story], None]) -> None:
    async def story(carrier: Core, sipp: Sipp) -> None:
        number = carrier.plan.gateway_number
        records = [carrier.hlr.subscriber(each.msisdn) for each in carrier.plan.subscribers]
        await carrier.until(lambda: all(each.ip_sm_gw == number for each in records), "the HLR knows all")
        assert carrier.gateway.status()["bindings"] == _PEOPLE

    play(story)


def test_mo_messages_that_come_twice_are_sent_once_and_reported_once(play: Callable[[Story], None]) -> None:
    async def story(carrier: Core, sipp: Sipp) -> None:
        await sipp.play(
            "mo", *_LOAD, "-nr", "-oocsf", str(Path(__file__).with_name("sipp_scenarios") / "report.xml")
        )
        await carrier.until(lambda: len(carrier.smsc.mo) == _PEOPLE, "the SC has them all")
        await settled(carrier)
        assert {each.oa for each in carrier.smsc.mo} == {each.msisdn for each in carrier.plan.subscribers}
        assert carrier.gateway.status()["cdrs_written"] == _PEOPLE
        accepted = Counter(pdu.data for pdu in carrier.pdus if pdu.data.startswith(b"SIP/2.0 202"))
        assert (len(accepted), set(accepted.values())) == (_PEOPLE, {2})
        assert transports(carrier)

    play(story)


def test_mt_messages_are_delivered_and_reported(play: Callable[[Story], None]) -> None:
    async def story(carrier: Core, sipp: Sipp) -> None:
        phones = await sipp.start("phone")
        for each in carrier.plan.subscribers:
            carrier.smsc.submit("Over SIPp", each.msisdn)
        await carrier.until(
            lambda: all(each.state.final for each in carrier.smsc.mt), "the MT are over", 30.0
        )
        await asyncio.wait_for(phones.communicate(), 30.0)
        assert {each.state.value for each in carrier.smsc.mt} == {"delivered"}
        assert phones.returncode == 0
        assert transports(carrier)
        await settled(carrier)

    play(story)
