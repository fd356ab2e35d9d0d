"""Ownership of C objects: released once, at once when closed, never while a call is using them."""
from __future__ import annotations

import ctypes
import weakref
from typing import Any, Callable, TypeVar

from ._bindings import Status
from ._errors import ClosedError, Error, UsageError, take_error
from ._library import core

Free = Callable[[Any], Any]
M = TypeVar("M", bound="Managed")


class Handle:
    """One C object. ctypes takes it as an argument and keeps it alive during the call, so that a close() from another thread waits for that."""

    __slots__ = ("__weakref__", "_as_parameter_", "_finalizer")

    def __init__(self, address: int | None, free: Free) -> None:
        if not address:
            raise Error(Status.E_INTERNAL, "the library returned no object")
        self._as_parameter_ = ctypes.c_void_p(address)
        self._finalizer = weakref.finalize(self, free, address)
        self._finalizer.atexit = False  # a thread may still be in a call; the process takes the memory anyway

    def release_to(self) -> None:
        """Somebody else owns the object now."""
        self._finalizer.detach()


class Managed:
    """Base of everything that holds a C object: close(), with, and release when the last reference goes."""

    _handle: Handle | None = None

    def _need(self) -> Handle:
        handle = self._handle
        if handle is None:
            raise ClosedError(f"this {type(self).__name__} is closed")
        return handle

    @property
    def closed(self) -> bool:
        return self._handle is None

    def close(self) -> None:
        """Release it now. Closing twice is fine; using it afterwards is a ClosedError."""
        self._handle = None

    def __enter__(self: M) -> M:
        self._need()
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def __reduce__(self) -> Any:
        raise TypeError(f"a {type(self).__name__} belongs to this process and cannot be pickled; save() a graph instead")


def check(status: int, error: ctypes.c_void_p) -> int:
    if status < 0:
        raise take_error(status, error)
    return status


def made(call: Callable[..., int], free: Free, *arguments: Any) -> Handle:
    """Call a function that ends in (…, out, err) and own what it made."""
    out, error = ctypes.c_void_p(), ctypes.c_void_p()
    check(call(*arguments, out, error), error)
    return Handle(out.value, free)


def did(call: Callable[..., int], *arguments: Any) -> int:
    """Call a function that ends in (…, err)."""
    error = ctypes.c_void_p()
    return check(call(*arguments, error), error)


def utf8(text: str, what: str = "text") -> bytes:
    """Bytes of a text argument; the C library takes lengths, so NUL characters are data like any other."""
    if not isinstance(text, str):
        raise TypeError(f"{what} must be str, not {type(text).__name__}")
    try:
        return text.encode("utf-8")
    except UnicodeEncodeError as problem:
        raise UsageError(Status.E_INVALID, f"{what} is no Unicode text: {problem.reason} at {problem.start}") from None


def sized(text: str, what: str = "text") -> tuple[bytes, int]:
    data = utf8(text, what)
    return data, len(data)


def whole(text: str | None, what: str) -> bytes | None:
    """A text for a parameter that ends at its NUL."""
    if text is None:
        return None
    data = utf8(text, what)
    if b"\0" in data:
        raise UsageError(Status.E_INVALID, f"{what} holds a NUL character")
    return data


def buffer_bytes(handle: Handle) -> bytes:
    size = ctypes.c_size_t()
    address = core.cspm_buffer_data(handle, size)
    return ctypes.string_at(address, size.value) if address else b""


def buffer_text(call: Callable[..., int], *arguments: Any) -> str:
    """Call a function whose `out` is a buffer and give its text."""
    return buffer_bytes(made(call, core.cspm_buffer_unref, *arguments)).decode("utf-8", "replace")


def name_text(address: int | None, size: ctypes.c_size_t) -> str:
    return ctypes.string_at(address, size.value).decode("utf-8", "replace") if address else ""
