"""Dash, Streamlit and Gradio: boards and demonstrations, whose servers are started in ways of their own.

Started as plain files they listen on 127.0.0.1 alone (Dash on 8050, Gradio on 7860), and a file of Streamlit starts no
server at all: `streamlit run` does.
"""

import re

from fairway.build.detect import numbers, python_modules, shell
from fairway.build.detect.bind import EVERYWHERE
from fairway.build.detect.python_served import Started, serve
from fairway.build.detect.source import Source
from fairway.domain.detection import Port, Start

DASH = re.compile(r"^[ \t]*(?:import dash\b|from dash\b[\w.]*[ \t]+import\b)", re.MULTILINE)
STREAMLIT = re.compile(r"^[ \t]*(?:import streamlit\b|from streamlit\b[\w.]*[ \t]+import\b)", re.MULTILINE)
GRADIO = re.compile(r"^[ \t]*(?:import gradio\b|from gradio\b[\w.]*[ \t]+import\b)", re.MULTILINE)
# The application of Flask that is in every one of Dash, by the name that the documentation gives it.
SERVER = re.compile(r"^(?P<name>\w+)\s*(?::\s*[\w.]+\s*)?=\s*\w+\.server[ \t]*$", re.MULTILINE)
RUNS = re.compile(r"\b\w+\.(?:run|run_server)\((?P<rest>(?:[^()]|\([^()]{0,200}\)){0,1000}?)\)")
LAUNCHES = re.compile(r"\.launch\((?P<rest>(?:[^()]|\([^()]{0,200}\)){0,2000}?)\)")
HOST = re.compile(r"\bhost\s*=")
PORT = re.compile(r"\b(?:server_)?port\s*=\s*(?P<number>\d*)")
USUAL = ("app.py", "streamlit_app.py", "main.py", "Home.py", "index.py", "src/app.py", "src/main.py", "app/main.py")
PAGES = "pages/"
"""Streamlit finds these itself, beside the file that is started."""


def find(sources: tuple[Source, ...], names: frozenset[str]) -> Started | None:
    """How a board starts; None where there is none."""
    if "dash" in names and (started := dash(sources, names)):
        return started
    if "streamlit" in names and (source := likeliest(sources, STREAMLIT)):
        run = f"streamlit run {shell.quote(source.path)}"
        line = f"{run} --server.address {EVERYWHERE} --server.port ${{PORT:-8501}}"
        return Started(
            start=Start(
                command=("sh", "-c", f"exec {line} --server.headless true"),
                text=run,
                where=source.path,
            ),
            port=Port(number=8501, variable="PORT", where=source.path),
        )
    return gradio(sources) if "gradio" in names else None


def dash(sources: tuple[Source, ...], names: frozenset[str]) -> Started | None:
    """Dash under gunicorn where the app has its server at hand, else by the file that runs it."""
    for source in sources:
        if DASH.search(source.text) and (made := SERVER.search(source.text)):
            root = python_modules.root(source.path, sources, names)
            target = f"{python_modules.module(source.path, root)}:{made['name']}"
            return serve(target, source.where(made.start()), names, asynchronous=False)
    for source in sources:
        called = RUNS.search(source.text) if DASH.search(source.text) else None
        if called and not HOST.search(called["rest"]):
            own = Port(number=8050, variable="PORT", where=source.path)
            return alone(source, {"HOST": EVERYWHERE}, None if PORT.search(called["rest"]) else own)
    return None


def gradio(sources: tuple[Source, ...]) -> Started | None:
    """The file that launches it."""
    for source in sources:
        if GRADIO.search(source.text) and (called := LAUNCHES.search(source.text)):
            given = PORT.search(called["rest"])
            port = numbers.port(given["number"]) if given else 7860
            return alone(
                source,
                {"GRADIO_SERVER_NAME": EVERYWHERE},
                Port(number=port, variable=None, where=source.path) if port else None,
            )
    return None


def alone(source: Source, variables: dict[str, str], port: Port | None) -> Started:
    """The file as a process of its own, told by variables that it is to be reached from everywhere."""
    words = ("python", source.path)
    return Started(
        start=Start(command=words, text=" ".join(words), where=source.path),
        port=port,
        variables=variables,
    )


def likeliest(sources: tuple[Source, ...], pattern: re.Pattern[str]) -> Source | None:
    """The file that is meant to be started: one of a usual name, else the shallowest that is no page of another."""
    found = [source for source in sources if pattern.search(source.text) and PAGES not in f"{source.path}/"]
    return min(found, key=lambda each: (each.path not in USUAL, each.path.count("/"), each.path), default=None)
