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


def test_an_argument_from_before_the_first_stage_is_known_in_it() -> None:
    text = "ARG NODE=22\nARG PORT=8080\nFROM node:${NODE}-slim\nARG PORT\nENV PORT=$PORT\nEXPOSE $PORT\nCMD node a.js"

    detection = detected({**NODE, "Dockerfile": text})

    assert detection.defaults.port == 8080
    assert detection.evidence[0].what == "a Dockerfile on node:22-slim"
    assert detection.notes == ()


def test_a_stage_that_is_named_for_the_platform_is_followed() -> None:
    stages = "".join(f"FROM debian:12 AS run-linux-{name}\nEXPOSE 7000\n" for name in ("amd64", "arm64"))

    detection = detected({"x": "", "Dockerfile": f"{stages}FROM run-${{TARGETOS}}-${{TARGETARCH}}\nCMD /app\n"})

    assert detection.defaults.port == 7000
    assert detection.evidence[0].what == "a Dockerfile on debian:12"


def test_expose_is_taken_where_the_source_says_nothing() -> None:
    detection = detected(
        {"main.go": "", "Dockerfile": "FROM golang:1 AS b\nEXPOSE 1\nFROM debian\nEXPOSE 9000/tcp\nCMD /app\n"}
    )

    assert detection.port is not None
    assert (detection.port.number, detection.port.where) == (9000, "Dockerfile:4")


@pytest.mark.parametrize(
    ("exposed", "port"),
    [("22 3000", 3000), ("443 80", 80), ("9229 8080/tcp", 8080), ("22", 22), ("8080 9090", 8080)],
)
def test_of_several_exposed_ports_the_one_that_speaks_http_is_taken(exposed: str, port: int) -> None:
    detection = detected({"main.go": "", "Dockerfile": f"FROM debian\nEXPOSE {exposed}\nCMD /app\n"})

    assert detection.defaults.port == port


@pytest.mark.parametrize("end", ["", "CMD tail -f /dev/null\n", 'CMD ["sleep", "infinity"]\n'])
def test_a_dockerfile_that_starts_nothing_gets_the_apps_own_start(end: str) -> None:
    detection = detected({**NODE, "Dockerfile": f"FROM node:22\nCOPY . .\n{end}"})

    assert detection.defaults.command == ("node", "a.js")
    assert [problem.fatal for problem in detection.problems] == [False]


def test_a_dockerfile_that_starts_nothing_is_fatal_where_nothing_else_does() -> None:
    assert detected({"x": "", "Dockerfile": "FROM debian\n"}).fatal[0].what == "Dockerfile has no CMD"


def test_a_base_image_of_its_own_may_bring_the_command() -> None:
    assert detected({"x": "", "Dockerfile": "FROM nginx:1\nCOPY x /x\n"}).problems == ()


@pytest.mark.parametrize(
    "command", ["npm run dev", "uvicorn a:app --host 0.0.0.0 --reload", "python manage.py runserver 0:80"]
)
def test_a_dockerfile_for_development_is_named(command: str) -> None:
    detection = detected({**NODE, "Dockerfile": f"FROM node:22\nCMD {command}\n"})

    assert "for development" in detection.problems[0].what


def test_a_copy_of_what_only_the_author_has_is_named_with_its_line() -> None:
    copies = "COPY package.json \\\n  # a comment\n  secrets.json ./\nCOPY --from=a /x /x\nCOPY dist* ./"
    text = f"FROM node:22 AS a\n{copies}\nCMD node a.js\n"

    detection = detected({**NODE, "Dockerfile": text})

    assert [(problem.what, problem.where) for problem in detection.problems] == [
        ("Dockerfile copies secrets.json, which is not in the repository", "Dockerfile:2")
    ]


@pytest.mark.parametrize(
    "address", ["https://host/tool-1.tar.gz", "git@host:shop/tool.git", "--checksum=x https://h/t"]
)
def test_what_add_fetches_is_no_file_of_the_repository(address: str) -> None:
    detection = detected({**NODE, "Dockerfile": f"FROM node:22\nADD {address} /tool\nCMD node a.js\n"})

    assert detection.problems == ()


@pytest.mark.parametrize(
    ("copied", "missing"), [("vendor/lib", 0), ("vendor/lib/src/a.c", 0), ("vendor", 0), ("vendor/library", 1)]
)
def test_what_lies_in_a_submodule_is_there_though_this_work_tree_lacks_it(copied: str, missing: int) -> None:
    modules = '[submodule "lib"]\n\tpath = vendor/lib\n\turl = https://example.com/lib.git\n'

    detection = detected({**NODE, ".gitmodules": modules, "Dockerfile": f"FROM a\nCOPY {copied} /x\nCMD x\n"})

    assert len(detection.problems) == missing


def test_npm_as_the_top_process_is_noted() -> None:
    assert any(
        "stop signals" in note for note in detected({**NODE, "Dockerfile": "FROM node:22\nCMD npm start\n"}).notes
    )


@pytest.mark.parametrize(
    "check",
    [
        "curl -f http://localhost:3000/up || exit 1",
        "curl -fs localhost:3000/up",
        "wget -qO- 127.0.0.1:$PORT/up",
        '["curl", "-f", "http://localhost/up"]',
    ],
)
def test_a_healthcheck_says_the_path(check: str) -> None:
    text = f"FROM node:22\nHEALTHCHECK --interval=5s CMD {check}\nCMD node a.js\n"

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


CRLF = "#!/bin/sh\r\nexec node a.js\r\n"


@pytest.mark.parametrize(
    ("script", "run", "named"),
    [(CRLF, "", True), (CRLF, "RUN dos2unix start.sh\n", False), (CRLF.replace("\r", ""), "", False)],
)
def test_windows_line_ends_in_a_start_script_are_named_before_the_build(script: str, run: str, named: bool) -> None:
    text = f'FROM node:22\nCOPY . .\n{run}ENTRYPOINT ["/app/start.sh"]\n'

    detection = detected({**NODE, "Dockerfile": text, "bin/start.sh": script})

    assert any(problem.what.startswith("bin/start.sh has Windows line ends") for problem in detection.problems) is named


@pytest.mark.parametrize(
    ("files", "named"),
    [({".env": "A=1", ".gitignore": "node_modules\n.env\n"}, True), ({}, True), ({".env": "A=1"}, False)],
)
def test_a_copy_of_a_file_of_secrets_is_named_though_the_work_tree_has_it(files: dict[str, str], named: bool) -> None:
    detection = detected({**NODE, **files, "Dockerfile": "FROM node:22\nCOPY .env ./\nCMD node a.js\n"})

    assert [problem.what for problem in detection.problems] == (
        ["Dockerfile copies .env, which is not in the commit"] if named else []
    )
    assert not any("commit it" in problem.fix for problem in detection.problems)


@pytest.mark.parametrize(
    ("mount", "count"), [("type=secret,id=npmrc", 1), ("type=ssh", 1), ("type=cache,target=/x", 0)]
)
def test_a_secret_that_a_build_will_not_get_is_named(mount: str, count: int) -> None:
    text = f"FROM node:22\nRUN --mount={mount} npm ci\nCMD node a.js\n"

    assert len(detected({**NODE, "Dockerfile": text}).problems) == count


@pytest.mark.parametrize(
    ("files", "context", "path"),
    [
        ({"main.go": "", "deploy/Dockerfile": "FROM golang:1\nCOPY main.go .\nCMD /app\n"}, ".", "deploy/Dockerfile"),
        ({"main.go": "", ".docker/Dockerfile": "FROM golang:1\nCOPY . .\nCMD /app\n"}, ".", ".docker/Dockerfile"),
        ({"svc/main.go": "", "svc/Dockerfile": "FROM golang:1\nCOPY main.go .\nCMD /app\n"}, "svc", "svc/Dockerfile"),
        ({"svc/main.go": "", "svc/Dockerfile": "FROM golang:1\nCOPY . .\nCMD /app\n"}, "svc", "svc/Dockerfile"),
    ],
)
def test_a_dockerfile_apart_from_what_it_copies_is_built_from_the_root(
    files: dict[str, str], context: str, path: str
) -> None:
    detection = detected(files)

    assert (detection.context, detection.dockerfile) == (context, path)
    assert detection.problems == ()


FLASK = {"requirements.txt": "flask==3\n", "app.py": "from flask import Flask\napp = Flask(__name__)\n"}


@pytest.mark.parametrize(
    ("end", "port"),
    [
        ('CMD ["flask", "run", "--host=0.0.0.0"]', 5000),
        ("EXPOSE 5001\nCMD ./boot.sh", 5001),
        ("CMD gunicorn -b :7000 app:app", 7000),
        ('EXPOSE 80\nCMD ["uvicorn", "app:app", "--host", "0.0.0.0", "--port", "9000"]', 9000),
        ("CMD python manage.py migrate && python manage.py runserver 0.0.0.0:8001", 8001),
        ("CMD uvicorn app:app --host 0.0.0.0", 8000),
        ("CMD flask --app app run -p 4000", 4000),
        ("CMD gunicorn app:app", 8000),
    ],
)
def test_the_command_of_the_image_says_its_port_and_not_the_one_that_fairway_would_make(end: str, port: int) -> None:
    assert detected({**FLASK, "Dockerfile": f"FROM python:3.12\n{end}\n"}).defaults.port == port


STAGES = "FROM node:22 AS base\nFROM base AS {}\nCMD node shop.js\nFROM base AS check\nRUN npm test\n"


def test_the_command_of_a_stage_that_is_not_the_last_is_started_and_the_order_is_said() -> None:
    detection = detected({**NODE, "Dockerfile": STAGES.format("prod")})

    assert detection.defaults.command == ("/bin/sh", "-c", "node shop.js")
    assert [problem.what for problem in detection.problems] == [
        "Dockerfile ends with the stage check, which starts nothing"
    ]
    assert detection.problems[0].fix == "move the stage prod to the end of Dockerfile"


def test_a_stage_for_development_is_not_meant_to_run() -> None:
    detection = detected({**NODE, "Dockerfile": STAGES.format("dev")})

    assert detection.problems[0].what == "Dockerfile has no CMD"


def test_a_dockerfile_that_copies_what_no_commit_has_can_be_left_out_where_one_can_be_generated() -> None:
    text = "FROM node:22\nCOPY dist/shop shop\nCMD node shop\n"

    generated = detected({**NODE, "Dockerfile": text})
    needed = detected({"Dockerfile": text})

    assert generated.problems[0].fix.endswith("or remove Dockerfile: Fairway generates one")
    assert needed.problems[0].fix == "commit it, or build it inside the Dockerfile"


RUST = {"Cargo.toml": "", "src/main.rs": ""}
IMAGE = "FROM rust:1\nCOPY Cargo.toml .\nEXPOSE 7000\nCMD shop\n"


@pytest.mark.parametrize(
    "path", ["Dockerfile.alpine", "docker/Dockerfile.debian", "build/api.Dockerfile", "Containerfile.server"]
)
def test_the_only_dockerfile_is_built_from_the_root_whatever_its_name(path: str) -> None:
    others = {
        "Dockerfile.dev": "FROM rust:1\n",
        "docker/Dockerfile.j2": "FROM {{ x }}\n",
        ".ci/x.Dockerfile": "FROM a\n",
    }

    detection = detected({**RUST, **others, path: IMAGE})

    assert (detection.dockerfile, detection.context, detection.defaults.port) == (path, ".", 7000)
    assert not detection.fatal


def test_of_several_dockerfiles_with_names_of_their_own_none_is_taken() -> None:
    detection = detected({**RUST, "docker/Dockerfile.debian": IMAGE, "docker/Dockerfile.alpine": IMAGE})

    assert detection.fatal[0].what == "there are several Dockerfiles, and nothing says which one is the app's"
    assert detection.fatal[0].fix == 'name it: [build] dockerfile = "docker/Dockerfile.alpine"'


def test_a_blank_line_within_an_instruction_does_not_end_it() -> None:
    found = dockerfile_text.parse(b"FROM node\nRUN npm ci \\\n\n  && npm run build\n")

    assert [(item.name, item.rest, item.line) for item in found[1:]] == [("RUN", "npm ci && npm run build", 2)]


@pytest.mark.parametrize(
    ("command", "fatal"), [("while true; do sleep 60; done", True), ("while true; do python3 main.py; done", False)]
)
def test_a_loop_that_starts_the_app_anew_is_not_idle(command: str, fatal: bool) -> None:
    detection = detected({"Dockerfile": f"FROM company/base:1\nCMD {command}\n"})

    assert bool(detection.fatal) is fatal
