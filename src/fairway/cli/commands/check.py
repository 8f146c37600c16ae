"""`fairway check`: the repository's fitness for production, before its first deploy."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import click

from fairway.cli import contract, git, here, mending, options, output
from fairway.cli.commands import env_check
from fairway.domain import audit
from fairway.domain.app import App
from fairway.domain.audit import RULES, Finding
from fairway.errors import UsageError, WorkFailed
from fairway.wire import words


@click.command("check")
@click.option("--rule", "rules", multiple=True, metavar="RULE", help="Only this rule; it may be given several times.")
@click.option("--no-history", is_flag=True, help="Don't look for secrets in git's history.")
@click.option("--fix", is_flag=True, help="Mend what is safe, by adding lines, and say what was changed.")
@options.as_json
def check(rules: tuple[str, ...], no_history: bool, fix: bool, as_json: bool) -> None:
    """Look for what will hurt in production: secrets and settings in the code, an app that does not hear SIGTERM, a
    Dockerfile that runs as root.

    A rule is silenced with a reason under [check] in fairway.toml. It ends with 1 when something was found
    that is not minor, with --fix when such a thing is left.
    """
    unknown = [name for name in rules if name not in RULES]
    if unknown:
        raise UsageError(f'there is no rule "{output.clean(unknown[0])}"', hint=f"the rules: {', '.join(RULES)}")
    top = git.folder()
    app = env_check.describe(top)
    mended = mending.mend(top, app, frozenset(rules)) if fix else []
    found = [
        replace(each, silenced=app.silenced.get(each.rule, ""))
        for each in look(top, app, history=not no_history)
        if not rules or each.rule in rules
    ]
    loud = [each for each in found if not each.silenced]
    if not output.answer_json(as_json, {"findings": [describe(each) for each in found], "fixed": mended}):
        for each in mended:
            output.say(output.clean(f"{'Fixed':<7} {each['path']}  {each['what']}"))
        tell(loud, len(found) - len(loud))
    if any(not RULES[each.rule].minor for each in loud):
        raise click.exceptions.Exit(WorkFailed.exit_status)


def look(top: Path, app: App, *, history: bool) -> Sequence[Finding]:
    """Everything that the rules find."""
    from fairway.build.audit import audit as auditing
    from fairway.build.audit import secrets

    is_repository = git.top_level(top) is not None
    files = contract.listed(top)
    detected = mending.detect(files, app)
    found = [*auditing.run(files, detected, app), *secrets.in_files(files)]
    if history and is_repository and git.head(top) is not None:
        found += secrets.in_history(git.added_lines(top), found)
    return audit.order(found)


def describe(found: Finding) -> dict[str, object]:
    """A finding as data."""
    rule = RULES[found.rule]
    return {
        "rule": found.rule,
        "file": found.file,
        "line": found.line or None,
        "what": found.what,
        "why": rule.why,
        "fix": rule.fix,
        "minor": rule.minor,
        "silenced": found.silenced or None,
    }


def tell(found: Sequence[Finding], silenced: int) -> None:
    """Print the findings by rule: its places, why it matters, the fix."""
    for name in RULES:
        places = [each for each in found if each.rule == name]
        if not places:
            continue
        output.put(output.paint(name, "bold") + (" (minor)" if RULES[name].minor else ""))
        for each in places:
            output.put(f"  {output.clean(each.where)}  {output.clean(each.what)}")
        output.put(f"    Why   {RULES[name].why}")
        output.put(f"    Fix   {RULES[name].fix}")
    aside = f"; {silenced} silenced in {here.MANIFEST}" if silenced else ""
    output.say(f"{words.count(len(found), 'finding') if found else 'Nothing was found'}{aside}")
    if found:
        output.say(
            f'Next    mend them, or say under [check] in {here.MANIFEST}: silence = {{ {found[0].rule} = "reason" }}'
        )
