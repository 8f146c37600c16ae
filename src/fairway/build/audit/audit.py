"""An audit of a repository before its first deploy, from its files alone: nothing is run, no network is asked.

In: the files that git has or would take, and what detection concluded from them. Out: findings.
"""

from collections.abc import Iterator

from fairway.build.audit import code, files, image, installs, locks, scripts
from fairway.build.detect import reach, source
from fairway.build.detect.tree import Tree
from fairway.domain import audit
from fairway.domain.app import App, Environment
from fairway.domain.audit import Finding
from fairway.domain.detection import Detection, Kind, parted
from fairway.domain.health import TcpCheck


def run(tree: Tree, found: Detection, app: App) -> tuple[Finding, ...]:
    """Every finding, the most serious rules first."""
    sources = source.read(tree, source.NODE)
    own = tuple(each for each in sources if within(each.path, found.directory))
    return audit.order(
        [
            *files.env_files(tree),
            *files.lock_file(found),
            *locks.out_of_step(tree, found),
            *files.migrations(tree, found),
            *image.dockerfile(tree, found),
            *installs.development(tree, found),
            *code.urls(own),
            *code.ports(own),
            *code.sessions(own, app),
            *code.signals(tree, found, own),
            *loopback(found),
            *health(found, app),
            *scripts.missing(tree, found, app),
        ]
    )


def within(path: str, directory: str) -> bool:
    """Whether a file lies in the app's folder."""
    return directory == "." or path.startswith(f"{directory}/")


def loopback(found: Detection) -> Iterator[Finding]:
    """What detection saw of the address that the app binds to."""
    for problem in found.problems:
        if reach.is_unreachable(problem):
            file, line = parted(problem.where)
            yield Finding(rule="loopback", file=file, line=line, what=problem.why.split(" (")[0])


def health(found: Detection, app: App) -> Iterator[Finding]:
    """No path of a health check, neither detected nor written down, for a service that takes traffic."""
    unchecked = [each.name for each in app.environments if is_unchecked(each)]
    if found.health is None and found.kind is not Kind.UNKNOWN and unchecked:
        what = f"no path for health checks is known for {', '.join(dict.fromkeys(unchecked))}"
        yield Finding(rule="no-health-check", file="fairway.toml", line=0, what=what)


def is_unchecked(environment: Environment) -> bool:
    """Whether a service that takes traffic is only checked by its port."""
    return any(service.port is not None and isinstance(service.health, TcpCheck) for service in environment.services)
