"""What the library is and can read and write."""
from __future__ import annotations

from typing import NamedTuple

from . import _library
from ._library import core


class Dialect(NamedTuple):
    name: str
    title: str
    recognised: str


def library_version() -> str:
    """Version of the C library, "major.minor.patch"."""
    return (core.cspm_version_string() or b"").decode()


def library_path() -> str:
    """Where the library was found."""
    return _library.path


def formats() -> list[Dialect]:
    """Input dialects, and how each is told from its content."""
    return [Dialect(*((text or b"").decode() for text in (core.cspm_dialect_name(i), core.cspm_dialect_title(i), core.cspm_dialect_recognised(i))))
            for i in range(core.cspm_dialect_count())]


def export_formats(analysis: bool = False) -> list[str]:
    """Names that Graph.export(), or Analysis.export(), takes."""
    names: list[str] = []
    while True:
        name = core.cspm_export_format(int(analysis), len(names))
        if name is None:
            return names
        names.append(name.decode())
