# `make help` lists the targets. Every target sets up what it needs; the second run takes seconds.
.DEFAULT_GOAL := help
.PHONY: help setup environment demo static check first second fast slow test examples templates stories exhaustive lock bench clean
BIN := .venv/bin
# Without compiled files each command and each server that a test starts compiles all modules anew: a second for a server.
export PYTHONDONTWRITEBYTECODE :=
FAST := tests/unit tests/property tests/golden tests/architecture
SLOW := tests/fault tests/scenarios tests/integration tests/contract

help: ## list the targets
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):.*## (.*)/  make \1\t\2/' | expand -t 20

environment:
	@scripts/setup.sh --python-only

setup: ## the virtual environment, the system's packages, Docker, a base image
	@scripts/setup.sh

demo: setup ## the whole story on a sample backend
	@$(BIN)/fairway demo

static: environment
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python docs/generate.py --check

# Before every commit: a tenth of the examples of each property (tests/support/examples.py), in two processes with some
# half of the time each. pytest-xdist would collect all tests in three, and take as long for most of them as they do.
QUICK := FAIRWAY_TEST_EXAMPLES=10 $(BIN)/python -m pytest -q -p no:xdist -m "not lengthy"
check: environment ## format, lint, types, import contracts, unit tests, documentation: about a minute on 2 cores
	@$(MAKE) --no-print-directory --jobs 2 --output-sync=target static first second

first: environment
	$(QUICK) tests/property tests/unit/[bc]*

second: environment
	$(QUICK) -o cache_dir=.pytest_cache/second tests/architecture tests/golden tests/unit/[ad-z]*

# CI takes all examples at once (.ci/run).
fast: environment
	FAIRWAY_TEST_EXAMPLES=$${FAIRWAY_TEST_EXAMPLES:-10} $(BIN)/python -m pytest -q $(FAST) -n 2

# Each of the following runs on when what stands before it has failed, if make is told --keep-going, as CI tells it.
# They wait more than they work (health checks, drains, bake times), so four at a time on two cores, the longest first (tests/conftest.py).
WAITING := --dist loadfile --no-loadscope-reorder --durations 15
slow: setup
	$(BIN)/python -m pytest -q $(SLOW) -m "not exhaustive" -n 4 $(WAITING)

test: setup static fast slow ## one of each kind, with real Docker, HAProxy, registry, PostgreSQL and git: about ten minutes on 2 cores

# cfn-lint and checkov work all the time, one template for each core; the stories share a server for each file, and wait.
# Each story builds and starts much, so that four at once were late for each other's time limits.
TEMPLATES := tests/integration/cloudformation
templates: setup
	$(BIN)/python -m pytest -q $(TEMPLATES) -m exhaustive -n 2

stories: setup
	$(BIN)/python -m pytest -q $(SLOW) -m exhaustive --ignore $(TEMPLATES) -n 3 $(WAITING)

examples: setup
	$(BIN)/python -m pytest -q $(FAST) -n 2

exhaustive: examples templates stories ## what `make test` has a sample of: all examples, the other stories, the templates for AWS

bench: setup ## the figures that the README quotes
	@command -v wrk >/dev/null || { apt-get update -qq && apt-get install -qq -y --no-install-recommends wrk; }
	@for script in push_to_live replacement scale_out rolling_update scaling reconcile proxy server no_failed_request executor resume contract redaction vault sqlite backup rehearsal guard random_kills synthesis; do PYTHONPATH=tests $(BIN)/python bench/$$script.py || exit 1; done

lock: environment ## pin the dependencies again, with their hashes
	$(BIN)/pip-compile --quiet --generate-hashes --allow-unsafe --strip-extras --no-emit-index-url --no-emit-find-links \
		--no-emit-trusted-host --no-header --no-annotate --extra dev -o requirements.lock pyproject.toml
	$(BIN)/pip-compile --quiet --generate-hashes --allow-unsafe --strip-extras --no-emit-index-url --no-emit-find-links \
		--no-emit-trusted-host --no-header --no-annotate -o requirements-checkov.lock requirements-checkov.in
	$(BIN)/pip-compile --quiet --generate-hashes --allow-unsafe --strip-extras --no-emit-index-url --no-emit-find-links \
		--no-emit-trusted-host --no-header --no-annotate -o requirements-acme2certifier.lock requirements-acme2certifier.in

clean: ## remove what make made: the demo, the virtual environment, caches
	-@[ ! -x $(BIN)/fairway ] || $(BIN)/fairway demo --clean
	rm -rf .venv .cache .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache build dist
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
