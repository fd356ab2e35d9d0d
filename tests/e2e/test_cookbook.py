#!/usr/bin/env python3
"""The queries of the cookbook and the pages about the query language, held to the command and to the source. TAP on stdout.

usage: test_cookbook.py ROOT COMMAND
"""
import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile
import traceback

ROOT = pathlib.Path(sys.argv[1]).resolve()
COMMAND = sys.argv[2]
SHARED = pathlib.Path(os.environ.get("CSPM_SHARED", ROOT.parent / "shared"))
ESTATE = ROOT / "examples" / "data" / "opengraph" / "estate"
PAGE = ROOT / "doc" / "query-language.md"
sys.path.insert(0, str(ROOT / "tools"))
import conformance  # noqa: E402
import cookbook  # noqa: E402
import doc_examples  # noqa: E402

FILES = sorted(cookbook.FOLDER.glob("*.gq"))
KEYS = {"title", "asks", "param", "now", "rows", "rows on github"}


def run(*arguments) -> subprocess.CompletedProcess:
    return subprocess.run([COMMAND, *map(str, arguments)], capture_output=True, text=True, encoding="utf-8", timeout=120)


def rows_of(file: pathlib.Path, inputs: list) -> list:
    """The answer to a query of the cookbook, run as its page says."""
    text = file.read_text(encoding="utf-8")
    head = cookbook.head_of(text)
    flags = ["--param", head["param"].replace(" = ", "=", 1)] if "param" in head else []
    flags += ["--now", head["now"]] if "now" in head else []
    done = run("query", text, *inputs, "--format", "json", "--quiet", *flags)
    assert done.returncode == 0, f"{file.name}: exit {done.returncode}\n{done.stderr}"
    answer = json.loads(done.stdout)
    assert answer["truncated"] is None, file.name
    return [dict(zip(answer["columns"], row)) for row in answer["rows"]]


def test_cookbook_rows(folder):
    assert len(FILES) >= 40, len(FILES)
    for number, file in enumerate(FILES, 1):
        head = cookbook.head_of(file.read_text(encoding="utf-8"))
        assert set(head) <= KEYS and {"title", "asks", "rows"} <= set(head), (file.name, head)
        assert re.fullmatch(rf"{number:02d}-[a-z0-9-]+\.gq", file.name), file.name
        rows = rows_of(file, [ESTATE])
        assert len(rows) == int(head["rows"]), f"{file.name}: {len(rows)} rows, its head says {head['rows']}"
        assert rows or "rows on github" in head, f"{file.name} answers nothing"
    titles = [cookbook.head_of(f.read_text(encoding="utf-8"))["title"] for f in FILES]
    assert len(set(titles)) == len(titles)


def test_cookbook_answers_what_was_planted(folder):
    """Two queries against the list of attack paths that the estate was written from, not against their own earlier answers."""
    planted = json.loads((ESTATE.parent / "expected.json").read_text(encoding="utf-8"))["attack_paths"]
    ids = {}
    for cloud in ("aws", "azure", "gcp"):
        for node in json.loads((ESTATE / f"{cloud}.json").read_text(encoding="utf-8"))["graph"]["nodes"]:
            ids[node["id"]] = node["properties"]
    named = {file.name[3:-3]: file for file in FILES}
    sensitive = {(ids[p["entry"]]["name"], ids[p["target"]]["name"]) for p in planted
                 if p["entry"] != p["target"] and ids[p["target"]].get("sensitive_data")}
    found = {(r["entry"], r["data"]) for r in rows_of(named["sensitive-data-reached-from-outside"], [ESTATE])}
    assert found == sensitive, found ^ sensitive
    administrators = {"id/web-role", "aws-prod", "azure-corp", "user/otto", "group/cloud-admins"}
    wanted = {(ids[p["entry"]]["name"], ids[p["target"]]["name"]) for p in planted if p["target"] in administrators}
    found = {(r["entry"], r["administrator"]) for r in rows_of(named["shortest-ways-to-administrators"], [ESTATE])}
    assert found == wanted, found ^ wanted
    risks = {r["machine"]: r["risk"] for r in rows_of(named["machines-with-a-cve-by-risk"], [ESTATE])}
    assert list(risks.values()) == sorted(risks.values(), reverse=True) and risks["web-01"] > 90 and risks["web-03"] == 0, risks


def test_cookbook_on_github(folder):
    sample = SHARED / "data" / "opengraph" / "githound"
    if not sample.exists():
        return "the GitHub sample (shared/data/opengraph) is not here"
    inputs = [sample / "schema.json", sample / "samples" / "githound_O_kgDOCoV2OQ.json"]
    for file in FILES:
        head = cookbook.head_of(file.read_text(encoding="utf-8"))
        rows = rows_of(file, inputs)
        assert "rows on github" not in head or len(rows) == int(head["rows on github"]), f"{file.name}: {len(rows)} rows"
    return None


def test_cookbook_page_is_fresh(folder):
    assert cookbook.PAGE.read_text(encoding="utf-8") == cookbook.page(), "doc/cookbook.md is stale: run tools/cookbook.py"


def test_examples_print_what_the_page_says(folder):
    count, wrong = doc_examples.check_page(PAGE, COMMAND)
    assert not wrong, "\n".join(wrong) + "\nwhen the new output is right: tools/doc_examples.py --write COMMAND doc/query-language.md"
    assert count >= 12, f"only {count} examples are marked to run"


def test_wrong_examples_are_noticed(folder):
    """The checker itself: an example that prints something else, or fails, does not pass."""
    page = folder / "page.md"
    for block, complaint in (("<!-- run -->\n```sh\necho one\n```\n\n```text\ntwo\n```\n", "prints"),
                             ("<!-- run -->\n```sh\nfalse\n```\n", "exit 1"),
                             ("<!-- run -->\n```sh\necho one\n```\n", "prints"),
                             ("<!-- run -->\n\n```sh\necho\n```\n", "no ```sh block")):
        page.write_text(block, encoding="utf-8")
        _, wrong = doc_examples.check_page(page, COMMAND)
        assert len(wrong) == 1 and complaint in wrong[0], (block, wrong)
    page.write_text("<!-- run: exit 1 -->\n```sh\necho one; false\n```\n\n```text\none\n```\n", encoding="utf-8")
    assert doc_examples.check_page(page, COMMAND) == (1, [])


def section(title: str) -> str:
    text = PAGE.read_text(encoding="utf-8")
    assert f"\n## {title}\n" in text, title
    return text.split(f"\n## {title}\n", 1)[1].split("\n## ", 1)[0]


def test_every_function_is_described(folder):
    source = (ROOT / "lib" / "query" / "func_table.c").read_text(encoding="utf-8")
    known = set(re.findall(r'^    \{ "([A-Za-z.0-9]+)",', source, re.M))
    assert len(known) > 50, known
    described = set(re.findall(r"`([A-Za-z.0-9]+)\(", section("Functions")))
    assert described == known, f"only in the source: {sorted(known - described)}; only on the page: {sorted(described - known)}"


def test_every_limit_is_described(folder):
    source = (ROOT / "lib" / "query" / "ast.h").read_text(encoding="utf-8")
    page = section("Limits")
    limits = dict(re.findall(r"^#define (Q_MAX_[A-Z]+) \(?([0-9u <]+)", source, re.M))
    assert len(limits) >= 8, limits
    for name, value in limits.items():
        number = eval(value.replace("u", ""), {"__builtins__": {}})  # noqa: S307, a constant of our own source
        shown = "1 MiB" if number == 1 << 20 else f"{number:,}"
        assert re.search(rf"(?<![\d,]){shown}(?![\d,])", page), f"{name} is {shown}, which the page does not name"


def test_every_detail_is_described(folder):
    """Every class and detail that the graph form can put into an error stands on the page."""
    page = section("Errors")
    error = re.compile(r'"(lex|syntax|unsupported-feature|bind|type|parameter|runtime)",\s*"([A-Z][A-Za-z]+)"')
    found = set()
    for file in sorted((ROOT / "lib" / "query").glob("*.c")):
        if not file.name.startswith("pipe"):
            found |= set(error.findall(file.read_text(encoding="utf-8")))
    assert len(found) > 30, found
    found.discard(("unsupported-feature", "PipeForm"))  # not of this form
    missing = sorted({detail for _, detail in found if f"`{detail}`" not in page} | {kind for kind, _ in found if f"`{kind}`" not in page})
    assert not missing, missing


def test_everything_of_the_pipe_form_is_described(folder):
    page = section("Pipe form")
    source = "".join((ROOT / "lib" / "query" / f"pipe_{name}.c").read_text(encoding="utf-8") for name in ("func", "summarize", "parser"))
    tables = source.split("static const q_func signs[]")[0]
    known = set(re.findall(r'^    ROW\("([^"]+)"', tables, re.M)) | {"iff", "iif", "case", "not"}
    known |= set(re.findall(r'^    \{ "([a-z_]+)", "[a-z_]*", A_', source, re.M))
    operators = re.search(r"operators\[\] = \{(.*?)\}", source, re.S)[1]
    known |= set(re.findall(r'"([a-z -]+)"', operators))
    assert len(known) > 130, len(known)
    described = " " + page.replace("`", " ").replace("\\|", "|") + " "
    missing = sorted(name for name in known if not re.search(rf"(?<![A-Za-z_!]){re.escape(name)}(?![A-Za-z_~])", described))
    assert not missing, missing
    details = set()
    for file in sorted((ROOT / "lib" / "query").glob("pipe*.c")):
        details |= set(re.findall(r'"(?:lex|syntax|unsupported-feature|bind|type|parameter|runtime)",\s*"([A-Z][A-Za-z]+)"', file.read_text(encoding="utf-8")))
    missing = sorted(d for d in details if f"`{d}`" not in page + section("Errors"))
    assert not missing, missing


def test_conformance_page_is_not_behind(folder):
    floor = int((ROOT / "tests" / "unit" / "query" / "tck_floor.txt").read_text(encoding="utf-8").split()[0])
    text = conformance.PAGE.read_text(encoding="utf-8")
    passed = int(re.search(r"^\*\*([\d,]+) of ", text, re.M)[1].replace(",", ""))
    total = re.search(r"^\| \*\*all\*\* \| \*\*(\d+)\*\* \| \*\*(\d+)\*\* \|", text, re.M)
    assert passed == int(total[2]) and passed >= floor, (passed, total[2], floor)
    rows = re.findall(r"^\| [A-Z][A-Za-z0-9-]* \| (\d+) \| (\d+) \| (\d+) \|$", text, re.M)
    assert sum(int(r[0]) for r in rows) == int(total[1]) and sum(int(r[1]) for r in rows) == passed


def test_sets_of_attack_paths(folder):
    """AD_ATTACK_PATHS and AZ_ATTACK_PATHS stand for the kinds the rules declare traversable, and for no others."""
    kinds = ["MemberOf", "GenericAll", "AdminTo", "AZGlobalAdmin", "AZMGAddMember", "CAN_READ", "Contains", "LocalGroup"]
    nodes = [{"id": "start", "kinds": ["User"]}] + [{"id": kind, "kinds": ["Group"]} for kind in kinds]
    edges = [{"kind": kind, "start": {"value": "start"}, "end": {"value": kind}} for kind in kinds]
    file = folder / "sets.json"
    file.write_text(json.dumps({"graph": {"nodes": nodes, "edges": edges}}), encoding="utf-8")

    def ends(types):
        done = run("query", f"MATCH ({{id: 'start'}})-[:{types}]->(m) RETURN m.id", file, "--format", "json", "--quiet")
        assert done.returncode == 0, done.stderr
        return {row[0] for row in json.loads(done.stdout)["rows"]}

    directory, azure = ends("AD_ATTACK_PATHS"), ends("AZ_ATTACK_PATHS")
    assert {"MemberOf", "GenericAll", "AdminTo"} <= directory and not directory & {"AZGlobalAdmin", "AZMGAddMember", "CAN_READ", "LocalGroup"}, directory
    assert {"AZGlobalAdmin", "AZMGAddMember"} == azure, azure
    assert ends("AD_ATTACK_PATHS*1..3") == directory and ends("AD_ATTACK_PATHS|AZ_ATTACK_PATHS") == directory | azure
    assert ends("AZ_ATTACK_PATHS|CAN_READ") == azure | {"CAN_READ"}


def test_names(folder):
    """The trademark's owner asks that derivatives do not carry the name; the pages say what the language accepts instead."""
    for page in (PAGE, cookbook.PAGE, conformance.PAGE):
        text = page.read_text(encoding="utf-8")
        assert not re.search(r"(?<!open)Cypher", text), page
        assert all(re.match(r"openCypher('s|-| 9| project|\b)", text[m.start():]) for m in re.finditer("openCypher", text)), page
    assert "a documented read-only subset of openCypher 9" in PAGE.read_text(encoding="utf-8")


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
