#!/usr/bin/python3
# SPDX-FileCopyrightText: 2026 The libbeaver authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Makes the man page of the command out of its page of the documentation, so that there is one text of it.

usage: make-man.py doc/command.md > cli/beaver.1
"""
import re
import sys

HEAD = r'''.\" SPDX-FileCopyrightText: 2026 The libbeaver authors
.\" SPDX-License-Identifier: LGPL-2.1-or-later
.\" Made by tools/make-man.py out of doc/command.md.
.TH BEAVER 1 "" "libbeaver 1.0" "User Commands"
.SH NAME
beaver \- read and write the structures of a database file
.SH SYNOPSIS
.B beaver
\fIFILE KIND NAME COMMAND\fR [\fIARGUMENT\fR...]
.br
.B beaver
\fIFILE\fR [\fIOVERALL-COMMAND\fR] [\fIOPTION\fR...]
.SH DESCRIPTION'''

TAIL = r'''.SH SEE ALSO
.BR sqlite3 (1),
.BR flock (1)'''


def plain(text):
    """Characters that roff takes for its own."""
    return text.replace('\\', r'\e').replace('-', r'\-')


def inline(text):
    text = text.replace(r'\|', '|')
    out = []
    for part in re.split(r'(`[^`]+`|\*\*[^*]+\*\*|\*[^*]+\*|!?\[[^\]]+\]\([^)]+\))', text):
        if part.startswith('`'):
            out.append(r'\fB' + plain(part[1:-1]) + r'\fR')
        elif part.startswith('**'):
            out.append(r'\fB' + plain(part[2:-2]) + r'\fR')
        elif part.startswith('*') and len(part) > 1:
            out.append(r'\fI' + plain(part[1:-1]) + r'\fR')
        elif part.startswith('!['):
            continue
        elif part.startswith('['):
            out.append(plain(part[1:part.index(']')]))
        else:
            out.append(plain(part))
    line = ''.join(out)
    return re.sub(r"^([.'])", r'\\&\1', line)


def paragraphs(lines):
    """A paragraph is a list of lines that stand together; what is fenced keeps its empty ones."""
    block, fenced = [], False
    for line in lines:
        if line.startswith('```'):
            fenced = not fenced
        if line.strip() or fenced:
            block.append(line)
        elif block:
            yield block
            block = []
    if block:
        yield block


def convert(text):
    # Title: and Slug: of the site, the heading of the page
    body = text.split('\n# ', 1)[1].split('\n', 1)[1]
    yield HEAD
    apart = False       # whether a paragraph stands before, in the same section
    for block in paragraphs(body.splitlines()):
        if block[0].startswith('<!--') and len(block) == 1:
            continue
        if block[0].startswith('<!--'):
            block = block[1:]
        if block[0].startswith('!['):
            continue
        if block[0].startswith('## '):
            yield '.SH ' + inline(block[0][3:]).upper().replace(r'\FB', '').replace(r'\FR', '')
            apart = False
        elif block[0].startswith('```text'):
            continue        # what a screen shows
        elif block[0].startswith('```'):
            yield from ['.PP', '.RS 4', '.EX', *(plain(line) for line in block[1:-1]), '.EE', '.RE']
            apart = True
        elif block[0].startswith('|'):
            rows = [re.split(r'(?<!\\)\|', line.strip()[1:-1]) for line in block]
            for row in rows[2:]:
                cells = [inline(cell.strip()) for cell in row]
                yield from ['.TP', cells[0], '; '.join(cells[1:]) or r'\&']
            apart = True
        elif block[0].startswith('- '):
            for line in block:
                if line.startswith('- '):
                    yield r'.IP \(bu 2'
                yield inline(line[2:] if line.startswith('- ') else line.strip())
            apart = True
        else:
            if apart:
                yield '.PP'
            yield from (inline(line) for line in block)
            apart = True
    yield TAIL


def main():
    with open(sys.argv[1], encoding='utf-8') as file:
        print('\n'.join(convert(file.read())))
    return 0


if __name__ == '__main__':
    sys.exit(main())
