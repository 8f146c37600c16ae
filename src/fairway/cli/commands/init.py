"""`fairway init`: what the repository is, as far as its files tell, and the file that says how it is deployed."""

import json
import sys
from dataclasses import replace
from pathlib import Path

import click

from fairway.cli import contract, detection, envkeeping, git, here, options, output
from fairway.cli.commands import env_check, run
from fairway.domain import ids
from fairway.domain.contract import Need, Variable
from fairway.domain.detection import Detection, Problem
from fairway.errors import UsageError, WorkFailed
from fairway.manifest import draft


@click.command("init")
@click.option("--app", "-a", "application", help="The app's name. Default: the folder's.")
@click.option("--dockerfile", is_flag=True, help="Write the generated Dockerfile too, to make it your own.")
@options.yes
@options.as_json
def init(application: str | None, dockerfile: bool, yes: bool, as_json: bool) -> None:
    """Look at the repository and write fairway.toml. A file that is there is never overwritten."""
    folder = git.folder()
    found = look(folder)
    name = application or choose_name(folder, yes=yes)
    wrote: list[str] = []
    kept: list[str] = []
    for file, text in files(folder, name, found, dockerfile=dockerfile).items():
        (wrote if write_new(folder / file, text) else kept).append(file)
    if here.MANIFEST in kept:
        check(folder)
    added = keep_out(folder, found)
    if wrote:
        output.say(f"Wrote  {'  '.join(wrote)}")
    if kept:
        output.say(f"Kept   {'  '.join(kept)}")
    if added:
        output.say(f"Added  {' '.join(envkeeping.LINES)} to {' and '.join(added)}")
    app = env_check.describe(folder)
    # A fairway.toml that was there may name another directory or Dockerfile than those that were looked at.
    reads = contract.read(folder, app, found if here.MANIFEST in wrote else None)
    if variables := contract.to_set(reads, app):
        output.say_lines(detection.wrap("Reads", contract.summary(variables, reads.partial), output.width()))
    watch(folder, found)
    output.say("Next   fairway up")
    told = {**describe(found, name, wrote, kept), "added": added, "variables": [name_one(each) for each in variables]}
    output.answer_json(as_json, told)


def files(folder: Path, name: str, found: Detection, *, dockerfile: bool) -> dict[str, str]:
    """The files to write, by their path in the repository."""
    result = {here.MANIFEST: draft.draft(name, found.defaults, found.notes, git.trunk(folder) or draft.BRANCH)}
    if found.install is not None:
        context = "" if found.context == "." else f"{found.context}/"
        if dockerfile:
            result[f"{context}Dockerfile"] = detection.dockerfile(found, test=written_test(folder))
        result[f"{context}.dockerignore"] = detection.ignore(found)
    elif dockerfile:
        output.say(f"Kept   {found.dockerfile}")
    if (example := envkeeping.example(folder)) is not None:
        result[envkeeping.EXAMPLE] = example
    return result


def keep_out(folder: Path, found: Detection) -> list[str]:
    """Keep env files out of git and of images; the files to which lines were added. Raises
    UsageError when one can't be added to."""
    context = "" if found.context == "." else f"{found.context}/"
    changes = [
        envkeeping.keep_out_of_git(folder),
        envkeeping.keep_out_of_images(folder, f"{context}.dockerignore"),
    ]
    rewrites = [each for each in changes if each is not None]
    for each in rewrites:
        each.write()
    return [each.path for each in rewrites]


def watch(folder: Path, found: Detection) -> None:
    """Say which env files are committed, and which scripts package.json lacks."""
    from fairway.build.audit import scripts

    if names := envkeeping.committed(folder):
        output.say(f"Watch  {', '.join(names)}: committed, so its values are in git's history")
        output.say(f"       git rm --cached {' '.join(names)}, and replace the secrets in it")
    file = "package.json" if found.directory == "." else f"{found.directory}/package.json"
    table = here.read_manifest(folder).get("environments")
    environments = list(table) if isinstance(table, dict) and table else ["production"]
    lacking = scripts.proposals(run.read_scripts(folder / found.directory), [f"start:{name}" for name in environments])
    for name, text in lacking.items():
        output.say(f'Maybe  "{name}": {json.dumps(text)} among the scripts of {file}, for fairway run')
    if lacking and len(environments) > 1:
        output.say("       fairway check --rule missing-script --fix   adds them")


def written_test(folder: Path) -> str | None:
    """The `build.test` of the fairway.toml that is there."""
    build = here.read_manifest(folder).get("build")
    test = build.get("test") if isinstance(build, dict) else None
    return test if isinstance(test, str) else None


def look(folder: Path) -> Detection:
    """Look, and tell what was found. Raises WorkFailed, with the problem that is not told before, when there is nothing
    to build or start, unless fairway.toml says what to start."""
    found = detection.look(folder)
    healed = [each for each in found.fatal if each.start] if commanded(folder) else []
    fatal = next((each for each in found.fatal if each not in healed), None)
    others = tuple(problem for problem in found.problems if problem is not fatal and problem not in healed)
    output.say_lines(detection.lines(replace(found, problems=others), output.width()))
    if fatal:
        raise refused(fatal)
    return found


def commanded(folder: Path) -> bool:
    """Whether the fairway.toml that is there says of every service what it starts."""
    services = here.read_manifest(folder).get("services")
    tables = list(services.values()) if isinstance(services, dict) else []
    return bool(tables) and all(isinstance(table, dict) and table.get("command") for table in tables)


def refused(fatal: Problem) -> WorkFailed:
    """The error for a repository in which there is nothing to build or start."""
    place = f"{fatal.where}: " if fatal.where and fatal.where not in fatal.why else ""
    return WorkFailed(fatal.what, why=f"{place}{fatal.why}", hint=fatal.fix)


def choose_name(folder: Path, *, yes: bool) -> str:
    """The app's name: that of the file that is there, else the folder's, which a user on a terminal may change."""
    written = here.read_manifest(folder).get("app")
    if isinstance(written, str):
        return written
    proposal = ids.propose_name(folder.name)
    if yes or not sys.stdin.isatty():
        return proposal
    return ids.check_name("app", click.prompt("App name", default=proposal, err=True))


def write_new(file: Path, text: str) -> bool:
    """Write a file unless it is there; whether it was written. Raises UsageError when it can't be."""
    try:
        with file.open("x", encoding="utf-8") as content:
            content.write(text)
    except FileExistsError:
        return False
    except OSError as error:
        raise UsageError(f"{file} can't be written", why=(error.strerror or "").lower()) from error
    return True


def check(folder: Path) -> None:
    """Raise UsageError with every finding of the fairway.toml that is there."""
    from fairway.manifest import load

    load.load((folder / here.MANIFEST).read_text(encoding="utf-8-sig"))


def name_one(variable: Variable) -> dict[str, object]:
    """A variable as data."""
    return {"name": variable.name, "required": variable.need is Need.REQUIRED, "where": variable.where}


def describe(found: Detection, name: str, wrote: list[str], kept: list[str]) -> dict[str, object]:
    """The same as data."""
    defaults = found.defaults
    return {
        "app": name,
        "wrote": wrote,
        "kept": kept,
        "kind": found.kind.value,
        "evidence": [{"what": item.what, "where": item.where} for item in found.evidence],
        "notes": list(found.notes),
        "problems": [
            {"what": p.what, "why": p.why, "fix": p.fix, "where": p.where, "fatal": p.fatal} for p in found.problems
        ],
        "defaults": {
            "port": defaults.port,
            "health_path": defaults.health_path,
            "command": list(defaults.command) if defaults.command else None,
        },
    }
