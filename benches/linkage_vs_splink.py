#!/usr/bin/env python3
"""Mingjing and Splink on the same files and machine: best F1, average precision, wall time, peak memory.

    python3 benches/linkage_vs_splink.py --mingjing target/release/mingjing [--sets fake_1000,febrl3,county,geco,...]
        [--data FOLDER of fake_1000.csv, febrl3.csv, febrl4a.csv, febrl4b.csv] [--persons 1000000 --references 300000]

Needs the Python packages splink (with duckdb) and pandas, and GNU time. Each side runs as a process of its own from
files to scored pairs; Splink's settings are in linkage_splink.py. Both sides are measured over all true pairs, also those
that blocking loses. `county` is made here: a register of persons and references to them, one in `--dirty` with a faulty
key (seeded); the sets of linkage_sets.py are made there.
"""
import argparse
import csv
import json
import os
import random
import re
import subprocess
import sys
import tempfile

import linkage_sets

HERE = os.path.dirname(os.path.abspath(__file__))
MODELS = os.path.join(HERE, "..", "models", "linkage")
SURNAMES = "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林高罗郑梁谢宋唐许韩冯邓曹彭曾肖田董潘袁蔡蒋余于杜叶程魏苏吕丁任卢姚沈钟姜崔谭陆范汪廖石金韦贾夏付方邹熊白孟秦邱侯江尹薛闫段雷龙黎史陶贺毛郝顾龚邵万覃武钱戴严莫孔向常汤"
GIVEN = "伟芳娜敏静丽强磊军洋勇艳杰涛明超霞平刚桂英华玉兰建国文志秀海红梅春林永福金生云龙凤珍荣德成新宝庆利民学光东亮辉鹏飞宇浩然子轩雨欣怡佳琪嘉慧婷雪晨阳天翔俊博思远家豪梓涵一诺可馨若曦"
SOUNDS = {"伟": "玮", "芳": "方", "静": "净", "丽": "莉", "英": "瑛", "华": "桦", "建": "健", "志": "智", "明": "铭", "勇": "永", "玉": "钰", "梅": "玫"}
ROADS = ["人民", "建设", "解放", "中山", "和平", "新华", "文化", "胜利", "团结", "光明", "幸福", "东风", "青年", "工农"]
W = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)


def number(region, day, sequence):
    t = f"{region}{day}{sequence:03d}"
    return t + "10X98765432"[sum(int(c) * w for c, w in zip(t, W)) % 11]


def county(folder, persons, references, dirty, seed):
    """A register of persons and a register that refers to some of them, `dirty` of its keys at fault."""
    left, right = os.path.join(folder, "persons.csv"), os.path.join(folder, "references.csv")
    if os.path.exists(left) and os.path.exists(right):
        return left, right
    r = random.Random(seed)
    regions = [f"{r.choice((11, 13, 32, 41, 43, 51, 53))}{r.randrange(1, 20):02d}{r.randrange(1, 30):02d}" for _ in range(60)]
    villages = [f"{a}{b}" for a in "石柳清白黄青龙新大小东西南北" for b in ("桥村", "树村", "水村", "岭村", "坡村", "塘村", "河村", "湾村")]
    weights = [1 / (i + 4) for i in range(len(SURNAMES))]
    header = ["id", "id_number", "name", "birth_date", "phone", "address", "entity"]
    chosen = set(r.sample(range(persons), min(references, persons)))
    import datetime
    first = datetime.date(1925, 1, 1)

    def one(i):
        day = first + datetime.timedelta(days=r.randrange(36000))
        name = r.choices(SURNAMES, weights)[0] + "".join(r.choice(GIVEN) for _ in range(1 if r.random() < 0.25 else 2))
        region = r.choice(regions)
        address = f"{r.choice(villages)}{r.randrange(1, 12)}组{r.randrange(1, 120)}号" if r.random() < 0.6 else \
            f"{r.choice(ROADS)}路{r.randrange(1, 300)}号{r.randrange(1, 20)}栋{r.randrange(101, 2500)}室"
        phone = "1" + r.choice("3578") + f"{r.randrange(10**9):09d}" if r.random() < 0.8 else ""
        return [number(region, day.strftime("%Y%m%d"), r.randrange(1000)), name, day.isoformat(), phone, address]

    def slip(text):
        at = r.randrange(len(text) - 1)
        if r.random() < 0.3 and text[at] != text[at + 1]:
            return text[:at] + text[at + 1] + text[at] + text[at + 2:]
        return text[:at] + str((int(text[at]) + r.randrange(1, 10)) % 10) + text[at + 1:] if text[at].isdigit() else text

    def faulty(row):
        row = list(row)
        kind = r.random()
        if kind < 0.45:
            row[0] = slip(row[0])
            if r.random() < 0.3:
                row[0] = slip(row[0])
        elif kind < 0.6:
            row[0] = ""
        elif kind < 0.7:
            row[0] = row[0][:r.randrange(10, 17)]
        elif kind < 0.85:
            row[0] = one(0)[0]
        else:
            row[0] = slip(slip(slip(row[0])))
        if r.random() < 0.3:
            c = [x for x in row[1][1:] if x in SOUNDS]
            row[1] = row[1].replace(c[0], SOUNDS[c[0]]) if c else row[1][0] + r.choice(GIVEN) + row[1][2:]
        if r.random() < 0.2:
            row[2] = (datetime.date.fromisoformat(row[2]) - datetime.timedelta(days=r.randrange(20, 50))).isoformat()
        if r.random() < 0.3:
            row[3] = ""
        if r.random() < 0.3:
            row[4] = re.sub(r"\d+号", lambda m: f"{r.randrange(1, 120)}号", row[4])
        return row

    with open(left, "w", encoding="utf-8", newline="") as f, open(right, "w", encoding="utf-8", newline="") as g:
        a, b = csv.writer(f), csv.writer(g)
        a.writerow(header), b.writerow(header)
        n = 0
        for i in range(persons):
            row = one(i)
            a.writerow([f"p{i}"] + row + [i])
            if i in chosen:
                n += 1
                b.writerow([f"r{n}"] + (faulty(row) if r.random() < dirty else row) + [i])
    return left, right


def timed(call):
    """Runs a process: output, wall and processor seconds, peak MiB."""
    with tempfile.NamedTemporaryFile("r", suffix=".time") as out:
        done = subprocess.run(["/usr/bin/time", "-f", "%e %M %U %S", "-o", out.name] + call, capture_output=True, text=True)
        if done.returncode:
            sys.exit(f"{call[:4]} failed:\n{done.stdout[-2000:]}\n{done.stderr[-4000:]}")
        wall, peak, user, system = out.read().split()[-4:]
    return done.stdout, float(wall), float(user) + float(system), int(peak) / 1024


def main():
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument("--mingjing", default="target/release/mingjing")
    ap.add_argument("--data", default="data/linkage")
    ap.add_argument("--sets", default=",".join(["fake_1000", "febrl3", "febrl4", *linkage_sets.SETS, "county"]))
    ap.add_argument("--persons", type=int, default=1_000_000)
    ap.add_argument("--references", type=int, default=300_000)
    ap.add_argument("--dirty", type=float, default=0.03)
    ap.add_argument("--seed", type=int, default=1)
    ap.add_argument("--work", default=os.path.join(tempfile.gettempdir(), "linkage-bench"))
    ap.add_argument("--without-splink", action="store_true")
    a = ap.parse_args()
    folder = os.path.join(a.work, f"{a.persons}-{a.references}-{a.dirty}-{a.seed}")
    os.makedirs(folder, exist_ok=True)
    file = lambda name: os.path.join(a.data, name)
    sets = {
        "fake_1000": ("persons_email.toml", file("fake_1000.csv"), ""),
        "febrl3": ("persons_western.toml", file("febrl3.csv"), ""),
        "febrl4": ("persons_western.toml", file("febrl4a.csv"), file("febrl4b.csv")),
        "county": ("persons.toml", "", ""),
    }
    specs = {"geco": "persons_western", "email": "persons_email", "historical": "persons_any", "voters": "persons_voters",
             "publications": "bibliographic", "citations": "bibliographic", "products": "products", "software": "products", "places": "places", "music": "music",
             "transactions": "transactions"}
    os.makedirs(os.path.join(a.work, "sets"), exist_ok=True)
    print(f"load {os.getloadavg()[0]:.1f}, {os.cpu_count()} processors", flush=True)
    print(f"{'set':<10} {'program':<9} {'best F1':>8} {'AP':>8} {'wall s':>8} {'cpu s':>8} {'peak MiB':>9}", flush=True)
    for name in a.sets.split(","):
        if name in sets:
            spec, left, right = sets[name]
        else:
            spec, (left, right) = specs[name] + ".toml", linkage_sets.make(os.path.join(a.work, "sets"), name, a.seed)
        if name == "county":
            left, right = county(folder, a.persons, a.references, a.dirty, a.seed)
        # Persons by the spec of their field, and by the one that knows none.
        for program, own in [("mingjing", spec), ("any", "persons_any.toml")][:2 if spec.startswith("persons_") and spec != "persons_any.toml" else 1]:
            call = [a.mingjing, "link", "--spec", os.path.join(MODELS, own), "--left", left, "--out", os.path.join(a.work, "pairs.parquet")]
            call += ["--right", right] if right else []
            call += ["--truth", "entity"] if name == "county" or name in specs else ["--truth", "cluster"] if name == "fake_1000" else []
            out, wall, cpu, peak = timed(call)
            f1 = float(re.search(r"best F1 ([\d.]+)", out)[1])
            ap_ = float(re.search(r"average precision ([\d.]+)", out)[1])
            print(f"{name:<10} {program:<9} {f1:8.5f} {ap_:8.5f} {wall:8.2f} {cpu:8.2f} {peak:9.0f}", flush=True)
        if not a.without_splink:
            out, wall, cpu, peak = timed([sys.executable, "-W", "ignore", os.path.join(HERE, "linkage_splink.py"), name, left, right])
            found = json.loads(out.strip().splitlines()[-1])
            print(f"{name:<10} {'splink':<9} {found['f1']:8.5f} {found['ap']:8.5f} {wall:8.2f} {cpu:8.2f} {peak:9.0f}", flush=True)


if __name__ == "__main__":
    main()
