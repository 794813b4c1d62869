# `make demo` runs the whole chain once; `make test` checks everything; `make tools` runs AI tools; `make fuzz` searches on
# for counter-examples; `make bench` measures.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
BENCH := $(VENV)/bench
PROVISIONER := terraform/examples/provisioner
NODE_MODULES := tests/tools/node/node_modules
AI_TOOLS := tests/ai_tools
NPM_REBUILT := @anthropic-ai/claude-code bun deno opencode-ai
environments = $(patsubst %,$(VENV)/%/.installed,$(1))
node_modules = $(patsubst %,$(AI_TOOLS)/%/node_modules/.installed,$(1))
PROVIDERS ?= stand-in
# What shellcheck cannot know of a part of the script: variables and functions that another one sets or uses. Of all parts
# together, it does not know what the wrapper has in front and what for_each calls.
IN_OTHER_PARTS := SC2154,SC2034,SC2317,SC2329
IN_VALUES := SC2154,SC2329
export PATH := $(CURDIR)/$(BIN):$(PATH)

HELPER := pyproject.toml $(shell find tf_helper -name '*.py')

.PHONY: demo bench test lint pytest tools tools-all fuzz real-providers test-package build nox test-install format docs clean

demo: $(VENV)/.installed
	python -m tests.demo --providers $(PROVIDERS)

# BENCH_OPTIONS='--rounds 5', for example; --help says more.
bench: $(VENV)/.installed $(BENCH)/.installed
	python -m tests.bench --program $(BENCH)/bin/tf-helper --providers $(PROVIDERS) $(BENCH_OPTIONS)

test: lint pytest

lint: $(VENV)/.installed
	ruff check
	ruff format --check
	mypy
	shellcheck terraform/tests/fixtures/long_answer.sh $(PROVISIONER)/install.sh $(AI_TOOLS)/network/loopback_only.sh \
		.ci/packages .ci/run
	shellcheck --exclude=$(IN_OTHER_PARTS) terraform/wrapper.sh terraform/startup/*.sh terraform/check/*.sh
	cat terraform/startup/*.sh terraform/check/*.sh | sed '/^main$$/d' | shellcheck --shell=sh --exclude=$(IN_VALUES) -
	hadolint $(PROVISIONER)/Dockerfile
	check-jsonschema --builtin-schema vendor.github-workflows .github/workflows/*.yml
	check-jsonschema --builtin-schema custom.github-workflows-require-timeout .github/workflows/*.yml
	check-jsonschema --builtin-schema vendor.dependabot .github/dependabot.yml
	check-jsonschema --builtin-schema vendor.github-issue-forms .github/ISSUE_TEMPLATE/*_*.yml
	check-jsonschema --builtin-schema vendor.github-issue-config .github/ISSUE_TEMPLATE/config.yml
	zizmor --offline --pedantic --quiet .github

pytest: $(VENV)/.installed $(NODE_MODULES)/.installed
	pytest --numprocesses 2 --dist worksteal --cov --cov-fail-under 100

# Claude Code and others, through the proxy, one at a time, so that it is clear whose requests are recorded.
tools: $(VENV)/.installed $(call environments,ai-tools) $(call node_modules,javascript node/22 node/24)
	$(AI_TOOLS)/network/loopback_only.sh pytest -m 'tools and not more_tools' $(AI_TOOLS)

# The same and those that are heavy, rarely used or no longer supported.
tools-all: $(VENV)/.installed $(call environments,ai-tools ai-tools-more aider) \
		$(call node_modules,javascript more node/20 node/22 node/24)
	$(AI_TOOLS)/network/loopback_only.sh pytest -m tools $(AI_TOOLS)

fuzz: $(VENV)/.installed
	pytest --fuzz -m 'fuzz or long' tests

# The parts of the documentation that come from the code.
docs: $(VENV)/.installed
	cog -r -p "from tests import docs_tables as docs" README.md docs/*.md terraform/README.md
	pytest --quiet --write-findings tests/doctor/test_faults.py

# The tests of Terraform, with the providers from the registry.
real-providers: $(VENV)/.installed
	pytest --numprocesses 2 --dist worksteal --real-providers tests/end_to_end tests/module tests/providers

# The wheel on every Python that is here, how it installs, and what only package registries can answer.
test-package: build nox test-install

build: $(VENV)/.installed
	rm -rf dist
	python -m build --installer uv
	twine check --strict dist/*

nox: $(VENV)/.installed
	nox $(NOX)

test-install: $(VENV)/.installed
	pytest -m package tests/package

format: $(VENV)/.installed
	ruff check --fix
	ruff format
	! command -v terraform >/dev/null || terraform fmt -recursive terraform

$(VENV)/.installed: pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --upgrade 'pip>=25.1'
	$(BIN)/python -m pip install --quiet --editable . --group dev
	touch $@

# What is measured: installed and compiled as on a provisioner, and none of the tests' packages beside it.
$(BENCH)/.installed: $(HELPER) | $(VENV)/.installed
	$(PYTHON) -m venv --without-pip $(BENCH)
	$(BIN)/python -m pip --python $(BENCH)/bin/python install --quiet .
	touch $@

# Without npm the tests that need it are skipped.
$(NODE_MODULES)/.installed: $(dir $(NODE_MODULES))package-lock.json
	! command -v npm >/dev/null || { npm ci --silent --no-audit --no-fund --prefix $(dir $(NODE_MODULES)) && touch $@; }

# What cannot be installed is skipped by the tests. Of all packages from npm, only those of $(NPM_REBUILT) may run a script:
# it puts the binary for this machine in its place.
$(AI_TOOLS)/%/node_modules/.installed: $(AI_TOOLS)/%/package-lock.json
	-npm ci --silent --ignore-scripts --no-audit --no-fund --prefix $(AI_TOOLS)/$* \
		&& npm rebuild --silent --prefix $(AI_TOOLS)/$* $(NPM_REBUILT) && touch $@

$(VENV)/%/.installed: $(AI_TOOLS)/python/%.txt | $(VENV)/.installed
	$(PYTHON) -m venv --without-pip $(@D)
	-python -m pip --python $(@D)/bin/python install --quiet --requirement $< && touch $@

clean:
	rm -rf $(VENV) $(NODE_MODULES) $(AI_TOOLS)/*/node_modules $(AI_TOOLS)/node/*/node_modules dist .hypothesis .nox .mypy_cache .pytest_cache .ruff_cache .coverage
