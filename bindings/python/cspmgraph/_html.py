"""What notebooks and terminals show. Everything that came from an input is escaped and shortened; nothing is loaded from anywhere."""
from __future__ import annotations

import html
import json
import re
from typing import TYPE_CHECKING, Any, Iterable, Sequence

from ._values import Node, Path, Relationship, plain

if TYPE_CHECKING:
    from ._analysis import Analysis, AttackPath, Records
    from ._graph import Graph
    from ._table import Table

MOST_ROWS = 50
MOST_CHARACTERS = 120
# Control characters, and those that turn text around or are invisible: shown as a visible stand-in.
UNSEEN = re.compile("[\\x00-\\x08\\x0b-\\x1f\\x7f-\\x9f\\u00ad\\u061c\\u200b-\\u200f\\u2028-\\u202e\\u2060-\\u206f\\ufeff\\ufff9-\\ufffb\ud800-\udfff]")
COLOURS = {"Critical": "#b3261e", "High": "#c2570c", "Medium": "#8a6d00", "Low": "#3a6ea5"}
STYLE = ("border-collapse:collapse;font-size:13px", "text-align:left;padding:3px 10px;border-bottom:2px solid #8884;vertical-align:bottom",
         "text-align:left;padding:3px 10px;border-bottom:1px solid #8883;vertical-align:top;max-width:36em;overflow-wrap:anywhere")


def inert(text: str, most: int = MOST_CHARACTERS) -> str:
    """A text of an input as people may safely look at it: one line, shortened, without characters that steer the display."""
    short = text[:most] + "…" if len(text) > most else text
    return UNSEEN.sub("\ufffd", short.replace("\n", " ").replace("\t", " ").replace("\r", " "))


def escape(text: str, most: int = MOST_CHARACTERS) -> str:
    return html.escape(inert(text, most), quote=True)


def show(value: Any) -> str:
    """A value as plain text."""
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Node):
        return value.name
    if isinstance(value, Relationship):
        return f"{value.start} -[{value.kind}]-> {value.end}"
    if isinstance(value, Path):
        return " -> ".join(node.name for node in value.nodes)
    if isinstance(value, dict) and "name" in value and "id" in value:
        return str(value["name"] or value["id"])
    if isinstance(value, (list, tuple)):
        if all(isinstance(item, str) for item in value):
            return ", ".join(value)
        return json.dumps(plain(list(value)), ensure_ascii=False, default=str)
    if isinstance(value, dict):
        return json.dumps(plain(value), ensure_ascii=False, default=str)
    return str(value)


def csv_cell(value: Any) -> str:
    text = "" if value is None else value if isinstance(value, str) else ("true" if value else "false") if isinstance(value, bool) else (
        json.dumps(value, ensure_ascii=False, default=str) if isinstance(value, (dict, list)) else str(value))
    formula = isinstance(value, str) and text[:1] in ("=", "+", "-", "@", "\t", "\r")
    if formula:
        text = "'" + text
    return '"' + text.replace('"', '""') + '"' if formula or any(ch in text for ch in '",\n\r') else text


def grid(columns: Sequence[str], rows: Iterable[Sequence[Any]], numeric: Iterable[int] = ()) -> str:
    right = set(numeric)
    out = [f'<table style="{STYLE[0]}"><thead><tr>']
    out += [f'<th style="{STYLE[1]}{";text-align:right" if i in right else ""}">{escape(name)}</th>' for i, name in enumerate(columns)]
    out.append("</tr></thead><tbody>")
    for row in rows:
        out.append("<tr>")
        for i, value in enumerate(row):
            colour = COLOURS.get(value) if isinstance(value, str) else None
            weight = f";color:{colour};font-weight:600" if colour and columns[i] in ("risk_level", "level", "riskLevel") else ""
            out.append(f'<td style="{STYLE[2]}{";text-align:right" if i in right else ""}{weight}">{escape(show(value))}</td>')
        out.append("</tr>")
    out.append("</tbody></table>")
    return "".join(out)


def note(*parts: str | None) -> str:
    text = " · ".join(part for part in parts if part)
    return f'<p style="font-size:12px;opacity:.75;margin:4px 0">{html.escape(text)}</p>' if text else ""


def cut(truncated: str | None) -> str | None:
    return f"truncated: the answer was cut short by a limit ({truncated})" if truncated else None


def table_html(table: Table) -> str:
    size = len(table)
    shown = table[:MOST_ROWS]
    numeric = [i for i, kind in enumerate(table.types) if kind in ("int64", "double")]
    rows = f"{size:,} row{'' if size == 1 else 's'}" + (f", the first {MOST_ROWS} shown" if size > MOST_ROWS else "")
    return grid(table.columns, shown, numeric) + note(rows, cut(table.truncated), *table.warnings)


def table_text(table: Table) -> str:
    most, size = 20, len(table)
    cells = [[inert(name, 40) for name in table.columns]] + [[inert(show(value), 40) for value in row] for row in table[:most]]
    widths = [max(len(row[i]) for row in cells) for i in range(len(table.columns))]
    lines = ["  ".join(text.ljust(width) for text, width in zip(row, widths)).rstrip() for row in cells]
    lines.insert(1, "  ".join("─" * width for width in widths))
    tail = f"{size:,} row{'' if size == 1 else 's'}" + (f", the first {most} shown" if size > most else "")
    return "\n".join([*lines, " · ".join(filter(None, [tail, cut(table.truncated)]))])


def records_html(records: Records[Any]) -> str:
    columns = records.columns or tuple(records[0].data) if records else records.columns
    computed = ("place", "nodes", "length")
    rows = [[getattr(record, name) if name in computed else record.data.get(name) for name in columns] for record in records[:MOST_ROWS]]
    numeric = [i for i, name in enumerate(columns) if rows and isinstance(rows[0][i], (int, float)) and not isinstance(rows[0][i], bool)]
    count = f"{len(records):,}" + (f", the first {MOST_ROWS} shown" if len(records) > MOST_ROWS else "")
    return grid(columns, rows, numeric) + note(count, cut(records.truncated))


def node_html(node: Node) -> str:
    title = f'<p style="margin:4px 0"><b>{escape(node.name)}</b> {escape(":".join(node.kinds))}<br/><code>{escape(node.id, 400)}</code></p>'
    return title + grid(("property", "value"), sorted(node.properties.items()))


def level(text: str) -> str:
    return f'<b style="color:{COLOURS.get(text, "inherit")}">{escape(text)}</b>'


def attack_path_html(path: AttackPath) -> str:
    data = path.data
    story = "".join(f'<li style="list-style:none">{escape(line, 400)}</li>' for line in data.get("story", []))
    fixes = "".join(f"<li>{escape(item['title'], 300)} <span style=\"opacity:.75\">on {escape(show(item.get('resource')))}</span></li>"
                    for item in data.get("recommendations", [])[:8])
    return (f'<div><p style="margin:4px 0">{level(data["risk_level"])} {data["risk_score"]} · <b>{escape(data["title"], 300)}</b></p>{path.to_svg()}'
            f'<ul style="margin:4px 0;padding-left:8px">{story}</ul>'
            + (f'<p style="margin:4px 0">What to do</p><ul style="margin:4px 0">{fixes}</ul>' if fixes else "") + "</div>")


def analysis_html(analysis: Analysis) -> str:
    s = analysis.summary
    counts = " · ".join(f"{level(name)} {number}" for name, number in s["by_level"].items())
    head = (f'<p style="margin:4px 0"><b>{s["attack_paths"]:,} attack path{"" if s["attack_paths"] == 1 else "s"}</b>{" (estimated)" if s.get("estimated") else ""} · {counts}'
            f' · {s["nodes"]:,} nodes, {s["edges"]:,} relationships</p>')
    shown = analysis.paths
    del shown[10:]
    return f"<div>{head}{records_html(shown)}{analysis.to_svg()}{note(cut(analysis.truncated))}</div>"


def graph_html(graph: Graph) -> str:
    if graph.closed:
        return "<p>closed graph</p>"
    rows = [(row["name"], row["count"]) for row in graph.schema() if row["what"] == "label"]
    rows.sort(key=lambda row: (-row[1], row[0]))
    head = (f'<p style="margin:4px 0"><b>{graph.node_count:,} nodes, {graph.edge_count:,} relationships</b>, {graph.derived_count:,} of them derived by rules</p>')
    return head + grid(("label", "nodes"), rows[:12], [1]) + note(f"{len(rows)} labels" + (", the 12 most frequent shown" if len(rows) > 12 else ""))
