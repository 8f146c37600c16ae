"""What becomes of a push, of a command, and of what was pushed while no server ran."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import pytest

from fairway.adapters.memory.repositories import MemoryRepositories
from fairway.adapters.memory.stores import MemoryStore, make_store
from fairway.domain.execution import ExecutionStatus, Trigger
from fairway.domain.ids import AppName, EnvironmentName, ReleaseNumber
from fairway.domain.rollback import Rollback, define
from fairway.errors import NotFound, UsageError
from fairway.intake.intake import Intake
from fairway.intake.push import Kept, Push, Started, Update
from fairway.manifest.load import load

SHOP = AppName("shop")


class Clock:
    def now(self) -> float:
        return 1000.0

    async def sleep(self, seconds: float) -> None:
        raise AssertionError("nothing waits here")


@dataclass
class Room:
    store: MemoryStore = field(default_factory=make_store)
    repositories: MemoryRepositories = field(default_factory=MemoryRepositories)
    submitted: list[tuple[str, int]] = field(default_factory=list)

    def __post_init__(self) -> None:
        async def submit(app: AppName, number: int) -> None:
            self.submitted.append((app, number))

        self.intake = Intake(
            apps=self.store.apps,
            executions=self.store.executions,
            repositories=self.repositories,
            submit=submit,
            load=load,
            clock=Clock(),
            schedules=self.store.schedules,
        )

    def commit(self, files: Mapping[str, bytes] | None = None, branch: str = "master", **said: str) -> str:
        return self.repositories.commit("shop", files or {"a": b"1"}, branch=branch, **said)

    async def push(self, new: str | None, *, old: str | None = None, ref: str = "refs/heads/master", **more):
        update = Update(ref=ref, old=old, new=new)
        push = Push(app=SHOP, id=more.pop("id", "p1"), by="ada", updates=(update,), **more)
        (outcome,) = await self.intake.push(push)
        return outcome

    async def executions(self):
        return await self.store.executions.list(SHOP)


@pytest.fixture
async def room() -> Room:
    made = Room()
    await made.store.apps.create(SHOP, at=1.0)
    await made.repositories.create("shop")
    return made


def toml(rest: str) -> dict[str, bytes]:
    return {"fairway.toml": f'app = "shop"\n{rest}'.encode(), "a": b"1"}


async def test_a_push_to_the_source_branch_becomes_a_queued_execution_that_is_submitted(room):
    commit = room.commit(toml("[environments.staging]\n[pipeline]\nstages = ['staging']\n"), subject="Add coupons")

    outcome = await room.push(commit)

    assert isinstance(outcome, Started)
    execution = outcome.execution
    assert (execution.status, execution.revision.subject) == (ExecutionStatus.QUEUED, "Add coupons")
    assert (execution.trigger.kind, execution.trigger.by) == ("push", "ada")
    assert [stage.name for stage in execution.stages] == ["source", "build", "package", "staging"]
    assert room.submitted == [("shop", 1)]


async def test_a_push_that_is_announced_twice_starts_once(room):
    commit = room.commit()

    first, second = await room.push(commit), await room.push(commit)

    assert first.execution.number == second.execution.number
    assert len(await room.executions()) == 1


async def test_the_second_announcement_of_a_push_looks_at_nothing_again(room, monkeypatch):
    commit = room.commit()
    first = await room.push(commit)
    monkeypatch.setattr(room.repositories, "heads", None)
    monkeypatch.setattr(room.repositories, "read", None)

    assert await room.push(commit) == first


async def test_the_same_commit_pushed_again_later_starts_again(room):
    commit = room.commit()
    await room.push(commit, id="p1")

    await room.push(commit, id="p2")

    assert len(await room.executions()) == 2


async def test_another_branch_is_kept_and_said(room):
    outcome = await room.push(room.commit(branch="feature"), ref="refs/heads/feature")

    assert isinstance(outcome, Kept)
    assert outcome.reason == "nothing is deployed (source.branch is master)"
    assert await room.executions() == []


async def test_the_source_branch_is_that_of_the_pushed_commit(room):
    commit = room.commit(toml('[source]\nbranch = "main"\n'), branch="main")

    assert isinstance(await room.push(commit, ref="refs/heads/main"), Started)


async def test_the_manifest_that_was_sent_along_counts_when_the_commit_has_none(room):
    sent = 'app = "shop"\n[source]\nbranch = "main"\n'
    await room.store.apps.set_manifest(SHOP, sent)

    outcome = await room.push(room.commit(branch="main"), ref="refs/heads/main")

    assert isinstance(outcome, Started)
    assert outcome.execution.override == sent


@pytest.mark.parametrize("option", ["fairway.no-deploy", "fairway.skip", "ci.skip"])
async def test_a_push_that_asks_for_no_deployment_is_kept_also_over_a_restart(room, option):
    outcome = await room.push(room.commit(), options=(option,))

    assert isinstance(outcome, Kept)
    assert outcome.reason == f"nothing is deployed (-o {option})"
    assert list(await room.intake.resync()) == []


async def test_a_commit_whose_message_asks_for_it_is_kept_also_over_a_restart_until_a_command_deploys_it(room):
    commit = room.commit(body="Only words. [skip ci]")

    outcome = await room.push(commit)
    again = await room.intake.resync()
    execution = await room.intake.deploy("shop", "master")

    assert isinstance(outcome, Kept)
    assert (outcome.reason, outcome.command) == (
        "nothing is deployed ([skip ci] in the commit's message)",
        "fairway deploy master",
    )
    assert list(again) == []
    assert execution.revision.commit == commit


async def test_only_the_newest_commit_of_a_push_is_asked(room):
    room.commit({"a": b"1"}, body="[skip ci]")
    newest = room.commit({"a": b"2"})

    assert isinstance(await room.push(newest), Started)


async def test_the_command_for_a_branch_whose_name_a_shell_would_run_is_quoted(room):
    branch = "fix/$(reboot);`id`'"

    outcome = await room.push(room.commit(branch=branch), ref=f"refs/heads/{branch}")

    assert isinstance(outcome, Kept)
    assert outcome.command == """fairway deploy 'fix/$(reboot);`id`'"'"''"""


async def test_what_is_deleted_or_neither_branch_nor_tag_is_kept(room):
    commit = room.commit(toml('[source]\ntags = ["*"]\n'))

    branch = await room.push(None, old=commit)
    tag = await room.push(None, old=commit, ref="refs/tags/v1")
    note = await room.push(commit, ref="refs/notes/commits")

    assert [each.reason.partition(";")[0] for each in (branch, tag)] == ["the branch is deleted", "the tag is deleted"]
    assert "only a push of a branch or a tag deploys" in note.reason
    assert await room.executions() == []


async def test_a_tag_is_kept_unless_fairway_toml_speaks_of_tags(room):
    room.repositories.tag("shop", "v1", commit := room.commit())

    outcome = await room.push(commit, ref="refs/tags/v1")

    assert isinstance(outcome, Kept)
    assert (outcome.reason, outcome.command) == (
        "nothing is deployed (fairway.toml has no source.tags)",
        "fairway deploy v1",
    )


@pytest.mark.parametrize("annotated", [False, True])
async def test_a_tag_that_is_taken_starts_an_execution_of_the_commit_that_it_names(room, annotated):
    commit = room.commit(toml('[source]\ntags = ["v*"]\n'), body="Release [skip ci]")
    room.commit(toml("[environments.later]\n"))
    object = room.repositories.tag("shop", "v1", commit, annotated=annotated)

    outcome = await room.push(object, ref="refs/tags/v1")

    assert isinstance(outcome, Started)
    revision = outcome.execution.revision
    assert (revision.commit, revision.tag, revision.branch) == (commit, "v1", "")


async def test_a_tag_of_no_commit_is_kept(room):
    room.commit(toml('[source]\ntags = ["*"]\n'))
    object = room.repositories.tag("shop", "blob", None)

    outcome = await room.push(object, ref="refs/tags/blob")

    assert isinstance(outcome, Kept) and "names no commit" in outcome.reason


async def test_a_push_of_many_tags_deploys_none_of_them(room):
    commit = room.commit(toml('[source]\ntags = ["*"]\n'))
    names = [f"v{number}" for number in range(4)]
    updates = tuple(Update(ref=f"refs/tags/{name}", old=None, new=commit) for name in names)
    for name in names:
        room.repositories.tag("shop", name, commit)
    await room.push(commit)

    outcomes = await room.intake.push(Push(app=SHOP, id="p2", by="ada", updates=updates))
    again = await room.intake.resync()

    assert {outcome.reason for outcome in outcomes} == {"nothing is deployed (more than 3 tags came at once)"}
    assert list(again) == []


async def test_a_tag_that_was_pushed_while_no_server_ran_is_started_once(room):
    commit = room.commit(toml('[source]\ntags = ["v*"]\n'))
    room.repositories.tag("shop", "v1", commit, annotated=True)
    await room.push(commit)

    (outcome,) = await room.intake.resync()
    room.repositories._apps["shop"].tags_seen.clear()
    again = await room.intake.resync()

    assert isinstance(outcome, Started) and outcome.execution.revision.tag == "v1"
    assert list(again) == []


async def test_a_tag_with_an_option_that_asks_for_no_deployment_is_kept(room):
    commit = room.commit(toml('[source]\ntags = ["v*"]\n'))

    outcome = await room.push(commit, ref="refs/tags/v1", options=("ci.skip",))

    assert isinstance(outcome, Kept) and "-o ci.skip" in outcome.reason


async def test_a_first_push_counts_no_file_as_changed_for_a_filter_but_all_for_paths(room):
    filtered = toml('[[source.filters]]\nbranches = ["feature/*"]\nfiles = ["src/**"]\n')
    first = room.commit({**filtered, "src/a": b"1"}, branch="feature/x")
    kept = await room.push(first, ref="refs/heads/feature/x")
    second = room.commit({**filtered, "src/a": b"2"}, branch="feature/x")

    started = await room.push(second, old=first, ref="refs/heads/feature/x", id="p2")

    assert isinstance(kept, Kept) and "the branch is new" in kept.reason
    assert isinstance(started, Started)


async def test_a_file_that_is_wrong_elsewhere_still_says_which_branches_start_an_execution(room):
    broken = toml('[source]\nbranches = ["release/*"]\n[servces]\n')

    other = await room.push(room.commit(broken, branch="wip"), ref="refs/heads/wip")
    taken = await room.push(room.commit(broken, branch="release/1"), ref="refs/heads/release/1", id="p2")

    assert isinstance(other, Kept) and "source.branches is release/*" in other.reason
    assert isinstance(taken, Started)


async def test_a_change_outside_the_paths_starts_nothing(room):
    paths = toml("[source]\npaths = ['src/**', '!src/**/*.md']\n")
    old = room.commit({**paths, "src/a.js": b"1", "src/a.md": b"1"})
    await room.push(old)
    docs = room.commit({**paths, "src/a.js": b"1", "src/a.md": b"2"})
    code = room.commit({**paths, "src/a.js": b"2", "src/a.md": b"2"})
    room.repositories.point("shop", "master", docs)

    kept = await room.push(docs, old=old, id="p2")
    room.repositories.point("shop", "master", code)
    started = await room.push(code, old=docs, id="p3")

    assert isinstance(kept, Kept) and "no changed file passes source.paths" in kept.reason
    assert isinstance(started, Started)


async def test_a_forced_push_is_deployed_and_marked_as_one(room):
    old = room.commit({"a": b"1"})
    await room.push(old)
    room.repositories.point("shop", "master", None)
    new = room.commit({"a": b"2"})

    outcome = await room.push(new, old=old, id="p2")

    assert isinstance(outcome, Started) and outcome.forced


async def test_an_older_push_that_is_announced_after_a_newer_one_does_not_take_the_app_back(room):
    first, second = room.commit({"a": b"1"}), room.commit({"a": b"2"})

    newer = await room.push(second, old=first, id="p2")
    older = await room.push(first, id="p1")

    assert isinstance(newer, Started)
    assert isinstance(older, Kept) and "overtaken" in older.reason


@pytest.mark.parametrize("text", ["[servces]\nx = 1\n", "[source\n", "\0", "x = 1\n" * 3])
async def test_a_broken_fairway_toml_starts_an_execution_that_can_tell_what_is_wrong(room, text):
    outcome = await room.push(room.commit(toml(text)))

    assert isinstance(outcome, Started)
    assert [stage.name for stage in outcome.execution.stages] == ["source", "build", "package"]


async def test_a_fairway_toml_that_is_no_toml_still_follows_the_branch_of_the_last_execution(room):
    await room.push(room.commit(toml('[source]\nbranch = "main"\n'), branch="main"), ref="refs/heads/main")

    other = await room.push(room.commit(toml("[source\n"), branch="wip"), ref="refs/heads/wip", id="p2")
    main = await room.push(room.commit(toml("[source\n"), branch="main"), ref="refs/heads/main", id="p3")

    assert isinstance(other, Kept) and "source.branch is main" in other.reason
    assert isinstance(main, Started)


async def test_an_unknown_app_is_refused(room):
    with pytest.raises(NotFound):
        await room.intake.push(Push(app=AppName("nope"), id="p", by="ada", updates=()))


async def test_what_was_pushed_while_no_server_ran_is_started_once(room):
    commit = room.commit()

    (outcome,) = await room.intake.resync()
    again = await room.intake.resync()

    assert isinstance(outcome, Started)
    assert (outcome.execution.revision.commit, outcome.execution.trigger.kind) == (commit, "resume")
    assert list(again) == []


async def test_a_branch_that_makes_the_same_move_twice_while_no_server_runs_is_started_twice(room):
    one, other = room.commit({"a": b"1"}), room.commit({"a": b"2"})
    room.repositories.point("shop", "master", one)
    await room.push(one, id="p1")
    room.repositories.point("shop", "master", other)
    (first,) = await room.intake.resync()
    room.repositories.point("shop", "master", one)
    await room.push(one, old=other, id="p2")
    room.repositories.point("shop", "master", other)

    (second,) = await room.intake.resync()

    assert isinstance(first, Started) and isinstance(second, Started)
    assert [execution.revision.commit for execution in await room.executions()] == [other, one, other, one]
    assert second.execution.number == 4


async def test_a_push_whose_execution_was_made_before_the_server_died_is_not_started_again(room):
    first = room.commit()
    outcome = await room.push(first)
    # The server died after it had made the execution, and before it had marked the head.
    room.repositories._apps["shop"].seen.clear()

    again = await room.intake.resync()

    assert isinstance(outcome, Started)
    assert list(again) == []


async def test_a_command_deploys_an_older_commit_and_the_next_start_leaves_it_at_that(room):
    old, new = room.commit({"a": b"1"}), room.commit({"a": b"2"})
    await room.push(new)

    execution = await room.intake.deploy("shop", old[:9], by="ada")

    assert (execution.revision.commit, execution.trigger.kind, execution.revision.branch) == (old, "command", "")
    assert room.submitted[-1] == ("shop", execution.number)
    assert list(await room.intake.resync()) == []


async def test_a_command_without_a_ref_deploys_the_head_of_the_source_branch(room):
    commit = room.commit(branch="main")
    manifest = 'app = "shop"\n[source]\nbranch = "main"\n'

    execution = await room.intake.deploy("shop", None, manifest=manifest)

    assert (execution.revision.commit, execution.revision.branch, execution.override) == (commit, "main", manifest)
    assert (await room.store.apps.get("shop")).manifest == manifest


async def test_a_command_with_a_broken_manifest_is_refused_and_changes_nothing(room):
    room.commit()

    with pytest.raises(UsageError):
        await room.intake.deploy("shop", "master", manifest="[nonsense]\n")

    assert await room.executions() == []
    assert (await room.store.apps.get("shop")).manifest is None


async def test_a_command_for_a_ref_that_was_never_pushed_is_refused(room):
    with pytest.raises(NotFound, match="master"):
        await room.intake.deploy("shop", None)


async def test_a_branch_that_was_forced_back_while_no_server_ran_is_deployed_again(room):
    first, second = room.commit({"a": b"1"}), room.commit({"a": b"2"})
    await room.push(first, id="p1")
    await room.push(second, old=first, id="p2")
    room.repositories.point("shop", "master", first)

    (outcome,) = await room.intake.resync()

    assert isinstance(outcome, Started)
    assert outcome.execution.revision.commit == first


async def test_a_fairway_toml_of_absurd_length_is_left_to_the_stage_source(room):
    outcome = await room.push(room.commit({"fairway.toml": b"# " + b"x" * 2_000_000}))

    assert isinstance(outcome, Started)
    assert [stage.name for stage in outcome.execution.stages] == ["source", "build", "package"]


async def test_a_rollback_s_commit_is_not_taken_for_the_branch_s_latest(room):
    first = await room.push(room.commit())
    second = room.commit({"a": b"2"})
    await room.push(second, old=first.execution.revision.commit, id="p2")
    goes_back = Rollback(release=ReleaseNumber(1), target=first.execution.number)
    await room.store.executions.create(
        SHOP,
        first.execution.revision,
        Trigger(kind="rollback"),
        define(EnvironmentName("production")),
        at=2.0,
        rollback=goes_back,
    )
    room.repositories._apps["shop"].seen.clear()

    outcomes = await room.intake.resync()

    assert list(outcomes) == []
    assert len(await room.executions()) == 3
