#!/usr/bin/env python3
"""Write a page and what belongs to it as one C string: embed_text.py OUT.c NAME PAGE.html STYLE.css SCRIPT.js

<!--style--> and <!--script--> in the page are replaced by the two other files, and SCRIPT-HASH by the digest that a content security policy
needs to let exactly this script run. The output depends on nothing but the content.
"""
import base64
import hashlib
import sys


def read(path):
    with open(path, encoding="utf-8") as f:
        return f.read()


def rows(data):
    for i in range(0, len(data), 24):
        yield "    " + ", ".join(str(byte) for byte in data[i:i + 24]) + ","


def main(argv):
    if len(argv) != 6:
        sys.exit("usage: embed_text.py OUT.c NAME PAGE.html STYLE.css SCRIPT.js")
    out, name, page, style, script = argv[1], argv[2], read(argv[3]), read(argv[4]), read(argv[5])
    for marker in ("<!--style-->", "<!--script-->", "SCRIPT-HASH"):
        if page.count(marker) != 1:
            sys.exit("%s: %s must stand in it exactly once" % (argv[3], marker))
    digest = base64.b64encode(hashlib.sha256(script.encode("utf-8")).digest()).decode("ascii")
    page = page.replace("SCRIPT-HASH", "sha256-" + digest).replace("<!--style-->", style).replace("<!--script-->", script)
    data = page.encode("utf-8")
    text = ["/* Made by tools/embed_text.py. */", '#include "export/report.h"', "", "static const unsigned char bytes[] = {"]
    text += list(rows(data))
    text += ["};", "const cg_str %s = { (const char *)bytes, sizeof bytes };" % name, ""]
    with open(out, "w", encoding="ascii") as f:
        f.write("\n".join(text))


if __name__ == "__main__":
    main(sys.argv)
