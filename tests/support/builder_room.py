"""What the tests of building and of registries share: the engine, and the names under which they leave nothing."""

import os

DOCKER_HOST = os.environ.get("DOCKER_HOST", "unix:///var/run/docker.sock")
OWNER = "t-builder"
BASE = "fairway/base:bookworm"
"""Debian's minimal root, which DockerBases makes by itself: the tests need no registry for it."""
NODE = "node:22-bookworm-slim"
