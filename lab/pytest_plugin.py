"""The pytest plugin: fixtures `carrier` and `wire_carrier`, marker, options (docs/pytest.md).

Nothing of the lab is imported before a test asks for a carrier.
"""

import re
from collections.abc import Callable, Generator, Iterator
from dataclasses import fields, replace
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple, NoReturn, cast

import pytest

if TYPE_CHECKING:
    from lab.faults import Faults
    from lab.plan import Plan
    from lab.stage import Stage

__all__ = ["carrier", "carrier_seed", "wire_carrier"]

_MARKER = (
    'carrier(*changes, seed=1, faults="none", laws=True, **fields): '
    "what the test wants of its carrier: functions from Plan to Plan, and fields of Plan (docs/pytest.md)"
)
_OWN = ("seed", "faults", "laws")
_NETWORK = 200
_WIDTH = 120  # columns of a ladder


def pytest_addoption(parser: pytest.Parser) -> None:
    """All options of the lab."""
    group = parser.getgroup("carrier", "a simulated carrier (ipsmgw)")
    group.addoption(
        "--carrier", type=Path, metavar="FILE", help="the description of the carrier: docs/carrier.toml"
    )
    group.addoption(
        "--carrier-seed", type=int, default=1, metavar="N", help="what all randomness follows from"
    )
    group.addoption(
        "--carrier-pcap",
        type=Path,
        metavar="DIR",
        help="where captures of failing tests go; else pytest's own",
    )
    group.addoption(
        "--carrier-rows", type=int, default=60, metavar="N", help="rows of the ladder of a failing test"
    )
    group.addoption(
        "--carrier-network",
        type=int,
        metavar="N",
        help=f"wire_carrier: addresses 127.0.N.x, if not those of the description or {_NETWORK}; "
        "with xdist each worker has the next N",
    )


def pytest_configure(config: pytest.Config) -> None:
    """The marker; and a file that is not there is told before any test."""
    config.addinivalue_line("markers", _MARKER)
    file: Path | None = config.getoption("--carrier")
    if file is not None and not file.is_file():
        raise pytest.UsageError(f"--carrier: there is no file {file}")


@pytest.fixture
def carrier(request: pytest.FixtureRequest, carrier_seed: int) -> "Iterator[Stage]":
    """A carrier in virtual time: real timers, and they cost nothing."""
    yield from _staged(request, carrier_seed, wire=False)


@pytest.fixture
def wire_carrier(request: pytest.FixtureRequest, carrier_seed: int) -> "Iterator[Stage]":
    """A carrier on real sockets of loopback, with shortened timers."""
    yield from _staged(request, carrier_seed, wire=True)


@pytest.fixture
def carrier_seed(request: pytest.FixtureRequest) -> int:
    """Of the marker, or the option; parametrize it to play a test with many."""
    seed: int = request.config.getoption("--carrier-seed")
    for marker in request.node.iter_markers("carrier"):
        found = marker.kwargs.get("seed")
        if isinstance(found, int):
            return found
    return seed


class _Playing(NamedTuple):
    """What hooks need to know of a test."""

    stage: "Stage"
    laws: bool
    captures: Path


_PLAYING = pytest.StashKey[_Playing]()


def _staged(request: pytest.FixtureRequest, seed: int, *, wire: bool) -> "Iterator[Stage]":
    from ipsmgw.app import AddressTaken
    from lab.stage import NotSo, Stage

    markers = list(request.node.iter_markers("carrier"))[::-1]  # those of the test itself last
    faults, laws = _faults(markers, wire=wire), all(marker.kwargs.get("laws", True) for marker in markers)
    stage = Stage(_plan(request.config, markers, wire=wire), seed, wire=wire, faults=faults)
    request.node.stash[_PLAYING] = _Playing(stage, laws, _captures(request))
    request.node.user_properties += [("seed", seed), ("clock", "wire" if wire else "virtual")]
    try:
        stage.start()
        yield stage
    except (NotSo, AddressTaken) as fault:
        pytest.fail(f"the carrier does not start: {fault}", pytrace=False)
    finally:
        stage.close()


def _captures(request: pytest.FixtureRequest) -> Path:
    chosen: Path | None = request.config.getoption("--carrier-pcap")
    if chosen is not None:
        return chosen
    factory: pytest.TempPathFactory = request.getfixturevalue("tmp_path_factory")
    return factory.getbasetemp() / "carrier"


def _plan(config: pytest.Config, markers: list[pytest.Mark], *, wire: bool) -> "Plan":
    """The carrier as the markers change it."""
    plan, changed = _described(config, wire=wire), cast("Callable[..., Plan]", replace)
    for marker in markers:
        for change in marker.args:
            plan = change(plan)
        chosen, wrong = _fields(marker), ""
        try:
            plan = changed(plan, **chosen)
        except ValueError as fault:
            wrong = str(fault)
        if wrong:
            _refuse(wrong)
    return plan


def _fields(marker: pytest.Mark) -> dict[str, object]:
    from lab.plan import Plan

    known = {field.name for field in fields(Plan)}
    chosen = {name: value for name, value in marker.kwargs.items() if name not in _OWN}
    unknown = sorted(chosen.keys() - known)
    if unknown:
        _refuse(f"there is no {unknown[0]!r}; there are {', '.join((*_OWN, *sorted(known)))}")
    return chosen


def _faults(markers: list[pytest.Mark], *, wire: bool) -> "Faults":
    from lab.faults import ALL, NONE, Faults

    named = {"none": NONE, "all": ALL}
    chosen = [marker.kwargs["faults"] for marker in markers if "faults" in marker.kwargs]
    faults = named.get(chosen[-1], chosen[-1]) if chosen else NONE
    if not isinstance(faults, Faults):
        _refuse("faults are 'none', 'all', or a lab.faults.Faults")
    if wire and faults != NONE:
        _refuse("faults are for virtual time: wire_carrier has none")
    return faults


def _refuse(sentence: str) -> NoReturn:
    pytest.fail(f"@pytest.mark.carrier: {sentence}", pytrace=False)


def _described(config: pytest.Config, *, wire: bool) -> "Plan":
    """The carrier of --carrier, or the usual one."""
    from ipsmgw.settings import BadSettings
    from lab.description import describe
    from lab.plan import PACED, Plan, PlanTimers

    file: Path | None = config.getoption("--carrier")
    timers = PACED if wire else PlanTimers()
    if file is None:
        return Plan(network=_network(config, _NETWORK), timers=timers)
    faults: tuple[str, ...] = ()
    try:
        plan = describe(file, timers)
    except BadSettings as bad:
        faults = tuple(bad.faults)
    if faults:
        pytest.fail("\n".join(faults), pytrace=False)
    if plan.external and not wire:
        pytest.fail(
            f"{file}: somebody else plays {', '.join(plan.external)}: take wire_carrier", pytrace=False
        )
    return plan if plan.external else replace(plan, network=_network(config, plan.network))


def _network(config: pytest.Config, usual: int) -> int:
    first: int = config.getoption("--carrier-network") or usual
    worker = re.search(r"\d+", str(getattr(config, "workerinput", {}).get("workerid", "")))
    return first + (int(worker[0]) if worker else 0)


@pytest.hookimpl(wrapper=True)
def pytest_pyfunc_call(pyfuncitem: pytest.Function) -> Generator[None, object, object]:
    """A test that has passed has broken no law either, when all that is under way has ended."""
    result = yield
    playing = pyfuncitem.stash.get(_PLAYING, None)
    broken = playing.stage.conclude() if playing is not None and playing.laws else []
    if broken:
        pytest.fail("after the test: " + "; ".join(broken), pytrace=False)
    return result


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """A failing test shows what came true, the ladder, and where its capture is."""
    report = yield
    playing = item.stash.get(_PLAYING, None)
    if playing is not None and report.failed and report.when == "call":
        path = _capture(item, playing)
        item.user_properties.append(("pcap", str(path)))
        report.sections.append(
            ("carrier", _told(playing.stage, path, item.config.getoption("--carrier-rows")))
        )
    return report


def _capture(item: pytest.Item, playing: _Playing) -> Path:
    playing.captures.mkdir(parents=True, exist_ok=True)
    path = playing.captures / (re.sub(r"[^\w.-]+", "_", item.nodeid).strip("_") + ".pcap")
    playing.stage.write_pcap(path)
    return path


def _told(stage: "Stage", path: Path, rows: int) -> str:
    lines = [f"{'wire' if stage.wire else 'virtual'}, seed {stage.seed}", f"capture: {path}"]
    lines += [f"✓ {when - stage.began:10.3f} s  {sentence}" for when, sentence in stage.expectations.seen]
    return "\n".join((*lines, stage.ladder(_WIDTH, rows)))
