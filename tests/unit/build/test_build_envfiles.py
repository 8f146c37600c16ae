"""Which env files an image would hold."""

from pathlib import Path

import pytest

from fairway.build import envfiles, plan
from fairway.build.plan import Generated
from fairway.domain.app import Build


@pytest.fixture
def context(tmp_path: Path) -> Path:
    (tmp_path / "api").mkdir()
    (tmp_path / "node_modules/x").mkdir(parents=True)
    for name in (".env", ".env.production", ".env.example", "api/.env", "node_modules/x/.env", "server.js"):
        (tmp_path / name).write_text("A=1\n")
    return tmp_path


@pytest.mark.parametrize(
    ("copy", "ignore", "carried"),
    [
        ("COPY . .", "", [".env", ".env.production", "api/.env"]),
        ("COPY --chown=node:node ./ /app/", "", [".env", ".env.production", "api/.env"]),
        ("COPY . .", ".env\n", [".env.production", "api/.env"]),
        ("COPY . .", "**/.env*\n", []),
        ("COPY . .", "*\n!server.js\n", []),
        ("COPY . .", ".env*\n!.env.production\n", [".env.production", "api/.env"]),
        ("COPY api /app", "", ["api/.env"]),
        ('COPY ["api/", "/app"]', "", ["api/.env"]),
        ("COPY .env* /app/", "", [".env", ".env.production"]),
        ("ADD .env.production /app/.env", "", [".env.production"]),
        ("COPY package.json server.js ./", "", []),
        ("COPY --from=build . .", "", []),
    ],
)
def test_what_is_copied_and_not_kept_out_is_named(context: Path, copy: str, ignore: str, carried: list[str]) -> None:
    assert envfiles.carried(f"FROM node:22\n{copy}\n", context, ignore) == carried


def test_a_generated_dockerfile_takes_none_whatever_the_repository_keeps_out(context: Path) -> None:
    (context / ".dockerignore").write_text("docs\n!.env\n")
    generated = Generated(dockerfile="FROM node:22\nCOPY . .\n", context=".", ignore="unused")

    made = plan.make(Build(), context, lambda checkout, build: generated)

    assert made.ignore is not None and made.ignore.startswith("docs\n!.env\n")
    assert envfiles.carried(made.text, context, made.ignore) == []
