#!/usr/bin/env python3
"""The command as its user meets it: help, exit codes, errors, outputs, inputs of every shape. TAP on stdout.

usage: test_command.py ROOT COMMAND
"""
import gzip
import io
import json
import os
import pathlib
import shutil
import signal
import subprocess
import sys
import tarfile
import tempfile
import time
import traceback
import zipfile

ROOT = pathlib.Path(sys.argv[1]).resolve()
COMMAND = sys.argv[2]
SAMPLE = ROOT / "examples" / "data" / "opengraph" / "estate"
TINY = {"graph": {"nodes": [{"id": "a", "kinds": ["A"], "properties": {"name": "first"}}, {"id": "b", "kinds": ["B"]}],
                  "edges": [{"kind": "R", "start": {"value": "a"}, "end": {"value": "b"}}]}}


def run(*arguments, stdin: bytes | None = None, timeout: float = 120, env=None) -> subprocess.CompletedProcess:
    done = subprocess.run([COMMAND, *map(str, arguments)], input=stdin, capture_output=True, timeout=timeout, env={**os.environ, **(env or {})})
    return subprocess.CompletedProcess(done.args, done.returncode, done.stdout.decode(), done.stderr.decode())


def expect(done: subprocess.CompletedProcess, code: int) -> subprocess.CompletedProcess:
    assert done.returncode == code, f"exit {done.returncode}, wanted {code}: {done.args}\n{done.stderr[:600]}"
    assert "Traceback" not in done.stderr and "==" not in done.stderr[:2], done.stderr
    return done


def names(inputs, *flags, stdin=None) -> list:
    done = expect(run("query", "MATCH (n) RETURN elementId(n)", *inputs, "--format", "json", "--no-builtin-rules", *flags, stdin=stdin), 0)
    return [row[0] for row in json.loads(done.stdout)["rows"]]


def test_help_and_version(folder):
    assert "analyze" in expect(run("--help"), 0).stdout
    for command in ("analyze", "query", "path", "snapshot", "export", "rules", "formats"):
        text = expect(run(command, "--help"), 0).stdout
        assert text.startswith(f"usage: cspmgraph {command}"), text
        assert max(map(len, text.splitlines())) <= 140
    assert expect(run("--version"), 0).stdout.startswith("cspmgraph 0.")
    expect(run(), 2)


def test_usage_errors(folder):
    for arguments, text in ((["frobnicate"], "frobnicate"), (["analyze"], "no input"), (["analyze", "--top", "x", "."], "--top"),
                            (["analyze", "--nope", "."], "--nope"), (["analyze", "--fail-on", "awful", "."], "awful"),
                            (["query"], "no query"), (["path", "a"], "FROM"), (["snapshot", str(SAMPLE)], "-o"),
                            (["analyze", "--format", "word", str(SAMPLE)], "word"), (["analyze", "--max-memory", "12Q", "."], "12Q"),
                            (["analyze", "--now", "yesterday", "."], "yesterday"), (["rules", "frob"], "frob"), (["export", "--format", "word", str(SAMPLE)], "word")):
        done = expect(run(*arguments), 2)
        assert text in done.stderr, done.stderr
    expect(run("posture", "."), 6)


def test_errors_as_json(folder):
    done = expect(run("query", "MATCH (n RETURN n", SAMPLE, "--errors", "json"), 2)
    error = json.loads(done.stderr)["error"]
    assert set(error) >= {"code", "class", "detail", "message", "source", "offset", "line", "column", "found", "expected"}, error
    assert error["line"] == 1 and error["column"] == 10 and error["source"] == "query" and error["expected"], error
    broken = folder / "x.json"
    broken.write_text('{"graph": {"nodes": [\n{"id": "a", }]}}')
    error = json.loads(expect(run("analyze", broken, "--errors", "json"), 3).stderr)["error"]
    assert error["line"] == 2 and error["source"] == str(broken), error


def test_error_text_has_place_and_caret(folder):
    done = expect(run("query", "MATCH (n)\nRETURN nn", SAMPLE), 2)
    lines = done.stderr.splitlines()
    assert lines[0].startswith("query:2:8: error: "), lines
    assert lines[1] == "RETURN nn" and lines[2].index("^") == 7, lines
    broken = folder / "x.json"
    broken.write_text('{"graph": {"nodes": [\n{"id": "a", }]}}')
    assert expect(run("analyze", broken), 3).stderr.startswith(f"{broken}:2:"), "position"


def test_bad_inputs(folder):
    expect(run("analyze", folder / "absent.json"), 3)
    empty = folder / "empty.json"
    empty.write_bytes(b"")
    assert str(empty) in expect(run("analyze", empty), 3).stderr
    hollow = folder / "hollow"
    hollow.mkdir()
    expect(run("analyze", hollow), 3)
    text = folder / "letter.txt"
    text.write_text("Dear reader")
    expect(run("analyze", text), 3)
    (hollow / "letter.txt").write_text("Dear reader")
    expect(run("analyze", hollow), 3)
    (hollow / "good.json").write_text(json.dumps(TINY))
    assert names([hollow]) == ["a", "b"]
    (hollow / "cut.json").write_text(json.dumps(TINY)[:-20])
    expect(run("analyze", hollow), 3)
    assert names([hollow], "--keep-going") == ["a", "b"]
    for name, data in (("utf8", b'{"graph":{"nodes":[{"id":"\xff","kinds":[]}]}}'), ("deep", b'{"graph":{"nodes":[' + b"[" * 100000),
                       ("nul", b'{"graph":{"nodes":[\x00]}}')):
        bad = folder / name
        bad.write_bytes(data)
        expect(run("analyze", bad), 3)


def test_warnings_say_where(folder):
    source = folder / "g.json"
    source.write_text('{"graph": {"nodes": [{"id": "a", "kinds": []},\n  {"kinds": []}],\n "edges": [\n'
                      '  {"kind": "R", "start": {"value": "a"}, "end": {"value": "\u00e9nowhere"}}]}}')
    lines = expect(run("query", "RETURN 1", source), 0).stderr.splitlines()
    assert any(line.startswith(f"{source}:2:3: warning: ") for line in lines), lines
    assert any(line.startswith(f"{source}:4:3: warning: ") and "nowhere" in line for line in lines), lines


def test_inputs_of_every_shape(folder):
    data = json.dumps(TINY).encode()
    plain = folder / "plain"
    plain.write_bytes(data)
    zipped = folder / "z.zip"
    with zipfile.ZipFile(zipped, "w") as archive:
        archive.writestr("inner/one.json", data)
    gz = folder / "one.gz"
    gz.write_bytes(gzip.compress(data))
    tar = folder / "t.tar.gz"
    with tarfile.open(tar, "w:gz") as archive:
        info = tarfile.TarInfo("one.json")
        info.size = len(data)
        archive.addfile(info, io.BytesIO(data))
    shapes = [plain, zipped, gz, tar]
    if shutil.which("zstd"):
        subprocess.run(["zstd", "-q", "-o", folder / "one.zst", plain], check=True)
        shapes.append(folder / "one.zst")
    for shape in shapes:
        assert names([shape]) == ["a", "b"], shape
    assert names(["-"], stdin=data) == ["a", "b"]
    assert names([plain, zipped]) == ["a", "b"]
    assert names([plain], "--input-format", "opengraph") == ["a", "b"]
    expect(run("analyze", plain, "--input-format", "nonsense"), 2)


def test_query_formats(folder):
    query = "MATCH (n) RETURN n.name AS name, n.formula AS formula, 1.0 AS one, null AS none, [1,'x'] AS list"
    graph = {"graph": {"nodes": [{"id": "a", "kinds": [], "properties": {"name": "x,\"y\"", "formula": "=1+1"}}], "edges": []}}
    source = folder / "g.json"
    source.write_text(json.dumps(graph))
    done = expect(run("query", query, source, "--format", "json"), 0)
    assert json.loads(done.stdout) == {"columns": ["name", "formula", "one", "none", "list"], "rows": [['x,"y"', "=1+1", 1.0, None, [1, "x"]]], "truncated": None}
    assert "1.0" in done.stdout
    assert json.loads(expect(run("query", query, source, "--format", "ndjson"), 0).stdout)["formula"] == "=1+1"
    text = expect(run("query", query, source, "--format", "csv"), 0).stdout
    assert text.startswith("name,formula,one,none,list\r\n") and "\"'=1+1\"" in text and '"x,""y"""' in text, text
    assert "formula" in expect(run("query", query, source, "--format", "table"), 0).stdout
    node = json.loads(expect(run("query", "MATCH (n) RETURN n", source, "--format", "json", "--no-builtin-rules"), 0).stdout)["rows"][0][0]
    assert node == {"id": "a", "kinds": [], "properties": {"name": 'x,"y"', "formula": "=1+1"}}, node
    expect(run("query", query, source, "--format", "word"), 2)
    plan = expect(run("query", "MATCH (n:A {x: $x})-->(m) RETURN m", source, "--explain"), 0).stdout
    assert plan.strip(), "a plan needs no parameter values"
    profile = expect(run("query", "MATCH (n) WHERE n.name <> $x RETURN n", source, "--profile", "--param", "x=1"), 0).stdout
    assert ", made " in profile and "rows, " in profile, profile
    expect(run("query", "MATCH (n) WHERE n.name <> $x RETURN n", source, "--profile"), 2)


def test_table_is_inert_for_terminals(folder):
    hostile = {"graph": {"nodes": [{"id": "a", "kinds": [], "properties": {"name": "\x1b[31mred\u202egnp\u0007"}}], "edges": []}}
    source = folder / "g.json"
    source.write_text(json.dumps(hostile))
    text = expect(run("query", "MATCH (n) RETURN n.name", source, "--format", "table"), 0).stdout
    assert "\x1b" not in text and "\u202e" not in text and "\u0007" not in text


def test_analysis_of_the_sample(folder):
    done = expect(run("analyze", SAMPLE, "--format", "json", "--now", "2026-01-01T00:00:00Z"), 0)
    report = json.loads(done.stdout)
    assert report["schema"] == "cspmgraph/analysis/1" and report["generated_at"].startswith("2026-01-01T00:00:00")
    assert report["attack_paths"] and report["patterns"] and report["fixes"] and report["choke_points"]
    wanted = json.loads((SAMPLE.parent / "expected.json").read_text())
    assert report["summary"]["nodes"] == wanted["nodes"] and report["summary"]["edges"] >= wanted["edges"]
    found = sorted((p["entry"]["id"], p["target"]["id"], p["risk_level"]) for p in report["attack_paths"])
    assert found == sorted((p["entry"], p["target"], p["level"]) for p in wanted["attack_paths"]), found
    assert report["summary"]["attack_paths"] == len(found) and all(p["steps"][0]["from"] == "internet" for p in report["attack_paths"])
    assert all(fix["verified"] for fix in report["fixes"])
    again = run("analyze", SAMPLE, "--format", "json", "--now", "2026-01-01T00:00:00Z")
    assert again.stdout == done.stdout, "same input, same bytes"
    files = sorted(SAMPLE.glob("*.json"))
    shuffled = run("analyze", *reversed(files), "--format", "json", "--now", "2026-01-01T00:00:00Z")
    strip = lambda text: [(p["id"], p["risk_score"], p["steps"][0]["kind"]) for p in json.loads(text)["attack_paths"]]
    assert strip(shuffled.stdout) == strip(done.stdout), "input order does not matter"


def test_risk_is_a_property(folder):
    """Machines by risk is one query."""
    done = expect(run("query", "MATCH (n:VirtualMachine) WHERE n.attackPaths > 0 RETURN n.name, n.riskLevel, n.riskScore ORDER BY n.riskScore DESC, n.name", SAMPLE,
                      "--format", "json"), 0)
    rows = json.loads(done.stdout)["rows"]
    assert rows[0][:2] == ["web-01", "Critical"] and [r[2] for r in rows] == sorted((r[2] for r in rows), reverse=True), rows
    done = expect(run("query", "MATCH (n) WHERE n.riskScore IS NULL OR n.riskLevel IS NULL OR n.attackPaths IS NULL RETURN count(n)", SAMPLE, "--format", "json"), 0)
    assert json.loads(done.stdout)["rows"] == [[0]], "every node has them"


def test_fail_on(folder):
    expect(run("analyze", SAMPLE, "--format", "json", "--fail-on", "low"), 1)
    tiny = folder / "t.json"
    tiny.write_text(json.dumps(TINY))
    expect(run("analyze", tiny, "--format", "json", "--fail-on", "low"), 0)


def test_path_command(folder):
    report = json.loads(run("analyze", SAMPLE, "--format", "json").stdout)
    best = report["attack_paths"][0]
    done = expect(run("path", best["entry"]["id"], best["target"]["id"], SAMPLE, "--format", "json"), 0)
    answer = json.loads(done.stdout)
    assert answer["found"] and answer["paths"][0]["steps"][-1]["to"] == best["target"]["id"] and answer["truncated"] is None
    back = json.loads(expect(run("path", best["target"]["id"], best["entry"]["id"], SAMPLE, "--format", "json", "--max-length", "1"), 1).stdout)
    assert back == {"found": False, "paths": [], "truncated": None}
    assert expect(run("path", "label:InternetExposed", best["target"]["id"], SAMPLE, "--format", "table"), 0).stdout
    outside = json.loads(expect(run("path", "internet", best["target"]["id"], SAMPLE, "--format", "json"), 0).stdout)
    assert outside["paths"][0]["steps"][0]["from"] == "internet", outside["paths"][0]
    expect(run("path", "no-such-node", best["target"]["id"], SAMPLE), 3)


def test_snapshot_is_an_input(folder):
    frozen = folder / "g.cspm"
    expect(run("snapshot", SAMPLE, "-o", frozen), 0)
    clock = ("--format", "json", "--now", "2026-01-01T00:00:00Z")
    direct, through = json.loads(run("analyze", SAMPLE, *clock).stdout), json.loads(expect(run("analyze", frozen, *clock), 0).stdout)
    assert direct["attack_paths"] == through["attack_paths"]
    again = folder / "h.cspm"
    expect(run("snapshot", SAMPLE, "-o", again), 0)
    assert frozen.read_bytes() == again.read_bytes(), "same graph, same file"
    damaged = bytearray(frozen.read_bytes())
    damaged[len(damaged) // 2] ^= 0x40
    (folder / "d.cspm").write_bytes(damaged)
    expect(run("analyze", folder / "d.cspm", "--format", "json"), 3)
    (folder / "cut.cspm").write_bytes(frozen.read_bytes()[:-100])
    expect(run("analyze", folder / "cut.cspm", "--format", "json"), 3)
    tiny = folder / "t.json"
    tiny.write_text(json.dumps(TINY))
    assert "a" in names([frozen, tiny])


def test_export_round_trip(folder):
    first = folder / "one.json"
    expect(run("export", SAMPLE, "--format", "opengraph", "-o", first), 0)
    second = expect(run("export", first, "--format", "opengraph"), 0).stdout
    assert first.read_text() == second
    for form in ("ndjson", "graphml", "dot", "csv"):
        assert expect(run("export", SAMPLE, "--format", form), 0).stdout.strip()


def test_report_formats(folder):
    html = expect(run("analyze", SAMPLE, "--format", "html"), 0).stdout
    assert html.lstrip().lower().startswith("<!doctype html>") and "<svg" in html
    assert "http://" not in html.replace("http://www.w3.org/", "") and "https://" not in html and "src=" not in html, "opens offline"
    for form in ("table", "csv", "ndjson", "dot", "graphml", "opengraph"):
        assert expect(run("analyze", SAMPLE, "--format", form), 0).stdout.strip()


def test_rules_commands(folder):
    listing = json.loads(expect(run("rules", "list", "--format", "json"), 0).stdout)
    ids = [row[listing["columns"].index("id")] for row in listing["rows"]]
    assert len(ids) > 20
    assert ids[0] in expect(run("rules", "show", ids[0]), 0).stdout
    expect(run("rules", "show", "no-such-rule"), 2)
    expect(run("rules", "test", ROOT / "lib" / "packs"), 0)
    expect(run("rules", "check", ROOT / "lib" / "packs"), 0)
    bad = folder / "bad.yaml"
    bad.write_text("schema: 1\npack: {id: x, version: 1.0.0, title: X}\nrules:\n  - id: Bad\n    nonsense: true\n")
    done = expect(run("rules", "check", folder), 3)
    assert f"{bad}:" in done.stderr, done.stderr
    assert {"aws", "kubernetes", "opengraph"} <= {line.split()[0] for line in expect(run("formats"), 0).stdout.splitlines() if line.strip()}


def test_can_vectors(folder):
    allow = {"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "s3:Get*", "Resource": "*"}}
    ask = {"principal": "arn:aws:iam::111111111111:user/ann", "action": "s3:GetObject", "resource": "arn:aws:s3:::b/k", "identity_policies": [allow]}
    requests = [{"id": "yes", **ask}, {"id": "no", **ask, "action": "s3:PutObject"},
                {"id": "never", **ask, "scps": [{"level": "root", "policies": [{"Statement": [{"Effect": "Deny", "Action": "*", "Resource": "*"}]}]}]},
                {"id": "unread", **ask, "resource_policy": "not a policy"}]
    (folder / "requests.json").write_text(json.dumps(requests))
    done = expect(run("can", "--vectors", folder / "requests.json"), 0)
    assert [tuple(json.loads(line).values()) for line in done.stdout.splitlines()] == [
        ("yes", "Allowed"), ("no", "ImplicitlyDenied"), ("never", "ExplicitlyDenied"), ("unread", "Conditional")]
    assert run("can", "--vectors", "-", stdin=json.dumps(requests).encode()).stdout == done.stdout
    assert expect(run("can", "--vectors", "-", stdin=b"[]"), 0).stdout == ""
    assert expect(run("can", "--vectors", "-", stdin=b'[{"id":\n7}]'), 3).stderr.startswith("stdin:2:1: error: ")
    expect(run("can", "--vectors", folder / "absent.json"), 3)
    expect(run("can", "--vectors", folder / "requests.json", "more"), 2)
    expect(run("can", "--vectors"), 2)
    expect(run("can", "arn:aws:iam::111111111111:user/ann", "s3:GetObject", "arn:aws:s3:::b/k", SAMPLE), 6)


def test_limits(folder):
    expect(run("analyze", SAMPLE, "--max-memory", "64K"), 4)
    done = run("analyze", SAMPLE, "--deadline", "0.000001", "--format", "json")
    assert done.returncode == 4, done.returncode


def test_output_file_errors(folder):
    expect(run("analyze", SAMPLE, "--format", "json", "-o", folder / "no" / "such" / "file"), 3)
    if pathlib.Path("/dev/full").exists():
        expect(run("analyze", SAMPLE, "--format", "json", "-o", "/dev/full"), 3)
    target = folder / "out.json"
    expect(run("analyze", SAMPLE, "--format", "json", "-o", target), 0)
    json.loads(target.read_text())


def test_interrupt(folder):
    """Ctrl-C while standard input never ends."""
    process = subprocess.Popen([COMMAND, "analyze", "-"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    process.stdin.write(b'{"graph":{"nodes":[')
    process.stdin.flush()
    time.sleep(0.3)
    process.send_signal(signal.SIGINT)
    started = time.monotonic()
    process.stdin.close()
    code = process.wait(timeout=20)
    assert code == 130, code
    assert time.monotonic() - started < 5


def test_githound(folder):
    shared = pathlib.Path(os.environ.get("CSPM_SHARED", ROOT.parent / "shared"))
    sample = shared / "data" / "opengraph" / "githound"
    if not sample.is_dir():
        return f"no reference data at {shared}"
    done = expect(run("analyze", sample, "--format", "json", "--quiet", "--entry", "MATCH (u:GH_User) RETURN u", "--target",
                      "MATCH (s) WHERE s:GH_OrgSecret OR s:GH_RepoSecret OR (s:GH_OrgRole AND s.short_name IN ['admin', 'owners']) RETURN s"), 0)
    report = json.loads(done.stdout)
    kinds = {k for p in report["attack_paths"] for k in p["target"]["kinds"]}
    assert {"GH_OrgSecret", "GH_OrgRole"} <= kinds, kinds
    scores = [p["risk_score"] for p in report["attack_paths"]]
    assert scores == sorted(scores, reverse=True)
    exported = folder / "again.json"
    count = "MATCH (n) OPTIONAL MATCH (n)-[r]->() RETURN elementId(n), count(r) ORDER BY elementId(n)"
    definition, organisation = sample / "schema.json", sample / "samples" / "githound_O_kgDOCoV2OQ.json"
    expect(run("export", definition, organisation, "--format", "opengraph", "-o", exported), 0)
    one = json.loads(run("query", count, organisation, "--format", "json", "--no-builtin-rules").stdout)["rows"]
    two = json.loads(run("query", count, exported, "--format", "json", "--no-builtin-rules").stdout)["rows"]
    assert one == two and len(one) == 338, len(one)
    return None


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
                skipped = test(pathlib.Path(folder))
                print(f"ok {number} - {name}" + (f" # SKIP {skipped}" if skipped else ""))
            except Exception:
                failed += 1
                print(f"not ok {number} - {name}")
                for line in traceback.format_exc().splitlines():
                    print(f"# {line}")
        sys.stdout.flush()
    return failed > 0


if __name__ == "__main__":
    sys.exit(main())
