# `make` sets up and runs the default scale; `make test` sets up and tests. Everything else is below.
# Variables: PYTHON (the interpreter that .venv is made of), CORES, SCALE, MPI (`site` installs none),
# TORCH_INDEX (a package index with the build of torch you want, for CUDA or processors; docs/sites.md).
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
PYTHON ?= python3
COMMA := ,
CORES ?= $(shell nproc)
EXTRAS := $(if $(filter site,$(MPI)),dev,dev$(COMMA)mpi)
BIN := .venv/bin
SNAKEMAKE := $(BIN)/snakemake -c$(CORES)

.PHONY: run setup report crate site resume test test-cluster extras validators lint format bench lock schema cluster \
        cluster-stop clean help
.DEFAULT_GOAL := run

run: setup  ## set up, then make every table and figure at the default scale (SCALE=smoke for another)
	$(SNAKEMAKE) $(if $(SCALE),--config scale=$(SCALE))

setup: .venv/installed  ## make .venv, install gapworks into it, link the Slurm profile

# The stamp is written last: a set-up that broke off is done again.
.venv/installed: pyproject.toml envs/lock.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "gapworks needs Python 3.11 or newer; say which one: make PYTHON=/path/to/python3.11" >&2; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' || \
	  { echo "$(PYTHON) cannot make virtual environments; on Debian: apt install python3-venv" >&2; exit 1; }
	@[ -x $(BIN)/python ] || rm -rf .venv
	[ -x $(BIN)/python ] || $(PYTHON) -m venv .venv
	$(if $(TORCH_INDEX),$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-compile \
	  --constraint envs/lock.txt --extra-index-url '$(TORCH_INDEX)' torch)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-compile \
	  --constraint envs/lock.txt --editable '.[$(EXTRAS)]'
	$(BIN)/python -c 'import matplotlib.pyplot, pandas, snakemake.cli, torch.optim'  # byte code of what is used, not of all
	$(BIN)/python -c 'import numpy; from gapworks.chain import solve; solve(numpy.zeros((1, 8)))'  # compiles, for all jobs to come
	$(BIN)/python -c 'from gapworks.qpi import Parameters, green_window; green_window(Parameters("A1g"), size=8, n_effective=1024)'
	@ln -sfn profiles/slurm slurm  # so that the literal `snakemake --profile slurm` finds the profile
	@touch $@

report: setup  ## all figures, tables and verdicts on one page, results/SCALE/report.html
	$(SNAKEMAKE) results/$(or $(SCALE),laptop)/report.html

# Into the same .venv, and only for this: runs and tests do without.
.venv/docs: .venv/installed
	$(BIN)/python -m pip install --quiet --disable-pip-version-check \
	  --constraint envs/lock.txt --editable '.[$(EXTRAS),docs]'
	@touch $@

site: .venv/docs  ## the documentation as a site, build/site/index.html (SCALE: whose figures it shows)
	SCALE=$(SCALE) $(BIN)/sphinx-build --quiet --fail-on-warning --keep-going docs build/site
	@echo build/site/index.html

crate: setup  ## describe a made scale for a repository, results/SCALE/ro-crate-metadata.json (docs/publishing.md)
	$(SNAKEMAKE) results/$(or $(SCALE),laptop)/ro-crate-metadata.json

resume: setup  ## go on after a run that broke off, as before (ARGS="--profile slurm TARGET" otherwise)
	$(BIN)/gapworks resume $(if $(ARGS),-- $(ARGS))

# Each worker has a core: threads of BLAS would only wait for each other's.
test: export OMP_NUM_THREADS = 1
test: export OPENBLAS_NUM_THREADS = 1
test: export MKL_NUM_THREADS = 1
test: setup  ## the tests that need no cluster
	$(BIN)/python -m pytest -n $(CORES) --no-loadscope-reorder -m "not cluster and not slow" $(PYTEST)

test-cluster: setup  ## the tests on a private Slurm (Debian, as root)
	$(BIN)/python -m pytest -m cluster $(PYTEST)

extras: validators  ## what tests of extras need; then GAPWORKS_REQUIRE_EXTRAS=1 make test skips none of them
	$(BIN)/python -m pip install --quiet --disable-pip-version-check \
	  --constraint envs/lock.txt --editable '.[$(EXTRAS),app,docs,export]'
	@touch .venv/docs

validators: .venv/validators/installed  ## what checks citation, crates and Croissant, beside .venv (then `make test`)

.venv/validators/installed: envs/validators.txt | .venv/installed
	[ -x .venv/validators/bin/python ] || $(BIN)/python -m venv .venv/validators
	.venv/validators/bin/python -m pip install --quiet --disable-pip-version-check -r envs/validators.txt
	@touch $@

lint: setup  ## formatting and static checks of Python and Snakemake files
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/snakefmt --check Snakefile workflow
	$(BIN)/snakemake --lint

format: setup  ## put Python and Snakemake files into the project's format
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .
	$(BIN)/snakefmt Snakefile workflow

cluster: setup  ## a private Slurm on this machine (Debian, as root), to try the Slurm profile on
	tests/cluster/slurm.sh start

cluster-stop:  ## stop the private Slurm
	tests/cluster/slurm.sh stop

bench: setup  ## speed and memory against the reference solvers, printed and kept in benchmarks/results
	$(BIN)/python benchmarks/chain.py
	$(BIN)/python benchmarks/factory.py
	$(BIN)/python benchmarks/eliashberg.py
	$(BIN)/python benchmarks/qpi.py
	$(BIN)/python benchmarks/qpi_data.py

lock: setup .venv/docs  ## write envs/lock.txt: the versions that are installed here, to be tested and kept
	{ grep '^#' envs/lock.txt; \
	  $(BIN)/python -m pip freeze --exclude-editable | sed 's/+.*//'; } > .venv/lock.txt
	mv .venv/lock.txt envs/lock.txt

schema: setup  ## write workflow/schemas/config.schema.json from src/gapworks/config.py
	$(BIN)/gapworks schema > workflow/schemas/config.schema.json

help:  ## this list
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## /\t/' | expand -t 16

clean:  ## remove what was set up (never results)
	rm -rf .venv slurm
