# The front door for people: `make` alone lists what there is.
.DEFAULT_GOAL := help
SHELL := /bin/bash

PYTHON ?= python3
BIN := .venv/bin
INVENTORY ?= inventories/lab

# Molecule and ansible-lint look for Ansible's programs there.
export PATH := $(CURDIR)/.venv/bin:$(PATH)

help: ## list the commands
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /  make \1\t/' | expand -t 24

# Debian's python3 comes without venv. The link makes this checkout importable as rocketops.rocketchat.
.venv/.installed: requirements-dev.lock
	@echo "Installing Ansible and the tools into .venv (about a minute)"
	@$(PYTHON) -c 'import ensurepip' 2>/dev/null || { apt-get update -q && apt-get install -qy --no-install-recommends python3-venv; }
	@$(PYTHON) -m venv .venv
	@$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.lock
	@mkdir -p .cache/collections/ansible_collections/rocketops
	@ln -sfn "$(CURDIR)" .cache/collections/ansible_collections/rocketops/rocketchat
	@touch $@

.cache/sslyze/.installed: requirements-sslyze.lock | .venv/.installed
	@$(PYTHON) -m venv .cache/sslyze
	@.cache/sslyze/bin/pip install --quiet --disable-pip-version-check --require-hashes -r requirements-sslyze.lock
	@touch $@

venv: .venv/.installed ## install the tools into .venv

lab: venv ## bring the lab up: a registry, a package repository and one bare Debian host
	@$(BIN)/python -m lab up

lab-down: venv ## remove the lab and all it made on this machine
	@$(BIN)/python -m lab down

demo: lab ## deploy onto the lab's host, talk through it, show its health
	@$(BIN)/ansible-playbook -i $(INVENTORY) playbooks/site.yml
	@$(BIN)/python -m tests.e2e.talk $(INVENTORY)
	@$(BIN)/ansible-playbook -i $(INVENTORY) playbooks/health.yml
	@$(BIN)/python -m lab.next_steps $(INVENTORY)

lint: venv ## check style, documentation and packaging
	@tools/lint

# More processes than most machines have cores, as half of the time is waiting. Tests of one file share its servers.
# Compiled tests are kept, also where the environment says to keep no bytecode: reading them is half of the work before
# the first test, and every process does it.
UNIT := PYTHONDONTWRITEBYTECODE= PYTHONPYCACHEPREFIX="$(CURDIR)/.cache/bytecode" \
	$(BIN)/python -m pytest -q -n 4 --dist loadfile tests/unit

unit: venv ## run the tests that need no lab
	@$(UNIT)

unit-thorough: venv ## the same, with twenty times the examples of every property, and others each time
	@$(UNIT) --hypothesis-profile thorough

# Molecule remembers hosts by the name of the checkout's folder, even those that went with the lab: hence the reset.
molecule: venv ## converge fresh hosts, twice, disturb them, and verify them
	@$(BIN)/molecule reset --all
	@COLUMNS=140 $(BIN)/molecule test --scenario-name external_mongodb
	@COLUMNS=140 $(BIN)/molecule test --destroy never

# Two hosts at a time, as half of the time is waiting. Tests of one file go on from what the one before left.
e2e: venv .cache/sslyze/.installed ## take parts of the deployed host away, and see what the product does
	@$(BIN)/python -m pytest -v --durations 40 -n 2 --dist loadfile tests/e2e --inventory molecule/default/inventory

test: lint unit molecule e2e ## run everything that CI runs
	@$(BIN)/python -m lab down molecule1

soak: venv ## the exhaustive tests, on the deployed host: each thing changed by hand in each way, alone
	@$(BIN)/python -m pytest -v tests/soak --inventory molecule/default/inventory

mutants: venv ## change the plan in thousands of small ways, and show which of them no test notices
	@tools/mutants

bench: venv ## measure deployments, runs with nothing to do, checks, the health, sockets and traffic, each against something plain
	@$(BIN)/python -m tests.bench

clean: lab-down ## remove the lab and what was installed into this directory
	@rm -rf .venv .cache

.PHONY: help venv lab lab-down demo lint unit unit-thorough molecule e2e test soak mutants bench clean
