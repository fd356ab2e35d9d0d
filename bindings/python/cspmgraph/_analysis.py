"""What an analysis found."""
from __future__ import annotations

import ctypes
import json
import threading
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Generic, Iterator, List, SupportsIndex, TypeVar, overload

from . import _bindings as c
from ._bindings import Status
from ._columns import truncated_by
from ._context import Context
from ._errors import Error, UsageError
from ._handle import Handle, Managed, buffer_text, check, did, whole
from ._library import core
from ._operation import Operation, run
from ._table import Table, table_of

if TYPE_CHECKING:
    import pandas

    from ._graph import Graph

TABLES = {"paths": c.CSPM_ANALYSIS_PATHS, "steps": c.CSPM_ANALYSIS_STEPS, "patterns": c.CSPM_ANALYSIS_PATTERNS,
          "choke_points": c.CSPM_ANALYSIS_CHOKE_POINTS, "fixes": c.CSPM_ANALYSIS_FIXES, "nodes": c.CSPM_ANALYSIS_NODES,
          "diagnostics": c.CSPM_ANALYSIS_DIAGNOSTICS}
LEVELS = {"None": c.CSPM_LEVEL_NONE, "Low": c.CSPM_LEVEL_LOW, "Medium": c.CSPM_LEVEL_MEDIUM, "High": c.CSPM_LEVEL_HIGH, "Critical": c.CSPM_LEVEL_CRITICAL}


class Record(Mapping[str, Any]):
    """One thing of the JSON of an analysis; its fields are reached as attributes or by name, and doc/schema says what they mean."""

    __slots__ = ("_owner", "data")

    def __init__(self, data: dict[str, Any], owner: Any = None) -> None:
        self.data, self._owner = data, owner

    def __getitem__(self, key: str) -> Any:
        return self.data[key]

    def __iter__(self) -> Iterator[str]:
        return iter(self.data)

    def __len__(self) -> int:
        return len(self.data)

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        try:
            return self.data[name]
        except KeyError:
            raise AttributeError(f"a {type(self).__name__} has no field {name!r}; it has {', '.join(self.data)}") from None

    def __dir__(self) -> list[str]:
        return [*super().__dir__(), *self.data]

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Record) and self.data == other.data

    __hash__ = None  # type: ignore[assignment]

    def to_dict(self) -> dict[str, Any]:
        return self.data

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.data.get('title') or self.data.get('name') or self.data.get('id') or self.data}>"


class AttackPath(Record):
    """An attack path: title, story, risk_level, risk_score, entry, target, steps, recommendations, …"""

    __slots__ = ()

    @property
    def nodes(self) -> list[str]:
        """Ids of the nodes in order."""
        steps = self.data["steps"]
        return [steps[0]["from"], *(step["to"] for step in steps)] if steps else [self.data["entry"]["id"]]

    def to_svg(self) -> str:
        from ._draw import path_svg
        steps = [(s["from"], s["kind"], s["to"]) for s in self.data["steps"]]
        return path_svg(self.nodes, self._owner.names() if self._owner else {}, steps)

    def __repr__(self) -> str:
        return f"<AttackPath {self.data['risk_level']} {self.data['risk_score']} {self.data['title']!r}: {' -> '.join(self.nodes)}>"

    def _repr_html_(self) -> str:
        from ._html import attack_path_html
        return attack_path_html(self)


class ChokePoint(Record):
    """A node or relationship that many attack paths share: place, paths, targets, entries, cuts_all."""

    __slots__ = ()

    @property
    def place(self) -> str:
        edge = self.data.get("edge")
        return f"{edge[0]} -[{edge[1]}]-> {edge[2]}" if edge else str(self.data.get("node"))

    def __repr__(self) -> str:
        return f"<ChokePoint {self.place}: {self.data['paths']} paths>"


class Fix(Record):
    """What to mend: title, resource, removes, paths_closed, cumulative_closed, verified."""

    __slots__ = ()


class Pattern(Record):
    """Attack paths that are alike: title, risk_level, count, exemplar, entries, targets."""

    __slots__ = ()


class Diagnostic(Record):
    """Something the reader of the answer should know: severity, source, line, code, message."""

    __slots__ = ()

    def __repr__(self) -> str:
        return f"<Diagnostic {self.data.get('severity')} {self.data.get('code')}: {self.data.get('message')}>"


class Route(Record):
    """One path between two sets of nodes: cost, likelihood, steps."""

    __slots__ = ()

    @property
    def nodes(self) -> list[str]:
        steps = self.data["steps"]
        return [steps[0]["from"], *(step["to"] for step in steps)] if steps else []

    @property
    def length(self) -> int:
        return len(self.data["steps"])

    def to_svg(self) -> str:
        from ._draw import path_svg
        names = {}
        for id in self.nodes:
            try:
                node = self._owner.node(id)
                names[id] = (node.name, node.kinds)
            except Error:  # the graph was closed: ids are names enough
                pass
        return path_svg(self.nodes, names, [(s["from"], s["kind"], s["to"]) for s in self.data["steps"]])

    def _repr_html_(self) -> str:
        return f"<div>{self.to_svg()}</div>"

    def __repr__(self) -> str:
        return f"<Route {' -> '.join(self.nodes)}>"


R = TypeVar("R", bound=Record)


class Records(List[R], Generic[R]):
    """A list that a notebook shows as a table. `columns` are the fields worth a column."""

    columns: tuple[str, ...] = ()
    truncated: str | None = None

    @overload
    def __getitem__(self, key: SupportsIndex) -> R: ...
    @overload
    def __getitem__(self, key: slice) -> Records[R]: ...

    def __getitem__(self, key: SupportsIndex | slice) -> R | Records[R]:
        if not isinstance(key, slice):
            return super().__getitem__(key)
        part = type(self).__new__(type(self))
        part.extend(super().__getitem__(key))
        part.truncated = self.truncated
        return part

    def to_dicts(self) -> list[dict[str, Any]]:
        return [record.data for record in self]

    def to_pandas(self) -> pandas.DataFrame:
        import pandas
        return pandas.DataFrame(self.to_dicts())

    def _repr_html_(self) -> str:
        from ._html import records_html
        return records_html(self)


class Routes(Records[Route]):
    """Paths between two sets of nodes, best first; `truncated` names the limit that cut the list."""

    columns = ("length", "cost", "likelihood", "nodes")

    def __init__(self, routes: list[Route], truncated: str | None) -> None:
        super().__init__(routes)
        self.truncated = truncated


class AttackPaths(Records[AttackPath]):
    columns = ("risk_level", "risk_score", "title", "entry", "target", "length", "occurrences")


class ChokePoints(Records[ChokePoint]):
    columns = ("place", "paths", "targets", "entries", "cuts_all")


class Fixes(Records[Fix]):
    columns = ("title", "resource", "paths_closed", "cumulative_closed", "verified")


class Patterns(Records[Pattern]):
    columns = ("risk_level", "title", "count", "signature")


class Diagnostics(Records[Diagnostic]):
    columns = ("severity", "source", "line", "code", "message")


class Count(int):
    """A number of paths."""

    estimated: bool

    def __new__(cls, value: int, estimated: bool = False) -> Count:
        self = int.__new__(cls, value)
        self.estimated = estimated
        return self

    def __repr__(self) -> str:
        return f"about {int(self)}" if self.estimated else str(int(self))


class Analysis(Managed):
    """Attack paths, patterns, choke points, fixes. Everything that is asked for stays usable after close()."""

    #: the graph analysed, with riskScore, riskLevel and attackPaths on its nodes
    graph: Graph
    #: which limit cut it short: "rows", "work", "time", "memory"; None = complete
    truncated: str | None
    _context: Context
    _lock: threading.Lock
    _json: str | None
    _data: dict[str, Any] | None

    def __init__(self) -> None:
        raise TypeError("an Analysis is made by Graph.analyze()")

    @classmethod
    def _of(cls, handle: Handle, graph: Graph, context: Context) -> Analysis:
        self = cls.__new__(cls)
        self._handle, self._context, self.graph = handle, context, graph
        self._lock = threading.Lock()
        self._json = None
        self._data = None
        self.truncated = truncated_by(core.cspm_analysis_truncated(handle))
        return self

    def to_json(self) -> str:
        """The document of `cspmgraph analyze --format json`."""
        if self._json is None:
            self._json = self.export("json")
        return self._json

    @property
    def data(self) -> dict[str, Any]:
        """The same document, parsed."""
        with self._lock:
            data = self._data
            if data is None:
                data = self._data = json.loads(self.to_json())
            return data

    @property
    def summary(self) -> dict[str, Any]:
        found: dict[str, Any] = self.data["summary"]
        return found

    @property
    def paths(self) -> AttackPaths:
        """Attack paths, the riskiest first, at most `top`."""
        return AttackPaths(AttackPath(path, self) for path in self.data["attack_paths"])

    @property
    def choke_points(self) -> ChokePoints:
        return ChokePoints(ChokePoint(point, self) for point in self.data["choke_points"])

    @property
    def fixes(self) -> Fixes:
        """What to mend, best first; `verified` ones were tried by analysing again."""
        return Fixes(Fix(fix, self) for fix in self.data["fixes"])

    @property
    def patterns(self) -> Patterns:
        return Patterns(Pattern(pattern, self) for pattern in self.data["patterns"])

    @property
    def diagnostics(self) -> Diagnostics:
        return Diagnostics(Diagnostic(item, self) for item in self.data["diagnostics"])

    @property
    def nodes(self) -> dict[str, dict[str, Any]]:
        """The nodes of the listed paths by id, with labels and their evidence, risk and recommendations."""
        found: dict[str, dict[str, Any]] = self.data["nodes"]
        return found

    def names(self) -> dict[str, tuple[str, list[str]]]:
        return {id: (node.get("name") or id, node.get("kinds") or []) for id, node in self.nodes.items()}

    def count(self, level: str) -> int:
        """Attack paths of a level ("Critical", "High", "Medium", "Low"), before `top` cuts the list."""
        if level not in LEVELS:
            raise UsageError(Status.E_INVALID, f"a level is one of {', '.join(LEVELS)}; {level!r} is not")
        return core.cspm_analysis_count(self._need(), LEVELS[level])

    def table(self, name: str = "paths") -> Table:
        """paths, steps, patterns, choke_points, fixes, nodes or diagnostics as a Table."""
        if name not in TABLES:
            raise UsageError(Status.E_INVALID, f"a table is one of {', '.join(TABLES)}; {name!r} is not")
        return table_of(core.cspm_analysis_table, None, self._context, self._need(), TABLES[name])

    def export(self, format: str = "json") -> str:
        """The analysis as "table", "json", "ndjson", "csv", "arg", "html", "dot", "graphml" or "opengraph"."""
        handle, name, op = self._need(), whole(format, "format"), Operation(_context=self._context)
        return run(op, lambda: buffer_text(core.cspm_analysis_export, handle, name, None, op._need()))

    def to_html(self) -> str:
        """The report of `cspmgraph analyze --format html`: one file, opens offline. Its picture is laid out by libcspmgraph-metrics where it is installed."""
        handle, op = self._need(), Operation(_context=self._context)

        def call() -> str:
            places = self._places(handle, op)
            n = len(places[0]) if places else 0
            return buffer_text(core.cspm_analysis_html, handle, *(places or (None, None)), n, op._need())
        return run(op, call)

    def _places(self, handle: Handle, op: Operation) -> Any:
        from . import _metrics
        n, m = ctypes.c_uint32(), ctypes.c_uint32()
        ends, columns = ctypes.POINTER(ctypes.c_uint32)(), ctypes.POINTER(ctypes.c_uint32)()
        out, error = ctypes.c_void_p(), ctypes.c_void_p()
        check(core.cspm_analysis_drawing(handle, out, n, ends, m, columns, error), error)
        owner = Handle(out.value, core.cspm_buffer_unref)
        library = _metrics.library()
        if library is None or not n.value:
            return None
        x, y = (ctypes.c_double * n.value)(), (ctypes.c_double * n.value)()
        try:
            did(library.cspm_metrics_layout_layered, self._context._need(), n.value, ends, m.value, columns, x, y, op._need())
        except Error:
            return None  # a picture without a layout is still a picture
        finally:
            del owner
        return x, y

    def to_svg(self, most: int = 60) -> str:
        """The listed paths laid over each other, the riskiest first, up to `most` nodes: one inline picture, no scripts, no network."""
        from ._draw import graph_svg
        return graph_svg([path.data for path in self.paths], self.names(), most)

    def __repr__(self) -> str:
        s = self.summary
        return f"<Analysis {s['attack_paths']} attack paths: {', '.join(f'{n} {level}' for level, n in s['by_level'].items())}>"

    def _repr_html_(self) -> str:
        from ._html import analysis_html
        return analysis_html(self)


