"""What `fairway.toml` means: the App that comes out, with defaults and overrides."""

import pytest

from fairway.domain.app import MIB, App, Defaults, Rollout, Service
from fairway.domain.health import AliveCheck, CommandCheck, HttpCheck, TcpCheck, Timing
from fairway.manifest import load, rules, translate


def service(app: App, environment: str = "production", name: str = "web") -> Service:
    found = app.environment(environment)
    assert found is not None
    wanted = found.service(name)
    assert wanted is not None
    return wanted


def test_a_name_alone_gives_one_web_service_in_production() -> None:
    app = load.load('app = "shop-api"')

    assert (app.name, app.source.branch, app.stages) == ("shop-api", "master", ("production",))
    assert [part.name for part in app.environments[0].services] == ["web"]
    assert service(app) == Service(name=service(app).name, port=3000, port_declared=False)


def test_what_was_detected_fills_what_the_file_leaves_out() -> None:
    found = Defaults(port=8000, health_path="/healthz", command=("node", "dist/main.js"))

    web = service(load.load('app = "a"', defaults=found))

    assert (web.port, web.port_declared, web.command) == (8000, False, ("node", "dist/main.js"))
    assert web.health == HttpCheck(path="/healthz", accept_below=500)


def test_what_the_file_says_wins_over_what_was_detected() -> None:
    found = Defaults(port=8000, health_path="/healthz", command=("node", "dist/main.js"))
    text = (
        'app = "a"\n[services.web]\nport = 4000\ncommand = "node x.js"\nhealth = { path = "/ok", interval = "500ms" }'
    )

    web = service(load.load(text, defaults=found))

    assert (web.port, web.port_declared, web.command) == (4000, True, ("node", "x.js"))
    assert web.health == HttpCheck(path="/ok", accept_below=400, timing=Timing(interval=0.5))


def test_detection_says_nothing_about_a_service_beside_web() -> None:
    text = 'app = "a"\n[services.web]\n[services.worker]\ncommand = "node w.js"'

    worker = service(load.load(text, defaults=Defaults(port=8000, command=("node", "main.js"))), name="worker")

    assert (worker.port, worker.command, worker.health) == (None, ("node", "w.js"), AliveCheck())


def test_the_only_service_gets_what_was_detected_whatever_its_name() -> None:
    text = 'app = "a"\n[services.api]\nport = 4000'

    api = service(
        load.load(text, defaults=Defaults(port=8000, health_path="/ok", command=("node", "m.js"))), name="api"
    )

    assert (api.port, api.command, api.health) == (4000, ("node", "m.js"), HttpCheck(path="/ok", accept_below=500))


def test_tcp_is_checked_when_asked_for_even_if_a_path_was_detected() -> None:
    text = 'app = "a"\nservices.web.health.tcp = true'

    assert service(load.load(text, defaults=Defaults(health_path="/ok"))).health == TcpCheck()


def test_units_become_seconds_bytes_and_cores() -> None:
    text = (
        'app = "a"\n[services.web]\nmemory = "1.5G"\ncpu = 2\nstop_timeout = "2m"\n'
        '[build]\ntimeout = "1h"\n[environments.production]\ndeployment = { bake = "1500ms" }'
    )

    app = load.load(text)

    assert (service(app).memory, service(app).cpu, service(app).stop_timeout) == (1536 * MIB, 2.0, 120.0)
    assert (app.build.timeout, app.environments[0].rollout) == (3600.0, Rollout(bake=1.5))


def test_an_environment_overrides_single_keys_of_a_service() -> None:
    text = """
app = "a"
[services.web]
replicas = 3
memory = "1G"
command = "npm run start:{environment}"
health = { path = "/ok", interval = "1s", timeout = "3s" }
[environments.staging]
services.web.replicas = 1
services.web.health.interval = "9s"
[environments.production]
"""
    app = load.load(text)

    staging, production = service(app, "staging"), service(app)
    assert (staging.replicas, staging.memory, staging.command) == (1, 1024 * MIB, ("npm", "run", "start:staging"))
    assert staging.health == HttpCheck(path="/ok", timing=Timing(interval=9.0, timeout=3.0))
    assert (production.replicas, production.command) == (3, ("npm", "run", "start:production"))
    assert production.health == HttpCheck(path="/ok", timing=Timing(interval=1.0, timeout=3.0))


def test_an_environment_may_check_in_another_way_and_keeps_the_timing() -> None:
    text = """
app = "a"
services.web.health = { path = "/ok", interval = "1s" }
environments.staging.services.web.health.command = "true"
"""
    health = service(load.load(text), "staging").health

    assert health == CommandCheck(command=("true",), timing=Timing(interval=1.0))


@pytest.mark.parametrize(
    ("names", "stages"),
    [
        (("production", "staging"), ("staging", "production")),
        (("staging", "production"), ("staging", "production")),
        (("eu", "production", "us", "staging"), ("eu", "staging", "production", "us")),
        (("b", "a"), ("b", "a")),
    ],
)
def test_stages_follow_the_file_with_staging_before_production(names: tuple[str, ...], stages: tuple[str, ...]) -> None:
    assert translate.order_stages(names) == stages


def test_a_byte_order_mark_and_windows_line_ends_are_no_problem() -> None:
    assert load.load('\ufeffapp = "a"\r\n[build]\r\ntest = "x"\r\n').build.test == "x"


@pytest.mark.parametrize(
    ("replicas", "least", "most", "stuck"),
    [
        (1, 100, 100, True),
        (1, 100, 150, True),
        (1, 0, 100, False),
        (2, 100, 150, False),
        (3, 80, 120, True),
        (4, 75, 100, False),
    ],
)
def test_percentages_that_leave_no_first_step_are_told(replicas: int, least: int, most: int, stuck: bool) -> None:
    rollout = Rollout(minimum_healthy_percent=least, maximum_percent=most)

    assert bool(rules.why_stuck(rollout, replicas)) is stuck
