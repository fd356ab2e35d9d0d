"""Errors: one class for each thing a caller may want to tell apart, all of them cspmgraph.Error."""
from __future__ import annotations

import ctypes
import json
from typing import Any

from ._bindings import Status
from ._library import core


class Error(Exception):
    """What the library could not do. `line` counts from 1, `column` in characters from 1; both None when there is no place."""

    def __init__(self, code: Status | int, message: str, line: int | None = None, column: int | None = None, source: str = "",
                 details: dict[str, Any] | None = None) -> None:
        super().__init__(code, message, line, column, source, details)
        self.code = Status(code)
        self.message = message
        self.line = line
        self.column = column
        self.source = source
        #: every field the library knows: class, detail, found, expected, hint
        self.details: dict[str, Any] = details or {}

    @property
    def name(self) -> str:
        """Name of the code, such as "CSPM_E_QUERY"."""
        return str(self.code)

    def __str__(self) -> str:
        text: str | None = self.details.get("text")
        if text:
            return text
        place = f":{self.line}:{self.column}" if self.line else ""
        return f"{self.source or 'cspmgraph'}{place}: {self.message}" if self.source or place else self.message


class QueryError(Error):
    """The text of a query, a parameter of it, or a rule's query is wrong."""


class InputError(Error):
    """An input is unreadable, malformed, damaged or of no known dialect."""


class NotFoundError(InputError, LookupError):
    """There is no node, rule or file of that name."""


class LimitError(Error):
    """A limit or a deadline stopped the call."""


class OutOfMemory(LimitError, MemoryError):
    """The system refused memory."""


class Cancelled(Error):
    """Somebody cancelled the operation."""


class UsageError(Error, ValueError):
    """An argument makes no sense."""


class ClosedError(UsageError):
    """The object was closed."""

    def __init__(self, message: str) -> None:
        super().__init__(Status.E_INVALID, message)

    def __reduce__(self) -> tuple[Any, ...]:
        return ClosedError, (self.message,)


class NotInThisBuild(Error, NotImplementedError):
    """The library this package runs on cannot do that yet."""


CLASSES: dict[int, type[Error]] = {
    Status.E_QUERY: QueryError, Status.E_IO: InputError, Status.E_PARSE: InputError, Status.E_UNRECOGNISED: InputError,
    Status.E_NOTFOUND: NotFoundError, Status.E_LIMIT: LimitError, Status.E_TIMEOUT: LimitError, Status.E_NOMEM: OutOfMemory,
    Status.E_CANCELLED: Cancelled, Status.E_INVALID: UsageError, Status.E_UNSUPPORTED: NotInThisBuild,
}


def text_of(address: int | None, length: int) -> str:
    return ctypes.string_at(address, length).decode("utf-8", "replace") if address else ""


def take_error(status: int, error: ctypes.c_void_p) -> Error:
    """The exception for a failed call; frees the C object."""
    size = ctypes.c_size_t()
    line, column = ctypes.c_uint32(), ctypes.c_uint32()
    if not error.value:
        return CLASSES.get(status, Error)(status, (core.cspm_status_name(status) or b"unknown").decode())
    try:
        code = core.cspm_error_code(error)
        message = text_of(core.cspm_error_message(error, size), size.value)
        source = text_of(core.cspm_error_source(error, size), size.value)
        core.cspm_error_position(error, None, line, column)
        try:
            details = json.loads(text_of(core.cspm_error_json(error, size), size.value)).get("error", {})
        except ValueError:
            details = {}
        details["text"] = text_of(core.cspm_error_text(error, size), size.value).rstrip("\n")
    finally:
        core.cspm_error_free(error)
        error.value = None
    return CLASSES.get(code, Error)(code, message, line.value or None, column.value or None, source, details)


def not_in_this_build(what: str) -> NotInThisBuild:
    return NotInThisBuild(Status.E_UNSUPPORTED, f"{what} is not in this build")
