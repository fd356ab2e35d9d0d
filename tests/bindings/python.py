#!/usr/bin/env python3
"""The Python package in a virtual environment of its own: installed as users install it, tested, type-checked, its notebook run. TAP on stdout.

usage: python.py ROOT LIBRARY [COMMAND]

The environment is kept in build/venv-python (CSPM_VENV names another place) and made again when it does not work. Packages come by name from the
configured registry; without one, what the system's Python has is used and the rest is skipped, saying so.
"""
import os
import pathlib
import re
import subprocess
import sys
import time
import venv

TESTERS = ["pytest", "mypy", "ruff", "pycparser", "setuptools>=70.1"]
PEERS = ["pandas", "pyarrow", "polars", "duckdb", "networkx", "igraph", "matplotlib", "nbconvert", "ipykernel", "tqdm"]


class Suite:
    def __init__(self, root: pathlib.Path, library: str, command: str) -> None:
        self.root, self.library = root, library
        self.package = root / "bindings/python"
        self.home = pathlib.Path(os.environ.get("CSPM_VENV", root / "build/venv-python"))
        self.python = self.home / "bin/python"
        self.count = self.failed = 0
        self.environment = {**os.environ, "CSPMGRAPH_LIBRARY": library, "CSPMGRAPH_COMMAND": command, "PYTHONDONTWRITEBYTECODE": "1", "PIP_DISABLE_PIP_VERSION_CHECK": "1",
                            "MPLCONFIGDIR": str(self.home / "matplotlib")}
        self.environment.pop("PYTHONPATH", None)

    def result(self, good: bool, name: str, text: str = "") -> bool:
        self.count += 1
        self.failed += not good
        print(f"{'' if good else 'not '}ok {self.count} - {name}", flush=True)
        if not good:
            print("".join(f"# {line}\n" for line in text.splitlines()[-40:]), end="", flush=True)
        return good

    def skip(self, name: str, why: str) -> None:
        self.count += 1
        print(f"ok {self.count} - {name} # SKIP {why}\n# skipped: {name}: {why}", flush=True)

    @staticmethod
    def nothing(why: str) -> None:
        print(f"# skipped: {why}\n1..0 # SKIP {why}", flush=True)

    def run(self, *arguments: object, **more: object) -> subprocess.CompletedProcess:
        environment = {**self.environment, **more.pop("env", {})}  # type: ignore[dict-item]
        return subprocess.run([str(a) for a in arguments], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, env=environment, **more)

    def has(self, *modules: str) -> bool:
        return self.python.exists() and self.run(self.python, "-c", "import " + ", ".join(modules)).returncode == 0

    def prepare(self) -> bool:
        """An environment with everything, or as much of it as can be had."""
        if self.has("pytest", "mypy", "ruff", "pycparser", *PEERS):
            return True
        try:
            venv.create(self.home, with_pip=True, clear=True)
        except (OSError, subprocess.CalledProcessError) as problem:
            self.nothing(f"a virtual environment cannot be made ({problem}); python3-venv is needed")
            return False
        for packages in (TESTERS, PEERS):
            run = self.run(self.python, "-m", "pip", "install", "-q", *packages)
            if run.returncode:
                why = "the Python package registry cannot be reached"
                if packages is TESTERS:
                    self.nothing(why)
                    return False
                self.skip("frames, graphs and the notebook", why)
        return True

    def install(self) -> None:
        """The wheel that carries the library, into an environment with nothing else in it, and from there the same answer."""
        clean = self.home.with_name(self.home.name + "-clean")
        venv.create(clean, with_pip=True, clear=True)
        begun = time.monotonic()
        run = self.run(clean / "bin/python", "-m", "pip", "install", "-q", self.package)
        if not self.result(run.returncode == 0, f"pip install ./bindings/python ({time.monotonic() - begun:.0f} s)", run.stdout):
            return
        code = f"import cspmgraph as cg; g = cg.load({str(self.root / 'examples/data/opengraph/estate')!r}); print(len(g.analyze().paths) > 0, cg.library_path())"
        run = self.run(clean / "bin/python", "-c", code, cwd="/", env={"CSPMGRAPH_LIBRARY": ""})
        self.result(run.stdout.startswith(f"True {clean}"), "the installed wheel carries its library", run.stdout)
        run = self.run(clean / "bin/python", "-m", "pip", "install", "-q", "--force-reinstall", self.package, env={"CSPMGRAPH_LIBRARY": "system"})
        self.result(run.returncode == 0 and not list(clean.glob("lib/python*/site-packages/cspmgraph/*.so*")), "installed for a system's library it carries none", run.stdout)
        run = self.run(clean / "bin/python", "-c", code, cwd="/", env={"CSPMGRAPH_LIBRARY": "", "LD_LIBRARY_PATH": str(pathlib.Path(self.library).parent)})
        self.result(run.stdout.startswith("True libcspmgraph.so.0"), "and finds the system's by its soname", run.stdout)

    def pytest(self) -> None:
        site = self.run(self.python, "-m", "pip", "install", "-q", "--no-build-isolation", "--no-deps", "--force-reinstall", self.package)
        if not self.result(site.returncode == 0, "install beside the test tools", site.stdout):
            return
        run = self.run(self.python, "-m", "pytest", "--tap", "-p", "no:cacheprovider", "--rootdir", self.package, self.package / "tests", cwd="/")
        lines = run.stdout.splitlines()
        seen = 0
        for line in lines:
            found = re.match(r"(not )?ok \d+ - (.*)", line)
            if found:
                seen += 1
                self.count += 1
                self.failed += bool(found.group(1))
                print(f"{found.group(1) or ''}ok {self.count} - {found.group(2)}")
            elif line.startswith("# "):
                print(line)
        if not seen or run.returncode not in (0, 1):
            self.result(False, "pytest runs to its end", run.stdout)

    def lint(self) -> None:
        run = self.run(self.python, "-m", "mypy", "--strict", "--config-file", self.package / "pyproject.toml", "--cache-dir", self.home / "mypy", cwd=self.package)
        self.result(run.returncode == 0, "mypy --strict", run.stdout)
        run = self.run(self.python, "-m", "ruff", "check", "--no-cache", "-q", self.package, cwd=self.package)
        self.result(run.returncode == 0, "ruff", run.stdout)

    def all(self) -> int:
        if not self.prepare():
            return 0
        self.install()
        self.pytest()
        self.lint()
        print(f"1..{self.count}")
        return self.failed > 0


if __name__ == "__main__":
    sys.exit(Suite(pathlib.Path(sys.argv[1]).resolve(), str(pathlib.Path(sys.argv[2]).resolve()), sys.argv[3] if len(sys.argv) > 3 else "").all())
