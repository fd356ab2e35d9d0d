"""tests/cases/*.case through Python; tests/cases/run_cases.c describes the format."""
import json
import os
import pathlib

import pytest

from conftest import ROOT

CLOCK = "2025-12-01T00:00:00Z"
SHARED = pathlib.Path(os.environ.get("CSPM_SHARED", ROOT.parent / "shared"))


def sections(path):
    found = []
    for number, line in enumerate(path.read_text(encoding="utf-8").split("\n"), 1):
        if line.startswith("=== "):
            found.append((line[4:], [], number))
        elif found:
            found[-1][1].append(line)
    return [(head, "\n".join(body), number) for head, body, number in found]


def listed(body):
    return [line for line in body.split("\n") if line.strip() and not line.startswith("#")]


class Case:
    """The inputs of a file, and the answer to the question asked last."""

    def __init__(self, cg, folder):
        self.cg, self.folder, self.inputs, self.builtin, self.answer, self.graph = cg, folder, [], True, None, None

    def load(self):
        if self.graph is None:
            self.graph = self.cg.load(*self.inputs, builtin_rules=self.builtin) if self.inputs else self.cg.Builder().finish(builtin_rules=self.builtin)
        return self.graph

    def ask(self, call):
        try:
            self.answer = call()
        except self.cg.Error as problem:
            self.answer = problem

    def input(self, rest, body):
        path = self.folder / f"{len(self.inputs)}-{rest or 'input'}"
        path.write_text(body, encoding="utf-8")
        self.inputs.append(path)

    def file(self, rest, body):
        if rest.startswith("$SHARED/") and not SHARED.is_dir():
            pytest.skip("no reference data beside this checkout")
        self.inputs.append(SHARED / rest[8:] if rest.startswith("$SHARED/") else ROOT / rest)

    def query(self, text, params):
        self.ask(lambda: json.loads(self.load().query(text.strip("\n"), params, now=CLOCK).to_json())["rows"])

    def analyze(self, body):
        options = {"entries": [], "targets": [], "fixes": False, "now": CLOCK}
        for line in listed(body):
            word, _, rest = line.partition(" ")
            if word in ("entry", "target"):
                options["entries" if word == "entry" else "targets"].append(rest)
            elif word == "assume-breach":
                options["assume_breach"] = True
            else:
                options[word.replace("-", "_")] = int(rest)
        self.ask(lambda: [[p.entry["id"], p.target["id"], p.risk_level, p.length, p.occurrences] for p in self.load().analyze(**options).paths])

    def rows(self, rest, body):
        assert not isinstance(self.answer, Exception), self.answer
        wanted, got = [json.loads(line) for line in listed(body)], self.answer
        if rest != "ordered":
            wanted, got = sorted(wanted, key=json.dumps), sorted(got, key=json.dumps)
        assert json.dumps(got) == json.dumps(wanted)

    paths = rows

    def error(self, rest, body):
        problem = self.answer
        if not isinstance(problem, self.cg.Error):
            with pytest.raises(self.cg.Error) as caught:
                self.load()
            problem = caught.value
        for word in rest.split():
            if ":" in word:
                assert f"{problem.line}:{problem.column}" == word
            else:
                assert word in json.dumps({**problem.details, "name": problem.name})
        self.answer = None

    def diagnostics(self, rest, body):
        assert sorted(self.load().diagnostics().column("code")) == sorted(listed(body))


@pytest.mark.parametrize("path", sorted((ROOT / "tests/cases").glob("*.case")), ids=lambda path: path.stem)
def test_case(cg, path, tmp_path):
    case, parts, answered = Case(cg, tmp_path), sections(path), 0
    for i, (head, body, line) in enumerate(parts):
        word, _, rest = head.partition(" ")
        if head == "no-rules":
            case.builtin = False
        elif word == "query":
            after = parts[i + 1] if i + 1 < len(parts) else ("", "", 0)
            case.query(body, json.loads(after[1]) if after[0] == "params" else None)
        elif word == "analyze":
            case.analyze(body)
        elif word in ("input", "file", "rows", "paths", "error", "diagnostics"):
            try:
                getattr(case, word)(rest, body)
            except AssertionError as problem:
                raise AssertionError(f"{path.name}:{line} {head}: {problem}") from None
            answered += word not in ("input", "file")
        else:
            assert word == "params", f"{path.name}:{line}: unknown section {word}"
    assert answered
