"""Rules about the actions of an environment: their names, their places, and what they refer to.

A reference must be to something that is surely there when the action begins: the output of an action that runs before
it, in its own stage or in an earlier one. So two actions can't wait for each other.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

from fairway.domain import action, addresses, ids, outputs, reference
from fairway.domain.reference import FACTS, FAIRWAY, VARIABLES, Reference
from fairway.errors import UsageError
from fairway.manifest import translate
from fairway.manifest.lines import Path
from fairway.manifest.problems import Problems, nearest
from fairway.manifest.schema import ActionTable, FileTable

MOST = 50
"""Actions of one stage (CodePipeline's quota)."""
OF_COMMANDS = ("variables", "outputs", "artifacts", "cpu", "memory")


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where an action stands: the number of its stage among the environments, before or after the deployment, order."""

    stage: int
    after: bool
    order: int

    def precedes(self, other: "Place") -> bool:
        """Whether it has surely ended when the other one begins."""
        return (self.stage, self.after, self.order) < (other.stage, other.after, other.order)


Known = Mapping[tuple[str, str], tuple[Place, tuple[str, ...]]]
"""By environment and name: the place of each action, and what it hands on."""


def check(table: FileTable, problems: Problems) -> None:
    """Check every action of every environment."""
    known = _collect(table)
    for environment, content in table.environments.items():
        seen: set[str] = set()
        for number, each in enumerate(content.actions):
            path: Path = ("environments", environment, "actions", number)
            _check_name(each, path, seen, problems)
            _check_content(each, path, problems)
            _check_references(each, environment, path, known, problems)
        if len(content.actions) > MOST:
            message = f"a stage has at most {MOST} actions; these are {len(content.actions)}"
            problems.add(("environments", environment, "actions"), message)


def _collect(table: FileTable) -> Known:
    """An environment that is no stage of the pipeline stands behind those that are: nothing waits for it."""
    listed = list(table.pipeline.stages or translate.order_stages(tuple(table.environments)))
    stages = [*listed, *table.environments]
    return {
        (environment, each.name): (_place(each, stages.index(environment)), each.outputs)
        for environment, content in table.environments.items()
        for each in content.actions
        if each.name is not None
    }


def _place(table: ActionTable, stage: int) -> Place:
    return Place(stage=stage, after=table.before is None, order=table.run_order)


def _check_name(table: ActionTable, path: Path, seen: set[str], problems: Problems) -> None:
    if table.name is None:
        problems.add(path, "an action needs a name", 'for example: name = "smoke"', because_of=[(*path, "name")])
        return
    try:
        ids.check_name("action", table.name)
    except UsageError as error:
        problems.add((*path, "name"), f"{error.what}: {error.why}", error.hint)
    if table.name in action.TAKEN:
        message = f'an action can\'t be named "{table.name}": Fairway uses that name itself'
        problems.add((*path, "name"), message, "for example: smoke")
    if table.name in seen:
        message = f'there is an action "{table.name}" in this environment already'
        problems.add((*path, "name"), message, "give each its own name")
    seen.add(table.name)


def _check_content(table: ActionTable, path: Path, problems: Problems) -> None:
    _check_kind(table, path, problems)
    if table.before is not None and table.after is not None:
        problems.add((*path, "before"), "an action runs before the deployment or after it", "leave one of them out")
    if len(table.outputs) > outputs.MOST:
        problems.add((*path, "outputs"), f"an action hands on at most {outputs.MOST} variables")
    twice = [name for number, name in enumerate(table.outputs) if name in table.outputs[:number]]
    for name in twice[:1]:
        problems.add((*path, "outputs"), f"{name} is named twice", "name each variable once")
    words = [table.command] if isinstance(table.command, str) else list(table.command or ())
    if any(reference.REFERENCE.search(word) for word in words):
        message = "a reference can't stand in a command: a shell would read what it stands for as commands"
        problems.add((*path, "command"), message, 'give it a variable: variables = { URL = "#{smoke.URL}" }')


def _check_kind(table: ActionTable, path: Path, problems: Problems) -> None:
    """An action has one thing to do, and only the keys of that."""
    if table.http is None:
        if table.command is None:
            hint = 'for example: command = "npm run smoke"'
            places = [(*path, key) for key in ("command", "http", "name")]
            problems.add(path, "an action needs a command, or http", hint, because_of=places)
        return
    if table.command is not None:
        problems.add((*path, "http"), "an action is a command or an HTTP call", "make two of it")
    elif own := [key for key in OF_COMMANDS if key in table.model_fields_set]:
        problems.add((*path, own[0]), f"{own[0]} belongs to a command, not to http", "leave it out")
    url = table.http.url
    if url is None:
        hint = 'for example: url = "https://hooks.example.com/x"'
        problems.add((*path, "http"), "url is missing", hint, because_of=[(*path, "http", "url")])
    elif not url.startswith("#{") and (why := _find_refusal(urlsplit(url).hostname or "")):
        message = f"the server does not call {urlsplit(url).hostname}: it is {why}"
        problems.add((*path, "http", "url"), message, "a command can call the app itself: http://web:3000")


def _find_refusal(host: str) -> str:
    """Why a host that is named by its address, or localhost, is never called."""
    if host == "localhost" or host.endswith(".localhost"):
        return "this host itself"
    try:
        return addresses.find_refusal(host)
    except ValueError:
        return ""


def _check_references(table: ActionTable, environment: str, path: Path, known: Known, problems: Problems) -> None:
    for key, text in _texts(table):
        try:
            found = reference.find(text)
        except ValueError as error:
            hint = "a reference is written #{smoke.URL}, #{staging.smoke.URL}, #{variables.NAME} or #{fairway.commit}"
            problems.add((*path, *key), f"{error} is no reference", hint)
            continue
        for each in found:
            if problem := _find_problem(each, table, environment, known):
                problems.add((*path, *key), *problem, because_of=[path])


def _texts(table: ActionTable) -> Iterator[tuple[Path, str]]:
    """Each text in which references may stand, with its key."""
    for name, text in table.variables.items():
        yield ("variables", name), text
    if table.http is not None:
        yield ("http", "url"), table.http.url or ""
        yield ("http", "body"), table.http.body or ""
        for name, text in table.http.headers.items():
            yield ("http", "headers", name), text


def _find_problem(found: Reference, table: ActionTable, environment: str, known: Known) -> tuple[str, str] | None:
    """What is wrong with a reference, and what would be right; None when nothing is."""
    if found.namespace == VARIABLES:
        return None
    if found.namespace == FAIRWAY:
        return None if found.name in FACTS else (f"{found} is not known", f"there are {', '.join(FACTS)}")
    stage = found.stage or environment
    referred = known.get((stage, found.namespace))
    if referred is None:
        names = {name for place, name in known if place == stage}
        close = nearest(found.namespace, names)
        hint = (
            f'the nearest one is "{close}"'
            if close
            else f"an action of an earlier stage: #{{STAGE.{found.namespace}.…}}"
        )
        return f"there is no action {found.namespace} in {stage}", hint
    place, handed_on = referred
    if found.name not in handed_on:
        return f"{found.namespace} does not hand on {found.name}", f'outputs = ["{found.name}"] there'
    mine = known.get((environment, table.name or ""))
    if mine is None or not place.precedes(mine[0]):
        message = f"{found} is not there yet when this action begins"
        return message, f"{found.namespace} has to run before it: a lower run_order, or an earlier stage"
    return None
