# Everything that is run in this checkout. `make demo` and `make test` need nothing but Python 3.11 or newer.
#
# PYTHON=3.12 or PYTHON=/path/to/python chooses another than the newest; each version has its own .venv-3.N.
# ARGS="..." goes to pytest as it is, after the number of workers, to the benchmarks or to the test suites.

.DEFAULT_GOAL := help
.PHONY: help demo test test-quick test-native test-crash test-soak test-others lint types contracts architecture coverage bench test-suites format check constraints clean
.DELETE_ON_ERROR:

ARGS ?=
WORKERS ?= 2
PACKAGES := redaction exporters/breadcrumb-exporter-duckdb instrumentation/breadcrumb-instrumentation-calls
NATIVE := $(wildcard instrumentation/*/setup.py instrumentation/*/native/*/*.[ch])
SOURCES := $(wildcard src scripts tests examples benchmarks suites $(foreach package,$(PACKAGES),$(package)/src $(package)/tests))
# programs that tests trace: their shape is the test
TRACED := tests/(trees|ends|sessions)
export UV_PYTHON_DOWNLOADS := never
# tests start thousands of interpreters: to compile every module in each takes longer than the tests
unexport PYTHONDONTWRITEBYTECODE
ifneq ($(wildcard /etc/ssl/certs/ca-certificates.crt /etc/ssl/cert.pem /etc/pki/tls/certs),)
# what the machine trusts, as pip does
export UV_SYSTEM_CERTS ?= 1
endif

ifneq ($(filter-out help clean,$(or $(MAKECMDGOALS),help)),)
BASE := $(shell scripts/find_python '$(PYTHON)')
ifeq ($(BASE),)
$(error no usable Python)
endif
VENV := .venv-$(shell '$(BASE)' -c 'import sys; print("%d.%d" % sys.version_info[:2])')
PY := $(VENV)/bin/python
endif
INSTALLED = $(VENV)/.installed
# where other tracers are installed beside ours
BENCH := $(or $(VENV:.venv-%=.venv-bench-%),.venv-bench)

help:  ## List every target with its sentence.
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "%-12s %s\n", $$1, $$2 }' $(firstword $(MAKEFILE_LIST))

demo: $(INSTALLED)  ## Trace a published command line and follow the trail once, with each command shown.
	@$(PY) scripts/demo.py

test: $(INSTALLED)  ## Run all tests of all packages.
	$(PY) -m pytest -n $(WORKERS) --dist worksteal $(ARGS)

test-quick: $(INSTALLED)  ## Run the packages' own tests that start no process and open no database.
	HYPOTHESIS_PROFILE=quick PYTHONPATH=tests $(PY) -m pytest -p quick -n $(WORKERS) --dist worksteal $(addsuffix /tests,$(PACKAGES)) $(ARGS)

test-native: $(INSTALLED)  ## Run the C recorder's tests under sanitizers, and on the public C API alone.
	$(PY) scripts/test_native.py -n $(WORKERS) $(ARGS)

test-crash: $(INSTALLED)  ## Kill writers, folders and readers at random and compare; ARGS="--rounds 4 --seconds 60 --seed N".
	$(PY) scripts/crash_test.py $(ARGS)

test-soak: $(INSTALLED)  ## Load a web server for two minutes and ask all the time; ARGS="--seconds 120".
	$(PY) scripts/soak_test.py $(ARGS)

test-others: $(INSTALLED)  ## Test with Phoenix, mlflow, Node's SDK and the MCP inspector, installed below .tools (needs npm).
	@uv=$$(scripts/find_uv '$(BASE)') && for name in arize-phoenix mlflow; do \
	    "$$uv" venv --quiet --allow-existing --python '$(BASE)' .tools/$$name && \
	    "$$uv" pip install --quiet --python .tools/$$name/bin/python $$name || exit; done
	@npm install --silent --no-save --prefix .tools/node @opentelemetry/sdk-node @opentelemetry/instrumentation-http \
	    $(addprefix @opentelemetry/exporter-trace-otlp-,http proto grpc)
	BREADCRUMB_TESTS_PHOENIX=$(CURDIR)/.tools/arize-phoenix BREADCRUMB_TESTS_MLFLOW=$(CURDIR)/.tools/mlflow \
	    BREADCRUMB_TESTS_NODE=$(CURDIR)/.tools/node MCP_INSPECTOR=1 $(PY) -m pytest $(ARGS) \
	    tests/test_published_backends.py tests/test_two_languages.py tests/test_mcp_serving.py

lint: $(INSTALLED)  ## Check style and formatting.
	$(PY) -m ruff check $(SOURCES)
	$(PY) -m ruff format --check $(SOURCES)
	@$(VENV)/bin/clang-format --dry-run -Werror $(filter %.c %.h,$(NATIVE))

types: $(INSTALLED)  ## Check types strictly, tests included.
	MYPYPATH=tests:scripts:benchmarks/workloads/suite $(PY) -m mypy --exclude '^$(TRACED)/' $(filter-out %/tests,$(SOURCES))
	for package in $(PACKAGES); do MYPYPATH=tests:$$package/tests $(PY) -m mypy $$package/tests || exit; done

contracts: $(INSTALLED)  ## Check which part may import or include which, and that docs/architecture.md shows it.
	$(VENV)/bin/lint-imports --no-logo
	$(PY) scripts/architecture.py --check
	$(PY) scripts/native_layers.py

architecture: $(INSTALLED)  ## Write the generated parts of docs/architecture.md anew.
	$(PY) scripts/architecture.py

coverage: $(INSTALLED)  ## Run all tests, measuring their subprocesses too; under 85 % fails (3.12 or newer).
	$(PY) -m pytest -n $(WORKERS) --dist worksteal --cov --cov-config=coverage.ini --cov-report=term:skip-covered $(ARGS)

bench: $(BENCH)/.installed  ## Measure what tracing costs beside other tracers, and print it with the figures to hold.
	@$(BENCH)/bin/python -m benchmarks $(ARGS)

test-suites:  ## Run test suites of published packages with and without tracing, and compare every outcome.
	@'$(BASE)' -m suites --uv "$$(scripts/find_uv '$(BASE)')" $(ARGS)

format: $(INSTALLED)  ## Format the code and repair what can be repaired.
	$(PY) -m ruff format $(SOURCES)
	@$(VENV)/bin/clang-format -i $(filter %.c %.h,$(NATIVE))
	$(PY) -m ruff check --fix $(SOURCES)

check: lint types contracts test  ## Run lint, types, contracts and tests.

constraints: $(INSTALLED)  ## Write constraints.txt anew: the newest versions that fit Python 3.11 and later together.
	printf 'setuptools\npygments\nuv\n' | "$$(scripts/find_uv '$(BASE)')" pip compile --quiet --upgrade --universal --python-version 3.11 \
	    --all-extras --group dev --no-annotate --no-header $(foreach package,breadcrumb-otel breadcrumb-redaction \
	    breadcrumb-instrumentation-calls breadcrumb-exporter-duckdb,--no-emit-package $(package)) \
	    --output-file constraints.txt pyproject.toml -

clean:  ## Remove environments, tools, caches and builds.
	rm -rf .venv* .tools build .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis .coverage htmlcov
	find $(SOURCES) -name __pycache__ -type d -prune -exec rm -rf {} +
	find $(PACKAGES) -name '*.so' -delete

$(INSTALLED): pyproject.toml $(PACKAGES:=/pyproject.toml) constraints.txt $(NATIVE)
	@echo "installing into $(VENV)"
	@uv=$$(scripts/find_uv '$(BASE)') && { $(PY) -c '' 2>/dev/null || "$$uv" venv --quiet --clear --python '$(BASE)' $(VENV); } && \
	"$$uv" pip install --quiet --python $(PY) --constraint constraints.txt --build-constraint constraints.txt \
	    --reinstall-package breadcrumb-instrumentation-calls --group dev \
	    $(foreach package,$(PACKAGES),--editable ./$(package)) --editable '.[all]' pygments
	@touch $@

$(BENCH)/.installed: pyproject.toml $(PACKAGES:=/pyproject.toml) constraints.txt benchmarks/requirements.txt $(NATIVE)
	@echo "installing into $(BENCH)"
	@uv=$$(scripts/find_uv '$(BASE)') && { $(BENCH)/bin/python -c '' 2>/dev/null || "$$uv" venv --quiet --clear --python '$(BASE)' $(BENCH); } && \
	"$$uv" pip install --quiet --python $(BENCH)/bin/python --constraint constraints.txt --build-constraint constraints.txt \
	    --reinstall-package breadcrumb-instrumentation-calls --requirements benchmarks/requirements.txt \
	    $(foreach package,$(PACKAGES),--editable ./$(package)) --editable '.[query]'
	@touch $@
