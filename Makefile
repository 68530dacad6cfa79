# The two commands: make run, make test. What they do stands in .ci/.
PORT ?= 8000
LOCALE ?= es

.PHONY: run test lint bench words lock

run:
	@.ci/setup run
	@.venv/bin/shelter demo --if-empty
	@exec .venv/bin/shelter run --host 127.0.0.1 --port $(PORT)

test:
	@.ci/setup test
	@.ci/test

lint:
	@.ci/setup test
	@.ci/lint

bench:
	@.ci/setup test
	@.venv/bin/python -m tests.bench

words:
	@.ci/setup test
	@.ci/words $(LOCALE)

lock:
	@.ci/setup test
	@.ci/lock
