#!/usr/bin/env python3
"""The query engine beside Kuzu, an embedded graph database with the same language: one process, rounds interleaved, CPU time, medians.

usage: bench_query.py LIBCSPMGRAPH ESTATE_FILE SCRATCH [--nodes N] [--density g|d] [--rounds N]

Both hold the same nodes and attack edges of a generated estate, and both must give the same rows. Kuzu has one table of nodes and one of edges and,
besides, a table of its own for each kind; each question is put to the layout that suits it, and where two texts are given the faster is timed.
Preparing is timed apart from running; rows are made and dropped by both, not turned into Python values. Kuzu is installed from PyPI into SCRATCH; without it, or without
CSPM_FULL=1 in the environment, the benchmark says so and exits with 77. One JSON line a row, exit status 1 when a gate is missed.
"""
import argparse
import collections
import csv
import decimal
import json
import os
import pathlib
import statistics
import subprocess
import sys
import tempfile
import time
import venv
import warnings

from bench_query_cases import CASES, PROPERTIES
import cspm

KUZU = "0.11.3"
NOT_ATTACKS = {"Contains", "InSubnet", "AttachedTo", "PeersWith", "LogsTo", "TaggedLike"}
ENOUGH = 0.02  # CPU seconds: short queries are repeated within a round until they take this long


def skip(reason):
    print("skipped: " + reason)
    sys.exit(77)


def in_environment(scratch):
    """Runs this program again in a virtual environment that has Kuzu; returns only when there already."""
    folder = pathlib.Path(scratch).resolve() / ("kuzu-" + KUZU)
    python = folder / "bin" / "python"
    if pathlib.Path(sys.prefix) == folder:
        return
    if subprocess.run([python, "-c", "import kuzu"], capture_output=True).returncode if python.exists() else True:
        try:
            venv.create(folder, with_pip=True, clear=True)
            subprocess.run([python, "-m", "pip", "install", "-q", "--disable-pip-version-check", "kuzu==" + KUZU], check=True, capture_output=True)
        except (subprocess.CalledProcessError, OSError):
            skip(f"Kuzu {KUZU} cannot be installed from the Python package registry")
    sys.stdout.flush()
    os.execv(python, [str(python), *sys.argv])


# ---- the same graph twice ----

def make_graph(options, folder):
    """The estate without the edges that no attack uses, as an OpenGraph file."""
    whole, kept = folder / "whole.json", folder / "attack.json"
    subprocess.run([options.estate_file, whole, str(options.nodes), options.density, "1"], check=True, stdout=subprocess.DEVNULL)
    document = json.loads(whole.read_text())
    whole.unlink()
    graph = document["graph"]
    graph["edges"] = [edge for edge in graph["edges"] if edge["kind"] not in NOT_ATTACKS]
    kept.write_text(json.dumps(document))
    return kept, graph


def write_table(folder, name, rows):
    path = folder / (name + ".csv")
    with open(path, "w", newline="", encoding="utf-8") as stream:
        csv.writer(stream).writerows(rows)
    return path


def load_kuzu(graph, folder):
    import kuzu
    warnings.filterwarnings("ignore", category=DeprecationWarning)  # of preparing apart from running, which is what is measured
    database = kuzu.Database(str(folder / "database"), buffer_pool_size=2 << 30, max_num_threads=1)
    connection = kuzu.Connection(database, num_threads=1)
    columns = ", ".join(f"{name} {kind}" for name, kind in PROPERTIES.items())
    tables, kind_of = collections.defaultdict(list), {}
    for node in graph["nodes"]:
        kind, properties = node["kinds"][0], node["properties"]
        values = dict(properties, id=node["id"], kind=kind, sensitive="SensitiveStore" in node["kinds"])
        row = [values.get(name, "") for name in PROPERTIES]
        kind_of[node["id"]] = kind
        tables["Node"].append(row)
        tables[kind].append(row)
    for name, rows in tables.items():
        connection.execute(f"CREATE NODE TABLE {name}({columns}, PRIMARY KEY(id))")
        connection.execute(f"COPY {name} FROM '{write_table(folder, name, rows)}' (HEADER=false)")
    connection.execute("CREATE REL TABLE Attack(FROM Node TO Node, kind STRING)")
    ends = collections.defaultdict(lambda: collections.defaultdict(list))
    for edge in graph["edges"]:
        start, end = edge["start"]["value"], edge["end"]["value"]
        ends[edge["kind"]][kind_of[start], kind_of[end]].append([start, end])
    rows = [[edge["start"]["value"], edge["end"]["value"], edge["kind"]] for edge in graph["edges"]]
    connection.execute(f"COPY Attack FROM '{write_table(folder, 'Attack', rows)}' (HEADER=false)")
    for kind, pairs in ends.items():
        connection.execute(f"CREATE REL TABLE {kind}({', '.join(f'FROM {a} TO {b}' for a, b in pairs)})")
        for (a, b), rows in pairs.items():
            path = write_table(folder, f"{kind}-{a}-{b}", rows)
            connection.execute(f"COPY {kind} FROM '{path}' (HEADER=false, from='{a}', to='{b}')")
    return connection


# ---- answers ----

def plain(value):
    if isinstance(value, decimal.Decimal):  # Kuzu's sum of integers
        value = int(value)
    return f"{value:.9g}" if isinstance(value, float) else json.dumps(value)


def as_set(rows):
    return collections.Counter(tuple(plain(value) for value in row) for row in rows)


def kuzu_rows(connection, prepared, params):
    result, rows = connection.execute(prepared, params), []
    while result.has_next():
        rows.append(result.get_next())
    result.close()
    return rows


def same(case, ours, peer, whole):
    """Without LIMIT the rows must be equal; with it and no order, each side may choose: as many rows, all of them of the whole answer."""
    if whole is None:
        return as_set(ours) == as_set(peer)
    allowed = as_set(whole)
    return len(ours) == len(peer) and all(not as_set(rows) - allowed for rows in (ours, peer))


# ---- time ----

def clock(action, times):
    start = time.process_time()
    for _ in range(times):
        action()
    return (time.process_time() - start) / times


def repeats(action):
    once = clock(action, 1)
    return max(1, min(500, int(ENOUGH / max(once, 1e-6))))


def interleave(ours, peer, rounds):
    """Medians of both."""
    a, b = repeats(ours), repeats(peer)
    pairs = [(clock(ours, a), clock(peer, b)) for _ in range(rounds)]
    return tuple(statistics.median(side) for side in zip(*pairs))


class Bench:
    def __init__(self, options, engine, connection):
        self.options, self.engine, self.connection, self.met = options, engine, connection, True
        self.compile_times = []

    def row(self, name, ours, peer, gate, goal):
        ratio = peer / ours
        self.met = self.met and ratio >= gate
        print(json.dumps({"name": name + " vs Kuzu", "size": f"{self.options.density}{self.options.nodes}", "ours": round(ours, 7),
                          "peer": round(peer, 7), "ratio": round(ratio, 1), "gate": gate, "goal": goal, "extrapolated": False,
                          "ok": ratio >= gate}, separators=(",", ":")), flush=True)

    def prepare(self, text):
        """Kuzu's prepare includes planning, so ours includes it here, though a run plans anew and a host need not ask for it."""
        lib, engine = self.engine.lib, self.engine
        query = engine.prepare(text)
        lib.buffer_unref(engine.plan(query))
        lib.query_unref(query)

    def case(self, case):
        engine, connection, params = self.engine, self.connection, case.params
        query, own_params = engine.prepare(case.ours.encode()), engine.params(params)
        ours, whole = engine.rows(query, own_params), None
        if case.whole:
            everything = engine.prepare(case.whole.encode())
            whole = engine.rows(everything, own_params)
            engine.lib.query_unref(everything)
        best = None
        for text in case.kuzu:
            prepared = connection.prepare(text)
            peer = kuzu_rows(connection, prepared, params)
            if not same(case, ours, peer, whole):
                sys.exit(f"bench_query: {case.name}: {len(ours)} rows here, {len(peer)} from Kuzu, and they differ: {ours[:3]} {peer[:3]}")
            seconds = clock(lambda: connection.execute(prepared, params).close(), 1)
            if best is None or seconds < best[0]:
                best = seconds, prepared, text
        times = interleave(lambda: engine.run(query, own_params), lambda: connection.execute(best[1], params).close(), self.options.rounds)
        engine.lib.query_unref(query)
        self.row(case.name, *times, case.gate, case.goal)
        self.compile_times.append(interleave(lambda: self.prepare(case.ours.encode()), lambda: connection.prepare(best[2]), self.options.rounds))

    def prepare_row(self):
        ours, peer = (sum(side) for side in zip(*self.compile_times))
        self.row(f"prepare and plan {len(self.compile_times)} queries", ours, peer, 20, 40)


def main():
    if os.environ.get("CSPM_FULL") != "1" and "--full" not in sys.argv:
        skip("the query engine is measured beside Kuzu by the full run only (CSPM_FULL=1)")
    parser = argparse.ArgumentParser()
    parser.add_argument("library")
    parser.add_argument("estate_file")
    parser.add_argument("scratch")
    parser.add_argument("--nodes", type=int, default=100000)
    parser.add_argument("--density", choices="gd", default="g")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--full", action="store_true", help="run without CSPM_FULL=1")
    options = parser.parse_args()
    in_environment(options.scratch)
    with tempfile.TemporaryDirectory(prefix="cspm-bench-") as name:
        folder = pathlib.Path(name)
        path, graph = make_graph(options, folder)
        engine = cspm.Engine(options.library, str(path))
        if engine.lib.node_count(engine.graph) != len(graph["nodes"]) or engine.lib.edge_count(engine.graph) != len(graph["edges"]):
            sys.exit("bench_query: the graph read is not the one written")
        connection = load_kuzu(graph, folder)
        ids = [node["id"] for node in graph["nodes"] if node["kinds"][0] == "EntraUser"]
        del graph
        bench = Bench(options, engine, connection)
        for case in CASES:
            bench.case(case._replace(params={"id": ids[len(ids) // 2]}) if case.params else case)
        bench.prepare_row()
        connection.close()
    return 0 if bench.met else 1


if __name__ == "__main__":
    sys.exit(main())
