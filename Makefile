# What people type; `make` alone lists it. Nothing here reaches the network while the stamps in .venv are fresh.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check
RUN_STAMP := $(VENV)/.run-installed
DEV_STAMP := $(VENV)/.dev-installed
ARGS ?=
BENCHES := lead_command capture start geo offers matching liquidity gate sends home

# Unset, the port is what .env says, else 8000.
ifdef PORT
export PORT
endif

.DEFAULT_GOAL := help
.PHONY: help run test check cover bench chaos fmt

help: ## List the targets
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-7s %s\n", $$1, $$2 }' $(firstword $(MAKEFILE_LIST))
	@echo
	@echo "  make run PORT=9000           another port than 8000"
	@echo "  make run PYTHON=python3.12   another interpreter (3.11 or later) for a new $(VENV)"
	@echo "  make test ARGS='-k offer'    more arguments for pytest"

run: $(RUN_STAMP) ## Start Valhalla; without Slack's tokens it brings its own sandbox
	@$(BIN)/python -m bot run

test: $(DEV_STAMP) ## Run the tests
	$(BIN)/python -m pytest $(ARGS)

check: $(DEV_STAMP) ## Look at formatting, lint, types and the directions of imports
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

cover: $(DEV_STAMP) ## Prove that the tests of the domain take every branch of it
	$(BIN)/python -m pytest -q tests/domain --cov=domain --cov-branch --cov-fail-under=100 $(ARGS)

bench: $(DEV_STAMP) ## Measure what the README quotes
	@set -e; for name in $(BENCHES); do echo "== $$name"; $(BIN)/python -m bench.$$name; done

chaos: $(DEV_STAMP) ## Kill workers 200 times while 10,000 sends are due; judged by the provider's own log
	$(BIN)/python -m tests.chaos.run --kills 200 --sends 10000 $(ARGS)

fmt: $(DEV_STAMP) ## Format the code and fix what needs no thought
	$(BIN)/ruff check --fix-only .
	$(BIN)/ruff format .

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
		|| { echo "Valhalla needs Python 3.11 or later: make run PYTHON=python3.11"; exit 1; }
	@$(PYTHON) -m venv $(VENV) \
		|| { rm -rf $(VENV); echo "No virtual environment: on Debian and Ubuntu, apt-get install python3-venv"; exit 1; }

$(RUN_STAMP): requirements/run.txt pyproject.toml | $(BIN)/python
	@echo "Installing what Valhalla needs into $(VENV), once ..."
	@$(PIP) install --quiet -r requirements/run.txt
	@$(PIP) install --quiet --no-deps --no-build-isolation --editable .
	@touch $@

$(DEV_STAMP): requirements/dev.txt requirements/run.txt pyproject.toml | $(BIN)/python
	@echo "Installing what the checks need into $(VENV), once ..."
	@$(PIP) install --quiet -r requirements/dev.txt
	@$(PIP) install --quiet --no-deps --no-build-isolation --editable .
	@touch $@ $(RUN_STAMP)
