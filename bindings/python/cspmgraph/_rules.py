"""Rule packs."""
from __future__ import annotations

import ctypes
import os
import threading
from typing import Any, Iterable, Union

from ._context import Context, default_context
from ._handle import Handle, Managed, buffer_bytes, buffer_text, check, did, made, sized, whole
from ._library import core
from ._operation import Operation, run
from ._query import path_bytes
from ._table import Table, table_of

Packs = Union[str, "os.PathLike[str]", Iterable[Union[str, "os.PathLike[str]"]], None]
_sealing = threading.Lock()


class Rules(Managed):
    """A set of rule packs: the built-in ones and those of folders or files. Immutable once a graph was made with it."""

    def __init__(self, packs: Packs = None, builtin: bool = True, disable: Iterable[str] = (), context: Context | None = None) -> None:
        self._context = context or default_context()
        self._handle = made(core.cspm_ruleset_new, core.cspm_ruleset_unref, self._context._need())
        if builtin:
            did(core.cspm_ruleset_add_builtin, self._need())
        for pack in [packs] if isinstance(packs, (str, os.PathLike)) else packs or ():
            self.add(pack)
        for name in [disable] if isinstance(disable, str) else disable:
            self.disable(name)

    def add(self, path: str | os.PathLike[str]) -> Rules:
        """Add a pack file, or every *.yaml below a folder. A rule with an id that is there already replaces it."""
        did(core.cspm_ruleset_add_path, self._need(), *path_bytes(path))
        return self

    def add_text(self, yaml: str, source: str = "pack") -> Rules:
        did(core.cspm_ruleset_add_text, self._need(), *sized(yaml, "a pack"), whole(source, "source"))
        return self

    def disable(self, name: str) -> Rules:
        """Switch off one rule, or a whole pack, by id."""
        did(core.cspm_ruleset_disable, self._need(), *sized(name, "a rule's id"))
        return self

    def seal(self) -> Rules:
        """Check everything now instead of at the first use."""
        did(core.cspm_ruleset_seal, self._need())
        return self

    def table(self) -> Table:
        """Every rule in force."""
        return table_of(core.cspm_ruleset_table, None, self._context, self._need())

    def show(self, name: str) -> str:
        """One rule as it stands in its pack."""
        return buffer_text(core.cspm_ruleset_show, self._need(), *sized(name, "a rule's id"))

    def test(self) -> tuple[int, int, str]:
        """Run every rule's own examples: passed, failed, and a line for each failure."""
        handle, operation = self._need(), Operation(_context=self._context)

        def call() -> tuple[int, int, str]:
            passed, failed = ctypes.c_uint32(), ctypes.c_uint32()
            out, error = ctypes.c_void_p(), ctypes.c_void_p()
            check(core.cspm_ruleset_test(handle, operation._need(), passed, failed, out, error), error)
            report = buffer_bytes(Handle(out.value, core.cspm_buffer_unref)).decode("utf-8", "replace")
            return passed.value, failed.value, report
        return run(operation, call)


def applied(rules: Any, builtin: bool, force: Rules) -> Handle | None:
    """The set to apply to an inventory; None when there is nothing to apply."""
    return None if rules is None and not builtin else force._need()


def make_rules(rules: Any, builtin: bool, context: Context) -> Rules:
    """What load() and others take as rules: a set, or packs to add to the built-in ones."""
    made_here = rules if isinstance(rules, Rules) else Rules(rules, builtin, context=context)
    with _sealing:  # threads may share a set that nobody has used yet
        made_here.seal()
    return made_here
