"""Find and load the C library."""
from __future__ import annotations

import ctypes
import ctypes.util
import os
import pathlib
from typing import Iterator

from . import _bindings

HERE = pathlib.Path(__file__).resolve().parent
SONAME = "libcspmgraph.so.0"
METRICS = "libcspmgraph-metrics.so.0"
NEEDS = 100  # 0.1.0: the version whose headers _bindings.py was made from


def checkout() -> Iterator[pathlib.Path]:
    """Libraries that quickstart.sh or run.sh built, the one behind build/cspmgraph first, when this file is in a source tree."""
    root = HERE.parents[2] if len(HERE.parents) > 2 else HERE
    if not (root / "include/cspmgraph/cspmgraph.h").exists():
        return
    builds = [(root / "build/cspmgraph").resolve().parents[2], root / "build/meson", root / "build/tests"]
    for build in dict.fromkeys(builds):
        if (build / "lib" / SONAME).exists():
            yield build / "lib" / SONAME


def candidates() -> Iterator[str]:
    named = os.environ.get("CSPMGRAPH_LIBRARY")
    if named:
        yield named
        return  # whoever names a library wants no other
    if (HERE / SONAME).exists():
        yield str(HERE / SONAME)
    yield from map(str, checkout())
    yield SONAME
    found = ctypes.util.find_library("cspmgraph")  # last: it starts other programs
    if found and found != SONAME:
        yield found


def load() -> tuple[_bindings.Core, str]:
    tried = []
    for name in candidates():
        try:
            library = ctypes.CDLL(name)
            library.cspm_version_number.restype = ctypes.c_uint32
            version = int(library.cspm_version_number())
            if version // 10000 != NEEDS // 10000 or version < NEEDS:
                tried.append(f"{name}: version {version // 10000}.{version // 100 % 100}.{version % 100} does not fit this package")
                continue
            return _bindings.Core(library), name
        except (OSError, AttributeError) as problem:
            tried.append(f"{name}: {problem}")
    raise ImportError("libcspmgraph cannot be loaded; set CSPMGRAPH_LIBRARY to its path, or build it (./examples/quickstart.sh). Tried:\n  " + "\n  ".join(tried))


def load_metrics() -> _bindings.Metrics | None:
    """The library of measures and layouts beside the core, or where the system has it; None without."""
    folder = pathlib.Path(path).parent
    places = [folder / METRICS, folder.parent / "lib-metrics" / METRICS] if os.sep in path else []
    for name in [*(str(place) for place in places if place.exists()), METRICS]:
        try:
            return _bindings.Metrics(ctypes.CDLL(name))
        except (OSError, AttributeError):
            continue
    return None


core, path = load()
