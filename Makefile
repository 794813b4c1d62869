# `make demo` runs the whole chain once; `make test` checks everything.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PROVIDERS ?= stand-in
export PATH := $(CURDIR)/$(BIN):$(PATH)

.PHONY: demo test lint pytest format clean

demo: $(VENV)/.installed
	python -m tests.demo --providers $(PROVIDERS)

test: lint pytest

lint: $(VENV)/.installed
	ruff check
	ruff format --check
	mypy
	shellcheck terraform/setup.sh terraform/tests/fixtures/long_answer.sh .ci/run

pytest: $(VENV)/.installed
	pytest --numprocesses 2 --cov --cov-fail-under 100

format: $(VENV)/.installed
	ruff check --fix
	ruff format
	terraform fmt -recursive terraform

$(VENV)/.installed: pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --upgrade 'pip>=25.1'
	$(BIN)/python -m pip install --quiet --editable . --group dev
	touch $@

clean:
	rm -rf $(VENV) dist .mypy_cache .pytest_cache .ruff_cache .coverage
