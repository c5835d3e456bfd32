#!/usr/bin/env python3
"""Checks that every crate that is linked has a licence that goes with Apache-2.0.

Reads `cargo metadata`; an expression passes where one of its alternatives is allowed in every part.
"""
import json
import subprocess
import sys

ALLOWED = {
    "0BSD", "Apache-2.0", "Apache-2.0 WITH LLVM-exception", "BSD-2-Clause", "BSD-3-Clause", "BSL-1.0", "CC0-1.0",
    "CDLA-Permissive-2.0", "ISC", "MIT", "MIT-0", "Unicode-3.0", "Unicode-DFS-2016", "Unlicense", "Zlib", "bzip2-1.0.6",
}


def allowed(expression):
    """Whether an SPDX expression can be met with allowed licences: OR of ANDs, parentheses flattened."""
    text = expression.replace("/", " OR ").replace("(", " ( ").replace(")", " ) ")
    tokens, merged = text.split(), []
    for token in tokens:
        if merged and (token == "WITH" or merged[-1].endswith(" WITH")):
            merged[-1] += " " + token
        else:
            merged.append(token)

    def either(i):
        result, i = both(i)
        while i < len(merged) and merged[i] == "OR":
            other, i = both(i + 1)
            result = result or other
        return result, i

    def both(i):
        result, i = one(i)
        while i < len(merged) and merged[i] == "AND":
            other, i = one(i + 1)
            result = result and other
        return result, i

    def one(i):
        if merged[i] == "(":
            result, i = either(i + 1)
            return result, i + 1
        return merged[i] in ALLOWED, i + 1

    return either(0)[0]


def main():
    assert allowed("MIT OR GPL-3.0-only") and not allowed("GPL-3.0-only")
    assert allowed("(MIT OR Apache-2.0) AND Unicode-3.0") and not allowed("MIT AND GPL-3.0-only")
    metadata = json.loads(
        subprocess.run(
            ["cargo", "metadata", "--format-version", "1", "--locked"], check=True, capture_output=True
        ).stdout
    )
    wrong = [
        f"{p['name']} {p['version']}: {p['license']}"
        for p in metadata["packages"]
        if not (p["license"] and allowed(p["license"]))
    ]
    if wrong:
        sys.exit("licences that do not go with Apache-2.0:\n" + "\n".join(wrong))
    arrows = {p["version"] for p in metadata["packages"] if p["name"] == "arrow"}
    if len(arrows) != 1:
        sys.exit(f"more than one version of arrow: {sorted(arrows)}")
    print(f"{len(metadata['packages'])} crates, all licences allowed, one arrow")


if __name__ == "__main__":
    main()
