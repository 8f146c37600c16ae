"""boto3 takes a third of a second to import: nothing loads it before the first call."""

import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.lengthy

ROOT = Path(__file__).parents[4] / "src"
HEAVY = ("boto3", "botocore", "urllib3", "troposphere", "moto")


def loaded(code: str) -> set[str]:
    """The top-level modules that are there after the code has run, in a fresh interpreter."""
    script = f"import sys\nsys.path.insert(0, {str(ROOT)!r})\n{code}\nprint(*sys.modules, file=sys.stderr)"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    return {name.partition(".")[0] for name in done.stderr.split()}


def test_the_adapters_are_imported_and_made_without_boto3() -> None:
    folder = ROOT / "fairway/adapters/aws"
    modules = [f"fairway.adapters.aws.{file.stem}" for file in folder.glob("*.py") if file.stem != "__init__"]
    code = "\n".join(f"import {module}" for module in modules)

    assert len(modules) > 8
    assert not loaded(f"{code}\nfairway.adapters.aws.session.Session('eu-central-1')") & set(HEAVY)


def test_the_first_client_loads_it() -> None:
    code = "from fairway.adapters.aws.session import Session; Session('eu-central-1').client('sts')"

    assert "boto3" in loaded(code)


def test_help_and_the_command_line_load_none_of_it() -> None:
    code = "from fairway.cli import app; import fairway.cli.tree; app.main(['--help'])"

    assert not loaded(code) & set(HEAVY)
