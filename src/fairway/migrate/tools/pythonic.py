"""Literals out of Python that nobody runs: what is written as one is read, the rest is Unsure."""

import ast
from collections.abc import Iterator
from typing import Any

from fairway.migrate.tools import ledger
from fairway.migrate.tools.shipped import Unsure


def parse(content: bytes, file: str) -> ast.Module:
    """Raises Unsure for what is no Python (of this version)."""
    try:
        return ast.parse(ledger.text(content))
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        raise Unsure(f"{file} can't be read as Python") from error


def assigned(body: list[ast.stmt]) -> Iterator[tuple[str, ast.expr]]:
    """Each name that is given a value right in the body, and the value."""
    for statement in body:
        if isinstance(statement, ast.Assign):
            for target in statement.targets:
                if isinstance(target, ast.Name):
                    yield target.id, statement.value
        elif (
            isinstance(statement, ast.AnnAssign | ast.AugAssign)
            and isinstance(statement.target, ast.Name)
            and statement.value is not None
        ):
            yield statement.target.id, statement.value


def value(node: ast.expr, what: str) -> Any:
    """A literal's value. Raises Unsure."""
    try:
        return ast.literal_eval(node)
    except (ValueError, TypeError, SyntaxError, MemoryError, RecursionError) as error:
        raise Unsure(f"{what} is no literal") from error
