# up, test and bench are all a newcomer needs; each makes what it stands on.
PYTHON ?= python3
BIN := .venv/bin
PKGOPS := $(BIN)/pkgops
UV := $(BIN)/uv
# Processes that run tests, as tests/scheduling.py says: one more than cores, because whole systems wait a lot.
WORKERS ?= 3
PYTEST := $(BIN)/pytest -n $(WORKERS)
SOURCES := pkgops templates handlers companions tests docs/reference/kit/examples
COMPILE := $(UV) pip compile --quiet --generate-hashes --universal --python-version 3.11 --no-header --no-annotate --no-emit-index-url

.PHONY: help up down test suite check unit browser e2e second-engine bench screenshot goldens docs pins format clean
.DEFAULT_GOAL := help

help: ## What can be made
	@awk -F ':.*## ' '/^[a-z0-9-]+:.*## /{printf "  make %-13s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

up: .venv/.local ## PkgWatch on the embedded emulator: installed, deployed, seeded
	$(PKGOPS) deploy --stage local --yes
	$(PKGOPS) seed-dev --stage local

down: .venv/.local ## Stop the emulator; its state is kept
	$(PKGOPS) local down

# Side by side, as types are checked by one core; each is told to its end, and what has failed is named last.
test: .venv/.dev ## Everything CI runs
	$(MAKE) --no-print-directory --jobs=2 --keep-going check suite

# Without what this make was asked: some tests run one of their own.
suite: .venv/.dev ## Every test
	MAKEFLAGS= $(PYTEST)

check: .venv/.dev ## Format, lint, types, import rules
	$(BIN)/ruff format --check $(SOURCES)
	$(BIN)/ruff check $(SOURCES)
	$(BIN)/mypy
	$(BIN)/lint-imports

unit: .venv/.dev ## Every test but those of whole systems
	$(PYTEST) -m "not e2e"

browser: .venv/.dev ## Pages in a real browser
	$(PYTEST) -m browser

e2e: .venv/.dev ## Whole systems on the emulator
	$(PYTEST) -m e2e

second-engine: .venv/.second-engine ## What others say: moto deploys, checkov and parliament read; not part of test
	$(BIN)/pytest -q -p no:xdist -m second_engine tests/second_engine

bench: .venv/.dev ## The benchmark table; PEERS=1: what other tools take for the same stacks
	$(BIN)/python -m tests.bench$(if $(PEERS),.peers)

screenshot: .venv/.dev ## The README's picture of the console, with Kefir on the embedded emulator
	$(PKGOPS) deploy kefir --stage local --yes
	$(BIN)/python -m tests.screenshot

goldens: .venv/.dev ## Rewrite the golden templates; the diff is what changes in AWS
	$(BIN)/pytest -q tests/templates/test_golden.py --update-golden

docs: .venv/.dev ## Rewrite the generated reference, the OpenAPI documents and the rules of resource types
	$(BIN)/python -m pkgops.cli.reference
	$(BIN)/pytest -q tests/pkgops/test_resource_types.py --update-golden
	$(BIN)/pytest -q tests/templates/test_openapi.py --update-golden

pins: .venv/.dev ## Resolve all requirements again
	$(COMPILE) setup.cfg --extra console --extra graph --extra local --extra pkgwatch --extra redis -o requirements/local.txt
	$(COMPILE) setup.cfg --extra dev -o requirements/dev.txt
	$(COMPILE) requirements/second-engine.in -o requirements/second-engine.txt
	$(COMPILE) handlers/requirements.in -o handlers/requirements.txt

format: .venv/.dev ## Format everything
	$(BIN)/ruff format $(SOURCES)
	$(BIN)/ruff check --fix $(SOURCES)

clean: ## Remove what can be made again; stops the emulator first
	-test ! -x $(PKGOPS) || $(PKGOPS) local down
	rm -rf .venv .pkgops .mypy_cache .ruff_cache .pytest_cache .hypothesis *.egg-info

# compat mode: a plain path entry; the finder setuptools installs by default costs every start 10 ms.
.venv/.local: .venv/.uv requirements/local.txt setup.cfg
	$(UV) pip install --quiet --python $(BIN)/python --require-hashes -r requirements/local.txt
	$(UV) pip install --quiet --python $(BIN)/python --no-deps --config-setting editable_mode=compat -e .
	touch $@

.venv/.dev: .venv/.local requirements/dev.txt
	$(UV) pip install --quiet --python $(BIN)/python --require-hashes -r requirements/dev.txt
	touch $@

# An environment of its own: these programs pin other versions of what the tool uses.
.venv/.second-engine: .venv/.dev requirements/second-engine.txt
	test -x .venv/second-engine/bin/python || $(UV) venv --quiet --python $(BIN)/python .venv/second-engine
	$(UV) pip install --quiet --python .venv/second-engine/bin/python --require-hashes -r requirements/second-engine.txt
	touch $@

# By the pip that Python has, as another one takes seconds to unpack; by one of its own where there is none, or an old one.
.venv/.uv: requirements/uv.txt
	$(PYTHON) -c 'import sys; sys.exit("Python 3.11 or newer is needed; name one with: make PYTHON=...") if sys.version_info < (3, 11) else 0'
	test -x $(BIN)/python || $(PYTHON) -m venv --without-pip .venv
	$(PYTHON) -m pip --python $(BIN)/python install --quiet --disable-pip-version-check --require-hashes -r requirements/uv.txt 2>/dev/null \
		|| { $(BIN)/python -m ensurepip >/dev/null && \
		$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/uv.txt; }
	touch $@
