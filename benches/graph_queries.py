#!/usr/bin/env python3
"""What a reviewer asks of the relationship graph, over HTTP, one caller: latency in milliseconds; Markdown on stdout.

    graph_queries.py --mingjing target/release/mingjing --data DATA [--asks 500] [--seed 1] [--memory 12GiB]

DATA is a data folder with a snapshot; 10 million edges take some 300,000 made households. The first question builds
the graph and is told apart. Questions are drawn over officials, households and persons of the snapshot.
"""
import argparse
import json
import os
import random
import re
import subprocess
import time
import urllib.request


def call(url, body):
    data = json.dumps(body).encode()
    request = urllib.request.Request(url, data=data, headers={"Content-Type": "application/json"})
    begun = time.perf_counter()
    with urllib.request.urlopen(request) as answer:
        text = answer.read()
    return (time.perf_counter() - begun) * 1e3, json.loads(text)


def resident(pid):
    with open(f"/proc/{pid}/status") as status:
        return int(re.search(r"VmHWM:\s+(\d+)", status.read()).group(1)) / 2**20


def main():
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument("--mingjing", required=True)
    ap.add_argument("--data", required=True)
    ap.add_argument("--asks", type=int, default=500)
    ap.add_argument("--seed", type=int, default=1)
    ap.add_argument("--memory", default="12GiB", help="of the server, a quarter of it for SQL")
    a = ap.parse_args()
    env = dict(os.environ, MINGJING_LOG="error")
    server = subprocess.Popen(
        [a.mingjing, "serve", "--data", a.data, "--listen", "127.0.0.1:0", "--memory", a.memory], stdout=subprocess.PIPE, text=True, env=env
    )
    try:
        address = next(m.group(0) for m in (re.search(r"http://127\.0\.0\.1:\d+", line) for line in server.stdout) if m)
        api = f"{address}/api/v1"

        def column(sql):
            return [row[0] for row in call(f"{api}/sql", {"sql": sql, "limit": 20000})[1]["rows"]]

        officials = column("SELECT official_no FROM official ORDER BY official_no")
        households = column("SELECT household_no FROM household ORDER BY household_no LIMIT 20000")
        persons = column("SELECT DISTINCT i.id_number FROM household_member m JOIN identity i ON i.person_key = m.person_key "
                         "WHERE i.id_number IS NOT NULL ORDER BY 1 LIMIT 20000")
        # Half the questions are of an official and a household that he dealt with.
        near = call(f"{api}/sql", {"limit": 20000, "sql": "SELECT o.official_no, h.household_no FROM application a "
                    "JOIN official o ON o.official_key = a.handler_key JOIN household h ON h.household_key = a.household_key "
                    "ORDER BY 1, 2 LIMIT 20000"})[1]["rows"]
        built, _ = call(f"{api}/graph/around", {"node": f"household:{households[0]}"})
        draw = random.Random(a.seed)
        household = lambda: f"household:{draw.choice(households)}"
        person = lambda: f"person:{draw.choice(persons)}"

        def ties(nth):
            official, own = draw.choice(near) if nth % 2 and near else (draw.choice(officials), draw.choice(households))
            return "ties", {"official": official, "target": own}

        asked = [
            ("ties", ties),
            ("path, 4 links", lambda _: ("path", {"from": person(), "to": household(), "max_hops": 4})),
            ("around, 1 hop", lambda _: ("around", {"node": household(), "hops": 1})),
            ("around, 2 hops", lambda _: ("around", {"node": household(), "hops": 2, "limit": 600})),
            ("kin", lambda _: ("kin", {"person": draw.choice(persons)})),
        ]
        print(f"built in {built / 1e3:.1f} s; {a.asks} questions of each kind\n")
        print("| question | p50 ms | p99 ms | max ms | answered in full |\n|---|---|---|---|---|")
        for label, make in asked:
            times, whole = [], 0
            for nth in range(a.asks):
                path, body = make(nth)
                ms, told = call(f"{api}/graph/{path}", body)
                times.append(ms)
                whole += told.get("complete", not told.get("truncated", False))
            times.sort()
            at = lambda share: times[min(len(times) - 1, int(share * len(times)))]
            print(f"| {label} | {at(0.5):.1f} | {at(0.99):.1f} | {times[-1]:.1f} | {whole / a.asks:.0%} |", flush=True)
        print(f"\npeak memory of the server: {resident(server.pid):.2f} GiB")
    finally:
        server.terminate()
        server.wait()


if __name__ == "__main__":
    main()
