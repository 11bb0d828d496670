# Everything a user or CI runs. Needs Python 3.11+ and make; `make` alone says what there is.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
UV := $(BIN)/uv pip
LOCK := $(BIN)/uv pip compile --universal --generate-hashes --no-emit-index-url --no-header --python-version 3.11 -q

.DEFAULT_GOAL := help
.PHONY: help demo env lint format test synth e2e bench faults cost lock clean

help: ## What there is
	@awk -F ':.*## ' '/^[a-z0-9-]+:.*## / {printf "  make %-8s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

# One environment, grown by need: `local` is enough for the demo, `dev` for everything else.
$(VENV)/.uv:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Mailwright needs Python 3.11 or newer: make PYTHON=python3.12 ..."; exit 1; }
	@echo "Making the environment in $(VENV); this happens once."
	@$(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install -q --disable-pip-version-check --require-hashes -r requirements/uv.txt
	@touch $@

$(VENV)/.local: $(VENV)/.uv requirements/local.txt pyproject.toml
	@$(UV) install -q --require-hashes -r requirements/local.txt
	@$(UV) install -q --no-deps --no-build-isolation -e .
	@touch $@

$(VENV)/.dev: $(VENV)/.local requirements/dev.txt
	$(UV) install -q --require-hashes -r requirements/dev.txt
	@touch $@

$(VENV)/.e2e: $(VENV)/.dev requirements/e2e.txt
	$(BIN)/uv venv -q --clear --python $(BIN)/python $(VENV)-e2e
	VIRTUAL_ENV=$(VENV)-e2e $(UV) install -q --require-hashes -r requirements/e2e.txt
	@touch $@

env: $(VENV)/.dev ## The full environment in .venv

demo: $(VENV)/.local ## Replay the sample stories on a laptop and show every email
	$(BIN)/mailwright replay events/stories/*.jsonl --out out

lint: $(VENV)/.dev ## ruff, mypy --strict, import-linter
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

format: $(VENV)/.dev ## Put the code in shape
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

test: $(VENV)/.dev ## Every test
	$(BIN)/pytest -n 2

synth: $(VENV)/.dev ## The CloudFormation template, in cdk.out
	$(BIN)/python -m infra.app

e2e: $(VENV)/.e2e ## Deploy the template to a local cloud, post an event, read the email
	$(BIN)/python -m tests.e2e

bench: $(VENV)/.dev ## What we claim, measured; tables in bench/results
	$(BIN)/python -m bench

faults: $(VENV)/.dev ## Millions of events and emails under fire, every guard taken away: bench/results/faults.md
	$(BIN)/python -m tests.faults

cost: $(VENV)/.dev ## A month on AWS at list prices, from counted units; bench/results/cost.md
	$(BIN)/python -m bench cost

lock: $(VENV)/.uv ## Write the lock files anew
	echo 'uv==0.13.9' | $(LOCK) - -o requirements/uv.txt
	$(LOCK) pyproject.toml --extra local --extra synth --extra science --extra dev -o requirements/dev.txt
	$(LOCK) pyproject.toml --extra local -c requirements/dev.txt -o requirements/local.txt
	$(LOCK) requirements/e2e.in -o requirements/e2e.txt
	for layer in runtime polars science; do $(LOCK) layers/$$layer/requirements.in -c requirements/dev.txt -o layers/$$layer/requirements.txt; done

clean: ## Remove what the targets made
	rm -rf $(VENV) $(VENV)-e2e cdk.out .build out .pytest_cache .mypy_cache .ruff_cache .import_linter_cache
