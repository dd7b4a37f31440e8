# Aboveboard. `make help` says what there is. Needs Python 3.11 or newer, git and make.

PYTHON ?= python3
BIN := .venv/bin
RUN := $(BIN)/python
# Compiled modules are kept, though the machine says otherwise: to compile every test anew in each
# of a run's processes takes as long as hundreds of tests.
export PYTHONDONTWRITEBYTECODE :=
# One more than there are processors, where tests wait for other programs.
WORKERS ?= $(shell $(PYTHON) -c "import os; print((os.cpu_count() or 2) + 1)")
PYTEST := $(RUN) -m pytest -q --dist loadfile --no-loadscope-reorder
# In a run beside a longer one: what one of them waits for, the other uses.
BESIDE ?= $(shell $(PYTHON) -c "import os; print(os.cpu_count() or 2)")
# The files with such tests: to look for them through all files takes as long as many of them.
KILLED = $(shell grep -rl --include='test_*.py' 'mark\.crash' tests)

.DEFAULT_GOAL := help
.PHONY: help setup setup-dev demo quick test check unit database crash release browser bench fuzz soak mutants screens wheel lock contracts reference docs format clean

help: ## what there is
	@awk -F ':.*## ' '/^[a-z-]+:.*## /{printf "  make %-10s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

setup: ## virtual environment, locked packages, page assets
	@$(PYTHON) scripts/setup.py

setup-dev:
	@$(PYTHON) scripts/setup.py --dev

demo: setup ## play the whole story in ./demo-data, then serve it on 127.0.0.1:8000
	@$(BIN)/aboveboard demo --home demo-data

quick: setup-dev ## about a minute, for every save: pure rules, formats, house rules
	@$(MAKE) --no-print-directory format-check
	$(PYTEST) -n auto --quick

test: setup-dev ## every check, and every test but those of `make crash` and `make release`: SQLite, PostgreSQL, Chromium, nginx, Caddy
	@$(RUN) scripts/browsers.py
	@$(RUN) scripts/postgres.py
	@$(RUN) scripts/programs.py
	@$(MAKE) --no-print-directory -j2 format-check compiled
	@$(MAKE) --no-print-directory -j3 types on-sqlite on-postgres

check: setup-dev ## format, lint, types, which way imports point, house rules
	@$(MAKE) --no-print-directory format-check
	@$(MAKE) --no-print-directory -j2 types house

unit: setup-dev ## the tests on SQLite
	$(PYTEST) -n $(WORKERS) -m "not browser and not crash" --ignore tests/house

database: setup-dev ## the tests that a second database could fail, on PostgreSQL
	TEST_DATABASE=postgres $(PYTEST) -n $(WORKERS) -m "not browser and not crash"

crash: setup-dev ## what is killed at any moment, on both databases (KILLS=50 on PostgreSQL too); CI runs it after `make test`
	@$(MAKE) --no-print-directory -j2 crash-sqlite crash-postgres

release: setup-dev ## what takes longest, before a release: guides typed as they say, whole lives, upgrades; on both databases
	@$(RUN) scripts/browsers.py
	@$(RUN) scripts/postgres.py
	@$(RUN) scripts/programs.py
	$(PYTEST) -n $(WORKERS) -m release
	TEST_DATABASE=postgres $(PYTEST) -n $(WORKERS) -m release

browser: setup-dev ## the tests in Chromium; PHOTOGRAPHS=1 takes each page into .cache/screens/
	$(PYTEST) -n $(WORKERS) -m browser

.PHONY: format-check types house compiled on-sqlite on-postgres crash-sqlite crash-postgres
format-check:
	$(BIN)/ruff format --check --quiet .
	$(BIN)/ruff check --quiet .
	$(BIN)/djlint --check --lint --quiet src tests

types:
	$(RUN) scripts/typecheck.py

house:
	$(RUN) -m pytest tests/house -q

# Once, where nothing is compiled yet: each process of a run would compile every test for itself.
compiled: tests/__pycache__
tests/__pycache__:
	-@ls -d tests/*/ | xargs -n 20 -P 2 $(RUN) -m pytest -qq --collect-only > /dev/null

# All lanes in one run for each database: to begin one takes each process some ten seconds.
on-sqlite:
	$(PYTEST) -n $(WORKERS) -m "not crash and not release"

on-postgres:
	TEST_DATABASE=postgres $(PYTEST) -n $(BESIDE) -m "not browser and not crash and not release"

crash-sqlite:
	$(PYTEST) -n $(BESIDE) -m "crash and not release" $(KILLED)

crash-postgres:
	TEST_DATABASE=postgres KILLS=$(or $(KILLS),20) $(PYTEST) -n $(BESIDE) -m "crash and not release" $(KILLED)

bench: setup-dev ## how fast, and how far from a floor program
	$(RUN) -m bench

fuzz: setup-dev ## spoil samples for every parser, a minute each; SECONDS=600 goes on longer
	$(RUN) -m tests.fuzz --seconds $(or $(SECONDS),60)

soak: setup-dev ## random lives of a whole instance for HOURS=1, each with another seed, on SQLite
	SOAK=$(or $(HOURS),1) $(RUN) -m pytest -q tests/model/test_random_lives.py

mutants: setup-dev ## spoil the core at random places: do its tests notice? COUNT=20 goes on longer
	$(RUN) -m scripts.mutants --count $(or $(COUNT),3) --seed $(or $(SEED),7)

screens: setup-dev ## photograph every page of a demonstration, to look at: .cache/screens/
	$(RUN) -m scripts.screens --language $(or $(IN),en-GB)

wheel: setup ## dist/: a wheel with the page assets in it, which installs without Node
	@rm -rf build dist
	$(RUN) -m pip wheel --quiet --no-deps --no-build-isolation --wheel-dir dist .
	@rm -rf build

lock: setup-dev ## write the lock files again
	$(RUN) scripts/lock.py

contracts: setup-dev ## write the import contracts in pyproject.toml from what the packages declare
	$(RUN) -m scripts.contracts

reference: setup ## write docs/reference again from the code
	$(RUN) scripts/reference.py

docs: setup-dev ## build the documentation as a site that can be searched: .cache/docs/
	@$(RUN) -m scripts.documentation

format: setup-dev ## format the code and mend what can be mended
	$(BIN)/ruff format .
	-$(BIN)/djlint --reformat --quiet src tests
	$(BIN)/ruff check --fix .

clean: ## remove what set-up and tests made; ./demo-data stays
	rm -rf .venv node_modules src/aboveboard/site/static/vendor src/*.egg-info .cache .mypy_cache .ruff_cache .pytest_cache .hypothesis
