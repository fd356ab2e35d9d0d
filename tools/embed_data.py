#!/usr/bin/env python3
"""Write a data file as one C string: embed_data.py OUT.c NAME HEADER.h FILE

HEADER.h declares NAME as a cg_str. The output depends on nothing but the content.
"""
import sys


def rows(data):
    for i in range(0, len(data), 24):
        yield "    " + ", ".join(str(byte) for byte in data[i:i + 24]) + ","


def main(argv):
    if len(argv) != 5:
        sys.exit("usage: embed_data.py OUT.c NAME HEADER.h FILE")
    out, name, header, path = argv[1:]
    with open(path, "rb") as f:
        data = f.read()
    text = ["/* Made by tools/embed_data.py. */", '#include "%s"' % header, "", "static const unsigned char bytes[] = {"]
    text += list(rows(data))
    text += ["};", "const cg_str %s = { (const char *)bytes, sizeof bytes };" % name, ""]
    with open(out, "w", encoding="ascii") as f:
        f.write("\n".join(text))


if __name__ == "__main__":
    main(sys.argv)
