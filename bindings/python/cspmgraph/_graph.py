"""The security graph: immutable, shared by any number of threads."""
from __future__ import annotations

import ctypes
import json
import os
import threading
from typing import TYPE_CHECKING, Any, Callable, Iterable

from . import _bindings as c
from . import _columns
from ._analysis import Analysis, Count, Route, Routes
from ._bindings import Status
from ._columns import truncated_by
from ._context import Context
from ._errors import NotFoundError, UsageError, not_in_this_build
from ._handle import Handle, Managed, buffer_text, check, did, made, sized, whole
from ._library import core
from ._operation import Operation, Watcher, run
from ._query import Language, Params, Query, make_params, path_bytes, run_options
from ._request import Ends, add_ends, make_request, shape
from ._rules import Rules, applied, make_rules
from ._table import Stream, Table, read, table_of
from ._values import Node, from_json

if TYPE_CHECKING:
    import igraph
    import networkx


class Graph(Managed):
    """Made by load(), open() and Builder.finish(). Every method may be called from any thread, several at once; the interpreter runs on meanwhile."""

    _rules: Rules | None
    _context: Context
    _lock: threading.Lock
    _with_risk: Graph | None

    def __init__(self) -> None:
        raise TypeError("a Graph is made by load(), open() or Builder.finish()")

    @classmethod
    def _of(cls, handle: Handle, rules: Rules | None, context: Context) -> Graph:
        self = cls.__new__(cls)
        self._handle, self._rules, self._context = handle, rules, context
        self._lock = threading.Lock()
        self._with_risk = None
        return self

    @property
    def rules(self) -> Rules:
        """The rules the graph was made with; the built-in ones for a snapshot."""
        with self._lock:
            if self._rules is None:
                self._rules = make_rules(None, True, self._context)
            return self._rules

    def close(self) -> None:
        super().close()
        self._with_risk = None

    # ---- what is in it ----

    @property
    def node_count(self) -> int:
        return core.cspm_graph_node_count(self._need())

    @property
    def edge_count(self) -> int:
        """Relationships as queries see them, derived ones included."""
        return core.cspm_graph_edge_count(self._need())

    @property
    def derived_count(self) -> int:
        """How many of them rules and hosts derived."""
        return core.cspm_graph_derived_count(self._need())

    def __contains__(self, id: object) -> bool:
        return isinstance(id, str) and self._find(id) is not None

    def _find(self, id: str) -> int | None:
        number = ctypes.c_uint32()
        status = core.cspm_graph_find_node(self._need(), *sized(id, "a node's id"), number)
        if status == Status.E_NOTFOUND:
            return None
        check(status, ctypes.c_void_p())
        return number.value

    def node(self, id: str) -> Node:
        """A node by id or alias; NotFoundError when there is none."""
        number = self._find(id)
        if number is None:
            raise NotFoundError(Status.E_NOTFOUND, f"there is no node {id!r}")
        found: Node = from_json(json.loads(buffer_text(core.cspm_graph_node_json, self._need(), number)))
        return found

    def _table(self, which: int) -> Table:
        handle = self._need()
        return table_of(core.cspm_graph_table, handle, self._context, handle, which)

    def nodes(self) -> Table:
        """Every node: id, name, kinds, labels, properties."""
        return self._table(c.CSPM_TABLE_NODES)

    def edges(self) -> Table:
        """Every relationship: id, from, kind, to, conditional, likelihood, properties."""
        return self._table(c.CSPM_TABLE_EDGES)

    def diagnostics(self) -> Table:
        """What was skipped or mended while reading, and where."""
        return self._table(c.CSPM_TABLE_DIAGNOSTICS)

    def schema(self) -> Table:
        """Labels, relationship kinds and properties, with counts."""
        return self._table(c.CSPM_TABLE_SCHEMA)

    def sources(self) -> Table:
        """The inputs and what each gave."""
        return self._table(c.CSPM_TABLE_SOURCES)

    # ---- queries ----

    def _prepare(self, query: str | Query, lang: str, language: Language | None) -> Query:
        if isinstance(query, Query):
            return query
        return Query(query, lang, language, self._context)

    def _for(self, query: Query, operation: Operation) -> Handle:
        """The graph a query runs on: the analysed one when it reads risk."""
        if not query.reads_risk:
            return self._need()
        with self._lock:
            known = self._with_risk
        if known is None:
            request = make_request(self._context, fixes=False)
            analysis = made(core.cspm_analyze, core.cspm_analysis_unref, self._need(), self.rules._need(), request, operation._need())
            address = core.cspm_graph_ref(core.cspm_analysis_graph(analysis))
            known = Graph._of(Handle(address, core.cspm_graph_unref), self._rules, self._context)
            with self._lock:
                self._with_risk = known
        return known._need()

    def _run(self, query: str | Query, params: Params | None, lang: str, language: Language | None, options: c.cspm_run_options,
             operation: Operation) -> Stream:
        handle = self._need()
        compiled = self._prepare(query, lang, language)
        rules = self.rules._need() if lang == "pipe" or isinstance(query, Query) else None
        given = make_params(self._context, params, rules)
        graph = self._for(compiled, operation) if compiled.reads_risk else handle
        cursor = made(core.cspm_query_run, core.cspm_cursor_free, compiled._need(), graph, given, options, operation._need())
        return Stream(cursor, graph, operation, compiled.warnings)

    def query(self, query: str | Query, params: Params | None = None, *, lang: str = "graph", language: Language | None = None,
              max_rows: int | None = None, max_work: int | None = None, max_memory: int | None = None, now: Any = None, timeout: float | None = None,
              progress: Watcher = None, operation: Operation | None = None) -> Table:
        """Run a query and fetch its rows. lang: "graph", "pipe" or "explorer" (a share link). Ctrl-C stops it."""
        op = operation or Operation(timeout, self._context)
        options = run_options(max_rows, max_work, max_memory, now)
        return run(op, lambda: self._run(query, params, lang, language, options, op)._fetch(), progress)

    def stream(self, query: str | Query, params: Params | None = None, *, lang: str = "graph", language: Language | None = None,
               batch_rows: int = 0, max_rows: int | None = None, max_work: int | None = None, max_memory: int | None = None, now: Any = None,
               timeout: float | None = None, operation: Operation | None = None) -> Stream:
        """Run a query and read its rows as they are made."""
        op = operation or Operation(timeout, self._context)
        options = run_options(max_rows, max_work, max_memory, now, batch_rows)
        return run(op, lambda: self._run(query, params, lang, language, options, op))

    def explain(self, query: str | Query, *, lang: str = "graph", language: Language | None = None) -> str:
        """The plan, with estimated rows; needs no parameters."""
        compiled = self._prepare(query, lang, language)
        return buffer_text(core.cspm_query_explain, compiled._need(), self._need())

    def profile(self, query: str | Query, params: Params | None = None, *, lang: str = "graph", language: Language | None = None,
                operation: Operation | None = None) -> str:
        """Run a query, drop its rows, and give the plan with the rows each step made."""
        op = operation or Operation(_context=self._context)
        options = run_options(None, None, None, None)

        def call() -> str:
            compiled = self._prepare(query, lang, language)
            given = make_params(self._context, params, self.rules._need() if lang == "pipe" else None)
            return buffer_text(core.cspm_query_profile, compiled._need(), self._for(compiled, op), given, options, op._need())
        return run(op, call)

    # ---- paths ----

    def analyze(self, top: int | None = None, *, entries: Ends = None, targets: Ends = None, waypoints: Ends = None, max_length: int | None = None,
                max_fixes: int | None = None, assume_breach: bool = False, conditional: bool = True, fixes: bool = True,
                exclude_kinds: Iterable[str] = (), weight: str | None = "likelihood", now: Any = None, max_work: int | None = None,
                max_paths: int | None = None, timeout: float | None = None, progress: Watcher = None, operation: Operation | None = None) -> Analysis:
        """Attack paths, patterns, choke points and verified fixes. Ends are ids, "label:NAME" or queries; by default the rules choose them."""
        op = operation or Operation(timeout, self._context)
        request = self._request(entries, targets, weight, exclude_kinds, top=top, max_length=max_length, max_fixes=max_fixes, assume_breach=assume_breach,
                                exclude_conditional=not conditional, fixes=fixes, now=now, max_work=max_work, max_paths=max_paths)
        add_ends(request, c.CSPM_SET_WAYPOINTS, waypoints, "a waypoint")
        graph, rules = self._need(), self.rules
        handle = run(op, lambda: made(core.cspm_analyze, core.cspm_analysis_unref, graph, rules._need(), request, op._need()), progress)
        address = core.cspm_graph_ref(core.cspm_analysis_graph(handle))
        return Analysis._of(handle, Graph._of(Handle(address, core.cspm_graph_unref), rules, self._context), self._context)

    def _request(self, sources: Ends, targets: Ends, weight: str | None, exclude_kinds: Iterable[str], **options: Any) -> Handle:
        request = make_request(self._context, **options)
        add_ends(request, c.CSPM_SET_ENTRIES, sources, "a source")
        add_ends(request, c.CSPM_SET_TARGETS, targets, "a target")
        shape(request, weight, exclude_kinds)
        return request

    def paths(self, sources: Ends, targets: Ends, max_length: int | None = None, k: int | None = None, weight: str | None = None, *,
              conditional: bool = True, exclude_kinds: Iterable[str] = (), timeout: float | None = None, progress: Watcher = None,
              operation: Operation | None = None) -> Routes:
        """The k best simple paths, best first. Ends are ids, "label:NAME", nodes or queries; weight: None = hops, "likelihood", or a property."""
        op = operation or Operation(timeout, self._context)
        graph, rules = self._need(), self.rules._need()
        request = self._request(sources, targets, weight, exclude_kinds, top=k, max_length=max_length, exclude_conditional=not conditional)

        def call() -> tuple[str, int]:
            found, cut = ctypes.c_uint64(), ctypes.c_uint32()
            text = buffer_text(core.cspm_paths_export, graph, rules, request, b"json", op._need(), found, cut)
            return text, cut.value
        text, cut = run(op, call, progress)
        return Routes([Route(route, self) for route in json.loads(text)["paths"]], truncated_by(cut))

    def paths_table(self, sources: Ends, targets: Ends, max_length: int | None = None, k: int | None = None, weight: str | None = None) -> Table:
        """The same as a table: rank, cost, likelihood, length, conditional, from, to, steps."""
        request = self._request(sources, targets, weight, (), top=k, max_length=max_length)
        return self._search(core.cspm_paths_find, request)

    def _search(self, call: Callable[..., int], request: Handle) -> Table:
        graph, rules, op = self._need(), self.rules._need(), Operation(_context=self._context)
        return run(op, lambda: read(made(call, core.cspm_cursor_free, graph, rules, request, op._need()), graph, op))

    def choke_points(self, sources: Ends, targets: Ends, max_length: int | None = None) -> Table:
        """Nodes and relationships that many paths share: node, from, kind, to, paths, targets, entries, cuts_all."""
        return self._search(core.cspm_choke_points, self._request(sources, targets, None, (), max_length=max_length))

    def count_paths(self, sources: Ends, targets: Ends, max_length: int | None = None, *, max_paths: int | None = None, timeout: float | None = None) -> Count:
        """How many simple paths there are; a Count is an int that knows whether it is estimated, never below the exact number."""
        graph, rules, op = self._need(), self.rules._need(), Operation(timeout, self._context)
        request = self._request(sources, targets, None, (), max_length=max_length, max_paths=max_paths)

        def call() -> Count:
            count, estimated = ctypes.c_uint64(), ctypes.c_int32()
            did(core.cspm_paths_count, graph, rules, request, op._need(), count, estimated)
            return Count(count.value, bool(estimated.value))
        return run(op, call)

    # ---- not yet in the library ----

    def can(self, principal: str, action: str, resource: str) -> Any:
        """Whether a principal may do something. Not in this build; can_vectors() decides self-contained requests."""
        raise not_in_this_build("can() on a graph")

    def who_can(self, action: str, resource: str) -> Any:
        raise not_in_this_build("who_can()")

    def reach(self, src: str, dst: str, protocol: str = "tcp", port: int | None = None) -> Any:
        raise not_in_this_build("reach()")

    # ---- other graphs, other formats ----

    def derive(self, rules: Any = None, builtin_rules: bool = True, progress: Watcher = None, operation: Operation | None = None) -> Graph:
        """The same inventory under other rules; shared, not copied."""
        op = operation or Operation(_context=self._context)
        force, graph = make_rules(rules, builtin_rules, self._context), self._need()
        handle = run(op, lambda: made(core.cspm_graph_derive, core.cspm_graph_unref, graph, applied(rules, builtin_rules, force), op._need()), progress)
        return Graph._of(handle, force, self._context)

    def with_label(self, label: str, ids: Iterable[str | Node]) -> Graph:
        """A graph in which these nodes carry one more label."""
        numbers = []
        for id in [ids] if isinstance(ids, (str, Node)) else ids:
            number = self._find(id.id if isinstance(id, Node) else id)
            if number is None:
                raise NotFoundError(Status.E_NOTFOUND, f"there is no node {id!r}")
            numbers.append(number)
        op = Operation(_context=self._context)
        array = (ctypes.c_uint32 * len(numbers))(*numbers)
        handle = made(core.cspm_graph_with_labels, core.cspm_graph_unref, self._need(), *sized(label, "label"), array, len(numbers), op._need())
        return Graph._of(handle, self._rules, self._context)

    def save(self, path: str | os.PathLike[str], progress: Watcher = None, operation: Operation | None = None) -> None:
        """Write a snapshot; the same graph gives the same bytes."""
        op, graph, data = operation or Operation(_context=self._context), self._need(), path_bytes(path)
        run(op, lambda: did(core.cspm_graph_save, graph, *data, op._need()), progress)

    def export(self, format: str, progress: Watcher = None) -> str:
        """The graph as "opengraph", "ndjson", "graphml", "dot" or "csv"."""
        op, graph, name = Operation(_context=self._context), self._need(), whole(format, "format")
        if name is None:
            raise UsageError(Status.E_INVALID, "export() needs a format")
        return run(op, lambda: buffer_text(core.cspm_graph_export, graph, name, op._need()), progress)

    def to_networkx(self) -> networkx.MultiDiGraph[str]:
        """A MultiDiGraph: properties as attributes, besides name, kinds and labels; relationships keyed by their number."""
        self._need()
        import networkx
        out: networkx.MultiDiGraph[str] = networkx.MultiDiGraph()
        for row in self.nodes():
            out.add_node(row[0], **{**row[4], "name": row[1] if row[1] is not None else row[0], "kinds": row[2], "labels": row[3]})
        for number, start, kind, end, attributes in self._edge_rows():
            out.add_edge(start, end, number, **{**attributes, "kind": kind})
        return out

    def _edge_rows(self) -> Iterable[tuple[int, str, str, str, dict[str, Any]]]:
        numbers = _columns.Nodes(None)
        for piece in self.edges()._pieces:
            columns = [piece.values(i, numbers) for i in range(7)]
            for number, start, kind, end, conditional, likelihood, properties in zip(*columns):
                yield number, start, kind, end, {**(properties or {}), "conditional": conditional, "likelihood": likelihood}

    def to_igraph(self) -> igraph.Graph:
        """A directed igraph.Graph: vertices by id in "name", with title, kinds, labels and properties; edges with kind and properties."""
        nodes = self.nodes()
        import igraph
        ids = nodes.column("id")
        number = {id: i for i, id in enumerate(ids)}
        rows = list(self._edge_rows())
        out = igraph.Graph(n=len(ids), edges=[(number[start], number[end]) for _, start, _, end, _ in rows], directed=True)
        out.vs["name"] = ids
        for name, title in (("name", "title"), ("kinds", "kinds"), ("labels", "labels"), ("properties", "properties")):
            out.vs[title] = nodes.column(name)
        out.es["kind"] = [kind for _, _, kind, _, _ in rows]
        out.es["properties"] = [properties for *_, properties in rows]
        return out

    def __repr__(self) -> str:
        if self.closed:
            return "<Graph closed>"
        return f"<Graph {self.node_count:,} nodes, {self.edge_count:,} relationships, {self.derived_count:,} of them derived>"

    def _repr_html_(self) -> str:
        from ._html import graph_html
        return graph_html(self)
