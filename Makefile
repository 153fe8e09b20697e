# Everything a developer types. `make` alone lists it.

PORT ?= 8000
PYTHON ?= python3
BIN := .venv/bin
STAMP := .venv/.installed
BROWSER_TESTS := $(wildcard tests/e2e tests/faults)
export EVENHAND_ENV ?= development

.DEFAULT_GOAL := help
.PHONY: help install run test unit accounts sealing doors servers browser lint bench access axe screenshots faults faults-sabotage fuzz clean
.NOTPARALLEL:

help: ## List these commands
	@echo "Usage: make COMMAND"; echo
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/\1|\2/p' $(firstword $(MAKEFILE_LIST)) | while IFS='|' read -r name text; do printf '  %-16s %s\n' "$$name" "$$text"; done

install: $(STAMP) ## Install everything into .venv (instant when nothing changed)

$(STAMP): requirements-dev.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Evenhand needs Python 3.11 or newer. Name one, for example: make install PYTHON=python3.13"; exit 1; }
	@if [ ! -x $(BIN)/pip ] && ! $(PYTHON) -c 'import ensurepip' 2>/dev/null; then \
		if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
			apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends python3-venv; \
		else \
			echo "Python's venv module is missing. Install it, and run make again: sudo apt-get install python3-venv"; exit 1; \
		fi; \
	fi
	@[ -x $(BIN)/pip ] || $(PYTHON) -m venv .venv
	$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes --no-deps -r requirements-dev.txt
	@touch $@

run: $(STAMP) ## Run Evenhand with demo data at http://localhost:8000 (PORT=8001 for another port, RELOAD=1 to follow changes)
	@exec $(BIN)/python -m config.serve --port $(PORT) $(if $(RELOAD),--reload)

test: unit accounts sealing doors servers browser ## Run all tests

unit: $(STAMP) ## Run the tests of the bank, plans, interviews and records
	$(BIN)/python -m pytest tests $(BROWSER_TESTS:%=--ignore=%) --ignore=tests/servers --ignore=tests/access --ignore=tests/fuzz --ignore=tests/accounts --ignore=tests/interviews/sealing --ignore=tests/interviews/trail -n 2

accounts: $(STAMP) ## Run the tests of people, signing in and roles
	$(BIN)/python -m pytest tests/accounts -n 2

sealing: $(STAMP) ## Run the tests of who reads what, what can no longer be changed, and the trail, which tamper with all of it
	$(BIN)/python -m pytest tests/interviews/sealing tests/interviews/trail -n 2

doors: $(STAMP) ## Run the tests of who may do what, and a short fuzz
	$(BIN)/python -m pytest tests/fuzz tests/access -n 2 --dist worksteal

servers: $(STAMP) ## Run the tests that start servers of their own, PostgreSQL or ours, and collect what they serve
	$(BIN)/python -m pytest tests/servers -n 2

browser: $(STAMP) ## Run the tests in a browser (they need Chromium, and say so when they are skipped)
	$(if $(BROWSER_TESTS),$(BIN)/python -m pytest $(BROWSER_TESTS),@echo "There are no browser tests yet.")

lint: $(STAMP) ## Check style, templates and migrations
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	find templates -name '*.html' -print0 | xargs -0r $(BIN)/djade --check --target-version 5.2
	$(BIN)/python manage.py makemigrations --check --dry-run

bench: $(STAMP) ## Measure, and fail on a missed goal
	$(BIN)/python -m tests.bench

access: $(STAMP) ## Ask for every address as everybody, in every state, and compare with tests/access/matrix.txt
	$(BIN)/python -m tests.access

axe: $(STAMP) ## Check accessibility of every page
	$(BIN)/python -m tests.e2e.axe

screenshots: $(STAMP) ## Take screenshots of every page
	$(BIN)/python -m tests.e2e.screenshots

faults: $(STAMP) ## Break everything while somebody types, briefly; FAULT=tab-close N=50 for one, noted in var/faults.tsv (LEVEL=browser SEED=2)
	$(BIN)/python -m tests.faults $(FAULT:%=--fault %) $(N:%=--runs %) $(LEVEL:%=--level %) $(SEED:%=--seed %) $(if $(FAULT),--table var/faults.tsv)

faults-sabotage: $(STAMP) ## Check that the faults are noticed when saving itself is broken
	$(BIN)/python -m tests.faults.sabotage

fuzz: $(STAMP) ## Send hostile requests to every endpoint and count server errors (CASES=500 SEED=2)
	$(BIN)/python -m tests.fuzz $(CASES:%=--cases %) $(SEED:%=--seed %)

clean: ## Remove what was built; keeps .venv and the database in var/
	rm -rf staticfiles build .pytest_cache .ruff_cache .hypothesis .coverage .coverage.*
	find . -name __pycache__ -not -path './.venv/*' -prune -exec rm -rf {} +
