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

from lab import seats
from lab.gateway_file import gateway_toml
from lab.plan import Plan
from lab.runner import ClockKind, run
from lab.scenarios import SCENARIOS
from lab.wiring import links
from tests.interop.sctp.carrier import around_stp, with_stp
from tests.interop.sctp.place import Place
from tests.interop.sctp.stp import PATIENCE, Stp

pytestmark = pytest.mark.interop

COMMAND = [sys.executable, "-c", "from ipsmgw.cli import main; main()", "run", "-c"]


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


def _linked(stp: Stp, plan: Plan) -> bool:
    return all(stp.asp(f"ipsmgw-{link.peer}") == "ASP_ACTIVE" for link in links(plan, "ipsmgw"))


STORIES = ("phone_to_phone", "silent_phone", "sc_refuses")


def test_it_passes_where_it_is_not_the_labs(place: Place) -> None:
    elsewhere = (seats.Seat(node="ipsmgw", place=seats.Place.EXTERNAL),)
    plan = replace(with_stp(place), seats=elsewhere).with_serving_nodes()
    with around_stp(place, plan) as stp, gateway(plan, place.folder) as process:
        asyncio.run(stp.until(lambda: _linked(stp, plan), "the gateway is active there"))
        verdicts = [run(SCENARIOS[name], ClockKind.WIRE, carrier=plan) for name in STORIES]
        process.terminate()
        said, complained = process.communicate(timeout=PATIENCE)
    for verdict in verdicts:
        assert verdict.broken is None, verdict.ladder()
    assert (process.returncode, complained) == (0, "")
    assert f"SIP: udp {plan.host('ipsmgw')}:5060" in said
    records = [json.loads(line) for line in (place.folder / "cdr.jsonl").read_text().splitlines()]
    assert len(records) >= 4, records
