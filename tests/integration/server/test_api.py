"""Every endpoint of docs/design/api.md over real HTTP, with what it answers to bad input."""

import asyncio
import json
import re
from dataclasses import replace
from pathlib import Path

import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import InvalidStatus

from fairway.domain.contract import Need, Use, conclude
from fairway.domain.deployment import RolloutState
from fairway.domain.desired import DesiredEnvironment, DesiredService
from fairway.domain.events import Event
from fairway.domain.execution import ExecutionStatus
from fairway.domain.facts import Usage
from fairway.domain.health import Health, HealthState, ProbeResult
from fairway.domain.ids import AppName, DeploymentId, EnvironmentName, ReleaseNumber, ServiceName, TaskId
from fairway.domain.moves import Keep
from fairway.domain.observed import Exit, ObservedEnvironment, ObservedTask, Task, TaskStatus
from fairway.domain.printed import SECOND, Origin, Piece
from fairway.domain.rollout import Progress, ServiceProgress
from fairway.pipeline.stages import fulfil
from fairway.ports.stores import TokenRecord
from fairway.server import auth
from support.pipeline_values import PUSH, REVISION, define, make_desired, make_release
from support.server_world import TOKEN

SHOP, PRODUCTION, WEB = AppName("shop"), EnvironmentName("production"), ServiceName("web")
API = "/api/v1"
ENDPOINT = r"^\| `(GET|POST|PUT|PATCH|DELETE) (/[^` ]+)`"
DOCUMENT = Path(__file__).parents[3] / "docs/design/api.md"


def make_task(id: str, *, service: str = "web", release: int = 1, status=TaskStatus.RUNNING, exit=None) -> ObservedTask:
    task = Task(
        id=TaskId(id),
        app=SHOP,
        environment=PRODUCTION,
        service=ServiceName(service),
        release=ReleaseNumber(release),
        deployment=DeploymentId(1),
        status=status,
        created_at=float(release),
        address="172.17.0.2",
        port=3000,
        started_at=1.0,
        exit=exit,
    )
    last = ProbeResult(ok=True, detail="GET /healthz answered 200")
    return ObservedTask(task=task, health=Health(state=HealthState.HEALTHY, last=last))


@pytest.fixture
async def live(served):
    """`shop` with release 1 in production: two healthy tasks of web, one that ended, one of worker."""
    release = await served.store.releases.create(make_release(app=SHOP, subject="Add coupons"))
    deployment = await served.store.deployments.start(
        SHOP, PRODUCTION, release.number, previous=None, at=10.0, key="execution/1/production"
    )
    await served.store.deployments.finish(SHOP, deployment.id, RolloutState.COMPLETED, reason="", at=20.0)
    made = make_desired()
    services = tuple(
        DesiredService(
            spec=replace(each.spec, app=SHOP, release=release.number), replicas=each.replicas, rollout=each.rollout
        )
        for each in made.services
    )
    desired = DesiredEnvironment(
        app=SHOP, environment=PRODUCTION, services=services, hosts=("shop-production.localhost",)
    )
    await served.store.desired.put(desired)
    tasks = (
        make_task("aaaa11111111"),
        make_task("bbbb22222222", release=2),
        make_task("cccc33333333", status=TaskStatus.STOPPED, exit=Exit(code=137, oom_killed=True)),
        make_task("dddd44444444", service="worker"),
    )
    counts = {
        each.spec.service: ServiceProgress(
            deployment=DeploymentId(1),
            desired=each.replicas,
            running=each.replicas,
            healthy=each.replicas,
            serving=1,
            old=0,
        )
        for each in services
    }
    served.board.post(
        Progress(app=SHOP, environment=PRODUCTION, at=1.0, services=counts), ObservedEnvironment(tasks=tasks)
    )
    served.inspector.usages["aaaa11111111"] = Usage(cpu_ns=0, memory=100, peak=200, limit=400)
    return served


async def lines(served, method, path, **more):
    answer = await served.api.request(method, API + path, **more)
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "application/x-ndjson"
    return [json.loads(line) for line in answer.text.splitlines()]


def assert_problem(answer, status: int, code: str) -> dict:
    problem = answer.json()
    assert answer.status_code == status == problem["status"], answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    assert set(problem) == {"type", "title", "detail", "status", "code", "hint", "docs", "findings", "log"}
    assert problem["code"] == code
    return problem


async def test_every_documented_path_is_served_and_every_served_path_is_documented(served):
    document = (await served.api.get(f"{API}/openapi.json")).json()
    told = {
        (method, re.sub(r"\{\w+\}", "{}", path.split("?")[0]))
        for method, path in re.findall(
            r"^\| `(GET|POST|PUT|PATCH|DELETE) (/[^` ]+)`", DOCUMENT.read_text(), re.MULTILINE
        )
    }
    has = {
        (method.upper(), re.sub(r"\{\w+\}", "{}", path)) for path, item in document["paths"].items() for method in item
    }
    undescribed = [
        path for path, item in document["paths"].items() for each in item.values() if not each.get("description")
    ]

    assert has == told
    assert undescribed == []


async def test_the_pipeline_is_told_with_who_is_where_and_what_is_held_back(served, work):
    empty = (await served.api.get(f"{API}/apps/shop/pipeline")).json()
    gate = served.pipeline.gates["build"] = asyncio.Event()
    toml = 'app = "shop"\n[source]\nschedule = "0 3 * * *"\n[environments.production]\non_failure = "rollback"\n'
    work.commit({"fairway.toml": toml.encode()})
    pushing = asyncio.create_task(asyncio.to_thread(work.push, served.services.repositories.path("shop")))
    await served.api.put(f"{API}/apps/shop/transitions/production", json={"reason": "a sale is on"})

    told = await until_inside(served, "build")
    gate.set()
    await pushing
    schedule = (await served.api.get(f"{API}/apps/shop/pipeline")).json()["schedule"]

    assert (empty["version"], empty["stages"]) == (None, [])
    assert (told["version"], told["mode"], told["execution"]) == (1, "SUPERSEDED", 1)
    assert [stage["name"] for stage in told["stages"]] == ["source", "build", "package", "production"]
    assert told["stages"][3]["actions"] == [{"name": "deploy", "kind": "duty", "order": 1}]
    assert [stage["on_failure"] for stage in told["stages"]] == ["NONE", "NONE", "NONE", "ROLLBACK"]
    assert told["stages"][3]["disabled"]["reason"] == "a sale is on"
    assert (schedule["cron"], schedule["branch"]) == ("0 3 * * *", "master")


async def until_inside(served, name: str) -> dict:
    """The pipeline once an execution is in that stage."""
    async with asyncio.timeout(10):
        while True:
            told = (await served.api.get(f"{API}/apps/shop/pipeline")).json()
            if any(stage["inside"] for stage in told["stages"] if stage["name"] == name):
                return told
            await asyncio.sleep(0.02)


async def test_health_needs_no_token_and_everything_else_does(served):
    served.api.headers.pop("authorization")

    health = await served.api.get("/healthz")
    listing = await served.api.get(f"{API}/apps")
    openapi = await served.api.get(f"{API}/openapi.json")
    nothing = await served.api.get(f"{API}/nothing/at/all")
    broken = await served.api.post(f"{API}/apps", content=b"{no json", headers={"content-type": "application/json"})

    assert health.json()["status"] == "ok"
    for answer in (listing, openapi, nothing, broken):
        assert "token" in assert_problem(answer, 401, "unauthorized")["title"]
        assert answer.headers["www-authenticate"].startswith("Bearer")


async def test_a_wrong_token_is_refused(served):
    answer = await served.api.get(f"{API}/apps", headers={"Authorization": "Bearer nonsense"})
    basic = await served.api.get(f"{API}/apps", auth=("x", TOKEN))

    assert "token is wrong" in assert_problem(answer, 401, "unauthorized")["title"]
    assert_problem(basic, 401, "unauthorized")


async def test_the_server_tells_about_itself(served):
    document = (await served.api.get(f"{API}/server")).json()

    assert document["home"] == str(served.settings.home)
    assert document["url"] == served.settings.url
    assert document["apps_url"] == "http://localhost:8080"
    assert document["components"] == [{"name": "docker", "state": "ok", "detail": "20.10"}]
    assert document["started_at"] > 0 and document["pid"] > 0


async def test_an_app_is_created_once_with_a_repository_to_push_to(served):
    made = await served.api.post(f"{API}/apps", json={"name": "blog"})
    again = await served.api.post(f"{API}/apps", json={"name": "blog"})
    listing = await served.api.get(f"{API}/apps")

    assert made.status_code == 201
    assert made.json()["git_url"] == f"{served.settings.url}/git/blog.git"
    assert_problem(again, 409, "conflict")
    assert [app["name"] for app in listing.json()["apps"]] == ["blog", "shop"]
    assert list(await served.services.repositories.heads("blog")) == []


@pytest.mark.parametrize("name", ["Blog", "../x", "", "a" * 31, "x y"])
async def test_a_name_that_no_app_may_have_is_refused_with_a_proposal(served, name):
    problem = assert_problem(await served.api.post(f"{API}/apps", json={"name": name}), 422, "usage")

    assert problem["hint"].startswith("for example: ")


@pytest.mark.parametrize(
    ("body", "key"), [({}, "name"), ({"name": 5}, "name"), ([], ""), ({"name": ["s3cret"]}, "name")]
)
async def test_a_body_that_does_not_fit_names_the_key_and_repeats_no_value(served, body, key):
    answer = await served.api.post(f"{API}/apps", json=body)

    (finding,) = assert_problem(answer, 422, "usage")["findings"]
    assert (finding["file"], finding["key"]) == ("body", key)
    assert "s3cret" not in answer.text


async def test_a_body_that_is_too_large_is_refused_whether_its_length_is_told_or_not(served):
    async def piecemeal():
        for _ in range(40):
            yield b"x" * 65536

    told = await served.api.post(f"{API}/apps", content=b"x" * 2_000_000)
    untold = await served.api.post(f"{API}/apps", content=piecemeal())

    assert_problem(told, 413, "too_large")
    assert_problem(untold, 413, "too_large")


async def test_an_unknown_app_path_and_method_are_problems(served):
    app = assert_problem(await served.api.get(f"{API}/apps/shp"), 404, "not_found")
    page = assert_problem(await served.api.get(f"{API}/nothing"), 404, "not_found")
    assert_problem(await served.api.put(f"{API}/apps"), 405, "not_found")

    assert "shop" in app["hint"] + app["detail"]
    assert "of another version" in page["detail"] and "server start" in page["hint"], "after an update of Fairway"


async def test_what_nobody_foresaw_gives_a_reference_and_no_trace(served, caplog):
    async def broken() -> None:
        raise ZeroDivisionError("inner words")

    object.__setattr__(served.services, "components", broken)

    answer = await served.api.get(f"{API}/server")

    problem = assert_problem(answer, 500, "error")
    reference = re.search(r"reference (\w+)", problem["title"])[1]
    assert "inner words" not in answer.text and "Traceback" not in answer.text
    assert reference in caplog.text and "inner words" in caplog.text


async def test_the_status_of_an_app_tells_its_environments_and_its_latest_execution(live):
    await live.services.repositories.create("shop")

    document = (await live.api.get(f"{API}/apps/shop")).json()

    (environment,) = document["environments"]
    assert (environment["name"], environment["state"], environment["release"]) == ("production", "healthy", 1)
    assert (environment["subject"], environment["deployed_at"]) == ("Add coupons", 20.0)
    assert environment["urls"] == ["http://shop-production.localhost:8080"]
    assert [service["name"] for service in environment["services"]] == ["web", "worker"]
    assert document["execution"] is None


async def test_a_deployment_under_way_and_a_look_that_is_missing_show_in_the_state(live):
    live.board.forget(SHOP, PRODUCTION)
    unseen = (await live.api.get(f"{API}/apps/shop")).json()["environments"][0]
    await live.store.deployments.start(SHOP, PRODUCTION, ReleaseNumber(1), previous=None, at=30.0, key="restart/1")

    deploying = (await live.api.get(f"{API}/apps/shop")).json()["environments"][0]

    assert (unseen["state"], deploying["state"]) == ("down", "deploying")


async def start_one(served, work, ref="master", **body):
    work.commit({"a": b"1"}, "One")
    await asyncio.to_thread(work.push, served.services.repositories.path("shop"), "-o", "fairway.skip", "master")
    return await served.api.post(f"{API}/apps/shop/executions", json={"ref": ref, **body})


async def test_a_ref_is_deployed_by_command_and_listed(served, work):
    made = await start_one(served, work, manifest='app = "shop"\n')

    listing = (await served.api.get(f"{API}/apps/shop/executions?limit=5")).json()["executions"]

    assert made.status_code == 201
    assert made.json()["trigger"] == {"kind": "command", "by": "owner"}
    assert [(each["number"], each["commit"]) for each in listing] == [(1, work.head())]
    nothing = await served.api.get(f"{API}/apps/shop/executions?status=STOPPED")
    assert nothing.json() == {"executions": [], "before": None}


async def test_executions_are_searched_for_page_by_page(served, work):
    for _ in range(3):
        await start_one(served, work)
    path = f"{API}/apps/shop/executions"

    first = (await served.api.get(f"{path}?branch=master&limit=2")).json()
    second = (await served.api.get(f"{path}?branch=master&limit=2&before={first['before']}")).json()
    exact = (
        await served.api.get(f"{path}?commit={work.head()[:7].upper()}&status=SUCCEEDED&environment=production")
    ).json()
    others = [
        (await served.api.get(f"{path}?{query}")).json()["executions"]
        for query in ("branch=other", "commit=0000000", "environment=staging", "branch=%00", "before=1")
    ]

    assert ([each["number"] for each in first["executions"]], first["before"]) == ([3, 2], 2)
    assert ([each["number"] for each in second["executions"]], second["before"]) == ([1], None)
    assert [each["number"] for each in exact["executions"]] == [3]
    assert others == [[]] * 5


async def test_a_ref_and_a_manifest_that_are_wrong_are_refused(served, work):
    unknown = await start_one(served, work, ref="nowhere")
    hostile = await served.api.post(f"{API}/apps/shop/executions", json={"ref": "--upload-pack=x"})
    broken = await served.api.post(
        f"{API}/apps/shop/executions", json={"ref": "master", "manifest": 'app = "shop"\n[servces]\n'}
    )

    assert_problem(unknown, 404, "not_found")
    assert_problem(hostile, 422, "usage")
    findings = assert_problem(broken, 422, "usage")["findings"]
    assert [(finding["line"], finding["key"]) for finding in findings] == [(2, "servces")]
    assert served.pipeline.begun == []


@pytest.mark.parametrize(
    "query", ["limit=0", "limit=501", "limit=x", "status=NONSENSE", "commit=HEAD", "before=0", "environment=%2F"]
)
async def test_queries_that_do_not_fit_are_refused(served, query):
    assert_problem(await served.api.get(f"{API}/apps/shop/executions?{query}"), 422, "usage")


@pytest.mark.parametrize("number", ["0", "-1", "x", "99999999999999999999"])
async def test_numbers_that_name_nothing_are_refused(served, number):
    for path in (f"executions/{number}", f"executions/{number}/stream", f"deployments/{number}"):
        assert (await served.api.get(f"{API}/apps/shop/{path}")).status_code == 422


async def test_an_unknown_execution_and_stage_are_not_found(served, work):
    await start_one(served, work)

    assert_problem(await served.api.get(f"{API}/apps/shop/executions/9"), 404, "not_found")
    assert_problem(await served.api.get(f"{API}/apps/shop/executions/9/stream"), 404, "not_found")
    assert_problem(await served.api.get(f"{API}/apps/shop/executions/1/logs/nothing"), 404, "not_found")
    assert (await served.api.get(f"{API}/apps/shop/executions/1/logs/..%2F..%2Ftoken")).status_code == 404


async def test_the_files_of_actions_are_listed_and_downloaded(served, work):
    await start_one(served, work)
    folder = served.settings.executions / "shop/1/artifacts/staging/smoke/report"
    folder.mkdir(parents=True)
    (folder / "a b.html").write_bytes(b"<script>")
    (served.settings.executions / "shop/1/secret").write_text("not an artifact")
    base = f"{API}/apps/shop/executions/1/artifacts"

    listing = (await served.api.get(base)).json()
    file = await served.api.get(f"{base}/staging/smoke/report/a%20b.html")
    outside = await served.api.get(f"{base}/staging/smoke/%2e%2e/%2e%2e/%2e%2e/secret")

    name = "staging/smoke/report/a b.html"
    whole = {"name": name, "stage": "staging", "action": "smoke", "path": "report/a b.html", "size": 8}
    assert listing == {"artifacts": [whole]}
    assert (file.content, file.headers["content-type"]) == (b"<script>", "application/octet-stream")
    assert file.headers["content-disposition"].startswith("attachment")
    assert file.headers["x-content-type-options"] == "nosniff"
    assert_problem(outside, 404, "not_found")
    assert_problem(await served.api.get(f"{base}/staging/smoke/report"), 404, "not_found")


async def test_an_execution_is_followed_with_its_logs_to_its_end(served, work):
    gate = served.pipeline.gates["build"] = asyncio.Event()
    await start_one(served, work)
    folder = served.settings.executions / "shop/1"
    folder.mkdir(parents=True)
    (folder / "build.log").write_text("npm ci\nhalf a li")
    seen = []
    async with served.api.stream("GET", f"{API}/apps/shop/executions/1/stream") as answer, asyncio.timeout(10):
        async for line in answer.aiter_lines():
            seen.append(json.loads(line))
            if seen[-1]["type"] == "log" and not gate.is_set():
                with (folder / "build.log").open("a") as log:
                    log.write("ne\nübrig\n")
                gate.set()

    logs = [(each["stage"], each["text"]) for each in seen if each["type"] == "log"]
    assert logs == [("build", "npm ci"), ("build", "half a line"), ("build", "übrig")]
    assert seen[-1]["type"] == "end" and seen[-1]["execution"]["status"] == "SUCCEEDED"
    assert any(each["type"] == "execution" for each in seen)
    text = await served.api.get(f"{API}/apps/shop/executions/1/logs/build")
    assert text.text == "npm ci\nhalf a line\nübrig\n" and text.headers["content-type"].startswith("text/plain")
    path = f"{API}/apps/shop/executions/1/logs"
    assert (await served.api.get(f"{path}/package")).text == ""
    assert (await served.api.get(f"{path}/package?tail=5")).text == ""
    assert (await served.api.get(f"{path}/build?tail=2")).text == "half a line\nübrig\n"
    assert_problem(await served.api.get(f"{path}/build?tail=0"), 422, "usage")


async def test_an_execution_is_stopped_once(served, work):
    served.pipeline.gates["build"] = asyncio.Event()
    await start_one(served, work)

    stopped = await served.api.post(f"{API}/apps/shop/executions/1/stop")
    again = await served.api.post(f"{API}/apps/shop/executions/1/stop")

    assert stopped.json()["status"] == "STOPPED"
    assert_problem(again, 409, "conflict")


async def test_an_answer_and_a_retry_reach_the_pipeline_with_who_asked(served, work):
    await start_one(served, work)
    path = f"{API}/apps/shop/executions/1"

    answered = await served.api.post(f"{path}/approval", json={"approved": True, "comment": "looks good"})
    retried = await served.api.post(f"{path}/retry", json={"mode": "ALL_ACTIONS"})
    wrong = await served.api.post(f"{path}/retry", json={"mode": "SOME"})

    assert (answered.status_code, retried.status_code, wrong.status_code) == (200, 200, 422)
    assert served.pipeline.asked == [
        ("decide", "shop", 1, True, "owner", "looks good"),
        ("retry", "shop", 1, "ALL_ACTIONS", "owner"),
    ]


async def test_what_an_execution_would_change_is_told_without_a_value(served, work):
    await start_one(served, work)
    variables = f"{API}/apps/shop/environments/production/variables"
    await served.api.patch(variables, json={"set": {"STRIPE_KEY": "s3cret"}, "unset": []})

    told = await served.api.get(f"{API}/apps/shop/executions/1/changes/production")
    unknown = await served.api.get(f"{API}/apps/shop/executions/1/changes/nowhere")

    changes = told.json()
    assert (changes["release"], changes["variables"]["added"]) == (None, ["STRIPE_KEY"])
    assert [len(each["commit"]) for each in changes["commits"]] == [40]
    assert "s3cret" not in told.text
    assert_problem(unknown, 404, "not_found")


async def test_a_transition_is_disabled_listed_and_enabled(served, work):
    await start_one(served, work)
    path = f"{API}/apps/shop/transitions"

    disabled = await served.api.put(f"{path}/production", json={"reason": "a sale is on"})
    unreasoned = await served.api.put(f"{path}/production", json={"reason": " "})
    unknown = await served.api.put(f"{path}/prodution", json={"reason": "x"})
    listed = (await served.api.get(path)).json()["transitions"]
    enabled = await served.api.delete(f"{path}/production")
    again = await served.api.delete(f"{path}/production")

    assert (disabled.status_code, enabled.status_code) == (200, 204)
    assert [(each["stage"], each["by"], each["reason"]) for each in listed] == [("production", "owner", "a sale is on")]
    assert unreasoned.status_code == 422
    assert_problem(unknown, 404, "not_found")
    assert_problem(again, 409, "conflict")


async def test_tasks_are_listed_with_what_they_use(live):
    running = (await live.api.get(f"{API}/apps/shop/tasks")).json()["tasks"]
    everything = (await live.api.get(f"{API}/apps/shop/tasks?all=true&environment=production")).json()["tasks"]

    assert [task["id"][:4] for task in running] == ["aaaa", "bbbb", "dddd"]
    first = running[0]
    assert (first["health"], first["detail"]) == ("HEALTHY", "GET /healthz answered 200")
    assert (first["memory"], first["memory_limit"]) == (100, 400)
    assert 5 < first["cpu_percent"] < 30
    ended = next(task for task in everything if task["id"].startswith("cccc"))
    assert (ended["status"], ended["exit_code"], ended["oom_killed"]) == ("STOPPED", 137, True)
    assert_problem(await live.api.get(f"{API}/apps/shop/tasks?environment=staging"), 404, "not_found")


def line(at: float, text: str) -> Piece:
    return Piece(int(at * SECOND), "stdout", text.encode())


def gone(task: str, *, service: str = "web", release: int = 1) -> Origin:
    return Origin(
        app=SHOP,
        environment=PRODUCTION,
        service=ServiceName(service),
        release=ReleaseNumber(release),
        task=TaskId(task),
    )


async def test_logs_of_several_tasks_come_in_the_order_of_their_times(live):
    live.printing.print("aaaa11111111", line(1.0, "one"), line(3.0, "three"))
    live.printing.print("bbbb22222222", line(2.0, "two"))
    live.printing.print("dddd44444444", line(1.5, "work"))

    every = await lines(live, "GET", "/apps/shop/logs")
    web = await lines(live, "GET", "/apps/shop/logs?service=web&tail=2")
    one = await lines(live, "GET", "/apps/shop/logs?task=aaaa&since=2")
    released = await lines(live, "GET", "/apps/shop/logs?release=2")

    assert [each["text"] for each in every] == ["one", "work", "two", "three"]
    assert every[0] == {
        "type": "line",
        "environment": "production",
        "service": "web",
        "release": 1,
        "task": "aaaa11111111",
        "at": 1.0,
        "stamp": "1000000000",
        "stream": "stdout",
        "text": "one",
    }
    assert [each["text"] for each in web] == ["two", "three"]
    assert [each["text"] for each in one] == ["three"]
    assert [each["text"] for each in released] == ["two"]


async def test_lines_of_tasks_that_are_gone_are_among_the_others_and_no_line_comes_twice(live):
    kept = [line(1.0, "kept"), line(2.0, "kept too")]
    live.printing.print("aaaa11111111", *kept, line(4.0, "only with the engine"))
    live.kept.append(gone("aaaa11111111"), kept)
    live.kept.append(gone("ffff99999999"), [line(3.0, "of a task that is gone"), line(5.0, "its Error")])

    every = await lines(live, "GET", "/apps/shop/logs?service=web")
    newest = await lines(live, "GET", "/apps/shop/logs?service=web&tail=2")
    one = await lines(live, "GET", "/apps/shop/logs?task=ffff")
    found = await lines(live, "GET", "/apps/shop/logs?grep=error&ignore_case=true")
    between = await lines(live, "GET", "/apps/shop/logs?since=1.5&until=4")
    after = await lines(live, "GET", f"/apps/shop/logs?after={every[2]['stamp']}")

    texts = ["kept", "kept too", "of a task that is gone", "only with the engine", "its Error"]
    assert [each["text"] for each in every] == texts
    assert [each["text"] for each in newest] == texts[-2:]
    assert [each["text"] for each in one] == [texts[2], texts[4]]
    assert [each["text"] for each in found] == ["its Error"]
    assert [each["text"] for each in between] == texts[1:4]
    assert [each["text"] for each in after] == texts[3:]


async def test_lines_that_are_kept_are_read_when_their_service_and_release_are_gone(live):
    live.kept.append(gone("ffff99999999", service="mailer", release=99), [line(3.0, "sent")])

    by_service = await lines(live, "GET", "/apps/shop/logs?service=mailer")
    by_release = await lines(live, "GET", "/apps/shop/logs?release=99")

    assert [each["text"] for each in by_service] == [each["text"] for each in by_release] == ["sent"]


async def test_an_end_of_the_time_and_following_contradict_each_other(live):
    answer = await live.api.get(f"{API}/apps/shop/logs?follow=true&until=5")

    assert_problem(answer, 422, "usage")


async def test_a_deleted_app_s_logs_are_deleted(live):
    live.kept.append(gone("ffff99999999"), [line(3.0, "old")])
    live.board.forget(SHOP, PRODUCTION)

    await lines(live, "DELETE", "/apps/shop")

    assert live.kept.kept == {}


async def test_what_is_not_there_is_named_and_not_told_as_an_empty_log(live):
    wrong = {
        "service=wep": "it has",
        "task=zzzz": "fairway ps",
        "release=99": "fairway ps",
        "environment=prod": "it has",
    }

    answers = {query: await live.api.get(f"{API}/apps/shop/logs?{query}") for query in wrong}

    for query, hint in wrong.items():
        assert_problem(answers[query], 404, "not_found")
        assert hint in answers[query].json()["hint"]


async def test_the_releases_of_an_environment_that_is_not_there_are_not_told_as_none(live):
    answer = await live.api.get(f"{API}/apps/shop/releases?environment=prodution")

    assert_problem(answer, 404, "not_found")
    assert "production" in answer.json()["hint"]


async def test_followed_logs_go_on_with_what_comes_also_of_new_tasks(live):
    live.printing.print("aaaa11111111", line(1.0, "old"))
    seen = []
    async with live.api.stream("GET", f"{API}/apps/shop/logs?service=web&follow=true") as answer, asyncio.timeout(10):
        async for text in answer.aiter_lines():
            seen.append(json.loads(text)["text"])
            if seen == ["old"]:
                live.printing.print("aaaa11111111", line(2.0, "new"))
            elif seen == ["old", "new"]:
                looked = live.board.observed(SHOP, PRODUCTION)
                tasks = (*looked.tasks, make_task("eeee55555555", release=3))
                live.board.post(live.board.progress(SHOP, PRODUCTION), ObservedEnvironment(tasks=tasks))
                live.printing.print("eeee55555555", line(3.0, "of the new task"))
            elif len(seen) == 3:
                break

    assert seen == ["old", "new", "of the new task"]


async def test_releases_are_listed_with_the_current_one_marked(live):
    await live.store.releases.create(make_release(app=SHOP, subject="Later"))

    listed = (await live.api.get(f"{API}/apps/shop/releases")).json()["releases"]

    assert [(each["number"], each["current"]) for each in listed] == [(2, False), (1, True)]
    assert listed[0]["digest"].startswith("sha256:")


async def test_rollback_restart_and_scale_are_passed_on_with_who_asked(live):
    rollback = await live.api.post(f"{API}/apps/shop/rollback", json={"environment": "production", "release": 1})
    restart = await live.api.post(f"{API}/apps/shop/restart", json={"environment": "production", "service": "web"})
    scale = await live.api.post(f"{API}/apps/shop/scale", json={"environment": "production", "services": {"web": 4}})

    assert (rollback.status_code, restart.status_code, scale.status_code) == (201, 202, 200)
    assert (rollback.json()["kind"], rollback.json()["rollback"]) == (
        "ROLLBACK",
        {"release": 1, "target": 1, "after": None, "takes_back": None},
    )
    assert rollback.json()["trigger"] == {"kind": "rollback", "by": "owner"}
    assert scale.json() == {"services": {"web": {"from": 1, "to": 4, "scaling": None}}}
    assert live.pipeline.asked == [("rollback", "shop", "production", 1, "owner")]
    assert live.deployer.asked[0] == ("restart", "shop", "production", "web", "owner")
    assert live.deployer.asked[-1] == ("scale", "shop", "production", {"web": 4}, "owner")


async def test_a_rollback_says_what_it_takes_back(live):
    asked = {"environment": "production", "release": 1, "take_back": True}

    rollback = (await live.api.post(f"{API}/apps/shop/rollback", json=asked)).json()["rollback"]

    assert rollback["takes_back"] == 7


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("scale", {"environment": "production", "services": {"web": -1}}),
        ("scale", {"environment": "production", "services": {"web": 1001}}),
        ("scale", {"environment": "production", "services": {}}),
        ("scale", {"services": {"web": 1}}),
        ("rollback", {"environment": "no such/name"}),
        ("rollback", {"environment": "production", "release": "x"}),
        ("restart", {}),
        ("down", {"environment": ""}),
    ],
)
async def test_what_can_not_be_done_is_refused_and_asked_of_nobody(live, path, body):
    answer = await live.api.post(f"{API}/apps/shop/{path}", json=body)

    assert_problem(answer, 422, "usage")
    assert live.deployer.asked == live.pipeline.asked == []


async def test_an_execution_whose_deployment_has_not_had_its_turn_says_what_it_waits_for(live):
    live.pipeline.gates["production"] = asyncio.Event()
    started = (await live.api.post(f"{API}/apps/shop/rollback", json={"environment": "production"})).json()
    await live.api.post(f"{API}/apps/shop/restart", json={"environment": "production"})

    path = f"{API}/apps/shop/executions/{started['number']}"
    async with asyncio.timeout(10):
        while (waits := (await live.api.get(path)).json()["waits"]) is None or "release" not in waits["cause"]:
            await asyncio.sleep(0)

    status = (await live.api.get(f"{API}/apps/shop")).json()
    assert waits["cause"] == "production, where release 1 is just being deployed"
    assert (waits["person"], status["execution"]["waits"]) == (False, waits)


async def test_a_release_that_is_not_there_is_not_found(live):
    answer = await live.api.post(f"{API}/apps/shop/rollback", json={"environment": "production", "release": 99})

    assert_problem(answer, 404, "not_found")


async def test_a_deployment_is_shown_and_followed_to_its_verdict(live):
    deployment = (await live.api.post(f"{API}/apps/shop/restart", json={"environment": "production"})).json()
    path = f"{API}/apps/shop/deployments/{deployment['id']}"
    seen = []
    async with live.api.stream("GET", f"{path}/stream") as answer, asyncio.timeout(10):
        async for text in answer.aiter_lines():
            seen.append(json.loads(text))
            if seen[-1]["type"] == "deployment" and seen[-1]["deployment"]["state"] == "IN_PROGRESS":
                await live.store.deployments.finish(
                    SHOP, DeploymentId(deployment["id"]), RolloutState.FAILED, reason="unhealthy", at=50.0
                )
                live.notices.publish(
                    Event(at=50.0, kind="deployment.failed", text="", app=SHOP, deployment=deployment["id"])
                )

    assert seen[-1]["type"] == "end" and seen[-1]["deployment"]["state"] == "FAILED"
    assert (await live.api.get(path)).json()["reason"] == "unhealthy"
    assert_problem(await live.api.get(f"{API}/apps/shop/deployments/77"), 404, "not_found")


async def test_a_restart_is_given_up_with_who_asked_and_why(live):
    made = (await live.api.post(f"{API}/apps/shop/restart", json={"environment": "production"})).json()
    path = f"{API}/apps/shop/deployments"

    stopped = await live.api.post(f"{path}/{made['id']}/stop", json={"reason": "wrong service"})
    bare = await live.api.post(f"{path}/{made['id']}/stop")

    assert (stopped.status_code, stopped.json()["state"]) == (200, "FAILED")
    assert bare.status_code == 200
    assert live.deployer.asked[1:] == [
        ("stop", "shop", made["id"], "wrong service", "owner"),
        ("stop", "shop", made["id"], "", "owner"),
    ]
    assert_problem(await live.api.post(f"{path}/77/stop"), 404, "not_found")
    assert_problem(await live.api.post(f"{path}/1/stop", json={"reason": "x" * 201}), 422, "usage")


async def test_an_environment_is_taken_down_with_its_progress_told(live):
    said = await lines(live, "POST", "/apps/shop/down", json={"environment": "production"})

    assert [each["type"] for each in said] == ["text", "end"]
    assert said[-1] == {"type": "end", "ok": True}
    assert live.deployer.asked == [("down", "shop", "production", "owner")]


async def test_taking_down_what_is_not_there_is_an_ordinary_problem(served):
    answer = await served.api.post(f"{API}/apps/shop/down", json={"environment": "staging"})

    assert_problem(answer, 404, "not_found")


async def test_a_deleted_app_is_stopped_taken_down_and_forgotten(live, work):
    live.pipeline.gates["build"] = asyncio.Event()
    await start_one(live, work)

    said = await lines(live, "DELETE", "/apps/shop")

    assert said[0]["text"] == "execution 1: stopped"
    assert said[-1] == {"type": "end", "ok": True}
    assert not live.services.repositories.path("shop").exists()
    assert_problem(await live.api.get(f"{API}/apps/shop"), 404, "not_found")


async def test_the_environments_of_a_deleted_app_are_taken_down_beside_each_other(live):
    staging = EnvironmentName("staging")
    await live.store.desired.put(
        replace(await live.store.desired.get(SHOP, PRODUCTION), environment=staging, version=0)
    )
    both = asyncio.Barrier(2)
    take_down = live.deployer.down

    async def meet(app, environment, *, by=""):
        # Each waits until the other one is being taken down too.
        async with asyncio.timeout(5):
            await both.wait()
        await take_down(app, environment, by=by)

    live.deployer.down = meet

    said = await lines(live, "DELETE", "/apps/shop")

    assert said[-1] == {"type": "end", "ok": True}
    assert {asked[2] for asked in live.deployer.asked} == {"production", "staging"}


async def test_variables_show_names_and_never_values(served):
    path = f"{API}/apps/shop/environments/production/variables"

    changed = await served.api.patch(path, json={"set": {"KEY": "s3cret"}, "unset": ["OLD"]})
    listing = await served.api.get(path)
    wrong = await served.api.patch(path, json={"set": {"KEY": ["s3cret"]}})

    assert (changed.json()["version"], changed.json()["changed"], changed.json()["deployment"]) == (1, ["KEY"], None)
    assert listing.json() == {
        "version": 1,
        "restart_needed": False,
        "variables": [{"name": "KEY", "service": "", "set_at_version": 1, "database": ""}],
    }
    assert "s3cret" not in changed.text + listing.text + wrong.text
    assert wrong.status_code == 422


async def test_a_services_own_variables_are_kept_beside_the_environments(served):
    path = f"{API}/apps/shop/environments/production/variables"

    await served.api.patch(path, json={"set": {"KEY": "common"}})
    own = await served.api.patch(path, json={"set": {"KEY": "own"}, "service": "worker"})
    wrong = await served.api.patch(path, json={"set": {"KEY": "x"}, "service": "No Service"})
    listed = (await served.api.get(path)).json()["variables"]

    assert own.json()["changed"] == ["KEY"]
    assert_problem(wrong, 422, "usage")
    assert [(each["service"], each["name"], each["set_at_version"]) for each in listed] == [
        ("", "KEY", 1),
        ("worker", "KEY", 2),
    ]


async def test_the_history_says_who_changed_which_names_and_a_rollback_is_a_version_too(served):
    path = f"{API}/apps/shop/environments/production/variables"
    await served.api.patch(path, json={"set": {"A": "s3cret", "B": "1"}})
    await served.api.patch(path, json={"set": {"A": "s3cret2"}, "unset": ["B"], "how": "import"})

    back = await served.api.post(f"{path}/rollback", json={"version": 1})
    unknown = await served.api.post(f"{path}/rollback", json={"version": 9})
    history = await served.api.get(f"{path}/history")
    events = await served.api.get(f"{API}/apps/shop/events?environment=production")

    assert (back.json()["version"], back.json()["changed"]) == (3, ["A", "B"])
    assert_problem(unknown, 404, "not_found")
    told = [
        (each["version"], each["by"], each["how"], each["set"], each["unset"]) for each in history.json()["versions"]
    ]
    assert told == [
        (3, "owner", "rollback to 1", ["A", "B"], []),
        (2, "owner", "import", ["A"], ["B"]),
        (1, "owner", "set", ["A", "B"], []),
    ]
    assert events.json()["events"][0]["kind"] == "variables.changed"
    assert "owner took the variables back to version 1, as version 3: A, B" in events.json()["events"][0]["text"]
    assert "s3cret" not in history.text + events.text + back.text


async def test_environments_are_compared_without_a_value(served):
    path = f"{API}/apps/shop/environments"
    key = "sk_live_4eC39HqLyjWD"
    await served.api.patch(f"{path}/staging/variables", json={"set": {"STRIPE_KEY": key, "RETRIES": "3", "OLD": "x"}})
    await served.api.patch(f"{path}/production/variables", json={"set": {"STRIPE_KEY": key, "RETRIES": "many"}})
    await served.api.patch(f"{path}/production/variables", json={"set": {"STRIPE_KEY": "other"}})

    now = await served.api.get(f"{path}/staging/variables/compare?with=production")
    before = await served.api.get(f"{path}/staging/variables/compare?with=production&with_version=1")
    unknown = await served.api.get(f"{path}/staging/variables/compare?with=production&with_version=7")

    told = {each["name"]: each["kind"] for each in now.json()["variables"]}
    assert told == {"STRIPE_KEY": "other_value", "RETRIES": "other_form", "OLD": "only_left"}
    assert now.json()["right"] == {"environment": "production", "version": 2}
    assert {each["name"]: each["kind"] for each in before.json()["variables"]}["STRIPE_KEY"] == "same_secret"
    assert key not in now.text + before.text
    assert_problem(unknown, 404, "not_found")


async def test_values_are_given_to_the_owner_alone_and_the_event_log_says_so(served):
    path = f"{API}/apps/shop/environments/production/variables"
    await served.api.patch(path, json={"set": {"A": "s3cret"}})
    await served.store.tokens.add(TokenRecord(name="ci", digest=auth.digest("other"), created_at=1.0))

    given = await served.api.post(f"{path}/reveal", json={"purpose": "an export"})
    refused = await served.api.post(f"{path}/reveal", json={}, headers={"authorization": "Bearer other"})
    events = await served.api.get(f"{API}/apps/shop/events?environment=production&limit=1")

    assert given.json() == {
        "version": 1,
        "variables": [{"name": "A", "service": "", "value": "s3cret"}],
        "databases": {},
    }
    assert given.headers["cache-control"] == "no-store"
    assert_problem(refused, 401, "unauthorized")
    (event,) = events.json()["events"]
    assert (event["kind"], event["text"]) == (
        "variables.revealed",
        "owner was given the values of version 1 for an export",
    )


async def test_no_answer_about_an_app_has_its_secrets(live):
    secret = 'kraken "4711" & more'
    path = f"{API}/apps/shop"
    await live.api.patch(f"{path}/environments/production/variables", json={"set": {"API_KEY": secret}})
    event = Event(at=1.0, kind="task.failed", text=f"it said: {secret}", app=SHOP, environment="production")
    await live.store.events.append([event])
    live.kept.append(gone("ffff99999999"), [line(1.0, json.dumps({"key": secret}))])
    await live.store.executions.create(SHOP, REVISION, PUSH, define(["build"]), at=1.0)
    log = live.settings.executions / "shop/1/build.log"
    log.parent.mkdir(parents=True)
    log.write_text(f"echo {secret}\n" * 9000)

    events = await live.api.get(f"{path}/events")
    logs = await live.api.get(f"{path}/logs")
    whole = await live.api.get(f"{path}/executions/1/logs/build")

    assert "it said: •••" in events.text
    for answer in (events, logs, whole):
        assert answer.status_code == 200 and "kraken" not in answer.text, answer.text[:300]
    assert whole.text == "echo •••\n" * 9000
    assert all(json.loads(line) for line in logs.text.splitlines())


async def test_a_change_replaces_the_tasks_that_run_when_it_is_asked_to(live):
    path = f"{API}/apps/shop/environments/production/variables"

    left = await live.api.patch(path, json={"set": {"A": "1"}})
    stale = (await live.api.get(path)).json()["restart_needed"]
    elsewhere = await live.api.patch(path, json={"set": {"A": "1"}, "service": "nightly", "restart": True})
    same = await live.api.patch(path, json={"set": {"A": "1"}, "restart": True})
    await live.api.patch(path, json={"set": {"B": "1"}})
    rolled = await live.api.patch(path, json={"set": {"A": "2"}, "service": "worker", "restart": True})

    assert (left.json()["deployment"], stale) == (None, True)
    assert elsewhere.json()["deployment"] is None
    assert same.json()["deployment"] is None
    assert rolled.json()["deployment"]["state"] == "IN_PROGRESS"
    assert live.deployer.asked == [("restart", "shop", "production", "worker", "owner")]


async def test_events_are_listed_by_environment(served):
    events = [
        Event(at=float(at), kind="task.started", text=name, app=SHOP, environment=name)
        for at, name in enumerate(["production", "staging"])
    ]
    await served.store.events.append(events)

    every = (await served.api.get(f"{API}/apps/shop/events")).json()["events"]
    some = (await served.api.get(f"{API}/apps/shop/events?environment=staging&limit=1")).json()["events"]

    assert [event["text"] for event in every] == ["staging", "production"]
    assert [event["text"] for event in some] == ["staging"]


def exec_url(served, query: str) -> str:
    return f"ws://127.0.0.1:{served.settings.port}{API}/apps/shop/exec?{query}"


async def test_a_command_runs_in_the_newest_healthy_task_of_web(live):
    headers = {"Authorization": f"Bearer {TOKEN}"}
    query = "environment=production&command=sh&command=-c&command=a%20b&tty=true"
    async with connect(exec_url(live, query), additional_headers=headers, proxy=None) as socket, asyncio.timeout(10):
        first = await socket.recv()
        await socket.send('{"resize":[80,24]}')
        await socket.send(b"hello")
        second = await socket.recv()
        await socket.send(b"")
        last = await socket.recv()

    assert (first, second) == (b"\x01sh -c a b", b"\x02hello")
    assert json.loads(last) == {"exit": 7}
    assert live.shell.sessions[0].sizes == [(80, 24)]


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("command=sh&task=zzzz", "not_found"),
        ("command=sh&environment=staging", "not_found"),
        ("command=sh&service=cron", "not_found"),
        ("environment=production", "usage"),
    ],
)
async def test_a_command_that_can_not_run_ends_with_a_problem(live, query, code):
    headers = {"Authorization": f"Bearer {TOKEN}"}
    async with connect(exec_url(live, query), additional_headers=headers, proxy=None) as socket, asyncio.timeout(10):
        problem = json.loads(await socket.recv())["problem"]

    assert problem["code"] == code


async def test_a_frame_that_makes_no_sense_ends_the_session_with_a_problem(live):
    headers = {"Authorization": f"Bearer {TOKEN}"}
    async with connect(exec_url(live, "command=sh"), additional_headers=headers, proxy=None) as socket:
        async with asyncio.timeout(10):
            await socket.recv()
            await socket.send('{"resize":[-1,"x"]}')
            assert json.loads(await socket.recv())["problem"]["code"] == "usage"


async def test_a_websocket_without_a_token_is_refused_in_the_handshake(live):
    with pytest.raises(InvalidStatus) as refused:
        async with connect(exec_url(live, "command=sh"), proxy=None):
            pass

    assert refused.value.response.status_code == 401
    assert live.shell.sessions == []


async def test_a_client_that_goes_away_stops_its_stream(served, work):
    served.pipeline.gates["build"] = asyncio.Event()
    await start_one(served, work)
    async with served.api.stream("GET", f"{API}/apps/shop/executions/1/stream") as answer:
        async for _ in answer.aiter_lines():
            break
    async with asyncio.timeout(5):
        while len(served.notices._readers):
            await asyncio.sleep(0.02)

    assert (await served.store.executions.get(SHOP, 1)).status is ExecutionStatus.IN_PROGRESS


async def test_a_stream_ends_with_a_last_line_when_the_server_stops(served, work):
    served.pipeline.gates["build"] = asyncio.Event()
    await start_one(served, work)
    seen = []
    async with served.api.stream("GET", f"{API}/apps/shop/executions/1/stream") as answer, asyncio.timeout(8):
        async for text in answer.aiter_lines():
            seen.append(json.loads(text))
            if len(seen) == 1:
                served.server.should_exit = True

    assert seen[-1]["type"] == "problem" and "stopping" in seen[-1]["problem"]["title"]


async def test_the_contract_of_an_execution_is_shown_once_it_was_read(served, work):
    await start_one(served, work)
    path = f"{API}/apps/shop/executions/1"
    before = await served.api.get(f"{path}/contract")
    use = Use(name="KEY", file="a.js", line=3, how="", need=Need.REQUIRED, rule="throws")
    execution = await served.store.executions.get(SHOP, 1)
    await served.store.executions.change(execution, [Keep(outputs=fulfil.hand_on(conclude([use])))], at=1.0)

    after = await served.api.get(f"{path}/contract")

    assert_problem(before, 404, "not_found")
    assert [(each["name"], each["need"], each["uses"][0]["line"]) for each in after.json()["variables"]] == [
        ("KEY", "required", 3)
    ]


async def test_variables_are_examined_and_no_value_comes_out(served):
    path = f"{API}/apps/shop/environments/production/variables"
    await served.api.patch(path, json={"set": {"KEY": "s3cret", "PORT": "x"}})
    await served.api.patch(path, json={"set": {"QUEUE": "jobs", "KEY": ""}, "service": "worker"})

    found = await served.api.post(f"{path}/examine", json={"expected": {"PORT": {"type": "port"}}})
    wrong = await served.api.post(f"{path}/examine", json={"expected": {"PORT": {"type": "s3cret"}}})

    assert found.json() == {"variables": {"KEY": None, "PORT": "type", "QUEUE": None}}
    assert wrong.status_code == 422
