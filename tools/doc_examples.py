#!/usr/bin/env python3
"""Run the examples of a page of doc/ and hold their output to what the page prints.

usage: doc_examples.py [--write] COMMAND PAGE...

An example is a block of shell commands under a line `<!-- run -->`, and the block ```text after it, if there is one, is what it prints:
standard output and errors together. `<!-- run: exit 2 -->` names the exit status; 0 is the default. `--write` puts in what was printed.
Commands run one after another, as a reader pastes them at the root of the repository, in a folder that looks like it and goes away afterwards.
"""
import os
import pathlib
import re
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parent.parent
EXAMPLE = re.compile(r"<!-- run(?:: exit (\d+))? -->\n```sh\n(.*?)```\n(?:\n```text\n(.*?)```\n)?", re.S)


def make_root(folder: str, command: str) -> None:
    """A folder with the repository's entries in it and the command, for the PATH, in `bin`."""
    for entry in ROOT.iterdir():
        if entry.name != "bin":
            os.symlink(entry, f"{folder}/{entry.name}")
    os.mkdir(f"{folder}/bin")
    os.symlink(pathlib.Path(command).resolve(), f"{folder}/bin/cspmgraph")


def run_example(script: str, folder: str) -> tuple[int, str]:
    """Exit status and everything printed."""
    done = subprocess.run(["bash", "-c", script], cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=120,
                          env={**os.environ, "PATH": f"{folder}/bin:{os.environ['PATH']}", "LC_ALL": "C.UTF-8", "NO_COLOR": "1"})
    return done.returncode, done.stdout.decode()


def examples(text: str) -> list[tuple[re.Match, int]]:
    """Each example with the line its commands start at."""
    return [(m, text.count("\n", 0, m.start()) + 3) for m in EXAMPLE.finditer(text)]


def check_page(page: pathlib.Path, command: str, write: bool = False) -> tuple[int, list[str]]:
    """Number of examples, and what is wrong with them."""
    text = page.read_text(encoding="utf-8")
    wrong, changes = [], []
    found = examples(text)
    if text.count("<!-- run") != len(found):
        wrong.append(f"{page}: a mark <!-- run --> has no ```sh block under it")
    with tempfile.TemporaryDirectory() as folder:
        make_root(folder, command)
        for match, line in found:
            wanted, script, printed = int(match[1] or 0), match[2], match[3] or ""
            code, output = run_example(script, folder)
            if code != wanted:
                wrong.append(f"{page}:{line}: exit {code}, wanted {wanted}: {output[:400]}")
            elif output != printed:
                wrong.append(f"{page}:{line}: prints\n{output}instead of\n{printed}")
                changes.append((match.span(3) if match[3] is not None else (match.end(), match.end()), output))
    if write:
        for (start, end), output in reversed(changes):
            has_block = end > start or text[:start].endswith("```text\n")
            text = text[:start] + (output if has_block else f"\n```text\n{output}```\n") + text[end:]
        page.write_text(text, encoding="utf-8")
    return len(found), wrong


def main() -> int:
    arguments = [a for a in sys.argv[1:] if a != "--write"]
    if len(arguments) < 2:
        print(__doc__, file=sys.stderr)
        return 2
    failed = 0
    for page in arguments[1:]:
        count, wrong = check_page(pathlib.Path(page), arguments[0], write="--write" in sys.argv)
        print(f"{page}: {count} examples, {len(wrong)} wrong")
        for one in wrong:
            print(one)
        failed += len(wrong)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
