# Two commands do all the set-up on a machine with Python 3.11 or later: `make app` and `make test`.
# What is installed already is not installed again.

PYTHON ?= python3
BIN := .venv/bin

# Node.js checks and tests the browser's scripts; the app needs none.
NODE := $(shell command -v npm >/dev/null && node -e 'const [a, b] = process.versions.node.split(".").map(Number); \
	console.log(a > 20 || (a === 20 && b >= 19) ? "yes" : "no")' 2>/dev/null)

.PHONY: app test test-slow lint lint-web screenshots benchmarks clean

app: .venv/.app  ## install what is missing and open the app in the browser
	$(BIN)/streamlit run streamlit_app.py

test: .venv/.dev  ## install what is missing and run the tests (browser tests need Chromium and skip without it)
	$(BIN)/python -m pytest -n 2 --dist loadfile

test-slow: .venv/.dev  ## real training for minutes; results are recorded in docs/RESULTS.md
	$(BIN)/python -m pytest -m slow -s

lint: .venv/.dev lint-web
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

ifeq ($(NODE),yes)
lint-web: node_modules/.dev
	npx --no-install eslint --max-warnings 0 .
	npx --no-install tsc --project jsconfig.json
	npx --no-install tsc --project jsconfig.typed.json
else
lint-web:
	@echo "The browser's scripts are not checked: that needs Node.js 20.19 or later and npm."
	@[ "$(REQUIRE_NODE)" != 1 ]
endif

screenshots: .venv/.dev  ## drive the app in Chromium and draw the README's pictures anew
	$(BIN)/python -m scripts.screenshots

benchmarks: .venv/.dev
	$(BIN)/python -m benchmarks.train_step
	$(BIN)/python -m benchmarks.viewer_cost

.venv/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "GAN Explorer needs Python 3.11 or later; $(PYTHON) is older. Try: make $(MAKECMDGOALS) PYTHON=python3.12"; exit 1; }
	$(PYTHON) -m venv .venv

.venv/.app: .venv/bin/python requirements.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements.txt
	@touch $@

.venv/.dev: .venv/bin/python requirements.txt requirements-dev.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements-dev.txt
	@touch .venv/.app $@

node_modules/.dev: package.json package-lock.json
	npm ci --silent --no-fund --no-audit
	@touch $@

clean:
	rm -rf .venv .pytest_cache .ruff_cache node_modules
