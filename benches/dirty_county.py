#!/usr/bin/env python3
"""Identity in a county dirtier than the generator's: how many faulty references the import resolves, how many rightly.

    python3 benches/dirty_county.py --mingjing target/release/mingjing [--households 1000] [--dirt 0.05] [--seed 1]

Makes a lawful county, spoils the numbers (and some names) of a share of the references outside the register, the same way
in all rows that a file has of a person, imports it and compares the keys with the truth: by kind of fault, by method, and
the probabilities with what came true (ECE: mean distance of probability and share over ten bins, weighted by their rows).
`--spoil-only` leaves the spoiled exports in the work folder.
"""
import argparse
import collections
import csv
import os
import random
import shutil
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
CONTRACT = os.path.join(HERE, "..", "src", "contract", "data", "columns.csv")
VARIANTS = os.path.join(HERE, "..", "src", "domain", "data", "variants.csv")
SOUNDS = ["伟玮薇", "芳方", "静净靖", "丽莉利", "英瑛", "华桦", "建健", "志智", "明铭", "勇永", "玉钰", "梅玫", "军君", "国果", "平萍", "兰岚", "红虹宏洪", "秀绣", "云芸", "春椿", "荣容蓉", "生升", "文雯", "金锦", "凤峰锋", "福富", "海凯", "龙隆", "成诚", "新欣"]
SOUND = {c: group for group in SOUNDS for c in group}


def table_of(path, tables):
    """The table of a file and its columns of persons and names, by header."""
    with open(path, encoding="utf-8-sig", newline="") as f:
        headers = [h.strip() for h in next(csv.reader(f))]
    best = max(tables, key=lambda t: sum(any(h in c["headers"] for c in tables[t]) for h in headers) - 0.1 * len(tables[t]))
    place = {}
    for column in tables[best]:
        place.update({column["column"]: i for i, h in enumerate(headers) if h in column["headers"] and column["column"] not in place})
    return best, place


def contract():
    tables = collections.defaultdict(list)
    with open(CONTRACT, encoding="utf-8-sig", newline="") as f:
        for row in csv.DictReader(f):
            tables[row["table"]].append({**row, "headers": row["headers_zh"].split("|")})
    return tables


class Spoiler:
    KINDS = {"slip": 30, "swap": 10, "two": 14, "three": 7, "cut": 9, "short": 8, "lost": 9, "doubled": 8, "birth": 5}

    def __init__(self, seed):
        self.r = random.Random(seed)
        with open(VARIANTS, encoding="utf-8") as f:
            self.traditional = {line.strip().split(",")[1]: line[0] for line in list(f)[1:]}

    def slip(self, t):
        i = self.r.randrange(len(t))
        return t[:i] + self.r.choice([d for d in "0123456789" if d != t[i]]) + t[i + 1:]

    def number(self, t):
        """A faulty form of a number, and the kind of its fault."""
        kind = self.r.choices(list(self.KINDS), list(self.KINDS.values()))[0]
        i = self.r.randrange(17)
        if kind in ("slip", "two", "three"):
            for _ in range(("slip", "two", "three").index(kind) + 1):
                t = self.slip(t)
        elif kind == "swap":
            i = self.r.choice([j for j in range(17) if t[j] != t[j + 1]])
            t = t[:i] + t[i + 1] + t[i] + t[i + 2:]
        elif kind == "cut":
            t = t[:self.r.randrange(10, 17)]
            t = t + "0" if len(t) == 15 else t
        elif kind == "short":
            t = self.slip(t[:6] + t[8:17])[:14] if self.r.random() < 0.3 else t[:6] + t[8:12] + "0" + t[13:17]
        elif kind == "lost":
            t = t[:i] + t[i + 1:]
        elif kind == "doubled":
            t = t[:i] + t[i] + t[i:]
        else:
            t = t[:6] + t[6:10] + t[12:14] + t[10:12] + t[14:]
        return kind, t

    def name(self, t, pinyin):
        """Another form of a name, and what was done to it."""
        kind = self.r.choices(["sound", "character", "traditional", "pinyin", "cut"], [4, 3, 2, 1.5, 1])[0]
        heard = [i for i, c in enumerate(t) if i and c in SOUND]
        if kind == "sound" and heard:
            i = self.r.choice(heard)
            return kind, t[:i] + self.r.choice([c for c in SOUND[t[i]] if c != t[i]]) + t[i + 1:]
        if kind == "traditional":
            return kind, "".join(self.traditional.get(c, c) for c in t)
        if kind == "pinyin" and pinyin:
            return kind, pinyin(t)
        if kind == "cut" and "·" in t:
            return kind, t[:-1]
        i = self.r.randrange(1, len(t)) if len(t) > 1 else 0
        return "character", t[:i] + self.r.choice("伟芳娜敏静丽强磊军洋勇艳杰涛明超霞平刚桂") + t[i + 1:]


def romaniser():
    try:
        from pypinyin import lazy_pinyin
        return lambda t: " ".join(lazy_pinyin(t)).title()
    except ImportError:
        return None


def spoil(folder, dirt, misnamed, seed, valid):
    """Spoils the files of a folder. Truth by (table, number as written, name as written)."""
    tables, spoiler, truth = contract(), Spoiler(seed), {}
    pinyin = romaniser()
    for file in sorted(os.listdir(folder)):
        path = os.path.join(folder, file)
        if not file.endswith(".csv"):
            continue
        table, place = table_of(path, tables)
        if table == "person":
            continue
        with open(path, encoding="utf-8-sig", newline="") as f:
            rows = list(csv.reader(f))
        told = {}
        for column in tables[table]:
            if column["key"] != "person" or column["column"] not in place:
                continue
            at, named = place[column["column"]], place.get(column["column"].replace("id_number", "name"))
            for row in rows[1:]:
                if len(row) <= at or not valid(row[at]):
                    continue
                number, name = row[at], row[named] if named is not None else ""
                own = told.get((number, at))
                if own is None:
                    own = ()
                    if spoiler.r.random() < dirt:
                        own = (spoiler.number(number), spoiler.name(name, pinyin) if name and spoiler.r.random() < misnamed else ("", name))
                    told[number, at] = own
                if own:
                    (kind, text), (how, other) = own
                    row[at] = text
                    if named is not None:
                        row[named] = other
                    truth[table, text, other] = (number, kind, how if named is not None else "nameless")
        with open(path, "w", encoding="utf-8", newline="") as f:
            csv.writer(f).writerows(rows)
    return truth


def query(mingjing, data, sql):
    out = subprocess.run([mingjing, "query", "--data", data, "--format", "csv", sql], capture_output=True, text=True, check=True).stdout
    return list(csv.DictReader(out.lstrip("\ufeff").splitlines()))


def main():
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument("--mingjing", default="target/release/mingjing")
    ap.add_argument("--households", type=int, default=1000)
    ap.add_argument("--months", type=int, default=8)
    ap.add_argument("--dirt", type=float, default=0.05)
    ap.add_argument("--misnamed", type=float, default=0.25)
    ap.add_argument("--seed", type=int, default=1)
    ap.add_argument("--work", default=os.path.join(tempfile.gettempdir(), "dirty-county"))
    ap.add_argument("--spoil-only", action="store_true")
    ap.add_argument("--wrong", type=int, default=0, help="show so many wrong links")
    a = ap.parse_args()
    shutil.rmtree(a.work, ignore_errors=True)
    made, data = os.path.join(a.work, "county"), os.path.join(a.work, "data")
    call = [a.mingjing, "generate", "--households", a.households, "--months", a.months, "--seed", a.seed, "--raw", "--clean", "--out", made]
    subprocess.run([str(c) for c in call], check=True, capture_output=True)
    people = set()
    exports = os.path.join(made, "exports")
    for file in os.listdir(exports):
        if table_of(os.path.join(exports, file), contract())[0] == "person":
            with open(os.path.join(exports, file), encoding="utf-8-sig", newline="") as f:
                people |= {cell for row in csv.reader(f) for cell in row if len(cell) == 18 and cell[:17].isdigit()}
    truth = spoil(exports, a.dirt, a.misnamed, a.seed, people.__contains__)
    if a.spoil_only:
        return
    done = subprocess.run([a.mingjing, "import", exports, "--data", data], capture_output=True, text=True)
    if done.returncode:
        sys.exit(done.stdout + done.stderr)
    print("\n".join(done.stdout[done.stdout.index("身份 persons"):].splitlines()))
    issues = query(a.mingjing, data, "SELECT DISTINCT i.table_name AS tab, i.raw_text, i.name, i.method, i.probability, p.id_number AS person, o.id_number AS offered FROM identity_issue i LEFT JOIN identity p ON p.person_key = i.person_key LEFT JOIN identity o ON o.person_key = i.offered_key ORDER BY 1, 2, 3")
    by = {"fault": collections.defaultdict(collections.Counter), "name": collections.defaultdict(collections.Counter), "method": collections.defaultdict(collections.Counter)}
    bins, wrong, seen = collections.defaultdict(list), [], set()
    for issue in issues:
        key = (issue["tab"], issue["raw_text"].lstrip("'"), issue["name"] or "")
        if key not in truth:
            continue
        number, kind, how = truth[key]
        seen.add(key)
        outcome = "open" if issue["method"] == "unresolved" else "right" if issue["person"] == number else "wrong"
        if outcome == "open" and issue["offered"]:
            outcome = "offered" if issue["offered"] == number else "misoffered"
        for where, value in (("fault", kind), ("name", how or "right"), ("method", issue["method"])):
            by[where][value][outcome] += 1
        if issue["probability"]:
            p = float(issue["probability"])
            bins[min(int(p * 10), 9) if p < 0.95 else (10 if p < 0.99 else 11)].append((p, outcome == "right"))
        if outcome == "wrong":
            wrong.append((*key, number, issue["person"], issue["method"], issue["probability"]))
    total = collections.Counter()
    for counts in by["fault"].values():
        total.update(counts)
    print(f"\n{len(truth)} spoiled references, {len(seen)} met as faulty")
    for where, groups in by.items():
        for value, counts in sorted(groups.items()):
            print(f"  {where:<7} {value:<15} " + "  ".join(f"{k} {counts[k]}" for k in ("right", "wrong", "offered", "misoffered", "open")))
    linked = total["right"] + total["wrong"]
    print(f"precision {total['right'] / max(linked, 1):.4f}, recall {total['right'] / max(sum(total.values()), 1):.4f}, with what is offered {(total['right'] + total['offered']) / max(sum(total.values()), 1):.4f}")
    pairs = sum(len(b) for b in bins.values())
    ece = sum(abs(sum(p for p, _ in b) - sum(t for _, t in b)) for b in bins.values()) / max(pairs, 1)
    for _, b in sorted(bins.items()):
        print(f"  told {sum(p for p, _ in b) / len(b):.4f} came true {sum(t for _, t in b) / len(b):.4f} of {len(b)}")
    print(f"ECE {ece:.4f}")
    for row in wrong[:a.wrong]:
        print("  wrong:", *row)


if __name__ == "__main__":
    main()
