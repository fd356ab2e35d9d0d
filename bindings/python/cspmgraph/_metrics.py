"""Whole-graph measures by libcspmgraph-metrics, where it is installed. It links igraph (GPL-2.0-or-later); the core never loads it."""
from __future__ import annotations

import ctypes
import threading
from typing import Any, Iterable, Sequence

from . import _bindings
from ._bindings import Status
from ._context import Context
from ._errors import NotInThisBuild, UsageError
from ._handle import did
from ._library import load_metrics
from ._operation import Operation, run

_lock = threading.Lock()
_tried = False
_library: _bindings.Metrics | None = None


def library() -> _bindings.Metrics | None:
    """Loaded at the first need."""
    global _tried, _library
    with _lock:
        if not _tried:
            _library, _tried = load_metrics(), True
        return _library


def available() -> bool:
    return library() is not None


def _ready(n: int, edges: Iterable[tuple[int, int]]) -> tuple[_bindings.Metrics, Any, int]:
    found = library()
    if found is None:
        raise NotInThisBuild(Status.E_UNSUPPORTED, "libcspmgraph-metrics is not installed")
    flat = [end for edge in edges for end in edge]
    if isinstance(n, bool) or not isinstance(n, int):
        raise TypeError("n must be int")
    if not 0 <= n < 1 << 31 or any(not 0 <= end < n for end in flat):
        raise UsageError(Status.E_INVALID, "edges are pairs of numbers from 0 to n-1")
    return found, (ctypes.c_uint32 * max(1, len(flat)))(*flat), len(flat) // 2


def layout(n: int, edges: Iterable[tuple[int, int]], columns: Sequence[int] | None = None) -> list[tuple[float, float]]:
    """A layered drawing, sources left, targets right: places in 0..1."""
    found, ends, m = _ready(n, edges)
    context = Context()
    op = Operation(_context=context)
    x, y = (ctypes.c_double * max(1, n))(), (ctypes.c_double * max(1, n))()
    if columns is not None and len(columns) != n:
        raise UsageError(Status.E_INVALID, "columns has one number for each vertex")
    layers = (ctypes.c_uint32 * max(1, n))(*columns) if columns is not None else None
    run(op, lambda: did(found.cspm_metrics_layout_layered, context._need(), n, ends, m, layers, x, y, op._need()))
    return list(zip(x[:n], y[:n]))


def betweenness(n: int, edges: Iterable[tuple[int, int]], cutoff: int = 0) -> list[float]:
    """Shortest-path betweenness; cutoff 0 = paths of any length."""
    found, ends, m = _ready(n, edges)
    context = Context()
    op = Operation(_context=context)
    score = (ctypes.c_double * max(1, n))()
    run(op, lambda: did(found.cspm_metrics_betweenness, context._need(), n, ends, m, cutoff, score, op._need()))
    return score[:n]


def communities(n: int, edges: Iterable[tuple[int, int]]) -> list[int]:
    """Communities by the Leiden method, numbered by their smallest vertex."""
    found, ends, m = _ready(n, edges)
    context = Context()
    op = Operation(_context=context)
    community = (ctypes.c_uint32 * max(1, n))()
    run(op, lambda: did(found.cspm_metrics_communities, context._need(), n, ends, m, community, None, None, op._need()))
    return community[:n]


def min_cut(n: int, edges: Iterable[tuple[int, int]], sources: Sequence[int], targets: Sequence[int]) -> list[int]:
    """Numbers of the fewest edges that separate all sources from all targets."""
    found, ends, m = _ready(n, edges)
    if any(not 0 <= v < n for v in (*sources, *targets)):
        raise UsageError(Status.E_INVALID, "sources and targets are numbers from 0 to n-1")
    context = Context()
    op = Operation(_context=context)
    a, b = (ctypes.c_uint32 * max(1, len(sources)))(*sources), (ctypes.c_uint32 * max(1, len(targets)))(*targets)
    cut, count = (ctypes.c_uint64 * max(1, m))(), ctypes.c_uint64()
    run(op, lambda: did(found.cspm_metrics_min_cut, context._need(), n, ends, m, a, len(sources), b, len(targets), cut, count, op._need()))
    return cut[:count.value]
