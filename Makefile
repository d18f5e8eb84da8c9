# Each target does its own set-up: it makes .venv and installs what it needs, in the versions of constraints.txt, when that
# or pyproject.toml has changed.
#   make run     the server, on 127.0.0.1 port 4000        make test   all tests but the soak
#   make dev     the same, and it takes in what you save   make soak   tests that take minutes
#   make lint    ruff, mypy, dead code, imports            make bench  the measurements (ARGS=--json)
#   make owner NAME=who   an account that may do everything in the game (it asks for the password)
#   make tools   system packages that tests use            make docs   the pages made from tables in the code
#   make update  the newest versions for constraints.txt   make coverage  all tests, and how much of the code they run
#   make mutants the code broken in every way of tests/mutants, one after the other (ARGS="lock blocks", "--sample 10")
# ARGS are passed on:  make run ARGS="--port 5000"         make test ARGS="tests/net -x"
#   make test-all   all tests with every Python that is found, each with a .venv-VERSION of its own
# PYTHON names the interpreter that .venv is made with:    make test PYTHON=python3.12

PYTHON ?=
ARGS ?=
# Tests at a time: most of what the end-to-end ones do is wait. 0 is one after the other, as a debugger wants it.
TEST_JOBS ?= 3
# The long play of make soak: seconds, bots, seconds between copyovers, seed of what they do. Then copyovers one after
# the other: how many, and the players at work meanwhile.
export SOAK_SECONDS ?= 600
export SOAK_BOTS ?= 20
export SOAK_EVERY ?= 20
export SOAK_SEED ?= 1
export SOAK_COPYOVERS ?= 1000
export SOAK_PLAYERS ?= 50

export VENV ?= .venv
python := $(VENV)/bin/python
setup := @sh .ci/install

.PHONY: run owner dev test test-all coverage mutants lint bench soak docs tools update clean

run:
	$(setup) run "$(PYTHON)"
	@$(python) run.py $(ARGS)

owner:
	@test -n "$(NAME)" || { echo "make owner NAME=who: it asks for a password" >&2; exit 1; }
	$(setup) run "$(PYTHON)"
	@$(python) run.py account create "$(NAME)" --role owner $(ARGS)

dev:
	$(setup) run "$(PYTHON)"
	@$(python) run.py --dev $(ARGS)

test:
	$(setup) dev "$(PYTHON)"
	$(python) -m pytest --numprocesses $(TEST_JOBS) --dist worksteal $(ARGS)

test-all:
	@failed=; for found in $$(sh .ci/pythons); do \
		echo "$${found##*/}:"; \
		$(MAKE) --no-print-directory test PYTHON=$$found VENV=.venv-$${found##*python} || failed="$$failed $${found##*/}"; \
	done; test -z "$$failed" || { echo "failed:$$failed" >&2; exit 1; }

# Programs that tests start, fork or exec are measured too. It takes twice as long as the tests alone.
coverage:
	$(setup) dev "$(PYTHON)"
	@$(python) -m coverage erase
	@status=0; \
	$(python) -m coverage run -m pytest --numprocesses $(TEST_JOBS) --dist worksteal $(ARGS) || status=$$?; \
	$(python) -m coverage combine --quiet && $(python) -m coverage report && exit $$status

mutants:
	$(setup) dev "$(PYTHON)"
	@$(python) -m tests.mutants $(ARGS)

lint:
	$(setup) dev "$(PYTHON)"
	$(python) -m ruff check .
	$(python) -m ruff format --check .
	$(python) -m mypy
	$(python) -m vulture
	$(python) -m pytest -q tests/test_imports.py

bench:
	$(setup) dev "$(PYTHON)"
	@$(python) -m tests.bench $(ARGS)

soak:
	$(setup) dev "$(PYTHON)"
	$(python) -m pytest -m soak -rP -o faulthandler_timeout=3600 $(ARGS)

docs:
	$(setup) run "$(PYTHON)"
	$(python) -m mud.copyover.diagram > docs/phases.md
	$(python) -m mud.dev.diagram > docs/states.md

tools:
	@sh .ci/tools

update:
	@sh .ci/update "$(PYTHON)"

clean:
	rm -rf .venv .venv-*
