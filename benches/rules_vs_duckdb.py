#!/usr/bin/env python3
"""Each rule's SQL in Mingjing and, unchanged, in DuckDB on the same Parquet files, in one run.

Mingjing runs a rule alone through `mingjing audit --only`, and its coverage tells the time from the
plan to the last row, findings assembled; DuckDB's time is from the plan to the last row fetched. Both
have the same number of threads. Runs alternate; medians and the ratio are printed as Markdown.
"""
import argparse
import csv
import json
import os
import re
import statistics
import subprocess
import tempfile
import time

import duckdb


def rules(folder):
    for name in sorted(os.listdir(folder)):
        if name.endswith(".sql"):
            with open(os.path.join(folder, name), encoding="utf-8") as file:
                text = file.read()
            lines = text.splitlines()
            head = next(i for i, line in enumerate(lines) if not line.startswith("--"))
            yield name[:-4], text, "\n".join(lines[head:])


def parameters(text):
    """Defaults of a rule's own parameters, from its header."""
    header = "\n".join(line[2:].removeprefix(" ") for line in text.splitlines() if line.startswith("--"))
    found = {}
    for name, body in re.findall(r"\[parameters\.(\w+)\]((?:\n(?!\[).*)*)", header):
        found[name] = float(re.search(r"default\s*=\s*([-\d.]+)", body).group(1))
    return found


def bind(sql, values):
    for name, value in values.items():
        sql = re.sub(rf"\${name}\b", f"DATE '{value}'" if isinstance(value, str) else repr(value), sql)
    return sql


def main():
    ap = argparse.ArgumentParser()
    ap.add_argument("--mingjing", required=True)
    ap.add_argument("--data", required=True)
    ap.add_argument("--runs", type=int, default=3)
    ap.add_argument("--threads", type=int, default=os.cpu_count())
    ap.add_argument("--only", default="")
    a = ap.parse_args()
    here = os.path.dirname(os.path.abspath(__file__))
    with open(os.path.join(a.data, "current"), encoding="utf-8") as file:
        snapshot = os.path.join(a.data, "snapshots", file.read().strip())
    con = duckdb.connect(config={"threads": a.threads, "memory_limit": "4GB"})
    for name in sorted(os.listdir(snapshot)):
        if name.endswith(".parquet"):
            con.execute(f"CREATE VIEW {name[:-8]} AS SELECT * FROM read_parquet('{os.path.join(snapshot, name)}')")
    listed = subprocess.run([a.mingjing, "tables", "--stored"], check=True, capture_output=True, text=True).stdout
    for table in json.loads(listed):
        columns = ", ".join(f'CAST(NULL AS {c["type"]}) AS {c["name"]}' for c in table["columns"])
        con.execute(f"CREATE VIEW IF NOT EXISTS {table['name']} AS SELECT {columns} WHERE false")
    with open(os.path.join(here, "duckdb_macros.sql"), encoding="utf-8") as file:
        con.execute(file.read())
    views = os.path.join(here, "..", "queries", "views")
    for name, _, sql in rules(views):
        con.execute(f"CREATE VIEW {name} AS {sql}")
    low, high = con.execute("SELECT min(month), max(month) FROM payment").fetchone()
    as_of = con.execute("SELECT last_day(?::DATE)", [high]).fetchone()[0]
    days = {"as_of": str(as_of), "window_from": str(low), "window_to": str(high)}
    print("| rule | Mingjing s | DuckDB s | ratio | rows |\n|---|---|---|---|---|")
    ratios = []
    for rule, text, sql in rules(os.path.join(here, "..", "queries", "rules")):
        code = rule.split("_")[0].upper()
        if a.only and code not in a.only.split(","):
            continue
        bound = bind(sql, {**days, **parameters(text)})
        ours, theirs, rows = [], [], 0
        for _ in range(a.runs):
            with tempfile.TemporaryDirectory() as out:
                subprocess.run(
                    [a.mingjing, "audit", "--data", a.data, "--only", code, "--json", "--out", out,
                     "--partitions", str(a.threads)],
                    check=True, capture_output=True,
                )
                with open(os.path.join(out, "coverage.csv"), encoding="utf-8") as file:
                    covered = next(csv.DictReader(file))
                assert covered["outcome"] == "ran", covered
                ours.append(int(covered["time_ms"]) / 1000)
            started = time.perf_counter()
            rows = con.sql(bound).to_arrow_table().num_rows
            theirs.append(time.perf_counter() - started)
        mine, peer = statistics.median(ours), statistics.median(theirs)
        ratios.append(mine / peer)
        print(f"| {code} | {mine:.3f} | {peer:.3f} | {mine / peer:.2f} | {rows} |", flush=True)
    if ratios:
        print(f"| median | | | {statistics.median(ratios):.2f} | |")


if __name__ == "__main__":
    main()
