# Every target sets up what it needs: `make demo` and `make test` work on a fresh clone.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
OPENAPI := $(VENV)/figma-openapi/openapi.yaml
TYPESCRIPT := $(VENV)/typescript/package.json
KOTLIN := $(VENV)/kotlin/package.json
FRAMEWORK := $(VENV)/android-framework/framework-res.apk
JUDGES := $(OPENAPI) $(TYPESCRIPT) $(KOTLIN) $(FRAMEWORK)
# Tests start programs by the hundred, and byte code is most of what a start takes; some shells forbid it.
unexport PYTHONDONTWRITEBYTECODE
.DEFAULT_GOAL := help
.PHONY: help install demo test conformance test-slow guard check lint types format bench bench-peers constraints clean

help: ## list the targets
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## /\t/' | expand -t 14

$(VENV)/.installed: pyproject.toml .ci/constraints.txt
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r .ci/constraints.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	touch $@

# Figma's own description of its API: what the tests hold the simulator and our requests against.
$(OPENAPI): .ci/openapi-version
	mkdir -p $(dir $@)
	cd $(dir $@) && npm pack --silent @figma/rest-api-spec@$$(cat $(CURDIR)/.ci/openapi-version) >/dev/null \
	  && tar xzf figma-rest-api-spec-*.tgz --strip-components=2 package/openapi/openapi.yaml \
	  && rm figma-rest-api-spec-*.tgz && touch openapi.yaml \
	  || echo "no npm, or no registry: tests against Figma's API description will be skipped"

# TypeScript's compiler and stylelint: what the tests hold code for the Web against.
$(TYPESCRIPT): .ci/typescript/package.json
	mkdir -p $(dir $@) && cp $< $@
	cd $(dir $@) && npm install --silent --no-audit --no-fund --no-package-lock \
	  || echo "no npm, or no registry: code for the Web will not be compiled in tests"

# Kotlin's compiler, and a Java to run it with where there is none: what the tests hold code for Compose against.
$(KOTLIN): .ci/kotlin/package.json .ci/constraints-kotlin.txt $(VENV)/.installed
	mkdir -p $(dir $@) && cp $< $@
	cd $(dir $@) && npm install --silent --no-audit --no-fund --no-package-lock \
	  || echo "no npm, or no registry: code for Compose will not be compiled in tests"
	java -version >/dev/null 2>&1 \
	  || $(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r .ci/constraints-kotlin.txt \
	  || echo "no Java to be had: code for Compose will not be compiled in tests"

# Android's framework: what the tests link resources against.
$(FRAMEWORK):
	@bash .ci/android-framework $(dir $@)

install: $(VENV)/.installed ## make the environment

demo: install ## start the simulator, run the example configs against it, show the result
	@PATH="$(CURDIR)/$(BIN):$$PATH" bash .ci/demo

test: install $(JUDGES) ## run the tests (without the slow ones)
	$(BIN)/python -m pytest -n 4 -m "not slow" $(ARGS)

conformance: install ## judge the cases of ExFig's and others' tests, and count them
	$(BIN)/python -m pytest -n 2 -m conformance $$(grep -rl "tests.conformance import" tests --include="test_*.py") $(ARGS)

test-slow: install $(JUDGES) ## run the long crash and load tests
	$(BIN)/python -m pytest -m slow $(ARGS)

lint: install ## ruff: rules and format
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: install ## mypy, strict
	$(BIN)/mypy

guard: install ## count the calls that a file costs, against bench/guard.json
	$(BIN)/python -m bench.guard $(ARGS)

check: lint types test guard ## all that CI runs

format: install ## let ruff format
	$(BIN)/ruff format .

bench-peers: install ## install what benches compare with (as root: Debian's packages)
	bash bench/peers/install

bench: bench-peers ## measure all questions of speed, beside others: ten minutes
	$(BIN)/python -m bench $(ARGS)

constraints: install ## resolve the pinned versions anew
	$(BIN)/python -m pip install --quiet uv
	$(BIN)/uv pip compile pyproject.toml --group dev --all-extras --universal --python-version 3.11 \
	  --generate-hashes --no-emit-index-url --no-header --quiet --output-file .ci/constraints.txt
	$(BIN)/uv pip compile --group bench --universal --python-version 3.11 \
	  --generate-hashes --no-emit-index-url --no-header --quiet --output-file .ci/constraints-bench.txt
	$(BIN)/uv pip compile --group kotlin --universal --python-version 3.11 \
	  --generate-hashes --no-emit-index-url --no-header --quiet --output-file .ci/constraints-kotlin.txt

clean: ## remove what the demo wrote
	rm -rf demo-output
