"""The App of an execution, on its way from stage to stage.

An App is made from two things that are JSON: the text of a fairway.toml and what detection found. Those are handed on,
and each stage makes the App from them again, which always gives the same one.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Protocol

from fairway.domain.app import App, Defaults
from fairway.domain.ids import AppName

KEY = "described"


class Load(Protocol):
    """`manifest.load.load`."""

    def __call__(self, text: str, *, file: str = ..., defaults: Defaults = ...) -> App:
        """The App. Raises UsageError with a finding for every problem."""
        ...


def hand_on(text: str, file: str, defaults: Defaults) -> Mapping[str, Any]:
    """What the stage `source` hands on."""
    found = {
        "port": defaults.port,
        "health_path": defaults.health_path,
        "command": None if defaults.command is None else list(defaults.command),
    }
    return {KEY: {"text": text, "file": file, "defaults": found}}


def take(outputs: Mapping[str, Any], app: AppName, load: Load) -> App:
    """The App that was handed on. Its name is that of the app that was pushed to: one repository may be several."""
    described = outputs[KEY]
    found = described["defaults"]
    command = found["command"]
    defaults = Defaults(
        port=found["port"],
        health_path=found["health_path"],
        command=None if command is None else tuple(command),
    )
    return replace(load(described["text"], file=described["file"], defaults=defaults), name=app)
