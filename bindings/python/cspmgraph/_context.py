"""Context: the limits that everything made from it shares."""
from __future__ import annotations

import ctypes
import threading

from ._bindings import Status, cspm_limits
from ._errors import UsageError
from ._handle import Managed, made
from ._library import core

NAMES = frozenset(name for name, *_ in cspm_limits._fields_ if name not in ("struct_size", "reserved"))


class Context(Managed):
    """Limits on inputs and answers, by the names of cspm_limits: max_memory_bytes, max_input_bytes, max_nodes, max_rows, max_work, …

    0 or None is the library's default, -1 no limit. Hitting one is a LimitError, or a Table that says it is truncated."""

    def __init__(self, **limits: int | None) -> None:
        raw = cspm_limits()
        core.cspm_limits_init(raw, ctypes.sizeof(raw))
        for name, value in limits.items():
            if name not in NAMES:
                raise UsageError(Status.E_INVALID, f"there is no limit {name!r}; there are {', '.join(sorted(NAMES))}")
            if value is None:
                continue
            if isinstance(value, bool) or not isinstance(value, int):
                raise TypeError(f"{name} must be int, not {type(value).__name__}")
            most = (1 << 32) - 1 if name == "threads" else (1 << 64) - 1
            if not -1 <= value <= most:
                raise UsageError(Status.E_INVALID, f"{name} is from -1 to {most}")
            setattr(raw, name, most if value == -1 else value)
        self._handle = made(core.cspm_context_new, core.cspm_context_unref, None, raw)

    @property
    def memory(self) -> int:
        """Bytes held now by everything made from this context."""
        return core.cspm_context_memory(self._need(), None)

    @property
    def peak_memory(self) -> int:
        """The most bytes ever held."""
        peak = ctypes.c_uint64()
        core.cspm_context_memory(self._need(), peak)
        return peak.value

    @property
    def memory_left(self) -> int | None:
        """Bytes until max_memory_bytes; None without such a limit."""
        left = core.cspm_context_memory_left(self._need())
        return None if left == (1 << 64) - 1 else left


_default: Context | None = None
_lock = threading.Lock()


def default_context() -> Context:
    """The one without limits of its own, for calls that are given none."""
    global _default
    with _lock:
        if _default is None:
            _default = Context()
        return _default
