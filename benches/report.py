#!/usr/bin/env python3
"""Puts the figures of a bench run together as Markdown, with the machine they come from."""
import argparse
import json
import os
import platform


def figures(folder, label):
    path = os.path.join(folder, f"{label}.time")
    if not os.path.exists(path):
        return None
    with open(path, encoding="utf-8") as file:
        wall, user, system, peak = (float(x) for x in file.read().split()[-4:])
    return wall, user + system, peak / 1024 / 1024


def main():
    ap = argparse.ArgumentParser()
    ap.add_argument("--dir", required=True)
    a = ap.parse_args()
    with open(os.path.join(a.dir, "import.out"), encoding="utf-8") as file:
        manifest = json.load(file)
    read = sum(source["read"] for source in manifest["sources"])
    payments = manifest["tables"]["payment"]["rows"]
    print(f"{os.cpu_count()} processors, {platform.machine()}; {payments:,} payments, {read:,} rows in all.\n")
    print("| step | wall s | processor s | peak GiB | |\n|---|---|---|---|---|")
    for label in ("generate", "import", "audit"):
        found = figures(a.dir, label)
        if found:
            rate = f"{read / found[0]:,.0f} rows/s" if label == "import" else ""
            print(f"| {label} | {found[0]:.1f} | {found[1]:.1f} | {found[2]:.2f} | {rate} |")
    for name in ("rules", "http"):
        with open(os.path.join(a.dir, f"{name}.md"), encoding="utf-8") as file:
            print("\n" + file.read().rstrip())


if __name__ == "__main__":
    main()
