# The commands of the project. Everything is installed into .venv from the package index: no compiler, no root.
# PYTHON=python3.12 takes another interpreter; ARGS='…' is passed on to the command.
PYTHON ?= python3
ARGS ?=
# More than there are cores, for what waits on real sockets; the last of them take over from each other.
WORKERS ?= $(shell n=$$(nproc); echo $$(( n < 4 ? 2 * n : n < 8 ? n + 2 : 8 )))

# Of make soak.
SEEDS ?= 10000
FROM ?= 1

VENV := .venv
LAB := $(VENV)/.stamp-lab
TEST := $(VENV)/.stamp-test
PIP := $(VENV)/bin/python -m pip --disable-pip-version-check

# Hundreds of tests start a process; each of them would compile all of it where Python is told to write no .pyc.
COMPILE = $(VENV)/bin/python -m compileall -q ipsmgw lab mapstack msgin5g_bridge sipbridge

.PHONY: help lab test interop check bench soak dist clean
.DELETE_ON_ERROR:

help:
	@echo "make lab      start the carrier on loopback and send a first message  (ARGS='--for 10')"
	@echo "make test     run every test                                        (ARGS='tests/house')"
	@echo "make interop  our nodes and osmo-stp over kernel SCTP              (ARGS='-k loadshare')"
	@echo "make check    format, lint, types, and the rules of the house"
	@echo "make bench    what a message costs, beside a bare relay; the codecs beside others'"
	@echo "make soak     the laws over 10,000 seeds, with every fault there is       (SEEDS=100000 FROM=1)"
	@echo "make dist     a wheel and a source distribution, in dist"
	@echo "make clean    remove the virtual environment and what tools left behind"

lab: $(LAB)
	@exec $(VENV)/bin/ipsmgw-lab up $(ARGS)

test: $(TEST)
	@$(COMPILE)
	$(VENV)/bin/python -m pytest -n $(WORKERS) --dist worksteal -rs $(ARGS)

# One machine for all of them: it takes longer to start than most of them to run. The stories wait more than they work,
# so several go on at once; the others look at what happens within moments, and have the machine for themselves.
STORIES := tests/interop/sctp/test_carrier.py
OVER_SCTP = $(VENV)/bin/python -m pytest -o cache_dir=.pytest_cache/sctp -rs
interop: $(TEST)
ifeq ($(ARGS),)
	@$(COMPILE)
	tests/interop/run-with-sctp -t 1200 sh -c \
	    '$(OVER_SCTP) tests/interop/sctp --ignore $(STORIES); alone=$$?; \
	    $(OVER_SCTP) -n 3 --dist worksteal $(STORIES) && exit $$alone'
else
	tests/interop/run-with-sctp -t 1200 $(OVER_SCTP) tests/interop/sctp $(ARGS)
endif

check: $(TEST)
	$(VENV)/bin/ruff format --check .
	$(VENV)/bin/ruff check .
	$(VENV)/bin/mypy
	$(VENV)/bin/python -m pytest tests/house -rs

# With the tools of the tests, as sipmessage is the yardstick of SIP.
bench: $(TEST)
	$(VENV)/bin/python -m lab.bench $(ARGS)

# make soak SEEDS=100000, or a part of it: FROM=60001 SEEDS=40000.
soak: $(LAB)
	$(VENV)/bin/ipsmgw-lab run mixed --faults all --seed $(FROM) --seeds $(SEEDS) -j $$(nproc) $(ARGS)

# What is built is what the sources are, and not what an earlier build has left.
dist: $(TEST)
	rm -rf build
	$(VENV)/bin/python -m build $(ARGS)

clean:
	rm -rf $(VENV) build dist *.egg-info .pytest_cache .mypy_cache .ruff_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

# A stamp is written last, so an interrupted install is done again; without a stamp the environment is built afresh.
$(LAB): pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || \
	    { echo "ipsmgw needs Python 3.11 or newer; '$(PYTHON)' is $$($(PYTHON) -V 2>&1 | tail -n 1). Try: make PYTHON=python3.12 $(MAKECMDGOALS)" >&2; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || \
	    { echo "$(PYTHON) cannot make virtual environments. On Debian and Ubuntu: apt-get install python3-venv" >&2; exit 1; }
	@echo "Installing ipsmgw into $(VENV) (once; the largest part, the ASN.1 of 3GPP, takes a moment) ..."
	@test -e $@ || $(PYTHON) -m venv --clear $(VENV)
	@$(PIP) install -e .
	@touch $@

$(TEST): $(LAB) pyproject.toml
	@echo "Installing the test tools ..."
	@$(PIP) install -e '.[test]'
	@touch $@
