# Each target does its own set-up; a second run reuses it.
PYTHON ?= python3
PROFILE ?= standard
BIN := .venv/bin
APP := .venv/.app-installed
DEV := .venv/.dev-installed
# One process per core, each with one thread; a file's tests share its fixtures.
PYTEST := OMP_NUM_THREADS=1 $(BIN)/python -m pytest --numprocesses auto --dist loadfile

# uv where it is installed, pip otherwise; both read the dependency groups of pyproject.toml.
UV := $(shell command -v uv 2>/dev/null)
ifdef UV
VENV := $(UV) venv --quiet --allow-existing --python $(PYTHON) .venv
INSTALL := $(UV) pip install --python $(BIN)/python
else
VENV := $(PYTHON) -m venv .venv
# Groups need pip 25.1.
NEWER_PIP := $(BIN)/python -m pip install --quiet --upgrade "pip>=25.1" &&
INSTALL := $(BIN)/python -m pip install
endif
PARTS = $(NEWER_PIP) $(INSTALL) --constraint constraints.txt --group $(1) && $(INSTALL) --no-deps --editable .

# Prints the variables under which `mer workbench` runs its server, as NAME=VALUE.
SERVER := from mer_core.cli.workbench import server_environment as e; print(*map('='.join, e().items()))

.PHONY: workbench lab test check bench faults figures notebooks docs clean

## The app on embedded data, in the browser.
workbench: $(APP)
	$(BIN)/mer workbench

## The whole suite, from nothing.
test: $(DEV)
	$(PYTEST)

## What CI runs: format, lint, types, import contracts, tests.
check: $(DEV)
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/pyright
	$(BIN)/lint-imports
	$(PYTEST)

## Every figure of speed in one report, against the baseline of this kind of processor;
## `AVX2=1` as on a laptop without wider units.
HELD := $(if $(AVX2),ONEDNN_MAX_CPU_ISA=AVX2 ATEN_CPU_CAPABILITY=avx2 MKL_ENABLE_INSTRUCTIONS=AVX2 \
	OPENCV_CPU_DISABLE=AVX512-SKX NPY_DISABLE_CPU_FEATURES="X86_V4 AVX512_ICL AVX512_SPR")
bench: $(DEV)
	env $(HELD) PYTHONPATH=. $$($(BIN)/python -c "$(SERVER)") $(BIN)/python -m tests.benchmarks

## Every table and figure, into figures/; long, and resumable down to the fold.
figures: $(DEV)
	$(BIN)/mer reproduce all --profile $(PROFILE)

## The notebooks in JupyterLab.
lab: $(DEV)
	$(BIN)/jupyter lab --notebook-dir notebooks

## Pages of the notebooks that have changed, executed, into notebooks/executed/.
notebooks: $(DEV)
	$(BIN)/python .github/docs/notebook_pages.py

## The documentation as a site, into build/site/; with the pages of the notebooks.
docs: $(DEV)
	$(BIN)/python .github/docs/build.py build/site
	@echo "Open build/site/index.html"

## Kills, damage and fuzzing, counted; about an hour, `SHARE=0.02` takes minutes.
SHARE ?= 1
faults: $(DEV)
	env PYTHONPATH=. $(BIN)/python -m tests.faults --share $(SHARE)

clean:
	rm -rf .venv build *.egg-info

$(APP): pyproject.toml constraints.txt
	@echo "Installing the app into .venv: three to four minutes with pip, one with uv; PyTorch is most of it."
	test -x $(BIN)/python || $(VENV)
	$(call PARTS,app)
	@touch $@

$(DEV): pyproject.toml constraints.txt
	@echo "Installing the app, the notebooks and the developers' tools into .venv."
	test -x $(BIN)/python || $(VENV)
	$(call PARTS,dev)
	@touch $@ $(APP)
