# Everything sets itself up: .venv is made with pip, and made anew when a pyproject.toml changes.
#
#   make test            every test that CI runs, after the linters; ARGS="-k undo" for some
#   make check           the fast part: format, lint, types, floors, unit tests
#   make demo            the story of the hub at a terminal; ARGS go to `kamsync demo`
#   make bench           kamsync beside others on the same pages; ARGS go to the benchmark
#   make mutants         every small change to the pure core, of which tests must notice each; hours
#   make coverage        fails if the tests of the pure core leave one of its branches out
#   make dev             .venv with the core, every member and all tools
#   make PYTHON=python3.13 …   with another Python

PYTHON ?= python3
WORKERS ?= 2
ARGS ?=

VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
MEMBERS := $(wildcard connectors/*/pyproject.toml plugins/*/pyproject.toml)
CODE := kamsync $(wildcard connectors/*/kamsync_* plugins/*/kamsync_*)

# A double -q leaves pip its errors and takes its warnings.
PIP := $(BIN)/python -m pip install -qq --disable-pip-version-check --root-user-action=ignore

.PHONY: help dev lint check test demo bench mutants coverage

help:
	@sed -n 's/^#   //p' Makefile

dev: $(READY)

lint: $(READY)
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy $(CODE)
	$(BIN)/lint-imports --no-logo

check: lint
	$(BIN)/python -m pytest -q -n $(WORKERS) --dist worksteal -m "not slow" $(ARGS)

# Part of the tests takes only part of the branches.
test: lint $(if $(ARGS),,coverage)
	$(BIN)/python -m pytest -n $(WORKERS) --dist worksteal $(ARGS)

demo: $(READY)
	@$(BIN)/kamsync demo $(ARGS)

bench: $(VENV)/.bench
	$(BIN)/python tests/bench $(ARGS)

# What is decided without looking at anything outside: see [tool.mutmut] in pyproject.toml.
PURE := guards identity mapping merge plan policy
# Those of which the tests take every branch.
COVERED := $(PURE)

mutants: $(READY)
	$(BIN)/mutmut run --max-children $(WORKERS) $(ARGS)
	$(BIN)/mutmut results

# Without what draws its examples, so that luck never decides whether it fails.
coverage: $(READY)
	$(BIN)/python -m pytest -q -n $(WORKERS) -m "not hypothesis" $(COVERED:%=tests/%) --cov-branch \
		$(COVERED:%=--cov=kamsync.%) --cov-fail-under=100 --cov-report=term-missing:skip-covered

# flit_core first, so that no member needs a build environment of its own: that is most of the time.
$(READY): pyproject.toml requirements-dev.txt $(MEMBERS) | $(BIN)/python
	@echo "Setting up $(VENV); this takes about a minute the first time."
	@$(PIP) "flit_core>=3.9"
	@$(PIP) --no-build-isolation -r requirements-dev.txt
	@touch $@

# What kamsync is measured beside is no part of it, and is installed by nothing else.
$(VENV)/.bench: tests/bench/requirements.txt $(READY)
	@$(PIP) -r tests/bench/requirements.txt
	@touch $@

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
		echo "kamsync needs Python 3.11 or newer; $(PYTHON) is not. Try: make PYTHON=python3.12 $(MAKECMDGOALS)" >&2; \
		exit 1; }
	@$(PYTHON) -m venv $(VENV) || { \
		rm -rf $(VENV); \
		echo "$(PYTHON) could not make $(VENV). On Debian and Ubuntu: apt-get install python3-venv" >&2; \
		exit 1; }
