"""Which folder of a repository holds the app, when its root does not: the backend before the page that talks to it.

Names alone mislead (`client` comes before `server` in the alphabet, `db/Dockerfile` before both), so each folder's own
Detection is weighed. The choice is said, with the others that could be deployed as well.
"""

import posixpath
import re
from collections.abc import Iterable
from dataclasses import replace

from fairway.build.detect import dockerfile_text, monorepo, pages
from fairway.build.detect.tree import Tree
from fairway.domain.detection import Detection, Kind

FOLDERS = (
    *monorepo.USUAL,
    "apps/api",
    "apps/server",
    "apps/backend",
    "packages/api",
    "packages/server",
    "packages/backend",
)
MARKERS = frozenset({"Dockerfile", "package.json", "requirements.txt", "pyproject.toml", "Pipfile", "setup.py"})
NAMED = re.compile(r"(?:^|/)(?:(?:Docker|Container)file[._-](?P<end>[\w-]+)|(?P<begin>[\w-]+)\.[Dd]ockerfile)$")
# What such a name says that is no image of the app, or no Dockerfile at all.
NO_IMAGE = re.compile(
    r"dev|test|ci\b|lint|debug|local|cross|build|base|docs?\b|db\b|postgres|nginx|proxy|j2|tmpl|tpl|template|md\b|ignore|frontend|\bui\b"
)
DEEPEST_NAMED = 3
LATEST_LEVEL = 2
MOST_FOLDERS = 20
MOST_NAMED = 5
# They render pages, and in a repository with a backend beside them they are its front end.
PAGES = frozenset({"Next.js", "Nuxt", "Remix", "React Router", "Nitro", "SvelteKit", "Astro"})
STATIC = re.compile(r"(^|/)(nginx|nginx-unprivileged|httpd|caddy|traefik|haproxy)(:|@|$)")
PARTS = re.compile(r"(^|/)(postgres|mysql|mariadb|mongo|redis|rabbitmq|elasticsearch|memcached|prom/prometheus)(:|@|$)")


def candidates(tree: Tree) -> list[str]:
    """The folders that may hold the app, at most 20: the usual names, then every other of the first two levels."""
    levels = {
        posixpath.dirname(path)
        for path in tree.files()
        if 1 <= path.count("/") <= LATEST_LEVEL and posixpath.basename(path) in MARKERS
    }
    usual = [folder for folder in FOLDERS if folder in levels]
    others = sorted(levels - set(usual), key=lambda folder: (folder.count("/"), folder))
    return [*usual, *others][:MOST_FOLDERS]


def named(tree: Tree) -> tuple[str, ...]:
    """The Dockerfiles that have a name of their own (`docker/Dockerfile.debian`, `api.Dockerfile`), without those that
    are named for something else than the app's image."""
    found: list[str] = []
    for path in tree.files():
        match = NAMED.search(path) if path.count("/") < DEEPEST_NAMED and not path.startswith(".") else None
        if match and not NO_IMAGE.search((match["end"] or match["begin"]).lower()):
            found.append(path)
    return tuple(found)


def choose(tree: Tree, found: Iterable[Detection]) -> Detection | None:
    """The best of the Detections, in the order in which they come where none is better; with a note that names those
    that are as good. None when there is none."""
    ranked = sorted(found, key=lambda detection: rank(tree, detection))
    if not ranked:
        return None
    best = ranked[0]
    others = [item for item in ranked[1:] if rank(tree, item) == rank(tree, best) and key(item) != key(best)]
    if not others:
        return best
    listed = ", ".join(dict.fromkeys(name(item) for item in others[:MOST_NAMED]))
    note = f"{name(best)} is deployed; {listed} could be as well: [build] {key(others[0])}"
    return replace(best, notes=(*best.notes, note))


def rank(tree: Tree, detection: Detection) -> int:
    """How likely the backend, 0 the likeliest: one that serves by a framework, something else in a folder of a usual
    name, anything that is no page and no part (a database's image), and those."""
    if is_page(tree, detection):
        return 3
    if detection.framework and detection.framework not in PAGES:
        return 0
    return 1 if detection.directory in FOLDERS else 2


def is_page(tree: Tree, detection: Detection) -> bool:
    """Whether it is a front end, or an image of a web server or a database."""
    if detection.kind is Kind.DOCKERFILE and detection.dockerfile:
        final = dockerfile_text.last_stage(dockerfile_text.parse(tree.read(detection.dockerfile) or b""))
        # The stage that the image is, and the one at the beginning of those that it is made from.
        bases = [dockerfile_text.base(item) for item in final if item.name == "FROM"]
        return any(pattern.search(name) for pattern in (STATIC, PARTS) for name in (*bases[:1], *bases[-1:]))
    return pages.only(detection)


def name(detection: Detection) -> str:
    """What a person calls it: its folder, or the Dockerfile that is built from the repository's root."""
    return detection.dockerfile or "." if detection.directory == "." else detection.directory


def key(detection: Detection) -> str:
    """The line of fairway.toml's `[build]` that chooses it."""
    setting = "dockerfile" if detection.directory == "." and detection.dockerfile else "directory"
    return f'{setting} = "{name(detection)}"'
