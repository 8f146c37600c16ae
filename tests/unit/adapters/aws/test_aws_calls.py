"""Every call that the adapters of the account and its stacks make is in the reference, and no other."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[4]
SERVICES = {"stacks": "cloudformation", "changesets": "cloudformation", "secrets": "secretsmanager"}
SERVICES |= {"account": "", "pipeline": "codepipeline"}
OPERATION = re.compile(r"(?:[A-Z][a-z]+){2,}")
ACCOUNT = {"GetCallerIdentity": "sts", "GetConnection": "codeconnections"}


def called(module: str, service: str) -> Iterator[str]:
    """What the module calls: the second text of each call of the session's, or of one that hands it on."""
    tree = ast.parse((ROOT / f"src/fairway/adapters/aws/{module}.py").read_text())
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            if node.func.attr not in ("call", "items", "pages", "_told"):
                continue
            texts = [each.value for each in node.args[:2] if isinstance(each, ast.Constant)]
            for text in texts:
                if OPERATION.fullmatch(str(text)):
                    yield f"{service or ACCOUNT[str(text)]}:{text}"


def test_the_reference_has_every_call_and_no_other() -> None:
    page = (ROOT / "docs/reference/aws-calls.md").read_text()
    documented = set(re.findall(r"`([a-z]+:[A-Za-z]+)`", page))

    made = {action for module, service in SERVICES.items() for action in called(module, service)}

    assert made == documented
