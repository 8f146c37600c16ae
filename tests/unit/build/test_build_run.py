"""A commit becomes an image: which Dockerfile, which bases, where the tests run."""

from pathlib import Path

import pytest

from fairway.adapters.memory.builder import MemoryBases, MemoryBuilder
from fairway.build import generated, plan, run
from fairway.build.plan import Generated
from fairway.domain.app import App, Build, Environment, Service, Source
from fairway.domain.ids import AppName, EnvironmentName, ServiceName
from fairway.errors import UsageError, WorkFailed

COMMIT = "9c1f2e7a0b1c2d3e4f5a6b7c8d9e0f1a2b3c4d5e"
GENERATED = """FROM node:22-slim AS tools
RUN echo npm ci
FROM tools AS test
RUN echo ℹ pass 12
FROM tools
CMD ["node", "server.js"]
"""


class World:
    """A checkout, a builder, and what was logged."""

    def __init__(self, checkout: Path) -> None:
        self.checkout = checkout
        self.builder = MemoryBuilder(bases=frozenset({"node:22-slim", "debian:12"}))
        self.bases = MemoryBases()
        self.log: list[str] = []
        self.recipe = GENERATED
        self.others: tuple[str, ...] = ()
        self.seen: list[tuple[str, str]] = []

    def write(self, path: str, text: str) -> None:
        file = self.checkout / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")

    async def build(self, build: Build, *services: Service, recipe: plan.Recipe | None = None) -> run.BuildResult:
        environments = (Environment(name=EnvironmentName("production"), services=services),)
        app = App(name=AppName("shop-api"), source=Source(), build=build, environments=environments, stages=())

        def generate(checkout: Path, build: Build) -> Generated:
            return Generated(context=".", dockerfile=self.recipe, ignore="node_modules\n", others=self.others)

        return await run.build(
            app,
            self.checkout,
            COMMIT,
            builder=self.builder,
            bases=self.bases,
            recipe=recipe or generate,
            log=self.log.append,
        )


@pytest.fixture
def world(tmp_path: Path) -> World:
    return World(tmp_path)


async def test_a_repository_without_a_dockerfile_is_built_from_a_generated_one(world: World) -> None:
    result = await world.build(Build())

    assert result.generated and result.tag == "fairway/shop-api:9c1f2e7a0b1c"
    assert result.bases == ("node:22-slim",) == tuple(world.bases.asked)
    assert not list(world.checkout.iterdir())


async def test_the_tests_of_a_generated_dockerfile_run_in_their_stage_before_the_image(world: World) -> None:
    result = await world.build(Build(test="npm test"))

    assert [request.target for request in world.builder.built] == ["test", None]
    assert result.tests.startswith("12 tests passed")
    assert list(world.builder.images) == ["fairway/shop-api:9c1f2e7a0b1c"]


async def test_a_failing_test_stops_the_build_and_names_command_code_and_last_lines(world: World) -> None:
    world.recipe = "FROM node:22-slim AS test\nRUN echo 1 failing; exit 3\nFROM node:22-slim\n"

    with pytest.raises(WorkFailed) as caught:
        await world.build(Build(test="echo 1 failing; exit 3"))

    assert caught.value.what == "the tests failed: `echo 1 failing; exit 3` exited with 3"
    assert caught.value.log == ("1 failing",)
    assert world.builder.images == {}


async def test_of_long_output_the_test_that_failed_is_told_and_the_end_is_shown(world: World) -> None:
    told = "; ".join(["echo not ok 1 - adds", *(f"echo {number}" for number in range(1, 31)), "exit 1"])
    world.recipe = f"FROM node:22-slim AS test\nRUN {told}\nFROM node:22-slim\n"

    with pytest.raises(WorkFailed) as caught:
        await world.build(Build(test=told))

    assert caught.value.why == "not ok 1 - adds"
    assert caught.value.log == tuple(str(number) for number in range(11, 31))


async def test_a_failing_test_whose_output_was_recognised_is_still_a_failing_test(world: World) -> None:
    world.recipe = "FROM node:22-slim AS test\nRUN npm test\nFROM node:22-slim\n"
    told = "RUN npm test failed with exit code 1: Error: Cannot find module 'a'"
    world.builder.fail = WorkFailed("the build needs the package a", why=told, log=("Error: Cannot find module 'a'",))

    with pytest.raises(WorkFailed, match="the tests failed: `npm test` exited with 1"):
        await world.build(Build(test="npm test"))


async def test_the_users_dockerfile_wins_and_its_arguments_choose_the_base(world: World) -> None:
    world.write("Dockerfile", "ARG BASE=node:18\nFROM $BASE\nCMD x\n")

    result = await world.build(Build(args={"BASE": "debian:12"}))

    assert not result.generated and result.bases == ("debian:12",)


async def test_tests_with_the_users_dockerfile_run_in_the_image(world: World) -> None:
    world.write("Dockerfile", "FROM debian:12\n")

    result = await world.build(Build(test="echo === 3 passed in 0.1s"))

    assert result.tests.startswith("3 tests passed")
    with pytest.raises(WorkFailed, match="exited with 2"):
        await world.build(Build(test="exit 2"))


async def test_a_stage_named_test_in_the_users_dockerfile_runs_the_tests(world: World) -> None:
    world.write("Dockerfile", "FROM debian:12 AS test\nRUN echo 7 passing\nFROM debian:12\n")

    result = await world.build(Build(test="npm test"))

    assert [request.target for request in world.builder.built] == ["test", None]
    assert result.tests.startswith("7 tests passed")


async def test_a_dockerignore_is_given_along_only_where_there_is_none(world: World) -> None:
    world.write("Dockerfile", "FROM debian:12\n")
    await world.build(Build())
    given = world.builder.built[-1].dockerfile

    world.write(".dockerignore", "x\n")
    await world.build(Build())

    assert given.parent != world.checkout
    assert world.builder.built[-1].dockerfile == world.checkout.resolve() / "Dockerfile"


async def test_a_dockerfile_in_the_apps_directory_is_found_there_or_from_the_root(world: World) -> None:
    world.write("app/Dockerfile", "FROM debian:12\n")
    world.write("docker/api.Dockerfile", "FROM node:22-slim\n")
    world.write("app/.dockerignore", "x\n")

    await world.build(Build(directory="app"))
    await world.build(Build(directory="app", dockerfile="docker/api.Dockerfile"))

    assert [request.context.name for request in world.builder.built] == ["app", "app"]
    assert world.builder.built[-1].dockerfile.name == "api.Dockerfile"


@pytest.mark.parametrize(
    "build", [Build(dockerfile="none"), Build(directory="none"), Build(dockerfile="../x"), Build(directory="../..")]
)
async def test_what_is_not_in_the_commit_is_a_usage_error(world: World, build: Build) -> None:
    with pytest.raises(UsageError):
        await world.build(build)

    assert world.builder.built == []


@pytest.mark.parametrize("named", [None, "Dockerfile"])
async def test_a_link_that_leads_out_of_the_repository_is_refused(world: World, named: str | None) -> None:
    (world.checkout / "Dockerfile").symlink_to("/etc/hostname")

    with pytest.raises(UsageError, match="leads out"):
        await world.build(Build(dockerfile=named))


async def test_a_base_that_cant_be_had_stops_before_the_build(world: World) -> None:
    world.write("Dockerfile", "FROM debian:99\n")
    world.bases = MemoryBases({"debian:99": WorkFailed("the base image debian:99 can't be pulled")})

    with pytest.raises(WorkFailed, match="debian:99"):
        await world.build(Build())

    assert world.builder.built == []


async def test_an_unchanged_commit_says_that_everything_was_cached(world: World) -> None:
    world.write("Dockerfile", "FROM debian:12\nRUN echo npm ci\n")
    await world.build(Build())

    result = await world.build(Build())

    assert result.cached == "everything cached"
    assert str(result).startswith("everything cached; image ")


def test_the_given_dockerignore_keeps_git_and_secrets_out() -> None:
    assert {".git", ".env", "**/node_modules"} <= set(plan.IGNORE.splitlines())


async def test_a_base_that_cant_be_had_gives_way_to_another_that_the_repository_allows(world: World) -> None:
    world.recipe, world.others = "FROM python:3.12-slim\n", ("FROM python:3.13-slim\n", "FROM debian:12\n")
    gone = {
        name: WorkFailed(f"the base image {name} can't be pulled") for name in ("python:3.12-slim", "python:3.13-slim")
    }
    world.bases = MemoryBases(gone)

    result = await world.build(Build())

    assert result.bases == ("debian:12",)
    assert world.log[0].startswith("the base image python:3.12-slim can't be pulled: building on debian:12 instead")


async def test_when_no_allowed_base_can_be_had_the_first_one_is_named(world: World) -> None:
    world.recipe, world.others = "FROM python:3.12-slim\n", ("FROM python:3.13-slim\n",)
    gone = {name: WorkFailed(f"no {name}") for name in ("python:3.12-slim", "python:3.13-slim")}
    world.bases = MemoryBases(gone)

    with pytest.raises(WorkFailed, match=r"no python:3\.12-slim"):
        await world.build(Build())


async def test_a_repository_without_a_start_is_built_where_fairway_toml_says_every_start(world: World) -> None:
    world.write("package.json", '{"name": "shop"}')
    web = Service(name=ServiceName("web"), command=("node", "shop.mjs"))

    result = await world.build(Build(), web, recipe=generated.write)

    assert result.generated
    with pytest.raises(UsageError, match="nothing says how the app starts"):
        await world.build(Build(), web, Service(name=ServiceName("worker")), recipe=generated.write)


async def test_a_command_in_fairway_toml_makes_no_other_language_of_it(world: World) -> None:
    world.write("Cargo.toml", "")
    web = Service(name=ServiceName("web"), command=("shop",))

    with pytest.raises(UsageError, match="written for Rust"):
        await world.build(Build(), web, recipe=generated.write)
