"""Scenarios over the lab's API: which there are, and runs of them with verdict, report and capture."""

from dataclasses import replace

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from ipsmgw.web import Endpoint, as_json
from ipsmgw.web.answers import Decoded, Pdus
from lab.choice import NoScenario, chosen
from lab.meddling.meddling import check_rules
from lab.plan import Plan
from lab.quirks.profile import PLAIN, profiles
from lab.report import VirtualFaults
from lab.scenario import Scenario
from lab.scenarios import SCENARIOS
from lab.web.asking import Answer, Refusal, endpoint, read_body
from lab.web.player import LADDER, PAGE
from lab.web.run_ladder import LadderOf, Ladders
from lab.web.runs import Runs, RunView, State, Wanted

__all__ = ["PlayRequest", "RunRow", "RunsView", "ScenarioRow", "run_routes", "runs_view"]

_MOST_SEED = 2**31
_REPORT_POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; sandbox allow-scripts"
)
"""The report is one file with its script in it, and asks nobody for anything."""


class ScenarioRow(msgspec.Struct):
    """GET /api/scenarios: one story."""

    name: str
    clause: str
    what: str
    robust: bool
    """Whether all that it expects must come true under faults as well."""


class ScenariosView(msgspec.Struct):
    scenarios: list[ScenarioRow]
    quirks: list[str]


class PlayRequest(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """POST /api/runs: names of scenarios, as the command line has them (`mt*`), and how to play them."""

    scenarios: list[str]
    seed: int = 1
    faults: VirtualFaults = "none"
    rules: list[str] = []
    strict: bool = False
    """Whether what the story expects is judged under these rules as well."""
    quirks: str = PLAIN.name


class RunRow(msgspec.Struct, kw_only=True):
    """One run in a list."""

    id: int
    scenario: str
    seed: int
    faults: VirtualFaults
    rules: tuple[str, ...]
    state: State
    came: int
    """Expectations that have come true."""
    latest: str
    broken: str


class RunsView(msgspec.Struct):
    """GET /api/runs: the newest first."""

    runs: list[RunRow]


def runs_view(runs: Runs) -> RunsView:
    return RunsView([_row(each) for each in reversed(runs.all.values())])


def run_routes(runs: Runs) -> list[Endpoint]:
    """All of them."""
    routes = _Routes(runs)
    return [
        endpoint("GET /api/scenarios", routes.scenarios, "Scenarios that can be played", ScenariosView),
        endpoint("GET /api/runs", routes.get_all, "What is played, and was", RunsView),
        endpoint("POST /api/runs", routes.play, "Play scenarios", RunsView, body=PlayRequest, status=202),
        endpoint("DELETE /api/runs", routes.stop_all, "Stop all of them", RunsView),
        endpoint("GET /api/runs/{id:int}", routes.get, "A run, as far as it has come", RunView),
        endpoint("DELETE /api/runs/{id:int}", routes.stop, "Stop it", RunView),
        _file("report", "text/html", "A page with its ladder and decodes", routes.report),
        _file("capture", "application/vnd.tcpdump.pcap", "Its capture", routes.capture),
        endpoint(
            "GET /api/runs/{id:int}/{rest:path}",
            routes.ladder,
            "Its ladder: pdus, pdus/NUMBER, ladder.svg, ladder.txt, ladder.pcap, as of the running lab",
            (Pdus, Decoded),
        ),
    ]


def _file(name: str, media: str, summary: str, answer: Answer) -> Endpoint:
    made = endpoint(f"GET /api/runs/{{id:int}}/{name}", answer, summary, None)
    return replace(made, answers={media: None})


class _Routes:
    def __init__(self, runs: Runs) -> None:
        self._runs = runs
        self._ladders = Ladders()

    async def scenarios(self, request: Request) -> Response:
        rows = [ScenarioRow(each.name, each.clause, each.what, each.robust) for each in SCENARIOS.values()]
        return as_json(ScenariosView(rows, [PLAIN.name, *profiles()]))

    async def get_all(self, request: Request) -> Response:
        return as_json(runs_view(self._runs))

    async def play(self, request: Request) -> Response:
        """202: they wait for their turn."""
        asked = await read_body(request, PlayRequest)
        found = _wanted(asked)
        for scenario in found:
            wanted = Wanted(
                scenario=scenario.name,
                seed=asked.seed,
                faults=asked.faults,
                rules=tuple(asked.rules),
                strict=asked.strict,
                quirks=asked.quirks,
            )
            self._runs.want(wanted, scenario.clause, scenario.what)
        return as_json(runs_view(self._runs), 202)

    async def get(self, request: Request) -> Response:
        return as_json(self._run(request))

    async def stop(self, request: Request) -> Response:
        run = self._run(request)
        await self._runs.stop(run)
        return as_json(run)

    async def stop_all(self, request: Request) -> Response:
        await self._runs.stop_all()
        return as_json(runs_view(self._runs))

    async def report(self, request: Request) -> Response:
        octets = self._file(request, PAGE)
        headers = {"Content-Security-Policy": _REPORT_POLICY}
        return Response(octets, media_type="text/html; charset=utf-8", headers=headers)

    async def capture(self, request: Request) -> Response:
        run = self._run(request)
        name = f"{run.result.name}.pcap" if run.result else ""
        headers = {"Content-Disposition": f'attachment; filename="{name}"'}
        return Response(self._file(request, name), media_type="application/vnd.tcpdump.pcap", headers=headers)

    async def ladder(self, request: Request) -> Response:
        run = self._run(request)
        packed = self._file(request, LADDER)
        return LadderOf(self._ladders.of(run.id, packed), request.path_params["rest"])

    def _run(self, request: Request) -> RunView:
        number = request.path_params["id"]
        run = self._runs.all.get(number)
        if run is None:
            raise Refusal(404, f"there is no run {number}, or it is forgotten")
        return run

    def _file(self, request: Request, name: str) -> bytes:
        run = self._run(request)
        path = self._runs.folder(run) / name
        if run.result is None or not path.is_file():
            raise Refusal(409, f"run {run.id} has nothing to show: it is {run.state}")
        return path.read_bytes()


def _wanted(asked: PlayRequest) -> list[Scenario]:
    if not 0 <= asked.seed <= _MOST_SEED:
        raise Refusal(400, f"a seed is a number from 0 to {_MOST_SEED}, not {asked.seed}")
    if asked.quirks not in (PLAIN.name, *profiles()):
        raise Refusal(
            400, f"there is no profile of quirks {asked.quirks!r}; there are {', '.join(profiles())}"
        )
    if asked.strict and not asked.rules:
        raise Refusal(400, "strict is for rules that are set")
    if not asked.scenarios:
        raise Refusal(400, "which scenario?")
    try:
        found = chosen(SCENARIOS, asked.scenarios)
    except NoScenario as fault:
        raise Refusal(404, str(fault)) from None
    for scenario in found:
        check_rules(asked.rules, scenario.plan(Plan()))
    return found


def _row(run: RunView) -> RunRow:
    return RunRow(
        id=run.id,
        scenario=run.wanted.scenario,
        seed=run.wanted.seed,
        faults=run.wanted.faults,
        rules=run.wanted.rules,
        state=run.state,
        came=len(run.came),
        latest=run.came[-1].sentence if run.came else "",
        broken=run.sentence or (run.result.broken or run.result.reason if run.result else ""),
    )
