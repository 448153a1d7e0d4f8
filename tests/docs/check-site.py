#!/usr/bin/python3
# SPDX-FileCopyrightText: 2026 The libbeaver authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Every link between the pages of the rendered site, every anchor and every image leads somewhere, and so do the relative
links of the Markdown files that are read in the source tree. Links to other libraries have an address in urlmap.js.

usage: check-site.py SITE [MARKDOWN...]       (prints TAP)
"""
import html.parser
import os
import re
import sys
import urllib.parse

FENCED = re.compile(r'^(```|~~~).*?^\1\s*$', re.MULTILINE | re.DOTALL)
LINK = re.compile(r'!?\[[^\]]*\]\(([^)\s]+)\)')
# what gi-docgen would have made a link of, had it understood it
LEFT = re.compile(r'\[(?:alias|callback|class|const|ctor|enum|error|flags|func|id|iface|method|property|signal|struct|type|vfunc)@'
                  r'[^\]\s]*\]')


class Page(html.parser.HTMLParser):
    def __init__(self, path):
        super().__init__()
        self.anchors, self.links, self.left, self.code, self.namespaces = set(), [], [], 0, set()
        with open(path, encoding='utf-8') as file:
            self.feed(file.read())

    def handle_starttag(self, tag, attributes):
        attributes = dict(attributes)
        self.code += tag in ('code', 'pre', 'script', 'style')
        for name in ('id', 'name'):
            if attributes.get(name):
                self.anchors.add(attributes[name])
        self.namespaces.add(attributes.get('data-namespace'))
        for name in ('href', 'src'):
            if attributes.get(name):
                self.links.append((self.getpos()[0], attributes[name]))

    def handle_endtag(self, tag):
        self.code -= tag in ('code', 'pre', 'script', 'style')

    def handle_data(self, data):
        if not self.code:
            self.left += [(self.getpos()[0], link) for link in LEFT.findall(data)]


def known_elsewhere(site):
    try:
        with open(os.path.join(site, 'urlmap.js'), encoding='utf-8') as file:
            return {None, *re.findall(r"\['(\w+)', 'https://[^']+/'\]", file.read())}
    except FileNotFoundError:
        return {None}


def wrong_in_site(site):
    known = known_elsewhere(site)
    names = sorted(name for name in os.listdir(site) if name.endswith('.html'))
    pages = {name: Page(os.path.join(site, name)) for name in names}
    for name, page in pages.items():
        wrong = [f'line {line}: {link} is not understood' for line, link in page.left]
        wrong += [f'nobody knows where the reference of {name} is' for name in sorted(page.namespaces - known)]
        for line, link in page.links:
            parts = urllib.parse.urlsplit(link)
            if parts.scheme or parts.netloc:
                continue
            target = urllib.parse.unquote(parts.path) or name
            anchor = urllib.parse.unquote(parts.fragment)
            if not os.path.exists(os.path.join(site, target)):
                wrong.append(f'line {line}: {link} leads nowhere')
            elif anchor and target in pages and anchor not in pages[target].anchors:
                wrong.append(f'line {line}: {link}: {target} has no such anchor')
        yield name, wrong


def wrong_in_markdown(path):
    with open(path, encoding='utf-8') as file:
        text = FENCED.sub(lambda block: '\n' * block[0].count('\n'), file.read())
    for match in LINK.finditer(text):
        parts = urllib.parse.urlsplit(match[1])
        if parts.scheme or not parts.path:
            continue
        if not os.path.exists(os.path.join(os.path.dirname(path), urllib.parse.unquote(parts.path))):
            yield f'line {text.count(chr(10), 0, match.start()) + 1}: {match[1]} leads nowhere'


def main():
    site, *files = sys.argv[1:]
    answers = [(f'the pages of {os.path.basename(os.path.normpath(site))}', [
        f'{name}, {line}' for name, wrong in wrong_in_site(site) for line in wrong])]
    answers += [(os.path.basename(path), list(wrong_in_markdown(path))) for path in files]
    print(f'1..{len(answers)}')
    for number, (name, wrong) in enumerate(answers, 1):
        for line in wrong:
            print(f'# {line}')
        print(f'{"not ok" if wrong else "ok"} {number} - {name}')
    sys.exit(any(wrong for _, wrong in answers))


if __name__ == '__main__':
    main()
