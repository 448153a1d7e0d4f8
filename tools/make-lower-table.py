#!/usr/bin/python3
# SPDX-FileCopyrightText: 2026 The libbeaver authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Writes beaver/engine/beaver-lower-table-private.h: what str.lower() of this Python does to each character.

Trigrams in the file were made by Python's str.lower(), so the table is asked from Python itself and not computed from the
Unicode files:  tools/make-lower-table.py > beaver/engine/beaver-lower-table-private.h
"""
import sys
import unicodedata

SIGMA = "\u03a3"
FINAL = "\u03c2"


def characters():
    return (chr(c) for c in range(0x110000) if not 0xD800 <= c <= 0xDFFF)


def mappings():
    """(first, last, step, delta): first, first + step ... last become themselves + delta."""
    runs = []
    for c in characters():
        low = c.lower()
        if low == c or c == "\u0130":  # the one that becomes two characters is done in code
            continue
        assert len(low) == 1, c
        code, delta = ord(c), ord(low) - ord(c)
        if runs and runs[-1][3] == delta:
            first, last, step, _ = runs[-1]
            if code - last == step or first == last and code - last <= 2:
                runs[-1] = (first, code, code - last, delta)
                continue
        runs.append((code, code, 1, delta))
    return runs


def ranges(wanted):
    runs = []
    for c in characters():
        if not wanted(c):
            continue
        code = ord(c)
        if runs and runs[-1][1] == code - 1:
            runs[-1] = (runs[-1][0], code)
        else:
            runs.append((code, code))
    return runs


def is_cased(c):
    """Makes a sigma that follows it a final one."""
    return (c + SIGMA).lower().endswith(FINAL)


def is_ignorable(c):
    """Is looked through in the search for a cased character."""
    return not is_cased(c) and ("A" + c + SIGMA).lower().endswith(FINAL)


def table(out, kind, name, rows, form):
    print(f"static const {kind} {name}[] = {{", file=out)
    line = " "
    for row in rows:
        item = " " + form(row) + ","
        if len(line) + len(item) > 118:
            print(line, file=out)
            line = " "
        line += item
    print(line, file=out)
    print("};", file=out)


def main(out):
    print("/* SPDX-FileCopyrightText: 2026 The libbeaver authors", file=out)
    print(" * SPDX-License-Identifier: LGPL-2.1-or-later */", file=out)
    print("#pragma once", file=out)
    print(f"\n/* Made by tools/make-lower-table.py with Unicode {unicodedata.unidata_version}. */", file=out)
    print("\n/* clang-format off */", file=out)
    table(out, "LowerRun", "lower_runs", mappings(), lambda r: "{0x%x, 0x%x, %d, %d}" % r)
    print(file=out)
    table(out, "CharRange", "cased", ranges(is_cased), lambda r: "{0x%x, 0x%x}" % r)
    print(file=out)
    table(out, "CharRange", "case_ignorable", ranges(is_ignorable), lambda r: "{0x%x, 0x%x}" % r)
    print("/* clang-format on */", file=out)


if __name__ == "__main__":
    main(sys.stdout)
