"""Analysis, paths, rules, snapshots: the same answers as the command gives."""
import json
import os
import subprocess

import pytest

from conftest import ESTATE, ROOT, SMALL

CLOCK = "2026-01-01T00:00:00Z"


def test_everything_the_document_says(analysis):
    document = json.loads(analysis.to_json())
    assert document["schema"] == "cspmgraph/analysis/1" and analysis.data == document
    assert [p.id for p in analysis.paths] == [p["id"] for p in document["attack_paths"]] and len(analysis.paths) == 50
    assert len(analysis.fixes) and len(analysis.choke_points) and len(analysis.patterns)
    path = analysis.paths[0]
    assert path.risk_level == "Critical" and path["risk_level"] == path.risk_level and path.nodes[0] == "internet"
    assert path.nodes[-1] == path.target["id"] and "title" in dir(path) and dict(path) == path.data
    with pytest.raises(AttributeError):
        path.no_such_field
    assert sum(analysis.count(level) for level in ("Critical", "High", "Medium", "Low")) == analysis.summary["attack_paths"]
    assert any(fix.verified for fix in analysis.fixes) and analysis.choke_points[0].place
    assert len(analysis.paths.to_pandas()) == 50 if _has("pandas") else True


def _has(name):
    try:
        __import__(name)
        return True
    except ImportError:
        return False


def command():
    """The command of the same build, for comparison."""
    library = os.environ.get("CSPMGRAPH_LIBRARY", "")
    for path in (os.environ.get("CSPMGRAPH_COMMAND"), os.path.join(os.path.dirname(os.path.dirname(library)), "examples/cli/cspmgraph"), ROOT / "build/cspmgraph"):
        if path and os.access(path, os.X_OK):
            return str(path)
    pytest.skip("the command is not built")
    return ""


def test_same_bytes_as_the_command(cg, estate):
    run = subprocess.run([command(), "analyze", str(ESTATE), "--format", "json", "--now", CLOCK, "--top", "20"], capture_output=True, text=True, timeout=120)
    ours = estate.analyze(top=20, now=CLOCK)
    assert json.loads(run.stdout)["attack_paths"] == ours.data["attack_paths"]
    assert json.loads(run.stdout)["fixes"] == ours.data["fixes"] and json.loads(run.stdout)["choke_points"] == ours.data["choke_points"]


def test_same_rows_as_the_command(estate):
    query = "MATCH (n:InternetExposed)-[r]->(m) RETURN n.name, type(r), m, m.riskLevel"
    run = subprocess.run([command(), "query", query, str(ESTATE), "--format", "json"], capture_output=True, text=True, timeout=120)
    assert json.loads(run.stdout) == json.loads(estate.query(query).to_json())


def test_options(cg, estate):
    assert len(estate.analyze(top=3).paths) == 3
    assert all(path.length <= 2 for path in estate.analyze(max_length=2, fixes=False).paths)
    assert not estate.analyze(fixes=False).fixes
    assert estate.analyze(assume_breach=True, fixes=False).summary["attack_paths"] >= estate.analyze(fixes=False).summary["attack_paths"]
    assert all(not path.conditional for path in estate.analyze(conditional=False, fixes=False).paths)
    for bad in ({"top": -1}, {"top": 1 << 32}, {"max_length": -5}, {"now": "yesterday"}):
        with pytest.raises(cg.UsageError):
            estate.analyze(**bad)
    for bad in ({"top": "many"}, {"top": 1.5}, {"now": 5}, {"entries": 5}, {"entries": [None]}):
        with pytest.raises(TypeError):
            estate.analyze(**bad)
    with pytest.raises(cg.NotFoundError):
        estate.analyze(entries="nobody")
    with pytest.raises(cg.QueryError):
        estate.analyze(entries="MATCH (n) RETURN m")


def test_exports(cg, analysis, graph):
    from cspmgraph._info import export_formats
    for name in export_formats(analysis=True):
        assert analysis.export(name), name
    for name in export_formats():
        assert graph.export(name), name
    for call in (analysis.export, graph.export):
        with pytest.raises(cg.NotInThisBuild):
            call("papyrus")
        with pytest.raises(cg.UsageError):
            call("json\0x")
        with pytest.raises(TypeError):
            call(5)
    for bad in (lambda: analysis.table("x"), lambda: analysis.count("Severe")):
        with pytest.raises(cg.UsageError):
            bad()


def test_paths(cg, estate):
    routes = estate.paths("internet", "label:Administrator", k=5)
    assert 0 < len(routes) <= 5 and routes[0].nodes[0] == "internet" and [r.length for r in routes] == sorted(r.length for r in routes)
    by_query = estate.paths("internet", "MATCH (n:Administrator) RETURN n", k=5)
    assert [r.nodes for r in by_query] == [r.nodes for r in routes]
    exposed = estate.paths(estate.query("MATCH (n:InternetExposed) RETURN n").column("n"), "label:Administrator", k=5)
    assert [r.nodes for r in estate.paths("match (n:InternetExposed) return n", "label:Administrator", k=5)] == [r.nodes for r in exposed] != []
    assert estate.paths(estate.node("internet"), ["label:Administrator"], k=5)[0].nodes == routes[0].nodes
    likely = estate.paths("internet", "label:Administrator", weight="likelihood", k=5)
    assert [r.likelihood for r in likely] == sorted((r.likelihood for r in likely), reverse=True)
    table = estate.paths_table("internet", "label:Administrator", k=5)
    assert len(table) == len(routes) and table.columns[0] == "rank"
    count = estate.count_paths("internet", "label:Administrator", max_length=4)
    assert count >= len(routes) and not count.estimated and isinstance(count, int)
    assert estate.choke_points("internet", "label:Administrator").columns[0] == "node"
    with pytest.raises(cg.NotFoundError):
        estate.paths("internet", "nobody")
    with pytest.raises(cg.Error):
        estate.paths([], [])
    with pytest.raises(cg.Error):
        estate.paths("internet", "label:Administrator", weight="name\0")


def test_ids_that_look_like_queries(cg):
    builder = cg.Builder().add_node("MATCH", ["A"]).add_node("return-desk", ["B"]).add_edge("MATCH", "R", "return-desk")
    graph = builder.finish(builtin_rules=False)
    assert graph.paths("MATCH", "return-desk") is not None and "MATCH" in graph and "x" not in graph and 5 not in graph


def test_rules(cg, estate, tmp_path):
    rules = cg.Rules()
    table = rules.table()
    assert len(table) > 10 and table.columns[0] == "id"
    assert table[0].id in rules.show(table[0].id)
    passed, failed, report = rules.test()
    assert passed > 0 and failed == 0 and report == ""
    with pytest.raises(cg.NotFoundError):
        rules.show("nothing")
    with pytest.raises(cg.NotFoundError):
        cg.Rules(disable="nothing")
    with pytest.raises(cg.InputError):
        cg.Rules("/nowhere")
    with pytest.raises(cg.Error) as caught:
        cg.Rules().add_text("version: 1\nid: [", "broken")
    assert caught.value.source == "broken" and caught.value.line
    with pytest.raises((TypeError, cg.Error)):
        cg.Rules(5)


def test_other_rules_other_answers(cg, graph):
    bare = graph.derive(builtin_rules=False)
    assert bare.derived_count == 0 and bare.node_count == graph.node_count
    assert bare.derive().edge_count == graph.edge_count
    assert cg.load(SMALL, builtin_rules=False).derived_count == 0


def test_labels_of_the_host(cg, graph):
    some = graph.nodes().column("id")[:3]
    marked = graph.with_label("Mine", some)
    assert marked.query("MATCH (n:Mine) RETURN count(n)")[0][0] == 3 and graph.query("MATCH (n:Mine) RETURN count(n)")[0][0] == 0
    with pytest.raises(cg.NotFoundError):
        graph.with_label("Mine", ["nobody"])


def test_snapshots(cg, graph, tmp_path):
    path = tmp_path / "x.cspm"
    graph.save(path)
    with cg.open(path) as again, cg.load(path) as loaded:
        assert again.node_count == graph.node_count == loaded.node_count
        assert again.analyze(now=CLOCK).data["attack_paths"] == graph.analyze(now=CLOCK).data["attack_paths"]
    data = path.read_bytes()
    graph.save(path)
    assert path.read_bytes() == data
    path.write_bytes(data[:len(data) // 2])
    with pytest.raises(cg.InputError):
        cg.open(path).query("MATCH (n) RETURN n")
    with pytest.raises(cg.InputError):
        cg.open(tmp_path / "none.cspm")
    with pytest.raises(cg.InputError):
        cg.open(ROOT / "README.md")
    with pytest.raises(cg.InputError):
        graph.save(tmp_path / "no/such/folder/x.cspm")
    with pytest.raises(cg.UsageError):
        graph.save("a\0b")


def test_bad_inputs(cg, tmp_path):
    broken = tmp_path / "broken.json"
    broken.write_text('{"graph": {"nodes": [\n{"id": "a"},, ]}}')
    with pytest.raises(cg.InputError) as caught:
        cg.load(broken)
    assert caught.value.line == 2 and str(broken) in caught.value.source
    for bad in (tmp_path / "none", "", str(tmp_path / "x\0y")):
        with pytest.raises(cg.Error):
            cg.load(bad)
    for bad in (5, None, object()):
        with pytest.raises(TypeError):
            cg.load(bad)
    with pytest.raises(cg.UsageError):
        cg.load()
    with pytest.raises(cg.Error):
        cg.load(SMALL, format="papyrus")
    with pytest.raises(cg.LimitError):
        cg.load(ESTATE, max_memory=100_000)
    with pytest.raises(cg.UsageError):
        cg.Context(max_nonsense=1)
    with pytest.raises(TypeError):
        cg.Context(max_nodes="many")


def test_builders(cg):
    builder = cg.Builder()
    for call in (lambda: builder.add_node(5), lambda: builder.add_node("a", [5]), lambda: builder.add_node("a", x=object()), lambda: builder.add_edge("a", None, "b"),
                 lambda: builder.add_node("a", x=float("nan")), lambda: builder.add_node(""), lambda: builder.add_bytes(5), lambda: builder.add_bytes(b"rubbish"),
                 lambda: builder.add_node("\ud800")):
        with pytest.raises((TypeError, cg.Error)):
            call()
    builder.add_bytes(SMALL.read_bytes() if SMALL.is_file() else b'{"graph":{"nodes":[{"id":"x","kinds":["A"]}],"edges":[]}}', name="mem")
    builder.add_node("id with \0 NUL", ["A"], properties={"kinds": "k", "id": "i"}, name="n")
    graph = builder.finish(builtin_rules=False)
    assert graph.node("id with \0 NUL")["kinds"] == "k" and graph.node("id with \0 NUL").name == "n"
    with pytest.raises(cg.ClosedError):
        builder.finish()
    with pytest.raises(cg.NotFoundError):
        graph.node("nobody")


def test_not_in_this_build(cg, tiny):
    for call in (lambda: tiny.can("a", "b", "c"), lambda: tiny.who_can("a", "b"), lambda: tiny.reach("a", "b", "tcp", 22), lambda: cg.diff(tiny, tiny)):
        with pytest.raises(cg.NotInThisBuild, match="not in this build"):
            call()
    assert issubclass(cg.NotInThisBuild, NotImplementedError)


def test_vectors(cg):
    request = {"id": "1", "principal": "arn:aws:iam::1:user/u", "action": "s3:GetObject", "resource": "arn:aws:s3:::b/k",
               "identity_policies": [{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "s3:*", "Resource": "*"}]}]}
    assert cg.can_vectors(request) == [{"id": "1", "result": "Allowed"}]
    assert [r["result"] for r in cg.can_vectors([request, {**request, "action": "ec2:X"}])] == ["Allowed", "ImplicitlyDenied"]
    with pytest.raises(cg.InputError):
        cg.can_vectors("[{]")
    with pytest.raises(TypeError):
        cg.can_vectors(5)


def test_functions_of_the_host(cg, tiny):
    def shout(text, times=1):
        return text.upper() + "!" * times
    kinds = []

    def kind(value):
        kinds.append(type(value))
        return value
    language = cg.Language(functions={"host.shout": shout, "host.kind": kind, "host.boom": lambda x: 1 / x, "host.big": lambda: 1 << 70,
                                      "host.deep": lambda: {"a": [1, None, "x"]}, "host.bad": lambda: object()})
    rows = tiny.query("MATCH (n) RETURN host.shout(n.name, 2) AS s ORDER BY s", language=language)
    assert rows.column("s") == ["ALPHA!!", "BETA!!", "GÄMMA!!"]
    assert tiny.query("RETURN host.shout(null) AS s, host.deep() AS d", language=language)[0] == (None, {"a": [1, None, "x"]})
    for value in (True, 5, 1.5, "a\0b", [1, "x"], {"k": [None]}):
        assert tiny.query("RETURN host.kind($v) AS v", {"v": value}, language=language)[0].v == value
    assert kinds == [bool, int, float, str, list, dict]
    assert tiny.query("MATCH (n {name: 'alpha'}) RETURN host.kind(n) AS n", language=language)[0].n in (tiny.node("a"), tiny.node("a").to_dict())
    for call, words in (("host.boom(0)", "ZeroDivisionError"), ("host.big()", "64 bits"), ("host.bad()", "not JSON serializable")):
        with pytest.raises(cg.QueryError, match=words):
            tiny.query(f"RETURN {call}", language=language)
    with pytest.raises(cg.QueryError):
        tiny.query("RETURN host.shout()", language=language)
    with pytest.raises(cg.UsageError):
        language.add_function("not a name", len)
    with pytest.raises(TypeError):
        language.add_function("f", 5)


def test_functions_are_released(cg, tiny):
    import gc

    from cspmgraph import _functions
    before = len(_functions._functions)
    for _ in range(50):
        tiny.query("RETURN f(1)", language=cg.Language(functions={"f": lambda x: x}))
        with pytest.raises(cg.UsageError):
            cg.Language(functions={"no name": len})
    gc.collect()
    assert len(_functions._functions) == before


def test_metrics(cg):
    if not cg.metrics.available():
        pytest.skip("libcspmgraph-metrics is not built")
    edges = [(0, 1), (1, 2), (0, 2), (2, 3)]
    assert len(cg.metrics.layout(4, edges)) == 4 and len(cg.metrics.betweenness(4, edges)) == 4
    assert cg.metrics.communities(4, edges)[0] == 0 and cg.metrics.min_cut(4, edges, [0], [3]) == [3]
    for bad in (lambda: cg.metrics.layout(2, edges), lambda: cg.metrics.min_cut(4, edges, [9], [3])):
        with pytest.raises(cg.UsageError):
            bad()


def test_what_the_library_says(cg):
    assert cg.library_version().startswith("0.") and cg.library_path()
    assert "opengraph" in {dialect.name for dialect in cg.formats()} and all(dialect.title for dialect in cg.formats())
