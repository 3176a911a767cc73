# Two commands: `make demo` and `make test`. Both set up what they need on the first call.
PYTHON ?= python3
BIN := .venv/bin
READY := .venv/.ready

.PHONY: demo test rehearsal chaos bench lint types setup pins clean help

help:
	@echo "make demo                        everything once, landing to warehouse, on generated orders"
	@echo "make demo SOURCE=S LANDING=DIR   the same on your own: S is a built-in source or a mapping file"
	@echo "make test                        lint, types and all tests"
	@echo "make rehearsal                   terraform apply on a local AWS, events in, the deployed jobs run, verify, destroy"
	@echo "make chaos                       kill real runs at every place where state changes, and compare what they leave"
	@echo "make chaos CHAOS='--limit 20'    a sample of it; CHAOS=--help lists the options"
	@echo "make bench                       measure every figure anew, and write docs/benchmarks.md (an hour and more)"
	@echo "make bench ONLY=F / QUICK=1 / PAGE=1   one figure / small sizes, a trial / only the page"
	@echo "make pins                        compile requirements.txt anew from pyproject.toml (needs uv)"
	@echo "make clean                       remove the state and the virtual environment"

demo: $(READY)
	@$(BIN)/lakehouse demo $(if $(SOURCE),--source "$(SOURCE)") $(if $(LANDING),--landing "$(LANDING)")

test: lint types
	$(BIN)/python -m pytest -n auto --maxprocesses 4 --dist loadfile

chaos: $(READY)
	@$(BIN)/python -m tests.chaos $(CHAOS)

rehearsal: $(READY)
	@$(BIN)/lakehouse aws rehearse

lint: $(READY)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: $(READY)
	$(BIN)/mypy

bench: $(READY)
	$(BIN)/python -m benchmarks $(foreach name,$(ONLY),--only $(name)) $(if $(UCI),--uci-files "$(UCI)") $(if $(QUICK),--quick) $(if $(PAGE),--page)

setup: $(READY)

$(READY): requirements.txt pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and f"Python 3.11 or newer is needed, and $(PYTHON) is {sys.version.split()[0]}: make PYTHON=python3.11 ...")'
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-compile --require-hashes -r requirements.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	$(BIN)/python -m lakehouse.jvm
	@touch $(READY)

pins:
	uv pip compile --universal --fork-strategy fewest --python-version 3.11 --generate-hashes --no-emit-index-url --quiet \
		--extra warehouse --extra local --extra aws --extra ml --extra report --extra bench --extra dev pyproject.toml -o requirements.txt

clean:
	rm -rf .venv .lakehouse .mypy_cache .ruff_cache .pytest_cache .hypothesis
