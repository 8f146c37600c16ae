"""Apps that are not for Node.js though they have a package.json: those of other runtimes, and those of a platform in
whose hands nothing of the app listens.

They are refused by the name of what they are for, with what would make them run here.
"""

import json

from fairway.build.detect.package_json import Package
from fairway.build.detect.shell import Command
from fairway.domain.detection import Problem

RUNTIMES = {
    "bun": ("Bun", 'FROM oven/bun:1, COPY . ., RUN bun install --frozen-lockfile, CMD ["bun", {file}]'),
    "bunx": ("Bun", "FROM oven/bun:1, COPY . ., RUN bun install --frozen-lockfile, CMD …"),
    "deno": ("Deno", 'FROM denoland/deno, COPY . ., RUN deno install, CMD ["deno", "run", "-A", {file}]'),
}
"""The programs of other runtimes, each with its name and the lines of a Dockerfile for it."""
PLATFORMS = {
    "wrangler": "Cloudflare Workers", "workerd": "Cloudflare Workers", "vercel": "Vercel", "netlify": "Netlify",
    "sls": "AWS Lambda", "serverless": "AWS Lambda", "sam": "AWS Lambda", "sst": "AWS Lambda",
    "func": "Azure Functions", "firebase": "Firebase",
}  # fmt: skip
"""Programs that imitate a platform on a developer's machine, and the platform: there no process of the app listens."""


def problem(command: Command, package: Package, where: str) -> Problem | None:
    """The fatal problem of a start command that is for something else than Node.js; None for any other. A runtime that
    npm installs is one like any program."""
    words = " ".join(command.words)
    if command.program in RUNTIMES and command.program not in package.everything:
        name, lines = RUNTIMES[command.program]
        file = next((word for word in command.words[1:] if "." in word and not word.startswith("-")), "YOUR_FILE.ts")
        lines = lines.replace("{file}", json.dumps(file))
        return Problem(
            what=f"the app runs on {name}, which Fairway makes no image for",
            why=f'the start command is "{words}" ({where})',
            fix=f"add a Dockerfile ({lines}), or a start script that runs it with node",
            where=where,
            fatal=True,
        )
    if platform := PLATFORMS.get(command.program):
        return Problem(
            what=f"the app is written for {platform}, and nothing in it listens by itself",
            why=f'all that starts it is "{words}" ({where})',
            fix='add a "start" script for a process that listens on PORT, or a Dockerfile',
            where=where,
            fatal=True,
            start=True,
        )
    return None
