# Thin verbs over `specpipe` (scripts/specpipe). Every target sets up what it needs.
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
MAKEFLAGS += --no-print-directory
SHELL := /bin/bash

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
SPECPIPE := $(BIN)/python -m specpipe
NODE_READY := node_modules/.ready
# Node's tools where there is a Node that is new enough for them (scripts/specpipe/node.py says the
# same); without it everything goes on that can, and the rest says what to install.
NODE := $(shell [[ $$(node --version 2>&1) =~ ^v([0-9]+)\.([0-9]+) ]] && command -v npm >/dev/null && \
  (( BASH_REMATCH[1] * 1000 + BASH_REMATCH[2] >= 20019 )) && echo $(NODE_READY))
GENERATED := generated/python-client generated/server
# Offline, and quiet about itself.
REDOCLY := REDOCLY_TELEMETRY=off REDOCLY_SUPPRESS_UPDATE_NOTICE=true node_modules/.bin/redocly
FORMATTED := tests/typescript templates/typescript-client/runtime 'scripts/**/*.mjs' 'templates/docs/portal/*.js' tests/portal/portal.mjs

SPEC ?= spec/openapi.yaml
OUT ?= generated
TARGETS ?=
PROFILE ?= quick
SEED ?= 1
REPORT_DIR ?= .reports
FORMAT ?= text
export PYTHONDONTWRITEBYTECODE := 1

# What a person gives reaches the commands through the environment, as it is: make expands no $ in
# it, the shell sees no quotes of it, and a key does not show in the arguments of a process.
GIVEN := SPEC OUT TARGETS PROFILE SEED REPORT_DIR BASE_URL ENGINE OPERATION ALLOW_WRITES RATE CLEANUP SHARD MERGE BASELINE API_KEY API_KEYS API_KEY_FILE DATABASE_URL HOST PORT ALLOW_HOSTS ALLOW_ORIGINS ACCESS_LOG LARGEST_BODY ONLY QUICK REPLAY ALONE BASE FORMAT VERSION PR DOCS DRAFT KEEP JSON
$(foreach name,$(GIVEN),$(if $(filter-out undefined,$(origin $(name))),\
  $(eval override $(name) := $$(value $(name)))$(eval export $(name))))

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "  make %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

setup: $(READY) $(NODE) ## install the pinned tools into .venv, and node_modules if there is Node.js

# The stamp is written last, so an interrupted set-up starts over.
$(READY): requirements.lock
	@echo "setting up $(VENV) (about a minute)"
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "$(PYTHON) is older than 3.11: install Python 3.11 or say which: make PYTHON=python3.12" >&2; exit 1; }
	@$(PYTHON) -m venv --clear $(VENV)
	@$(BIN)/pip install --quiet --require-hashes --no-deps -r requirements.lock
	@$(BIN)/pip install --quiet --no-deps --no-build-isolation --editable .
	@touch $@

# Only `lint` asks for this where there is no such Node.
$(NODE_READY): package.json package-lock.json
	@[ -n "$(NODE)" ] || { echo "make lint runs pyright and tsc, which need Node.js 20.19 or newer with npm: install it from https://nodejs.org" >&2; exit 1; }
	@echo "setting up node_modules (about half a minute)"
	@npm ci --ignore-scripts --no-audit --no-fund --loglevel=error
	@touch $@

browser: ## install chromium for the browser tests, on Debian as root; elsewhere say what to do
	@[ -n "$$CHROMIUM" ] && set -- "$$CHROMIUM" || set -- chromium chromium-browser google-chrome; \
	  command -v "$$@" >/dev/null && exit; \
	  [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null || \
	  { echo "the browser tests need chromium: apt-get install chromium, or say where it is: CHROMIUM=/usr/bin/..." >&2; exit 1; }; \
	  echo "installing chromium (about a minute)"; \
	  apt-get -q update && DEBIAN_FRONTEND=noninteractive apt-get -q install --yes --no-install-recommends chromium

all: ## the main job: generate, then conformance
	@$(MAKE) generate
	@$(MAKE) conformance

# A target that needs no Node does not wait for its tools.
TYPESCRIPT := $(if $(if $(strip $(TARGETS)),$(findstring typescript,$(TARGETS)),all),$(NODE))

generate: $(READY) $(TYPESCRIPT) ## regenerate SDKs, server and docs (SPEC= OUT= TARGETS=python,server,typescript,docs)
	@$(SPECPIPE) generate --spec="$$SPEC" --out="$$OUT" --targets="$$TARGETS"

check: $(READY) $(TYPESCRIPT) ## say whether generated/ is what the spec gives; writes nothing (SPEC= OUT= TARGETS=)
	@$(SPECPIPE) check --spec="$$SPEC" --out="$$OUT" --targets="$$TARGETS"

lint: $(READY) $(NODE_READY) ## lint the spec (house rules, redocly); ruff, mypy --strict, pyright, tsc and prettier over hand-written and generated code
	@$(SPECPIPE) lint --spec="$$SPEC"
	@said=$$($(REDOCLY) lint --config spec/redocly.yaml --lint-config=error --format=stylish "$$SPEC" 2>&1) || \
	  { printf '%s\n' "$$said"; exit 1; }
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy scripts/specpipe
	@for package in $(GENERATED); do $(BIN)/mypy $$package || exit; done
	@node_modules/.bin/pyright
	@node_modules/.bin/tsc --noEmit -p generated/typescript-client
	@node_modules/.bin/tsc --noEmit -p tests/typescript
	@node_modules/.bin/prettier --check --log-level=warn $(FORMATTED)

test: $(READY) $(NODE) ## run the whole test suite
	@$(BIN)/python -m pytest

serve: $(READY) ## run the server (HOST= PORT= DATABASE_URL= API_KEY= and all that its --help lists)
	@$(SPECPIPE) serve --spec="$$SPEC" --out="$$OUT"

conformance: $(READY) $(NODE) ## fuzz server and SDKs against the spec (BASE_URL= API_KEY= ENGINE=sqlite|postgresql PROFILE=smoke|quick|deep SEED= OPERATION= ALLOW_WRITES=1|all RATE= CLEANUP=1 SHARD=i/n MERGE=dir BASELINE=file REPLAY=id REPORT_DIR=)
	@$(SPECPIPE) conformance --spec="$$SPEC" --out="$$OUT" --profile="$$PROFILE" --seed="$$SEED" \
	  --base-url="$$BASE_URL" --engine="$$ENGINE" --operation="$$OPERATION" --report-dir="$$REPORT_DIR" --allow-writes="$$ALLOW_WRITES" \
	  --rate="$$RATE" --cleanup="$$CLEANUP" --replay="$$REPLAY" --shard="$$SHARD" --merge="$$MERGE" --baseline="$$BASELINE"

power: $(READY) $(NODE) ## judge the judge: servers with planted defects, into docs/power.md (ALONE=1 schemathesis alone, ONLY=defect,...)
	@$(BIN)/python -m tests.conformance.power --only="$$ONLY" $${ALONE:+--alone}

others: $(READY) $(NODE_READY) ## judge what tools of others make of the spec: Prism, openapi-generator's FastAPI stub (PROFILE= SEED= REPORT_DIR=; needs the network once)
	@$(SPECPIPE) others --spec="$$SPEC" --out="$$OUT" --profile="$$PROFILE" --seed="$$SEED" --report-dir="$$REPORT_DIR"

audit: $(READY) ## hold the spec against documentation pages (DOCS=dir DRAFT=new.yaml KEEP=1 JSON=1)
	@$(SPECPIPE) audit --spec="$$SPEC" --docs="$$DOCS" --draft="$$DRAFT" --keep="$$KEEP" --json="$$JSON"

bench: $(READY) $(NODE) ## measure server and SDK beside their peers (ONLY=get,create,snapshot,identifiers,commits,growth,memory,decode,encode,call,import,sdk-memory QUICK=1 REPORT_DIR=)
	@$(SPECPIPE) bench --spec="$$SPEC" --out="$$OUT" --only="$$ONLY" --quick="$$QUICK" --report-dir="$$REPORT_DIR"

diff: $(READY) $(NODE) ## what spec and SDKs change since BASE=git-ref, next version, fragments (FORMAT=text|markdown|json|github REPORT_DIR=)
	@$(SPECPIPE) diff --spec="$$SPEC" --out="$$OUT" --base="$$BASE" --format="$$FORMAT" --report-dir="$$REPORT_DIR"

release: $(READY) $(NODE_READY) ## turn the change fragments into a release: changelog, version of the spec and all packages (VERSION=1.2.3)
	@$(SPECPIPE) release --spec="$$SPEC" --out="$$OUT" --version="$$VERSION"

packages: $(READY) $(NODE_READY) ## build what is published into dist/python and dist/npm; with VERSION= only that version
	@rm -rf dist && mkdir -p dist/npm/package
	@for package in $(GENERATED); do (cd $$package && "$(CURDIR)/$(BIN)/hatchling" build -d "$(CURDIR)/dist/python") || exit; done
	@cp -R generated/typescript-client/. dist/npm/package && cd dist/npm/package && npm pack --loglevel=error --pack-destination ..
	@rm -rf dist/npm/package
	@[ -z "$$VERSION" ] || ls dist/npm/*-"$${VERSION#v}".tgz >/dev/null 2>&1 || \
	  { echo "VERSION=$$VERSION is not the version of the spec, nor so of the packages: tag the commit of make release" >&2; rm -rf dist; exit 1; }

publish: ## put the tarball of make packages on the npm registry; for the release workflow
	@npm publish --provenance --access public dist/npm/*.tgz

comment: ## put the report of make diff on a pull request, in place of the last one (PR=number REPORT_DIR=)
	@gh pr comment "$$PR" --body-file "$$REPORT_DIR/diff.md" --edit-last --create-if-none

clean: ## remove .venv, node_modules, reports and caches
	@rm -rf $(VENV) dist node_modules .reports .bench .mypy_cache .ruff_cache .pytest_cache

.PHONY: help setup browser all generate check lint test serve conformance power others audit bench diff release packages publish comment clean
