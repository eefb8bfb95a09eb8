"""A gateway is killed at any moment: whoever was told yes has handed over, and one record is on disk."""

from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from random import Random

import msgspec
import pytest
from typer.testing import CliRunner

from ipsmgw.charging import read_cdr_file
from ipsmgw.cli.commands import app
from ipsmgw.journal.closing import left_over
from lab.bench.exchange import Exchange
from lab.bench.frames import OTHER_PREFIX
from lab.bench.ledger import Step
from tests.lab.siege import Load, Siege

KILLS = 20

pytestmark = pytest.mark.wire


class Record(msgspec.Struct):
    """What matters here of what `ipsmgw cdr` tells."""

    id: str
    record: str
    outcome: str
    other: str


@pytest.mark.usefixtures("bench_network")
def test_a_gateway_that_is_killed_twenty_times_has_told_nobody_what_is_not_so(tmp_path: Path) -> None:
    rng, mediation = Random(1), Mediation(tmp_path / "cdr")
    with Exchange(rng) as exchange, Siege(tmp_path, exchange, rng) as siege:
        for number in range(KILLS):
            if number % 5 == 4:
                siege.die_before_load(rng.uniform(0.0, 0.2))
            else:
                siege.die_under_load(rng.uniform(0.02, 0.25), power=number % 2 == 1)
            mediation.fetch()
        assert siege.end_well(0.1) == 0
        mediation.fetch()
    assert list(told_wrongly(siege.loads, mediation.records + shown(siege.journal))) == []
    assert mediation.in_ber == mediation.in_json_lines
    assert not left_over(siege.journal)
    assert siege.complaints == ""
    # And there was something to go wrong.
    assert sum(load.open for load in siege.loads) > KILLS
    assert len(mediation.in_ber) > 3
    assert sum(siege.unsynced) > 0


class Mediation:
    """Takes files away as soon as they have a name: they are whole then."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.records: list[Record] = []
        self.in_ber: Counter[str] = Counter()
        self.in_json_lines: Counter[str] = Counter()
        """How many records, by the name of the file before its ending."""

    def fetch(self) -> None:
        for file in self._folder.glob("[!.]*"):
            if file.suffix == ".ber":
                self.in_ber[file.stem] += len(read_cdr_file(file.read_bytes())[1])
            else:
                records = shown(file)
                self.in_json_lines[file.stem] += len(records)
                self.records += records
            file.unlink()


def shown(file: Path) -> list[Record]:
    """By `ipsmgw cdr`."""
    done = CliRunner().invoke(app, ["cdr", str(file)])
    assert done.exit_code == 0, done.output
    return [msgspec.json.decode(line, type=Record) for line in done.output.splitlines()]


def told_wrongly(loads: list[Load], records: list[Record]) -> Iterator[str]:
    found = Counter((each.record, each.other) for each in records)
    handed_on, told = went(loads, Step.HANDED_ON), went(loads, Step.FINISHED)
    yield from (f"told yes, and nobody has it: {each}" for each in told - handed_on)
    yield from (f"told yes, and no record of it: {each}" for each in told - found.keys())
    yield from (f"{count} records: {each}" for each, count in found.items() if count > 1)
    yield from (f"a record, and nobody has it: {each}" for each in found.keys() - handed_on)
    yield from (f"{each.outcome}: {each}" for each in records if each.outcome != "delivered")


def went(loads: list[Load], step: Step) -> set[tuple[str, str]]:
    """The kind of record, and the number of the other party, which is that of the message."""
    return {
        (kind, f"{OTHER_PREFIX}{number:08d}")
        for load in loads
        for kind, ledger in load.ledgers.items()
        for number in ledger.went(step)
    }
