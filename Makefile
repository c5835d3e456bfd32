# Everything a person does with this project. CARGO_TARGET_DIR may point elsewhere.

CARGO ?= cargo

.PHONY: demo test fmt fmt-check lint doc licences bench

## demo: generate a made county, import, audit and serve it
demo:
	$(CARGO) run --locked --profile demo -- demo

## test: what a change must pass
test: fmt-check lint test-run doc licences

.PHONY: test-run
test-run:
	$(CARGO) test --locked

fmt:
	$(CARGO) fmt

fmt-check:
	$(CARGO) fmt --check

lint:
	$(CARGO) clippy --locked --all-targets -- -D warnings

doc:
	RUSTDOCFLAGS="-D warnings" $(CARGO) doc --locked --no-deps

licences:
	python3 tests/licences.py

## bench: speed and memory, with DuckDB running the same SQL beside
bench:
	./benches/run.sh
