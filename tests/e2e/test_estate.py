#!/usr/bin/env python3
"""The sample estate, whole: every planted path is found and none of the look-alikes, risk ranks as promised, and the answer is the same however the
input is cut and ordered. TAP on stdout.

usage: test_estate.py ROOT COMMAND
"""
import collections
import functools
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import traceback

ROOT = pathlib.Path(sys.argv[1]).resolve()
COMMAND = sys.argv[2]
ESTATE = ROOT / "examples" / "data" / "estate"
RISK = ROOT / "examples" / "data" / "risk"
EXPECTED = json.loads((ESTATE / "expected.json").read_text())
NOT_INPUT = {"EXPECTED.md", "expected.json"}
NOW = ("--now", "2026-11-22T12:00:00Z")


def run(*arguments, code=0) -> str:
    done = subprocess.run([COMMAND, *map(str, arguments)], capture_output=True, timeout=240)
    assert done.returncode == code, f"exit {done.returncode}, wanted {code}: {arguments}\n{done.stderr.decode()[:800]}"
    return done.stdout.decode()


@functools.lru_cache(maxsize=None)
def report(*inputs, flags=()) -> dict:
    return json.loads(run("analyze", *inputs, *NOW, "--top", "100000", "--format", "json", *flags))


def paths(analysis) -> dict:
    found = collections.defaultdict(list)
    for path in analysis["attack_paths"]:
        found[path["entry"]["id"], path["target"]["id"]].append(path)
    return found


def test_every_planted_path_is_found(folder):
    found = paths(report(ESTATE))
    missing = [f"{p['number']}: {p['entry']} -> {p['target']}" for p in EXPECTED["attack_paths"] if (p["entry"], p["target"]) not in found]
    assert not missing, "not found:\n" + "\n".join(missing)
    for planted in EXPECTED["attack_paths"]:
        types = [p["type"] for p in found[planted["entry"], planted["target"]]]
        assert planted["type"] in types, (planted, types)


def test_no_look_alike_is_found(folder):
    found = paths(report(ESTATE))
    entries = {entry for entry, _ in found}
    wrong = [p for p in EXPECTED["not_paths"] if (p["entry"] in entries if p["target"] is None else (p["entry"], p["target"]) in found)]
    assert not wrong, "found, and should not be:\n" + "\n".join(map(str, wrong))
    # What is expected not to be a path has to be in the graph, or its absence says nothing.
    known = {row[0] for row in json.loads(run("query", "MATCH (n) RETURN elementId(n)", ESTATE, "--format", "json", "--quiet"))["rows"]}
    for p in EXPECTED["not_paths"] + EXPECTED["attack_paths"]:
        assert p["entry"] in known and (p["target"] is None or p["target"] in known), p


def test_paths_are_explained(folder):
    analysis = report(ESTATE)
    assert analysis["summary"]["attack_paths"] == len(analysis["attack_paths"]) and analysis["truncated"] is None
    for path in analysis["attack_paths"]:
        at = (path["entry"]["id"], path["target"]["id"])
        assert path["steps"][0]["from"] == "internet" and path["steps"][-1]["to"] == path["target"]["id"], at
        assert path["story"] and path["potential_impact"] and path["manual_remediation"] and path["risk_categories"] and path["risk_factors"], at
        text = json.dumps([path["title"], path["description"], path["story"], path["potential_impact"], path["manual_remediation"]])
        assert "{{" not in text, (at, text)
        assert any(r["breaks_path"] for r in path["recommendations"]), at
        assert all(step["evidence"] for step in path["steps"]), (at, [s["kind"] for s in path["steps"] if not s["evidence"]])
    assert analysis["fixes"] and all(fix["verified"] for fix in analysis["fixes"])


def test_the_estate_loads_without_a_complaint(folder):
    vendor = "222200003333"  # the account of another organisation is referred to, and nobody can export it
    complaints = [d for d in report(ESTATE)["diagnostics"] if pathlib.Path(d["source"] or "").name not in NOT_INPUT and vendor not in d["message"]]
    assert not complaints, "\n".join(f"{d['source']}:{d['line']}: {d['code']}: {d['message']}" for d in complaints)


# ---- however the input is cut ----

def inputs_of(estate):
    return [p for p in sorted(estate.rglob("*")) if p.is_file() and p.name not in NOT_INPUT]


def parts(content):
    """The same answers, one item a file."""
    if isinstance(content, list):
        return [[item] for item in content]
    if content.get("kind") == "List":
        return list(content["items"])
    if any("." in key for key in content):
        caller = {k: v for k, v in content.items() if k == "sts.get-caller-identity"}
        out = []
        for key, value in content.items():
            if key not in caller:
                out += [{**caller, key: piece} for piece in (parts(value) if isinstance(value, (dict, list)) else [value])]
        return out
    lists = [k for k, v in content.items() if isinstance(v, list) and v and isinstance(v[0], dict)]
    if not lists or "matches" in content or "Results" in content or "catalogVersion" in content:
        return [content]
    empty = {k: ([] if isinstance(v, list) else v) for k, v in content.items()}
    return [{**empty, key: [item]} for key in lists for item in content[key]]


def cut_up(estate, into):
    for path in inputs_of(estate):
        at = into / path.relative_to(estate).parent
        at.mkdir(parents=True, exist_ok=True)
        if path.suffix != ".json":
            (at / path.name).write_bytes(path.read_bytes())
            continue
        for number, piece in enumerate(parts(json.loads(path.read_text()))):
            (at / f"{path.stem}-{number:03}.json").write_text(json.dumps(piece))


def put_together(estate, into):
    """kubectl's lists in one; the answers of a folder as one inventory; the rest as it is."""
    lists, answers = collections.defaultdict(list), collections.defaultdict(dict)
    for path in inputs_of(estate):
        at = path.relative_to(estate)
        content = json.loads(path.read_text()) if path.suffix == ".json" else None
        if isinstance(content, dict) and content.get("kind") == "List":
            lists[at.parent] += content["items"]
        elif isinstance(content, dict) and len(at.parts) == 4 and at.parts[1].startswith("eu-"):
            answers[pathlib.Path(*at.parts[:2])].update(content if any("." in key for key in content) else {f"{at.parts[2]}.{at.stem}": content})
        else:
            (into / at).parent.mkdir(parents=True, exist_ok=True)
            (into / at).write_bytes(path.read_bytes())
    for at, items in lists.items():
        (into / at).mkdir(parents=True, exist_ok=True)
        (into / at / "all.json").write_text(json.dumps({"apiVersion": "v1", "kind": "List", "items": items}))
    for at, merged in answers.items():
        (into / at).mkdir(parents=True, exist_ok=True)
        (into / at / "inventory.json").write_text(json.dumps(merged))


def plain(analysis):
    """Without the names and lines of files."""
    def strip(value):
        if isinstance(value, dict):
            return {k: strip(v) for k, v in value.items() if k not in ("source", "diagnostics", "line")}
        return [strip(v) for v in value] if isinstance(value, list) else value
    return strip(analysis)


def differ(a, b, at=""):
    """Where two answers part, for the message."""
    if isinstance(a, dict) and isinstance(b, dict):
        for key in sorted(set(a) | set(b)):
            if a.get(key) != b.get(key):
                return differ(a.get(key), b.get(key), f"{at}.{key}")
    if isinstance(a, list) and isinstance(b, list):
        for i, (x, y) in enumerate(zip(a, b)):
            if x != y:
                return differ(x, y, f"{at}[{i}]")
    return f"{at}: {str(a)[:300]} / {str(b)[:300]}"


def test_same_bytes_in_every_run_and_order(folder):
    first = run("analyze", ESTATE, *NOW, "--format", "json")
    assert run("analyze", ESTATE, *NOW, "--format", "json") == first, "another run"
    graph = run("export", ESTATE, "--format", "ndjson", "--quiet")
    tops = sorted(p for p in ESTATE.iterdir() if p.name not in NOT_INPUT)
    forwards, backwards = run("export", *tops, "--format", "ndjson", "--quiet"), run("export", *reversed(tops), "--format", "ndjson", "--quiet")
    assert forwards == backwards, "the order of the inputs"
    assert graph
    assert plain(json.loads(run("analyze", *tops, *NOW, "--format", "json"))) == plain(json.loads(run("analyze", *reversed(tops), *NOW, "--format", "json")))


def same_answer(folder, change):
    change(ESTATE, folder)
    whole, other = run("export", ESTATE, "--format", "ndjson", "--quiet"), run("export", folder, "--format", "ndjson", "--quiet")
    if whole != other:
        a, b = set(whole.splitlines()), set(other.splitlines())
        raise AssertionError("another graph:\n" + "\n".join(f"{sign} {line[:400]}" for sign, lines in (("-", a - b), ("+", b - a)) for line in sorted(lines)[:6]))
    here, there = plain(report(ESTATE)), plain(report(folder))
    assert here == there, differ(here, there)


def test_same_answer_from_one_item_a_file(folder):
    same_answer(folder, cut_up)


def test_same_answer_from_merged_files(folder):
    same_answer(folder, put_together)


# ---- risk ----

def machine(estate):
    rows = json.loads(run("query", "MATCH (n:AWSEC2Instance {name: 'card-service'}) RETURN n.riskLevel, n.attackPaths", RISK / estate, "--format", "json", "--quiet"))["rows"]
    assert len(rows) == 1, rows
    return tuple(rows[0])


def test_one_machine_three_times(folder):
    level, count = machine("exposed-card-data")
    assert level in ("Critical", "High") and count > 0, (level, count)
    assert max((p["risk_score"], p["risk_level"]) for p in report(RISK / "exposed-card-data")["attack_paths"])[1] in ("Critical", "High")
    level, count = machine("exposed-no-data")
    assert level == "Medium" and count > 0, (level, count)
    assert {p["risk_level"] for p in report(RISK / "exposed-no-data")["attack_paths"]} == {"Medium"}
    assert machine("isolated") == ("Low", 0)
    assert not report(RISK / "isolated")["attack_paths"]


def test_one_vulnerability_on_forty_machines(folder):
    query = ("MATCH (v:CVE)-[:AFFECTS]->(n:AWSEC2Instance) WHERE v.name = 'CVE-2021-44228' "
             "RETURN n.name AS name, n.riskScore AS score, n.riskLevel AS level ORDER BY score DESC, name")
    rows = json.loads(run("query", query, RISK / "one-cve", "--format", "json", "--quiet"))["rows"]
    assert len(rows) == 40, len(rows)
    tier = lambda name: name.split("-")[0]
    order = list(dict.fromkeys(tier(name) for name, _, _ in rows))
    assert order == ["admin", "cards", "chain", "logs", "plain", "apart"], rows
    assert [tier(name) for name, _, _ in rows] == sorted((tier(name) for name, _, _ in rows), key=order.index), rows
    scores = [{score for name, score, _ in rows if tier(name) == wanted} for wanted in order]
    assert all(len(s) == 1 for s in scores) and len(set().union(*scores)) == len(order), scores
    assert rows[0][2] == "Critical" and rows[-1][2] == "Low", rows


def main() -> int:
    tests = [(name, value) for name, value in sorted(globals().items()) if name.startswith("test_")]
    only = os.environ.get("ONLY")
    failed = 0
    print(f"1..{len(tests)}")
    for number, (name, test) in enumerate(tests, 1):
        if only and only not in name:
            continue
        with tempfile.TemporaryDirectory() as folder:
            try:
                test(pathlib.Path(folder))
                print(f"ok {number} - {name}")
            except Exception:
                failed += 1
                print(f"not ok {number} - {name}")
                for line in traceback.format_exc().splitlines():
                    print(f"# {line}")
        sys.stdout.flush()
    return failed > 0


if __name__ == "__main__":
    sys.exit(main())
