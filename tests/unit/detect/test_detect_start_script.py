"""A start script that starts a shell script."""

import pytest

from fairway.domain.detection import NodeInstall
from support.detect_room import detected, package

SIMPLE = "#!/bin/sh\nset -e\n# first the schema\nnpx prisma migrate deploy\n\nexec node server.js\n"


@pytest.mark.parametrize(
    ("start", "script", "command"),
    [
        ("./start.sh", SIMPLE, ("sh", "-c", "prisma migrate deploy && exec node server.js")),
        ("sh ./start.sh", SIMPLE, ("sh", "-c", "prisma migrate deploy && exec node server.js")),
        ("bash start.sh", "#!/bin/bash\nset -euo pipefail\nnode server.js\n", ("node", "server.js")),
        ("./start.sh", "node seed.js\nnode server.js\n", ("sh", "-c", "node seed.js ; exec node server.js")),
        ("./start.sh", "#!/bin/sh\r\nexec node \\\r\n  server.js\r\n", ("node", "server.js")),
        ("./start.sh", "npm run go\n", ("node", "server.js", "-g")),
        (
            "node seed.js && ./start.sh",
            SIMPLE,
            ("sh", "-c", "node seed.js && prisma migrate deploy && exec node server.js"),
        ),
        ("node x.js && ./start.sh", "node a.js\nnode b.js\n", ("sh", "-c", "node x.js && exec ./start.sh")),
        ("./start.sh", "until nc -z db 1; do sleep 1; done\nnode server.js\n", ("./start.sh",)),
        ("./start.sh", "if true; then node a.js; fi\n", ("./start.sh",)),
        ("./start.sh", "node worker.js &\nnode server.js\n", ("./start.sh",)),
        ("./start.sh", 'exec "$@"\n', ("./start.sh",)),
        ("./start.sh", "up() { node a.js; }\nup\n", ("./start.sh",)),
        ("./start.sh", "cat <<END\nnode a.js\nEND\n", ("./start.sh",)),
        ("./start.sh", "trap 'x' TERM\nnode a.js\n", ("./start.sh",)),
        ("./start.sh", "#!/usr/bin/env python3\nimport this\n", ("./start.sh",)),
        ("./start.sh prod", SIMPLE, ("./start.sh", "prod")),
        ("./other.sh", SIMPLE, ("./other.sh",)),
        ("sh ../start.sh", SIMPLE, ("sh", "../start.sh")),
    ],
)
def test_a_plain_list_of_commands_takes_the_place_of_its_script(
    start: str, script: str, command: tuple[str, ...]
) -> None:
    scripts = {"start": start, "go": "node server.js -g"}

    detection = detected({"package.json": package(scripts=scripts), "server.js": "", "start.sh": script})

    assert detection.start is not None
    assert detection.start.command == command


def test_what_the_script_calls_stays_in_the_image_and_its_migration_is_named() -> None:
    manifest = package(scripts={"start": "./start.sh"}, devDependencies={"prisma": "6"})

    detection = detected({"package.json": manifest, "server.js": "", "start.sh": SIMPLE})

    assert isinstance(detection.install, NodeInstall)
    assert detection.install.development == "prisma"
    assert any("runs at every start" in note for note in detection.notes)
