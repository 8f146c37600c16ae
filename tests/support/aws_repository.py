"""A small repository with a fairway.toml for AWS, for tests of the commands `fairway aws`."""

import subprocess
from pathlib import Path

MANIFEST = """
app = "shop"

[services.web]
port = 3000

[aws]
region = "eu-central-1"
repository = { provider = "github", name = "acme/shop" }

[environments.production]
env_file = ".env.production"
"""
SECRET = "sk_live_very_secret"


def make(top: Path, *, manifest: str = MANIFEST, remote: str | None = None) -> Path:
    """The repository at `top`: a server in JavaScript that needs STRIPE_KEY, its env file ignored by git."""
    top.mkdir(exist_ok=True)
    (top / "fairway.toml").write_text(manifest, encoding="utf-8")
    (top / "package.json").write_text('{"name": "shop", "scripts": {"start": "node server.js"}}', encoding="utf-8")
    (top / "server.js").write_text(
        'if (!process.env.STRIPE_KEY) throw new Error("STRIPE_KEY is missing")\n', encoding="utf-8"
    )
    (top / ".gitignore").write_text(".env*\n", encoding="utf-8")
    git(top, "init", "-q")
    if remote is not None:
        git(top, "remote", "add", "origin", remote)
    git(top, "add", "-A")
    return top


def write_env(top: Path, text: str = f"STRIPE_KEY={SECRET}\n") -> None:
    """The env file of production."""
    (top / ".env.production").write_text(text, encoding="utf-8")


def git(top: Path, *arguments: str) -> None:
    """Call git there."""
    subprocess.run(["git", *arguments], cwd=top, check=True, capture_output=True)
