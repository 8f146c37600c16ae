"""What a Dockerfile needs from outside, and where its instructions begin and end."""

from fairway.domain import dockerfile


def test_continuations_and_comments_between_them_belong_to_one_instruction() -> None:
    text = "FROM a\nRUN one && \\\n  # why\n\n  two\nCMD x\n"

    found = dockerfile.parse(text)

    assert [(item.keyword, item.start, item.end) for item in found] == [("FROM", 0, 1), ("RUN", 1, 5), ("CMD", 5, 6)]
    assert found[1].value == "one &&   two"


def test_the_escape_directive_changes_what_continues_a_line() -> None:
    text = "# escape=`\nFROM a\nRUN dir C:\\\nRUN one `\n two\n"

    assert [item.value for item in dockerfile.parse(text)] == ["a", "dir C:\\", "one  two"]


def test_a_heredoc_is_not_read_as_instructions() -> None:
    text = 'FROM a\nRUN <<EOF cat <<-"END" > /x\nFROM b\nEOF\nRUN c\n\tEND\nCMD x\n'

    assert [item.keyword for item in dockerfile.parse(text)] == ["FROM", "RUN", "CMD"]


def test_a_quoted_heredoc_sign_opens_none() -> None:
    text = 'FROM a\nRUN echo "<<EOF" <<<word\nCMD x\n'

    assert [item.keyword for item in dockerfile.parse(text)] == ["FROM", "RUN", "CMD"]


def test_references_are_the_images_from_outside_with_arguments_filled_in() -> None:
    text = """# syntax=docker/dockerfile:1
ARG NODE=20
ARG VARIANT
FROM --platform=$BUILDPLATFORM node:${NODE}${VARIANT:+-$VARIANT} AS Deps
FROM deps AS build
COPY --from=registry.example.com/acme/tool:1 /tool /tool
RUN --mount=type=bind,from=golang:1.22,target=/go true
FROM scratch
COPY --from=build /app /app
COPY --from=0 /x /x
"""

    assert dockerfile.references(text, {"NODE": "22"}) == ("registry.example.com/acme/tool:1", "golang:1.22", "node:22")
    assert dockerfile.references(text, {"VARIANT": "slim"}, "deps") == ("node:20-slim",)


def test_a_stage_that_the_target_does_not_use_needs_nothing() -> None:
    text = "FROM a AS dev\nFROM b AS production\nRUN x\n"

    assert dockerfile.references(text, {}) == ("b",)
    assert dockerfile.references(text, {}, "dev") == ("a",)


def test_defaults_of_arguments_may_use_earlier_ones() -> None:
    text = 'ARG MAJOR=22\nARG TAG="${MAJOR}-slim"\nFROM node:$TAG\n'

    assert dockerfile.references(text, {}) == ("node:22-slim",)


PER_PLATFORM = """\
ARG RUNNER=debian:12
FROM rust:1 AS build-amd64
FROM rust:1-arm AS build-arm64
FROM ${RUNNER} AS runner-linux-amd64
COPY --from=build-amd64 /shop /
FROM ${RUNNER} AS runner-linux-arm64
COPY --from=build-arm64 /shop /
FROM runner-${TARGETOS}-${TARGETARCH}
CMD shop
"""
MACHINES = {"x86_64": ("debian:12", "rust:1"), "aarch64": ("debian:12", "rust:1-arm")}


def test_a_stage_that_is_named_for_the_platform_is_that_of_the_machine() -> None:
    found = {machine: dockerfile.references(PER_PLATFORM, dockerfile.automatic(machine)) for machine in MACHINES}

    assert found == MACHINES
