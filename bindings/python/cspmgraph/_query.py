"""Queries: parameters, a host's language, compile and run."""
from __future__ import annotations

import ctypes
import json
import os
from collections.abc import Mapping
from typing import Any, Callable, Iterable

from . import _bindings as c
from ._bindings import Status
from ._context import Context, default_context
from ._errors import UsageError
from ._handle import Handle, Managed, buffer_text, did, made, sized, utf8
from ._library import core

LANGUAGES = {"graph": c.CSPM_LANG_GRAPH, "pipe": c.CSPM_LANG_PIPE}
INT64 = 1 << 63
Params = Mapping[str, Any]


def json_text(value: Any, what: str) -> bytes:
    try:
        return utf8(json.dumps(value, ensure_ascii=False, allow_nan=False), what)
    except (TypeError, RecursionError) as problem:
        raise TypeError(f"{what} is nothing JSON can hold: {problem}") from None
    except ValueError as problem:
        if isinstance(problem, UsageError):
            raise
        raise UsageError(Status.E_INVALID, f"{what} is nothing JSON can hold: {problem}") from None


def make_params(context: Context, params: Params | None, rules: Handle | None = None) -> Handle | None:
    if params is not None and not isinstance(params, Mapping):
        raise TypeError(f"params must be a mapping of names to values, not {type(params).__name__}")
    if not params and rules is None:
        return None
    handle = made(core.cspm_params_new, core.cspm_params_free, context._need())
    if rules is not None:
        did(core.cspm_params_set_rules, handle, rules)
    for name, value in (params or {}).items():
        if not isinstance(name, str):
            raise TypeError(f"a parameter's name must be str, not {type(name).__name__}")
        key = sized(name[1:] if name.startswith("$") else name, "a parameter's name")
        set_param(handle, name, key, value)
    return handle


def set_param(handle: Handle, name: str, key: tuple[bytes, int], value: Any) -> None:
    if isinstance(value, bool):
        did(core.cspm_params_set_bool, handle, *key, int(value))
    elif isinstance(value, int):
        if not -INT64 <= value < INT64:
            raise UsageError(Status.E_INVALID, f"parameter {name}: an integer has 64 bits")
        did(core.cspm_params_set_int, handle, *key, int(value))
    elif isinstance(value, float):
        did(core.cspm_params_set_double, handle, *key, value)
    elif isinstance(value, str):
        did(core.cspm_params_set_string, handle, *key, *sized(value, f"parameter {name}"))
    else:
        item = getattr(value, "tolist", None)  # numpy's scalars and arrays
        plain = item() if callable(item) else value
        text = json_text(list(plain) if isinstance(plain, (tuple, set, frozenset)) else plain, f"parameter {name}")
        did(core.cspm_params_set_json, handle, *key, text, len(text))


class Language(Managed):
    """What a host adds to the query language, and what it hides from queries.

    types: names of sets and the relationship kinds each stands for; search_regex: `=~` finds its pattern anywhere; label or property=(KEY, VALUE):
    queries see only nodes of this tenant, whatever their text says; functions: Python functions that queries may call by these names."""

    def __init__(self, types: Mapping[str, Iterable[str]] | None = None, search_regex: bool = False, label: str | None = None,
                 property: tuple[str, str] | None = None, functions: Mapping[str, Callable[..., Any]] | None = None,
                 context: Context | None = None) -> None:
        self._handle = made(core.cspm_language_new, core.cspm_language_free, (context or default_context())._need())
        for name, kinds in (types or {}).items():
            if isinstance(kinds, str):
                raise TypeError(f"the kinds of {name} must be a list of names")
            for kind in kinds:
                did(core.cspm_language_add_type, self._need(), *sized(name, "the name of a set"), *sized(kind, "a relationship kind"))
        if search_regex:
            core.cspm_language_search_regex(self._need(), 1)
        if label is not None:
            did(core.cspm_language_restrict_label, self._need(), *sized(label, "label"))
        if property is not None:
            key, value = property
            did(core.cspm_language_restrict_property, self._need(), *sized(key, "the property's key"), *sized(value, "the property's value"))
        for name, function in (functions or {}).items():
            self.add_function(name, function)

    def add_function(self, name: str, function: Callable[..., Any], min_args: int | None = None, max_args: int | None = None, nulls: bool = False,
                     changes: bool = False) -> Language:
        """Let queries call a Python function. It is given plain values and returns one; what it raises ends the query with its message.

        The numbers of arguments are taken from the function's signature. nulls: it is called with None too, otherwise one null argument makes the
        answer null. changes: equal arguments may get different answers. Nodes, relationships and paths arrive as opaque objects that may only be
        returned: pass elementId(n) or properties(n) instead."""
        from ._functions import register
        register(self._need(), name, function, min_args, max_args, nulls, changes)
        return self


def explorer_query(link: str, context: Context | None = None) -> str:
    """The query that a share link of Microsoft's Cloud Security Explorer, or the JSON in it, stands for, in the graph language."""
    return buffer_text(core.cspm_explorer_query, (context or default_context())._need(), *sized(link, "link"))


class Query(Managed):
    """A checked query; it runs on any graph of any context, from any thread."""

    def __init__(self, text: str, lang: str = "graph", language: Language | None = None, context: Context | None = None) -> None:
        context = context or default_context()
        if lang == "explorer":
            text, lang = explorer_query(text, context), "graph"
        if lang not in LANGUAGES:
            raise UsageError(Status.E_INVALID, f"lang is graph, pipe or explorer; {lang!r} is not")
        if language is not None and not isinstance(language, Language):
            raise TypeError(f"language must be a Language, not {type(language).__name__}")
        data = sized(text, "a query")
        if language is None:
            self._handle = made(core.cspm_query_compile, core.cspm_query_unref, context._need(), *data, LANGUAGES[lang])
        else:
            self._handle = made(core.cspm_query_compile_with, core.cspm_query_unref, context._need(), language._need(), *data, LANGUAGES[lang])
        self.text = text

    def reads(self, key: str) -> bool:
        """Whether the text reads a property by this name."""
        return bool(core.cspm_query_reads(self._need(), *sized(key, "key")))

    @property
    def reads_risk(self) -> bool:
        return any(self.reads(key) for key in ("riskScore", "riskLevel", "attackPaths"))

    @property
    def warnings(self) -> list[str]:
        handle, size = self._need(), ctypes.c_size_t()
        found = []
        for i in range(core.cspm_query_warning_count(handle)):
            address = core.cspm_query_warning(handle, i, size)
            found.append(ctypes.string_at(address, size.value).decode("utf-8", "replace") if address else "")
        return found

    def __repr__(self) -> str:
        return f"<Query {self.text!r}>"


def run_options(max_rows: int | None, max_work: int | None, max_memory: int | None, now: Any, batch_rows: int = 0) -> c.cspm_run_options:
    options = c.cspm_run_options()
    core.cspm_run_options_init(options, ctypes.sizeof(options))
    options.batch_rows = batch_rows
    for name, value in (("max_rows", max_rows), ("max_work", max_work), ("max_memory_bytes", max_memory)):
        if value is not None:
            setattr(options, name, amount(value, name))
    if now is not None:
        options.now_us = microseconds(now)
    return options


def amount(value: int, name: str, most: int = (1 << 64) - 1) -> int:
    if isinstance(value, bool) or not isinstance(value, int):
        raise TypeError(f"{name} must be int, not {type(value).__name__}")
    if not 0 <= value <= most:
        raise UsageError(Status.E_INVALID, f"{name} is from 0 to {most}")
    return value


def microseconds(now: Any) -> int:
    """A clock as datetime or RFC 3339 text."""
    import datetime
    if isinstance(now, str):
        try:
            now = datetime.datetime.fromisoformat(now[:-1] + "+00:00" if now.endswith(("Z", "z")) else now)
        except ValueError as problem:
            raise UsageError(Status.E_INVALID, f"now: {problem}") from None
    if not isinstance(now, datetime.datetime):
        raise TypeError(f"now must be datetime or RFC 3339 text, not {type(now).__name__}")
    if now.tzinfo is None:
        now = now.replace(tzinfo=datetime.timezone.utc)
    since: datetime.timedelta = now - datetime.datetime(1970, 1, 1, tzinfo=datetime.timezone.utc)
    return since // datetime.timedelta(microseconds=1)


def path_bytes(path: str | os.PathLike[str] | bytes) -> tuple[bytes, int]:
    data = os.fsencode(path)  # TypeError for what is no path
    if b"\0" in data:
        raise UsageError(Status.E_INVALID, "a path holds no NUL character")
    return data, len(data)
