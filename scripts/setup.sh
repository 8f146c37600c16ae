#!/usr/bin/env bash
# From a bare Debian 12 (Python 3.11, git, make) to everything that the demo and the tests need. The second run only looks.
# Changes nothing outside this directory but what the packages install; elsewhere it says what is missing.
set -euo pipefail
cd "$(dirname "$0")/.."

say() { printf '%s\n' "$*" >&2; }
stop() { say "setup: $*"; exit 1; }

python=""
for candidate in python3 python3.13 python3.12 python3.11; do
    if "$candidate" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
        python=$candidate
        break
    fi
done
[ -n "$python" ] || stop "Python 3.11 or newer is missing. Debian, Ubuntu: apt-get install python3 python3-venv"
command -v git >/dev/null || stop "git is missing. Debian, Ubuntu: apt-get install git"

make_environment() {
    "$python" -m venv .venv >/dev/null 2>&1 && return
    rm -rf .venv
    if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
        say "Installing python3-venv"
        apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -qq -y --no-install-recommends python3-venv >/dev/null
        "$python" -m venv .venv
    else
        stop "Python's venv is missing. Debian, Ubuntu: sudo apt-get install python3-venv"
    fi
}

wanted=$(cat requirements.lock pyproject.toml | sha256sum | cut -d' ' -f1)
if [ ! -x .venv/bin/fairway ] || [ "$(cat .cache/environment 2>/dev/null)" != "$wanted" ]; then
    say "Making the virtual environment"
    [ -x .venv/bin/python ] || make_environment
    # The lock is complete, so nothing is resolved: older pips look past a pinned "coverage" for a "coverage[toml]".
    .venv/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes --no-deps -r requirements.lock
    .venv/bin/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
    mkdir -p .cache
    printf '%s\n' "$wanted" >.cache/environment
fi

[ "${1:-}" = "--python-only" ] || .venv/bin/fairway doctor --fix --base node:22-slim
