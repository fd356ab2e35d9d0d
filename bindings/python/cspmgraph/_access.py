"""Who may do what, decided without a graph."""
from __future__ import annotations

import json
from typing import Any, Mapping, Sequence, Union

from ._context import Context
from ._handle import buffer_text, sized, whole
from ._library import core
from ._operation import Operation, run
from ._query import json_text

Requests = Union[str, Mapping[str, Any], Sequence[Mapping[str, Any]]]


def can_vectors(requests: Requests, name: str = "vectors", timeout: float | None = None, context: Context | None = None) -> list[dict[str, Any]]:
    """Evaluate self-contained AWS requests (doc/access.md): JSON text, one request or a list of them. One {"id", "result"} for each, in their order."""
    context = context or Context()
    text = sized(requests, "requests") if isinstance(requests, str) else (lambda data: (data, len(data)))(
        json_text(dict(requests) if isinstance(requests, Mapping) else list(requests), "requests"))
    op, called = Operation(timeout, context), whole(name, "name")
    lines = run(op, lambda: buffer_text(core.cspm_can_vectors, context._need(), *text, called, op._need()))
    return [json.loads(line) for line in lines.splitlines() if line]
