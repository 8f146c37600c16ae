"""The secrets of a build in a Dockerfile that Fairway wrote."""

from fairway.domain import buildsecrets

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
