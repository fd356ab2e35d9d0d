"""What people see: capped, escaped, inert, with no reference to anything outside."""
import csv
import io
import re
import xml.etree.ElementTree as ElementTree

import pytest

HOSTILE = ["<script>alert(1)</script>", "\" onload=\"alert(1)", "'><img src=x onerror=alert(1)>", "abc\u202egpj.exe", "\u200f\u2066x", "=cmd|' /C calc'!A0", "+1+1", "@SUM(A1)",
           "-2+3", "]]>&amp;<!--", "</svg></title><script>1</script>", "javascript:alert(1)", "a\nb\r\tc\x1b[31md\x9b", "&#x3c;b&#x3e;", "\ufeff", "x" * (1 << 20), "🙂" * 500]
FORMULA = ("=", "+", "-", "@")


@pytest.fixture(scope="module", params=range(len(HOSTILE)), ids=[ascii(name)[:24] for name in HOSTILE])
def hostile(request, cg):
    """A small graph in which everything that can have a name has this one."""
    text = HOSTILE[request.param]
    builder = cg.Builder().add_node("1" + text, [text[:200]], name=text).add_node("2" + text, ["Machine"], name=text, note=text)
    builder.add_edge("1" + text, text[:200], "2" + text, why=text)
    return text, builder.finish(builtin_rules=False)


def parsed(markup):
    """Well-formed, no script, no handler, no reference; and not large."""
    assert len(markup) < 200_000
    tree = ElementTree.fromstring(f"<div>{markup}</div>")
    for element in tree.iter():
        tag = element.tag.rpartition("}")[2]
        assert tag in {"div", "p", "b", "br", "span", "code", "table", "thead", "tbody", "tr", "th", "td", "ul", "li", "svg", "defs", "marker", "g", "title",
                       "rect", "text", "path", "line"}, tag
        for name, value in element.attrib.items():
            assert not name.startswith("on") and "href" not in name and name != "src"
            assert "url(" not in value or value == "url(#cspm-arrow)"
            assert "javascript:" not in value or name == "aria-label"
    text = "".join(tree.itertext()) + "".join(value for element in tree.iter() for value in element.attrib.values())
    assert not re.search("[\u202a-\u202e\u2066-\u2069\u200e\u200f\ufeff\x00-\x08\x0e-\x1f\x7f-\x9f]", text)
    return tree


def test_tables_and_values_are_inert(hostile):
    name, graph = hostile
    table = graph.query("MATCH p = (a)-[r]->(b) RETURN a, r, b, p, a.name, [a.name] AS list, {k: a.name} AS map, a.name AS `<b onclick=x>\u202e`")
    parsed(table._repr_html_())
    parsed(table[0].a._repr_html_())
    parsed(table[0].p._repr_html_())
    parsed(graph._repr_html_())
    text = repr(table)
    assert "\x1b" not in text and "\u202e" not in text and len(text) < 20_000
    assert graph.nodes().column("name")[0] == name  # the value itself is untouched


def test_routes_and_records_are_inert(hostile):
    _, graph = hostile
    ids = graph.nodes().column("id")
    routes = graph.paths(ids[0], ids[1])
    parsed(routes._repr_html_())
    for route in routes:
        parsed(route._repr_html_())
    parsed(graph.choke_points(ids[0], ids[1])._repr_html_())


def test_csv_runs_nothing(hostile):
    name, graph = hostile
    text = graph.query("MATCH (n) RETURN n.name, n.cores").to_csv()
    csv.field_size_limit(1 << 22)
    rows = list(csv.reader(io.StringIO(text, newline="")))
    assert all(not cell.startswith((*FORMULA, "\t", "\r")) for row in rows for cell in row)
    assert rows[1][0].lstrip("'") == name.lstrip("'")


def test_large_tables_are_capped(tiny):
    html = tiny.query("UNWIND range(1, 100000) AS i RETURN i")._repr_html_()
    assert html.count("<tr>") == 51 and "100,000 rows" in html and "first 50 shown" in html
    assert "truncated" in tiny.query("UNWIND range(1, 100) AS i RETURN i", max_rows=5)._repr_html_()
    assert "truncated" in repr(tiny.query("UNWIND range(1, 100) AS i RETURN i", max_rows=5))
    assert "0 rows" in tiny.query("MATCH (n:X) RETURN n")._repr_html_()


def test_analysis_is_shown(analysis, estate):
    for thing in (analysis, analysis.paths, analysis.choke_points, analysis.fixes, analysis.patterns, analysis.diagnostics, analysis.paths[0], estate):
        parsed(thing._repr_html_())
    tree = parsed(analysis.to_svg())
    assert len(list(tree.iter("{http://www.w3.org/2000/svg}rect"))) > 10
    drawn = parsed(analysis.paths[0].to_svg())
    assert len(list(drawn.iter("{http://www.w3.org/2000/svg}rect"))) == len(analysis.paths[0].nodes)


def test_boxes_do_not_overlap(analysis):
    for picture in [analysis.to_svg(), *(path.to_svg() for path in analysis.paths[:10])]:
        rects = [(float(r.get("x")), float(r.get("y")), float(r.get("width")), float(r.get("height")))
                 for r in ElementTree.fromstring(picture).iter("{http://www.w3.org/2000/svg}rect")]
        for i, (x, y, w, h) in enumerate(rects):
            for a, b, c, d in rects[:i]:
                assert x >= a + c or a >= x + w or y >= b + d or b >= y + h


def test_report(analysis):
    html = analysis.to_html()
    assert "<svg" in html and "<html" in html


def test_analysis_of_hostile_names(cg, hostile):
    safe = name = hostile[0]
    builder = cg.Builder().add_node("internet", ["Internet"], name=name).add_node("m" + safe, ["Machine"], name=name).add_node("s" + safe, ["Secret"], name=name)
    builder.add_edge("internet", "CAN_ACCESS", "m" + safe).add_edge("m" + safe, "CAN_READ", "s" + safe)
    graph = builder.finish()
    analysis = graph.analyze(entries="internet", targets=["s" + safe])
    parsed(analysis._repr_html_())
    for path in analysis.paths:
        parsed(path._repr_html_())
