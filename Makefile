# Targets set up what they need in .venv, and again only when the lock changes.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
.PHONY: install install-dev grade test image-test check bench fuzz attacks lock clean

install: $(VENV)/run.stamp
install-dev: $(VENV)/dev.stamp

$(VENV)/run.stamp: requirements.lock setup.sh
	PYTHON=$(PYTHON) bash setup.sh requirements.lock
	@touch $@

$(VENV)/dev.stamp: requirements-dev.lock setup.sh
	PYTHON=$(PYTHON) bash setup.sh requirements-dev.lock
	@touch $@ $(VENV)/run.stamp

grade: install
	@test -n "$(SUBMISSION)" || { echo 'usage: make grade SUBMISSION=path' >&2; exit 2; }
	@$(BIN)/python -m grader grade "$(SUBMISSION)"

test: install-dev
	$(BIN)/python -m pytest -n auto --dist worksteal

# Gradescope's image and runs of it, rebuilt: needs root on Linux and debootstrap; says so and skips where it cannot.
image-test: install-dev
	$(BIN)/python -m pytest -s -rs tests/image

# What CI runs.
check: export EVERYTHING = 1
check: install-dev
	$(BIN)/ruff check grader reference tests benchmarks
	$(BIN)/mypy
	$(MAKE) test
	$(MAKE) attacks
	$(MAKE) image-test

bench: install-dev
	$(BIN)/python benchmarks/bench.py
	$(BIN)/python benchmarks/budget.py

# Coverage-guided fuzzing of every door through which a student's bytes come, SECONDS in all.
SECONDS ?= 60
fuzz: install-dev
	$(BIN)/python -m tests.fuzz.run $(SECONDS)

# Every attack through the whole grader: as root, in a container, as an ordinary user.
attacks: install-dev
	$(BIN)/python -m grader selftest --attacks

lock:
	uv pip compile --universal --generate-hashes --no-header --no-annotate --python-version 3.10 --extra dev pyproject.toml -o requirements-dev.lock
	uv pip compile --universal --generate-hashes --no-header --no-annotate --python-version 3.10 -c requirements-dev.lock pyproject.toml -o requirements.lock

clean:
	rm -rf $(VENV) .pytest_cache .mypy_cache .ruff_cache .hypothesis
