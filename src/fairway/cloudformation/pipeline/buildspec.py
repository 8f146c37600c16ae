"""What CodeBuild runs in a stage: a pinned Fairway, and its program for the stage. Nothing else is decided here.

The same program runs on one machine; a buildspec of the repository's own is not read.
"""

from typing import Any

import yaml

PYTHON = "3.12"
"""What both of CodeBuild's images have ("Available runtimes")."""
PLACE = "/opt/fairway"
"""Where Fairway is installed, away from the checkout, which has a say in what `python` does: pyenv, by which the images
have Python, obeys its .python-version, and `python -m` would import its random.py in place of Python's, with the
credentials of the stage."""
RELEASE = "release.json"
"""What the build leaves for the deployments."""
MANIFEST = "fairway.toml"
ACTION, EXECUTION = "FAIRWAY_ACTION", "FAIRWAY_EXECUTION"
"""The variables by which the pipeline tells an action which one it is, and in which execution."""


def build(version: str) -> str:
    """The stage Build, in a checkout of the commit. Leaves the release and the commit's fairway.toml."""
    return _text(
        {
            "phases": _phases(version, "stage build"),
            "artifacts": {"files": [RELEASE, MANIFEST]},
        }
    )


def attempt(version: str) -> str:
    """The build of a pull request, where the files of its head lie. Leaves nothing."""
    return _text({"phases": _phases(version, "stage try")})


def deploy(version: str, environment: str) -> str:
    """The stage of an environment, where those two files lie."""
    return _text({"phases": _phases(version, f"stage deploy {environment}")})


def act(version: str, environment: str) -> str:
    """An action of one's own in that stage, where the release lies. The pipeline says which one."""
    return _text({"phases": _phases(version, f'stage action {environment} "${ACTION}"')})


def _phases(version: str, command: str) -> dict[str, Any]:
    return {
        "install": {
            "runtime-versions": {"python": PYTHON},
            "commands": [
                f"(cd / && python -m venv {PLACE})",
                f'{PLACE}/bin/pip install --quiet --disable-pip-version-check "fairway=={version}"',
            ],
        },
        # Without ABORT a failed build would go on to upload what it has not made, and that would be the last error.
        "build": {"on-failure": "ABORT", "commands": [f"{PLACE}/bin/fairway {command}"]},
    }


def _text(content: dict[str, Any]) -> str:
    text: str = yaml.safe_dump({"version": 0.2, **content}, sort_keys=False, width=200)
    return text
