#!/usr/bin/env python3
"""`mingjing graph run` beside rustworkx, igraph and networkit on one generated county graph, in one run.

  python benches/graph_vs_peers.py --mingjing target/release/mingjing [--edges 10000000] [--dir bench-data]

Needs the Python packages numpy, rustworkx, igraph and networkit. Every peer works in a process of its own, from the same
integer arrays, by the fastest way its API has; steps that it has no algorithm for stay empty. Prints Markdown: wall
seconds and, behind the stroke, processor seconds; what peers computed is compared with ours.
"""
import argparse
import json
import os
import platform
import subprocess
import sys
import time

import numpy as np

from county_graph import county

EVERY = 100  # kin closure is asked of every so manieth vertex
HOPS = 3
STEPS = ["build", "components", "closure", "pagerank", "labels", "modularity"]
NAMES = dict(build="build", components="components", closure=f"kin closure, {HOPS} hops", pagerank="PageRank, 1e-10",
             labels="communities, labels", modularity="communities, modularity")


def timed(figures, step, work):
    wall, spent = time.perf_counter(), time.process_time()
    result = work()
    figures[step] = [time.perf_counter() - wall, time.process_time() - spent]
    return result


def closure(sources, near):
    """Sizes of neighbourhoods, where the API gives neighbours alone."""
    sizes = []
    for source in sources:
        seen, frontier = {source}, [source]
        for _ in range(HOPS):
            frontier = [to for v in frontier for to in near(v) if not (to in seen or seen.add(to))]
        sizes.append(len(seen))
    return sizes


def run_igraph(x, y, n, kin, figures, results):
    import igraph
    ends = np.column_stack([x, y])
    g = timed(figures, "build", lambda: igraph.Graph(n=n, edges=ends))
    results["components"] = timed(figures, "components", lambda: np.array(g.connected_components().membership))
    results["pagerank"] = timed(figures, "pagerank", lambda: np.array(g.pagerank()))
    if len(x) <= 2_000_000:  # 73 processor seconds for 1 million edges, and more than in proportion for more
        results["labels"] = timed(figures, "labels", lambda: np.array(g.community_label_propagation().membership))
    results["modularity"] = timed(figures, "modularity", lambda: np.array(g.community_multilevel().membership))
    k = igraph.Graph(n=n, edges=ends[:kin])
    sources = range(0, n, EVERY)
    results["closure"] = timed(figures, "closure", lambda: np.array(k.neighborhood_size(sources, order=HOPS)))


def run_networkit(x, y, n, kin, figures, results):
    import networkit as nk
    nk.setSeed(1, False)
    g = timed(figures, "build", lambda: nk.GraphFromCoo((np.ones(len(x)), (x, y)), n=n))

    def work(algorithm, get):
        return np.array(get(algorithm.run()))
    results["components"] = timed(figures, "components", lambda: work(nk.components.ParallelConnectedComponents(g), lambda c: c.getPartition().getVector()))
    results["pagerank"] = timed(figures, "pagerank", lambda: work(nk.centrality.PageRank(g, damp=.85, tol=1e-10), lambda c: c.scores()))
    results["labels"] = timed(figures, "labels", lambda: work(nk.community.PLP(g), lambda c: c.getPartition().getVector()))
    results["modularity"] = timed(figures, "modularity", lambda: work(nk.community.PLM(g, refine=False), lambda c: c.getPartition().getVector()))
    k = nk.GraphFromCoo((np.ones(kin), (x[:kin], y[:kin])), n=n)
    sources = range(0, n, EVERY)
    results["closure"] = timed(figures, "closure", lambda: np.array(closure(sources, k.iterNeighbors)))


def run_rustworkx(x, y, n, kin, figures, results):
    import rustworkx as rx
    ends = list(zip(x.tolist(), y.tolist()))

    def build(ends):
        g = rx.PyGraph(multigraph=True, node_count_hint=n, edge_count_hint=len(ends))
        g.add_nodes_from(range(n))
        g.add_edges_from_no_data(ends)
        return g
    g = timed(figures, "build", lambda: build(ends))

    def components():
        label = np.empty(n, dtype=np.int64)
        for part in rx.connected_components(g):
            part = np.fromiter(part, dtype=np.int64)
            label[part] = part.min()
        return label
    results["components"] = timed(figures, "components", components)
    k = build(ends[:kin])
    sources = range(0, n, EVERY)
    results["closure"] = timed(figures, "closure", lambda: np.array(closure(sources, k.neighbors)))
    del g, k
    # PageRank is for directed graphs alone: every edge both ways.
    d = rx.PyDiGraph(multigraph=True, node_count_hint=n, edge_count_hint=2 * len(ends))
    d.add_nodes_from(range(n))
    d.add_edges_from_no_data(ends + [(b, a) for a, b in ends])

    def ranks():
        found = rx.pagerank(d, alpha=.85, tol=1e-10 / n, max_iter=1000)
        return np.fromiter((found[v] for v in range(n)), dtype=float)
    results["pagerank"] = timed(figures, "pagerank", ranks)


PEERS = dict(igraph=run_igraph, networkit=run_networkit, rustworkx=run_rustworkx)


def peer(name, folder):
    x, y, n, kin = (np.load(os.path.join(folder, "graph.npz"))[k] for k in ("x", "y", "n", "kin"))
    figures, results = {}, {}
    PEERS[name](x, y, int(n), int(kin), figures, results)
    np.savez(os.path.join(folder, f"{name}.npz"), **results)
    with open("/proc/self/status", encoding="utf-8") as file:
        figures["peak"] = next(int(line.split()[1]) for line in file if line.startswith("VmHWM")) / 2**20
    print(json.dumps(figures))


def ours(mingjing, folder, n):
    figures, results, peak = {}, {}, 0
    calls = dict(components=["wcc"], pagerank=["pagerank"], labels=["cdlp", "--param", "iterations=10"], modularity=["louvain"],
                 closure=["khop", "--param", f"hops={HOPS}", "--param", f"every={EVERY}"])
    for step, call in calls.items():
        out = os.path.join(folder, "out.csv")
        edges, vertices = (os.path.join(folder, f) for f in ("kin.csv" if step == "closure" else "edges.csv", "vertices.csv"))
        answer = subprocess.run(["/usr/bin/time", "-f", "%M %U %S", "-o", os.path.join(folder, "time"), mingjing, "graph", "run", *call, "--edges", edges, "--vertices", vertices, "--json", "--out", out],
                                check=True, capture_output=True, text=True)
        told = json.loads(answer.stdout)
        with open(os.path.join(folder, "time"), encoding="utf-8") as file:
            peak = max(peak, int(file.read().split()[-3]) / 2**20)
        figures[step] = [told["run_seconds"], None]
        if step != "closure":
            figures.setdefault("build", [told["build_seconds"], None])
            figures["build"][0] = min(figures["build"][0], told["build_seconds"])
        figures.setdefault("graph_bytes", told["graph_bytes"])
        figures.setdefault("read", told["read_seconds"])
        results[step] = np.loadtxt(out, delimiter=",", skiprows=1, usecols=1, dtype=float)
    figures["peak"] = peak
    return figures, results


def modularity(x, y, label):
    _, label = np.unique(label, return_inverse=True)
    inside = (label[x] == label[y]).sum() / len(x)
    held = np.bincount(label[np.concatenate([x, y])]) / (2 * len(x))
    return inside - (held ** 2).sum()


def same_parts(a, b):
    """Whether two labellings part the vertices alike."""
    _, a = np.unique(a, return_inverse=True)
    _, b = np.unique(b, return_inverse=True)
    return len(np.unique(a.astype(np.int64) * (b.max() + 1) + b)) == a.max() + 1 == b.max() + 1


def main():
    ap = argparse.ArgumentParser()
    ap.add_argument("--mingjing", default="target/release/mingjing")
    ap.add_argument("--edges", type=int, default=10_000_000)
    ap.add_argument("--dir", default="bench-data/graph")
    ap.add_argument("--peer")
    ap.add_argument("--only", default=",".join(PEERS))
    a = ap.parse_args()
    if a.peer:
        return peer(a.peer, a.dir)
    os.makedirs(a.dir, exist_ok=True)
    x, y, n, kin = county(a.edges)
    np.savez(os.path.join(a.dir, "graph.npz"), x=x, y=y, n=n, kin=kin)
    for name, part in (("edges.csv", slice(None)), ("kin.csv", slice(kin))):
        lines = np.char.add(np.char.add(x[part].astype(str), ","), y[part].astype(str))
        with open(os.path.join(a.dir, name), "w", encoding="utf-8") as file:
            file.write("source,target\n")
            file.write("\n".join(lines.tolist()) + "\n")
    with open(os.path.join(a.dir, "vertices.csv"), "w", encoding="utf-8") as file:
        file.write("id\n" + "\n".join(map(str, range(n))) + "\n")
    figures, results = {}, {}
    figures["mingjing"], own = ours(a.mingjing, a.dir, n)
    for name in a.only.split(","):
        answer = subprocess.run([sys.executable, __file__, "--peer", name, "--dir", a.dir], capture_output=True, text=True)
        if answer.returncode:
            print(f"{name} failed: {answer.stderr[-400:]}", file=sys.stderr)
            continue
        figures[name] = json.loads(answer.stdout)
        results[name] = dict(np.load(os.path.join(a.dir, f"{name}.npz")))
    print(f"{os.cpu_count()} processors, {platform.machine()}; {n:,} vertices, {len(x):,} edges, {kin:,} of kinship; load {os.getloadavg()[0]:.1f}.\n")
    print("| step | " + " | ".join(figures) + " |\n|---" * 1 + "|---" * len(figures) + "|")
    for step in STEPS:
        cells = [f"{f[step][0]:.2f}" + (f" / {f[step][1]:.2f}" if f[step][1] is not None else "") if step in f else "" for f in figures.values()]
        print(f"| {NAMES[step]}, s | " + " | ".join(cells) + " |")
    for step in ("labels", "modularity"):
        cells = [f"{modularity(x, y, r[step]):.4f}" if step in r else "" for r in [own, *results.values()]]
        print(f"| modularity of {NAMES[step]} | " + " | ".join(cells) + " |")
    print("| peak memory, GiB | " + " | ".join(f"{f['peak']:.2f}" for f in figures.values()) + " |")
    print(f"\nOur graph takes {figures['mingjing']['graph_bytes'] / 2**20:.0f} MiB; reading the CSV took {figures['mingjing']['read']:.2f} s.")
    for name, r in results.items():
        told = []
        if "components" in r:
            told.append("components " + ("equal" if same_parts(own["components"], r["components"]) else "DIFFER"))
        if "pagerank" in r:
            told.append(f"largest difference of ranks {np.abs(own['pagerank'] - r['pagerank']).max():.1e}")
        if "closure" in r:
            told.append("closures " + ("equal" if (own["closure"] == r["closure"]).all() else "DIFFER"))
        print(f"- {name}: " + ", ".join(told))


if __name__ == "__main__":
    main()
