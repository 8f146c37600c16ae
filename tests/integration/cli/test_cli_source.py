"""`fairway source` as a user types it, against the real app and a real git server."""

import asyncio
import json
import sys

import pytest

from support import git_forge
from support.git_forge import TOKEN
from support.server_world import TOKEN as OWNER
from support.server_world import serving

from .conftest import make_shell


@pytest.fixture
def forge(tmp_path):
    with git_forge.serving(tmp_path / "elsewhere") as running:
        yield running


@pytest.fixture
async def shop(tmp_path):
    """A folder with the app's fairway.toml, and a server that knows the app; `run` is a command typed there."""
    async with serving(tmp_path / "home") as served:
        (tmp_path / "home" / "token").write_text(OWNER + "\n")
        folder = tmp_path / "shop"
        folder.mkdir()
        (folder / "fairway.toml").write_text('app = "shop"\n')
        home = str(tmp_path / "home")
        shell = make_shell(folder, FAIRWAY_HOME=home, FAIRWAY_PORT=str(served.settings.port), HOME=str(tmp_path))

        async def run(*arguments, text=""):
            return await asyncio.to_thread(shell.spawn, "source", *arguments, text=text)

        yield run


async def test_a_source_is_set_shown_fetched_and_unset(shop, forge, tmp_path):
    forge.token, commit = TOKEN, forge.commit({"a": b"1"})
    (tmp_path / "token").write_text(f"{TOKEN}\n")

    done = await shop("set", forge.url(), "--token-file", str(tmp_path / "token"), "--poll", "2m")

    assert done.returncode == 0, done.stderr
    assert f"master {commit[:7]}  execution 1" in done.stderr
    assert "fairway show 1 --watch" in done.stderr
    shown = await shop("show")
    assert f"url        {forge.url()}" in shown.stdout
    assert "opened by  a token" in shown.stdout
    assert "polled     every 2 min" in shown.stdout
    assert "Nothing has moved" in (await shop("fetch")).stderr
    assert (await shop("unset")).returncode == 0
    assert "git push alone" in (await shop("show")).stderr


async def test_the_token_may_come_from_standard_input_and_json_is_one_document(shop, forge):
    forge.token = TOKEN
    forge.commit({"a": b"1"})

    done = await shop("set", forge.url(), "--token-file", "-", "--no-deploy", "--json", text=f"{TOKEN}\n")

    document = json.loads(done.stdout)
    assert (document["source"]["token"], document["outcomes"][0]["execution"]) == (True, None)
    assert TOKEN not in done.stdout + done.stderr


async def test_a_webhook_is_printed_once_with_what_to_click(shop, forge):
    forge.commit({"a": b"1"})
    await shop("set", forge.url(), "--forge", "github", "--no-deploy")

    made, again = await shop("webhook"), await shop("webhook")

    secret = made.stdout.splitlines()[1].removeprefix("secret  ")
    assert "/webhooks/shop" in made.stdout.splitlines()[0]
    assert secret.startswith("whsec_")
    assert "Just the push event" in made.stderr
    assert "FAIRWAY_PUBLIC_URL" in made.stderr
    assert again.returncode == 1
    assert "--replace" in again.stderr
    assert secret not in again.stdout + again.stderr + (await shop("show", "--json")).stdout


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("set",), "no source that could be changed"),
        (("set", "https://ada:s3cr3t@host/x"), "no user name and no password"),
        (("set", "https://host/x", "--token-file", "/nowhere"), "the file of --token-file can't be read"),
        (("set", "git@host:x", "--deploy-key", sys.executable), "the file of --deploy-key is no text"),
        (("set", "https://host/x", "--forge", "sourcehut"), "sourcehut"),
        (("set", "https://host/x", "--poll", "often"), "--poll"),
        (("set", "https://host/x", "--poll", "1s"), "10 s at least"),
        (("unset",), "comes from no forge"),
        (("fetch",), "comes from no forge"),
    ],
)
async def test_a_wrong_call_ends_with_2_and_says_why(shop, arguments, said):
    done = await shop(*arguments)

    assert done.returncode == 2
    assert said in done.stderr
    assert "s3cr3t" not in done.stderr
    assert done.stdout == ""
