"""Tables: rows in columns as the library keeps them, shown and handed on without copying where that is possible."""
from __future__ import annotations

import ctypes
import json
import threading
from typing import TYPE_CHECKING, Any, ClassVar, Iterator, Sequence, overload

from . import _columns
from ._bindings import Status
from ._columns import Piece, truncated_by
from ._errors import UsageError, take_error
from ._handle import Handle, Managed, buffer_text, made
from ._library import core
from ._operation import Operation, Watcher, run
from ._values import plain

if TYPE_CHECKING:
    import pandas
    import polars
    import pyarrow

class Row(tuple):  # type: ignore[type-arg]
    """One row: a tuple whose cells are also reached by column name, row["n.name"] or row.name."""

    __slots__ = ()
    _index: ClassVar[dict[str, int]] = {}

    def __getitem__(self, key: Any) -> Any:
        if isinstance(key, str):
            try:
                return tuple.__getitem__(self, self._index[key])
            except KeyError:
                raise KeyError(f"there is no column {key!r}; there are {', '.join(self._index)}") from None
        return tuple.__getitem__(self, key)

    def __getattr__(self, name: str) -> Any:
        try:
            return tuple.__getitem__(self, self._index[name])
        except KeyError:
            raise AttributeError(f"there is no column {name!r}") from None

    def __reduce__(self) -> Any:
        return _row, (list(self._index), tuple(self))

    def to_dict(self) -> dict[str, Any]:
        return dict(zip(self._index, self))

    def __repr__(self) -> str:
        return "Row(" + ", ".join(f"{name}={value!r}" for name, value in zip(self._index, self)) + ")"


def row_class(names: Sequence[str]) -> type[Row]:
    return type("Row", (Row,), {"__slots__": (), "_index": {name: i for i, name in enumerate(names)}})


def _row(names: list[str], values: tuple[Any, ...]) -> Row:
    return row_class(names)(values)


class Stream(Managed):
    """Rows as they are made: for answers larger than memory, or when the first rows are enough. One pass, one thread at a time."""

    def __init__(self, cursor: Handle, graph: Handle | None, operation: Operation, warnings: Sequence[str] = ()) -> None:
        self._handle = cursor
        self._graph, self._operation = graph, operation
        self._busy = threading.Lock()
        size = ctypes.c_size_t()
        count = core.cspm_cursor_columns(cursor)
        self.columns = [_columns_name(cursor, i, size) for i in range(count)]
        self._codes = [core.cspm_cursor_column_type(cursor, i) for i in range(count)]
        self.types = [_columns.TYPE_NAMES.get(code, "?") for code in self._codes]
        self.warnings = list(warnings)

    @property
    def truncated(self) -> str | None:
        """Which limit cut the rows short so far: "rows", "work", "time", "memory"; None = complete."""
        return truncated_by(core.cspm_cursor_truncated(self._need()))

    def _next(self) -> Handle | None:
        """The next batch, in the thread that asks."""
        handle = self._need()
        if not self._busy.acquire(blocking=False):
            raise UsageError(Status.E_INVALID, "another thread is reading this stream")
        try:
            while True:
                out, error = ctypes.c_void_p(), ctypes.c_void_p()
                status = core.cspm_cursor_next(handle, out, error)
                if status == Status.OK:
                    return Handle(out.value, core.cspm_batch_unref)
                if status == Status.DONE:
                    return None
                if status < 0:
                    raise take_error(status, error)
        finally:
            self._busy.release()

    def batches(self, progress: Watcher = None) -> Iterator[Table]:
        """Tables of at most 65,536 rows."""
        while True:
            batch = run(self._operation, self._next, progress)
            if batch is None:
                return
            yield Table._of(self, [batch])

    def __iter__(self) -> Iterator[Row]:
        for table in self.batches():
            yield from table

    def fetch(self) -> Table:
        """The rest as a table."""
        return run(self._operation, self._fetch)

    def _fetch(self) -> Table:
        batches: list[Handle] = []
        while True:
            batch = self._next()
            if batch is None:
                return Table._of(self, batches)
            batches.append(batch)

    def __arrow_c_stream__(self, requested_schema: object = None) -> object:
        """The rows for Arrow libraries, made while they are read; the stream belongs to them afterwards."""
        from ._arrow import export_cursor
        handle = self._need()
        self._handle = None
        return export_cursor(handle)

    def __repr__(self) -> str:
        return f"<Stream {', '.join(self.columns)}>"


def _columns_name(cursor: Handle, i: int, size: ctypes.c_size_t) -> str:
    address = core.cspm_cursor_column_name(cursor, i, size)
    return ctypes.string_at(address, size.value).decode("utf-8", "replace") if address else ""


class Table:
    """Rows and columns. Iterate it, index it, slice it, or hand it to pandas, polars, pyarrow, duckdb: they read it without copying where they can."""

    def __init__(self, columns: Sequence[str], codes: Sequence[int], pieces: Sequence[Piece], nodes: _columns.Nodes, truncated: str | None,
                 warnings: Sequence[str], schema: Any) -> None:
        self.columns = list(columns)
        self._codes = list(codes)
        self.types = [_columns.TYPE_NAMES.get(code, "?") for code in codes]
        #: which limit cut the rows short: "rows", "work", "time", "memory"; None = complete
        self.truncated = truncated
        #: what the reader of this answer should know
        self.warnings = list(warnings)
        self._pieces = list(pieces)
        self._nodes = nodes
        self._schema = schema
        self._row = row_class(self.columns)
        self._last: tuple[int, list[Row]] | None = None

    @classmethod
    def _of(cls, stream: Stream, batches: Sequence[Handle]) -> Table:
        from ._arrow import CursorSchema
        pieces = [Piece(batch, 0, core.cspm_batch_rows(batch)) for batch in batches]
        schema = None
        if not batches:  # nothing to take it from but the cursor, which has ended
            schema = CursorSchema(stream._need())
            stream._handle = None
        limit = stream.truncated if batches else schema.truncated if schema else None
        return cls(stream.columns, stream._codes, pieces, _columns.Nodes(stream._graph), limit, stream.warnings, schema)

    def __len__(self) -> int:
        return sum(piece.stop - piece.start for piece in self._pieces)

    def _rows(self, i: int) -> list[Row]:
        """Rows of one piece; the last one asked for is kept."""
        last = self._last
        if last is not None and last[0] == i:
            return last[1]
        piece = self._pieces[i]
        columns = [piece.values(k, self._nodes) for k in range(len(self.columns))]
        rows = list(map(self._row, zip(*columns)))
        self._last = (i, rows)
        return rows

    def __iter__(self) -> Iterator[Row]:
        for i in range(len(self._pieces)):
            yield from self._rows(i)

    @overload
    def __getitem__(self, key: int) -> Row: ...
    @overload
    def __getitem__(self, key: slice) -> Table: ...

    def __getitem__(self, key: int | slice) -> Row | Table:
        if isinstance(key, slice):
            start, stop, step = key.indices(len(self))
            if step != 1:
                raise UsageError(Status.E_INVALID, "a table is sliced in steps of one")
            return self._slice(start, max(start, stop))
        if isinstance(key, bool) or not isinstance(key, int):
            raise TypeError(f"rows are numbered or sliced, not {type(key).__name__}; column(NAME) gives a column")
        row = key + len(self) if key < 0 else key
        if row >= 0:
            for i, piece in enumerate(self._pieces):
                if row < piece.stop - piece.start:
                    return self._rows(i)[row]
                row -= piece.stop - piece.start
        raise IndexError(f"row {key} of a table of {len(self)}")

    def _slice(self, start: int, stop: int) -> Table:
        pieces, at = [], 0
        for piece in self._pieces:
            size = piece.stop - piece.start
            a, b = max(start - at, 0), min(stop - at, size)
            if a < b:
                pieces.append(Piece(piece.batch, piece.start + a, piece.start + b))
            at += size
        schema = self._schema or (self._pieces[0].batch if self._pieces else None)
        return Table(self.columns, self._codes, pieces, self._nodes, self.truncated, self.warnings, schema)

    def head(self, n: int = 5) -> Table:
        return self[:n]

    def _number(self, name: str) -> int:
        try:
            return self.columns.index(name)
        except ValueError:
            raise KeyError(f"there is no column {name!r}; there are {', '.join(self.columns)}") from None

    def column(self, name: str) -> list[Any]:
        """The values of one column."""
        i = self._number(name)
        return [value for piece in self._pieces for value in piece.values(i, self._nodes)]

    def to_dicts(self) -> list[dict[str, Any]]:
        names = self.columns
        return [dict(zip(names, row)) for row in self]

    def to_json(self) -> str:
        """The JSON of `cspmgraph query --format json`."""
        rows = []
        for piece in self._pieces:
            if piece.start == 0 and piece.stop == core.cspm_batch_rows(piece.batch):
                text = buffer_text(core.cspm_batch_json, piece.batch, 0).strip()
                if len(text) > 2:
                    rows.append(text[1:-1])
            else:
                for row in range(piece.start, piece.stop):
                    cells = [buffer_text(core.cspm_batch_cell_json, piece.batch, i, row) for i in range(len(self.columns))]
                    rows.append("[" + ",".join(cells) + "]")
        return f'{{"columns":{json.dumps(self.columns)},"rows":[{",".join(rows)}],"truncated":{json.dumps(self.truncated)}}}'

    def to_csv(self) -> str:
        """CSV as the command writes it: a cell that a spreadsheet would run as a formula gets an apostrophe before it."""
        from ._html import csv_cell
        lines = [",".join(map(csv_cell, self.columns))]
        lines += [",".join(csv_cell(plain(value)) for value in row) for row in self]
        return "\r\n".join(lines) + "\r\n"

    def to_pandas(self, columns: Sequence[str] | None = None) -> pandas.DataFrame:
        """A DataFrame of all columns or some: enumerations become Categorical, integers with gaps Int64, nodes their ids."""
        from ._frames import to_pandas
        return to_pandas(self, [self._number(name) for name in self.columns if columns is None or name in columns])

    def to_polars(self) -> polars.DataFrame:
        import polars
        return polars.DataFrame(self)

    def to_arrow(self) -> pyarrow.Table:
        import pyarrow
        return pyarrow.table(self)

    def __arrow_c_stream__(self, requested_schema: object = None) -> object:
        """The rows for Arrow libraries, buffers shared. May be asked for any number of times."""
        from ._arrow import export_table
        return export_table(self._pieces, self._schema)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Table) and self.columns == other.columns and list(self) == list(other)

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        from ._html import table_text
        return table_text(self)

    def _repr_html_(self) -> str:
        from ._html import table_html
        return table_html(self)


def read(cursor: Handle, graph: Handle | None, operation: Operation) -> Table:
    """All rows of a ready-made table of the library."""
    return Stream(cursor, graph, operation)._fetch()


def table_of(call: Any, graph: Handle | None, context: Any, *arguments: Any) -> Table:
    """A function whose `out` is a cursor, read to its end."""
    operation = Operation(_context=context)
    return run(operation, lambda: read(made(call, core.cspm_cursor_free, *arguments), graph, operation))
