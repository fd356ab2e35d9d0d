"""Inputs in, a security graph out."""
from __future__ import annotations

import ctypes
import os
from typing import Any, Iterable, Mapping, Union

from . import _bindings as c
from ._bindings import Status
from ._context import Context
from ._errors import InputError, UsageError
from ._graph import Graph
from ._handle import Managed, did, made, sized, whole
from ._library import core
from ._operation import Operation, Watcher, run
from ._query import json_text, path_bytes
from ._rules import applied, make_rules

PathLike = Union[str, "os.PathLike[str]"]


def _options(keep_going: bool) -> c.cspm_load_options:
    return c.cspm_load_options(struct_size=ctypes.sizeof(c.cspm_load_options), flags=c.CSPM_LOAD_KEEP_GOING if keep_going else 0)


class Builder(Managed):
    """Collects nodes, relationships and inputs; finish() makes the graph. Belongs to one thread."""

    def __init__(self, context: Context | None = None) -> None:
        self._context = context or Context()
        self._handle = made(core.cspm_builder_new, core.cspm_builder_free, self._context._need())

    def add_node(self, id: str, kinds: str | Iterable[str] | None = None, properties: Mapping[str, Any] | None = None, **props: Any) -> Builder:
        """Add a node; an id that is there already is merged."""
        names = json_text([kinds] if isinstance(kinds, str) else list(kinds), "kinds") if kinds is not None else None
        data = _properties(properties, props)
        did(core.cspm_builder_add_node, self._need(), *sized(id, "a node's id"), names, len(names or b""), data, len(data or b""))
        return self

    def add_edge(self, start: str, kind: str, end: str, properties: Mapping[str, Any] | None = None, **props: Any) -> Builder:
        """Add a relationship. Its ends may be defined later or elsewhere."""
        data = _properties(properties, props)
        did(core.cspm_builder_add_edge, self._need(), *sized(start, "start"), *sized(kind, "a relationship's kind"), *sized(end, "end"), data, len(data or b""))
        return self

    def add(self, path: PathLike, format: str | None = None, keep_going: bool = False, progress: Watcher = None,
            operation: Operation | None = None) -> Builder:
        """Read a file, folder, archive or snapshot; the dialect is told from the content."""
        handle, data, dialect = self._need(), path_bytes(path), whole(format, "format")
        op = operation or Operation(_context=self._context)
        run(op, lambda: did(core.cspm_builder_add_path, handle, *data, dialect, _options(keep_going), op._need()), progress)
        return self

    def add_bytes(self, data: bytes | bytearray | memoryview | str, name: str = "buffer", format: str | None = None, keep_going: bool = False,
                  progress: Watcher = None, operation: Operation | None = None) -> Builder:
        """The same for an input in memory, which may be compressed or an archive."""
        content = data.encode("utf-8") if isinstance(data, str) else bytes(data) if isinstance(data, (bytearray, memoryview)) else data
        if not isinstance(content, bytes):
            raise TypeError(f"data must be bytes or str, not {type(data).__name__}")
        handle, called, dialect = self._need(), whole(name, "name"), whole(format, "format")
        op = operation or Operation(_context=self._context)
        run(op, lambda: did(core.cspm_builder_add_buffer, handle, content, len(content), called, dialect, _options(keep_going), op._need()), progress)
        return self

    def finish(self, rules: Any = None, builtin_rules: bool = True, progress: Watcher = None, operation: Operation | None = None) -> Graph:
        """Freeze, apply the rules, give the graph. The builder is closed afterwards."""
        handle = self._need()
        force = make_rules(rules, builtin_rules, self._context)
        op = operation or Operation(_context=self._context)
        try:
            graph = run(op, lambda: made(core.cspm_builder_finish, core.cspm_graph_unref, handle, applied(rules, builtin_rules, force), op._need()), progress)
        finally:
            self.close()
        return Graph._of(graph, force, self._context)


def _properties(given: Mapping[str, Any] | None, props: Mapping[str, Any]) -> bytes | None:
    both = {**(given or {}), **props}
    return json_text(both, "properties") if both else None


def load(*paths: PathLike, format: str | None = None, rules: Any = None, builtin_rules: bool = True, keep_going: bool = False,
         max_memory: int | None = None, timeout: float | None = None, context: Context | None = None, progress: Watcher = None,
         operation: Operation | None = None) -> Graph:
    """Read exports and make the security graph: inventory, derived relationships, labels.

    paths: files, folders, archives, snapshots; dialects are told from their content, `format` overrides. rules: packs to add (paths), or a Rules.
    keep_going: malformed files of a known dialect become diagnostics. progress: None shows a bar in terminals and notebooks, True always,
    False never, or a function that is given a Progress now and then."""
    if not paths:
        raise UsageError(Status.E_INVALID, "load() needs at least one path")
    if len(paths) == 1 and isinstance(paths[0], (list, tuple)):
        paths = tuple(paths[0])
    context = context or Context(max_memory_bytes=max_memory)
    op = operation or Operation(timeout, context)
    lone = len(paths) == 1 and rules is None and builtin_rules and format is None
    if lone and os.path.isfile(paths[0]):
        try:
            return open(paths[0], context=context, operation=op, progress=progress)
        except InputError as problem:
            if problem.code != Status.E_UNRECOGNISED:
                raise
    with Builder(context) as builder:
        for path in paths:
            builder.add(path, format, keep_going, progress, op)
        return builder.finish(rules, builtin_rules, progress, op)


def open(path: PathLike, context: Context | None = None, progress: Watcher = None, operation: Operation | None = None) -> Graph:
    """Open a snapshot: mapped, not read, and at once ready."""
    context = context or Context()
    data = path_bytes(path)
    op = operation or Operation(_context=context)
    handle = run(op, lambda: made(core.cspm_graph_open, core.cspm_graph_unref, context._need(), *data, op._need()), progress)
    return Graph._of(handle, None, context)
