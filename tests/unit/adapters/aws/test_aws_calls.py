"""Every call that the adapters to AWS make is in the reference, and no other. (The engine `ecs` has its own.)"""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from botocore.session import Session

from fairway.adapters.aws.session import action_of

ROOT = Path(__file__).parents[4]
WORDS = re.compile(r"[a-z][a-z0-9-]+|[A-Z][A-Za-z]+[0-9]?")


def texts(module: Path) -> set[str]:
    """Every text in the module's code that is one word."""
    constants = (node.value for node in ast.walk(ast.parse(module.read_text())) if isinstance(node, ast.Constant))
    return {value for value in constants if isinstance(value, str) and WORDS.fullmatch(value)}


def called(module: Path, botocore: Session) -> Iterator[str]:
    """What the module calls: the operations that it names, of the services that it names."""
    named = texts(module)
    for service in named & set(botocore.get_available_services()):
        model = botocore.get_service_model(service)
        for operation in named & set(model.operation_names):
            yield action_of(model.operation_model(operation))


def test_the_reference_has_every_call_and_no_other() -> None:
    page = (ROOT / "docs/reference/aws-calls.md").read_text()
    botocore = Session()

    modules = (ROOT / "src/fairway/adapters/aws").glob("*.py")
    made = {action for module in modules for action in called(module, botocore)}

    assert made == set(re.findall(r"`([a-z0-9-]+:[A-Z][A-Za-z]+)`", page))
