# vnetd: `make help` says what there is.
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
MAKEFLAGS += --no-print-directory
.DEFAULT_GOAL := build

.PHONY: help build dependencies addon compile check format clean

help: ## what there is to make
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

build: compile ## everything bin/vnetd and bin/vnetctl need; quick when nothing changed

dependencies:
	@scripts/dependencies.sh

addon: dependencies ## the native addon alone
	@scripts/addon.sh

compile: addon
	@scripts/compile.sh

check: build ## lint, types and unit tests; under a minute
	@node_modules/.bin/biome check --error-on-warnings
	@scripts/run-tests.sh unit

format: dependencies ## put sources into the house format
	@node_modules/.bin/biome check --write

clean: ## remove everything built here (the cache in ~/.cache/vnetd stays)
	@rm -rf node_modules node_modules.new dist build

-include $(wildcard mk/*.mk)
