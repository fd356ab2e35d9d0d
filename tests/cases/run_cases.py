#!/usr/bin/env python3
"""Run tests/cases/*.case through the command; the format is described in run_cases.c. TAP on stdout.

usage: run_cases.py ROOT CASE_DIR COMMAND
"""
import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile

CLOCK = "2025-12-01T00:00:00Z"
EXIT = {"CSPM_E_QUERY": 2, "CSPM_E_INVALID": 2, "CSPM_E_PARSE": 3, "CSPM_E_IO": 3, "CSPM_E_UNRECOGNISED": 3, "CSPM_E_LIMIT": 4}


class Runner:
    def __init__(self, root: pathlib.Path, command: str) -> None:
        self.root, self.command = root, command
        shared = pathlib.Path(os.environ.get("CSPM_SHARED", root.parent / "shared"))
        self.shared = shared if shared.is_dir() else None
        self.tests = self.failed = 0

    def result(self, good: bool, what: str, *notes: str) -> None:
        self.tests += 1
        self.failed += not good
        print(f"{'' if good else 'not '}ok {self.tests} - {what}")
        if not good:
            for note in notes:
                print(f"# {note}")

    def run(self, *arguments: str) -> subprocess.CompletedProcess:
        return subprocess.run([self.command, *arguments, "--now", CLOCK, "--errors", "json"], capture_output=True, text=True, timeout=120)

    def file(self, path: pathlib.Path) -> None:
        sections = []
        for number, line in enumerate(path.read_text(encoding="utf-8").split("\n"), 1):
            if line.startswith("=== "):
                sections.append((line[4:], [], number))
            elif sections:
                sections[-1][1].append(line)
        with tempfile.TemporaryDirectory() as folder:
            Case(self, path.name, sections, pathlib.Path(folder)).run()


class Case:
    def __init__(self, runner: Runner, name: str, sections: list, folder: pathlib.Path) -> None:
        self.runner, self.name, self.sections, self.folder = runner, name, sections, folder
        self.inputs: list[str] = []
        self.flags: list[str] = []
        self.answer: subprocess.CompletedProcess | None = None
        self.kind = ""

    def run(self) -> None:
        for i, (head, body, line) in enumerate(self.sections):
            word, _, rest = head.partition(" ")
            text = "\n".join(body)
            where = f"{self.name}:{line} {word}"
            if word == "input":
                target = self.folder / f"{len(self.inputs)}-{rest or 'input'}"
                target.write_text(text, encoding="utf-8")
                self.inputs.append(str(target))
            elif word == "file":
                if rest.startswith("$SHARED/"):
                    if self.runner.shared is None:
                        self.runner.tests += 1
                        print(f"ok {self.runner.tests} - {self.name} # SKIP no reference data beside this checkout")
                        return
                    self.inputs.append(str(self.runner.shared / rest[8:]))
                else:
                    self.inputs.append(str(self.runner.root / rest))
            elif head == "no-rules":
                self.flags = ["--no-builtin-rules"]
            elif word == "query":
                self.query(text, self.sections[i + 1] if i + 1 < len(self.sections) else None)
            elif word == "analyze":
                self.analyze(body)
            elif word == "params":
                pass
            elif word in ("rows", "paths"):
                self.rows(where, body, rest == "ordered")
            elif word == "error":
                self.error(where, rest.split())
            elif word == "diagnostics":
                self.diagnostics(where, body)
            else:
                self.runner.result(False, f"{where}: unknown section")

    def query(self, text: str, after) -> None:
        arguments = ["query", text.strip("\n"), *self.inputs, *self.flags, "--format", "json"]
        if after and after[0] == "params":
            for key, value in json.loads("\n".join(after[1])).items():
                arguments += ["--param", f"{key}={json.dumps(value)}"]
        self.answer, self.kind = self.runner.run(*arguments), "query"

    def analyze(self, body: list[str]) -> None:
        arguments = ["analyze", *self.inputs, *self.flags, "--format", "json"]
        for line in body:
            word, _, rest = line.partition(" ")
            if word:
                arguments += [f"--{word}", rest] if rest else [f"--{word}"]
        self.answer, self.kind = self.runner.run(*arguments), "analyze"

    def rows(self, where: str, body: list[str], ordered: bool) -> None:
        wanted = [json.loads(line) for line in body if line.strip() and not line.startswith("#")]
        if self.answer is None or self.answer.returncode != 0:
            self.runner.result(False, where, f"exit {self.answer and self.answer.returncode}", (self.answer.stderr if self.answer else "")[:500])
            return
        document = json.loads(self.answer.stdout)
        if self.kind == "query":
            got = document["rows"]
        else:
            got = [[p["entry"]["id"], p["target"]["id"], p["risk_level"], p["length"], p["occurrences"]] for p in document["attack_paths"]]
        if not ordered:
            wanted.sort(key=json.dumps)
            got.sort(key=json.dumps)
        self.runner.result(json.dumps(wanted) == json.dumps(got), where, *[f"expected {json.dumps(r)}" for r in wanted], *[f"got      {json.dumps(r)}" for r in got])

    def error(self, where: str, words: list[str]) -> None:
        if self.answer is None:
            self.answer = self.runner.run("query", "RETURN 1", *self.inputs, *self.flags)
        text, code = self.answer.stderr, self.answer.returncode
        good = code != 0
        for word in words:
            position = re.fullmatch(r"(\d+):(\d+)", word)
            if position:
                good = good and f'"line":{position.group(1)},"column":{position.group(2)}' in text
            else:
                good = good and word in text and EXIT.get(word, code) == code
        self.runner.result(good, where, f"exit {code}", text[:500])
        self.answer = None

    def diagnostics(self, where: str, body: list[str]) -> None:
        answer = self.runner.run("analyze", *self.inputs, *self.flags, "--format", "json", "--no-fixes")
        wanted = sorted(line for line in body if line.strip() and not line.startswith("#"))
        if answer.returncode != 0:
            self.runner.result(False, where, answer.stderr[:500])
            return
        # The analysis has findings of its own (no entry points); a graph's own diagnostics are what the case lists.
        own = {"no-entry-points", "no-targets"} | ({"unknown-kind"} if self.flags else set())
        got = sorted(d["code"] for d in json.loads(answer.stdout)["diagnostics"] if d["code"] not in own)
        self.runner.result(wanted == got, where, f"expected {wanted}", f"got {got}")


def main() -> int:
    runner = Runner(pathlib.Path(sys.argv[1]).resolve(), sys.argv[3])
    for path in sorted(pathlib.Path(sys.argv[2]).glob("*.case")):
        runner.file(path)
    print(f"1..{runner.tests}")
    return runner.failed > 0 or runner.tests == 0


if __name__ == "__main__":
    sys.exit(main())
