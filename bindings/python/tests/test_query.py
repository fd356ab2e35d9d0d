"""Queries: rows, values, parameters, languages; what goes wrong is an exception with its place."""
import datetime
import json

import pytest


def test_wrong_queries_say_where(cg, tiny):
    with pytest.raises(cg.QueryError) as caught:
        tiny.query("MATCH (n)\nRETURN m")
    assert (caught.value.line, caught.value.column) == (2, 8)
    assert caught.value.code is cg.Status.E_QUERY and caught.value.name == "CSPM_E_QUERY"
    assert "m" in caught.value.message and isinstance(caught.value, cg.Error)
    assert caught.value.details["detail"] == "UndefinedVariable"


@pytest.mark.parametrize("query", ["", "\0", "RETURN 1\0", "MATCH (n) RETURN n.x \0 LIMIT 1", "RETURN '" + "x" * 100, "🙂", "CREATE (n)", "(" * 5000])
def test_nonsense_is_an_error(cg, tiny, query):
    with pytest.raises(cg.Error):
        tiny.query(query)


@pytest.mark.parametrize("query", [None, 5, b"RETURN 1", ["RETURN 1"], object()])
def test_a_query_is_text(tiny, query):
    with pytest.raises(TypeError):
        tiny.query(query)


def test_lone_surrogates_are_no_text(cg, tiny):
    with pytest.raises(cg.UsageError):
        tiny.query("RETURN '\ud800'")
    with pytest.raises(cg.UsageError):
        tiny.query("RETURN $x", {"x": "\udcff"})


@pytest.mark.parametrize("value", [1 << 63, -(1 << 63) - 1, 1 << 4000])
def test_integers_have_64_bits(cg, tiny, value):
    with pytest.raises(cg.UsageError):
        tiny.query("RETURN $x", {"x": value})


@pytest.mark.parametrize("value", [object(), {1, object()}, [float("nan")], {"a": object()}, b"bytes", datetime.date(2020, 1, 1)])
def test_parameters_are_json(cg, tiny, value):
    with pytest.raises((TypeError, cg.UsageError)):
        tiny.query("RETURN $x", {"x": value})


def test_deep_and_circular_parameters(cg, tiny):
    deep = []
    for _ in range(100_000):
        deep = [deep]
    circle = []
    circle.append(circle)
    for value in (deep, circle):
        with pytest.raises((TypeError, cg.Error)):
            tiny.query("RETURN $x", {"x": value})


def test_parameters_are_a_mapping_of_names(cg, tiny):
    for bad in ([1], "x", 5):
        with pytest.raises(TypeError):
            tiny.query("RETURN 1", bad)
    with pytest.raises(TypeError):
        tiny.query("RETURN 1", {5: 5})
    with pytest.raises(cg.QueryError):
        tiny.query("RETURN $missing")


def test_giant_parameters(cg, tiny):
    text = "x" * (8 << 20)
    assert tiny.query("RETURN size($x) AS n", {"x": text})[0].n == len(text)
    assert tiny.query("RETURN size($x) AS n", {"x": list(range(100_000))})[0].n == 100_000
    small = cg.Builder(cg.Context(max_memory_bytes=4 << 20)).add_node("a").finish(builtin_rules=False)
    with pytest.raises(cg.LimitError):
        small.query("RETURN $x", {"x": text})
    assert small.query("RETURN 1 AS one")[0].one == 1


VALUES = [None, True, False, 0, -(1 << 63), (1 << 63) - 1, 1.5, -0.0, 1e300, "", "text", "a\0b", "🙂 \u202e", [1, 2], [], {"a": [1, None, "x"]}, [[1], ["b"]]]


@pytest.mark.parametrize("value", VALUES, ids=repr)
def test_values_come_back(tiny, value):
    got = tiny.query("RETURN $x AS x", {"x": value})[0].x
    assert got == value and type(got) is type(value)


def test_special_floats(tiny):
    row = tiny.query("RETURN $a AS a, $b AS b", {"a": float("inf"), "b": float("nan")})[0]
    assert row.a in (float("inf"), "Infinity") and (row.b != row.b or row.b == "NaN")


def test_tuples_and_dollar_names(tiny):
    assert tiny.query("RETURN $x AS x", {"$x": (1, 2)})[0].x == [1, 2]


def test_nodes_relationships_paths(cg, tiny):
    row = tiny.query("MATCH p = (a)-[r:Reads]->(b) RETURN a, r, b, p")[0]
    assert row.a.id == "a" and row.a["name"] == "alpha" and row.a.kinds == ["Machine"] and row.a.name == "alpha"
    assert (row.r.kind, row.r.start, row.r.end, row.r["since"]) == ("Reads", "a", "b", 2020)
    assert [node.id for node in row.p.nodes] == ["a", "b"] and len(row.p) == 1
    assert row.a == tiny.node("a") and row.p.nodes[0] == row.a
    assert json.loads(tiny.query("MATCH (n {name: 'beta'}) RETURN n").to_json())["rows"] == [[tiny.node("b").to_dict()]]


def test_rows_by_name_and_number(tiny):
    table = tiny.query("MATCH (n:Machine) RETURN elementId(n) AS id, n.cores ORDER BY id")
    assert table.columns == ["id", "n.cores"] and len(table) == 2
    assert table[0] == ("a", 4) and table[0].id == "a" and table[0]["n.cores"] == 4 and table[-1][1] is None
    assert table[0].to_dict() == {"id": "a", "n.cores": 4} and table.to_dicts()[0] == {"id": "a", "n.cores": 4}
    assert table.column("id") == ["a", "b"]
    for bad in ("x", 7, -3):
        with pytest.raises((KeyError, IndexError, TypeError)):
            table[0][bad]
    with pytest.raises(IndexError):
        table[2]
    with pytest.raises(KeyError):
        table.column("nope")
    with pytest.raises(AttributeError):
        table[0].nope


def test_slices_are_tables(cg, tiny):
    table = tiny.query("UNWIND range(0, 199999) AS i RETURN i, i % 2 = 0 AS even, toString(i) AS s, CASE WHEN i % 3 = 0 THEN null ELSE i END AS gap")
    assert len(table) == 200_000
    part = table[65_530:65_545]
    assert len(part) == 15 and [row.i for row in part] == list(range(65_530, 65_545))
    assert [row.s for row in part] == [str(i) for i in range(65_530, 65_545)]
    assert [row.gap for row in part] == [None if i % 3 == 0 else i for i in range(65_530, 65_545)]
    assert [row.even for row in part] == [i % 2 == 0 for i in range(65_530, 65_545)]
    assert list(part[3:5]) == list(table)[65_533:65_535] and len(table[10:5]) == 0 and len(table[:0]) == 0
    assert table[-1].i == 199_999 and table[100_000].i == 100_000 and len(table.head()) == 5
    assert json.loads(part[:2].to_json())["rows"] == [[65_530, True, "65530", 65530], [65_531, False, "65531", 65531]]
    with pytest.raises(cg.UsageError):
        table[::2]
    with pytest.raises(TypeError):
        table["i"]


def test_empty_answers(tiny):
    table = tiny.query("MATCH (n:Nothing) RETURN n.name AS name, 1 AS one")
    assert len(table) == 0 and list(table) == [] and table.to_dicts() == [] and table.columns == ["name", "one"]
    assert json.loads(table.to_json()) == {"columns": ["name", "one"], "rows": [], "truncated": None}


def test_limits_truncate_or_raise(cg, tiny):
    table = tiny.query("UNWIND range(1, 1000) AS i RETURN i", max_rows=10)
    assert len(table) == 10 and table.truncated == "rows" and json.loads(table.to_json())["truncated"] == "rows"
    with pytest.raises(cg.UsageError):
        tiny.query("RETURN 1", max_rows=-1)
    with pytest.raises(TypeError):
        tiny.query("RETURN 1", max_rows="10")
    with pytest.raises(cg.UsageError):
        tiny.query("RETURN 1", timeout=-1)


def test_pipe_and_explorer(cg, tiny, graph):
    assert tiny.query("nodes | where name == 'beta' | project id", lang="pipe").to_dicts() == [{"id": "b"}]
    rows = graph.query("securityresources | where type == 'microsoft.security/attackpaths' | count", lang="pipe")
    assert rows[0][0] > 0
    with pytest.raises(cg.UsageError):
        tiny.query("RETURN 1", lang="sql")
    with pytest.raises(cg.InputError):
        cg.explorer_query("{")


def test_languages_add_and_hide(cg, tiny):
    only = cg.Language(property=("name", "beta"))
    assert tiny.query("MATCH (n) RETURN elementId(n)", language=only)[0][0] == "b"
    assert tiny.query("MATCH (n) RETURN count(n)", language=cg.Language(label="Store"))[0][0] == 1
    moves = cg.Language(types={"MOVES": ["Reads"]})
    assert tiny.query("MATCH (a)-[:MOVES]->(b) RETURN elementId(b)", language=moves)[0][0] == "b"
    assert len(tiny.query("MATCH (n) WHERE n.name =~ 'l.h' RETURN n", language=cg.Language(search_regex=True))) == 1
    with pytest.raises(cg.UsageError):
        cg.Language(label="")
    with pytest.raises(TypeError):
        tiny.query("RETURN 1", language="graph")


def test_prepared_queries_explain_profile(cg, tiny):
    query = cg.Query("MATCH (n:Machine) RETURN n.cores")
    assert len(tiny.query(query)) == 2 and query.reads("cores") and not query.reads_risk
    assert "Machine" in tiny.explain(query) and tiny.profile(query)
    assert query.warnings == [] or all(isinstance(line, str) for line in query.warnings)


def test_risk_is_there_when_asked_for(graph):
    rows = graph.query("MATCH (n) WHERE n.riskScore > 0 RETURN elementId(n), n.riskLevel, n.attackPaths")
    assert len(rows) and all(level in ("Low", "Medium", "High", "Critical") for _, level, _ in rows)


def test_streams_outlive_their_graph(cg, tiny):
    stream = tiny.stream("UNWIND range(1, 150000) AS i RETURN i, toString(i) AS s", batch_rows=1000)
    rows = iter(stream)
    assert next(rows).i == 1
    tiny.close()
    assert sum(1 for _ in rows) == 149_999
    stream.close()
    with pytest.raises(cg.ClosedError):
        next(iter(stream))


def test_streams_in_batches(tiny):
    with tiny.stream("UNWIND range(1, 5000) AS i RETURN i", batch_rows=1000) as stream:
        assert [len(table) for table in stream.batches()] == [1000] * 5
    assert len(tiny.stream("UNWIND range(1, 10) AS i RETURN i").fetch()) == 10


def test_tables_of_the_graph(graph):
    nodes, edges = graph.nodes(), graph.edges()
    assert len(nodes) == graph.node_count and len(edges) == graph.edge_count
    assert nodes.columns[:3] == ["id", "name", "kinds"] and isinstance(nodes[0].kinds, list)
    assert {row.what for row in graph.schema()} == {"label", "relationship", "property"}
    assert len(graph.sources()) >= 1 and graph.diagnostics().columns[0] == "severity"
