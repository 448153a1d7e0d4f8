#!/usr/bin/env python3
# SPDX-FileCopyrightText: 2026 The libbeaver authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Runs the benchmark program: ours and the peers in turn, so that whatever else the machine does meets all of them.

usage: bench.py --program BUILD/benchmarks/bench [--rounds N] [--seconds S] [--json FILE [--keep]] [--doc DIR] [CASE...]

Prints a table of medians, 99th percentiles and ratios beside the targets. --json writes after each case, and with --keep what the file
says of other cases stays in it. --doc writes the table of performance.md and its plots anew, from all that the file then says.
"""
import argparse
import datetime
import json
import math
import os
import platform
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import time


class Case:
    """One line of the table: a case of the program, its variants, what is asked of ours, and how many seconds it takes at least.

    The first variant is ours. want: (name of the figure, relation, limit); a figure is one of the program's, `VARIANT.figure` for that of
    another variant, or `PEER:figure` for the ratio to a peer in the same round, in which larger is better for ours whatever the figure.
    """

    def __init__(self, name, case, options, variants, want, group, title, least=0):
        self.name, self.case, self.options, self.variants = name, case, options, variants
        self.want, self.group, self.title, self.least = want, group, title, least


# A shorter run of writes only sees the log grow: it has begun anew several times after these seconds, and been copied.
SUSTAINED = 4
K100 = ['-n', '100000']
MILLION = ['-n', '1000000']
HOT = ['-n', '10000']
CASES = [
    Case('get', 'get', K100, 'beaver sqlite redis lmdb gdbm python',
         [('sqlite:cpu_us', '>=', 0.95), ('redis:p50_us', '>=', 1.5)], 'get', 'dict get, not cached'),
    Case('get-million', 'get', MILLION, 'beaver sqlite lmdb', [('sqlite:cpu_us', '>=', 0.95), ('lmdb:p50_us', '>=', 0.4)], 'get',
         'the same, 1,000,000 keys'),
    Case('cached-0', 'mix', HOT, 'beaver sqlite lmdb', [('sqlite:cpu_us', '>=', 15), ('p50_us', '<=', 0.25)],
         'get', 'dict get, repeated'),
    Case('cached-million', 'mix', MILLION + ['-k', '10000'], 'beaver sqlite lmdb', [('sqlite:cpu_us', '>=', 15), ('lmdb:p50_us', '>=', 4)],
         'get', '10,000 keys of 1,000,000, repeated'),
    Case('cached-1', 'mix', HOT + ['-w', '1'], 'beaver sqlite', [('sqlite:cpu_us', '>=', 6)], 'get', 'the same, 1 % writes'),
    Case('cached-5', 'mix', HOT + ['-w', '5'], 'beaver sqlite', [('sqlite:cpu_us', '>=', 2.5)], 'get', 'the same, 5 % writes'),
    Case('mix-4', 'mix', HOT + ['-w', '5', '-t', '4'], 'beaver sqlite', [('sqlite:ops_s', '>=', 3)], 'get', '95/5 mix, 4 threads'),
    Case('set', 'set', K100, 'beaver sqlite redis lmdb gdbm python',
         [('sqlite:ops_s', '>=', 1.5), ('sqlite:cpu_us', '>=', 0.8), ('p9999_us', '<=', 2000), ('redis:ops_s', '>=', 1)], 'set',
         'dict set, 100,000 keys', SUSTAINED),
    Case('set-million', 'set', MILLION, 'beaver sqlite', [('sqlite:ops_s', '>=', 1.35)], 'set', 'dict set, 1,000,000 keys', SUSTAINED),
    Case('set-full', 'set', K100 + ['-f'], 'beaver sqlite redis lmdb', [('sqlite:ops_s', '>=', 0.95), ('redis:ops_s', '>=', 1.2),
                                                                       ('lmdb:ops_s', '>=', 2)], 'set', 'dict set, FULL', SUSTAINED),
    Case('set-full-8', 'set', K100 + ['-f', '-t', '8'], 'beaver sqlite', [('sqlite:ops_s', '>=', 2.5)], 'set', 'the same, 8 threads',
         SUSTAINED),
    Case('set-8', 'set', K100 + ['-t', '8'], 'beaver sqlite', [('max_us', '<=', 30000), ('fairness', '>=', 0.8)], 'set',
         'dict set, 8 threads', SUSTAINED),
    Case('processes', 'processes', HOT, 'beaver sqlite',
         [('share_of_fair', '>=', 0.7), ('foreign_longest_ms', '<=', 1000), ('refused', '<=', 0)], 'set',
         '3 processes of ours, 1 of plain SQLite', SUSTAINED),
    Case('processes-alone', 'processes-alone', HOT, 'beaver-alone sqlite', [('share_of_fair', '>=', 0.7), ('refused', '<=', 0)], 'set',
         '4 processes of ours', SUSTAINED),
    Case('batch', 'batch', K100, 'beaver sqlite', [('sqlite:ops_s', '>=', 0.9), ('sqlite:cpu_us', '>=', 0.9)], 'set', 'batches of 1,000',
         SUSTAINED),
    Case('append', 'append', [], 'beaver sqlite', [('sqlite:ops_s', '>=', 0.9), ('sqlite:cpu_us', '>=', 0.7)], 'stream', 'log append',
         SUSTAINED),
    Case('append-batch', 'append-batch', [], 'beaver sqlite', [('sqlite:ops_s', '>=', 0.9), ('sqlite:cpu_us', '>=', 0.7)], 'stream',
         'log append, 1,000 at once', SUSTAINED),
    Case('publish', 'publish', [], 'beaver sqlite', [('sqlite:ops_s', '>=', 0.9), ('sqlite:cpu_us', '>=', 0.7)], 'stream',
         'channel publish', SUSTAINED),
    Case('publish-batch', 'publish-batch', [], 'beaver sqlite', [('sqlite:ops_s', '>=', 0.9), ('sqlite:cpu_us', '>=', 0.7)], 'stream',
         'publish, 1,000 at once', SUSTAINED),
    Case('list-get', 'list-get', ['-n', '1000000'], 'beaver', [('p50_us', '<=', 6)], 'list', 'list get by index, 1,000,000 items'),
    Case('list-iterate', 'list-iterate', K100, 'beaver sqlite object', [('sqlite:cpu_us', '>=', 0.9)], 'list', 'list, one after the other'),
    Case('queue', 'queue', ['-n', '1000'], 'beaver sqlite claim', [('sqlite:ops_s', '>=', 0.9), ('sqlite:cpu_us', '>=', 0.7)], 'list',
         'queue put and get', SUSTAINED),
    Case('queue-million', 'queue', MILLION, 'beaver sqlite', [('sqlite:ops_s', '>=', 0.9), ('sqlite:cpu_us', '>=', 0.7)], 'list',
         'the same, 1,000,000 waiting', SUSTAINED),
    Case('hand-over', 'hand-over', [], 'beaver', [('p50_us', '<=', 300)], 'latency', 'queue put to get, other process'),
    Case('index', 'index', HOT, 'beaver sqlite', [('sqlite:ops_s', '>=', 0.7), ('sqlite:cpu_us', '>=', 0.7)], 'documents',
         'index a document with two texts'),
    Case('index-batch', 'index-batch', HOT, 'beaver sqlite', [('sqlite:ops_s', '>=', 0.7), ('sqlite:cpu_us', '>=', 0.7)], 'documents',
         'the same, batches of 1,000'),
    Case('index-growth', 'index-growth', K100, 'beaver', [('growth', '<=', 1.3), ('growth_again', '<=', 1.5)], 'documents',
         'the 100,000th document'),
    Case('search', 'search', ['-n', '20000'], 'beaver sqlite', [('sqlite:cpu_us', '>=', 0.6)], 'documents',
         'search for a rare word, 20,000 documents'),
    Case('search-frequent', 'search', ['-n', '20000', '-w', '1'], 'beaver sqlite', [('sqlite:cpu_us', '>=', 0.7)], 'documents',
         'search for a frequent word'),
    Case('wake', 'wake', [], 'same-process', [('p50_us', '<=', 30), ('p99_us', '<=', 500)], 'latency', 'commit to received, same process'),
    Case('wake-other', 'wake', [], 'other-process', [('p50_us', '<=', 150), ('p99_us', '<=', 3000)], 'latency',
         'commit to received, other process'),
    Case('lock', 'lock', [], 'beaver sqlite', [('p50_us', '<=', 60), ('sqlite:p50_us', '>=', 0.7)], 'latency', 'lock and unlock, alone'),
    Case('near', 'near', K100, 'beaver quantized approximate bandwidth',
         [('bandwidth:cpu_us', '>=', 0.75), ('quantized.cpu_us', '<=', 10000), ('approximate.recall', '>=', 0.9)], 'vectors',
         'near(), 100,000 x 768, top 10'),
    Case('near-small', 'near', ['-n', '5000'], 'beaver quantized approximate bandwidth',
         [('bandwidth:cpu_us', '>=', 0.35), ('approximate.recall', '>=', 0.9)], 'vectors', 'near(), 5,000 x 768, top 10'),
    Case('refresh', 'refresh', K100, 'beaver foreign', [('refresh_us', '<=', 5000), ('foreign.refresh_us', '<=', 5000)], 'vectors',
         'near() after one set, over near()'),
    Case('walk', 'walk', HOT, 'beaver walk sqlite', [('sqlite:p50_us', '>=', 0.7)], 'vectors', 'graph: all within three steps'),
    Case('sketch', 'sketch', HOT, 'beaver sqlite', [('sqlite:ops_s', '>=', 2)], 'vectors', 'sketch of a million: add'),
    Case('lock-handover', 'lock-handover', [], 'beaver', [('p50_us', '<=', 1000)], 'latency', 'lock, from process to process'),
    Case('idle', 'idle', [], 'beaver', [('wakeups', '<=', 1)], 'latency', 'wake-ups in ten idle seconds'),
    Case('open', 'open', HOT, 'beaver sqlite', [('p50_us', '<=', 1500)], 'latency', 'open, one get, close'),
    Case('close', 'close', HOT + ['-t', '64'], 'beaver', [('p99_us', '<=', 15000), ('leaks', '<=', 0)], 'latency',
         'close with 64 busy threads', 10),
    Case('async', 'async', HOT, 'async sync', [('sync-p50_us', '<=', 25)], 'latency', 'async set over sync set'),
    Case('memory', 'memory', [], 'beaver sqlite', [('kib', '<=', 400)], 'latency', 'memory per idle database'),
    Case('blob', 'blob', ['-n', '50000000'], 'beaver', [('peak_kib', '<=', 32768)], 'latency', 'blob of 50 MB in and out'),
    Case('blob-huge', 'blob', ['-n', '999999000'], 'beaver', [('peak_kib', '<=', 65536)], 'latency', 'blob of 1 GB in and out'),
    Case('readers', 'readers', ['-n', '300'], 'beaver', [('kib', '<=', 100)], 'latency', 'memory per further reader connection'),
]
ONCE = ('get-million', 'cached-million', 'set-million', 'list-get', 'queue-million', 'index-growth', 'idle', 'blob-huge')
# What grows with the data: (case, variants, most items, greatest cost with these over that with 1,000)
SIZES = (1000, 10000, 100000, 1000000)
GROWTH = [
    ('get', 'beaver sqlite', 1000000, 4, 'dict get'),
    ('set', 'beaver sqlite', 1000000, 6, 'dict set'),
    ('batch', 'beaver sqlite', 1000000, 25, 'batches of 1,000, random keys'),
    ('append', 'beaver sqlite', 1000000, 3, 'log append'),
    ('publish', 'beaver sqlite', 1000000, 3, 'channel publish'),
    ('list-iterate', 'beaver sqlite', 1000000, 3, 'list, one after the other'),
    ('walk', 'beaver sqlite', 100000, 6, 'graph: all within three steps'),
    ('open', 'beaver sqlite', 1000000, 3, 'open, one get, close'),
    ('list-get', 'beaver', 1000000, 6, 'list get by index'),
    ('queue', 'beaver sqlite', 1000000, 4, 'queue put and get'),
    ('near', 'beaver bandwidth', 100000, 400, 'near(), which looks at all'),
    ('index', 'beaver sqlite', 100000, 4, 'documents: index'),
    ('search', 'beaver sqlite', 100000, 150, 'documents: search, as many hits as there are'),
]
COUNTS = [('get', 1.1), ('get-repeated', 0.1), ('set', 1.3), ('append', 1.15), ('publish', 1.15), ('append-batch', 1.3),
          ('publish-batch', 1.15), ('queue', 1.15), ('index', 1.4), ('list-iterate', 1.1)]
LOWER = re.compile(r'_us$|_ms$|^kib$|_kib$|^instructions$')
GROUPS = {
    'get': 'Reading',
    'set': 'Writing',
    'stream': 'Logs and channels',
    'list': 'Lists and queues',
    'documents': 'Documents',
    'vectors': 'Vectors, graphs and sketches',
    'blob': 'Blobs',
    'latency': 'Latency and memory',
    'growth': 'Cost as the data grows',
    'instructions': 'Instructions per operation',
}
UNITS = {
    'p50_us': 'median',
    'p99_us': '99 %',
    'p9999_us': '99.99 %',
    'max_us': 'longest',
    'ops_s': 'per second',
    'kib': 'KiB',
    'peak_kib': 'KiB at the peak',
    'refresh_us': 'more than without',
    'cpu_us': 'processor time',
    'fairness': 'slowest/fastest',
    'share_of_fair': 'least share',
    'foreign_longest_ms': "the foreign one's longest wait",
    'refused': 'refused',
    'growth': 'times the 1,000th',
    'growth_again': 'times the 1,000th, there already',
    'recall': 'recall',
    'wakeups': 'wake-ups',
    'leaks': 'leaks',
    'growth': 'most items over fewest',
    'sync-p50_us': 'more than sync, median',
    'instructions': 'instructions',
}


def run(program, case, variant, options, directory, environment=None):
    own = [sys.executable, os.path.join(os.path.dirname(os.path.abspath(__file__)), 'bench-python.py'), case] if variant == 'python' \
        else [program, case, variant]
    command = [*own, '-d', directory, *options]
    done = subprocess.run(command, capture_output=True, text=True, env=environment)
    if done.returncode != 0:
        print(f'   {" ".join(command[1:3])}: {done.stderr.strip()[-200:]}', file=sys.stderr)
        return None
    figures = json.loads(done.stdout)
    return None if 'missing' in figures else figures


class Redis:
    """A server of its own on a unix socket, as long as it is needed."""

    def __init__(self, directory, always):
        self.socket = os.path.join(directory, 'redis.sock')
        self.server = None
        if shutil.which('redis-server') is None:
            return
        self.server = subprocess.Popen(
            ['redis-server', '--port', '0', '--unixsocket', self.socket, '--save', '', '--appendonly', 'yes',
             '--appendfsync', 'always' if always else 'everysec', '--dir', directory], stdout=subprocess.DEVNULL)
        while not os.path.exists(self.socket) and self.server.poll() is None:
            time.sleep(0.01)

    def __enter__(self):
        return self

    def __exit__(self, *rest):
        if self.server is not None:
            self.server.terminate()
            self.server.wait()


def ratio(name, ours, theirs):
    """Larger is better for ours."""
    if not ours or not theirs:
        return None
    return theirs / ours if LOWER.search(name) else ours / theirs


def measure(case, args, directory):
    """Rounds of all variants in turn; returns {'figures': {variant: {name: median}}, 'ratios': {...}}."""
    rounds = []
    variants = case.variants.split()
    options = case.options + ['-s', str(max(args.seconds, case.least))]
    with tempfile.TemporaryDirectory(dir=directory) as own:
        redis = Redis(own, '-f' in case.options) if 'redis' in variants else None
        if redis is not None and redis.server is not None:
            options = options + ['--redis', redis.socket]
        try:
            # making a million of something takes longer than measuring it
            for _ in range(1 if case.name in ONCE else args.rounds):
                rounds.append({variant: run(args.program, case.case, variant, options, own) for variant in variants})
        finally:
            if redis is not None:
                redis.__exit__()
    figures, ratios = {}, {}
    for variant in variants:
        seen = [one[variant] for one in rounds if one[variant] is not None]
        if seen:
            figures[variant] = {name: statistics.median(f[name] for f in seen) for name in seen[0]}
    for variant in variants[1:]:
        for name in figures.get(variant, {}):
            pairs = [ratio(name, one[variants[0]][name], one[variant][name]) for one in rounds
                     if one[variant] is not None and one[variants[0]] is not None and name in one[variants[0]]]
            pairs = [p for p in pairs if p is not None]
            if pairs:
                ratios[f'{variant}:{name}'] = statistics.median(pairs)
    return {'name': case.name, 'title': case.title, 'group': case.group, 'variants': variants, 'figures': figures, 'ratios': ratios,
            'want': case.want}


def grow(args, known, entry, directory):
    """One case with ever more items; None when the program does not have it."""
    case, variants, most, limit, title = entry
    if case not in known:
        return None
    points = {variant: [] for variant in variants.split() if variant in known[case]}
    for n in [n for n in SIZES[:args.sizes] if n <= most]:
        for variant, line in points.items():
            figures = run(args.program, case, variant, ['-n', str(n), '-s', str(min(args.seconds, 0.4))], directory)
            value = None if figures is None else figures.get('cpu_us', figures.get('p50_us'))
            if value:
                line.append((n, value))
    points = {variant: line for variant, line in points.items() if line}
    ours = points.get('beaver')
    if not ours:
        return None
    return {'name': 'growth-' + case, 'title': title, 'group': 'growth', 'variants': list(points), 'points': points,
            'figures': {variant: {f'{n:,}_us': value for n, value in line} for variant, line in points.items()}, 'ratios': {},
            'growth': ours[-1][1] / ours[0][1], 'want': [('growth', '<=', limit)]}


def count(args, name, limit, directory):
    """Instructions of one operation, which no noise touches."""
    figures = {}
    if shutil.which('valgrind') is None:
        return None
    for variant in ('beaver', 'sqlite'):
        n = 10000
        command = ['valgrind', '--tool=callgrind', f'--callgrind-out-file={directory}/callgrind.out', '--toggle-collect=bench_counted',
                   args.program, 'count-' + name, variant, '-n', str(n), '-d', directory]
        done = subprocess.run(command, capture_output=True, text=True)
        found = re.search(r'Collected : (\d+)', done.stderr)
        if done.returncode != 0 or found is None or int(found[1]) == 0:
            print(f'   count-{name}: {done.stderr.strip()[-300:]}', file=sys.stderr)
            return None
        figures[variant] = {'instructions': int(found[1]) / 1000}
    return {'name': 'count-' + name, 'title': f'instructions: {name}', 'group': 'instructions', 'variants': ['beaver', 'sqlite'],
            'figures': figures, 'ratios': {'sqlite:instructions': figures['sqlite']['instructions'] / figures['beaver']['instructions']},
            'want': [('sqlite:instructions', '>=', 1 / limit)]}


def value_of(result, name):
    variants = result['variants']
    if ':' in name:
        return result['ratios'].get(name)
    if '.' in name:
        variant, figure = name.split('.')
        return result['figures'].get(variant, {}).get(figure)
    if name == 'growth' and 'growth' in result:
        return result['growth']
    if name == 'sync-p50_us':
        return result['figures']['async']['p50_us'] - result['figures']['sync']['p50_us']
    return result['figures'].get(variants[0], {}).get(name)


def number(value, name=''):
    if value is None:
        return '-'
    if name.endswith('_us'):
        return f'{value * 1000:.0f} ns' if value < 1 else f'{value:.1f} us' if value < 1000 else f'{value / 1000:.1f} ms'
    if name.endswith('_ms'):
        return f'{value:.0f} ms'
    if name == 'ops_s':
        return f'{value / 1e6:.2f} M/s' if value >= 1e6 else f'{value / 1000:.1f} k/s'
    return f'{value:.2f}' if value < 10 else f'{value:,.0f}'


def rows_of(result):
    """(what, target, ours, met) for each wish."""
    for name, relation, limit in result['want']:
        value = value_of(result, name)
        met = value is not None and (value >= limit if relation == '>=' else value <= limit)
        if ':' in name:
            peer, figure = name.split(':')
            what = f'{UNITS.get(figure, figure)}, times {peer}'
            yield what, f'{relation} {limit:.2f}', f'{value:.2f}' if value is not None else '-', met if value is not None else None
        else:
            variant, _, figure = name.rpartition('.')
            what = f'{variant}: {UNITS.get(figure, figure)}' if variant else UNITS.get(name, name)
            yield what, f'{relation} {number(limit, name)}', number(value, name), met if value is not None else None


def print_result(result):
    print(f'{result["name"]}: {result["title"]}')
    for variant, figures in result['figures'].items():
        print(f'   {variant:14}' + '  '.join(f'{UNITS.get(n, n)} {number(v, n)}' for n, v in figures.items()))
    for what, target, ours, met in rows_of(result):
        print(f'   {"good" if met else "----" if met is None else "MISS"}  {what}: {ours} (target {target})')
    sys.stdout.flush()


# Drawing

COLORS = {'python': '#b8a038', 'beaver': '#8b5a2b', 'sqlite': '#7a9cc6', 'redis': '#c66', 'lmdb': '#7b7', 'gdbm': '#aaa', 'sync': '#7a9cc6'}


def draw(group, results, path):
    """Bars of each case, ours and the peers', in units of plain SQLite where there is one."""
    bars, y = [], 34
    for result in results:
        ours = result['variants'][0]
        figure = next((n for n in ('instructions', 'ops_s', 'p50_us', 'kib') if n in result['figures'].get(ours, {})), None)
        if figure is None:
            continue
        values = {v: f[figure] for v, f in result['figures'].items() if figure in f}
        top = max(values.values()) or 1
        bars.append(f'<text x="8" y="{y + 12}" class="t">{result["title"]} ({UNITS.get(figure, figure)})</text>')
        y += 18
        for variant, value in values.items():
            width = max(1, 360 * value / top)
            bars.append(f'<rect x="90" y="{y}" width="{width:.1f}" height="12" fill="{COLORS.get(variant, "#8b5a2b")}"/>'
                        f'<text x="84" y="{y + 10}" text-anchor="end">{variant}</text>'
                        f'<text x="{94 + width:.1f}" y="{y + 10}">{number(value, figure)}</text>')
            y += 15
        y += 8
    with open(path, 'w') as out:
        out.write(f'<svg xmlns="http://www.w3.org/2000/svg" width="560" height="{y + 6}" viewBox="0 0 560 {y + 6}">'
                  '<style>text{font:11px sans-serif;fill:#333}.t{font-weight:bold}.h{font-size:15px;font-weight:bold}</style>'
                  '<rect width="100%" height="100%" fill="#fff"/>'
                  f'<text x="8" y="20" class="h">{GROUPS.get(group, group)}</text>' + '\n'.join(bars) + '</svg>\n')


def draw_growth(results, path):
    """A line for each variant of each case: items to the right, microseconds upwards, both by powers of ten."""
    width, height, left, top = 250, 150, 44, 24
    cells = []
    for index, result in enumerate(results):
        x0, y0 = left + index % 2 * (width + 60), 40 + index // 2 * (height + 60)
        values = [value for line in result['points'].values() for _, value in line]
        low, high = math.floor(math.log10(min(values))), math.ceil(math.log10(max(values)) + 1e-9)
        high = max(high, low + 1)

        def place(n, value):
            return (x0 + (math.log10(n) - 3) / 3 * width, y0 + top + height - top - (math.log10(value) - low) / (high - low) * (height - top))

        cells.append(f'<text x="{x0}" y="{y0 + 10}" class="t">{result["title"]} (microseconds)</text>')
        for power in range(low, high + 1):
            y = place(1000, 10 ** power)[1]
            cells.append(f'<line x1="{x0}" x2="{x0 + width}" y1="{y:.1f}" y2="{y:.1f}" stroke="#ddd"/>'
                         f'<text x="{x0 - 4}" y="{y + 4:.1f}" text-anchor="end">{10 ** power:g}</text>')
        for power in range(3, 7):
            x = place(10 ** power, 10 ** low)[0]
            cells.append(f'<text x="{x:.1f}" y="{y0 + height + 16}" text-anchor="middle">{10 ** power:,}</text>')
        for variant, line in result['points'].items():
            color = COLORS.get(variant, '#8b5a2b')
            dots = [place(n, value) for n, value in line]
            cells.append(f'<polyline fill="none" stroke="{color}" stroke-width="2" points="'
                         + ' '.join(f'{x:.1f},{y:.1f}' for x, y in dots) + '"/>')
            x, y = dots[-1]
            cells.append(f'<text x="{x + 4:.1f}" y="{y + 4:.1f}" style="fill:{color}">{variant}</text>')
    total = 40 + (len(results) + 1) // 2 * (height + 60)
    with open(path, 'w') as out:
        out.write(f'<svg xmlns="http://www.w3.org/2000/svg" width="680" height="{total}" viewBox="0 0 680 {total}">'
                  '<style>text{font:11px sans-serif;fill:#333}.t{font-weight:bold}.h{font-size:15px;font-weight:bold}</style>'
                  '<rect width="100%" height="100%" fill="#fff"/><text x="8" y="20" class="h">Cost as the data grows</text>'
                  + '\n'.join(cells) + '</svg>\n')


def processor():
    try:
        with open('/proc/cpuinfo') as lines:
            return next(line.split(':', 1)[1].strip() for line in lines if line.startswith('model name'))
    except (OSError, StopIteration):
        return platform.machine()


def write_doc(directory, results, args):
    os.makedirs(os.path.join(directory, 'images'), exist_ok=True)
    groups = {}
    for result in results:
        groups.setdefault(result['group'], []).append(result)
    dates = sorted({result['date'] for result in results})
    lines = [f'Measured on {" to ".join({dates[0]: 0, dates[-1]: 0})}, {os.cpu_count()} cores of {processor()}, Linux {platform.release()}, '
             f'with `./dev bench --rounds {args.rounds} --seconds {args.seconds:g} --doc doc`: medians of so many rounds of so many seconds each. '
             f'Writes are measured for {SUSTAINED} seconds at least; "yes" and "no" say whether the target was met.', '']
    for group, members in groups.items():
        image = f'performance-{group}.svg'
        (draw_growth if group == 'growth' else lambda *both: draw(group, *both))(members, os.path.join(directory, 'images', image))
        lines += [f'### {GROUPS.get(group, group)}', '', '| case | figure | target | ours | |', '|---|---|---|---|---|']
        for result in members:
            for what, target, ours, met in rows_of(result):
                lines.append(f'| {result["title"]} | {what} | {target} | {ours} | {"yes" if met else "" if met is None else "**no**"} |')
        lines += ['', f'![{group}]({image})', '']
    path = os.path.join(directory, 'performance.md')
    text = open(path).read()
    begin, end = '<!-- figures: begin -->', '<!-- figures: end -->'
    head, rest = text.split(begin)
    tail = rest.split(end)[1]
    with open(path, 'w') as out:
        out.write(head + begin + '\n' + '\n'.join(lines) + end + tail)


def main():
    parser = argparse.ArgumentParser(description=__doc__.split('\n')[0])
    parser.add_argument('--program', required=True)
    parser.add_argument('--rounds', type=int, default=3)
    parser.add_argument('--seconds', type=float, default=1)
    parser.add_argument('--directory', help='where the databases go (a directory of their own in it)')
    parser.add_argument('--sizes', type=int, default=len(SIZES), help='of the cases that grow: how many powers of ten from 1,000 on')
    parser.add_argument('--json', help='write the figures into this file')
    parser.add_argument('--keep', action='store_true', help='of other cases, keep what the file of --json says')
    parser.add_argument('--doc', help='write performance.md and its images in this directory')
    parser.add_argument('--list', action='store_true')
    parser.add_argument('case', nargs='*')
    args = parser.parse_args()
    if args.keep and not args.json:
        parser.error('--keep needs --json')
    names = [c.name for c in CASES] + ['growth-' + entry[0] for entry in GROWTH] + ['count-' + name for name, _ in COUNTS]
    known = {line.split()[0]: line.split()[1:] for line in
             subprocess.run([args.program], capture_output=True, text=True).stdout.splitlines()}
    unknown = [name for name in args.case if name not in names]
    if args.list or unknown:
        print('\n'.join(names))
        return 2 if unknown else 0
    results = {}
    if args.keep:
        with open(args.json) as saved:
            results = {result['name']: result for result in json.load(saved)['results']}

    def add(result, begin):
        result['date'] = datetime.date.today().isoformat()
        result['took_s'] = round(time.monotonic() - begin, 1)
        results[result['name']] = result
        print_result(result)
        if args.json:
            with open(args.json, 'w') as out:
                json.dump({'machine': platform.platform(), 'cpus': os.cpu_count(), 'date': datetime.datetime.now().isoformat(),
                           'rounds': args.rounds, 'seconds': args.seconds, 'results': list(results.values())}, out, indent=1)

    with tempfile.TemporaryDirectory(prefix='beaver-bench-', dir=args.directory) as directory:
        for case in CASES:
            begin = time.monotonic()
            if case.case in known and (not args.case or case.name in args.case):
                add(measure(case, args, directory), begin)
        for entry in GROWTH:
            begin = time.monotonic()
            result = grow(args, known, entry, directory) if not args.case or 'growth-' + entry[0] in args.case else None
            if result is not None:
                add(result, begin)
        for name, limit in COUNTS:
            begin = time.monotonic()
            if not args.case or 'count-' + name in args.case:
                result = count(args, name, limit, directory)
                if result is None:
                    print(f'count-{name}: left out (valgrind)')
                    continue
                add(result, begin)
    results = sorted(results.values(), key=lambda result: names.index(result['name']))
    if args.doc:
        write_doc(args.doc, results, args)
    wishes = [met for result in results for *_, met in rows_of(result)]
    print(f'{wishes.count(True)} targets met, {wishes.count(False)} missed, {wishes.count(None)} not measured')
    return 0


if __name__ == '__main__':
    sys.exit(main())
