#!/usr/bin/env python3
"""Each rule's SQL in Mingjing and in DuckDB on the same Parquet files, in one run: unchanged, but for
what the two spell otherwise (`theirs_sql`).

Mingjing audits with one rule after the other (`--at-once 1`): its manifest tells the time of each shared
result, its coverage the time of each rule from the plan to the last row, findings assembled. DuckDB makes
the shared results as tables of its own, then runs the rules; its time is from the plan to the last row
fetched, and a rule that passes the limit is ended and said to. Both have the same number of threads and
take turns; medians and the ratio are printed as Markdown.
"""
import argparse
import csv
import json
import os
import re
import statistics
import subprocess
import sys
import tempfile
import threading
import time

import duckdb


def sources(folder):
    """Name, header and SQL of each file."""
    for name in sorted(os.listdir(folder)):
        if name.endswith(".sql"):
            with open(os.path.join(folder, name), encoding="utf-8") as file:
                lines = file.read().splitlines()
            head = next(i for i, line in enumerate(lines) if not line.startswith("--"))
            header = "\n".join(line[2:].removeprefix(" ") for line in lines[:head])
            yield name[:-4], header, "\n".join(lines[head:])


def parameters(header):
    """Defaults of a rule's own parameters."""
    found = {}
    for name, body in re.findall(r"\[parameters\.(\w+)\]((?:\n(?!\[).*)*)", header):
        found[name] = float(re.search(r"default\s*=\s*([-\d.]+)", body).group(1))
    return found


def reads(header):
    return json.loads(re.search(r"^reads\s*=\s*(\[.*\])", header, re.M).group(1))


def in_order(views):
    """Views, one that reads another after it."""
    known, done = {name: (header, sql) for name, header, sql in views}, []
    def visit(name):
        if name in known and name not in done:
            for other in reads(known[name][0]):
                visit(other)
            done.append(name)
    for name in known:
        visit(name)
    return [(name, *known[name]) for name in done]


def needed(views, rules):
    """The views that rules read, and what these read."""
    known, wanted = {name: header for name, header, _ in views}, set()
    def visit(name):
        if name in known and name not in wanted:
            wanted.add(name)
            for other in reads(known[name]):
                visit(other)
    for _, header, _ in rules:
        for name in reads(header):
            visit(name)
    return [view for view in views if view[0] in wanted]


def theirs_sql(sql):
    """What the two write in different words: the first value of an ordered group, nulls left out of a window,
    an anti join, and columns called as DuckDB's own words."""
    sql = re.sub(r"\bfirst_value\((?=[^()]*(?:\([^()]*\)[^()]*)*\bORDER BY)", "first(", sql)
    sql = re.sub(r"\((\w+)\)\s+IGNORE NULLS\b", r"(\1 IGNORE NULLS)", sql)
    sql = re.sub(r"\bLEFT\s+(ANTI|SEMI)\s+JOIN\b", r"\1 JOIN", sql)
    return re.sub(r"\b(at|full)\b", r'"\1"', sql)


def bind(sql, values):
    for name, value in values.items():
        sql = re.sub(rf"\${name}\b", f"DATE '{value}'" if isinstance(value, str) else repr(value), sql)
    return sql


def timed(con, sql, limit):
    """Seconds to the last row and the number of rows; None where the limit passed, the error where it failed."""
    timer = threading.Timer(limit, con.interrupt)
    timer.start()
    started = time.perf_counter()
    try:
        rows = con.sql(sql).to_arrow_table().num_rows
        return time.perf_counter() - started, rows
    except duckdb.InterruptException:
        return None, None
    except duckdb.Error as error:
        return str(error).splitlines()[0], None
    finally:
        timer.cancel()


def ours(a, rules):
    """One audit without the models: seconds by shared result and by rule."""
    codes = ",".join(sorted({name.split("_")[0].upper() for name, _, _ in rules}))
    with tempfile.TemporaryDirectory() as out:
        subprocess.run(
            [a.mingjing, "audit", "--data", a.data, "--json", "--out", out, "--at-once", "1",
             "--partitions", str(a.threads), "--only", codes],
            check=True, capture_output=True,
        )
        with open(os.path.join(out, "manifest.json"), encoding="utf-8") as file:
            shared = json.load(file)["shared_ms"]
        with open(os.path.join(out, "coverage.csv"), encoding="utf-8") as file:
            rows = [row for row in csv.DictReader(file) if row["rule_id"]]
    failed = [row for row in rows if row["outcome"] == "failed"]
    assert not failed, failed
    return {**shared, **{row["rule_id"]: int(row["time_ms"]) for row in rows if row["outcome"] == "ran"}}


def main():
    ap = argparse.ArgumentParser()
    ap.add_argument("--mingjing", required=True)
    ap.add_argument("--data", required=True)
    ap.add_argument("--runs", type=int, default=3)
    ap.add_argument("--limit", type=float, default=60, help="seconds after which DuckDB is stopped")
    ap.add_argument("--threads", type=int, default=os.cpu_count())
    ap.add_argument("--only", help="codes of typologies, as A01,B02 [default: all]")
    a = ap.parse_args()
    here = os.path.dirname(os.path.abspath(__file__))
    with open(os.path.join(a.data, "current"), encoding="utf-8") as file:
        snapshot = os.path.join(a.data, "snapshots", file.read().strip())
    # What DuckDB spills goes beside the data, as ours does.
    spill = os.path.join(a.data, "spill", "duckdb")
    con = duckdb.connect(config={"threads": a.threads, "memory_limit": "4GB", "temp_directory": spill})
    listed = subprocess.run([a.mingjing, "tables", "--stored"], check=True, capture_output=True, text=True).stdout
    for table in json.loads(listed):
        file = os.path.join(snapshot, f"{table['name']}.parquet")
        if os.path.exists(file):
            # Seconds since the epoch have no type of their own in Parquet.
            seconds = [c["name"] for c in table["columns"] if c["type"] == "TIMESTAMP"]
            times = ", ".join(f'make_timestamp("{name}" * 1000000) AS "{name}"' for name in seconds)
            columns = f"* REPLACE ({times})" if times else "*"
            con.execute(f"CREATE VIEW {table['name']} AS SELECT {columns} FROM read_parquet('{file}')")
        else:
            columns = ", ".join(f'CAST(NULL AS {c["type"]}) AS "{c["name"]}"' for c in table["columns"])
            con.execute(f"CREATE VIEW {table['name']} AS SELECT {columns} WHERE false")
    with open(os.path.join(here, "duckdb_macros.sql"), encoding="utf-8") as file:
        con.execute(file.read())
    holidays = os.path.join(here, "..", "src", "contract", "data", "holidays.csv")
    con.execute(f"CREATE TABLE holiday AS SELECT * FROM read_csv('{holidays}')")
    low, high = con.execute("SELECT min(month), max(month) FROM payment").fetchone()
    as_of = con.execute("SELECT last_day(?::DATE)", [high]).fetchone()[0]
    days = {"as_of": str(as_of), "window_from": str(low), "window_to": str(high)}
    views = in_order(sources(os.path.join(here, "..", "queries", "views")))
    rules = list(sources(os.path.join(here, "..", "queries", "rules")))
    if a.only:
        codes = set(a.only.split(","))
        rules = [rule for rule in rules if rule[0].split("_")[0].upper() in codes]
        views = needed(views, rules)

    mine, theirs, rows = {}, {}, {}
    for _ in range(a.runs):
        for name, ms in ours(a, rules).items():
            mine.setdefault(name, []).append(ms / 1000)
        for name, header, sql in views:
            if re.search(r"^once\s*=\s*true", header, re.M):
                con.execute(f"DROP TABLE IF EXISTS {name}")
                started = time.perf_counter()
                try:
                    con.execute(f"CREATE TABLE {name} AS {theirs_sql(sql)}")
                    theirs.setdefault(name, []).append(time.perf_counter() - started)
                except duckdb.Error as error:  # The rules that read it will say so too.
                    theirs.setdefault(name, []).append(str(error).splitlines()[0])
            else:
                try:
                    con.execute(f"CREATE OR REPLACE VIEW {name} AS {theirs_sql(sql)}")
                except duckdb.Error as error:  # The rules that read it say no more than that it is not there.
                    print(f"DuckDB cannot make {name}: {error}", file=sys.stderr)
        for name, header, sql in rules:
            if "finding" in reads(header):
                continue  # It reads what the others found, which is no table of the snapshot.
            stopped = [t for t in theirs.get(name, []) if not isinstance(t, float)]
            if not stopped:
                seconds, count = timed(con, bind(theirs_sql(sql), {**days, **parameters(header)}), a.limit)
                theirs.setdefault(name, []).append(seconds)
                rows[name] = count

    print("| | Mingjing s | DuckDB s | ratio | rows |\n|---|---|---|---|---|")
    ratios, bounds = [], []
    for name in [v[0] for v in views] + [r[0] for r in rules]:
        if name not in mine:
            continue
        seconds, peer = statistics.median(mine[name]), theirs.get(name, [])
        if peer and all(isinstance(t, float) for t in peer):
            other = statistics.median(peer)
            ratios.append(seconds / other)
            shown = f"{other:.3f} | {seconds / other:.2f}"
        elif peer and peer[-1] is None:
            bounds.append(seconds / a.limit)
            shown = f"over {a.limit:.0f} | under {seconds / a.limit:.2f}"
        else:
            shown = f"{peer[-1] if peer else 'not compared'} | "
        print(f"| {name} | {seconds:.3f} | {shown} | {rows.get(name) if rows.get(name) is not None else ''} |")
    print(f"| median of those that DuckDB finished | | | {statistics.median(ratios):.2f} | |")
    print(f"| median, the others at their bound | | | {statistics.median(ratios + bounds):.2f} | |")


if __name__ == "__main__":
    main()
