#!/usr/bin/env python3
"""Each public header compiles alone as C99 and as C++, and the binding generator's parser reads the whole set.

usage: headers.py INCLUDE_DIR
"""
import pathlib
import subprocess
import sys
import tempfile


def compile_alone(include: pathlib.Path, header: pathlib.Path, scratch: pathlib.Path) -> list[str]:
    problems = []
    relative = header.relative_to(include).as_posix()
    for compiler, name, flags in (("cc", "one.c", ["-std=c99"]), ("c++", "one.cc", ["-std=c++11"])):
        source = scratch / name
        source.write_text(f"#include <{relative}>\n#include <{relative}>\nint unused_{len(relative)};\n", encoding="utf-8")
        run = subprocess.run([compiler, *flags, "-Wall", "-Wextra", "-pedantic", "-Werror", "-fsyntax-only", f"-I{include}", str(source)],
                             capture_output=True, text=True)
        if run.returncode:
            problems.append(f"{relative} as {flags[0]}: {run.stderr.strip().splitlines()[0]}")
    return problems


def parse_all(include: pathlib.Path, scratch: pathlib.Path) -> list[str]:
    try:
        from pycparser import CParser
    except ImportError:
        return ["python3-pycparser is not installed"]
    for name, text in (("stdint.h", "".join(f"typedef {t} {n};\n" for n, t in (
            ("int8_t", "signed char"), ("uint8_t", "unsigned char"), ("int16_t", "short"), ("uint16_t", "unsigned short"), ("int32_t", "int"),
            ("uint32_t", "unsigned int"), ("int64_t", "long"), ("uint64_t", "unsigned long")))), ("stddef.h", "typedef unsigned long size_t;\n#define NULL 0\n")):
        (scratch / name).write_text(text, encoding="utf-8")
    out = subprocess.run(["cc", "-E", "-P", "-nostdinc", f"-I{scratch}", f"-I{include}", "-D__attribute__(x)=", "-include", "cspmgraph/cspmgraph.h", "-x", "c", "/dev/null"],
                         capture_output=True, text=True)
    if out.returncode:
        return [f"preprocessing: {out.stderr.strip()}"]
    try:
        tree = CParser().parse(out.stdout, "cspmgraph.h")
    except Exception as problem:  # the parser's own exception type differs between versions
        return [f"binding generator cannot read the headers: {problem}"]
    problems = []
    for node in tree.ext:
        kind = getattr(node, "type", None)
        if type(kind).__name__ != "FuncDecl" or not node.name.startswith("cspm_"):
            continue
        for parameter in (kind.args.params if kind.args else []):
            shape = type(parameter).__name__
            if shape == "EllipsisParam":
                problems.append(f"{node.name}: varargs")
            elif type(parameter.type).__name__ == "TypeDecl" and type(parameter.type.type).__name__ == "Struct":
                problems.append(f"{node.name}: struct by value")
    return problems


def main() -> int:
    include = pathlib.Path(sys.argv[1]).resolve()
    problems = []
    with tempfile.TemporaryDirectory() as folder:
        scratch = pathlib.Path(folder)
        for header in sorted(include.rglob("*.h")):
            problems += compile_alone(include, header, scratch)
        problems += parse_all(include, scratch)
    print("\n".join(problems) or "headers: each compiles alone as C99 and C++11 and parses for bindings")
    return bool(problems)


if __name__ == "__main__":
    sys.exit(main())
