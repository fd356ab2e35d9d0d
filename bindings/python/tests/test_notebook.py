"""The example notebook runs from top to bottom, and its cells show what they promise."""
import os
import pathlib
import re
import subprocess
import sys

import pytest

from conftest import ESTATE, ROOT

NOTEBOOK = ROOT / "examples/notebook/estate.ipynb"


@pytest.fixture(scope="module")
def cells(tmp_path_factory):
    for name in ("nbconvert", "ipykernel", "pandas", "polars", "pyarrow", "matplotlib"):
        pytest.importorskip(name)
    import nbformat

    import cspmgraph
    folder = pathlib.Path(os.environ.get("CSPM_NOTEBOOK_OUT") or tmp_path_factory.mktemp("notebook"))
    paths = [str(pathlib.Path(cspmgraph.__file__).parents[1]), os.environ.get("PYTHONPATH", "")]
    environment = {**os.environ, "CSPM_ESTATE": str(ESTATE), "PYTHONPATH": os.pathsep.join(filter(None, paths)), "IPYTHONDIR": str(folder / "ipython"),
                   "JUPYTER_RUNTIME_DIR": str(folder / "runtime")}
    for kind in ("notebook", "html"):  # the second only renders what the first wrote
        source = NOTEBOOK if kind == "notebook" else folder / "run.ipynb"
        run = subprocess.run([sys.executable, "-m", "nbconvert", "--to", kind, *(["--execute"] if kind == "notebook" else []), "--output-dir", folder, "--output", "run", source],
                             capture_output=True, text=True, env=environment, timeout=240)
        assert run.returncode == 0, run.stderr[-4000:]
    document = nbformat.read(folder / "run.ipynb", as_version=4)
    return [cell for cell in document.cells if cell.cell_type == "code"], (folder / "run.html").read_text(encoding="utf-8")


def output(cell, kind):
    for item in cell.outputs:
        if kind == "stream" and item.output_type == "stream" and item.name == "stdout":
            return item.text
        if kind in item.get("data", {}):
            return item["data"][kind]
    raise AssertionError(f"no {kind} output in {cell.source[:60]!r}")


def find(cells, start):
    return next(cell for cell in cells[0] if start in cell.source)


def test_nothing_goes_wrong(cells):
    assert all(item.output_type != "error" and item.get("name") != "stderr" for cell in cells[0] for item in cell.outputs)


def test_the_list_is_ranked(cells):
    html = output(find(cells, "a.paths[:8]"), "text/html")
    scores = [float(score) for score in re.findall(r'text-align:right">(\d+\.\d+)</td>', html)]
    assert html.count("<tr>") == 9 and scores == sorted(scores, reverse=True) and "Critical" in html


def test_pictures(cells):
    assert "<svg" in output(find(cells, "worst = a.paths[0]"), "text/html")
    drawn = output(find(cells, "a.to_svg"), "text/html")
    assert drawn.count("<rect") > 10 and "<script" not in drawn
    assert len(output(find(cells, "barh"), "image/png")) > 5000


def test_the_fix_is_verified_and_the_what_if_shows_less(cells):
    text = output(find(cells, "best.verified"), "stream")
    closed, of = map(int, re.search(r"closes (\d+) of (\d+) paths", text).groups())
    assert 0 < closed <= of
    levels = dict(re.findall(r"'(\w+)': '(\d+ → \d+)'", output(find(cells, "aws-instance-profile-role"), "text/plain")))
    assert set(levels) == {"Critical", "High", "Medium", "Low"}
    before, after = (sum(int(value.split(" → ")[i]) for value in levels.values()) for i in (0, 1))
    assert after < before
    fewer, more = eval(output(find(cells, "our-company"), "text/plain"))
    assert more > fewer


def test_frames(cells):
    assert "riskScore" in find(cells, "owners = g.query").source and "<table" in output(find(cells, "owners = g.query"), "text/html")
    assert "relationships" in output(find(cells, "import polars"), "text/plain")
    assert "<!doctype html" in output(find(cells, "a.to_html()"), "stream").lower()


def test_nothing_is_loaded_from_elsewhere_by_our_outputs(cells):
    for cell in cells[0]:
        for item in cell.outputs:
            html = item.get("data", {}).get("text/html", "")
            assert "src=" not in html and "<script" not in html and "@import" not in html
