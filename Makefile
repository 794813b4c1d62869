# `make demo` runs the whole chain once; `make test` checks everything; `make tools` runs AI tools; `make fuzz` searches on
# for counter-examples; `make bench` measures.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
BENCH := $(VENV)/bench
PROVISIONER := terraform/examples/provisioner
NODE_MODULES := tests/tools/node/node_modules
REGISTRY_MODULES := tests/package/node/node_modules
AI_TOOLS := tests/ai_tools
PYTHON_TOOLS := ai-tools httplib2 websockets-14 websockets-15 websockets-16
NPM_REBUILT := @anthropic-ai/claude-code bun deno opencode-ai
environments = $(patsubst %,$(VENV)/%/.installed,$(1))
node_modules = $(patsubst %,$(AI_TOOLS)/%/node_modules/.installed,$(1))
PROVIDERS ?= stand-in
ROUNDS ?= 25
# What shellcheck cannot know of a part of the script: variables and functions that another one sets or uses. Of all parts
# together, it does not know what the wrapper has in front and what for_each calls.
IN_OTHER_PARTS := SC2154,SC2034,SC2317,SC2329
IN_VALUES := SC2154,SC2329
export PATH := $(CURDIR)/$(BIN):$(PATH)

SHELL_SCRIPTS := $(shell find terraform findings $(AI_TOOLS) -name node_modules -prune -o -name startup -prune -o -name check -prune -o -name wrapper.sh -o -name '*.sh' -print) \
	terraform/examples/ide-modules/wrapped .ci/packages .ci/run
HELPER := pyproject.toml $(shell find tf_helper -name '*.py')

.PHONY: demo bench test lint pytest tools tools-all tools-versions fuzz real-providers test-package build nox test-install registry requirements format docs clean

demo: $(VENV)/.installed
	python -m tests.demo --providers $(PROVIDERS)

bench: $(VENV)/.installed $(BENCH)/.installed
	python -m tests.bench $(BENCH)/bin/tf-helper $(ROUNDS)

test: lint pytest

lint: $(VENV)/.installed
	ruff check
	ruff format --check
	mypy
	shellcheck $(SHELL_SCRIPTS)
	shellcheck --exclude=$(IN_OTHER_PARTS) terraform/wrapper.sh terraform/startup/*.sh terraform/check/*.sh
	cat terraform/startup/*.sh terraform/check/*.sh | sed '/^main$$/d; /^exit$$/d' | shellcheck --shell=sh --exclude=$(IN_VALUES) -
	hadolint $(PROVISIONER)/Dockerfile
	check-jsonschema --builtin-schema vendor.github-workflows .github/workflows/*.yml
	check-jsonschema --builtin-schema custom.github-workflows-require-timeout .github/workflows/*.yml
	check-jsonschema --builtin-schema vendor.dependabot .github/dependabot.yml
	check-jsonschema --builtin-schema vendor.github-issue-forms .github/ISSUE_TEMPLATE/*_*.yml
	check-jsonschema --builtin-schema vendor.github-issue-config .github/ISSUE_TEMPLATE/config.yml
	zizmor --offline --pedantic --quiet .github

pytest: $(VENV)/.installed $(NODE_MODULES)/.installed
	pytest --numprocesses 3 --dist worksteal --cov --cov-fail-under 100

# Claude Code and others, through the proxy, one at a time on a network, so that it is clear whose requests are recorded. Most
# of the time tools wait, so there are several networks.
define run_tools
	status=0; pids=; \
	for shard in 0/3 1/3 2/3; do \
		TOOLS_SHARD=$$shard $(AI_TOOLS)/network/loopback_only.sh pytest -q -m $(1) $(AI_TOOLS) & pids="$$pids $$!"; \
	done; \
	for pid in $$pids; do wait $$pid || status=1; done; exit $$status
endef

tools: $(VENV)/.installed $(call environments,$(PYTHON_TOOLS)) $(call node_modules,javascript node/22 node/24 ide/copilot)
	$(call run_tools,'tools and not more_tools')

# The same and those that are heavy, rarely used or no longer supported.
tools-all: $(VENV)/.installed $(call environments,$(PYTHON_TOOLS) ai-tools-more aider deepagents google-adk jupyter) \
		$(call node_modules,javascript more older node/20 node/22 node/24 ide/copilot ide/vscode) $(AI_TOOLS)/go/ask
	$(call run_tools,tools)

# Installs the lowest version of each library that uses the proxy, and the newest that does not, and runs both.
tools-versions: $(VENV)/.installed $(call node_modules,node/24)
	python -m tests.ai_tools.versions

fuzz: $(VENV)/.installed
	pytest --fuzz -m 'fuzz or long' tests

# The parts of the documentation that come from the code.
docs: $(VENV)/.installed
	cog -r -p "from tests import docs_tables as docs" README.md docs/*.md terraform/README.md
	pytest --quiet --write-transcripts tests/doctor/test_readme.py tests/end_to_end/test_check_and_doctor.py -k 'transcript or documentation'
	python -m tests.pictures

# The tests of Terraform, with the providers from the registry.
real-providers: $(VENV)/.installed
	pytest --numprocesses 3 --dist worksteal --real-providers tests/end_to_end tests/module tests/providers

# The wheel on every Python that is here, how it installs, and what only package registries can answer.
test-package: build nox test-install

build: $(VENV)/.installed
	rm -rf dist
	python -m build --installer uv
	twine check --strict dist/*

nox: $(VENV)/.installed
	nox $(NOX)

test-install: $(VENV)/.installed $(REGISTRY_MODULES)/.installed
	pytest -m package tests/package

# The dependencies that provisioners get, and what builds a checkout there, with hashes.
COMPILE := uv pip compile --quiet --upgrade --python-version 3.10 --generate-hashes --no-annotate --no-emit-index-url \
	--custom-compile-command 'make requirements'
requirements: $(VENV)/.installed
	$(COMPILE) --output-file $(PROVISIONER)/requirements.txt pyproject.toml
	$(COMPILE) --output-file $(PROVISIONER)/build-requirements.txt --group build

# The folder to submit to https://github.com/coder/registry. REGISTRY_OPTIONS='--namespace mine', for example.
registry: $(VENV)/.installed $(REGISTRY_MODULES)/.installed
	python -m tests.registry $(REGISTRY_OPTIONS)

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
$(NODE_MODULES)/.installed $(REGISTRY_MODULES)/.installed: %/node_modules/.installed: %/package-lock.json
	! command -v npm >/dev/null || { npm ci --silent --no-audit --no-fund --prefix $* && touch $@; }

# What cannot be installed is skipped by the tests. Of all packages from npm, only those of $(NPM_REBUILT) may run a script:
# it puts the binary for this machine in its place.
$(AI_TOOLS)/%/node_modules/.installed: $(AI_TOOLS)/%/package-lock.json
	-npm ci --silent --ignore-scripts --no-audit --no-fund --prefix $(AI_TOOLS)/$* \
		&& npm rebuild --silent --prefix $(AI_TOOLS)/$* $(NPM_REBUILT) && touch $@

# For `npm ci` the lock file would have to have the packages for all processors, which not all registries have.
$(AI_TOOLS)/ide/copilot/node_modules/.installed: $(AI_TOOLS)/ide/copilot/package-lock.json
	-npm install --silent --ignore-scripts --no-save --no-audit --no-fund --prefix $(<D) && touch $@

# code-server leaves the packages of its two parts to a script, which would compile modules that the tests do not need.
$(AI_TOOLS)/ide/vscode/node_modules/.installed: $(AI_TOOLS)/ide/vscode/package-lock.json
	-npm ci --silent --ignore-scripts --no-audit --no-fund --prefix $(<D) \
		&& for part in $(@D)/code-server/lib/vscode $(@D)/code-server/lib/vscode/extensions; do \
			npm install --silent --ignore-scripts --omit=dev --no-save --no-audit --no-fund --prefix $$part || exit; \
		done && touch $@

$(VENV)/%/.installed: $(AI_TOOLS)/python/%.txt | $(VENV)/.installed
	$(PYTHON) -m venv --without-pip $(@D)
	-python -m pip --python $(@D)/bin/python install --quiet --requirement $< && touch $@

$(AI_TOOLS)/go/ask: $(AI_TOOLS)/go/ask.go
	-go build -o $@ $<

clean:
	rm -rf $(VENV) $(NODE_MODULES) $(REGISTRY_MODULES) build $(AI_TOOLS)/*/node_modules $(AI_TOOLS)/*/*/node_modules dist .hypothesis .nox .mypy_cache .pytest_cache .ruff_cache .coverage
