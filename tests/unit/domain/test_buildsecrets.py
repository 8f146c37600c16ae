"""The secrets of a build in a Dockerfile that Fairway wrote."""

import re
from pathlib import Path

import pytest

from fairway.domain import buildsecrets, dockerfile

RECIPES = sorted((Path(__file__).parents[2] / "golden" / "recipe").glob("*Dockerfile*"))
OPTIONS = re.compile(r"(?:--\S+\s+)*")

DOCKERFILE = """FROM node:22-slim AS deps
WORKDIR /app
RUN --mount=type=cache,target=/var/cache/npm npm ci
RUN  --network=none ["node", "build.js"]
RUN npm run build \\
  && npm prune
CMD ["node", "server.js"]
"""


def test_every_command_gets_them_and_the_log_reads_as_without() -> None:
    text = buildsecrets.mount(DOCKERFILE, ["NPM_TOKEN", "OTHER"])

    lines = text.splitlines()
    assert lines[2] == (
        "RUN --mount=type=secret,id=NPM_TOKEN,mode=0444 --mount=type=secret,id=OTHER,mode=0444 "
        '--mount=type=cache,target=/var/cache/npm export NPM_TOKEN="$(cat /run/secrets/NPM_TOKEN)" && '
        'export OTHER="$(cat /run/secrets/OTHER)" && npm ci'
    )
    assert lines[3] == 'RUN  --network=none ["node", "build.js"]'
    assert lines[4].endswith("npm run build \\") and lines[5] == "  && npm prune"
    assert "\n".join(map(buildsecrets.undo, lines)) + "\n" == DOCKERFILE


def test_options_may_go_on_over_several_lines() -> None:
    lines = ["RUN --mount=type=cache,target=/a \\", "    # why", "    --mount=type=secret,id=ca \\", "    npm ci"]

    text = buildsecrets.mount("\n".join(lines), ["NPM_TOKEN"])

    assert text.splitlines() == [
        "RUN --mount=type=secret,id=NPM_TOKEN,mode=0444 --mount=type=cache,target=/a \\",
        "    # why",
        "    --mount=type=secret,id=ca \\",
        '    export NPM_TOKEN="$(cat /run/secrets/NPM_TOKEN)" && npm ci',
    ]


def test_without_secrets_nothing_is_changed() -> None:
    assert buildsecrets.mount(DOCKERFILE, []) == DOCKERFILE


@pytest.mark.parametrize("recipe", RECIPES, ids=lambda recipe: recipe.stem)
def test_in_every_recipe_the_secret_is_set_behind_all_options(recipe: Path) -> None:
    text = buildsecrets.mount(recipe.read_text(), ["NPM_TOKEN"])

    runs = [each.value for each in dockerfile.parse(text) if each.keyword == "RUN"]
    commands = [OPTIONS.sub("", run, count=1) for run in runs if "<<" not in run]
    assert commands and all(command.startswith(('export NPM_TOKEN="', "[")) for command in commands)
    assert "--mount" not in " ".join(commands)
