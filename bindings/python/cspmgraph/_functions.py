"""Python functions that queries call. C holds numbers, never Python objects; what stands behind them is in a dictionary here."""
from __future__ import annotations

import ctypes
import datetime
import inspect
import itertools
import json
from typing import Any, Callable

from . import _bindings as c
from ._bindings import Status
from ._errors import UsageError
from ._handle import Handle, did, sized
from ._library import core
from ._query import INT64

EPOCH = datetime.datetime(1970, 1, 1, tzinfo=datetime.timezone.utc)
_functions: dict[int, Callable[..., Any]] = {}
_numbers = itertools.count(1)


class Opaque:
    """A node, relationship, path or duration in the hands of a function: it may be returned, nothing else."""

    __slots__ = ("_address",)

    def __init__(self, address: int) -> None:
        self._address: int | None = address


def value(address: int | None, opaque: list[Opaque]) -> Any:
    kind = core.cspm_value_type(address)
    size = ctypes.c_size_t()
    if kind == c.CSPM_VALUE_NULL or address is None:
        return None
    if kind == c.CSPM_VALUE_BOOL:
        return bool(core.cspm_value_int(address))
    if kind == c.CSPM_VALUE_INT:
        return core.cspm_value_int(address)
    if kind == c.CSPM_VALUE_FLOAT:
        return core.cspm_value_double(address)
    if kind == c.CSPM_VALUE_STRING:
        return text(core.cspm_value_string(address, size), size)
    if kind == c.CSPM_VALUE_LIST:
        return [value(core.cspm_value_item(address, i), opaque) for i in range(core.cspm_value_count(address))]
    if kind == c.CSPM_VALUE_MAP:
        entries = range(core.cspm_value_count(address))
        return {text(core.cspm_value_key(address, i, size), size): value(core.cspm_value_item(address, i), opaque) for i in entries}
    if kind in (c.CSPM_VALUE_DATE, c.CSPM_VALUE_DATETIME):
        instant = EPOCH + datetime.timedelta(microseconds=core.cspm_value_int(address))
        return instant.date() if kind == c.CSPM_VALUE_DATE else instant
    opaque.append(Opaque(address))
    return opaque[-1]


def text(address: int | None, size: ctypes.c_size_t) -> str:
    return ctypes.string_at(address, size.value).decode("utf-8", "replace") if address else ""


def answer(call: int, result: Any) -> int:
    if result is None:
        return core.cspm_call_return_value(call, None)
    if isinstance(result, bool):
        return core.cspm_call_return_bool(call, int(result))
    if isinstance(result, int):
        if not -INT64 <= result < INT64:
            raise OverflowError("an integer has 64 bits")
        return core.cspm_call_return_int(call, result)
    if isinstance(result, float):
        return core.cspm_call_return_double(call, result)
    if isinstance(result, str):
        return core.cspm_call_return_string(call, *sized(result, "the answer"))
    if isinstance(result, Opaque):
        if result._address is None:
            raise ValueError("a node, relationship or path of another call cannot be returned")
        return core.cspm_call_return_value(call, result._address)
    data = json.dumps(result, ensure_ascii=False, allow_nan=False).encode("utf-8")
    return core.cspm_call_return_json(call, data, len(data))


def _call(user: int, call: int) -> int:
    opaque: list[Opaque] = []
    try:
        arguments = [value(core.cspm_call_arg(call, i), opaque) for i in range(core.cspm_call_arg_count(call))]
        return answer(call, _functions[user](*arguments))
    except BaseException as problem:  # nothing may pass through C
        message = " ".join(f"{type(problem).__name__}: {problem}".split()).encode("utf-8", "replace")
        return core.cspm_call_fail(call, message, len(message))
    finally:
        for item in opaque:
            item._address = None


def _release(user: int, functions: dict[int, Callable[..., Any]] = _functions) -> None:
    functions.pop(user, None)


_callback = ctypes.CFUNCTYPE(ctypes.c_int32, ctypes.c_void_p, ctypes.c_void_p)(_call)
_released = ctypes.CFUNCTYPE(None, ctypes.c_void_p)(_release)


def arity(function: Callable[..., Any]) -> tuple[int, int]:
    """Least and most positional arguments."""
    try:
        parameters = inspect.signature(function).parameters.values()
    except (TypeError, ValueError):
        return 0, 255
    plain = [p for p in parameters if p.kind in (p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD)]
    most = 255 if any(p.kind is p.VAR_POSITIONAL for p in parameters) else len(plain)
    return sum(p.default is p.empty for p in plain), most


def register(language: Handle, name: str, function: Callable[..., Any], min_args: int | None, max_args: int | None, nulls: bool, changes: bool) -> None:
    if not callable(function):
        raise TypeError(f"{name} must be callable, not {type(function).__name__}")
    least, most = arity(function)
    least, most = least if min_args is None else min_args, most if max_args is None else max_args
    if not 0 <= least <= most <= 255:
        raise UsageError(Status.E_INVALID, "a function takes 0 to 255 arguments")
    flags = (c.CSPM_FUNCTION_NULLS if nulls else 0) | (c.CSPM_FUNCTION_CHANGES if changes else 0)
    called = sized(name, "the name of a function")
    number = next(_numbers)
    _functions[number] = function  # taken out by release, also when adding fails
    did(core.cspm_language_add_function, language, *called, least, most, flags, _callback, number, _released)
