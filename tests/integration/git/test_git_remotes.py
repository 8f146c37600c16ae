"""Fetching from a real git server: what stays secret, what is bounded, what a remote can't do."""

import asyncio
import os
import stat
import subprocess
import sys
import threading
from dataclasses import replace
from pathlib import Path

import pytest

from fairway.adapters.git import remotes as adapter
from fairway.adapters.git.remotes import GitRemotes
from fairway.adapters.git.repositories import GitRepositories
from fairway.domain import remotes as domain
from fairway.errors import FairwayError, NotFound, Unavailable, UsageError
from fairway.ports.sources import Remote
from support import git_forge, git_work
from support.git_forge import TOKEN

SECRET_KEY = "-----BEGIN OPENSSH PRIVATE KEY-----\nc2VjcmV0LWtleQ==\n-----END OPENSSH PRIVATE KEY-----\n"


@pytest.fixture
def forge(tmp_path):
    with git_forge.serving(tmp_path) as running:
        yield running


@pytest.fixture
async def repositories(tmp_path) -> GitRepositories:
    made = GitRepositories(tmp_path / "kept here", ("true",))
    await made.create("shop")
    return made


@pytest.fixture
def private(tmp_path) -> Path:
    return tmp_path / "private folder"


@pytest.fixture
def remotes(repositories, private) -> GitRemotes:
    return GitRemotes(repositories, private)


def remote(url: str, **more: str) -> Remote:
    return Remote(address=domain.parse(url), username="x-access-token", **more)


def processes() -> str:
    """The arguments and the environment of every process of this host."""
    found = b""
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit() and int(entry.name) != os.getpid():
            for name in ("cmdline", "environ"):
                try:
                    found += (entry / name).read_bytes()
                except OSError:
                    continue
    return found.decode("utf-8", "replace")


async def test_the_token_is_sent_once_asked_for_with_the_forges_user_name(forge, remotes):
    forge.token = TOKEN
    forge.commit({"a": b"1"})

    await remotes.fetch("shop", remote(forge.url(), token=TOKEN))

    assert set(forge.credentials) == {f"x-access-token:{TOKEN}"}


async def test_while_git_runs_the_token_is_in_no_process_list_and_only_its_owner_can_read_it(forge, remotes, private):
    forge.token, forge.stalled = TOKEN, threading.Event()
    forge.commit({"a": b"1"})

    task = asyncio.create_task(remotes.look("shop", remote(forge.url(), token=TOKEN)))
    async with asyncio.timeout(20):
        while not forge.requests:
            await asyncio.sleep(0.01)
    seen = await asyncio.to_thread(processes)
    folder = private / "shop.git"
    modes = {file.name: stat.S_IMODE(file.stat().st_mode) for file in [folder, *folder.iterdir()]}
    task.cancel()
    await asyncio.wait([task])

    assert forge.url() in seen
    assert TOKEN not in seen
    assert modes == {"shop.git": 0o700, "username": 0o600, "token": 0o600, "known_hosts": 0o600, "ask": 0o700}
    assert list(private.iterdir()) == []


async def test_nothing_of_a_secret_stays_on_the_disk(forge, remotes, repositories, private, tmp_path):
    forge.token = TOKEN
    forge.commit({"a": b"1"})

    await remotes.fetch("shop", remote(forge.url(), token=TOKEN))
    with pytest.raises(UsageError):
        await remotes.fetch("shop", remote(forge.url(), token="another-secret"))

    kept = b"".join(path.read_bytes() for path in repositories.path("shop").rglob("*") if path.is_file())
    assert TOKEN.encode() not in kept
    assert b"another-secret" not in kept
    assert list(private.iterdir()) == []


async def test_what_a_killed_server_left_behind_goes_with_the_next_call(forge, remotes, private):
    forge.commit({"a": b"1"})
    (private / "shop.git").mkdir(parents=True)
    (private / "shop.git" / "token").write_text("left over")

    await remotes.look("shop", remote(forge.url()))

    assert list(private.iterdir()) == []


async def test_what_a_killed_server_left_behind_goes_at_the_next_start(remotes, private):
    (private / "shop.git").mkdir(parents=True)
    (private / "shop.git" / "token").write_text("left over")

    await remotes.clear()
    await remotes.clear()

    assert not private.exists()


async def test_a_redirect_to_another_place_gets_no_token(forge, remotes, tmp_path):
    with git_forge.serving(tmp_path / "other") as thief:
        thief.token = "anything"
        forge.redirect = f"http://127.0.0.1:{thief.port}"

        with pytest.raises(UsageError):
            await remotes.look("shop", remote(forge.url(), token=TOKEN))

        assert thief.requests
        assert not any(TOKEN in each for each in thief.credentials)


async def test_a_server_that_never_answers_is_given_up_and_leaves_no_process(forge, remotes, monkeypatch):
    monkeypatch.setattr(adapter, "LOOK_PATIENCE", 0.5)
    forge.stalled = threading.Event()

    with pytest.raises(Unavailable, match="can't be read") as raised:
        await remotes.look("shop", remote(forge.url()))

    assert raised.value.why == "no end within 0 s"
    assert forge.url() not in await asyncio.to_thread(processes)


async def test_a_server_that_is_not_there_is_unavailable(remotes):
    with pytest.raises(Unavailable, match="can't be read"):
        await remotes.look("shop", remote("http://127.0.0.1:9/acme/shop.git"))


async def test_branches_whose_names_could_be_read_otherwise_are_as_if_they_were_not_there(forge, remotes, repositories):
    commit = forge.commit({"a": b"1"})
    subprocess.run(("git", "update-ref", "refs/heads/-x", commit), cwd=forge.bare(), check=True)
    subprocess.run(("git", "update-ref", "refs/pull/1/head", commit), cwd=forge.bare(), check=True)

    fetched = await remotes.fetch("shop", remote(forge.url()))

    assert [each.ref for each in fetched.moved] == ["refs/heads/master"]


async def test_a_branch_makes_room_for_a_folder_of_branches(forge, remotes, repositories):
    commit = forge.commit({"a": b"1"}, branch="release")
    await remotes.settle("shop", (await remotes.fetch("shop", remote(forge.url()))).moved)
    forge.push(":refs/heads/release")
    forge.push(f"{commit}:refs/heads/release/1")

    fetched = await remotes.fetch("shop", remote(forge.url()))
    await remotes.settle("shop", fetched.moved)

    assert [(each.ref, each.new) for each in fetched.moved] == [
        ("refs/heads/release", None),
        ("refs/heads/release/1", commit),
    ]
    assert await repositories.head("shop", "release/1") == commit


async def test_a_branch_of_this_server_that_stands_in_the_way_is_said_and_nothing_is_moved(
    forge, remotes, repositories
):
    first = forge.commit({"a": b"1"})
    await remotes.settle("shop", (await remotes.fetch("shop", remote(forge.url()))).moved)
    forge.work.push(repositories.path("shop"), f"{first}:refs/heads/release")
    forge.commit({"a": b"2"}, branch="release/1")
    forge.commit({"a": b"3"})

    with pytest.raises(FairwayError, match="can't be moved") as raised:
        await remotes.fetch("shop", remote(forge.url()))

    assert "refs/heads/release" in raised.value.why
    assert "git push fairway :BRANCH" in raised.value.hint
    assert await repositories.head("shop", "master") == first


async def test_a_forced_push_is_taken_over_and_the_commits_that_it_lost_stay(forge, remotes, repositories):
    first = forge.commit({"a": b"1"})
    lost = forge.commit({"a": b"2"})
    await remotes.settle("shop", (await remotes.fetch("shop", remote(forge.url()))).moved)
    forge.work.git("reset", "--hard", "--quiet", first)
    new = forge.commit({"a": b"3"})

    (moved,) = (await remotes.fetch("shop", remote(forge.url()))).moved

    assert (moved.old, moved.new) == (lost, new)
    assert await repositories.head("shop", "master") == new
    assert await repositories.count("shop", lost, new) is None
    assert (await repositories.revision("shop", lost, "master")).commit == lost


async def test_what_was_fetched_is_served_to_nobody_under_other_names(forge, remotes, repositories):
    forge.commit({"a": b"1"})
    await remotes.settle("shop", (await remotes.fetch("shop", remote(forge.url()))).moved)

    listed = forge.work.git("ls-remote", str(repositories.path("shop"))).stdout

    assert [line.split("\t")[1] for line in listed.splitlines()] == ["HEAD", "refs/heads/master"]


STAND_IN = """\
#!{python}
import os, shutil, sys
names = [a.partition("=")[2].strip('"') for a in sys.argv if a.startswith(("-oIdentityFile=", "-oUserKnownHostsFile="))]
with open({seen!r}, "w") as file:
    print(*sys.argv[1:], sep="\\n", file=file)
    for name in names:
        print(oct(os.stat(name).st_mode & 0o777), open(name).read(), file=file)
known = next(a.partition("=")[2].strip('"') for a in sys.argv if a.startswith("-oUserKnownHostsFile="))
with open(known, "a") as file:
    print("host.example ssh-ed25519 AAAA", file=file)
command = sys.argv[-1].replace("/acme/shop.git", {bare!r})
os.execvp("sh", ["sh", "-c", command])
"""


async def test_ssh_gets_the_key_in_a_file_of_its_owner_and_pins_the_hosts_key(
    forge, remotes, private, tmp_path, monkeypatch
):
    """ssh itself is a program of the test that notes what it is given and runs git's upload-pack here."""
    commit, seen, program = forge.commit({"a": b"1"}), tmp_path / "seen", tmp_path / "bin" / "ssh"
    program.parent.mkdir()
    program.write_text(STAND_IN.format(python=sys.executable, seen=str(seen), bare=forge.bare()))
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{program.parent}:{os.environ['PATH']}")
    opened = replace(remote("git@host.example:acme/shop.git"), deploy_key=SECRET_KEY.strip())

    fetched = await remotes.fetch("shop", opened)

    given = seen.read_text()
    assert fetched.moved[0].new == commit
    assert fetched.host_keys == "host.example ssh-ed25519 AAAA\n"
    assert f"0o600 {SECRET_KEY}" in given
    assert "git@host.example" in given.splitlines()
    assert "-oStrictHostKeyChecking=accept-new" in given.splitlines()
    assert "-oBatchMode=yes" in given.splitlines()
    assert list(private.iterdir()) == []


async def test_a_real_ssh_that_can_not_connect_is_said(remotes):
    with pytest.raises(Unavailable, match="can't be read") as raised:
        await remotes.look("shop", remote("ssh://git@127.0.0.1:9/acme/shop.git", deploy_key=SECRET_KEY))

    assert "Connection refused" in raised.value.why


PULL = "refs/pull/7/head"


def make_dishonest(forge) -> str:
    """A commit elsewhere whose tree has a folder named `.git`, which would be a checkout's own."""
    forge.commit({"a": b"1"})
    bare = forge.bare()

    def git(*arguments: str, data: bytes = b"") -> str:
        command = ("git", "-C", bare, *arguments)
        done = subprocess.run(command, input=data, env=git_work.ENVIRONMENT, check=True, capture_output=True)
        return done.stdout.decode().strip()

    inner = git("rev-parse", "master^{tree}")
    tree = b"40000 .git\0" + bytes.fromhex(inner)
    made = git("hash-object", "-t", "tree", "-w", "--literally", "--stdin", data=tree)
    commit = git("commit-tree", made, "-m", "Harmless")
    git("update-ref", PULL, commit)
    return commit


async def test_a_pull_request_with_objects_that_no_honest_git_makes_is_refused(forge, remotes, repositories):
    commit = make_dishonest(forge)

    with pytest.raises(UsageError, match="objects that no honest git makes"):
        await remotes.fetch_pull("shop", remote(forge.url()), 7, PULL)

    assert await remotes.look_at("shop", remote(forge.url()), [PULL]) == {PULL: commit}
    with pytest.raises(NotFound):
        await repositories.revision("shop", commit, "")


@pytest.mark.parametrize("ref", ["--upload-pack=touch x", "refs/heads/*", "refs/heads/a:refs/heads/b", "HEAD", ""])
async def test_a_ref_that_git_could_read_otherwise_is_not_asked_for(forge, remotes, ref):
    forge.commit({"a": b"1"})

    assert await remotes.fetch_pull("shop", remote(forge.url()), 7, ref) is None
    assert await remotes.look_at("shop", remote(forge.url()), [ref]) == {}
    assert forge.requests == []


async def test_what_a_pull_request_has_brought_is_shown_to_nobody_who_fetches(forge, remotes, repositories):
    forge.commit({"a": b"1"})
    forge.push(f"HEAD:{PULL}")
    await remotes.fetch_pull("shop", remote(forge.url()), 7, PULL)

    shown = forge.work.git("ls-remote", str(repositories.path("shop"))).stdout

    assert shown == ""
