"""Builds the package and, from a source tree, the C library that goes into the wheel beside it.

CSPMGRAPH_LIBRARY=FILE takes that library instead of building one; CSPMGRAPH_LIBRARY=system takes none: the package then loads the system's."""
from __future__ import annotations

import os
import pathlib
import shutil
import subprocess
import sys

from setuptools import setup
from setuptools.command.bdist_wheel import bdist_wheel
from setuptools.command.build_py import build_py

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent.parent
SONAME = "libcspmgraph.so.0"


def from_source() -> bool:
    return (ROOT / "meson.build").exists() and (ROOT / "lib/cspmgraph.map").exists()


def carries_library() -> bool:
    return os.environ.get("CSPMGRAPH_LIBRARY", "") != "system" and (from_source() or bool(os.environ.get("CSPMGRAPH_LIBRARY")))


def compile_library() -> pathlib.Path:
    for tool in ("meson", "ninja"):
        if shutil.which(tool) is None:
            sys.exit(f"{tool} is needed to build libcspmgraph; install it, or set CSPMGRAPH_LIBRARY to a built library, or to 'system'")
    build = ROOT / "build" / "wheel"
    if not (build / "build.ninja").exists():
        subprocess.run(["meson", "setup", str(build), str(ROOT), "-Dtests=false", "-Dexamples=false", "-Dmetrics=false", "-Dwerror=false",
                        "--buildtype=release"], check=True)
    subprocess.run(["ninja", "-C", str(build), f"lib/{SONAME}.1.0"], check=True)
    return build / "lib" / f"{SONAME}.1.0"


class BuildPy(build_py):
    def run(self) -> None:
        super().run()
        target = pathlib.Path(self.build_lib) / "cspmgraph" / SONAME
        target.unlink(missing_ok=True)  # of an earlier build
        if carries_library() and not self.editable_mode:
            named = os.environ.get("CSPMGRAPH_LIBRARY")
            shutil.copyfile(named or compile_library(), target)
            if shutil.which("strip"):
                subprocess.run(["strip", "--strip-unneeded", str(target)], check=True)


class Wheel(bdist_wheel):
    """No compiled extension: any Python 3, but this machine's library."""

    def finalize_options(self) -> None:
        super().finalize_options()
        self.root_is_pure = not carries_library()

    def get_tag(self) -> tuple[str, str, str]:
        platform = super().get_tag()[2]
        return "py3", "none", platform if carries_library() else "any"


setup(cmdclass={"build_py": BuildPy, "bdist_wheel": Wheel})
