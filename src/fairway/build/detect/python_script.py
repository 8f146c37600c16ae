"""A Python file, package or command of the project that runs a server of its own, and whether it can be reached.

Such a server often binds to 127.0.0.1, as Flask's does by default: healthy inside its container, unreachable outside.
"""

import re
from collections.abc import Mapping

from fairway.build.detect import python_modules, reach
from fairway.build.detect.python_served import Started
from fairway.build.detect.source import Source
from fairway.domain.detection import Problem, Start

MAINS = ("main.py", "app.py", "server.py", "run.py", "src/main.py", "app/main.py", "__main__.py")
# Bottle's own `run(host=…)` is called by its bare name.
RUNS = re.compile(
    r"\b(?:\w+\.run|run_app|run_simple|run_server|serve_forever|\w+\.listen|serve)\("
    r"|^[ \t]*run\((?=[^)]*\b(?:host|port)\s*=)",
    re.MULTILINE,
)
LOOPBACK = re.compile(
    r"""(?<!\bsubprocess\.)\b(?:run|run_app|run_simple|serve)\((?:[^()]|\([^()]*\))*?(?:\bhost\s*=\s*)?['"](?:127\.0\.0\.1|localhost)['"]"""
)
FLASK = re.compile(r"""\b(?:app|application|create_app\([^()]*\))\.run\((?P<rest>(?:[^()]|\([^()]*\))*)\)""")
FIX = 'listen on 0.0.0.0, e.g. host="0.0.0.0", or set services.web.command to a server that does'
LIKELY = re.compile(r"^[A-Za-z][\w.-]*$")


def find(sources: tuple[Source, ...], names: frozenset[str]) -> Started | None:
    """The file or package to start: one with a usual name first, then the shallowest that runs a server."""
    texts = {source.path: source for source in sources}
    usual = [
        texts[path]
        for path in MAINS
        if path in texts and ("__main__" in texts[path].text or RUNS.search(texts[path].text))
    ]
    others = [source for source in sources if "__main__" in source.text and RUNS.search(source.text)]
    packages = [source for source in sources if source.path.endswith("/__main__.py")]
    source = next(iter([*usual, *packages, *others]), None)
    if source is None:
        return None
    words: tuple[str, ...] = ("python", source.path)
    root = ""
    if "/" in source.path and source.path not in MAINS:
        root = python_modules.root(source.path, sources, names)
        words = ("python", "-m", python_modules.module(source.path, root).removesuffix(".__main__"))
    return Started(
        start=Start(command=words, text=" ".join(words), where=source.path),
        problems=unreachable(source, sources),
        root=root,
    )


def project(scripts: Mapping[str, object]) -> Started | None:
    """The only command that the project makes when it is installed."""
    names = [name for name in scripts if LIKELY.match(name)]
    if len(names) != 1:
        return None
    return Started(start=Start(command=(names[0],), text=names[0], where="pyproject.toml"), script=names[0])


def unreachable(chosen: Source, sources: tuple[Source, ...]) -> tuple[Problem, ...]:
    """The problem of a server that only its own container can reach."""
    for source in (chosen, *(other for other in sources if other is not chosen)):
        if found := LOOPBACK.search(source.text):
            return (reach.unreachable("it listens on the loopback interface alone", source.where(found.start()), FIX),)
    flask = FLASK.search(chosen.text)
    if flask and "host" not in flask["rest"] and re.search(r"\bflask\b", chosen.text, re.IGNORECASE):
        return (
            reach.unreachable("Flask's own server listens on 127.0.0.1 by default", chosen.where(flask.start()), FIX),
        )
    return ()
