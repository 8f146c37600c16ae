"""`git push` with the real git, over real HTTP, into the real app."""

import asyncio
import os
import re
import signal
import subprocess
from pathlib import Path

import pytest

from fairway.adapters.git import layout
from fairway.domain.deployment import Cause, RolloutState
from fairway.domain.execution import ExecutionStatus
from fairway.domain.ids import AppName
from support.git_work import ENVIRONMENT

SHOP = AppName("shop")


async def push(work, remote, *arguments):
    return await asyncio.to_thread(work.push, remote, *(arguments or ("master",)))


def said(result) -> list[str]:
    """The lines that the pusher reads of the server, without what git pads them with."""
    return [line.removeprefix("remote: ").rstrip() for line in result.stderr.splitlines() if line.startswith("remote:")]


async def executions(served):
    return await served.store.executions.list(SHOP)


async def test_the_pusher_sees_head_stages_and_nothing_else(served, work):
    served.pipeline.summaries["build"] = "212 tests passed"
    commit = work.commit({"a": b"1"}, "Add coupons")

    result = await push(work, served.remote("shop"))

    lines = said(result)
    assert result.returncode == 0, result.stderr
    assert lines[0] == f'shop  execution 1  {commit[:7]} "Add coupons"'
    assert [line.split()[:2] for line in lines[1:] if line.split()] == [
        [name, "✓"] for name in ("source", "build", "package", "production")
    ]
    assert any("212 tests passed" in line for line in lines)
    assert (await executions(served))[0].trigger.by == "owner"


async def test_progress_comes_while_the_push_still_runs(served, work):
    gate = served.pipeline.gates["package"] = asyncio.Event()
    work.commit({"a": b"1"})
    process = await asyncio.create_subprocess_exec(
        "git", "push", served.remote("shop"), "master", cwd=work.path, env=ENVIRONMENT, stderr=asyncio.subprocess.PIPE
    )
    seen = b""
    async with asyncio.timeout(10):
        while b"build" not in seen:
            seen += await process.stderr.read(4096)
    still_running = process.returncode is None

    gate.set()
    rest = await process.stderr.read()

    assert still_running and b"package" not in seen
    assert "package" in rest.decode() and "production" in rest.decode()
    assert await process.wait() == 0


async def test_the_verdict_of_a_failure_is_the_last_thing_that_the_server_says(served, work):
    served.pipeline.fails["build"] = Cause(
        sentence="2 of 212 tests failed", seen="npm test ended with 1", fix="run npm test", log=("not ok 7 - coupons",)
    )
    work.commit({"a": b"1"})

    result = await push(work, served.remote("shop"))

    text = "\n".join(said(result))
    assert re.search(r"build +✗", text)
    assert "Cause   2 of 212 tests failed" in text and "not ok 7 - coupons" in text
    assert text.rstrip().splitlines()[-1].strip().startswith("More") and "fairway show 1" in text


async def test_nothing_of_a_commit_or_a_log_moves_the_pushers_cursor(served, work):
    served.pipeline.fails["build"] = Cause(sentence="it failed", log=("\x1b[2J\x1b[1;1Hdone ✓",))
    work.commit({"a": b"1"}, "Add \x1b]0;title\x07 coupons")

    result = await push(work, served.remote("shop"))

    text = "\n".join(said(result))
    assert "␛[2J␛[1;1Hdone ✓" in text and "coupons" in text
    assert not re.search(r"\x1b(\[2J|\])|\x07", text)


async def test_a_push_by_path_tells_the_same(served, work):
    work.commit({"a": b"1"})

    result = await push(work, served.services.repositories.path("shop"))

    assert result.returncode == 0, result.stderr
    assert said(result)[0].startswith("shop  execution 1")
    assert (await executions(served))[0].trigger.by == "ada"


async def test_commits_are_counted_since_the_last_release_that_got_to_its_end(served, work):
    await push_release(served, work, b"1", RolloutState.COMPLETED)
    await push_release(served, work, b"2", RolloutState.FAILED)
    work.commit({"a": b"3"})

    result = await push(work, served.remote("shop"))

    assert said(result)[0].endswith("(2 commits since release 1)")


async def test_nothing_is_counted_since_a_release_that_is_not_kept_any_more(served, work):
    await push_release(served, work, b"1", RolloutState.COMPLETED)
    await served.store.releases.delete(SHOP, 1, seen=1)
    work.commit({"a": b"2"})

    result = await push(work, served.remote("shop"))

    assert said(result)[0].startswith("shop  execution 2") and "since" not in said(result)[0]


async def push_release(served, work, content: bytes, state: RolloutState) -> None:
    """A push, and what its deployment came to."""
    from support.pipeline_values import make_release

    commit = work.commit({"a": content})
    await push(work, served.remote("shop"))
    release = await served.store.releases.create(make_release(app=SHOP, commit=commit))
    started = await served.store.deployments.start(
        SHOP, release.environment, release.number, previous=None, at=1.0, key=f"execution/{release.number}"
    )
    assert await served.store.deployments.finish(SHOP, started.id, state, reason="", at=2.0)


@pytest.mark.parametrize("token", ["wrong", ""])
async def test_a_wrong_token_is_refused_and_nothing_arrives(served, work, token):
    work.commit({"a": b"1"})

    result = await push(work, served.remote("shop", token=token))

    assert result.returncode != 0
    assert "token is" in result.stderr or "Authentication failed" in result.stderr
    assert await served.services.repositories.head("shop", "master") is None


async def test_the_refusal_of_a_wrong_token_says_so_in_words(served):
    answer = await served.api.get("/git/shop.git/info/refs?service=git-receive-pack", headers={"Authorization": "x"})
    wrong = await served.api.get(
        "/git/shop.git/info/refs?service=git-receive-pack", headers={"Authorization": "Bearer nonsense"}
    )

    assert (answer.status_code, wrong.status_code) == (401, 401)
    assert answer.headers["www-authenticate"].startswith("Basic")
    assert "a token is needed" in answer.text and "the token is wrong" in wrong.text


async def test_an_unknown_app_is_not_found_and_the_nearest_is_named(served, work):
    work.commit({"a": b"1"})

    result = await push(work, served.remote("shup"))

    assert result.returncode != 0
    assert "not found" in result.stderr
    assert "shop" in "\n".join(said(result))


@pytest.mark.parametrize(
    "path",
    [
        "/git/shop.git/HEAD",
        "/git/shop.git/objects/info/packs",
        "/git/shop.git/config",
        "/git/../shop.git/info/refs?service=git-upload-pack",
        "/git/shop.git/info/refs",
        "/git/shop.git/info/refs?service=git-upload-archive",
        "/git/%2e%2e%2fshop.git/info/refs?service=git-upload-pack",
        "/git/.hooks.git/info/refs?service=git-upload-pack",
    ],
)
async def test_nothing_but_the_smart_protocol_is_served(served, path):
    answer = await served.api.get(path)

    assert answer.status_code in (404, 422)


async def test_another_branch_is_kept_and_said(served, work):
    work.commit({"a": b"1"})

    result = await push(work, served.remote("shop"), "HEAD:feature")

    assert said(result) == [
        f"feature {work.head()[:7]} kept; nothing is deployed (source.branch is master)",
        "  to deploy it all the same: fairway deploy feature",
    ]
    assert await executions(served) == []


def replace_hook(served, *command: str) -> None:
    """Let the hook's program be another one."""
    hooks = served.services.repositories.path("shop").parent / layout.HOOKS
    layout.write(hooks / "post-receive", layout.script(command), 0o755)


async def test_a_push_is_heard_of_before_the_hooks_program_has_started(served, work, tmp_path):
    going = tmp_path / "going"
    replace_hook(served, "sh", "-c", f"until [ -e {going} ]; do sleep 0.02; done")
    work.commit({"a": b"1"})

    pushing = asyncio.create_task(push(work, served.remote("shop")))
    async with asyncio.timeout(10):
        while not (heard := await executions(served)):
            await asyncio.sleep(0.02)
    still_running = not pushing.done()
    going.touch()
    await pushing
    work.commit({"a": b"2"})
    await push(work, served.remote("shop"), "-o", "fairway.no-deploy", "master")

    assert still_running
    assert [execution.trigger.by for execution in heard] == ["owner"]
    assert len(await executions(served)) == 1, "what options mean is for the hook's program to say"


@pytest.mark.exhaustive
async def test_more_refs_than_are_listened_to_are_left_to_the_hooks_program(served, work):
    work.commit({"a": b"1"})
    head = work.head()
    data = "".join(f"create refs/heads/{'x' * 120}-{number:04} {head}\n" for number in range(400))
    subprocess.run(["git", "update-ref", "--stdin"], cwd=work.path, env=ENVIRONMENT, input=data, text=True, check=True)

    result = await asyncio.to_thread(work.git, "push", served.remote("shop"), "--all", check=False)

    assert result.returncode == 0
    assert len([line for line in said(result) if "kept" in line]) == 400
    assert len(await executions(served)) == 1


@pytest.mark.parametrize("option", ["fairway.no-deploy", "fairway.skip", "ci.skip"])
async def test_a_push_option_keeps_the_push_from_being_deployed(served, work, option):
    work.commit({"a": b"1"})

    result = await push(work, served.remote("shop"), "-o", option, "master")

    assert result.returncode == 0
    assert said(result) == [
        f"master {work.head()[:7]} kept; nothing is deployed (-o {option})",
        "  to deploy it all the same: fairway deploy master",
    ]


async def test_a_commit_that_asks_to_be_skipped_is_kept_and_deployed_by_the_command_that_is_said(served, work):
    work.commit({"a": b"1"}, "Fix a typo [skip ci]")

    result = await push(work, served.remote("shop"))
    kept = await executions(served)
    await served.services.intake.deploy("shop", "master")

    assert said(result) == [
        f"master {work.head()[:7]} kept; nothing is deployed ([skip ci] in the commit's message)",
        "  to deploy it all the same: fairway deploy master",
    ]
    assert (len(kept), len(await executions(served))) == (0, 1)


async def test_tags_that_fairway_toml_takes_are_deployed_and_the_others_are_kept_with_the_reason(served, work):
    commit = work.commit({"fairway.toml": b'app = "shop"\n[source]\ntags = ["v*"]\n'})
    work.git("tag", "-a", "-m", "First", "v1.0")
    work.git("tag", "nightly")
    work.git("tag", "v-tree", f"{commit}^{{tree}}")

    refs = ("master", "v1.0", "nightly", "v-tree")
    result = await asyncio.to_thread(work.git, "push", served.remote("shop"), *refs, check=False)
    deleted = await push(work, served.remote("shop"), ":refs/tags/v1.0")

    text = said(result)
    assert f"master {commit[:7]} kept; nothing is deployed " in text[0]
    assert any(line.startswith("shop  execution 1") for line in text)
    kept = [line.split(" kept; ")[1] for line in text if "tags/" in line and "kept" in line]
    assert sorted(kept) == ["nothing is deployed (source.tags is v*)", "nothing is deployed (the tag names no commit)"]
    assert "  to deploy it all the same: fairway deploy nightly" in text
    assert said(deleted) == ["tags/v1.0 kept; the tag is deleted; what runs goes on running"]
    assert [(each.revision.commit, each.revision.tag) for each in await executions(served)] == [(commit, "v1.0")]


async def test_a_branch_with_characters_of_the_shell_in_its_name_is_kept_with_a_command_that_is_safe_to_type(
    served, work
):
    work.commit({"a": b"1"})

    result = await push(work, served.remote("shop"), "HEAD:refs/heads/fix/$(reboot);`id`")

    assert said(result)[1] == "  to deploy it all the same: fairway deploy 'fix/$(reboot);`id`'"


async def test_a_forced_push_is_deployed_and_said(served, work):
    work.commit({"a": b"1"})
    await push(work, served.remote("shop"))
    work.git("commit", "--amend", "-qm", "Rewritten")

    plain = await push(work, served.remote("shop"))
    forced = await push(work, served.remote("shop"), "--force", "master")

    assert plain.returncode != 0
    assert any("forced push" in line for line in said(forced))
    assert len(await executions(served)) == 2


async def test_deleting_a_branch_stops_nothing(served, work):
    work.commit({"a": b"1"})
    await push(work, served.remote("shop"))

    result = await push(work, served.remote("shop"), ":master")

    assert said(result) == ["master kept; the branch is deleted; what runs goes on running"]


async def test_an_empty_repository_and_a_push_without_change_start_nothing(served, work):
    empty = await push(work, served.remote("shop"))
    work.commit({"a": b"1"})
    await push(work, served.remote("shop"))

    unchanged = await push(work, served.remote("shop"))

    assert empty.returncode != 0 and "does not match any" in empty.stderr
    assert unchanged.returncode == 0 and "up-to-date" in unchanged.stderr
    assert len(await executions(served)) == 1


async def test_a_clone_gives_back_what_was_pushed(served, work, tmp_path):
    work.commit({"a b/ü": b"1"})
    await push(work, served.remote("shop"))

    clone = ("git", "clone", "--quiet", served.remote("shop"), str(tmp_path / "clone"))
    await asyncio.to_thread(subprocess.run, clone, env=ENVIRONMENT, check=True)

    assert (tmp_path / "clone/a b/ü").read_bytes() == b"1"


async def test_concurrent_pushes_of_several_developers_each_become_one_execution(served, work, tmp_path):
    from support.git_work import Work

    work.commit({"a": b"0"})
    await push(work, served.remote("shop"))
    others = [Work(tmp_path / f"work {number}") for number in range(5)]
    for number, other in enumerate(others):
        await asyncio.to_thread(other.git, "pull", "--quiet", served.remote("shop"), "master")
        other.commit({f"file{number}": b"1"})

    async def until_through(other) -> None:
        while (await push(other, served.remote("shop"))).returncode != 0:
            await asyncio.to_thread(other.git, "pull", "--quiet", "--rebase", served.remote("shop"), "master")

    await asyncio.gather(*(until_through(other) for other in others))

    found = await executions(served)
    head = await served.services.repositories.head("shop", "master")
    commits = [execution.revision.commit for execution in found]
    assert len(commits) == len(set(commits)) <= 6
    assert head in commits and commits[0] == head
    assert await served.services.intake.resync() == []


async def test_a_pusher_who_goes_away_does_not_stop_the_execution(served, work):
    gate = served.pipeline.gates["build"] = asyncio.Event()
    work.commit({"a": b"1"})
    command = ("git", "push", served.remote("shop"), "master")
    pushing = subprocess.Popen(command, cwd=work.path, env=ENVIRONMENT, start_new_session=True)
    async with asyncio.timeout(10):
        while not served.pipeline.begun:
            await asyncio.sleep(0.02)
    os.killpg(pushing.pid, signal.SIGTERM)
    await asyncio.to_thread(pushing.wait)

    gate.set()

    async with asyncio.timeout(10):
        while (await executions(served))[0].status is not ExecutionStatus.SUCCEEDED:
            await asyncio.sleep(0.02)


async def test_a_push_while_the_server_is_down_is_kept_and_found_at_the_next_start(served, work):
    await served.stop()
    served.listener.close()
    work.commit({"a": b"1"})

    result = await push(work, served.services.repositories.path("shop"))
    outcomes = await served.services.intake.resync()

    assert result.returncode == 0
    assert said(result)[0].startswith("Kept: the server is not running")
    assert "fairway server start" in said(result)[1]
    assert [outcome.execution.revision.commit for outcome in outcomes] == [work.head()]


async def test_a_push_without_deployment_while_the_server_is_down_stays_without(served, work):
    await served.stop()
    served.listener.close()
    work.commit({"a": b"1"})

    result = await push(work, served.services.repositories.path("shop"), "-o", "fairway.no-deploy", "master")

    assert said(result)[0].startswith("Kept: the server")  # another program may have its port by now
    assert await served.services.intake.resync() == []


async def test_a_push_that_the_server_can_not_take_in_is_kept_and_told_in_words(served, work):
    work.commit({"a": b"1"})
    path = served.services.repositories.path("shop")
    await served.store.apps.delete(SHOP)
    forgotten = await push(work, path)
    served.app.state.secret = "of another process"
    restarted = await push(work, path, "HEAD:other")

    assert forgotten.returncode == restarted.returncode == 0
    assert "push is kept" in said(forgotten)[0] and "shop" in said(forgotten)[0]
    assert said(restarted)[0].startswith("Kept: the server that should be told has gone")
    assert not any("{" in line for line in said(forgotten) + said(restarted))


async def test_a_mistake_of_the_server_is_told_without_its_words(served, work):
    async def broken(*_: object) -> None:
        raise ZeroDivisionError("inner words")

    served.services.repositories.message = broken
    work.commit({"a": b"1"})

    result = await push(work, served.services.repositories.path("shop"))

    assert said(result)[0].startswith("Kept: the server could not take it in (status 500)")
    assert "inner words" not in result.stderr


async def test_a_server_that_stops_during_a_push_says_so_and_the_push_succeeds(served, work):
    served.pipeline.gates["build"] = asyncio.Event()
    work.commit({"a": b"1"})
    pushing = await asyncio.create_subprocess_exec(
        "git", "push", served.remote("shop"), "master", cwd=work.path, env=ENVIRONMENT, stderr=asyncio.subprocess.PIPE
    )
    told = b""
    async with asyncio.timeout(10):
        # Before that the hook's program may still be on its way, and would find no server.
        while b"execution 1" not in told:
            told += await pushing.stderr.read(4096)

    await served.stop()
    told += await pushing.stderr.read()

    assert await pushing.wait() == 0
    assert "The server is stopping; the push is kept" in told.decode()


@pytest.mark.exhaustive
async def test_a_large_push_with_a_compressed_and_chunked_body_arrives_in_constant_memory(served, work):
    work.commit({"big": os.urandom(24_000_000)})
    before = resident()

    result = await push(work, served.remote("shop"))

    grown = resident() - before
    assert result.returncode == 0, result.stderr
    assert await served.services.repositories.head("shop", "master") == work.head()
    assert grown < 12_000_000, f"{grown / 1e6:.0f} MB more"


async def test_names_with_spaces_and_other_letters_arrive(served, work, tmp_path):
    work.commit({"Über uns/наша страница.txt": b"ahoy"}, "Größe\x1b[31m ändern")

    result = await push(work, served.remote("shop"), "HEAD:master")

    assert '"Größe[31m ändern"' in said(result)[0]
    await served.services.repositories.checkout("shop", work.head(), tmp_path / "out dir")
    assert (tmp_path / "out dir/Über uns/наша страница.txt").read_bytes() == b"ahoy"


async def test_a_submodule_that_the_server_can_reach_is_laid_out_with_the_rest(served, work, tmp_path):
    from support.git_work import Work

    library = Work(tmp_path / "library")
    library.commit({"lib.js": b"1", "old.js": b"1"})
    await served.store.apps.create(AppName("library"), at=1.0)
    await served.services.repositories.create("library")
    await push(library, served.remote("library"))
    url = served.remote("library")
    work.commit({"a": b"1", ".gitmodules": f'[submodule "lib"]\n\tpath = vendor/lib\n\turl = {url}\n'.encode()})
    work.git("update-index", "--add", "--cacheinfo", f"160000,{library.head()},vendor/lib")
    work.git("commit", "-qm", "Add lib")
    await push(work, served.remote("shop"))
    out = tmp_path / "out"

    await served.services.repositories.checkout("shop", work.head(), out)
    (out / "vendor/lib/left over").write_bytes(b"x")
    await served.services.repositories.checkout("shop", work.head(), out)

    assert sorted(path.name for path in out.rglob("*")) == [".gitmodules", "a", "lib", "lib.js", "old.js", "vendor"]
    work.git("rm", "-q", "--cached", "vendor/lib")
    work.git("commit", "-qm", "Take lib out")
    await push(work, served.remote("shop"))
    await served.services.repositories.checkout("shop", work.head(), out)
    assert not (out / "vendor").exists()


async def test_only_the_hook_may_announce_a_push(served):
    body = f"app shop\nby x\nid 1\nupdate {'0' * 40} {'1' * 40} refs/heads/master\n"

    answer = await served.api.post("/internal/pushes", content=body)
    door = served.settings.run / "pushes"

    assert answer.status_code == 401
    assert door.stat().st_mode & 0o777 == 0o600


def resident() -> int:
    with Path("/proc/self/statm").open() as file:
        return int(file.read().split()[1]) * 4096
