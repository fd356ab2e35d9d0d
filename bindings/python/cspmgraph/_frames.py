"""Tables as pandas frames. numpy reads the library's buffers where they lie; one copy makes the column."""
from __future__ import annotations

from typing import TYPE_CHECKING, Any, Callable, Sequence

from . import _bindings as c
from . import _columns
from ._values import plain

if TYPE_CHECKING:
    import pandas

    from ._table import Table

Columns = Sequence[c.cspm_column]


class Maker:
    def __init__(self, table: Table) -> None:
        import numpy
        import pandas
        self.np, self.pd, self.table, self.nodes = numpy, pandas, table, table._nodes
        self.shared: Any = None
        try:
            import pyarrow
        except ImportError:
            pyarrow = None
        self.arrow: Any = pyarrow if int(pandas.__version__.split(".")[0]) >= 3 else None

    # ---- pieces ----

    def fixed(self, cols: Columns, kind: str, width: int) -> Any:
        parts = [self.np.frombuffer(_columns.view(col.values, (col.offset + col.length) * width), kind)[col.offset:] for col in cols]
        return self.np.concatenate(parts) if parts else self.np.empty(0, kind)

    def bits(self, address: int | None, col: c.cspm_column) -> Any:
        count = col.offset + col.length
        data = self.np.frombuffer(_columns.view(address, (count + 7) // 8), "u1")
        return self.np.unpackbits(data, count=count, bitorder="little")[col.offset:].view(bool)

    def missing(self, cols: Columns) -> Any:
        """A mask of absent rows, or None."""
        if not any(col.null_count and col.validity for col in cols):
            return None
        parts = []
        for col in cols:
            address = _columns.validity(col)
            parts.append(~self.bits(address, col) if address else self.np.zeros(col.length, bool))
        return self.np.concatenate(parts)

    # ---- columns ----

    def int64(self, cols: Columns) -> Any:
        values, missing = self.fixed(cols, "i8", 8), self.missing(cols)
        return values if missing is None else self.pd.arrays.IntegerArray(values, missing)

    def double(self, cols: Columns) -> Any:
        values, missing = self.fixed(cols, "f8", 8), self.missing(cols)
        if missing is not None:
            values[missing] = self.np.nan
        return values

    def bool(self, cols: Columns) -> Any:
        parts = [self.bits(col.values, col) for col in cols]
        values, missing = self.np.concatenate(parts) if parts else self.np.empty(0, bool), self.missing(cols)
        return values if missing is None else self.pd.arrays.BooleanArray(values, missing)

    def enumeration(self, cols: Columns) -> Any:
        """Batches of one table share their dictionary; codes are taken as they are."""
        words = list(dict.fromkeys(_columns.dictionary(cols[0]))) if cols else []
        codes, missing = self.fixed(cols, "i4", 4), self.missing(cols)
        if missing is not None:
            codes[missing] = -1
        dtype = self.pd.CategoricalDtype(words)
        try:
            return self.pd.Categorical.from_codes(codes, dtype=dtype, validate=False)
        except TypeError:  # before pandas 2.1
            return self.pd.Categorical.from_codes(codes, dtype=dtype)

    def string(self, cols: Columns) -> Any:
        values = [value for col in cols for value in _columns.values(col, self.nodes)]
        out: Any = self.np.empty(len(values), object)
        out[:] = values
        return out

    def arrow_strings(self, i: int) -> Any:
        """pandas' own text type lies on Arrow, so the buffers are shared; they keep their batches alive."""
        if self.shared is None:
            self.shared = self.arrow.table(self.table)
        column = self.shared.column(i).cast(self.arrow.large_string())
        return self.pd.array(column, dtype=self.pd.StringDtype("pyarrow", na_value=self.np.nan))

    def days(self, cols: Columns) -> Any:
        return self.times(self.fixed(cols, "i4", 4).astype("M8[D]").astype("M8[s]"), cols)

    def instants(self, cols: Columns) -> Any:
        return self.pd.DatetimeIndex(self.times(self.fixed(cols, "M8[us]", 8), cols)).tz_localize("UTC")

    def times(self, values: Any, cols: Columns) -> Any:
        missing = self.missing(cols)
        if missing is not None:
            values[missing] = self.np.datetime64("NaT")
        return values

    def node_ids(self, cols: Columns) -> Any:
        numbers, missing = self.fixed(cols, "u4", 4), self.missing(cols)
        if missing is not None:
            unique, inverse = self.np.unique(numbers[~missing], return_inverse=True)
        else:
            unique, inverse = self.np.unique(numbers, return_inverse=True)
        ids: Any = self.np.empty(len(unique), object)
        ids[:] = [self.nodes.id(int(number)) for number in unique] if self.nodes.graph is not None else [str(number) for number in unique]
        if missing is None:
            return ids[inverse]
        out: Any = self.np.full(len(numbers), None, object)
        out[~missing] = ids[inverse]
        return out

    def variant(self, values: list[Any]) -> Any:
        """Values without a common type before they were made: the narrowest column that holds them all."""
        kinds = {value.__class__ for value in values}
        empty = type(None) in kinds
        kinds.discard(type(None))
        if kinds == {int} and all(-(1 << 63) <= value < 1 << 63 for value in values if value is not None):
            return self.pd.array(values, dtype="Int64" if empty else "int64")
        if kinds == {bool}:
            return self.pd.array(values, dtype="boolean" if empty else "bool")
        if kinds and kinds <= {int, float}:
            return self.np.array([self.np.nan if value is None else value for value in values], "f8")
        out: Any = self.np.empty(len(values), object)
        out[:] = [plain(value) for value in values]
        return self.pd.Series(out).infer_objects() if kinds == {str} else self.pd.Series(out, dtype=object)


MAKERS: dict[int, Callable[[Maker, Columns], Any]] = {
    c.CSPM_TYPE_INT64: Maker.int64, c.CSPM_TYPE_DOUBLE: Maker.double, c.CSPM_TYPE_BOOL: Maker.bool, c.CSPM_TYPE_DICT_STRING: Maker.enumeration,
    c.CSPM_TYPE_STRING: Maker.string, c.CSPM_TYPE_DURATION: Maker.string, c.CSPM_TYPE_DATE: Maker.days, c.CSPM_TYPE_TIMESTAMP_US: Maker.instants,
    c.CSPM_TYPE_NODE: Maker.node_ids,
}


def to_pandas(table: Table, wanted: Sequence[int]) -> pandas.DataFrame:
    import pandas
    maker = Maker(table)
    columns: dict[int, Any] = {}
    for i in wanted:
        code = table._codes[i]
        make = MAKERS.get(code)
        if maker.arrow is not None and code in _columns.TEXTS:
            columns[i] = maker.arrow_strings(i)
        elif make is not None:
            columns[i] = make(maker, [piece.column(i) for piece in table._pieces])
        else:
            columns[i] = maker.variant([value for piece in table._pieces for value in piece.values(i, table._nodes)])
    frame = pandas.DataFrame(columns, copy=False)
    frame.columns = pandas.Index([table.columns[i] for i in wanted])
    return frame
