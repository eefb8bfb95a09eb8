"""SIPp is the phones, with a MILENAGE and a digest of its own: they register with the gateway itself."""

import asyncio
from collections.abc import Awaitable, Callable
from functools import partial
from pathlib import Path
from shutil import which

import pytest

from lab.steps import settled
from tests.interop.sipp import Core, Sipp, core

pytestmark = [pytest.mark.interop, pytest.mark.wire]

Story = Callable[[Core, Path], Awaitable[None]]


@pytest.fixture
def play(tmp_path: Path, worker_id: str) -> Callable[[Story], None]:
    """Tells a story with a core of its own: each worker of xdist has its own addresses."""
    if which("sipp") is None:
        pytest.skip("sipp is not installed")
    network = 240 + int(worker_id.removeprefix("gw")) if worker_id.startswith("gw") else 239

    async def told(story: Story) -> None:
        async with core(network, 1, direct=True) as carrier:
            await story(carrier, tmp_path)

    return lambda story: asyncio.run(told(story))


def test_a_phone_of_sipp_registers_by_aka_sends_and_refreshes(play: Callable[[Story], None]) -> None:
    async def story(carrier: Core, folder: Path) -> None:
        (person,) = carrier.plan.subscribers
        report = str(Path(__file__).with_name("sipp_scenarios") / "report.xml")
        record, number = carrier.hlr.subscriber(person.msisdn), carrier.plan.gateway_number

        def known(times: int) -> bool:
            return record.ip_sm_gw == number and len(carrier.smsc.mo) == times

        for times in (1, 2):
            await Sipp(carrier.plan, folder, node=person.name).play("register_aka", "-oocsf", report)
            await carrier.until(partial(known, times), "the HLR knows, and the SC has it")
            assert carrier.smsc.mo[-1].oa == person.msisdn
            assert carrier.gateway.status()["bindings"] == 1
            await settled(carrier)

    play(story)


def test_without_the_key_sipp_does_not_believe_the_network(play: Callable[[Story], None]) -> None:
    async def story(carrier: Core, folder: Path) -> None:
        with pytest.raises(AssertionError, match="AKAv1MD5 : MAC != eXpectedMAC"):
            await Sipp(carrier.plan, folder, node="p0", key=bytes(16)).play("register_aka", calls=1)
        assert carrier.gateway.status()["bindings"] == 0

    play(story)
