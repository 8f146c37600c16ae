"""Fairway's command, with each of its calls of AWS written down, secrets and all: for tests of roles.

python -c "from support import watched; watched.run()" stage deploy production
"""

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import botocore.handlers

from fairway.adapters.aws.session import action_of
from fairway.cli import app

CALLS = "FAIRWAY_TEST_CALLS"
"""Names the file that has them, a line of JSON each: the action by IAM's name, and the parameters."""


def run() -> None:
    """As `fairway` does."""
    botocore.handlers.BUILTIN_HANDLERS.append(("provide-client-params", record))
    app.run()


def record(params: Mapping[str, Any], model: Any, **_: Any) -> None:
    """Write a call down."""
    with Path(os.environ[CALLS]).open("a", encoding="utf-8") as file:
        file.write(json.dumps([action_of(model), params], default=str) + "\n")
