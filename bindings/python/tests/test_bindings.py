"""The bindings are complete and what the generator writes; the package says where the library is, or why it is not."""
import importlib.util
import os
import pathlib
import re
import shutil
import subprocess
import sys
import textwrap

import pytest

from conftest import ROOT, SMALL

PACKAGE = ROOT / "bindings/python/cspmgraph"


def functions(path):
    return set(re.findall(r"^\s*(cspm_[a-z0-9_]+);", (ROOT / path).read_text(), flags=re.M))


def test_every_function_of_the_maps_is_bound():
    from cspmgraph import _bindings
    assert set(_bindings.CORE) == functions("lib/cspmgraph.map")
    assert set(_bindings.METRICS) == functions("lib-metrics/cspmgraph-metrics.map")


def test_generating_again_changes_nothing():
    pytest.importorskip("pycparser")
    run = subprocess.run([sys.executable, ROOT / "bindings/python/tools/generate.py", ROOT / "include"], capture_output=True, text=True)
    assert run.returncode == 0, run.stderr
    assert run.stdout == (PACKAGE / "_bindings.py").read_text(), "run bindings/python/tools/generate.py include -o bindings/python/cspmgraph/_bindings.py"


def run_python(code, **environment):
    clean = {key: value for key, value in os.environ.items() if key not in ("CSPMGRAPH_LIBRARY", "LD_LIBRARY_PATH")}
    clean.update({"PYTHONPATH": str(pathlib.Path(importlib.util.find_spec("cspmgraph").origin).parents[1]), **environment})
    return subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, env=clean, cwd="/", timeout=60)


def test_a_missing_library_is_explained(tmp_path):
    run = run_python("import cspmgraph", CSPMGRAPH_LIBRARY=str(tmp_path / "none.so"))
    assert run.returncode == 1 and "ImportError: libcspmgraph cannot be loaded" in run.stderr and str(tmp_path / "none.so") in run.stderr
    (tmp_path / "bad.so").write_text("rubbish")
    run = run_python("import cspmgraph", CSPMGRAPH_LIBRARY=str(tmp_path / "bad.so"))
    assert "ImportError" in run.stderr and "Tried:" in run.stderr


def test_another_library_is_refused(tmp_path):
    """A library without the functions of this version is named, not used."""
    import _ctypes
    run = run_python("import cspmgraph", CSPMGRAPH_LIBRARY=_ctypes.__file__)
    assert "ImportError: libcspmgraph cannot be loaded" in run.stderr


def test_a_library_of_another_version_is_refused(tmp_path):
    if shutil.which("cc") is None:
        pytest.skip("no C compiler")
    source = tmp_path / "x.c"
    source.write_text("unsigned cspm_version_number(void) { return 10000; }")
    subprocess.run(["cc", "-shared", "-fPIC", "-o", tmp_path / "x.so", source], check=True)
    run = run_python("import cspmgraph", CSPMGRAPH_LIBRARY=str(tmp_path / "x.so"))
    assert "version 1.0.0 does not fit this package" in run.stderr


def test_the_checkout_is_found_without_an_install(cg, tmp_path):
    """A copy of the package in a tree with a build folder, as quickstart.sh leaves it."""
    from cspmgraph import _library
    tree = tmp_path / "tree"
    shutil.copytree(PACKAGE, tree / "bindings/python/cspmgraph", ignore=shutil.ignore_patterns("__pycache__", "*.so*"))
    (tree / "include/cspmgraph").mkdir(parents=True)
    shutil.copy(ROOT / "include/cspmgraph/cspmgraph.h", tree / "include/cspmgraph")
    for build in ("meson", "tests"):
        (tree / "build" / build / "lib").mkdir(parents=True)
        (tree / "build" / build / "examples/cli").mkdir(parents=True)
        (tree / "build" / build / "examples/cli/cspmgraph").touch()
        shutil.copy(_library.path, tree / "build" / build / "lib/libcspmgraph.so.0")
    for build in ("tests", "meson"):  # the command that was built last shows which one
        link = tree / "build/cspmgraph"
        link.unlink(missing_ok=True)
        link.symlink_to(f"{build}/examples/cli/cspmgraph")
        run = run_python("import cspmgraph as cg; print(cg.library_path())", PYTHONPATH=str(tree / "bindings/python"))
        assert run.stdout.strip() == str(tree / "build" / build / "lib/libcspmgraph.so.0"), run.stderr
    beside = tree / "bindings/python/cspmgraph/libcspmgraph.so.0"  # as a wheel has it
    shutil.copy(_library.path, beside)
    run = run_python("import cspmgraph as cg; print(cg.library_path())", PYTHONPATH=str(tree / "bindings/python"))
    assert run.stdout.strip() == str(beside)


def test_importing_needs_nothing_else(cg):
    """No third-party package is imported, and none is missed, until it is asked for."""
    from cspmgraph import _library
    code = f"import sys, cspmgraph as cg; g = cg.load({str(SMALL)!r}); g.analyze(top=3)._repr_html_(); g.query('MATCH (n) RETURN n').to_dicts(); " \
           "print(sorted(m for m in sys.modules if m in ('numpy', 'pandas', 'pyarrow', 'polars', 'networkx', 'igraph', 'tqdm', 'IPython')))"
    run = run_python(code, CSPMGRAPH_LIBRARY=str(pathlib.Path(_library.path)))
    assert run.stdout == "[]\n" and run.stderr == ""


def test_every_public_name_has_words(cg):
    for name in cg.__all__:
        thing = getattr(cg, name)
        assert getattr(thing, "__doc__", None), name


def test_nothing_is_printed_but_a_bar_that_was_asked_for():
    from cspmgraph import _library
    code = textwrap.dedent("""
        import cspmgraph as cg
        g = cg.Builder().add_node("a").finish(builtin_rules=False)
        query = "UNWIND range(1, 100000000000) AS i WITH i WHERE i % 2 = 3 RETURN count(i)"
        for progress in (None, False, True):
            try: g.query(query, max_work=(1 << 64) - 1, timeout=1.2, progress=progress)
            except cg.LimitError: pass
            import sys; print("|", file=sys.stderr, flush=True)
        """)
    run = run_python(code, CSPMGRAPH_LIBRARY=str(_library.path))
    quiet, off, asked = run.stderr.split("|")[:3]
    assert run.stdout == quiet.strip() == off.strip() == "" and asked.strip(), run.stderr
