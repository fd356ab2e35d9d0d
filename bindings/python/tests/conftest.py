"""Shared graphs, and test results in the Test Anything Protocol for the project's own runner (--tap)."""
import os
import pathlib
import sys

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[3]
ESTATE = ROOT / "examples/data/estate"
SMALL = ROOT / "examples/data/opengraph/estate"


def pytest_addoption(parser):
    parser.addoption("--tap", action="store_true", help="one line of TAP for each test on stdout")


def pytest_configure(config):
    if config.getoption("--tap"):
        config.pluginmanager.unregister(name="terminalreporter")
        config.pluginmanager.register(Tap(), "tap")


class Tap:
    def __init__(self):
        self.count = 0
        self.out = os.fdopen(os.dup(1), "w", encoding="utf-8")

    def line(self, good, name, tail=""):
        self.count += 1
        self.out.write(f"{'' if good else 'not '}ok {self.count} - {name.replace('#', ' ')}{tail}\n")
        self.out.flush()

    def pytest_runtest_logreport(self, report):
        name = report.nodeid.rpartition("/")[2]
        if report.skipped:
            reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else "skipped"
            self.line(True, name, f" # SKIP {reason.removeprefix('Skipped: ')}")
            self.out.write(f"# skipped: {name}: {reason.removeprefix('Skipped: ')}\n")
        elif report.failed or report.when == "call":
            self.line(report.passed, name)
            if report.failed:
                self.out.write("".join(f"# {line}\n" for line in str(report.longrepr).splitlines()[-40:]))

    def pytest_collectreport(self, report):
        if report.failed:
            self.line(False, f"collect {report.nodeid}")
            self.out.write("".join(f"# {line}\n" for line in str(report.longrepr).splitlines()[-20:]))

    def pytest_sessionfinish(self):
        self.out.write(f"1..{self.count}\n")
        self.out.flush()


@pytest.fixture(scope="session")
def cg():
    import cspmgraph
    return cspmgraph


@pytest.fixture(scope="session")
def estate(cg):
    """The sample estate: exports of two accounts and a cluster."""
    return cg.load(ESTATE)


@pytest.fixture(scope="session")
def analysis(estate):
    return estate.analyze(top=50, now="2026-01-01T00:00:00Z")


@pytest.fixture(scope="session")
def graph(cg):
    """The small estate in OpenGraph."""
    return cg.load(SMALL)


@pytest.fixture
def tiny(cg):
    """Three nodes, two of them joined, one with every kind of property."""
    builder = cg.Builder()
    builder.add_node("a", ["Machine"], name="alpha", cores=4, load=1.5, on=True, tags=["x", "y"])
    builder.add_node("b", "Machine", name="beta").add_node("c", "Store", name="gämma")
    builder.add_edge("a", "Reads", "b", since=2020)
    return builder.finish(builtin_rules=False)


@pytest.fixture
def python():
    """An interpreter that imports what this one imports."""
    return [sys.executable, "-X", "faulthandler", "-c"]
