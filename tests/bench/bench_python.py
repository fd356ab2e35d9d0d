#!/usr/bin/env python3
"""The Python package beside the C calls under it: a million rows into a pandas frame, and two threads on one graph.

usage: bench_python.py ROOT LIBRARY [--full]

The C time is the query run and its batches read to the end, nothing converted. Rounds are interleaved, wall time, best of each side, because a frame is
made once and waits for nothing. Row by row is one call for each cell, measured on some rows and extrapolated. Runs in the environment that
tests/bindings/python.py made (build/venv-python, or CSPM_VENV); without it, it says so and exits with 77. One JSON line a row, exit status 1 when
a gate is missed.
"""
import json
import os
import pathlib
import subprocess
import sys
import threading
import time

ROWS = 1_000_000
KINDS = [f"KIND_{i}" for i in range(20)]
NUMBERS = f"UNWIND range(1, {ROWS}) AS i RETURN i, i * 0.5 AS half, i % 2 = 0 AS even"
STRINGS = f"UNWIND range(1, {ROWS}) AS i RETURN 'resource-' + toString(i) AS name"
THREADED = "MATCH (a)-[r]->(b) WHERE a.rank < b.rank RETURN count(*) AS n"


def skip(reason):
    print("skipped: " + reason)
    sys.exit(77)


def in_environment(root, library):
    home = pathlib.Path(os.environ.get("CSPM_VENV", root / "build/venv-python"))
    python = home / "bin/python"
    if pathlib.Path(sys.prefix) == home.resolve():
        return
    if not python.exists() or subprocess.run([python, "-c", "import pandas, pyarrow"], capture_output=True).returncode:
        skip(f"no environment with pandas and pyarrow in {home}; tests/bindings/python.py makes it")
    sys.stdout.flush()
    os.execve(python, [str(python), *sys.argv], {**os.environ, "CSPMGRAPH_LIBRARY": library, "PYTHONPATH": str(root / "bindings/python"), "PYTHONDONTWRITEBYTECODE": "1"})


def best(*actions, rounds=7):
    """The least wall time of each action, rounds interleaved."""
    times = [[] for _ in actions]
    for _ in range(rounds):
        for action, seen in zip(actions, times):
            begun = time.perf_counter()
            action()
            seen.append(time.perf_counter() - begun)
    return [min(seen) for seen in times]


class Bench:
    def __init__(self):
        self.met = True

    def row(self, name, ours, peer, gate, goal, extrapolated=False):
        ratio = peer / ours
        self.met = self.met and ratio >= gate
        print(json.dumps({"name": name, "size": "1M rows", "ours": round(ours, 4), "peer": round(peer, 4), "ratio": round(ratio, 2), "gate": gate, "goal": goal,
                          "extrapolated": extrapolated, "ok": ratio >= gate}, separators=(",", ":")), flush=True)


def drain(stream):
    while stream._next() is not None:
        pass


def edges(cg):
    """A graph with a million relationships of twenty kinds."""
    names = [f"n{i}" for i in range(2000)]
    nodes = ",".join(f'{{"id":"{name}","kinds":["Machine"],"properties":{{"rank":{i}}}}}' for i, name in enumerate(names))
    lines = ",".join(f'{{"kind":"{KINDS[i % 20]}","start":{{"value":"{names[i % 2000]}"}},"end":{{"value":"{names[(i * 7 + i // 2000) % 2000]}"}}}}' for i in range(ROWS))
    return cg.Builder().add_bytes(f'{{"graph":{{"nodes":[{nodes}],"edges":[{lines}]}}}}').finish(builtin_rules=False)


def frames(cg, bench):
    graph = cg.Builder().add_node("a").finish(builtin_rules=False)
    most = {"max_work": (1 << 64) - 1, "max_memory": (1 << 64) - 1}
    ours, plain = best(lambda: graph.query(NUMBERS, **most).to_pandas(), lambda: drain(graph.stream(NUMBERS, **most)))
    bench.row("pandas: int64, double, bool vs C", ours, plain, 0.55, 0.667)
    ours, plain = best(lambda: graph.query(STRINGS, **most).to_pandas(), lambda: drain(graph.stream(STRINGS, **most)))
    bench.row("pandas: distinct strings vs C", ours, plain, 0.167, 0.5)
    table = graph.query(STRINGS, **most)
    part = table[:20_000]
    from cspmgraph import _columns
    ours, rows = best(table.to_pandas, lambda: [_columns.cell(part._pieces[0].batch, 0, row) for row in range(20_000)], rounds=3)
    bench.row("pandas: distinct strings vs row by row", ours, rows * ROWS / 20_000, 5, 20, extrapolated=True)


def enumerations(cg, graph, bench):
    from cspmgraph import _bindings, _handle, _library, _table

    def plain():
        cursor = _handle.made(_library.core.cspm_graph_table, _library.core.cspm_cursor_free, graph._need(), _bindings.CSPM_TABLE_EDGES)
        drain(_table.Stream(cursor, None, cg.Operation()))
    ours, peer = best(lambda: graph.edges().to_pandas(columns=["kind", "conditional", "likelihood"]), plain, rounds=5)
    bench.row("pandas: enumeration, bool, double vs C", ours, peer, 0.667, 0.9)


def threads(graph, bench):
    def work(times):
        for _ in range(times):
            graph.query(THREADED, max_work=(1 << 64) - 1)

    def run(count):
        started = [threading.Thread(target=work, args=(2 // count,)) for _ in range(count)]
        for thread in started:
            thread.start()
        for thread in started:
            thread.join()
    if (os.cpu_count() or 1) < 2:
        print("note: one processor, so two threads are not measured")
        return
    two, one = best(lambda: run(2), lambda: run(1), rounds=3)
    bench.row("two threads on one graph vs one", two, one, 1.25, 1.6)


def main():
    root, library = pathlib.Path(sys.argv[1]).resolve(), str(pathlib.Path(sys.argv[2]).resolve())
    in_environment(root, library)
    import cspmgraph as cg
    bench = Bench()
    frames(cg, bench)
    graph = edges(cg)
    enumerations(cg, graph, bench)
    threads(graph, bench)
    return not bench.met


if __name__ == "__main__":
    sys.exit(main())
