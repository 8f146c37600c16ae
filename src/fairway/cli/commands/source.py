"""`fairway source`: where the app's code comes from, when it lives at a forge. Secrets go in and are never shown."""

import sys
import time
from pathlib import Path
from typing import Any

import click

from fairway.cli import clicks, durations, here, options, output
from fairway.domain.remotes import Forge
from fairway.errors import UsageError
from fairway.wire import words

PATIENCE = 330.0
"""Seconds; the server gives a fetch 280."""
NONE = "the code comes from git push alone; fairway source set URL connects a forge"


@click.group()
def source() -> None:
    """Say where the code comes from, when it lives at GitHub, GitLab, Gitea, Forgejo, Bitbucket or elsewhere."""


@source.command("show")
@options.app
@options.as_json
def show(application: str | None, as_json: bool) -> None:
    """Show where the code comes from, and how the last fetch went. Secrets are never shown."""
    place = here.find(application)
    document = place.client.get(place.path("source"))
    if output.answer_json(as_json, document):
        return
    if document["source"] is None:
        output.say(NONE)
        return
    for name, value in rows(document["source"], time.time()):
        output.put(f"{name:<11}{value}")


@source.command("set")
@click.argument("url", required=False)
@click.option("--token-file", metavar="FILE", help="A token that may read the repository; - is standard input.")
@click.option("--deploy-key", metavar="FILE", help="A private key without a passphrase, for an ssh address.")
@click.option("--username", metavar="NAME", help="The user name beside the token, where the forge wants a certain one.")
@click.option(
    "--forge", type=click.Choice([str(each) for each in Forge]), help="What the host runs, if its name doesn't tell."
)
@click.option("--poll", metavar="DURATION", help="Look so often by itself whether something moved (1m); off ends it.")
@click.option("--no-deploy", is_flag=True, help="Fetch, and start no execution for what is there now.")
@options.app
@options.as_json
def set_(
    url: str | None,
    token_file: str | None,
    deploy_key: str | None,
    username: str | None,
    forge: str | None,
    poll: str | None,
    no_deploy: bool,
    application: str | None,
    as_json: bool,
) -> None:
    """Say that the code comes from URL, fetch it, and deploy it as a push would be.

    URL is https://HOST/PATH or git@HOST:PATH. What is not named stays as it was set for the same host.
    """
    body: dict[str, Any] = {"url": url, "username": username, "forge": forge, "deploy": not no_deploy}
    if poll is not None:
        body["poll"] = 0.0 if poll == "off" else durations.seconds("--poll", poll)
    if token_file is not None:
        body["token"] = read_secret("--token-file", token_file).strip()
    if deploy_key is not None:
        body["deploy_key"] = read_secret("--deploy-key", deploy_key)
    place = here.find(application)
    place.client.timeout = PATIENCE
    document = place.client.put(place.path("source"), body)
    if output.answer_json(as_json, document):
        return
    output.say(f"{place.app} takes its code from {document['source']['url']}")
    tell(document)


@source.command("unset")
@options.app
@options.as_json
def unset(application: str | None, as_json: bool) -> None:
    """Forget where the code comes from, and every secret for it. What was fetched stays."""
    place = here.find(application)
    place.client.delete(place.path("source"))
    if not output.answer_json(as_json, {"source": None}):
        output.say(f"{place.app} takes its code from git push alone")


@source.command("fetch")
@options.app
@options.as_json
def fetch(application: str | None, as_json: bool) -> None:
    """Fetch now, and deploy what has moved as a push would be."""
    place = here.find(application)
    place.client.timeout = PATIENCE
    document = place.client.post(place.path("source", "fetch"))
    if not output.answer_json(as_json, document):
        tell(document)


@source.command("webhook")
@click.option("--replace", is_flag=True, help="Make a new secret in place of the one that there is.")
@options.app
@options.as_json
def webhook(replace: bool, application: str | None, as_json: bool) -> None:
    """Make a webhook: print where the forge shall call and the secret, once, and what to click.

    The forge must reach the server: FAIRWAY_PUBLIC_URL is the URL under which it does.
    """
    place = here.find(application)
    document = place.client.post(place.path("source", "webhook"), {"replace": replace})
    if output.answer_json(as_json, document):
        return
    output.put(f"url     {document['url']}")
    output.put(f"secret  {document['secret']}")
    for text in clicks.steps(document["forge"]):
        output.say(text)
    if clicks.is_local(document["url"]):
        output.say("Only this host reaches that URL: FAIRWAY_PUBLIC_URL names the one that the forge reaches, or")
        output.say("let the server look by itself: fairway source set --poll 1m")


def rows(found: dict[str, Any], now: float) -> list[tuple[str, str]]:
    """What is known of a source, by name."""
    opened = [word for word, given in (("a token", found["token"]), ("a deploy key", found["deploy_key"])) if given]
    lines = [
        ("url", found["url"]),
        ("forge", found["forge"] or "unknown; --forge names it"),
        ("opened by", " and ".join(opened) or "nothing: everybody may read it"),
        ("webhook", "made" if found["webhook"] else "none; fairway source webhook makes one"),
        ("called", words.age(now - found["wanted_at"]) if found["wanted_at"] else "never"),
        ("polled", f"every {words.duration(found['poll'])}" if found["poll"] else "no; --poll 1m looks by itself"),
        ("set", f"{words.age(now - found['set_at'])} by {found['set_by']}"),
        ("fetched", words.age(now - found["fetched_at"]) if found["fetched_at"] else "never"),
    ]
    if found["failures"]:
        lines.append(("trouble", f"{output.clean(found['trouble'])} ({words.count(found['failures'], 'attempt')})"))
    if found["status_trouble"]:
        lines.append(("statuses", output.clean(found["status_trouble"])))
    return lines


def tell(document: dict[str, Any]) -> None:
    """What a fetch brought, a line for each branch that has moved."""
    if not document["outcomes"]:
        output.say("Nothing has moved")
    started = [each for each in document["outcomes"] if each["execution"]]
    for each in document["outcomes"]:
        output.say(f"  {line(each)}")
    if started:
        output.say(f"  Next    fairway show {started[-1]['execution']} --watch")


def line(outcome: dict[str, Any]) -> str:
    """`master 9c1f2e7  execution 4`, `pull request 7 9c1f2e7  execution 5`, or why nothing is deployed."""
    name = output.clean(outcome["ref"].removeprefix("refs/heads/").removeprefix("refs/"))
    name = name.replace("pull-requests/", "pull request ")
    commit = f" {words.commit(outcome['commit'])}" if outcome["commit"] else ""
    if outcome["execution"] is None:
        return f"{name}{commit}  {output.clean(outcome['reason'])}"
    forced = "; commits that the branch had are gone" if outcome["forced"] else ""
    return f"{name}{commit}  execution {outcome['execution']}{forced}"


def read_secret(option: str, file: str) -> str:
    """The text of the file, or of standard input for `-`. Raises UsageError."""
    try:
        return sys.stdin.read() if file == "-" else Path(file).read_text(encoding="utf-8")
    except OSError as error:
        raise UsageError(f"the file of {option} can't be read", why=(error.strerror or str(error)).lower()) from error
    except UnicodeDecodeError as error:
        raise UsageError(f"the file of {option} is no text", why="it is not UTF-8") from error
