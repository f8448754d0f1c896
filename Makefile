# Each target does its own set-up; a second run reuses it.
PYTHON ?= python3
PROFILE ?= standard
BIN := .venv/bin
READY := .venv/.ready
# One process per core, each with one thread; a file's tests share its fixtures.
PYTEST := OMP_NUM_THREADS=1 $(BIN)/python -m pytest --numprocesses auto --dist loadfile

# PyTorch takes and frees the same megabytes for every answer, and glibc hands them back to the
# system each time: a tenth to a third of most attributions, as for workers in mer_core/cluster.py.
# One arena beside the main one, or a server's many threads would keep many. Others ignore it.
ALLOCATOR := GLIBC_TUNABLES=glibc.malloc.hugetlb=1:glibc.malloc.mmap_max=0:glibc.malloc.trim_threshold=1099511627776:glibc.malloc.top_pad=67108864:glibc.malloc.arena_max=2

.PHONY: workbench test check bench figures notebooks clean

## The app on embedded data, in the browser.
workbench: $(READY)
	$(ALLOCATOR) $(BIN)/streamlit run workbench/streamlit_app.py

## The whole suite, from nothing.
test: $(READY)
	$(PYTEST)

## What CI runs: format, lint, types, import contracts, tests.
check: $(READY)
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/pyright
	$(BIN)/lint-imports
	$(PYTEST)

## Side-by-side ratios, with the memory the app keeps; each benchmark is one file.
bench: $(READY)
	@for file in tests/benchmarks/bench_*.py; do \
		PYTHONPATH=. $(ALLOCATOR) $(BIN)/python $$file || exit 1; \
	done

## Every table and figure, into figures/; long, and resumable down to the fold.
figures: $(READY)
	$(BIN)/mer reproduce all --profile $(PROFILE)

## Every notebook, executed into notebooks/executed/.
notebooks: $(READY)
	$(BIN)/jupyter nbconvert --to notebook --execute --output-dir notebooks/executed notebooks/*.ipynb

clean:
	rm -rf .venv build *.egg-info

$(READY): pyproject.toml constraints.txt
	test -x $(BIN)/python || $(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --editable ".[dev]" --constraint constraints.txt
	touch $@
