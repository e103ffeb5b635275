# Every command people need. Python 3.11+, make and a network to the package registries are all a fresh machine has.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/installed
STAMP_DEV := $(VENV)/installed-dev
STAMP_BENCH := $(VENV)/installed-bench

.PHONY: demo test check format bench crash vendor requirements translations clean

demo: $(STAMP)
	$(BIN)/python -m b24app demo $(if $(PORT),--port $(PORT))

# One process more than there are processors: tests wait for disks and browsers, too.
test: $(STAMP_DEV)
	.ci/browser
	.ci/with-services $(BIN)/pytest -n $(or $(JOBS),$(shell expr $$(getconf _NPROCESSORS_ONLN) + 1)) --dist loadfile $(TESTS)

check: $(STAMP_DEV)
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy

format: $(STAMP_DEV)
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

# All budgets, or some parts of them: make bench ONLY="documents providers"
bench: $(STAMP_BENCH)
	.ci/browser
	.ci/with-services $(BIN)/python -m tests.bench $(if $(ONLY),--only $(ONLY))

# Kill every kind of process under traffic and look at what people see: make crash KILLS=200 DATABASE=postgresql SEED=7
crash: $(STAMP_DEV)
	.ci/with-services $(BIN)/python -m tests.crash --database $(or $(DATABASE),sqlite) --kills $(or $(KILLS),200) \
		--seed $(or $(SEED),1)

vendor:
	.ci/vendor

# Pin what the .in files ask for, with hashes.
requirements: $(STAMP_DEV)
	for name in requirements requirements-demo requirements-dev requirements-bench; do \
		$(BIN)/pip-compile --quiet --generate-hashes --allow-unsafe --strip-extras --no-emit-index-url \
			--no-emit-find-links --no-emit-trusted-host --output-file $$name.txt $$name.in || exit 1; \
	done

# Collect the sentences of code and pages, bring the catalogues up to date, compile them.
translations: $(STAMP_DEV)
	$(BIN)/pybabel -q extract -F babel.cfg -k N_ -k NotAllowed -k NotFound -k InvalidPayload -k Unauthentic \
		-k BitrixError -k ReconnectNeeded -k ProviderError -k MailError -k OutcomeUnknown \
		--no-location --sort-output --project=Paraph --version= -o $(VENV)/messages.pot .
	$(BIN)/pybabel -q update -i $(VENV)/messages.pot -d b24app/translations --no-fuzzy-matching \
		--ignore-obsolete --ignore-pot-creation-date
	$(BIN)/pybabel -q compile -d b24app/translations

$(STAMP): requirements.txt requirements-demo.txt
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes \
		-r requirements.txt -r requirements-demo.txt
	touch $@

$(STAMP_DEV): $(STAMP) requirements-dev.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.txt
	touch $@

$(STAMP_BENCH): $(STAMP_DEV) requirements-bench.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-bench.txt
	touch $@

clean:
	rm -rf $(VENV) instance test-artifacts
