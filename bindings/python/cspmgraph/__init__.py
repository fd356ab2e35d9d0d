"""cspmgraph: attack paths, choke points, fixes and queries over the exports your clouds and scanners already write.

    import cspmgraph as cg
    g = cg.load("exports/")
    g.query("MATCH (m:InternetExposed) RETURN m.name, m.riskLevel")
    a = g.analyze(top=50)
    a.paths[0]
"""
from __future__ import annotations

from typing import Any as _Any

from . import _metrics as metrics
from ._access import can_vectors
from ._analysis import Analysis, AttackPath, ChokePoint, Count, Diagnostic, Fix, Pattern, Record, Records, Route, Routes
from ._bindings import Status
from ._builder import Builder, load, open
from ._context import Context
from ._errors import Cancelled, ClosedError, Error, InputError, LimitError, NotFoundError, NotInThisBuild, OutOfMemory, QueryError, UsageError
from ._errors import not_in_this_build as _not_in_this_build
from ._graph import Graph
from ._info import formats, library_path, library_version
from ._operation import Operation, Progress
from ._query import Language, Query, explorer_query
from ._rules import Rules
from ._table import Row, Stream, Table
from ._values import Node, Path, Relationship

__version__ = "0.1.0"


def diff(before: Graph, after: Graph) -> _Any:
    """New, changed and resolved attack paths between two graphs. Not in this build."""
    raise _not_in_this_build("diff()")


__all__ = [
    "Analysis", "AttackPath", "Builder", "Cancelled", "ChokePoint", "ClosedError", "Context", "Count", "Diagnostic", "Error", "Fix", "Graph",
    "InputError", "Language", "LimitError", "Node", "NotFoundError", "NotInThisBuild", "Operation", "OutOfMemory", "Path", "Pattern", "Progress",
    "Query", "QueryError", "Record", "Records", "Relationship", "Route", "Routes", "Row", "Rules", "Status", "Stream", "Table", "UsageError",
    "can_vectors", "diff", "explorer_query", "formats", "library_path", "library_version", "load", "metrics", "open",
]
