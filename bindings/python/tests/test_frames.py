"""Tables in other people's libraries: the same values, buffers shared, lifetimes right."""
import datetime
import gc
import math
import sys

import pytest

ALL = ("UNWIND range(0, 69999) AS i RETURN i, i * 0.5 AS f, i % 2 = 0 AS b, 's' + toString(i) AS s, CASE WHEN i % 3 = 0 THEN null ELSE i END AS gap, "
       "CASE WHEN i % 3 = 0 THEN null ELSE i % 2 = 0 END AS maybe, CASE WHEN i % 5 = 0 THEN null ELSE 'é' + toString(i) END AS u")


@pytest.fixture(scope="module")
def table(cg):
    graph = cg.Builder().add_node("a", ["Machine"], name="alpha", when=1.5).finish(builtin_rules=False)
    return graph.query(ALL)


def test_pandas(table):
    pandas = pytest.importorskip("pandas")
    frame = table.to_pandas()
    assert list(frame.columns) == table.columns and len(frame) == 70_000
    assert [str(kind) for kind in frame.dtypes][:3] == ["int64", "float64", "bool"]
    assert str(frame["gap"].dtype) == "Int64" and str(frame["maybe"].dtype) == "boolean"
    for name in ("i", "f", "b", "s"):
        assert frame[name].tolist() == table.column(name)
    for name in ("gap", "maybe", "u"):
        assert [None if pandas.isna(v) else v for v in frame[name]] == table.column(name)
    part = table[65_530:65_550].to_pandas()
    assert part["s"].tolist() == table.column("s")[65_530:65_550] and part["gap"].isna().tolist() == [i % 3 == 0 for i in range(65_530, 65_550)]
    assert list(table.to_pandas(columns=["s", "i"]).columns) == ["i", "s"]
    frame.loc[0, "i"] = 5  # the frame is the caller's to change
    assert table[0].i == 0


def test_pandas_text_without_pyarrow(table, monkeypatch):
    pytest.importorskip("pandas")
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    assert table[:100].to_pandas()["u"].isna().sum() == 20 and table[:100].to_pandas()["s"].tolist() == table.column("s")[:100]


def test_pandas_outlives_everything(cg):
    pytest.importorskip("pandas")
    graph = cg.Builder().add_node("a").finish(builtin_rules=False)
    frame = graph.query(ALL).to_pandas()
    graph.close()
    del graph
    gc.collect()
    assert frame["i"].sum() == sum(range(70_000)) and frame["s"].iloc[-1] == "s69999" and frame["u"].iloc[1] == "é1"


def test_pandas_of_ready_made_tables(graph, analysis):
    pytest.importorskip("pandas")
    edges = graph.edges().to_pandas()
    assert str(edges["kind"].dtype) == "category" and edges["kind"].tolist() == graph.edges().column("kind")
    assert str(edges["likelihood"].dtype) == "float64" and edges["properties"].map(type).eq(dict).all()
    nodes = graph.nodes().to_pandas()
    assert nodes["kinds"].tolist() == graph.nodes().column("kinds")
    for name in ("paths", "steps", "patterns", "choke_points", "fixes", "nodes", "diagnostics"):
        part = analysis.table(name)
        assert len(part.to_pandas()) == len(part) == len(part.to_dicts()), name


def test_pandas_of_mixed_values(tiny):
    pandas = pytest.importorskip("pandas")
    frame = tiny.query("MATCH (n) RETURN n, n.name, n.cores, n.load, n.on, n.tags, [1, 'a'] AS mixed ORDER BY elementId(n)").to_pandas()
    assert frame["n"].tolist() == ["a", "b", "c"] and frame["n.name"].tolist() == ["alpha", "beta", "gämma"]
    assert frame["n.cores"][0] == 4 and str(frame["n.cores"].dtype) == "Int64" and pandas.isna(frame["n.cores"][1])
    assert frame["n.load"][0] == 1.5 and math.isnan(frame["n.load"][1]) and str(frame["n.on"].dtype) == "boolean"
    assert frame["n.tags"][0] == ["x", "y"] and frame["mixed"][2] == [1, "a"]
    rows = tiny.query("MATCH p = (a)-[r]->(b) RETURN r, p").to_pandas()
    assert rows["r"][0]["kind"] == "Reads" and rows["p"][0]["nodes"][0]["id"] == "a"


def test_pandas_of_dates(tiny):
    pytest.importorskip("pandas")
    table = tiny.query("UNWIND [0, 1] AS i RETURN date('2024-02-29') AS d, datetime('2024-02-29T12:30:00.5Z') AS t")
    assert len(table.to_pandas()) == 2
    assert table[0].d in (datetime.date(2024, 2, 29), "2024-02-29")


def test_empty_frames(tiny):
    pytest.importorskip("pandas")
    table = tiny.query("MATCH (n:Nothing) RETURN n, 1 AS i, 'a' AS s, true AS b, n.x AS x, 1.5 AS f")
    assert table.to_pandas().shape == (0, 6) and str(table.to_pandas()["i"].dtype) == "int64"


def test_pyarrow(table):
    pa = pytest.importorskip("pyarrow")
    whole = pa.table(table)
    whole.validate(full=True)
    for name in table.columns:
        assert whole.column(name).to_pylist() == table.column(name), name
    assert [str(kind) for kind in whole.schema.types][:4] == ["int64", "double", "bool", "string"]
    part = pa.table(table[65_530:65_550])
    part.validate(full=True)
    assert part.to_pylist() == table[65_530:65_550].to_dicts() == whole.slice(65_530, 20).to_pylist()
    assert pa.table(table).num_rows == 70_000  # any number of times


def test_pyarrow_shares_buffers(cg, table):
    pa = pytest.importorskip("pyarrow")
    from cspmgraph import _columns
    first = pa.table(table).column("i").chunk(0).buffers()[1]
    assert first.address == _columns.column(table._pieces[0].batch, 0).values


def test_pyarrow_outlives_everything(cg):
    pa = pytest.importorskip("pyarrow")
    graph = cg.Builder().add_node("a").finish(builtin_rules=False)
    whole = pa.table(graph.query(ALL))
    reader = pa.RecordBatchReader.from_stream(graph.query(ALL))
    graph.close()
    gc.collect()
    whole.validate(full=True)
    assert sum(batch.num_rows for batch in reader) == 70_000


def test_pyarrow_reads_a_stream(cg, tiny):
    pa = pytest.importorskip("pyarrow")
    stream = tiny.stream("UNWIND range(1, 200000) AS i RETURN i, toString(i) AS s")
    whole = pa.table(stream)
    whole.validate(full=True)
    assert whole.num_rows == 200_000 and whole.column("s")[199_999].as_py() == "200000"
    with pytest.raises(cg.ClosedError):
        next(iter(stream))


def test_errors_inside_a_stream_reach_arrow(tiny):
    pa = pytest.importorskip("pyarrow")
    stream = tiny.stream("UNWIND range(1, 100000) AS i RETURN 1 / (i - 90000) AS x")
    with pytest.raises((pa.ArrowException, OSError, ValueError)):
        pa.table(stream)


def test_empty_arrow(tiny):
    pa = pytest.importorskip("pyarrow")
    empty = tiny.query("MATCH (n:Nothing) RETURN 1 AS i, n.name AS s")
    for _ in range(2):
        assert pa.table(empty).num_rows == 0 and pa.table(empty).column_names == ["i", "s"]
    some = tiny.query("RETURN 1 AS i")
    assert pa.table(some[:0]).schema == pa.table(some).schema


def test_lists_and_enumerations_in_arrow(graph):
    pa = pytest.importorskip("pyarrow")
    nodes, edges = pa.table(graph.nodes()), pa.table(graph.edges())
    nodes.validate(full=True)
    edges.validate(full=True)
    assert nodes.column("kinds").to_pylist() == graph.nodes().column("kinds")
    assert str(edges.schema.field("kind").type).startswith("dictionary") and edges.column("kind").to_pylist() == graph.edges().column("kind")


def test_unread_capsules_are_released(tiny):
    table = tiny.query("RETURN 1 AS i")
    from cspmgraph import _arrow
    for _ in range(100):
        table.__arrow_c_stream__()
        tiny.stream("RETURN 1").__arrow_c_stream__()
    assert len(_arrow._exports) <= 1 and len(_arrow._capsules) <= 1  # the last one is looked at when the next is made
    held = [table.__arrow_c_stream__() for _ in range(10)]
    assert len(_arrow._exports) == len(held)


def test_polars(table, graph):
    polars = pytest.importorskip("polars")
    frame = polars.DataFrame(table)
    assert frame.shape == (70_000, 7) and frame.schema["i"] == polars.Int64 and frame.schema["s"] == polars.String
    assert frame["gap"].to_list() == table.column("gap") and frame["u"].to_list() == table.column("u")
    assert polars.DataFrame(table[65_530:65_550]).rows() == [tuple(row) for row in table[65_530:65_550]]
    assert graph.edges().to_polars()["kind"].cast(polars.String).to_list() == graph.edges().column("kind")


def test_duckdb(table):
    duckdb = pytest.importorskip("duckdb")
    connection = duckdb.connect()
    rows = table  # found by name in this frame
    assert connection.sql("SELECT count(*), sum(i), count(gap), max(s) FROM rows").fetchall() == [(70_000, sum(range(70_000)), 46_666, "s9999")]
    part = table[65_530:65_550]
    assert connection.sql("SELECT i FROM part WHERE b ORDER BY i").fetchall() == [(i,) for i in range(65_530, 65_550, 2)]
    assert len(rows) == 70_000 and len(part) == 20


def test_networkx(graph):
    networkx = pytest.importorskip("networkx")
    out = graph.to_networkx()
    assert isinstance(out, networkx.MultiDiGraph)
    assert out.number_of_nodes() == graph.node_count and out.number_of_edges() == graph.edge_count
    node = graph.nodes()[0]
    assert out.nodes[node.id]["kinds"] == node.kinds
    assert sorted(data["kind"] for *_, data in out.edges(data=True)) == sorted(graph.edges().column("kind"))


def test_igraph(graph):
    pytest.importorskip("igraph")
    out = graph.to_igraph()
    assert out.is_directed() and out.vcount() == graph.node_count and out.ecount() == graph.edge_count
    edge, row = out.es[5], graph.edges()[5]
    assert (out.vs[edge.source]["name"], edge["kind"], out.vs[edge.target]["name"]) == (row["from"], row.kind, row.to)


def test_without_optional_packages(table, monkeypatch):
    for name in ("pandas", "polars", "pyarrow"):
        monkeypatch.setitem(sys.modules, name, None)
    for call in (table.to_pandas, table.to_polars, table.to_arrow):
        with pytest.raises(ImportError):
            call()
    assert len(table.to_dicts()) == 70_000
