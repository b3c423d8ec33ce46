# Every target does its own set-up, quietly, and is quick the second time. `make demo` and `make test` need Python 3.11 and nothing else.
PYTHON ?= $(firstword $(shell command -v python3.11 python3.12 python3.13 python3.14 python3))
BIN := .venv/bin
PORT ?= 4000
JOBS ?= auto

.PHONY: demo test check lint-deploy format bench services lock clean
.DEFAULT_GOAL := demo

demo: .venv/ready
	@PORT=$(PORT) $(BIN)/tongfen demo

test: .venv/ready services
	@$(BIN)/python -m pytest -n $(JOBS)

check: .venv/ready
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy

# Dockerfile, compose files and Helm chart, by linters of their own that need a network once.
lint-deploy:
	@PYTHON=$(PYTHON) deploy/lint

format: .venv/ready
	@$(BIN)/ruff check --fix --quiet .
	@$(BIN)/ruff format .

# The virtual environment is whole when `ready` is newer than the lock file.
.venv/ready: requirements.lock pyproject.toml
	@echo "Setting up .venv with $(PYTHON) (once; about a minute)"
	@$(PYTHON) -m venv .venv
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $@

bench: .venv/ready
	@$(BIN)/python -m benchmarks.federation $(BENCH)

services:
	@tests/services/install

lock: .venv/ready
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check uv
	@$(BIN)/uv pip compile pyproject.toml --group dev --all-extras --universal --python-version 3.11 --generate-hashes --no-header --no-annotate --no-emit-index-url --quiet --upgrade --output-file requirements.lock
	@$(BIN)/uv pip compile pyproject.toml --all-extras --universal --python-version 3.11 --generate-hashes --no-header --no-annotate --no-emit-index-url --quiet --constraints requirements.lock --output-file deploy/requirements.lock

clean:
	@rm -rf .venv .demo .bench .lint .mypy_cache .ruff_cache .pytest_cache .hypothesis build *.egg-info
