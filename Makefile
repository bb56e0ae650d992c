# The commands a person uses. They need Python >= 3.11 and make; no Docker, no AWS account.
PYTHON ?= python3
UV_VERSION := 0.13.9
UV := .tools/bin/uv
BIN := .venv/bin
SYNC := $(UV) pip install -q --require-hashes --python

.PHONY: help setup test check
help: ## What there is
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*## /\t/'

$(UV):
	$(PYTHON) -m venv .tools
	.tools/bin/pip install -q --disable-pip-version-check uv==$(UV_VERSION)

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

test: setup ## All tests
	$(BIN)/python -m pytest

check: .venv/.ready ## Format, lint, arrows
	$(BIN)/ruff format --check -q .
	$(BIN)/ruff check -q .
	PYTHONPATH=layers/connector $(BIN)/lint-imports
