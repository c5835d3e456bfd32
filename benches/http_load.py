#!/usr/bin/env python3
"""32 clients read leads and findings over HTTP while an audit runs; Markdown on standard output.

The load comes from wrk on loopback, bounded in time. Errors are connection errors, timeouts and
answers other than 2xx, as wrk counts them.
"""
import argparse
import json
import os
import re
import subprocess
import tempfile
import urllib.request

LUA = """
local paths = {}
for path in string.gmatch([[%s]], "%%S+") do paths[#paths + 1] = path end
local i = 0
request = function()
  i = i + 1
  return wrk.format("GET", paths[i %% #paths + 1])
end
"""


def call(url, body=None):
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(url, data=data, headers={"Content-Type": "application/json"})
    with urllib.request.urlopen(request) as answer:
        return json.load(answer)


def main():
    ap = argparse.ArgumentParser()
    ap.add_argument("--mingjing", required=True)
    ap.add_argument("--data", required=True)
    ap.add_argument("--seconds", type=int, default=20)
    a = ap.parse_args()
    env = dict(os.environ, MINGJING_LOG="error")
    server = subprocess.Popen(
        [a.mingjing, "serve", "--data", a.data, "--listen", "127.0.0.1:0"], stdout=subprocess.PIPE, text=True, env=env
    )
    try:
        address = None
        for line in server.stdout:
            found = re.search(r"http://127\.0\.0\.1:\d+", line)
            if found:
                address = found.group(0)
                break
        api = f"{address}/api/v1"
        leads = call(f"{api}/audits/latest/leads?limit=50")
        findings = call(f"{api}/audits/latest/findings?limit=50")
        paths = ["/api/v1/audits/latest/leads?limit=50", "/api/v1/audits/latest/findings?limit=50&status=open"]
        paths += [f"/api/v1/audits/latest/leads/{row['lead_id']}" for row in leads["items"][:20]]
        paths += [f"/api/v1/audits/latest/findings/{row['finding_id']}" for row in findings["items"][:20]]
        print("| load | requests/s | p50 | p99 | errors |\n|---|---|---|---|---|")
        for label, audit in [("idle", False), ("while an audit runs", True)]:
            if audit:
                call(f"{api}/audits", {})
            with tempfile.NamedTemporaryFile("w", suffix=".lua") as script:
                script.write(LUA % "\n".join(paths))
                script.flush()
                out = subprocess.run(
                    ["wrk", "-t1", "-c32", f"-d{a.seconds}s", "--latency", "-s", script.name, address],
                    check=True, capture_output=True, text=True,
                ).stdout
            rate = re.search(r"Requests/sec:\s+([\d.]+)", out).group(1)
            p50, p99 = (re.search(rf"^\s+{p}%\s+(\S+)", out, re.MULTILINE).group(1) for p in (50, 99))
            sockets = re.search(r"Socket errors: (.*)", out)
            status = re.search(r"Non-2xx or 3xx responses: (\d+)", out)
            errors = "; ".join(x.group(1) for x in (sockets, status) if x) or "0"
            print(f"| {label} | {float(rate):.0f} | {p50} | {p99} | {errors} |", flush=True)
    finally:
        server.terminate()
        server.wait()


if __name__ == "__main__":
    main()
