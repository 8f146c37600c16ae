"""What is read from BuildKit's plain progress, in the wordings of Engine 20.10 and of buildx."""

import pytest

from fairway.adapters.buildkit import failure, platforms
from fairway.adapters.buildkit.progress import Progress
from fairway.domain import trust
from fairway.errors import Unavailable, WorkFailed

OLD = """\
#1 [internal] load build definition from Dockerfile
#1 sha256:8958a4be61aed9230639fdedbc41d7b9e2d598fbf547680a54e48c9ccaa1009b
#1 DONE 0.0s

#4 [1/3] FROM docker.io/library/node:22
#4 CACHED

#5 [2/3] RUN npm ci
#6 [b 1/1] RUN make
#5 0.252 added 2 packages
#6 0.300 cc x.c
#5 DONE 3.1s

#7 [3/3] RUN npm test
#7 0.546 1 failing
#7 0.553 bye
#7 ERROR: executor failed running [/bin/sh -c npm test]: exit code: 7
#6 CANCELED
------
 > [3/3] RUN npm test:
#7 0.553 bye
------
executor failed running [/bin/sh -c npm test]: exit code: 7
"""
NEW = """\
#5 [2/2] RUN exit 7
#5 0.253 hello
#5 ERROR: process "/bin/sh -c exit 7" did not complete successfully: exit code: 7
------
 > [2/2] RUN exit 7:
0.253 hello
------
Dockerfile:2
--------------------
   1 |     FROM alpine
   2 | >>> RUN exit 7
--------------------
ERROR: failed to build: failed to solve: process "/bin/sh -c exit 7" did not complete successfully: exit code: 7

View build details: docker-desktop://dashboard/build/x
"""


def read(text: str) -> tuple[Progress, list[str]]:
    log: list[str] = []
    progress = Progress(log.append, trust.undo)
    for line in text.splitlines():
        progress.feed(line)
    return progress, log


def explain(text: str) -> WorkFailed:
    error = failure.explain(read(text)[0], 1)
    assert isinstance(error, WorkFailed)
    return error


def test_the_log_has_names_output_and_ends_and_nothing_internal() -> None:
    _, log = read(OLD)

    assert log == [
        "[1/3] FROM docker.io/library/node:22",
        "[1/3] cached",
        "[2/3] RUN npm ci",
        "[b 1/1] RUN make",
        "  added 2 packages",
        "  cc x.c",
        "[2/3] done 3.1s",
        "[3/3] RUN npm test",
        "  1 failing",
        "  bye",
        "[3/3] failed: executor failed running [/bin/sh -c npm test]: exit code: 7",
        "[b 1/1] canceled",
    ]


@pytest.mark.parametrize(
    ("text", "what", "tail"),
    [
        (OLD, "RUN npm test failed with exit code 7", ("1 failing", "bye")),
        (NEW, "RUN exit 7 failed with exit code 7", ("hello",)),
    ],
)
def test_the_failed_step_is_named_with_its_code_and_its_own_last_lines(
    text: str, what: str, tail: tuple[str, ...]
) -> None:
    error = explain(text)

    assert (error.what, error.log) == (what, tail)


def test_output_without_a_line_end_does_not_hide_the_steps_end() -> None:
    progress, log = read("#7 [4/4] RUN x\n#7 0.2 half a line#7 ERROR: executor failed running [x]: exit code: 3\n")

    assert "  half a line" in log
    assert progress.failed is not None and progress.failed.error.endswith("exit code: 3")


def test_a_step_that_was_only_cancelled_is_not_the_failed_one() -> None:
    text = "#5 [2/3] RUN a\n#6 [3/3] RUN b\n#5 ERROR: context canceled\n#6 ERROR: exit code: 2\n"

    assert explain(text).what == "RUN b failed with exit code 2"


@pytest.mark.parametrize(
    ("message", "why"),
    [
        ('failed to do request: Head "https://x/v2/": dial tcp: lookup x: no such host', "can't be reached"),
        ("docker.io/library/node:99: not found", "no such image or tag"),
        ("pull access denied, repository does not exist or may require authorization", "wants credentials"),
        ("unexpected status code: 429 Too Many Requests", "no more pulls"),
        ("no match for platform in manifest sha256:1f: not found", "not for this machine's processor"),
        ("no matching manifest for linux/amd64 in the manifest list entries", "not for this machine's processor"),
    ],
)
def test_a_base_image_that_cant_be_pulled_is_named_with_the_reason(message: str, why: str) -> None:
    error = explain(f"#3 [internal] load metadata for docker.io/library/node:99\n#3 ERROR: {message}\n")

    assert error.what == "the base image node:99 can't be pulled"
    assert why in error.why and error.hint


def test_a_dockerfile_that_insists_on_another_processor_is_told_so_and_not_to_check_the_network() -> None:
    progress, _ = read(
        "#3 [internal] load metadata for docker.io/library/node:22-slim\n#3 ERROR: dial tcp: lookup x: no such host\n"
    )
    text = "ARG A\nFROM --platform=linux/arm64 node:22-slim\n"

    error = failure.explain(progress, 1, foreign=lambda name: platforms.foreign(text, name, "x86_64"))

    assert error.hint == (
        "line 2 asks for linux/arm64, and this machine is linux/amd64: leave --platform out of that FROM"
    )


@pytest.mark.parametrize(
    ("text", "architecture"),
    [
        ("FROM node:22", "x86_64"),
        ("FROM --platform=linux/amd64 node:22", "x86_64"),
        ("FROM --platform=linux/arm64/v8 node:22", "aarch64"),
        ("FROM --platform=$BUILDPLATFORM node:22", "x86_64"),
        ("FROM --platform=linux/arm64 node:22", ""),
        ("FROM --platform=linux/arm64 node:20 AS old\nFROM node:22", "x86_64"),
        ("RUN tool --platform=linux/arm64", "x86_64"),
    ],
)
def test_a_dockerfile_that_suits_this_machine_insists_on_nothing(text: str, architecture: str) -> None:
    assert platforms.foreign(text, "node:22", architecture) == ""


@pytest.mark.parametrize("printed", ["", "#5 0.1 > app@1.0.0 build\n#5 0.1 > keystone build\n"])
def test_a_command_that_fails_and_says_nothing_is_told_as_such_with_what_to_do(printed: str) -> None:
    error = explain(f"#5 [2/2] RUN npm run build\n{printed}#5 ERROR: exit code: 1\n")

    assert error.what == "RUN npm run build failed with exit code 1"
    assert error.why == "it printed nothing that says why"
    assert "clean checkout" in error.hint


def test_what_the_command_printed_names_the_cause_and_the_command_stands_behind_it() -> None:
    text = "#5 [2/2] RUN npm run build\n#5 0.1 a.ts(1,2): error TS1005: x\n#5 0.2 npm notice\n#5 ERROR: exit code: 2\n"

    error = explain(text)

    assert error.what == "TypeScript does not compile: a.ts(1,2): error TS1005: x"
    assert error.why == "RUN npm run build failed with exit code 2"
    assert error.log == ("a.ts(1,2): error TS1005: x",)


@pytest.mark.parametrize(
    "recipe",
    [
        "RUN --mount=type=cache,id=a,target=/b     --mount=type=secret,id=ca,target=/c     "
        "if [ -s /run/ca ]; then export A=/b C=/d; fi;     npm ci --no-audit",
        "RUN --mount=type=secret,id=ca export NODE_ENV=production; if [ -s /a ]; then export A=/b; fi;     "
        "npm ci --no-audit &&     cd /app && mkdir /out && tar -cf - . | tar -xf - -C /out",
        "RUN if [ -s /a ]; then export A=/b; fi; node -e 'const fs=require(\"fs\");x()' package.json a/package.json && "
        "npm ci --no-audit",
    ],
)
def test_of_a_generated_instruction_only_its_own_command_is_shown(recipe: str) -> None:
    error = explain(f"#5 [2/2] {recipe}\n#5 ERROR: exit code: 3\n")

    assert error.what == "RUN npm ci --no-audit failed with exit code 3"


def test_a_full_disk_is_recognised_wherever_it_is_said() -> None:
    for text in (
        "#5 [2/2] RUN a\n#5 0.1 tar: x: Cannot write: No space left on device\n#5 ERROR: exit code: 2\n",
        "failed to solve: failed to copy files: write /x: no space left on device\n",
    ):
        assert explain(text).what == "the disk is full"


def test_a_file_that_the_commit_lacks_is_named() -> None:
    for message in ('"/a b.txt" not found: not found', 'failed to calculate checksum of ref x: "/a b.txt": not found'):
        error = explain(f"#6 [2/2] COPY x /x\n#6 ERROR: {message}\n")

        assert error.why == "the commit has no a b.txt"


@pytest.mark.parametrize(
    ("copied", "why"),
    [
        ("dist/shop shop", "the commit has no dist/shop"),
        ('["./dist/shop", "/x"]', "the commit has no dist/shop"),
        ("*.txt shop", "the commit has no dist"),
    ],
)
def test_a_file_whose_folder_the_commit_lacks_is_named_without_the_builders_own_paths(copied: str, why: str) -> None:
    missing = "failed to walk /lib/tmp/buildkit-mount12/dist: lstat /lib/tmp/buildkit-mount12/dist: no such file"

    error = explain(f"#6 [2/2] COPY {copied}\n#6 ERROR: {missing} or directory\n")

    assert error.why == why
    assert "commit the file" in error.hint


def test_a_file_that_dockerignore_keeps_out_is_not_called_missing() -> None:
    progress, _ = read('#6 [2/2] COPY config.json ./\n#6 ERROR: "/config.json" not found: not found\n')

    error = failure.explain(progress, 1, given=lambda name: name == "config.json")

    assert error.why == "the commit has config.json, but .dockerignore keeps it out of the build"
    assert "!config.json" in error.hint


def test_nobody_is_told_to_commit_a_file_of_secrets() -> None:
    error = explain('#6 [2/2] COPY .env ./\n#6 ERROR: "/.env" not found: not found\n')

    assert "commit" not in error.hint
    assert "fairway env import .env" in error.hint


@pytest.mark.parametrize(
    ("mount", "what"),
    [
        ("type=secret,id=npmrc,target=/x", "the secret npmrc"),
        ("target=/x,type=secret", "a secret"),
        ("type=ssh", "an SSH"),
    ],
)
def test_a_step_that_wants_a_secret_says_that_builds_get_none(mount: str, what: str) -> None:
    error = explain(f"#6 [2/2] RUN --mount={mount} npm ci\n#6 ERROR: exit code: 1\n")

    assert error.hint.startswith(f"this step asks for {what}")


def test_a_dockerfile_that_cant_be_read_names_the_authors_line() -> None:
    progress, _ = read("failed to solve: dockerfile parse error on line 10: unknown instruction: FOO\n")

    error = failure.explain(progress, 1, original=lambda line: line - 7)

    assert error.what == "the Dockerfile can't be read at line 3"


@pytest.mark.parametrize(
    "said",
    [
        "failed to solve with frontend dockerfile.v0: failed to create LLB definition: file with no instructions",
        "ERROR: failed to build: failed to solve: the Dockerfile (Dockerfile) cannot be empty",
    ],
)
def test_an_empty_dockerfile_is_told_with_what_to_do(said: str) -> None:
    error = explain(f"{said}\n")

    assert error.what == "the Dockerfile has no instructions"
    assert "remove it" in error.hint


@pytest.mark.parametrize(("word", "hint"), [("CMDD", "CMD may be meant"), ("HELLO", "inside of a heredoc")])
def test_a_word_that_is_no_instruction_is_guessed_at(word: str, hint: str) -> None:
    error = explain(f"failed to solve: dockerfile parse error on line 2: unknown instruction: {word}\n")

    assert hint in error.hint


def test_an_engine_that_is_gone_is_unavailable() -> None:
    progress, _ = read("ERROR: Cannot connect to the Docker daemon at unix:///x. Is the docker daemon running?\n")

    assert isinstance(failure.explain(progress, 1), Unavailable)


def test_the_mount_that_was_added_is_not_shown() -> None:
    _, log = read(f"#5 [2/2] RUN {trust.MOUNT} npm ci\n")

    assert log == ["[2/2] RUN npm ci"]
