#!/usr/bin/env python3
"""Write cspmgraph/_bindings.py from the public headers: constants, structs, and the signature of every public function.

usage: generate.py INCLUDE_DIR [-o FILE]     without -o the text goes to stdout

Needs pycparser (python3-pycparser) and the system's C compiler as a preprocessor. Any version of pycparser gives the same text.
"""
from __future__ import annotations

import argparse
import pathlib
import re
import subprocess
import sys
import tempfile
from typing import Any

from pycparser import CParser, c_ast

INTEGERS = {"int8_t": "signed char", "uint8_t": "unsigned char", "int16_t": "short", "uint16_t": "unsigned short", "int32_t": "int",
            "uint32_t": "unsigned int", "int64_t": "long", "uint64_t": "unsigned long"}
SCALARS = {**{name: "c_" + name[:-2] for name in INTEGERS}, "int": "c_int", "double": "c_double", "size_t": "c_size_t"}
LIBRARIES = (("Core", "the core library"), ("Metrics", "libcspmgraph-metrics"))

HEAD = '''"""Signatures, structs and constants of the C interface. Written by tools/generate.py from the public headers; do not edit."""
# ruff: noqa: E501
from __future__ import annotations

import ctypes
from ctypes import %s
from enum import IntEnum
from typing import Any, Callable
'''

LOADER = '''

def _bind(library: ctypes.CDLL, signatures: dict[str, tuple[Any, tuple[Any, ...]]], into: object) -> None:
    """Give each function of a loaded library its types; AttributeError names the first one that is not there."""
    for name, (result, arguments) in signatures.items():
        function = getattr(library, name)
        function.restype, function.argtypes = result, arguments
        setattr(into, name, function)
'''


def natural(name: str) -> list[object]:
    return [int(part) if part.isdigit() else part for part in re.split(r"(\d+)", name)]


def preprocess(include: pathlib.Path) -> str:
    """All public headers as plain C, with stand-ins for the system's."""
    with tempfile.TemporaryDirectory() as name:
        scratch = pathlib.Path(name)
        (scratch / "stdint.h").write_text("".join(f"typedef {kind} {name};\n" for name, kind in INTEGERS.items()), encoding="utf-8")
        (scratch / "stddef.h").write_text("typedef unsigned long size_t;\n", encoding="utf-8")
        headers = ["-include", "cspmgraph/cspmgraph.h", "-include", "cspmgraph/metrics.h"]
        run = subprocess.run(["cc", "-E", "-P", "-nostdinc", f"-I{scratch}", f"-I{include}", "-D__attribute__(x)=", *headers, "-x", "c", "/dev/null"],
                             check=True, capture_output=True, text=True)
        return run.stdout


class Generator:
    def __init__(self, tree: Any, metrics: set[str]) -> None:
        self.structs: dict[str, Any] = {}      # name -> list of field declarations
        self.enums: list[list[tuple[str, int]]] = []
        self.functions: dict[str, Any] = {}
        self.callbacks: set[str] = set()
        self.metrics = metrics
        for node in tree.ext:
            self.top(node)

    def top(self, node: Any) -> None:
        if isinstance(node, c_ast.Typedef) and isinstance(node.type, c_ast.PtrDecl) and isinstance(node.type.type, c_ast.FuncDecl):
            self.callbacks.add(node.name)
        elif isinstance(node, (c_ast.Typedef, c_ast.Decl)):
            kind = node.type.type if isinstance(node.type, c_ast.TypeDecl) else node.type
            if isinstance(kind, c_ast.Struct) and kind.decls:
                self.structs[node.name or kind.name] = kind.decls
            elif isinstance(kind, c_ast.Enum) and kind.values:
                self.enums.append(self.enum(kind))
            elif isinstance(kind, c_ast.FuncDecl) and node.name.startswith("cspm_"):
                self.functions[node.name] = kind

    @staticmethod
    def enum(kind: Any) -> list[tuple[str, int]]:
        values, following = [], 0
        for item in kind.values.enumerators:
            if isinstance(item.value, c_ast.UnaryOp):
                following = -int(item.value.expr.value, 0)
            elif item.value is not None:
                following = int(item.value.value, 0)
            values.append((item.name, following))
            following += 1
        return values

    def named(self, kind: Any) -> str:
        """The C name under pointers and qualifiers."""
        return kind.name if isinstance(kind, c_ast.Struct) else " ".join(kind.names)

    def type(self, node: Any, returned: bool = False, measured: bool = False) -> str:
        """ctypes' name for a C type. A text that is returned with its length stays an address: it may hold NUL bytes."""
        if isinstance(node, c_ast.TypeDecl):
            name = self.named(node.type)
            return "None" if name == "void" else "c_void_p" if name in self.callbacks else SCALARS.get(name, name)
        if isinstance(node, c_ast.ArrayDecl):
            return f"{self.type(node.type)} * {node.dim.value}"
        inner = node.type
        if isinstance(inner, c_ast.FuncDecl):
            return "c_void_p"
        if isinstance(inner, c_ast.TypeDecl):
            name = self.named(inner.type)
            if name == "char":
                return "c_void_p" if returned and measured else "c_char_p"
            if name == "void" or (name not in SCALARS and name not in self.structs):
                return "c_void_p"  # bytes, or a handle
        return f"POINTER({self.type(inner)})"

    def signature(self, name: str) -> tuple[str, list[tuple[str, str]]]:
        kind = self.functions[name]
        declared = [p for p in (kind.args.params if kind.args else []) if p.name]
        arguments = [(p.name, self.type(p.type)) for p in declared]
        measured = any(kind == "POINTER(c_size_t)" for _, kind in arguments)
        return self.type(kind.type, returned=True, measured=measured), arguments

    def write(self) -> str:
        out = [HEAD]
        out += ["\n" + "".join(f"{name} = {value}\n" for name, value in values) for values in self.enums]
        for values in self.enums:
            if values[0][0] == "CSPM_OK":
                out.append('\n\nclass Status(IntEnum):\n    """What a call returned; negative values are errors."""\n\n')
                out.append("".join(f"    {name[5:]} = {value}\n" for name, value in values))
                out.append('\n    def __str__(self) -> str:\n        return "CSPM_" + self.name\n')
        out += [f"\n\nclass {name}(ctypes.Structure):\n    pass\n" for name in self.structs]
        for name, fields in self.structs.items():
            out.append(f"\n\n{name}._fields_ = [\n" + "".join(f'    ("{f.name}", {self.type(f.type)}),\n' for f in fields) + "]\n")
        out.append(LOADER)
        for title, words in LIBRARIES:
            out.append(self.library(title, words, [n for n in sorted(self.functions) if (n in self.metrics) == (title == "Metrics")]))
        body = "".join(out[1:])
        return HEAD % ", ".join(["POINTER", *sorted(set(re.findall(r"\bc_[a-z0-9_]+\b", body)), key=natural)]) + body

    def library(self, title: str, words: str, names: list[str]) -> str:
        signatures = {name: self.signature(name) for name in names}
        text = f"\n\n{title.upper()}: dict[str, tuple[Any, tuple[Any, ...]]] = {{\n"
        for name, (result, arguments) in signatures.items():
            kinds = "".join(kind + ", " for _, kind in arguments)
            text += f'    "{name}": ({result}, ({kinds.strip() if len(arguments) == 1 else kinds.rstrip(", ")})),\n'
        text += f'}}\n\n\nclass {title}:\n    """The functions of {words}, typed."""\n\n'
        for name, (result, arguments) in signatures.items():
            python = {"None": "None", "c_char_p": "bytes | None", "c_void_p": "int | None", "c_double": "float"}.get(result, "int")
            text += f"    {name}: Callable[[{', '.join('Any' for _ in arguments)}], {python}]\n"
        return text + f"\n    def __init__(self, library: ctypes.CDLL) -> None:\n        _bind(library, {title.upper()}, self)\n"


def generate(include: pathlib.Path) -> str:
    metrics_header = (include / "cspmgraph/metrics.h").read_text(encoding="utf-8")
    tree = CParser().parse(preprocess(include), "cspmgraph.h")
    generator = Generator(tree, set())
    generator.metrics = {name for name in generator.functions if name + "(" in metrics_header}
    return generator.write()


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("include", type=pathlib.Path)
    parser.add_argument("-o", "--output", type=pathlib.Path)
    options = parser.parse_args()
    text = generate(options.include.resolve())
    if options.output:
        options.output.write_text(text, encoding="utf-8")
    else:
        sys.stdout.write(text)
    return 0


if __name__ == "__main__":
    sys.exit(main())
