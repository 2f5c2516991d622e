# A machine needs Python 3.11 (or newer) with venv, and make. Everything else comes from requirements.lock.
.PHONY: help run setup test check style floors types templates migrations deployment words browser lock clean
.DEFAULT_GOAL := help
PYTHON ?= $(shell for name in python3.11 python3.12 python3.13 python3; do \
	command -v $$name >/dev/null && $$name -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))' 2>/dev/null \
	&& { echo $$name; break; }; done)
BIN := .venv/bin
INSTALLED := .venv/.installed

help: ## this list
	@grep -hE '^[a-z]+:.*##' Makefile | sed 's/:.*## /\t/'

run: $(INSTALLED) ## install, prepare and run everything, with a demo company: http://127.0.0.1:8000
	@exec $(BIN)/python -m config.run

setup: $(INSTALLED) ## install and prepare, serve nothing
	@$(BIN)/python -m config.run --prepare

test: $(INSTALLED) ## all tests but those in a browser
	$(BIN)/pytest

check: style floors types templates migrations deployment words ## everything but tests; `make -k check` goes on after a fault

style: $(INSTALLED)
	$(BIN)/ruff format --check --quiet .
	$(BIN)/ruff check .

floors: $(INSTALLED)
	$(BIN)/lint-imports --no-logo

types: $(INSTALLED)
	$(BIN)/mypy

templates: $(INSTALLED)
	$(BIN)/djlint --lint --quiet templates

migrations: $(INSTALLED)
	$(BIN)/python manage.py makemigrations --check --dry-run

deployment: $(INSTALLED)
	DEBUG=0 SECRET_KEY=only-to-check-the-settings-of-a-server-0123456789abcdef ALLOWED_HOSTS=example.com \
		$(BIN)/python manage.py check --deploy --fail-level WARNING

words: $(INSTALLED)
	$(BIN)/python manage.py translations --check

browser: $(INSTALLED) ## tests in a real Chromium
	$(BIN)/pytest tests/browser

lock: $(INSTALLED) ## resolve the versions again (UPGRADE=1 for newer ones)
	$(BIN)/uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-header $(if $(UPGRADE),--upgrade) \
		--group dev --group build pyproject.toml -o requirements.lock
	echo uv | $(BIN)/uv pip compile -q - -c requirements.lock --universal --python-version 3.11 --generate-hashes --no-header \
		--no-annotate -o requirements-bootstrap.lock

clean: ## forget everything that was made here, the database too
	rm -rf .venv var staticfiles .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis

$(BIN)/python:
	@test -n "$(PYTHON)" || { echo "Python 3.11 or newer with venv is needed (on Debian: python3-venv)"; exit 1; }
	@echo "Making .venv with $(PYTHON)"
	@$(PYTHON) -m venv .venv

$(INSTALLED): requirements-bootstrap.lock requirements.lock pyproject.toml | $(BIN)/python
	@echo "Installing what requirements.lock names"
	@cmp -s requirements-bootstrap.lock .venv/.bootstrap || { \
		$(BIN)/python -m pip --version >/dev/null 2>&1 || $(BIN)/python -m ensurepip >/dev/null; \
		umask 022; $(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-bootstrap.lock \
		&& cp requirements-bootstrap.lock .venv/.bootstrap; }
	@umask 022; $(BIN)/uv pip sync --python $(BIN)/python --require-hashes requirements.lock
	@$(BIN)/uv pip install --quiet --python $(BIN)/python --no-deps --no-build-isolation --editable .
	@touch $@
