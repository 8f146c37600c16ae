"""What `fairway check` finds in a repository, and which of it somebody has said is well so.

Each rule has a name, the reason why it matters and the fix; a rule is silenced under `[check.silence]` in fairway.toml,
with a reason of one's own. What a rule can't be sure of it does not report.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """Why it matters, and what to do. One that is `minor` is told, and fails no check."""

    why: str
    fix: str
    minor: bool = False


RULES: Mapping[str, Rule] = MappingProxyType(
    {
        "env-file-committed": Rule(
            why="whoever can read the repository, now or ever, has the values in it",
            fix="git rm --cached the file, add it to .gitignore, and change every secret that stood in it",
        ),
        "secret-in-code": Rule(
            why="whoever can read the repository, now or ever, has the secret",
            fix="read it from a variable (fairway env set), and change the secret: it stays in git's history",
        ),
        "hard-coded-url": Rule(
            why="each environment has services and passwords of its own",
            fix="read the address from a variable; fairway env set gives each environment its own",
        ),
        "hard-coded-port": Rule(
            why="the process is told its port by PORT; another one is not reached",
            fix="listen on process.env.PORT, with the number as the default",
        ),
        "loopback": Rule(
            why="the app is healthy inside its container and can't be reached from outside",
            fix='listen on 0.0.0.0, e.g. app.listen(port, "0.0.0.0")',
        ),
        "no-sigterm": Rule(
            why="a deploy ends each task by SIGTERM; without a handler the requests under way are cut off",
            fix='process.on("SIGTERM", () => server.close(() => process.exit(0)))',
        ),
        "shell-form-command": Rule(
            why="the shell gets SIGTERM and does not hand it on, so that the app is killed at the end of stop_timeout",
            fix='write the command as a list: CMD ["node", "server.js"]',
        ),
        "package-manager-command": Rule(
            why="npm, yarn and pnpm end at SIGTERM and leave the app running until it is killed",
            fix='start the app itself: CMD ["node", "server.js"]',
        ),
        "runs-as-root": Rule(
            why="whoever breaks into the app is root in its container",
            fix="add USER node (or another user that the image has) before CMD",
        ),
        "copies-env-file": Rule(
            why="the values are in the image's layers, for all who can pull it and in all environments",
            fix="list .env* in .dockerignore; Fairway gives the tasks their variables",
        ),
        "no-dockerignore": Rule(
            why="everything that lies in the repository goes into the build: node_modules, .git, env files",
            fix="write a .dockerignore: .git, node_modules, .env*",
        ),
        "base-not-pinned": Rule(
            why="the same commit gives another image tomorrow",
            fix="name a version: FROM node:22-slim",
        ),
        "migration-in-start": Rule(
            why="each task migrates as it starts, several at once, and a rollback starts it again on a newer schema",
            fix="take it out, and name it in [migrations] of fairway.toml: it runs once, on a copy of the data first",
        ),
        "session-in-memory": Rule(
            why="each task has sessions of its own, so that people are signed out by other requests and by deploys",
            fix="give session() a store that all tasks share, such as connect-redis",
        ),
        "no-health-check": Rule(
            why="a task that answers nothing but errors gets traffic as soon as its port is open",
            fix="answer GET /healthz with 200 when the app can work, and name it: services.web.health.path",
        ),
        "no-lock-file": Rule(
            why="the same commit installs other versions tomorrow",
            fix="commit the lock file that npm install (yarn, pnpm, uv, poetry) writes",
        ),
        "lock-out-of-step": Rule(
            why="a build installs what the lock file says: one that does not fit is refused, or other versions come",
            fix="run npm install (yarn, pnpm install) and commit the lock file with package.json",
        ),
        "dev-dependencies-in-image": Rule(
            why="tests, compilers and linters make the image larger, and each is one more thing to break into",
            fix="build in a stage of its own; in the last one npm ci --omit=dev (yarn --production, pnpm --prod)",
        ),
        "missing-script": Rule(
            why="fairway run falls back on the script start, the same one for every environment",
            fix="add the script to package.json; fairway check --fix does it where it knows how",
            minor=True,
        ),
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """What a rule found: where (line 0: the whole file, or what is missing) and what. `silenced` is the reason that
    somebody gave, "" when nobody did."""

    rule: str
    file: str
    line: int
    what: str
    silenced: str = ""

    @property
    def where(self) -> str:
        """`src/server.ts:41`."""
        return f"{self.file}:{self.line}" if self.line else self.file


def order(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """The findings, each once, the most serious rules first."""
    rules = list(RULES)
    return tuple(sorted(set(findings), key=lambda each: (rules.index(each.rule), each.file, each.line, each.what)))
