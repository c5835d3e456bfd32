#!/usr/bin/env python3
"""How far probabilities mean what they say after so many checks.

    python3 benches/calibration.py --program BIN [--seeds 1,2,3] [--households 2500] [--checks 200]

For each seed a county is made, imported and audited. Open findings are drawn at random, checked against the truth
(confirmed where the truth has that irregularity of that subject, a model's finding where it has any; dismissed
otherwise, as look-alikes are), and taken in as dispositions. The next audit's probabilities are compared with the
truth on what was not checked: expected calibration error over ten bins, of findings and of the leads of the
irregularity queue, with the stated priors beside. Average precision is that of the same leads.
"""
import argparse
import collections
import csv
import os
import random
import re
import subprocess
import tempfile


def rows(path):
    with open(path, encoding="utf-8-sig", newline="") as f:
        return list(csv.DictReader(f))


def keys(row):
    named = [row.get(k, "") for k in ("subject_key", "household_no", "award_no", "id_number", "official_no")]
    return {k for k in named + row.get("alt_keys", "").split("|") if k}


def reliability(pairs, bins=10):
    sums = collections.defaultdict(lambda: [0, 0.0, 0.0])
    for p, true in pairs:
        b = sums[min(int(p * bins), bins - 1)]
        b[0] += 1
        b[1] += p
        b[2] += true
    return sum(abs(p - t) for _, p, t in sums.values()) / max(len(pairs), 1)


def average_precision(pairs):
    hit, total = 0, 0.0
    for i, (_, true) in enumerate(sorted(pairs, key=lambda x: -x[0]), 1):
        if true:
            hit += 1
            total += hit / i
    return total / hit if hit else float("nan")


class County:
    def __init__(self, program, seed, households, folder):
        self.program, self.data = program, os.path.join(folder, "data")
        county = os.path.join(folder, "county")
        self.run("generate", "--households", str(households), "--seed", str(seed), "--raw", "--out", county)
        self.run("import", os.path.join(county, "exports"), "--data", self.data)
        self.truth, self.any = collections.defaultdict(set), set()
        for row in rows(os.path.join(county, "truth.csv")):
            if row["decoy"] == "no":
                self.truth[row["typology"]] |= keys(row)
                self.any |= keys(row)

    def run(self, *args):
        return subprocess.run([*self.program, *args], check=True, capture_output=True, text=True).stdout

    def audit(self, out):
        self.run("audit", "--data", self.data, "--out", out)
        return [f for f in rows(os.path.join(out, "findings.csv")) if f["status"] == "open"], rows(os.path.join(out, "leads.csv"))

    def holds(self, finding):
        known = self.any if finding["typology"].startswith("M") else self.truth[finding["typology"]]
        return bool(keys(finding) & known)

    def lead_holds(self, lead):
        return any(lead["subject_key"] in (self.any if t.startswith("M") else self.truth[t]) for t in re.findall(r"[A-Z]\d\d", lead["typologies"]))


def measure(args, seed):
    with tempfile.TemporaryDirectory(prefix="calibration-") as folder:
        county = County(args.program, seed, args.households, folder)
        before, leads = county.audit(os.path.join(folder, "first"))
        told = lambda of: [(float(f["probability"]), county.holds(f)) for f in of]
        lead_pairs = lambda of: [(float(l["probability"]), county.lead_holds(l)) for l in of if l["queue"] == "irregularity"]
        checked = random.Random(seed).sample(before, min(args.checks, len(before)))
        path = os.path.join(folder, "dispositions.csv")
        with open(path, "w", encoding="utf-8", newline="") as f:
            out = csv.writer(f)
            out.writerow(["finding", "outcome", "reason", "date"])
            for finding in checked:
                out.writerow([finding["finding_id"], "confirmed" if county.holds(finding) else "dismissed", "made", "2025-01-15"])
        county.run("dispositions", "import", path, "--data", county.data)
        after, leads_after = county.audit(os.path.join(folder, "second"))
        seen = {f["finding_id"] for f in checked}
        touched = set().union(*(keys(f) for f in checked))
        confirmed = sum(county.holds(f) for f in checked)
        rest = lambda of: [f for f in of if f["finding_id"] not in seen]
        unseen = lambda of: [l for l in of if l["subject_key"] not in touched]
        models = [f for f in before if f["typology"].startswith("M")]
        print(f"seed {seed:3}  findings {len(before)} (models {len(models)}, of which {sum(map(county.holds, models))} of a subject with something)  "
              f"checked {len(checked)}, confirmed {confirmed}")
        for name, a, b in (("findings", told(rest(before)), told(rest(after))), ("leads", lead_pairs(unseen(leads)), lead_pairs(unseen(leads_after)))):
            print(f"    {name:9} {len(b):5}  expected calibration error {reliability(a):.3f} -> {reliability(b):.3f}   "
                  f"average precision {average_precision(a):.4f} -> {average_precision(b):.4f}", flush=True)
        for code in sorted({f["typology"] for f in models}):
            own = [f for f in models if f["typology"] == code]
            print(f"    {code} raised {len(own)}, of a subject with something {sum(map(county.holds, own))}")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--program", required=True, type=str.split)
    parser.add_argument("--seeds", default="1,2,3")
    parser.add_argument("--households", type=int, default=2500)
    parser.add_argument("--checks", type=int, default=200)
    args = parser.parse_args()
    for seed in args.seeds.split(","):
        measure(args, int(seed))


if __name__ == "__main__":
    main()
