"""Where Medusa starts from: since version 2 `medusa build` leaves a server of its own in `.medusa/server`.

Started in the repository's root it looks for TypeScript that a production install can't read, and for an admin page
that is not there.
"""

import re

from fairway.build.detect import numbers
from fairway.build.detect.package_json import Package
from fairway.build.detect.shell import Command

BUILT = re.compile(r"\bmedusa build\b(?!.*--admin-only)")
SERVER = ".medusa/server"
PACKAGES = ("@medusajs/medusa", "@medusajs/framework")
STANDALONE = 2


def in_server(package: Package, commands: tuple[Command, ...]) -> tuple[Command, ...]:
    """The commands with a change into the built server before the first that calls medusa, where a build makes it."""
    first = next((place for place, command in enumerate(commands) if command.program == "medusa"), None)
    if first is None or commands[first].words[1:2] in (("develop",), ("build",)) or not makes_server(package):
        return commands
    if any(command.program == "cd" for command in commands):
        return commands
    change = Command(words=("cd", SERVER), text=f"cd {SERVER}", operator="&&")
    return (*commands[:first], change, *commands[first:])


def makes_server(package: Package) -> bool:
    """Whether the package's build leaves a server of its own."""
    wanted = next((package.everything[name] for name in PACKAGES if name in package.everything), "")
    major = numbers.first(wanted)
    built = any(BUILT.search(package.scripts.get(name, "")) for name in ("build", "build:prod", "build:production"))
    return built and (major is None or major >= STANDALONE)
