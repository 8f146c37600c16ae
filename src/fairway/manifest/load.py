"""`fairway.toml`'s text becomes an App, or an error that lists everything that is wrong with it.

Text in, value out: no file is read here and nothing is looked up, so that the same text always gives the same App. What
detection found in the repository comes in as `Defaults` and fills the keys that the text leaves out.
"""

import copy
import tomllib
from collections.abc import Iterable
from typing import Any

import pydantic

from fairway.domain.app import App, Defaults, Source
from fairway.errors import Finding, UsageError
from fairway.manifest import (
    action_rules,
    aws_pipeline_rules,
    aws_rules,
    aws_translate,
    database_rules,
    job_rules,
    lines,
    migration_rules,
    problems,
    rules,
    scaling_rules,
    source_rules,
    translate,
)
from fairway.manifest.lines import Path
from fairway.manifest.problems import Problems
from fairway.manifest.schema import FileTable, SourceTable

NOTHING_DETECTED = Defaults()
DEEPEST = 50
DOCS = "docs/reference/fairway-toml.md"


def load(text: str, *, file: str = "fairway.toml", defaults: Defaults = NOTHING_DETECTED) -> App:
    """The App that the text describes. `file` is how findings name it.

    Raises UsageError with a finding for every problem, in the order of the file's lines.
    """
    text = text.removeprefix("\ufeff").replace("\r\n", "\n")
    document = _parse(text, file)
    noted = Problems(file=file, lines=lines.index(text))
    table = _validate(document, noted)
    rules.check_tables(table, noted)
    action_rules.check(table, noted)
    job_rules.check(table, noted)
    database_rules.check(table, noted)
    source_rules.check(table.source, noted)
    migration_rules.check(table, noted)
    environments = translate.make_environments(table, defaults)
    rules.check_environments(table, environments, noted)
    scaling_rules.check(table, environments, noted)
    aws_rules.check(table, environments, noted)
    app = translate.make_app(table, environments, aws_translate.make(table))
    aws_pipeline_rules.check_app(app, noted)
    if noted.found:
        raise _refuse(file, noted.sorted())
    return app


def source_of(text: str) -> Source | None:
    """Which pushes start an execution, by a text that may be wrong elsewhere; None when that can't be told."""
    try:
        document = tomllib.loads(text.removeprefix("\ufeff"))
    except (ValueError, RecursionError):
        return None
    source = document.get("source")
    if _depth(document) > DEEPEST:
        return None
    noted = Problems(file="", lines={})
    table = _validate({"app": "app", "source": source} if isinstance(source, dict) else {"app": "app"}, noted)
    known = all(len(path) > 1 and path[1] not in SourceTable.model_fields for path in noted.found)
    return translate.make_source(table.source) if known else None


def _parse(text: str, file: str) -> dict[str, Any]:
    try:
        document = tomllib.loads(text)
    except RecursionError:
        raise _refuse(file, [_too_deep(file)]) from None
    except ValueError as error:  # TOMLDecodeError, and the plain one of a number with 5000 digits
        raise _refuse(file, [problems.from_syntax(file, text, error)]) from error
    if _depth(document) > DEEPEST:
        raise _refuse(file, [_too_deep(file)])
    return document


def _depth(document: dict[str, Any]) -> int:
    """How many tables and lists stand within each other, counted without recursion, to DEEPEST and a little more."""
    depth = 0
    level: list[dict[str, Any] | list[Any]] = [document]
    while level and depth <= DEEPEST:
        depth += 1
        values = [value for table in level for value in (table.values() if isinstance(table, dict) else table)]
        level = [value for value in values if isinstance(value, dict | list)]
    return depth


def _too_deep(file: str) -> Finding:
    return Finding(file=file, line=0, key="", message="tables or lists are nested too deeply")


def _validate(document: dict[str, Any], noted: Problems) -> FileTable:
    """The tables; what can't be used is noted and left out, so that the rules can look at the rest."""
    rest = copy.deepcopy(document)
    while True:
        try:
            return FileTable.model_validate(rest)
        except pydantic.ValidationError as error:
            # Without `include_url` and `include_context` the error's own texts stay out; each pass removes at least
            # one value, so that the loop ends.
            for path in problems.from_pydantic(noted, error.errors(include_url=False)):
                _leave_out(rest, path)


def _leave_out(document: dict[str, Any], path: Path) -> None:
    """Take the value at a path out of the document; the missing `app` is given a name instead."""
    if path == ("app",):
        document["app"] = "app"
        return
    table: Any = document
    for part in path[:-1]:
        table = table[part]
    if isinstance(table, list):
        # The others keep their numbers, by which the next findings name them.
        table[int(path[-1])] = {}
    else:
        del table[path[-1]]


def _refuse(file: str, findings: Iterable[Finding]) -> UsageError:
    findings = tuple(findings)
    one = len(findings) == 1
    count = "one problem" if one else f"{len(findings)} problems"
    hint = f"correct {'it' if one else 'them'}; nothing was changed"
    return UsageError(f"{file} has {count}", hint=hint, docs=DOCS, findings=findings)
