#!/usr/bin/env python3
"""Functions the library does not call, and third-party headers outside the one file that fences them."""
import pathlib
import re
import sys

NOWHERE = ["sprintf", "vsprintf", "strcpy", "strcat", "strncpy", "strncat", "strtok", "atoi", "atol", "atof", "gets", "rand", "srand", "alloca", "setlocale",
           "abort", "exit", "_exit", "signal", "sigaction", "printf", "fprintf", "puts", "perror", "system", "popen", "getenv", "asprintf", "strdup", "strndup"]
ONLY_IN = {
    "malloc": {"lib/base/mem.c"}, "calloc": {"lib/base/mem.c"}, "realloc": {"lib/base/mem.c"}, "free": {"lib/base/mem.c"},
    "setjmp": {"lib/base/json_read.c"}, "longjmp": {"lib/base/json_read.c"},
}
HEADERS = {"yajl": {"lib/base/json_read.c"}, "yaml.h": {"lib/base/yaml_read.c"}, "archive": {"lib/ingest/archive.c"}, "igraph": set()}
CALL = re.compile(r"(?<![A-Za-z0-9_.>])([a-z_][a-z0-9_]*)\s*\(")
COMMENT = re.compile(r"/\*.*?\*/|//[^\n]*|\"(?:\\.|[^\"\\\n])*\"", re.S)


def blank(match: re.Match) -> str:
    return re.sub(r"[^\n]", " ", match.group(0))


def check(root: pathlib.Path) -> list[str]:
    problems = []
    for path in sorted((root / "lib").rglob("*.[ch]")):
        name = path.relative_to(root).as_posix()
        raw = path.read_text(encoding="utf-8")
        for number, line in enumerate(raw.splitlines(), 1):
            match = re.match(r'\s*#\s*include\s+[<"]([^>"]+)', line)
            if match:
                for prefix, allowed in HEADERS.items():
                    if match.group(1).startswith(prefix) and name not in allowed:
                        problems.append(f"{name}:{number}: {match.group(1)} is fenced in {', '.join(sorted(allowed)) or 'lib-metrics'}")
        for number, line in enumerate(COMMENT.sub(blank, raw).splitlines(), 1):
            if line.lstrip().startswith("#"):
                continue
            for call in CALL.findall(line):
                if call in NOWHERE or (call in ONLY_IN and name not in ONLY_IN[call]):
                    # A struct member or a declaration named so is fine: only calls count, and those have no type before them.
                    if re.search(rf"\b(?:void|int|int32_t|bool)\s+\**{call}\s*\(", line) or re.search(rf"\(\*{call}\)", line):
                        continue
                    problems.append(f"{name}:{number}: {call}() is banned here")
    return problems


if __name__ == "__main__":
    found = check(pathlib.Path(sys.argv[1]).resolve())
    print("\n".join(found) or "banned: none called")
    sys.exit(bool(found))
