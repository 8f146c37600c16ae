"""A private CA in the RUN instructions of somebody else's Dockerfile."""

from fairway.domain import dockerfile, trust


def test_every_run_gets_the_mount_and_every_stage_the_variables() -> None:
    text = 'FROM a AS one\nRUN npm ci\nFROM b\nrun ["npm", "ci"]\nRUN --mount=type=cache,target=/c \\\n  x\n'

    derived = trust.derive(text)

    runs = [item.value for item in dockerfile.parse(derived.text) if item.keyword == "RUN"]
    assert [run.startswith(trust.MOUNT) for run in runs] == [True, True, True]
    assert runs[1].endswith('["npm", "ci"]')
    assert derived.text.count("ARG NODE_EXTRA_CA_CERTS=/run/secrets/fairway-ca.crt") == 2
    assert trust.undo(derived.text.splitlines()[1 + len(trust.VARIABLES)]) == "RUN npm ci"


def test_heredocs_and_onbuild_are_left_as_they_are() -> None:
    text = "FROM a\nRUN <<EOF\nRUN not an instruction\nEOF\nONBUILD RUN npm ci\n"

    lines = trust.derive(text).text.splitlines()

    assert f"RUN {trust.MOUNT} <<EOF" in lines
    assert "RUN not an instruction" in lines
    assert "ONBUILD RUN npm ci" in lines


def test_a_dockerfile_that_mounts_the_secret_itself_is_not_changed() -> None:
    text = "FROM a\nRUN --mount=type=secret,id=ca,target=/x npm ci\nRUN y\n"

    assert trust.derive(text).text == text


def test_a_line_number_is_told_as_the_author_knows_it() -> None:
    derived = trust.derive("FROM a\nRUN x\nFOO y\n")

    number = derived.text.splitlines().index("FOO y") + 1

    assert derived.original(number) == 3


def test_taking_the_syntax_line_away_keeps_the_escape_directive_and_the_line_numbers() -> None:
    text = "# syntax=docker/dockerfile:1\n# escape=`\nFROM a\n"

    result = trust.without_syntax(text)

    assert dockerfile.directives(result) == {"escape": "`"}
    assert result.splitlines().index("FROM a") == text.splitlines().index("FROM a")
