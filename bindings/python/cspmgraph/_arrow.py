"""Arrow PyCapsules (https://arrow.apache.org/docs/format/CDataInterface/PyCapsuleInterface.html) over the library's Arrow C data interface.

Every exported array is the library's own and needs no Python. Only the stream over a table's batches calls back into Python; its state stands in
a dictionary under a number, so that no Python object is referenced from C."""
from __future__ import annotations

import ctypes
import itertools
import sys
import threading
from typing import Any, Sequence

from . import _bindings as c
from ._columns import Piece, truncated_by
from ._errors import Error
from ._handle import Handle, did
from ._library import core

STREAM = b"arrow_array_stream"
EINVAL = 22

_Release = ctypes.CFUNCTYPE(None, ctypes.c_void_p)
_Get = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_void_p, ctypes.c_void_p)
_LastError = ctypes.CFUNCTYPE(ctypes.c_void_p, ctypes.c_void_p)

_capsule_new = ctypes.pythonapi.PyCapsule_New
_capsule_new.restype, _capsule_new.argtypes = ctypes.py_object, (ctypes.c_void_p, ctypes.c_char_p, ctypes.c_void_p)

_capsules: list[tuple[c.ArrowArrayStream, object]] = []   # structs that capsules point to, and the capsules
_exports: dict[int, _Export] = {}                         # tables being read, by number
_numbers = itertools.count(1)
_lock = threading.Lock()


def _alone(capsules: list[tuple[c.ArrowArrayStream, object]], i: int) -> bool:
    """Whether nobody else holds a capsule: the tuple does, and the call that asks."""
    return sys.getrefcount(capsules[i][1]) <= 2


def capsule(stream: c.ArrowArrayStream) -> object:
    """A capsule over a stream. It has no destructor, because a consumer that fails drops it while its own exception is on the way, and Python code
    may not run then: structs are kept here until their capsules were dropped, looked at whenever another one is made."""
    made = _capsule_new(ctypes.addressof(stream), STREAM, None)
    with _lock:
        sweep()
        _capsules.append((stream, made))
    return made


def sweep() -> None:
    kept = []
    for i in range(len(_capsules)):
        if _alone(_capsules, i):
            stream = _capsules[i][0]
            if stream.release:  # nobody read it
                _Release(stream.release)(ctypes.addressof(stream))
        else:
            kept.append(_capsules[i])
    _capsules[:] = kept


def export_cursor(cursor: Handle) -> object:
    stream = c.ArrowArrayStream()
    did(core.cspm_cursor_export_arrow, cursor, stream)
    cursor.release_to()
    return capsule(stream)


class CursorSchema:
    """The schema of a cursor that gave no batch."""

    def __init__(self, cursor: Handle) -> None:
        self.truncated = truncated_by(core.cspm_cursor_truncated(cursor))
        self.stream = c.ArrowArrayStream()
        did(core.cspm_cursor_export_arrow, cursor, self.stream)
        cursor.release_to()
        self.owner = Handle(ctypes.addressof(self.stream), _Releaser(self.stream))

    def get(self, out: int) -> None:
        if _Get(self.stream.get_schema)(ctypes.addressof(self.stream), out):
            raise MemoryError("no memory for a schema")


class _Releaser:
    def __init__(self, stream: c.ArrowArrayStream) -> None:
        self.stream = stream

    def __call__(self, address: int) -> None:
        if self.stream.release:
            _Release(self.stream.release)(address)


class _Export:
    def __init__(self, pieces: Sequence[Piece], schema: Any) -> None:
        self.pieces, self.schema = list(pieces), schema
        self.next = 0
        self.error: bytes | None = None

    def get_schema(self, out: int) -> None:
        if isinstance(self.schema, CursorSchema):
            self.schema.get(out)
        else:
            batch = self.schema or self.pieces[0].batch
            did(core.cspm_batch_export_arrow, batch, c.ArrowSchema.from_address(out), None)

    def get_next(self, out: int) -> None:
        array = c.ArrowArray.from_address(out)
        if self.next == len(self.pieces):
            array.release = None
            return
        piece = self.pieces[self.next]
        did(core.cspm_batch_export_arrow, piece.batch, None, array)
        self.next += 1
        rows = piece.stop - piece.start
        if rows != array.length:  # a slice: each column starts later and ends earlier
            for i in range(array.n_children):
                child = array.children[i].contents
                child.offset += piece.start
                child.length = rows
                child.null_count = -1 if child.null_count else 0
            array.length = rows


def _guarded(stream: int, out: int, step: str) -> int:
    export = _exports[c.ArrowArrayStream.from_address(stream).private_data]
    try:
        getattr(export, step)(out)
        return 0
    except (Error, MemoryError) as problem:
        export.error = str(problem).encode("utf-8", "replace")
        return EINVAL


def _get_schema(stream: int, out: int) -> int:
    return _guarded(stream, out, "get_schema")


def _get_next(stream: int, out: int) -> int:
    return _guarded(stream, out, "get_next")


def _last_error(stream: int) -> int | None:
    error = _exports[c.ArrowArrayStream.from_address(stream).private_data].error
    return ctypes.cast(ctypes.c_char_p(error), ctypes.c_void_p).value if error else None


def _release(stream: int, kind: Any = c.ArrowArrayStream, exports: Any = _exports) -> None:
    struct = kind.from_address(stream)
    exports.pop(struct.private_data, None)
    struct.release = None


# Kept for the life of the process: streams hold their addresses.
_callbacks = (_Get(_get_schema), _Get(_get_next), _LastError(_last_error), _Release(_release))


def _address(function: Any) -> int | None:
    return ctypes.cast(function, ctypes.c_void_p).value


def export_table(pieces: Sequence[Piece], schema: Any) -> object:
    number = next(_numbers)
    _exports[number] = _Export(pieces, schema)
    stream = c.ArrowArrayStream(*map(_address, _callbacks), number)
    return capsule(stream)
