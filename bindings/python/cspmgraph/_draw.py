"""Pictures as inline SVG: a path as a row of boxes, the attack graph in columns. No script, no style sheet, no reference to anything outside."""
from __future__ import annotations

import html
from typing import Any, Mapping, Sequence

from ._html import COLOURS, inert

Names = Mapping[str, tuple[str, Sequence[str]]]
WIDTH, HEIGHT, GAP_X, GAP_Y, PER_LINE = 168, 42, 128, 22, 4
COLUMN_GAP = 56  # of the attack graph, where kinds are told by hovering
FONT = 'font-family="system-ui,sans-serif"'
LINE = "#7a869a"


def words(text: str, most: int) -> str:
    return html.escape(inert(text, most), quote=True)


def box(x: float, y: float, id: str, names: Names, fill: str, stroke: str) -> str:
    name, kinds = names.get(id, (id, ()))
    kind = kinds[0] if kinds else ""
    title = words(f"{name} ({', '.join(kinds)}) {id}" if kinds else id, 400)
    text = (f'<text x="{x + WIDTH / 2:.0f}" y="{y + (18 if kind else 25):.0f}" font-size="12" font-weight="600" text-anchor="middle" fill="#1c2430">{words(name, 20)}</text>')
    if kind:
        text += f'<text x="{x + WIDTH / 2:.0f}" y="{y + 33:.0f}" font-size="10" text-anchor="middle" fill="#4a5568">{words(kind, 28)}</text>'
    return (f'<g><title>{title}</title><rect x="{x:.0f}" y="{y:.0f}" width="{WIDTH}" height="{HEIGHT}" rx="7" fill="{fill}" stroke="{stroke}" '
            f'stroke-width="1.4"/>{text}</g>')


def svg(width: float, height: float, label: str, body: str) -> str:
    arrow = (f'<path d="M0 0L9 4.5L0 9z" fill="{LINE}"/>')
    return (f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:.0f} {height:.0f}" width="{width:.0f}" role="img" aria-label="{words(label, 300)}" '
            f'style="max-width:100%;height:auto;background:#fff;border-radius:6px" {FONT}><defs><marker id="cspm-arrow" markerWidth="9" markerHeight="9" refX="8" refY="4.5" '
            f'orient="auto" markerUnits="userSpaceOnUse">{arrow}</marker></defs>{body}</svg>')


def ends_fill(i: int, last: int) -> tuple[str, str]:
    return ("#e8f0fb", "#3a6ea5") if i == 0 and last else ("#fbe9e7", COLOURS["Critical"]) if i == last else ("#f5f7fa", "#8492a6")


def path_svg(nodes: Sequence[str], names: Names, steps: Sequence[tuple[str, str, str]]) -> str:
    """Boxes from left to right, four to a line; the kind of each step stands on its arrow."""
    out, last = [], len(nodes) - 1
    lines = max(1, -(-len(nodes) // PER_LINE))
    per_line = min(PER_LINE, max(1, len(nodes)))
    pitch, row = WIDTH + GAP_X, HEIGHT + 44
    places = [(12 + (i % PER_LINE) * pitch, 18 + (i // PER_LINE) * row) for i in range(len(nodes))]
    for i, (_, kind, _) in enumerate(steps[:max(0, last)]):
        (x1, y1), (x2, y2) = places[i], places[i + 1]
        label = words(kind, 21 if y1 == y2 else 60)
        title = f"<title>{words(kind, 200)}</title>"
        if y1 == y2:
            out.append(f'<g>{title}<line x1="{x1 + WIDTH}" y1="{y1 + HEIGHT / 2}" x2="{x2 - 2}" y2="{y2 + HEIGHT / 2}" stroke="{LINE}" '
                       f'stroke-width="1.5" marker-end="url(#cspm-arrow)"/>'
                       f'<text x="{(x1 + WIDTH + x2) / 2:.0f}" y="{y1 + HEIGHT / 2 - 6:.0f}" font-size="9" text-anchor="middle" fill="#1c2430">{label}</text></g>')
        else:  # to the next line: down, back, down
            middle = y1 + HEIGHT + 22
            out.append(f'<g>{title}<path d="M{x1 + WIDTH / 2:.0f} {y1 + HEIGHT}V{middle}H{x2 + WIDTH / 2:.0f}V{y2 - 2}" fill="none" stroke="{LINE}" '
                       f'stroke-width="1.5" marker-end="url(#cspm-arrow)"/><text x="{(x1 + x2 + WIDTH) / 2:.0f}" y="{middle - 5}" '
                       f'font-size="9" text-anchor="middle" fill="#1c2430">{label}</text></g>')
    for i, id in enumerate(nodes):
        out.append(box(*places[i], id, names, *ends_fill(i, last)))
    return svg(24 + per_line * pitch - GAP_X, 36 + lines * row - 44, "path: " + " to ".join(names.get(id, (id,))[0] for id in nodes), "".join(out))


def lay_out(edges: Sequence[tuple[str, str]], order: Sequence[str], steps_from_entry: Mapping[str, int]) -> dict[str, tuple[int, int]]:
    """Columns by distance from the entries; in a column, neighbours of neighbours stand together (barycentres, a few sweeps)."""
    column = dict(steps_from_entry)
    for _ in range(len(order)):  # behind everything that leads to it, except round in a circle
        moved = False
        for a, b in edges:
            if a != b and column[b] <= column[a] and column[a] + 1 < len(order) and (b, a) not in reach(edges):
                column[b] = column[a] + 1
                moved = True
        if not moved:
            break
    columns: dict[int, list[str]] = {}
    for id in order:
        columns.setdefault(column[id], []).append(id)
    used = {c: i for i, c in enumerate(sorted(columns))}
    ranks = [columns[c] for c in sorted(columns)]
    position = {id: float(i) for rank in ranks for i, id in enumerate(rank)}
    backward = [(b, a) for a, b in edges]
    for sweep in range(6):
        for rank in (ranks if sweep % 2 == 0 else ranks[::-1]):
            centres = {id: centre(id, edges if sweep % 2 == 0 else backward, position) for id in rank}
            rank.sort(key=lambda id: (centres[id], position[id], id))
            position.update({id: float(i) for i, id in enumerate(rank)})
    return {id: (used[column[id]], i) for rank in ranks for i, id in enumerate(rank)}


def centre(id: str, edges: Sequence[tuple[str, str]], position: Mapping[str, float]) -> float:
    """The mean place of those before it."""
    near = [position[a] for a, b in edges if b == id]
    return sum(near) / len(near) if near else position[id]


def reach(edges: Sequence[tuple[str, str]]) -> set[tuple[str, str]]:
    """Who leads to whom, over any number of steps."""
    key = tuple(edges)
    known = _reach.get(key)
    if known is None:
        after: dict[str, set[str]] = {}
        for a, b in edges:
            after.setdefault(a, set()).add(b)
        known = set()
        for start in after:
            stack, seen = [start], set()
            while stack:
                for b in after.get(stack.pop(), ()):
                    if b not in seen:
                        seen.add(b)
                        stack.append(b)
            known |= {(start, b) for b in seen}
        _reach.clear()
        _reach[key] = known
    return known


_reach: dict[tuple[tuple[str, str], ...], set[tuple[str, str]]] = {}


def graph_svg(paths: Sequence[Mapping[str, Any]], names: Names, most: int) -> str:
    """The steps of attack paths laid over each other, the riskiest first, until `most` nodes are drawn."""
    depth: dict[str, int] = {}
    edges: dict[tuple[str, str], list[str]] = {}
    targets, left_out = set(), 0
    for path in paths:
        steps = path["steps"]
        ids = [steps[0]["from"], *(step["to"] for step in steps)] if steps else [path["entry"]["id"]]
        if len(depth.keys() | set(ids)) > most:
            left_out += 1
            continue
        for i, id in enumerate(ids):
            depth[id] = min(i, depth.get(id, i))
        for step in steps:
            kinds = edges.setdefault((step["from"], step["to"]), [])
            if step["kind"] not in kinds:
                kinds.append(step["kind"])
        targets.add(ids[-1])
    if not depth:
        return svg(260, 60, "no attack paths", '<text x="130" y="34" font-size="13" text-anchor="middle" fill="#4a5568">no attack paths</text>')
    place = lay_out(list(edges), list(depth), depth)
    tallest = max(sum(1 for c, _ in place.values() if c == col) for col in {c for c, _ in place.values()})
    size = {col: sum(1 for c, _ in place.values() if c == col) for col in {c for c, _ in place.values()}}

    def at(id: str) -> tuple[float, float]:
        col, i = place[id]
        return 12 + col * (WIDTH + COLUMN_GAP), 14 + (i + (tallest - size[col]) / 2) * (HEIGHT + GAP_Y)
    out = []
    for (a, b), kinds in edges.items():
        (x1, y1), (x2, y2) = at(a), at(b)
        x1, y1, y2 = x1 + WIDTH, y1 + HEIGHT / 2, y2 + HEIGHT / 2
        title = words(", ".join(kinds), 200)
        if x2 > x1:
            bend = f"M{x1:.0f} {y1:.0f}C{x1 + COLUMN_GAP / 2:.0f} {y1:.0f} {x2 - COLUMN_GAP / 2:.0f} {y2:.0f} {x2 - 2:.0f} {y2:.0f}"
        else:  # back or within a column: around the right side
            bend = f"M{x1:.0f} {y1:.0f}C{x1 + 60:.0f} {y1:.0f} {x2 + WIDTH + 60:.0f} {y2:.0f} {x2 + WIDTH + 2:.0f} {y2:.0f}"
        out.append(f'<g><title>{title}</title><path d="{bend}" fill="none" stroke="{LINE}" stroke-width="1.3" marker-end="url(#cspm-arrow)"/></g>')
    starts = {id for id in depth if depth[id] == 0}
    for id in depth:
        i, last = (0, 1) if id in starts and id not in targets else (1, 1) if id in targets else (1, 2)
        out.append(box(*at(id), id, names, *ends_fill(i, last)))
    width, height = 24 + (max(c for c, _ in place.values()) + 1) * (WIDTH + COLUMN_GAP) - COLUMN_GAP, 28 + tallest * (HEIGHT + GAP_Y) - GAP_Y
    if left_out:
        out.append(f'<text x="12" y="{height + 8:.0f}" font-size="11" fill="#4a5568">{left_out} more path{"" if left_out == 1 else "s"} not drawn</text>')
        height += 18
    return svg(width, height, f"attack graph: {len(depth)} nodes, {len(edges)} relationships", "".join(out))
