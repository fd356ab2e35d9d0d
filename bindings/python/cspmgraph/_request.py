"""What an analysis or a search is asked for."""
from __future__ import annotations

import ctypes
import re
from typing import Any, Iterable, Union

from . import _bindings as c
from ._context import Context
from ._handle import Handle, did, made, sized
from ._library import core
from ._query import amount, microseconds
from ._values import Node

Ends = Union[str, Node, Iterable[Union[str, Node]], None]
QUERY = re.compile(r"\s*(MATCH|OPTIONAL|WITH|UNWIND|CALL|RETURN)\b[\s({*]", re.I)
UINT32 = (1 << 32) - 1


def make_request(context: Context, *, top: int | None = None, max_length: int | None = None, max_fixes: int | None = None, assume_breach: bool = False,
                 exclude_conditional: bool = False, fixes: bool = True, now: Any = None, max_work: int | None = None, max_paths: int | None = None) -> Handle:
    options = c.cspm_request_options()
    core.cspm_request_options_init(options, ctypes.sizeof(options))
    options.flags = ((c.CSPM_REQUEST_ASSUME_BREACH if assume_breach else 0) | (c.CSPM_REQUEST_EXCLUDE_CONDITIONAL if exclude_conditional else 0)
                     | (0 if fixes else c.CSPM_REQUEST_NO_FIXES))
    for name, value in (("top", top), ("max_length", max_length), ("max_fixes", max_fixes)):
        if value is not None:
            setattr(options, name, amount(value, name, UINT32))
    for name, value in (("max_work", max_work), ("max_paths", max_paths)):
        if value is not None:
            setattr(options, name, amount(value, name))
    if now is not None:
        options.now_us = microseconds(now)
    return made(core.cspm_request_new, core.cspm_request_free, context._need(), options)


def is_query(text: str) -> bool:
    return QUERY.match(text) is not None


def add_ends(request: Handle, which: int, ends: Ends, what: str) -> None:
    """Add ids, "label:NAME", nodes or queries that return one column of nodes."""
    for end in [ends] if isinstance(ends, (str, Node)) else ends or ():
        if isinstance(end, Node):
            end = end.id
        elif isinstance(end, str) and is_query(end):
            did(core.cspm_request_add_query, request, which, *sized(end, what))
            continue
        did(core.cspm_request_add_id, request, which, *sized(end, what))


def shape(request: Handle, weight: str | None, exclude_kinds: Iterable[str] = ()) -> None:
    did(core.cspm_request_set_weight, request, *sized("" if weight is None or weight == "hops" else weight, "weight"))
    for kind in [exclude_kinds] if isinstance(exclude_kinds, str) else exclude_kinds:
        did(core.cspm_request_exclude_kind, request, *sized(kind, "a relationship kind"))
