#!/usr/bin/env python3
"""Add up Meson test logs: every TAP line counts, other tests count as one. Prints what was skipped and why; the last line is the total.

usage: summary.py FAILED_BEFORE LOG.json...
       summary.py --missed LOG.json      the tests that failed there, a name a line

A log NAME-again-N.json holds tests of NAME.json that were run once more: the last run of each counts.
"""
import json
import re
import sys

TAP = re.compile(r"^(not ok|ok)\b[^#\n]*(?:#\s*(SKIP\b.*))?", re.M | re.I)
REASON = re.compile(r"^(?:# ?)?(?:skipped: |SKIP )(.+)$", re.M)


def read(path: str) -> list[dict]:
    with open(path, encoding="utf-8") as stream:
        return [json.loads(line) for line in stream]


def missed(path: str) -> list[str]:
    return [re.split(r"[:/]", run["name"])[-1].strip() for run in read(path) if run["result"] not in ("OK", "EXPECTEDFAIL", "SKIP")]


def main() -> int:
    if sys.argv[1] == "--missed":
        print("".join(f"{name}\n" for name in missed(sys.argv[2])), end="")
        return 0
    passed, failed, skipped = 0, int(sys.argv[1]), 0
    logs: dict[str, dict[str, dict]] = {}
    for path in sys.argv[2:]:
        try:
            logs.setdefault(re.sub(r"-again-\d+\.json$", ".json", path), {}).update((run["name"], run) for run in read(path))
        except OSError as problem:
            print(f"FAILED: no results: {problem}")
            failed += 1
    for runs in logs.values():
        for run in runs.values():
            text = run.get("stdout") or ""
            good = bad = left = 0
            for state, skip in TAP.findall(text):
                if skip:
                    left += 1
                elif state.lower() == "ok":
                    good += 1
                else:
                    bad += 1
            for line in text.splitlines():
                if line.startswith('{"name"'):  # a benchmark's row: a gate is a test
                    row = json.loads(line)
                    met = row["ok"] if "ok" in row else row["ratio"] >= row["gate"]
                    good, bad = good + met, bad + (not met)
                    if not met:
                        print(f"FAILED gate: {row['name']} {row['size']}: {row.get('ratio', row.get('worst'))} (gate {row['gate']})")
            name = run["name"]
            if run["result"] == "SKIP":
                reason = REASON.search(text) or REASON.search(run.get("stderr") or "")
                print(f"skipped: {name}: {reason.group(1) if reason else 'no reason given'}")
                skipped += 1
                continue
            for line in REASON.findall(text):
                print(f"skipped: {name}: {line}")
            if run["result"] not in ("OK", "EXPECTEDFAIL") and bad == 0:
                bad = 1
            if bad:
                print(f"FAILED: {name} ({run['result']})")
            passed += good if (good or bad) else 1
            failed += bad
            skipped += left
    tail = f", {skipped} skipped" if skipped else ""
    print(f"{passed} passed, {failed} failed{tail}")
    return failed > 0


if __name__ == "__main__":
    sys.exit(main())
