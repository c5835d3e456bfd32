#!/usr/bin/env bash
# Speed and memory at scale: import, audit, each rule's SQL beside DuckDB's, HTTP under load.
# Needs python3 with the package duckdb, GNU time and wrk; prints a Markdown table.
#
#   HOUSEHOLDS  assisted households of the made nation (default 1,000,000)
#   MONTHS      months of payments (default 27: of that nation some 24.5 million payments)
#   BENCH_DIR   where the data goes (default: bench-data, kept between runs)
set -euo pipefail
cd "$(dirname "$0")/.."

households=${HOUSEHOLDS:-1000000}
months=${MONTHS:-27}
dir=${BENCH_DIR:-bench-data}
target=${CARGO_TARGET_DIR:-target}
mingjing=$target/release/mingjing
time=$(command -v gtime || echo /usr/bin/time)

cargo build --locked --release
mkdir -p "$dir"

# timed LABEL COMMAND…: wall seconds and peak memory of one run, to $dir/LABEL.time
timed() {
  local label=$1
  shift
  "$time" -f '%e %U %S %M' -o "$dir/$label.time" "$@" >"$dir/$label.out" 2>"$dir/$label.err"
}

made=$dir/made-$households-$months
if [ ! -e "$made/truth.csv" ]; then
  timed generate "$mingjing" generate --households "$households" --months "$months" --seed 1 --formats parquet --out "$made"
fi
rm -rf "$dir/data"
timed import "$mingjing" import "$made/exports" --data "$dir/data" --json
timed audit "$mingjing" audit --data "$dir/data" --json --out "$dir/findings"

python3 benches/rules_vs_duckdb.py --mingjing "$mingjing" --data "$dir/data" >"$dir/rules.md"
python3 benches/http_load.py --mingjing "$mingjing" --data "$dir/data" >"$dir/http.md"
python3 benches/report.py --dir "$dir"
