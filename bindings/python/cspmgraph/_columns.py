"""Columns of a batch as Python values. Buffers are read where they lie; nothing outlives the batch it came from."""
from __future__ import annotations

import ctypes
import datetime
import json
from itertools import chain
from typing import Any, Callable

from . import _bindings as c
from ._handle import Handle, buffer_bytes, buffer_text, check, made
from ._library import core
from ._values import from_json

TYPE_NAMES = {c.CSPM_TYPE_NULL: "null", c.CSPM_TYPE_BOOL: "bool", c.CSPM_TYPE_INT64: "int64", c.CSPM_TYPE_DOUBLE: "double", c.CSPM_TYPE_STRING: "string",
              c.CSPM_TYPE_DICT_STRING: "enum", c.CSPM_TYPE_NODE: "node", c.CSPM_TYPE_EDGE: "relationship", c.CSPM_TYPE_LIST: "list",
              c.CSPM_TYPE_TIMESTAMP_US: "datetime", c.CSPM_TYPE_STRUCT: "struct", c.CSPM_TYPE_MAP: "map", c.CSPM_TYPE_PATH: "path",
              c.CSPM_TYPE_DATE: "date", c.CSPM_TYPE_DURATION: "duration", c.CSPM_TYPE_VARIANT: "variant"}
EPOCH = datetime.datetime(1970, 1, 1, tzinfo=datetime.timezone.utc)
EPOCH_DAY = datetime.date(1970, 1, 1).toordinal()
BITS = [[bool(byte >> i & 1) for i in range(8)] for byte in range(256)]
TEXTS = (c.CSPM_TYPE_STRING, c.CSPM_TYPE_DURATION)
JSON_TEXTS = (c.CSPM_TYPE_VARIANT, c.CSPM_TYPE_PATH)


class Nodes:
    """Nodes of one graph by number, each made once."""

    def __init__(self, graph: Handle | None) -> None:
        self.graph = graph
        self.made: dict[int, Any] = {}

    def node(self, number: int) -> Any:
        found = self.made.get(number)
        if found is None:
            if self.graph is None:
                return number
            found = from_json(json.loads(buffer_text(core.cspm_graph_node_json, self.graph, number)))
            self.made[number] = found
        return found

    def id(self, number: int) -> str:
        size = ctypes.c_size_t()
        address = core.cspm_graph_node_id(self.graph, number, size)
        return ctypes.string_at(address, size.value).decode("utf-8", "replace") if address else ""


def column(batch: Handle, i: int) -> c.cspm_column:
    out = c.cspm_column(struct_size=ctypes.sizeof(c.cspm_column))
    check(core.cspm_batch_column(batch, i, out), ctypes.c_void_p())
    return out


def view(address: int | None, size: int) -> memoryview:
    """Bytes of the library, not copied."""
    if not address or not size:
        return memoryview(b"")
    return memoryview((ctypes.c_char * size).from_address(address)).cast("B")


def fixed(col: c.cspm_column, code: str, width: int) -> memoryview:
    """Values of a fixed width, from the column's first row on."""
    start, count = int(col.offset), int(col.length)
    return view(col.values, (start + count) * width).cast(code)[start:]  # type: ignore[call-overload, no-any-return]


def bits(address: int | None, start: int, count: int) -> list[bool]:
    data = view(address, (start + count + 7) // 8)[start // 8:]
    return list(chain.from_iterable(map(BITS.__getitem__, data)))[start % 8:start % 8 + count]


def validity(col: c.cspm_column) -> int | None:
    return ctypes.cast(col.validity, ctypes.c_void_p).value if col.validity and col.null_count else None


def present(col: c.cspm_column) -> list[bool] | None:
    """Which rows hold a value; None = all."""
    address = validity(col)
    return bits(address, int(col.offset), int(col.length)) if address else None


def offsets(col: c.cspm_column) -> memoryview:
    start, count = int(col.offset), int(col.length)
    address = ctypes.cast(col.offsets, ctypes.c_void_p).value
    return view(address, (start + count + 1) * 4).cast("i")[start:]


def texts(col: c.cspm_column) -> list[str]:
    """The texts, "" where there is none."""
    if not col.length:
        return []
    places = offsets(col).tolist()
    first, last = places[0], places[-1]
    data = bytes(view(col.values, last)[first:]) if last > first else b""
    try:  # one decoding for all, when bytes and characters count alike
        whole = data.decode("ascii")
        return [whole[a - first:b - first] for a, b in zip(places, places[1:])]
    except UnicodeDecodeError:
        return [data[a - first:b - first].decode("utf-8", "replace") for a, b in zip(places, places[1:])]


def jsons(col: c.cspm_column) -> list[Any]:
    """Parsed JSON texts, parsed as one list."""
    where = present(col)
    cells = texts(col)
    if where is not None:
        cells = [cell if there else "null" for cell, there in zip(cells, where)]
    return [from_json(value) if value.__class__ in (dict, list) else value for value in json.loads("[" + ",".join(cells) + "]")]


def _date(days: int) -> Any:
    ordinal = days + EPOCH_DAY
    return datetime.date.fromordinal(ordinal) if 1 <= ordinal <= datetime.date.max.toordinal() else days


def _instant(us: int) -> Any:
    try:
        return EPOCH + datetime.timedelta(microseconds=us)
    except OverflowError:
        return us


def _lists(col: c.cspm_column, nodes: Nodes) -> list[list[Any]]:
    items = values(col.children[0].contents, nodes)
    places = offsets(col).tolist()
    return [items[a:b] for a, b in zip(places, places[1:])]


def dictionary(col: c.cspm_column) -> list[str]:
    return texts(col.children[0].contents)


def _enumerations(col: c.cspm_column, nodes: Nodes) -> list[str]:
    words = dictionary(col)
    words.append("")  # for absent cells, whose index is any
    most = len(words) - 1
    return [words[i] if 0 <= i < most else "" for i in fixed(col, "i", 4)]


READERS: dict[int, Callable[[c.cspm_column, Nodes], list[Any]]] = {
    c.CSPM_TYPE_NULL: lambda col, nodes: [None] * int(col.length),
    c.CSPM_TYPE_BOOL: lambda col, nodes: bits(col.values, int(col.offset), int(col.length)),
    c.CSPM_TYPE_INT64: lambda col, nodes: fixed(col, "q", 8).tolist(),
    c.CSPM_TYPE_DOUBLE: lambda col, nodes: fixed(col, "d", 8).tolist(),
    c.CSPM_TYPE_STRING: lambda col, nodes: texts(col),
    c.CSPM_TYPE_DURATION: lambda col, nodes: texts(col),
    c.CSPM_TYPE_DICT_STRING: _enumerations,
    c.CSPM_TYPE_NODE: lambda col, nodes: [nodes.node(n) for n in fixed(col, "I", 4)],
    c.CSPM_TYPE_EDGE: lambda col, nodes: fixed(col, "Q", 8).tolist(),
    c.CSPM_TYPE_LIST: _lists,
    c.CSPM_TYPE_TIMESTAMP_US: lambda col, nodes: [_instant(v) for v in fixed(col, "q", 8)],
    c.CSPM_TYPE_DATE: lambda col, nodes: [_date(v) for v in fixed(col, "i", 4)],
    c.CSPM_TYPE_VARIANT: lambda col, nodes: jsons(col),
    c.CSPM_TYPE_PATH: lambda col, nodes: jsons(col),
}


def values(col: c.cspm_column, nodes: Nodes) -> list[Any]:
    """All values of a column; relationships by their number."""
    where = present(col)
    if where is not None and col.type == c.CSPM_TYPE_NODE:
        return [nodes.node(n) if there else None for n, there in zip(fixed(col, "I", 4), where)]
    found = READERS[col.type](col, nodes)
    if where is not None and col.type not in JSON_TEXTS:
        found = [value if there else None for value, there in zip(found, where)]
    return found


def cell(batch: Handle, i: int, row: int) -> Any:
    """One cell, whatever its type."""
    data = buffer_bytes(made(core.cspm_batch_cell_json, core.cspm_buffer_unref, batch, i, row))
    return from_json(json.loads(data))


class Piece:
    """Some rows of one batch."""

    __slots__ = ("batch", "start", "stop")

    def __init__(self, batch: Handle, start: int, stop: int) -> None:
        self.batch, self.start, self.stop = batch, start, stop

    def column(self, i: int) -> c.cspm_column:
        col = column(self.batch, i)
        col.offset += self.start
        if self.stop - self.start != col.length:
            col.length, col.null_count = self.stop - self.start, col.null_count and 1
        return col

    def values(self, i: int, nodes: Nodes) -> list[Any]:
        col = self.column(i)
        if col.type == c.CSPM_TYPE_EDGE and nodes.graph is not None:
            return [cell(self.batch, i, row) for row in range(self.start, self.stop)]
        return values(col, nodes)


LIMITS = ((c.CSPM_TRUNCATED_MEMORY, "memory"), (c.CSPM_TRUNCATED_TIME, "time"), (c.CSPM_TRUNCATED_WORK, "work"), (c.CSPM_TRUNCATED_ROWS, "rows"))


def truncated_by(mask: int) -> str | None:
    return next((name for bit, name in LIMITS if mask & bit), None)
