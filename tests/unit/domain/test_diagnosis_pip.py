"""What pip, poetry, uv and apt print, and the cause that it gives."""

import pytest

from fairway.domain import diagnosis_build

PG = "Error: pg_config executable not found."


@pytest.mark.parametrize(
    ("lines", "sentence", "fix"),
    [
        (
            [
                "ERROR: Could not find a version that satisfies …",
                "ERROR: No matching distribution found for fastapi==0.9",
            ],
            "pip finds no fastapi==0.9: there is no such package or version",
            "correct its name",
        ),
        (
            [
                "ERROR: Ignored the following versions that …: 6.0 Requires-Python >=3.12",
                "ERROR: No matching distribution found for Django==6.0",
            ],
            "no Django==6.0 runs on the image's Python: one that was left out wants Python >=3.12",
            ".python-version",
        ),
        (
            [
                "Collecting flask==1",
                "Collecting oldpackage==1.0 (from -r requirements.txt (line 3))",
                "  × Getting requirements to build wheel did not run successfully.",
                "      ImportError: cannot import name 'Feature' from 'setuptools'",
                "note: This error originates from a subprocess, and is likely not a problem with pip.",
            ],
            "oldpackage==1.0 can't be built on the image's Python: its own build script fails",
            "take a newer version",
        ),
        (
            ["Collecting psycopg2==2.9.3", PG, "× Getting requirements to build wheel did not run successfully."],
            "psycopg2==2.9.3 has no wheel for the image's Python, and compiling it needs the program pg_config",
            "psycopg2-binary",
        ),
        (
            ["× python setup.py egg_info did not run successfully.", "KeyError: 'x'"],
            "a package can't be built on the image's Python",
            ".python-version",
        ),
        (
            [PG, "  ERROR: Failed building wheel for psycopg2"],
            "compiling it needs the program pg_config (Debian's libpq-dev)",
            "psycopg2-binary",
        ),
        (
            ["x.c: fatal error: Python.h: No such file or directory", "ERROR: Failed to build 'uwsgi' when …"],
            "compiling it needs the header Python.h (Debian's python3-dev)",
            "take a version that has a wheel",
        ),
        (
            ["error: command 'gcc' failed: No such file or directory", "ERROR: Failed building wheel for netifaces"],
            "compiling it needs the program gcc",
            "Dockerfile",
        ),
        (
            ["KeyError: 'x'", "ERROR: Failed building wheel for PyYAML"],
            "PyYAML has no wheel for the image's Python, and compiling it failed",
            "older Python",
        ),
        (
            [
                "ERROR: Cannot install a==1 and b==2 because these package versions have conflicting dependencies.",
                "ERROR: ResolutionImpossible: for help visit …",
            ],
            "the requirements contradict each other: a==1 and b==2",
            "loosen",
        ),
        (["ERROR: THESE PACKAGES DO NOT MATCH THE HASHES FROM THE REQUIREMENTS FILE."], "not the one", "hashes anew"),
        (
            ["ERROR: Could not open requirements file: [Errno 2] No such file or directory: 'base.txt'"],
            "the requirements include base.txt",
            "COPY it",
        ),
        (["pyproject.toml changed significantly since poetry.lock was last generated."], "poetry.lock", "poetry lock"),
        (["error: The lockfile at `uv.lock` needs to be updated, but `--locked`"], "uv.lock", "uv lock"),
        (["E: Unable to locate package netcaat"], "Debian has no package netcaat", "base image"),
        (["E: Package 'netcat' has no installation candidate"], "Debian has no package netcat", "netcat-openbsd"),
        (
            ["django.core.exceptions.ImproperlyConfigured: Set the DATABASE_URL environment variable"],
            "Django's settings can't be read in the build: Set the DATABASE_URL",
            "a build has none",
        ),
    ],
)
def test_what_the_installer_prints_gives_the_cause(lines: list[str], sentence: str, fix: str) -> None:
    finding = diagnosis_build.read(lines)

    assert finding is not None
    assert sentence in finding.sentence
    assert fix in finding.fix


def test_the_error_of_a_packages_own_build_script_is_shown_and_not_pips_remark() -> None:
    lines = [
        "× Preparing metadata (pyproject.toml) did not run successfully.",
        "    ModuleNotFoundError: No module named 'imp'",
        "note: This error originates from a subprocess, and is likely not a problem with pip.",
    ]

    found = diagnosis_build.read(lines)

    assert found is not None
    assert found.seen == "ModuleNotFoundError: No module named 'imp'"
