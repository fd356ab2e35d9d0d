#!/usr/bin/env python3
"""Write the built-in rule packs as C: embed_packs.py OUT.c PACK.yaml...

The packs are embedded in the order of their names, so the output depends on nothing but their content.
"""
import os
import sys


def rows(data):
    for i in range(0, len(data), 24):
        yield "    " + ", ".join(str(byte) for byte in data[i:i + 24]) + ","


def main(argv):
    if len(argv) < 3:
        sys.exit("usage: embed_packs.py OUT.c PACK.yaml...")
    packs = sorted(argv[2:], key=os.path.basename)
    out = ["/* Made by tools/embed_packs.py from lib/packs. */", '#include "rules/set.h"', ""]
    table = []
    for i, path in enumerate(packs):
        with open(path, "rb") as f:
            data = f.read()
        out.append("static const unsigned char pack_%d[] = {" % i)
        out.extend(rows(data))
        out.append("};")
        table.append('    { "builtin/%s", pack_%d, %d },' % (os.path.basename(path), i, len(data)))
    out += ["", "const rule_embedded rule_embedded_packs[] = {"] + table + ["};", "const uint32_t rule_n_embedded_packs = %d;" % len(packs), ""]
    with open(argv[1], "w", encoding="ascii") as f:
        f.write("\n".join(out))


if __name__ == "__main__":
    main(sys.argv)
