# The project's commands. `make` alone lists them.
PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
READY  := $(VENV)/.ready

# What takes a core each; the machine's own number is a fair default.
WORKERS ?= 2

.DEFAULT_GOAL := help
.PHONY: help up down images test test-fast test-long coverage lint format crds sdk-table sdk-sync vendor bench bench-api bench-operator docs lock

help: ## List the commands
	@awk 'BEGIN {FS = ":.*## "} /^[a-z-]+:.*## / {printf "  make %-10s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

$(READY): requirements/dev.txt pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed; name one: make PYTHON=/path/to/python3.11 …")'
	@echo "Installing the Python dependencies into $(VENV) …"
	@$(PYTHON) -m venv $(VENV) || { echo "Could not make a virtual environment; on Debian: apt-get install python3-venv" >&2; exit 1; }
	@if command -v uv >/dev/null; then \
	  uv pip install --quiet --python $(BIN)/python --require-hashes -r requirements/dev.txt && \
	  uv pip install --quiet --python $(BIN)/python --no-deps --no-build-isolation --editable . ; \
	else \
	  $(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements/dev.txt && \
	  $(BIN)/pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable . ; \
	fi
	@touch $@

up: $(READY) ## From a fresh clone to a running system, with an example backpack
	@$(BIN)/backpack-dev up

down: $(READY) ## Remove the cluster and all that it left on the machine
	@$(BIN)/backpack-dev down

images: $(READY) ## Build every container image
	@$(BIN)/backpack-images build

test: $(READY) ## Every test that this machine can run
	@$(BIN)/backpack-dev prepare-tests
	$(BIN)/pytest tests -n $(WORKERS) --dist loadgroup -m "not long"
	$(BIN)/pytest e2e -m "not long"

test-fast: $(READY) ## The tests that need no cluster
	@$(BIN)/backpack-dev prepare-tests
	$(BIN)/pytest tests -n $(WORKERS) --dist loadgroup -m "not long"

test-long: $(READY) ## `make test` and the tests that take minutes each
	@$(BIN)/backpack-dev prepare-tests
	$(BIN)/pytest tests -n $(WORKERS) --dist loadgroup
	$(BIN)/pytest e2e

coverage: $(READY) ## Which lines of the core API its tests leave out
	@$(BIN)/backpack-dev prepare-tests
	$(BIN)/coverage erase
	-$(BIN)/coverage run -m pytest tests/core_api -n $(WORKERS) --dist loadgroup -m "not long"
	$(BIN)/coverage combine --quiet
	$(BIN)/coverage report

lint: $(READY) ## Style, types, layers, the chart
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/backpack-dev lint-chart
	$(BIN)/backpack-dev lint-sdk

format: $(READY) ## Put the Python code into the project's form
	$(BIN)/ruff check --fix-only --quiet .
	$(BIN)/ruff format --quiet .

vendor: $(READY) ## Fetch the scripts that the dashboard's pages load
	@$(BIN)/backpack-dev vendor

crds: $(READY) ## Give the chart the definitions of crds/, and docs/ their reference
	@$(BIN)/backpack-dev copy-crds

sdk-table: $(READY) ## Make the table of docs/sdk.md from the SDKs' cases
	@$(BIN)/backpack-dev sdk-table

sdk-sync: $(READY) ## Make the types of the Python SDK's synchronous face
	@$(BIN)/backpack-dev sdk-sync

bench: $(READY) ## Measure the running system
	$(BIN)/python -m bench

$(VENV)/.bench: $(READY) requirements/bench.txt
	@if command -v uv >/dev/null; then \
	  uv pip install --quiet --python $(BIN)/python --require-hashes -r requirements/bench.txt ; \
	else \
	  $(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements/bench.txt ; \
	fi
	@touch $@

bench-api: $(VENV)/.bench ## Measure the core API beside its peers (BENCH="--quick")
	$(BIN)/python -m bench.api --write $(BENCH)

bench-operator: $(READY) ## Measure the operator beside the bare API server (BENCH="--quick")
	$(BIN)/python -m bench.operator --write $(BENCH)

docs: $(READY) ## Build the documentation into site/, failing on a broken link
	$(BIN)/mkdocs build --strict --quiet
	@echo "Built: site/architecture.html is where to begin."

lock: ## Pin the dependencies anew, with hashes (needs uv)
	@for extra in api operator dashboard dev bench; do \
	  uv pip compile --quiet --generate-hashes --python-version 3.11 --no-header --no-annotate \
	    --no-emit-index-url --extra $$extra pyproject.toml --output-file requirements/$$extra.txt; done
