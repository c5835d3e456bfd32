#!/usr/bin/env python3
"""Detectors beside PyOD and scikit-learn: how well they put known anomalies first, how fast, in how much memory.

    python3 benches/models_vs_peers.py accuracy --program BIN --sets FOLDER [--seeds 5]
    python3 benches/models_vs_peers.py speed --program BIN [--rows 1000000] [--near 100000] [--columns 20]

BIN is called as `BIN models score KIND --input FILE --out FILE [--label label] [--param k=v]`. FOLDER holds CSV files
with a last column `label`. Needs the Python packages pyod, scikit-learn, pandas and pyarrow.

`accuracy` gives the peers the columns at mean zero and variance one where ours brings them there (hbos, knn, lof, ocsvm,
and gmm, whose ridge is a share of the variance).

Of the program `speed` times the whole command (reading Parquet, fitting, scoring, writing) and, as it tells itself,
fitting and scoring alone. Of the peers fitting and scoring alone are timed, in a process of their own; their memory is
that of the process, the table included. Every figure is the median of three runs after one that does not count.
"""
import argparse
import os
import re
import resource
import subprocess
import sys
import tempfile
import time
import warnings

SEEDED = {"iforest", "eif", "gmm", "mcd"}
STANDARDISED = {"hbos", "knn", "lof", "ocsvm", "gmm"}
RUNS = 3
PEERS = {
    "iforest": "pyod.models.iforest IForest random_state={seed}",
    "ecod": "pyod.models.ecod ECOD",
    "copod": "pyod.models.copod COPOD",
    "hbos": "pyod.models.hbos HBOS",
    "knn": "pyod.models.knn KNN",
    "lof": "pyod.models.lof LOF",
    "gmm": "pyod.models.gmm GMM random_state={seed}",
    "pca": "pyod.models.pca PCA",
    "mcd": "pyod.models.mcd MCD random_state={seed}",
    "ocsvm": "pyod.models.ocsvm OCSVM",
}


def peer(kind, seed):
    import importlib

    module, name, *arguments = PEERS[kind].format(seed=seed).split()
    kwargs = {k: int(v) for k, v in (a.split("=") for a in arguments)}
    return getattr(importlib.import_module(module), name)(**kwargs)


def ours(program, kind, path, label, parameters):
    call = [*program, "models", "score", kind, "--input", path, "--out", os.devnull]
    if label:
        call += ["--label", label]
    for parameter in parameters:
        call += ["--param", parameter]
    started = time.perf_counter()
    child = subprocess.Popen(call, stdout=subprocess.PIPE, text=True)
    out = child.stdout.read()
    _, status, usage = os.wait4(child.pid, 0)
    if status:
        sys.exit(f"{' '.join(call)} failed")
    return out, time.perf_counter() - started, usage.ru_maxrss / 1024


def accuracy(args):
    warnings.simplefilter("ignore")
    import numpy as np
    import pandas as pd
    from sklearn.metrics import average_precision_score, roc_auc_score
    from sklearn.preprocessing import StandardScaler

    print(f"{'set':14}{'kind':9}{'AUC':>8}{'peer':>8}{'diff':>8}{'AP':>8}{'peer':>8}")
    worst = {}
    for name in sorted(os.listdir(args.sets)):
        if not name.endswith(".csv"):
            continue
        path = os.path.join(args.sets, name)
        table = pd.read_csv(path)
        X, y = table.drop(columns="label").to_numpy(float), table["label"].to_numpy()
        Z = StandardScaler().fit_transform(X)
        for kind in args.kinds.split(","):
            if kind == "ocsvm" and len(X) > 5000 and not args.slow:
                continue
            seeds = range(args.seeds) if kind in SEEDED else [0]
            own, other = [], []
            for seed in seeds:
                out, _, _ = ours(args.program, kind, path, "label", [f"seed={seed}"] if kind in SEEDED else [])
                found = re.search(r"ROC AUC ([\d.]+).*?average precision ([\d.]+)", out, re.S)
                own.append((float(found[1]), float(found[2])))
                if kind in PEERS:
                    scores = peer(kind, seed).fit(Z if kind in STANDARDISED else X).decision_scores_
                    # PyOD's PCA divides by a variance of nothing where columns depend on each other.
                    if np.isfinite(scores).all():
                        other.append((roc_auc_score(y, scores), average_precision_score(y, scores)))
            mean = lambda pairs, i: sum(p[i] for p in pairs) / len(pairs) if pairs else float("nan")
            diff = mean(own, 0) - mean(other, 0)
            if other:
                worst.setdefault(kind, []).append(diff)
            print(f"{name[:-4]:14}{kind:9}{mean(own, 0):8.4f}{mean(other, 0):8.4f}{diff:+8.4f}{mean(own, 1):8.4f}{mean(other, 1):8.4f}", flush=True)
    for kind, diffs in worst.items():
        print(f"{kind:9} largest difference {max(diffs, key=abs):+.4f}, mean {sum(diffs) / len(diffs):+.4f}")


CHILD = """
import sys, time, json, resource
import pandas as pd
path, kind = sys.argv[1:3]
X = pd.read_parquet(path).to_numpy(float)
sys.path.insert(0, sys.argv[3])
import models_vs_peers as m
if kind.startswith("sklearn-"):
    from sklearn.neighbors import LocalOutlierFactor, NearestNeighbors
    from sklearn.ensemble import IsolationForest
    from sklearn.mixture import GaussianMixture
    started = time.perf_counter()
    if kind == "sklearn-lof":
        LocalOutlierFactor(n_neighbors=20, n_jobs=2).fit(X).negative_outlier_factor_
    elif kind == "sklearn-knn":
        NearestNeighbors(n_neighbors=5, n_jobs=2).fit(X).kneighbors()
    elif kind == "sklearn-iforest":
        IsolationForest(random_state=0, n_jobs=2).fit(X).score_samples(X)
    elif kind == "sklearn-gmm":
        GaussianMixture(random_state=0).fit(X).score_samples(X)
else:
    model = m.peer(kind, 0)
    started = time.perf_counter()
    model.fit(X).decision_scores_
print(json.dumps([time.perf_counter() - started, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024]))
"""


def speed(args):
    import json
    from statistics import median

    import numpy as np
    import pandas as pd

    rng = np.random.default_rng(1)
    folder = tempfile.mkdtemp(prefix="models-")
    plans = [("iforest", "iforest"), ("iforest", "sklearn-iforest"), ("ecod", "ecod"), ("copod", "copod"), ("hbos", "hbos"),
             ("gmm", "gmm"), ("gmm", "sklearn-gmm"), ("knn", "sklearn-knn"), ("lof", "sklearn-lof")]
    tables = {}
    print(f"{'kind':9}{'rows':>9}{'command s':>10}{'fit+score':>10}{'MiB':>7}  {'peer':18}{'s':>9}{'MiB':>7}{'times':>7}")
    for kind, other in plans:
        if args.only and kind not in args.only.split(","):
            continue
        n = args.near if kind in ("knn", "lof") else args.rows
        if n not in tables:
            X = rng.standard_normal((n, args.columns)) @ rng.standard_normal((args.columns, args.columns))
            X[: n // 100] *= 4
            tables[n] = os.path.join(folder, f"{n}.parquet")
            pd.DataFrame(X, columns=[f"x{i}" for i in range(args.columns)]).to_parquet(tables[n])
        call = [sys.executable, "-c", CHILD, tables[n], other, os.path.dirname(os.path.abspath(__file__))]
        own, theirs = [], []
        # By turns, so that what else the machine does falls on both.
        for _ in range(1 + RUNS):
            out, whole, memory = ours(args.program, kind, tables[n], None, [])
            own.append((whole, float(re.search(r"scored in ([\d.]+) s", out)[1]), memory))
            told = subprocess.run(call, check=True, capture_output=True, text=True).stdout
            theirs.append(json.loads(told.splitlines()[-1]))
        whole, alone, own_memory = (median(column) for column in zip(*own[1:]))
        seconds, memory = (median(column) for column in zip(*theirs[1:]))
        print(f"{kind:9}{n:9}{whole:10.2f}{alone:10.2f}{own_memory:7.0f}  {other:18}{seconds:9.2f}{memory:7.0f}{seconds / whole:7.1f}", flush=True)


def main():
    parser = argparse.ArgumentParser()
    commands = parser.add_subparsers(required=True)
    a = commands.add_parser("accuracy")
    a.add_argument("--sets", required=True)
    a.add_argument("--seeds", type=int, default=5)
    a.add_argument("--kinds", default="ecod,copod,hbos,iforest,eif,knn,lof,gmm,pca,mcd,ocsvm")
    a.add_argument("--slow", action="store_true", help="the support vector machine on large sets too")
    a.set_defaults(run=accuracy)
    s = commands.add_parser("speed")
    s.add_argument("--rows", type=int, default=1_000_000)
    s.add_argument("--near", type=int, default=100_000)
    s.add_argument("--columns", type=int, default=20)
    s.add_argument("--only", default="")
    s.set_defaults(run=speed)
    for command in (a, s):
        command.add_argument("--program", required=True, type=str.split)
    args = parser.parse_args()
    args.run(args)


if __name__ == "__main__":
    main()
