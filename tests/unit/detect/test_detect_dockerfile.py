"""A repository's own Dockerfile: its start command, its ports, and what in it can't work."""

import pytest

from fairway.build.detect import detect, dockerfile_text
from fairway.domain.detection import Kind
from support.detect_room import Files, detected, package

NODE = {"package.json": package(scripts={"start": "node a.js"}), "a.js": "x.listen(process.env.PORT || 3000)"}


def test_a_dockerfile_is_used_as_it_is() -> None:
    detection = detected({**NODE, "Dockerfile": 'FROM node:22\nCOPY a.js .\nCMD ["node", "a.js"]\n'})

    assert (detection.kind, detection.dockerfile, detection.install) == (Kind.DOCKERFILE, "Dockerfile", None)
    assert detection.start is not None
    assert detection.start.command == ("node", "a.js")
    assert detection.defaults.command is None
    assert detection.defaults.port == 3000
    assert detection.problems == ()


@pytest.mark.parametrize(
    ("text", "port", "noted"),
    [
        ("FROM node:22\nEXPOSE 8080\nENV PORT=8080\nCMD node a.js", 8080, False),
        ("FROM node:22\nENV PORT 8080\nEXPOSE $PORT\nCMD node a.js", 8080, False),
        ("FROM node:22\nEXPOSE 8080\nCMD node a.js", 3000, True),
        ("FROM node:22\nEXPOSE 3000 9229\nCMD node a.js", 3000, True),
        ("FROM node:22\nCMD node a.js", 3000, False),
    ],
)
def test_the_port_is_what_the_process_will_be_told(text: str, port: int, noted: bool) -> None:
    detection = detected({**NODE, "Dockerfile": text})

    assert detection.defaults.port == port
    assert any("expose" in note for note in detection.notes) is noted


def test_expose_is_taken_where_the_source_says_nothing() -> None:
    detection = detected(
        {"main.go": "", "Dockerfile": "FROM golang:1 AS b\nEXPOSE 1\nFROM debian\nEXPOSE 9000/tcp\nCMD /app\n"}
    )

    assert detection.port is not None
    assert (detection.port.number, detection.port.where) == (9000, "Dockerfile:4")


@pytest.mark.parametrize("end", ["", "CMD tail -f /dev/null\n", 'CMD ["sleep", "infinity"]\n'])
def test_a_dockerfile_that_starts_nothing_gets_the_apps_own_start(end: str) -> None:
    detection = detected({**NODE, "Dockerfile": f"FROM node:22\nCOPY . .\n{end}"})

    assert detection.defaults.command == ("node", "a.js")
    assert [problem.fatal for problem in detection.problems] == [False]


def test_a_dockerfile_that_starts_nothing_is_fatal_where_nothing_else_does() -> None:
    assert detected({"x": "", "Dockerfile": "FROM debian\n"}).fatal[0].what == "Dockerfile has no CMD"


def test_a_base_image_of_its_own_may_bring_the_command() -> None:
    assert detected({"x": "", "Dockerfile": "FROM nginx:1\nCOPY x /x\n"}).problems == ()


def test_a_dockerfile_for_development_is_named() -> None:
    detection = detected({**NODE, "Dockerfile": 'FROM node:22\nCMD ["npm", "run", "dev"]\n'})

    assert "for development" in detection.problems[0].what


def test_a_copy_of_what_only_the_author_has_is_named_with_its_line() -> None:
    copies = "COPY package.json \\\n  # a comment\n  secrets.json ./\nCOPY --from=a /x /x\nCOPY dist* ./"
    text = f"FROM node:22 AS a\n{copies}\nCMD node a.js\n"

    detection = detected({**NODE, "Dockerfile": text})

    assert [(problem.what, problem.where) for problem in detection.problems] == [
        ("Dockerfile copies secrets.json, which is not in the repository", "Dockerfile:2")
    ]


def test_npm_as_the_top_process_is_noted() -> None:
    assert any(
        "stop signals" in note for note in detected({**NODE, "Dockerfile": "FROM node:22\nCMD npm start\n"}).notes
    )


def test_a_healthcheck_says_the_path() -> None:
    text = "FROM node:22\nHEALTHCHECK --interval=5s CMD curl -f http://localhost:3000/up || exit 1\nCMD node a.js\n"

    assert detected({**NODE, "Dockerfile": text}).defaults.health_path == "/up"


def test_a_named_dockerfile_that_is_missing_is_fatal() -> None:
    detection = detect.detect(Files(NODE), dockerfile="docker/web.Dockerfile")

    assert detection.fatal[0].what == "there is no docker/web.Dockerfile"


def test_a_named_directory_is_the_app() -> None:
    detection = detect.detect(Files({f"svc/{name}": text for name, text in NODE.items()}), directory="svc/")

    assert (detection.context, detection.directory, detection.kind) == ("svc", "svc", Kind.NODE)


def test_here_documents_and_continued_lines_are_one_instruction() -> None:
    found = dockerfile_text.parse(b'FROM a\nRUN <<EOF\nCMD not this\nEOF\nCMD ["x", \\\n "y"]')

    assert [(item.name, item.line) for item in found] == [("FROM", 1), ("RUN", 2), ("CMD", 5)]
    assert found[-1].exec_form == ("x", "y")


@pytest.mark.parametrize("content", ["", "# only a comment", "CMD x", "\\", "FROM", b"\xff\xfe"])
def test_an_odd_dockerfile_is_a_problem_and_not_a_crash(content: str | bytes) -> None:
    assert detected({"Dockerfile": content}).kind is Kind.DOCKERFILE
