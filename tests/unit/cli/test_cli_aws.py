"""The commands `fairway aws`, on a repository of their own and an account in memory."""

import asyncio
import json
import subprocess
from collections.abc import Coroutine
from dataclasses import replace
from pathlib import Path
from typing import Any, TypeVar

import click
import pytest
from click.testing import CliRunner

from fairway.adapters.memory.clock import VirtualLoop
from fairway.cli import cloud, cloud_show, cloud_text, tree
from fairway.cli.commands import aws_down, aws_plan, aws_status, aws_up
from fairway.domain.aws import doors
from fairway.domain.aws.seen import Drifted
from fairway.domain.aws.stack import ChangeSet, Kind
from fairway.errors import Conflict, UsageError
from fairway.provision import preview
from fairway.provision.telling import Begun, Ended, Going, Moved, Noted
from support import aws_repository
from support.cloud_account import Cloud, make_stack, name

pytestmark = pytest.mark.lengthy

T = TypeVar("T")
HOUR = 3600.0


@pytest.fixture
def top(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The repository, in which the command is called."""
    made = aws_repository.make(tmp_path / "shop")
    monkeypatch.chdir(made)
    return made


def run(work: Coroutine[Any, Any, T]) -> T:
    """On time that jumps."""
    with asyncio.Runner(loop_factory=VirtualLoop) as runner:
        return runner.run(work)


def bring_up(account: Cloud, *, yes: bool = True, **asked: bool) -> dict[str, Any]:
    """`fairway aws up`."""
    return run(aws_up.perform(account.parts(), cloud.find(), aws_up.Asked(patience=HOUR, yes=yes, **asked)))


def test_up_makes_every_stack_and_shows_the_plan_first(top: Path, capsys: pytest.CaptureFixture[str]) -> None:
    aws_repository.write_env(top)
    account = Cloud()

    document = bring_up(account)

    said = capsys.readouterr().err
    assert set(document["stacks"].values()) == {"CREATE_COMPLETE"}
    assert said.startswith("shop on AWS   account 111122223333, eu-central-1\nnetwork                 new, ")
    assert "production variables: the env file adds STRIPE_KEY" in said
    assert account.secrets.versions["fairway/shop/production"][-1].values == {"STRIPE_KEY": aws_repository.SECRET}


def test_no_value_is_ever_shown(top: Path, capsys: pytest.CaptureFixture[str]) -> None:
    aws_repository.write_env(top)
    account = Cloud()

    document = bring_up(account)

    captured = capsys.readouterr()
    assert aws_repository.SECRET not in captured.out + captured.err + json.dumps(document) + repr(account.told)


def test_what_is_missing_is_named_and_the_pipeline_not_started(top: Path, capsys: pytest.CaptureFixture[str]) -> None:
    account = Cloud()

    document = bring_up(account)

    said = capsys.readouterr().err
    assert document["lacking"] == {"production": ["STRIPE_KEY"]}
    assert "production lacks 1 required: STRIPE_KEY (server.js:1)" in said
    assert ".env.production is not here; production keeps what AWS has" in said
    assert account.pipeline.started == []


def test_an_authorized_connection_starts_the_pipeline_once(top: Path, capsys: pytest.CaptureFixture[str]) -> None:
    aws_repository.write_env(top)
    account = Cloud()
    pending = bring_up(account)["pipeline"]
    account.account.faults.lie("connection")

    started = bring_up(account)["pipeline"]
    again = bring_up(account)["pipeline"]

    assert pending["how"] == "UNAUTHORIZED"
    assert "settings/connections?region=eu-central-1" in pending["url"]
    assert (started["how"], started["execution"]) == ("STARTED", account.pipeline.started[0][1])
    assert again["how"] == "RUNS_BY_ITSELF"
    assert len(account.pipeline.started) == 1


def test_what_aws_has_already_counts(top: Path) -> None:
    aws_repository.write_env(top)
    account = Cloud()
    bring_up(account)
    (top / ".env.production").unlink()

    document = bring_up(account, yes=False)

    assert document["lacking"] == {}


def test_where_nobody_can_be_asked_nothing_is_made(top: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    account = Cloud()

    with pytest.raises(UsageError) as raised:
        bring_up(account, yes=False)

    assert raised.value.hint == "--yes"
    assert account.stacks.held == {}


def test_data_that_would_be_lost_is_refused_before_the_first_stack_is_touched(top: Path) -> None:
    aws_repository.write_env(top)
    file = top / "fairway.toml"
    file.write_text(aws_repository.MANIFEST + '\n[databases.main]\nengine = "postgres"\n')
    account = Cloud()
    bring_up(account)
    before = account.state()
    file.write_text(aws_repository.MANIFEST.replace('region = "eu', 'network.cidr = "10.9.0.0/16"\nregion = "eu'))

    with pytest.raises(Conflict) as raised:
        bring_up(account)

    assert "RDS::DBInstance" in raised.value.why
    assert account.state() == before


def test_another_account_than_the_manifest_s_is_refused(top: Path) -> None:
    file = top / "fairway.toml"
    file.write_text(aws_repository.MANIFEST.replace('region = "eu', 'account = "999988887777"\nregion = "eu'))
    account = Cloud()

    with pytest.raises(UsageError, match="111122223333") as raised:
        bring_up(account)

    assert "999988887777" in raised.value.why
    assert account.stacks.held == {}


@pytest.mark.parametrize(
    ("remote", "provider", "repository"),
    [
        ("git@github.com:acme/shop-api.git", "github", "acme/shop-api"),
        ("https://gitlab.com/acme/backend/shop.git", "gitlab", "acme/backend/shop"),
        ("https://user:token@github.com/acme/shop.git", "github", "acme/shop"),
        ("https://codeberg.org/acme/shop.git", "github", "acme/shop"),
        (None, "github", "acme/shop"),
    ],
)
def test_without_aws_it_says_what_to_write(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, remote: str | None, provider: str, repository: str
) -> None:
    top = aws_repository.make(tmp_path / "shop", manifest='app = "shop"\n', remote=remote)
    monkeypatch.chdir(top)

    with pytest.raises(UsageError, match="not for AWS yet") as raised:
        cloud.find()

    hint = raised.value.hint
    assert f'provider = "{provider}", name = "{repository}"' in hint
    assert "token" not in hint
    example = hint[hint.index("[aws]") :]
    (top / "fairway.toml").write_text(f'app = "shop"\n{example}\n')
    assert cloud.find().aws.region == "eu-central-1"


def test_plan_shows_each_resource_and_marks_data_that_would_be_lost(top: Path) -> None:
    account = Cloud()
    file = top / "fairway.toml"
    file.write_text(aws_repository.MANIFEST + '\n[databases.main]\nengine = "postgres"\n')
    bring_up(account)
    file.write_text(aws_repository.MANIFEST)

    plan, _, heading = run(aws_plan.look(account.parts(), cloud.find()))

    lines = cloud_text.lines(plan, full=True)
    assert heading == "shop on AWS   account 111122223333, eu-central-1"
    database = next(line for line in lines if "RDS::DBInstance" in line)
    assert database.startswith("  - ")
    assert database.endswith(cloud_text.MARK)
    assert "network                 nothing changes" in lines


def test_what_was_changed_by_hand_has_a_line_and_a_way_out() -> None:
    stack = make_stack(Kind.NETWORK)
    changed = Drifted(logical="Vpc", type="AWS::EC2::VPC", properties=("/Tags/0",))
    gone = Drifted(logical="Subnet", type="AWS::EC2::Subnet", gone=True)
    plan = preview.Preview(
        planned=(preview.Planned(stack=stack, seen=None, changes=ChangeSet(stack=stack.name), drifted=(changed, gone)),)
    )

    lines = cloud_text.lines(plan, full=True)

    assert lines[1].split("  ")[-1].strip() == "changed by hand: /Tags/0"
    assert lines[2].endswith("deleted by hand")
    assert "by hand" in aws_plan.ending(plan)[0]


def test_status_has_stacks_logs_and_the_pipeline_s_page(top: Path) -> None:
    account = Cloud()
    before = run(aws_status.look(account.parts(), cloud.find()))
    bring_up(account)

    document = run(aws_status.look(account.parts(), cloud.find()))

    assert before["stacks"] == []
    assert {each["status"] for each in document["stacks"]} == {"CREATE_COMPLETE"}


@pytest.mark.parametrize(("door", "closed"), [("closing", True), ("closed", True), ("opening", False), ("", False)])
def test_status_says_which_environment_is_closed(top: Path, door: str, closed: bool) -> None:
    account = Cloud()
    bring_up(account)
    held = account.stacks.held[name(Kind.SERVICES)]
    held.seen = replace(held.seen, parameters={**held.seen.parameters, doors.PARAMETER: door})

    document = run(aws_status.look(account.parts(), cloud.find()))

    assert [each["closed"] for each in document["environments"].values()] == [closed]


def take_down(account: Cloud, **asked: Any) -> dict[str, Any]:
    """`fairway aws down`."""
    return run(aws_down.perform(account.parts(), cloud.find(), aws_down.Asked(patience=HOUR, yes=True, **asked)))


def test_down_keeps_data_unless_the_app_s_name_is_typed(top: Path, capsys: pytest.CaptureFixture[str]) -> None:
    aws_repository.write_env(top)
    account = Cloud()
    bring_up(account)

    kept = take_down(account, unprotect="shop")
    with pytest.raises(UsageError, match="not the app's name"):
        take_down(account, data="shpo")
    gone = take_down(account, data="shop")

    assert name(Kind.DATA) in kept["stays"]
    assert name(Kind.DATA) in gone["deleted"]
    assert account.stacks.held == {}


def test_yes_does_not_take_protected_stacks_down(top: Path) -> None:
    account = Cloud()
    bring_up(account)
    before = account.state()

    with pytest.raises(UsageError) as raised:
        take_down(account)

    assert raised.value.hint == "--unprotect shop"
    assert account.state() == before


def test_an_unknown_environment_is_named(top: Path) -> None:
    account = Cloud()
    bring_up(account)

    with pytest.raises(UsageError, match='no stacks for an environment "stagin"'):
        take_down(account, environment="stagin")


def test_an_environment_that_the_pipeline_deploys_to_is_not_taken_from_under_it(top: Path) -> None:
    account = Cloud()
    bring_up(account)
    before = account.state()

    with pytest.raises(Conflict, match="still deploys to production") as raised:
        take_down(account, environment="production", data="shop")

    assert "fairway aws down -e production" in raised.value.hint
    assert account.state() == before


def test_export_works_without_fairway_and_replaces_only_its_own(top: Path) -> None:
    aws_repository.write_env(top)
    folder = top / "cloud"

    first = call("export", str(folder), "--json")
    (folder / "production-old.yaml").write_text("mine")
    again = call("export", str(folder), "--json")

    written = json.loads(first.stdout)["files"]
    assert first.exit_code == again.exit_code == 0
    assert {"network.yaml", "registry.yaml", "production-data.yaml", "deploy.sh", "README.md"} <= set(written)
    assert (folder / "production-old.yaml").read_text() == "mine"
    assert subprocess.run(["sh", "-n", str(folder / "deploy.sh")], check=False).returncode == 0
    assert aws_repository.SECRET not in "".join(file.read_text() for file in folder.iterdir())


def test_what_was_exported_is_what_would_be_made(top: Path) -> None:
    call("export", "cloud")

    planned = call("plan", "--offline", "--against", "cloud", "--json")

    stacks = json.loads(planned.stdout)["stacks"]
    assert stacks
    assert all(stack["changes"] == [] for stack in stacks)


def test_export_leaves_a_folder_alone_that_is_not_its_own(top: Path) -> None:
    with pytest.raises(UsageError, match="no earlier export"):
        call("export", ".", check=True)

    assert not (top / "deploy.sh").exists()


def test_against_needs_offline(top: Path) -> None:
    with pytest.raises(UsageError, match="--offline"):
        call("plan", "--against", "cloud", check=True)


def call(*arguments: str, check: bool = False) -> Any:
    """A command of `fairway aws`."""
    done = CliRunner().invoke(tree.load("aws"), list(arguments))
    if done.exception is not None and (check or not isinstance(done.exception, SystemExit)):
        raise done.exception
    return done


def test_progress_has_a_line_for_each_resource_and_a_failure_its_reason(capsys: pytest.CaptureFixture[str]) -> None:
    show = cloud_show.Show()
    account = Cloud()
    account.stacks.break_resource("Subnet", "The CIDR is taken")
    told = run(make_network(account))

    for each in told:
        show(each)

    said = capsys.readouterr().err.splitlines()
    assert said[0] == "Making fairway-shop-network"
    assert said[1].startswith("  ✓  Vpc ")
    assert said[2].startswith("  ✗  Subnet ")
    assert said[3] == "     The CIDR is taken"
    assert said[4].startswith("  -  Vpc ")
    assert {type(each) for each in told} == {Begun, Moved, Going}


async def make_network(account: Cloud) -> list[Any]:
    """What is told of a network that can't be made."""
    from fairway.errors import WorkFailed
    from fairway.provision import raising
    from support.cloud_account import make_stack

    with pytest.raises(WorkFailed):
        await raising.bring(account.parts(), make_stack(Kind.NETWORK), {}, account.wish())
    return list(account.told)


def test_an_interrupted_call_says_what_goes_on_and_how_to_come_back(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(click.exceptions.Exit) as raised, cloud.interruptible("fairway aws up"):
        raise KeyboardInterrupt

    said = capsys.readouterr().err
    assert raised.value.exit_code == 130
    assert "what CloudFormation has begun, it goes on with" in said
    assert "fairway aws up   goes on from there" in said


def test_the_live_line_names_what_is_under_way() -> None:
    from fairway.domain.aws.history import Count

    going = Going(
        stack="s", count=Count(done=12, busy=(("Nat", 40.0), ("A", 99.0), ("B", 99.0), ("C", 99.0))), at=103.0
    )

    assert cloud_show.going_line(going) == "  …  12 done, under way: Nat 63 s, A 4.0 s, B 4.0 s and 1 more"


def test_json_keeps_what_came_of_each_stack(capsys: pytest.CaptureFixture[str]) -> None:
    show = cloud_show.Show()

    show(Ended(stack="fairway-shop-network", how="made", seconds=125.04))
    show(Noted(about="production", text="variables: the env file adds A"))

    assert show.kept == [
        {"stack": "fairway-shop-network", "how": "made", "seconds": 125.0},
        {"about": "production", "note": "variables: the env file adds A"},
    ]


def test_the_plan_has_the_monthly_cost_and_how_it_differs_from_now(
    top: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    account = Cloud()
    new = bring_up(account)["plan"]
    file = top / "fairway.toml"
    file.write_text(aws_repository.MANIFEST + '\n[databases.main]\nengine = "postgres"\n')

    changed = bring_up(account)["plan"]

    assert new["difference"] is None
    assert changed["difference"]["monthly"]["low"] > 10
    assert changed["cost"]["monthly"]["low"] > new["cost"]["monthly"]["low"] > 30
    assert "against now; fairway aws plan has the items" in capsys.readouterr().err


def test_down_says_what_goes_on_costing(top: Path, capsys: pytest.CaptureFixture[str]) -> None:
    account = Cloud()
    bring_up(account)

    take_down(account, unprotect="shop")

    assert "they go on costing " in capsys.readouterr().err


def test_an_app_with_migrations_is_made_with_what_their_guard_keeps(top: Path) -> None:
    manifest = aws_repository.MANIFEST + '\n[migrations]\ncommand = "npm run migrate"\n'
    (top / "fairway.toml").write_text(manifest, encoding="utf-8")
    account = Cloud()

    planned = CliRunner().invoke(tree.build(), ["aws", "plan", "--offline"])
    made = bring_up(account)

    assert planned.exit_code == 0
    assert "PassagesTable" in planned.output
    assert "records in DynamoDB" in planned.output
    assert set(made["stacks"].values()) == {"CREATE_COMPLETE"}
    assert "PassagesTable" in account.stacks.held["fairway-shop-production-data"].resources


def test_turning_migrations_off_is_refused_while_it_would_lose_their_records(top: Path) -> None:
    file = top / "fairway.toml"
    file.write_text(aws_repository.MANIFEST + '\n[migrations]\ncommand = "npm run migrate"\n', encoding="utf-8")
    account = Cloud()
    bring_up(account)
    file.write_text(aws_repository.MANIFEST, encoding="utf-8")

    with pytest.raises(Conflict, match="data would be lost") as raised:
        bring_up(account)

    assert "PassagesTable (AWS::DynamoDB::Table) would be deleted" in raised.value.why
