# SPDX-FileCopyrightText: 2026 The libbeaver authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Draws the screen of a terminal as SVG for the documentation, and says what is in such a picture, whatever the numbers are."""
import re
from xml.etree import ElementTree
from xml.sax.saxutils import escape

CELL, LINE, MARGIN = 8.4, 19, 16
COLOURS = {'1': ' font-weight="bold" fill="#ffffff"', '36': ' fill="#5fd7d7"', '31': ' fill="#ff8787"', '32': ' fill="#87d787"',
           '33': ' fill="#ffd787"', '2': ' fill="#9aa0a6"'}
BARS = '▁▂▃▄▅▆▇█'


def runs(letters, marks):
    """Letters of one colour that stand together: column, text, colour."""
    start = 0
    for column in range(1, len(letters) + 1):
        if column == len(letters) or marks[column] != marks[start]:
            text = ''.join(letters[start:column])
            if text.strip():
                blank = len(text) - len(text.lstrip())
                yield start + blank, text.strip(), marks[start]
            start = column


def draw(screen, title):
    rows = [(letters, marks) for letters, marks in screen.painted()]
    while rows and not ''.join(rows[-1][0]).strip():
        rows.pop()
    width = max(len(''.join(letters).rstrip()) for letters, _ in rows) * CELL + 2 * MARGIN
    height = len(rows) * LINE + 2 * MARGIN
    out = [f'<svg xmlns="http://www.w3.org/2000/svg" width="{width:.0f}" height="{height}" viewBox="0 0 {width:.0f} {height}" role="img">',
           f'<title>{escape(title)}</title>',
           f'<rect width="{width:.0f}" height="{height}" rx="8" fill="#202429"/>',
           '<g font-family="DejaVu Sans Mono, Menlo, Consolas, monospace" font-size="14" fill="#d8dce2">']
    for number, (letters, marks) in enumerate(rows):
        for column, text, colour in runs(letters, marks):
            out.append(f'<text x="{MARGIN + column * CELL:.1f}" y="{MARGIN + number * LINE + 14}" textLength="{len(text) * CELL:.1f}" '
                       f'lengthAdjust="spacingAndGlyphs" xml:space="preserve" data-row="{number}"{COLOURS.get(colour, "")}>'
                       f'{escape(text)}</text>')
    return '\n'.join([*out, '</g>', '</svg>', ''])


def lines_of_picture(path):
    rows = {}
    for element in ElementTree.parse(path).iter('{http://www.w3.org/2000/svg}text'):
        number, column = int(element.get('data-row')), round((float(element.get('x')) - MARGIN) / CELL)
        rows[number] = rows.get(number, '').ljust(column) + element.text
    return [rows[number] for number in sorted(rows)]


def structure(lines):
    """What would be the same on another day: the words, but no numbers, bars and names of holders."""
    plain = []
    for line in lines:
        line = re.sub(f'[{BARS}]', ' ', line)
        line = re.sub(r'pid:\S+?(?=,|\s|$)', 'HOLDER', line)
        line = re.sub(r'\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d+', 'TIME', line)
        line = re.sub(r'[\d.,]+\s?(bytes|kB|MB)', 'SIZE', line)
        line = re.sub(r'[-+]?\d+(\.\d+)?', '', line)
        line = ' '.join(line.split())
        if line:
            plain.append(line)
    return sorted(plain)
