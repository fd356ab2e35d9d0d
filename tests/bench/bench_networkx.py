#!/usr/bin/env python3
"""List every simple path from the internet to the targets: libcspmgraph beside NetworkX, the same graph, CPU time of each process.

usage: bench_networkx.py BENCH_PATHS [--nodes N] [--density g|d] [--hops L]

Our side is measured by `bench_paths --edges` before and after NetworkX runs (medians of five rounds each, then their mean); NetworkX runs once.
After PEER_LIMIT CPU seconds it is cut, and its time is extrapolated from the paths it found until then. One JSON line a row; exit status 1 when
a gate is missed, 77 when NetworkX is not installed.
"""
import argparse
import json
import subprocess
import sys
import tempfile
import time

PEER_LIMIT = 60.0
GATE, GOAL = 400, 1000

try:
    import networkx
except ImportError:
    print("skipped: NetworkX is not installed (package python3-networkx)")
    sys.exit(77)


def measure_ours(program, path, options):
    command = [program, "--edges", path, str(options.nodes), options.density, str(options.hops)]
    return json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)


def read_graph(path):
    """A DiGraph: of a MultiDiGraph, NetworkX 2.8.8 finds fewer than half of the paths, and slowly. No two edges of the estate join the same nodes."""
    with open(path, encoding="ascii") as stream:
        nodes, edges = map(int, stream.readline().split())
        targets = set(map(int, stream.readline().split()))
        graph = networkx.DiGraph()
        graph.add_nodes_from(range(nodes))
        graph.add_edges_from(tuple(map(int, line.split())) for line in stream)
    if graph.number_of_nodes() != nodes or graph.number_of_edges() != edges:
        sys.exit("bench_networkx: the graph has parallel edges, and NetworkX would count fewer paths")
    return graph, targets


def measure_networkx(graph, targets, hops):
    """Paths found, CPU seconds, whether it was cut."""
    found = 0
    start = time.process_time()
    for _ in networkx.all_simple_paths(graph, 0, targets, cutoff=hops):
        found += 1
        if found % 1024 == 0 and time.process_time() - start > PEER_LIMIT:
            return found, time.process_time() - start, True
    return found, time.process_time() - start, False


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("program")
    parser.add_argument("--nodes", type=int, default=100000)
    parser.add_argument("--density", choices="gd", default="d")
    parser.add_argument("--hops", type=int, default=8)
    parser.add_argument("--full", action="store_true", help="accepted and without effect, as the other benchmarks take it")
    options = parser.parse_args()
    with tempfile.NamedTemporaryFile(prefix="cspm-bench-") as edges:
        before = measure_ours(options.program, edges.name, options)
        graph, targets = read_graph(edges.name)
        # A search that is cut cannot be held to its count, so that a shorter one, never cut at the default size, is held to it first.
        short = argparse.Namespace(**{**vars(options), "hops": max(1, options.hops - 3)})
        expected, (found, _, cut) = measure_ours(options.program, edges.name, short)["paths"], measure_networkx(graph, targets, short.hops)
        if not cut and found != expected:
            sys.exit(f"bench_networkx: NetworkX finds {found} paths of {short.hops} hops, libcspmgraph {expected}")
        found, seconds, cut = measure_networkx(graph, targets, options.hops)
        after = measure_ours(options.program, edges.name, options)
    paths = before["paths"]
    if after["paths"] != paths or (found > paths if cut else found != paths):
        sys.exit(f"bench_networkx: NetworkX finds {found} paths, libcspmgraph {paths}")
    if cut:
        seconds *= paths / found
    met = True
    for what in ("list", "count"):
        ours = (before[what] + after[what]) / 2
        ratio = seconds / ours
        met = met and ratio >= GATE
        print(json.dumps({"name": f"{what} {paths} simple paths of {options.hops} hops vs NetworkX all_simple_paths",
                          "size": f"{options.density}{options.nodes}", "ours": round(ours, 6), "peer": round(seconds, 3), "ratio": round(ratio, 1),
                          "gate": GATE, "goal": GOAL, "extrapolated": cut, "ok": ratio >= GATE, "rounds": 1}, separators=(",", ":")), flush=True)
    return 0 if met else 1


if __name__ == "__main__":
    sys.exit(main())
