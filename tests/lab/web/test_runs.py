"""Scenarios and load that the page has played, by processes of their own."""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path

import httpx
import msgspec
import pytest
from httpx import ASGITransport, AsyncClient
from starlette.applications import Starlette

from ipsmgw.web.endpoint import routes
from lab.web.load_routes import load_routes
from lab.web.loader import LoadOrder
from lab.web.loads import Loads
from lab.web.recorded_wire import recording
from lab.web.run_routes import run_routes
from lab.web.runs import Runs, RunView, Wanted
from lab.web.worker import Worker, WorkerLost

LIMIT = 60.0


async def until(held: Callable[[], bool]) -> None:
    async with asyncio.timeout(LIMIT):
        while not held():
            await asyncio.sleep(0.02)


def with_runs(folder: Path, story: Callable[[Runs, AsyncClient], Awaitable[None]]) -> None:
    async def told() -> None:
        runs = Runs(folder)
        transport = ASGITransport(app=Starlette(routes=routes(run_routes(runs))))
        async with AsyncClient(transport=transport, base_url="http://lab") as client:
            try:
                await story(runs, client)
            finally:
                await runs.close()

    asyncio.run(told())


async def refused(client: AsyncClient, **body: object) -> str:
    answer = await client.post("/api/runs", json=body)
    return f"{answer.status_code} {answer.json()['error']}"


def test_a_scenario_is_played_and_told_with_its_report_capture_and_ladder(tmp_path: Path) -> None:
    async def story(runs: Runs, client: AsyncClient) -> None:
        answer = await client.post("/api/runs", json={"scenarios": ["mo", "mixed"], "faults": "all"})
        assert [each["state"] for each in answer.json()["runs"]] == ["queued", "queued"]
        await until(lambda: all(run.over for run in runs.all.values()))
        mo = msgspec.convert((await client.get("/api/runs/1")).json(), dict[str, object])
        assert (mo["state"], mo["clause"]) == ("passed", "TS 23.204 §6.3, TS 24.341 §5.3.1, TR 23.804 §8.9")
        report = await client.get("/api/runs/1/report")
        assert "sandbox" in report.headers["content-security-policy"]
        assert "1 passed" in report.text
        assert (await client.get("/api/runs/1/capture")).content[:4] == bytes.fromhex("4d3cb2a1")
        recorded = recording((runs.folder(runs.all[1]) / "ladder").read_bytes())
        assert {"alice", "ipsmgw", "smsc"} <= set(recorded.nodes)
        assert any(pdu.protocol == "sip" and b"MESSAGE" in pdu.data[:8] for pdu in recorded.pdus)

    with_runs(tmp_path, story)


def test_a_story_that_does_not_come_true_under_a_rule_has_failed_and_is_remembered_longer(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def story(runs: Runs, client: AsyncClient) -> None:
        rule = {"scenarios": ["mo"], "rules": ["smsc mo-ForwardSM error systemFailure"]}
        for order in ({**rule, "strict": True}, rule, {"scenarios": ["mo"]}):
            await client.post("/api/runs", json=order)
        await until(lambda: all(run.over for run in runs.all.values()))
        failed, forgiven, _ = runs.all.values()
        assert (failed.state, forgiven.state) == ("failed", "passed")
        assert failed.result is not None
        assert failed.result.broken == "the report is an RP-ACK"
        assert failed.result.instead.startswith("report is RpError(")
        assert failed.result.again.endswith("--fault 'smsc mo-ForwardSM error systemFailure' --strict")
        assert forgiven.result is not None
        assert forgiven.result.reason.startswith("rules are set")
        row = (await client.get("/api/runs")).json()["runs"][-1]
        assert (row["broken"], row["rules"]) == ("the report is an RP-ACK", rule["rules"])
        monkeypatch.setattr("lab.web.runs._KEPT", 2)
        await client.post("/api/runs", json={"scenarios": ["mt"]})
        assert list(runs.all) == [1, 3, 4]

    with_runs(tmp_path, story)


def test_all_that_waits_is_stopped_at_once(tmp_path: Path) -> None:
    async def story(runs: Runs, client: AsyncClient) -> None:
        await client.post("/api/runs", json={"scenarios": ["m*"]})
        await until(lambda: any(run.state == "running" for run in runs.all.values()))
        answer = await client.request("DELETE", "/api/runs")
        assert {each["state"] for each in answer.json()["runs"]} <= {"stopped", "passed"}
        again = runs.want(Wanted(scenario="mo"), "", "")
        await until(lambda: again.over)
        assert again.state == "passed"

    with_runs(tmp_path, story)


def test_what_comes_true_is_told_while_it_is_played(tmp_path: Path) -> None:
    async def story(runs: Runs, client: AsyncClient) -> None:
        run = runs.want(Wanted(scenario="mo"), "", "")
        await until(lambda: run.over)
        assert run.came[0].sentence == "all M3UA associations are active"
        assert run.result is not None
        assert [each.sentence for each in run.came] == [each.sentence for each in run.result.expectations]

    with_runs(tmp_path, story)


def test_a_run_is_stopped_and_the_next_one_is_played(tmp_path: Path) -> None:
    async def story(runs: Runs, client: AsyncClient) -> None:
        first, second, third = (runs.want(Wanted(scenario="mo", seed=seed), "", "") for seed in (1, 2, 3))
        await until(lambda: first.state == "running")
        for run in (first, second):
            assert (await client.request("DELETE", f"/api/runs/{run.id}")).json()["state"] == "stopped"
        assert (await client.get(f"/api/runs/{second.id}/report")).status_code == 409
        await until(lambda: third.over)
        assert [run.state for run in (first, second, third)] == ["stopped", "stopped", "passed"]

    with_runs(tmp_path, story)


def test_what_cannot_be_played_is_said(tmp_path: Path) -> None:
    async def story(runs: Runs, client: AsyncClient) -> None:
        assert (await refused(client, scenarios=["mo2"])).startswith(
            "404 there is no scenario 'mo2'; did you"
        )
        assert (await refused(client, scenarios=[])) == "400 which scenario?"
        assert (await refused(client, scenarios=["mo"], seed=-1)).startswith("400 a seed is a number from 0")
        assert (await refused(client, scenarios=["mo"], quirks="odd")).startswith(
            "400 there is no profile of"
        )
        assert await refused(client, scenarios=["mo"], strict=True) == "400 strict is for rules that are set"
        assert "there is no element 'x'" in await refused(client, scenarios=["mo"], rules=["x y"])
        assert (await refused(client, scenarios=["mo"], faults="some")).startswith("400 Invalid enum value")
        assert (await client.get("/api/runs/9")).json()["error"] == "there is no run 9, or it is forgotten"
        names = [each["name"] for each in (await client.get("/api/scenarios")).json()["scenarios"]]
        assert "phone_to_phone" in names

    with_runs(tmp_path, story)


def test_a_bug_of_the_player_is_a_sentence_and_not_the_end(tmp_path: Path) -> None:
    async def story(runs: Runs, client: AsyncClient) -> None:
        broken: RunView = runs.want(Wanted(scenario="none such"), "", "")
        whole = runs.want(Wanted(scenario="mo"), "", "")
        await until(lambda: whole.over)
        assert (broken.state, whole.state) == ("lost", "passed")
        assert broken.sentence == "the process that plays: it has ended: KeyError: 'none such'"

    with_runs(tmp_path, story)


def test_a_worker_that_says_nothing_is_ended() -> None:
    async def story() -> None:
        worker: Worker[object] = Worker("lab.web.player", msgspec.json.Decoder())
        await worker.order({"not": "an order"})
        with pytest.raises(WorkerLost, match=r"it has ended: .*missing required field"):
            await worker.hear(LIMIT)
        await worker.order({})
        with pytest.raises(WorkerLost, match=r"it has said nothing for 0\.001 s, and was ended"):
            await worker.hear(0.001)
        assert not worker.running

    asyncio.run(story())


@pytest.mark.wire
@pytest.mark.usefixtures("bench_network")
def test_load_is_offered_watched_and_told() -> None:
    async def story() -> None:
        loads = Loads()
        transport = ASGITransport(app=Starlette(routes=routes(load_routes(loads))))
        async with AsyncClient(transport=transport, base_url="http://lab") as client:
            order = {"rate": 40, "seconds": 2, "subscribers": 20, "against": "null"}
            assert (await client.post("/api/load", json=order)).status_code == 202
            again: httpx.Response = await client.post("/api/load", json=order)
            assert again.json()["error"] == "a load runs already: stop it first"
            await until(lambda: loads.view.state in ("ended", "refused"))
            view = (await client.get("/api/load")).json()
        await loads.close()
        assert (view["state"], view["system"], view["enrolled"]) == ("ended", "null gateway", 20)
        assert view["points"]
        assert view["summary"]["flows"]["mo"]["done"] > 0
        of_all = sum(view["summary"]["flows"][flow]["offered"] for flow in ("mo", "mt"))
        assert view["now"]["offered"] <= of_all, "and not the registrations before it began"

    asyncio.run(story())


@pytest.mark.parametrize(("order", "said"), [
    ({"rate": 0}, "rate: more than 0 and at most 20000 are allowed, not 0"),
    ({"mix": "xx=1"}, "--mix"),
    ({"seconds": 1e9}, "seconds: more than 0 and at most 600 are allowed, not 1e+09"),
])  # fmt: skip
def test_load_that_makes_no_sense_is_refused_with_a_sentence(order: dict[str, object], said: str) -> None:
    async def story() -> None:
        loads = Loads()
        transport = ASGITransport(app=Starlette(routes=routes(load_routes(loads))))
        async with AsyncClient(transport=transport, base_url="http://lab") as client:
            answer = await client.post("/api/load", json=order)
            if answer.status_code == 202:
                await until(lambda: loads.view.state == "refused")
                assert said in loads.view.sentence
            else:
                assert answer.json()["error"].startswith(said)
        await loads.close()

    asyncio.run(story())


def test_an_order_has_defaults_that_are_a_whole_load() -> None:
    assert msgspec.json.decode(b"{}", type=LoadOrder) == LoadOrder()
