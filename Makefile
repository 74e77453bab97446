# Everything runs in .venv, which is made once from requirements.lock. `make help` names the targets.
PYTHON ?= python3
BIN := .venv/bin

# Pip's own progress bars show what is being fetched.
PIP := $(BIN)/python -m pip --disable-pip-version-check

.DEFAULT_GOAL := help
.PHONY: help demo test full report-card gallery lab class named-directory notebooks translations pictures lint lock clean

help: ## name the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

demo: .venv/.installed ## build the lessons and grade a class of made-up students
	$(BIN)/autograder demo

test: .venv/.installed ## run the tests, the quick ones first
	$(BIN)/python -m pytest -n 2 --no-loadscope-reorder

full: .venv/.installed ## the slow tests, reference models, all measurements (hours; needs the real data)
	$(BIN)/python -m pytest -m slow
	$(BIN)/python -m benchmarks.lessons
	$(BIN)/python -m benchmarks.reference_dae
	$(BIN)/python -m benchmarks.reference_vae
	$(BIN)/python -m benchmarks.reference_dcgan
	$(BIN)/python -m benchmarks.check_latency
	$(BIN)/python -m benchmarks.cells
	$(BIN)/python -m benchmarks.false_rejects
	$(BIN)/python -m benchmarks.opening
	$(BIN)/python -m benchmarks.rejudge
	$(BIN)/python -m benchmarks.writer
	$(BIN)/python -m benchmarks.throughput
	$(BIN)/python -m benchmarks.growth
	$(BIN)/python -m benchmarks.hostile_class
	$(BIN)/python -m benchmarks.cluster
	$(BIN)/python -m benchmarks.calibration
	$(BIN)/python -m benchmarks.mutation_score
	$(BIN)/python -m benchmarks.corpus_score
	$(BIN)/python -m benchmarks.report_card

report-card: .venv/.installed ## write benchmarks/REPORT_CARD.md from the results
	$(BIN)/python -m benchmarks.report_card

gallery: .venv/.installed ## every message that the corpus provokes, in build/gallery.html
	@test -d build/corpus || $(BIN)/python -m benchmarks.corpus_score
	$(BIN)/python -m benchmarks.gallery

lab: .venv/.installed ## copy the lessons to work/ (your files are kept) and open JupyterLab
	$(BIN)/autograder lab

class: named-directory .venv/.installed ## make an nbgrader class: make class DIR=../my-class
	$(BIN)/autograder new-class "$(DIR)"

named-directory:
	@test -n "$(DIR)" || { echo "Say where: make class DIR=../my-class" >&2; exit 1; }

notebooks: .venv/.installed ## build the notebooks from course/text and solutions
	$(BIN)/autograder build

translations: .venv/.installed ## update the message catalogues; name what is to be translated anew
	$(BIN)/python .ci/translations.py

pictures: .venv/.installed ## take the READMEs' pictures anew (needs chromium)
	$(BIN)/python -m tests.browser.pictures

lint: .venv/.installed ## ruff and mypy
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy

lock: .venv/.installed ## resolve the dependencies anew: requirements.lock and environment.yml
	$(BIN)/python .ci/lock.py

clean: ## remove .venv and everything built; work/ and the notebooks stay
	rm -rf .venv build dist *.egg-info .pytest_cache .ruff_cache .mypy_cache

# Remade only when the lock changes. A half-made .venv has no stamp, so it is made again.
.venv/.locked: requirements.lock
	@$(PYTHON) -c 'import sys; sys.exit(not (3, 11) <= sys.version_info < (3, 14))' 2>/dev/null || \
		{ echo "Python 3.11, 3.12 or 3.13 is needed and $(PYTHON) is not one: name one with make PYTHON=python3.11" >&2; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || \
		{ echo "$(PYTHON) cannot make virtual environments: install its venv package (Debian: apt install python3-venv)" >&2; exit 1; }
	$(PYTHON) -m venv .venv
	$(PIP) install --require-hashes -r requirements.lock
	@touch $@

.venv/.installed: .venv/.locked pyproject.toml
	$(PIP) install --no-deps --no-build-isolation -e .
	@touch $@
