"""What CodeBuild runs in a stage: a pinned Fairway, and its program for the stage. Nothing else is decided here.

The same program runs on one machine; a buildspec of the repository's own is not read.
"""

from typing import Any

import yaml

PYTHON = "3.12"
"""What both of CodeBuild's images have ("Available runtimes")."""
RELEASE = "release.json"
"""What the build leaves for the deployments."""
MANIFEST = "fairway.toml"


def build(version: str) -> str:
    """The stage Build, in a checkout of the commit. Leaves the release and the commit's fairway.toml."""
    return _text(
        {
            # git inside the build may fetch from the forge as CodeBuild itself did.
            "env": {"git-credential-helper": "yes"},
            "phases": _phases(version, "fairway stage build"),
            "artifacts": {"files": [RELEASE, MANIFEST]},
        }
    )


def deploy(version: str, environment: str) -> str:
    """The stage of an environment, where those two files lie."""
    return _text({"phases": _phases(version, f"fairway stage deploy {environment}")})


def _phases(version: str, command: str) -> dict[str, Any]:
    return {
        "install": {
            "runtime-versions": {"python": PYTHON},
            "commands": [f'python -m pip install --quiet --disable-pip-version-check "fairway=={version}"'],
        },
        # Without ABORT a failed build would go on to upload what it has not made, and that would be the last error.
        "build": {"on-failure": "ABORT", "commands": [command]},
    }


def _text(content: dict[str, Any]) -> str:
    text: str = yaml.safe_dump({"version": 0.2, **content}, sort_keys=False, width=200)
    return text
