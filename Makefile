# The commands a person uses. They need Python >= 3.11 and make; no Docker, no AWS account.
PYTHON ?= python3
STACK ?= quickbooks-connector
UV_VERSION := 0.13.9
UV := .tools/bin/uv
BIN := .venv/bin
SAM := SAM_CLI_TELEMETRY=0 .venv-sam/bin/sam
SYNC := $(UV) pip install -q --require-hashes --python

# What sets the size of the demo and of the stand-in shop.
export DAYS ORDERS MODE MODES

.PHONY: help setup demo local test bench check format lock deploy clean
help: ## What there is
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 10

$(UV):
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed: make PYTHON=…")'
	$(PYTHON) -m venv .tools
	.tools/bin/pip install -q --disable-pip-version-check uv==$(UV_VERSION)

# Each tool with its own pins gets its own environment.
.venv/.ready: infra/requirements/dev.txt | $(UV)
	test -d .venv || $(UV) venv -q --python $(PYTHON) .venv
	$(SYNC) .venv/bin/python -r infra/requirements/dev.txt
	touch $@

.venv-sam/.ready: infra/requirements/sam.txt | $(UV)
	test -d .venv-sam || $(UV) venv -q --python $(PYTHON) .venv-sam
	$(SYNC) .venv-sam/bin/python -r infra/requirements/sam.txt
	touch $@

.venv-ministack/.ready: infra/requirements/ministack.txt | $(UV)
	test -d .venv-ministack || $(UV) venv -q --python $(PYTHON) .venv-ministack
	$(SYNC) .venv-ministack/bin/python -r infra/requirements/ministack.txt
	touch $@

setup: .venv/.ready .venv-sam/.ready .venv-ministack/.ready ## Only the environments

demo: setup ## The main job end to end: DAYS=14 ORDERS=25 (a day) MODE=detailed|summary, or MODES=customer,inventory,vendor|all
	$(BIN)/python -m infra.local demo

local: setup ## The stack with the pages and the stand-ins, until Ctrl-C: PORT=4666
	$(BIN)/python -m infra.local local $(if $(PORT),--port $(PORT))

test: setup ## All tests
	$(BIN)/python -m pytest -n 2 --dist loadgroup

bench: setup ## Performance figures, as a table and in .local/bench.json
	PYTHONPATH=layers/connector $(BIN)/python -m tests.bench

check: .venv/.ready .venv-sam/.ready ## Format, lint, types, import arrows, the templates
	$(BIN)/ruff format --check .
	$(BIN)/ruff check -q .
	$(BIN)/mypy
	PYTHONPATH=layers/connector $(BIN)/lint-imports
	$(BIN)/cfn-lint template.yaml infra/waf.yaml
	$(SAM) validate --lint

format: .venv/.ready ## Put the code into its format
	$(BIN)/ruff format -q .
	$(BIN)/ruff check -q --fix .

lock: $(UV) ## Write the locked requirements anew from the .in files
	for name in infra/requirements/dev infra/requirements/sam infra/requirements/ministack layers/dependencies/requirements; do \
	  $(UV) pip compile -q --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-annotate --no-header \
	    $$name.in -o $$name.txt || exit 1; done

deploy: setup ## To your own AWS account: STACK=quickbooks-connector, further settings in SAM_ARGS
	UV=$(abspath $(UV)) $(SAM) build
	$(SAM) deploy --stack-name $(STACK) --resolve-s3 --capabilities CAPABILITY_IAM $(SAM_ARGS)

clean: ## Everything that was built or installed here
	rm -rf .venv .venv-sam .venv-ministack .tools .local .aws-sam .pytest_cache .mypy_cache .ruff_cache .hypothesis
