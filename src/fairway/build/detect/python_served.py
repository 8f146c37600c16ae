"""A Python application object under the server that suits it."""

from dataclasses import dataclass

from fairway.domain.detection import Port, Problem, Start

ASYNCHRONOUS = frozenset({"fastapi", "starlette", "litestar", "quart", "sanic", "blacksheep"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Started:
    """The start command, the packages that it needs beyond those that are listed, and a port that it fixes.

    `script` is the command of the project's own that it names, "" when it names none; `root` the folder that its
    modules are named from, "" where it names none.
    """

    start: Start
    extra: tuple[str, ...] = ()
    port: Port | None = None
    problems: tuple[Problem, ...] = ()
    script: str = ""
    root: str = ""


def serve(
    target: str, where: str, names: frozenset[str], asynchronous: bool, factory: bool = False, folder: str = "."
) -> Started:
    """The server's command for an application object, whose module lies in `folder`."""
    text = f"{'uvicorn' if asynchronous else 'gunicorn'} {target}"
    if asynchronous:
        options = ("--factory " if factory else "") + (f"--app-dir {folder} " if folder != "." else "")
        line = f"exec uvicorn {options}{target} --host 0.0.0.0 --port ${{PORT:-8000}}"
        words: tuple[str, ...] = ("sh", "-c", line)
        extra = () if {"uvicorn", "fastapi-cli"} & names else ("uvicorn",)
    else:
        moved = ("--chdir", folder) if folder != "." else ()
        words = ("gunicorn", *moved, f"{target}()" if factory else target)
        extra = () if "gunicorn" in names else ("gunicorn",)
    return Started(
        start=Start(command=words, text=text, where=where),
        extra=extra,
        port=Port(number=8000, variable="PORT", where=where),
    )
