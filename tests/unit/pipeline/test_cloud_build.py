"""The stage `build` inside CodeBuild: what it makes of a commit, what it says, and what it refuses before it builds."""

from dataclasses import replace
from pathlib import Path

import pytest

from fairway.cloudformation import wires
from fairway.domain.aws import names
from fairway.domain.aws.stack import Kind
from fairway.domain.aws.wanted import Architecture, Hosting, Nat, OwnNetwork
from fairway.domain.image import LocalImage
from fairway.errors import Conflict, FairwayError, Unavailable, UsageError, WorkFailed
from fairway.pipeline.cloud.failing import StageFailed
from fairway.wire import handover
from support.cloud_stage import APP, AWS, HOST, PRODUCTION, REVISION, SECRET, STAGING, TOML, Account, lay_out
from support.mortal import Killed, Mortal

WITH_MIGRATIONS = TOML + '[migrations]\ncommand = "npm run migrate"\ndatabase = "DATABASE_URL"\n'


@pytest.fixture
async def account() -> Account:
    found = Account()
    await found.raise_up(staging={"LOG": "debug"}, production={"STRIPE_KEY": SECRET})
    return found


async def test_a_commit_becomes_an_image_and_a_handover(account: Account, tmp_path: Path) -> None:
    made = await account.run_build(lay_out(tmp_path))

    assert (made.app, made.commit, made.subject) == (APP, REVISION.commit, "Add coupons")
    assert made.image.repository == f"{HOST}/{APP}"
    assert await account.registry.tags(made.image.repository) == {REVISION.commit: made.image.digest}
    assert made.configurations == {STAGING: "version-0001", PRODUCTION: "version-0002"}
    assert account.regions == ["eu-central-1"]


async def test_it_prints_what_a_servers_stages_print(account: Account, tmp_path: Path) -> None:
    made = await account.run_build(lay_out(tmp_path))

    stages = [line for line in account.said if "✓" in line]
    assert stages == [
        "  source      ✓  0.0 s",
        "  build       ✓  0.0 s   image 0 MB",
        f"  package     ✓  0.0 s   {made.image.digest[:19]}…",
    ]
    assert f"{made.image.repository}@{made.image.digest}" in account.said


async def test_the_handover_is_what_release_json_holds(account: Account, tmp_path: Path) -> None:
    account.wanted = ("LOG",)
    await account.secrets.put(names.secret(APP, PRODUCTION), {"LOG": "info"})

    made = await account.run_build(lay_out(tmp_path))

    assert handover.read(handover.write(made).encode()) == made
    assert made.text == TOML and [each.name for each in made.contract.variables] == ["LOG"]


async def test_a_commit_that_is_in_the_registry_is_not_built_again(account: Account, tmp_path: Path) -> None:
    first = await account.run_build(lay_out(tmp_path))
    built = len(account.builder.built)

    second = await account.run_build(tmp_path)

    assert second.image.digest == first.image.digest and len(account.builder.built) == built
    assert "the commit's image is in ECR already: nothing was built" in account.text


async def test_of_two_builds_of_one_commit_the_first_image_counts(account: Account, tmp_path: Path) -> None:
    other = LocalImage(id="sha256:other", size=1)
    taken = await account.registry.push(other, f"{HOST}/{APP}", REVISION.commit)
    found, account.registry.find = account.registry.find, NotYet(account.registry.find)  # type: ignore[method-assign]

    made = await account.run_build(lay_out(tmp_path))

    assert account.registry.find is not found
    assert made.image.digest == taken.digest and account.builder.built


class NotYet:
    """A registry that does not show the tag at the first look."""

    def __init__(self, find: object) -> None:
        self.find, self.asked = find, 0

    async def __call__(self, repository: str, tag: str) -> str | None:
        self.asked += 1
        return None if self.asked == 1 else await self.find(repository, tag)  # type: ignore[operator, no-any-return]


@pytest.mark.parametrize("environment", [STAGING, PRODUCTION])
async def test_a_missing_variable_stops_it_before_the_build(account: Account, tmp_path: Path, environment: str) -> None:
    account.wanted = ("SESSION_KEY",)
    other = {STAGING: PRODUCTION, PRODUCTION: STAGING}[environment]  # type: ignore[index]
    await account.secrets.put(names.secret(APP, other), {"SESSION_KEY": "0123456789abcdef"})

    with pytest.raises(StageFailed) as failure:
        await account.run_build(lay_out(tmp_path))

    file = "production.env" if environment == PRODUCTION else ".env.staging"
    assert f"{environment} lacks 1 required: SESSION_KEY (src/app.ts:3)" in failure.value.cause.sentence
    assert f"put SESSION_KEY into {file}, then fairway aws up" in failure.value.cause.fix
    assert not account.builder.built
    assert "  Cause   " in account.text and "fairway retry" not in account.text


async def test_what_the_build_prints_of_a_secret_is_masked(account: Account, tmp_path: Path) -> None:
    await account.run_build(lay_out(tmp_path, dockerfile=f"FROM node:22\nRUN echo key {SECRET}\n"))

    assert SECRET not in account.text and "  key •••" in account.text


async def test_a_failing_test_is_told_as_on_a_server(account: Account, tmp_path: Path) -> None:
    toml = TOML + '[build]\ntest = "echo 1 failed; exit 3"\n'

    with pytest.raises(WorkFailed, match="the tests failed"):
        await account.run_build(lay_out(tmp_path, toml=toml))

    assert "  build       ✗  0.0 s   the tests failed: `echo 1 failed; exit 3` exited with 3" in account.said
    assert "  Cause   the tests failed: `echo 1 failed; exit 3` exited with 3" in account.said
    assert await account.registry.tags(f"{HOST}/{APP}") == {}


async def test_an_image_for_another_processor_is_named_before_the_push(account: Account, tmp_path: Path) -> None:
    account.builder.architecture = "arm64"

    with pytest.raises(UsageError, match="the image is made for arm64, and shop-api runs on x86_64"):
        await account.run_build(lay_out(tmp_path))

    assert await account.registry.tags(f"{HOST}/{APP}") == {}


async def test_the_image_for_the_processor_of_the_environments_is_pushed(account: Account, tmp_path: Path) -> None:
    arm = Hosting(architecture=Architecture.ARM64)
    account.aws = replace(AWS, hosting={STAGING: arm, PRODUCTION: arm})
    account.builder.architecture = "arm64"

    made = await account.run_build(lay_out(tmp_path))

    assert await account.registry.tags(f"{HOST}/{APP}") == {REVISION.commit: made.image.digest}


async def test_environments_on_two_architectures_are_refused(account: Account, tmp_path: Path) -> None:
    account.aws = replace(AWS, hosting={STAGING: Hosting(architecture=Architecture.ARM64)})

    with pytest.raises(UsageError, match="one image can't run on two architectures") as failure:
        await account.run_build(lay_out(tmp_path))

    assert failure.value.why == "staging has arm64, production has x86_64"
    assert not account.builder.built


async def test_migrations_that_can_not_be_guarded_are_refused_before_anything_is_built(
    account: Account, tmp_path: Path
) -> None:
    with pytest.raises(UsageError, match="the migrations of staging can't be guarded on AWS") as failure:
        await account.run_build(lay_out(tmp_path, toml=TOML + '[migrations]\ntool = "sql"\n'))

    assert failure.value.why.startswith("migrations.tool: ")
    assert not account.builder.built


async def test_migrations_without_a_way_out_of_the_network_are_refused(account: Account, tmp_path: Path) -> None:
    assert account.aws is not None
    account.aws = replace(account.aws, network=OwnNetwork(nat=Nat.NONE))

    with pytest.raises(UsageError, match="can't be guarded on AWS") as failure:
        await account.run_build(lay_out(tmp_path, toml=WITH_MIGRATIONS))

    assert failure.value.why.startswith("aws.network.nat: ")
    assert failure.value.hint == 'nat = "one"'


async def test_an_app_that_is_not_on_aws_is_refused(account: Account, tmp_path: Path) -> None:
    account.aws = None

    with pytest.raises(UsageError, match=r"fairway.toml has no \[aws\]"):
        await account.run_build(lay_out(tmp_path))


async def test_a_commit_without_a_fairway_toml_is_refused(account: Account, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"the commit has no fairway.toml"):
        await account.run_build(tmp_path)


async def test_a_broken_fairway_toml_is_told_with_its_findings(account: Account, tmp_path: Path) -> None:
    with pytest.raises(UsageError):
        await account.run_build(lay_out(tmp_path, toml='app = "shop-api"\nbild = 1\n'))

    assert any("fairway.toml:2" in line and "bild" in line for line in account.said)


async def test_without_stacks_the_way_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(Conflict, match="shop-api has no repository in ECR") as failure:
        await Account().run_build(lay_out(tmp_path))

    assert failure.value.hint == "fairway aws up"


async def test_without_a_version_of_the_variables_the_way_there_is_named(account: Account, tmp_path: Path) -> None:
    account.secrets.versions.clear()

    with pytest.raises(Conflict, match="staging has no variables on AWS"):
        await account.run_build(lay_out(tmp_path))


async def test_a_build_secret_comes_from_the_first_environment_that_has_it(account: Account, tmp_path: Path) -> None:
    await account.run_build(lay_out(tmp_path, toml=TOML + '[build]\nsecrets = ["STRIPE_KEY"]\n'))

    assert account.builder.built[-1].secrets == {"STRIPE_KEY": SECRET}


async def test_a_build_secret_that_no_environment_has_is_named(account: Account, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="the build needs NPM_TOKEN") as failure:
        await account.run_build(lay_out(tmp_path, toml=TOML + '[build]\nsecrets = ["NPM_TOKEN", "LOG"]\n'))

    assert failure.value.hint == "put NPM_TOKEN into .env.staging, then fairway aws up"


@pytest.mark.parametrize("method", ["find", "current"])
async def test_what_aws_does_not_answer_ends_the_stage_and_a_second_run_goes_on(
    account: Account, tmp_path: Path, method: str
) -> None:
    faults = account.stacks.faults if method == "find" else account.secrets.faults
    faults.fail(method, Unavailable("AWS did not answer"))

    with pytest.raises(Unavailable):
        await account.run_build(lay_out(tmp_path))
    faults.mend()

    assert (await account.run_build(tmp_path)).image.digest
    assert any(line.startswith("  source      ✗") for line in account.said)


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
async def test_killed_at_any_call_the_next_run_leaves_the_same_image(tmp_path: Path, after: bool) -> None:
    lay_out(tmp_path)
    calls = 0
    for at in range(1, 50):
        account = Account()
        await account.raise_up(staging={}, production={"STRIPE_KEY": SECRET})
        real = account.stacks, account.secrets, account.registry
        count = [0]
        account.stacks, account.secrets, account.registry = (Mortal(port, count, at, after) for port in real)  # type: ignore[assignment]
        try:
            await account.run_build(tmp_path)
        except Killed:
            calls += 1
        else:
            break
        account.stacks, account.secrets, account.registry = real

        made = await account.run_build(tmp_path)

        assert await account.registry.tags(f"{HOST}/{APP}") == {REVISION.commit: made.image.digest}

    assert calls == 5, "a look at the registry's stack, two secrets, a look for the image, a push"


async def test_a_repository_of_another_name_is_taken_as_the_stack_puts_it_out(account: Account, tmp_path: Path) -> None:
    seen = await account.stacks.find(names.stack(APP, Kind.REGISTRY))
    assert seen is not None
    account.stacks.put(replace(seen, outputs={wires.REPOSITORY_URI: ""}))

    with pytest.raises(Conflict):
        await account.run_build(lay_out(tmp_path))


@pytest.mark.parametrize(
    "content",
    [b"", b"{", b"[]", b'{"format": 2}', b'{"app": "shop"}', b"\xff", b"x" * (handover.LONGEST + 1)],
)
def test_what_stage_build_did_not_write_is_refused(content: bytes) -> None:
    with pytest.raises(UsageError, match=r"release.json is not what fairway stage build writes") as failure:
        handover.read(content)

    assert failure.value.why and failure.value.hint


def test_an_image_that_is_no_digest_is_refused(tmp_path: Path) -> None:
    content = b'{"app": "a", "commit": "c", "manifest": "", "image": {"repository": "r", "digest": "latest"}}'

    with pytest.raises(FairwayError, match="not what fairway stage build writes"):
        handover.read(content)
