"""`ipsmgw run`, a process of its own, in the lab's carrier, through osmo-stp over kernel SCTP."""

import asyncio
import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from lab.carrier import Carrier
from lab.gateway_file import gateway_toml
from lab.ground import WireGround
from lab.plan import PACED, Plan
from lab.scenarios import SCENARIOS
from tests.interop.sctp.carrier import around_stp
from tests.interop.sctp.place import Place
from tests.interop.sctp.stp import PATIENCE

pytestmark = pytest.mark.interop

COMMAND = [sys.executable, "-c", "from ipsmgw.cli import main; main()", "run", "-c"]


class Neighbours(Carrier):
    """All but the gateway."""

    @property
    def nodes(self) -> tuple[str, ...]:
        return tuple(node for node in super().nodes if node != "ipsmgw")


@contextmanager
def gateway(plan: Plan, folder: Path) -> Iterator["subprocess.Popen[str]"]:
    """The process, with what an operator would write into its file."""
    file = folder / "gateway.toml"
    keeps = [
        "[store]",
        f'url = "sqlite:///{folder}/ipsmgw.db"',
        "[journal]",
        f'file = "{folder}/cdr.jsonl"',
    ]
    file.write_text(gateway_toml(plan) + "\n".join([*keeps, ""]))
    command = [*COMMAND, str(file)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        try:
            yield process
        finally:
            process.kill()


def test_phones_register_and_write_to_each_other_by_a_gateway_of_its_own(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    plan = Plan(network=place.network, timers=replace(PACED, start=20.0))

    async def story() -> None:
        ground = WireGround(plan, seed=1)
        carrier = Neighbours(plan, ground)
        try:
            await carrier.start()
            await SCENARIOS["phone_to_phone"].story(carrier)
        finally:
            await carrier.stop()
            await ground.end()

    with around_stp(place, monkeypatch), gateway(plan, place.folder) as process:
        asyncio.run(story())
        process.terminate()
        said, complained = process.communicate(timeout=PATIENCE)
    assert (process.returncode, complained) == (0, "")
    assert f"SIP: udp {plan.host('ipsmgw')}:5060" in said
    records = [json.loads(line) for line in (place.folder / "cdr.jsonl").read_text().splitlines()]
    assert len(records) == 4, records
