#!/usr/bin/env python3
"""The explorer's templates as queries, over an estate with a match and a near miss for each, and the page about them. TAP on stdout.

usage: test_explorer.py ROOT COMMAND
"""
import json
import pathlib
import re
import subprocess
import sys
import tempfile
import traceback

ROOT = pathlib.Path(sys.argv[1]).resolve()
COMMAND = sys.argv[2]
FOLDER = ROOT / "examples" / "queries" / "explorer"
ESTATE = FOLDER / "estate.json"
PAGE = ROOT / "doc" / "explorer.md"
sys.path.insert(0, str(ROOT / "tools"))
import cookbook  # noqa: E402
import doc_examples  # noqa: E402

FILES = sorted(FOLDER.glob("*.gq"))


def rows_of(text: str, estate: pathlib.Path, *flags: str) -> list[dict]:
    done = subprocess.run([COMMAND, "query", text, str(estate), "--format", "json", "--quiet", *flags], capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, f"exit {done.returncode}\n{text}\n{done.stderr}"
    answer = json.loads(done.stdout)
    assert answer["truncated"] is None, text
    return [dict(zip(answer["columns"], row)) for row in answer["rows"]]


def planted(number: str, what: str) -> set[str]:
    """Nodes of the estate that were planted for one template."""
    nodes = json.loads(ESTATE.read_text(encoding="utf-8"))["graph"]["nodes"]
    return {n["id"] for n in nodes if n["id"].startswith(f"{number}/{what}")}


def test_there_are_31(folder):
    assert [f.name[:3] for f in FILES] == [f"{i:02d}-" for i in range(1, 32)], [f.name for f in FILES]
    for file in FILES:
        head = cookbook.head_of(file.read_text(encoding="utf-8"))
        assert set(head) == {"title", "asks", "rows"}, (file.name, head)
        assert re.fullmatch(r"[0-9]{2}-[a-z0-9-]+\.gq", file.name), file.name


def test_each_finds_what_was_planted_and_not_its_near_misses(folder):
    for file in FILES:
        text = file.read_text(encoding="utf-8")
        rows = rows_of(text, ESTATE)
        found, number = {r["resource"] for r in rows}, file.name[:2]
        match, miss = planted(number, "match"), {i for i in planted(number, "miss") if not i.endswith("-key")}
        match = {i for i in match if not i.endswith("-key")}
        assert match and miss, f"{file.name}: the estate holds no match or no near miss for it"
        assert match <= found, f"{file.name} misses {match - found}"
        assert not miss & found, f"{file.name} takes {miss & found}"
        assert len(rows) == int(cookbook.head_of(text)["rows"]), f"{file.name}: {len(rows)} rows"


def test_an_empty_estate_answers_nothing(folder):
    empty = folder / "empty.json"
    empty.write_text('{"graph": {"nodes": [{"id": "alone", "kinds": ["WebApp"]}], "edges": []}}', encoding="utf-8")
    for file in FILES:
        assert rows_of(file.read_text(encoding="utf-8"), empty) == [], file.name


def data(kind: str, name: str, *conditions: dict) -> dict:
    inside = {"sources": [{"type": kind, "properties": {"source": name}}]}
    if conditions:
        inside["conditions"] = {"type": "conditiongroup", "properties": {"operator": "and", "conditions": list(conditions)}}
    return {"type": "datasource", "properties": inside}


def to(name: str, target: dict) -> dict:
    return {"type": "connection", "properties": {"name": name, "direction": "outgoing", "target": target}}


def has(name: str) -> dict:
    return {"type": "insights", "properties": {"name": name}}


def test_links_find_what_the_templates_find(folder):
    """The same questions asked by share links: what the importer makes of them agrees with the files."""
    cases = {
        "01": data("family", "virtual_machine", has("exposed to the internet")),
        "02": data("family", "virtual_machine", has("exposed to the internet"), has("has high severity vulnerabilities")),
        "14": data("family", "user_account", has("doesn't have MFA enabled"), to("has permission to", data("family", "object_storage"))),
        "15": data("family", "user_account", to("has permission to", data("family", "virtual_machine", has("has high severity vulnerabilities")))),
        "22": data("entity", "azurestorageaccountcontainer", has("allows public access"), has("contains sensitive data")),
        "24": data("family", "virtual_machine", to("contains", data("family", "secret", to("can authenticate to", data("family", "database"))))),
        "29": data("family", "code_repository", has("allows public access"), to("contains", data("family", "secret"))),
    }
    for number, source in cases.items():
        link = folder / "link.json"
        link.write_text(json.dumps({"type": "securitygraphquery", "version": 2, "properties": {"source": source}}), encoding="utf-8")
        by_link = {r["resource"] for r in rows_of(str(link), ESTATE, "--lang", "explorer")}
        file = next(f for f in FILES if f.name.startswith(number))
        by_file = {r["resource"] for r in rows_of(file.read_text(encoding="utf-8"), ESTATE)}
        assert by_link == by_file, (file.name, by_link ^ by_file)


def test_the_page_lists_every_template(folder):
    text = PAGE.read_text(encoding="utf-8")
    for file in FILES:
        head = cookbook.head_of(file.read_text(encoding="utf-8"))
        line = f"| [{head['title']}](../examples/queries/explorer/{file.name}) | {head['asks']} |"
        assert line in text, f"doc/explorer.md lacks\n{line}"


def test_the_page_names_everything_that_is_known(folder):
    text = re.sub(r"\s+", " ", PAGE.read_text(encoding="utf-8"))
    section, missing = "", []
    for line in (ROOT / "lib" / "query" / "explorer.yaml").read_text(encoding="utf-8").splitlines():
        if re.fullmatch(r"[a-z]+:", line):
            section = line[:-1]
        name = re.match(r"  ([^:]+): ", line)
        if name and section in ("families", "connections", "inverses", "insights") and f"`{name[1]}`" not in text:
            missing.append(f"{section}: {name[1]}")
    assert not missing, missing


def test_examples_print_what_the_page_says(folder):
    count, wrong = doc_examples.check_page(PAGE, COMMAND)
    assert not wrong, "\n".join(wrong)
    assert count >= 3, count


def main() -> int:
    tests = [(name, value) for name, value in sorted(globals().items()) if name.startswith("test_")]
    failed = 0
    print(f"1..{len(tests)}")
    for number, (name, test) in enumerate(tests, 1):
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
