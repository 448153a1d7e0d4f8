# SPDX-FileCopyrightText: 2026 The libbeaver authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Blobs in Python: bytes, file objects, files, batches."""
import asyncio
import gc
import io
import os
import unittest

import beaver
import tap_unittest
from py_beaver import Case


class Blobs(Case):
    def setUp(self):
        super().setUp()
        self.b = self.db.blob('b')

    def file(self, name):
        return os.path.join(self.dir, name)

    def test_natural(self):
        self.b['k'] = b'\0\xff'
        self.b.put('m', bytearray(b'x'), {'w': 1})
        self.assertEqual(self.b['k'], b'\0\xff')
        self.assertEqual(self.b.fetch('m'), ('m', b'x', {'w': 1}))
        self.assertEqual([*self.b], ['k', 'm'])
        self.assertIn('k', self.b)
        del self.b['k']
        with self.assertRaises(KeyError):
            self.b['k']
        with self.assertRaises(TypeError):
            self.b['k'] = 'text'
        self.assertEqual(len(self.b), 1)

    def test_file_objects(self):
        data = os.urandom(700001)
        with self.b.open('k', 'wb', metadata={'a': 1}) as file:
            for at in range(0, len(data), 50000):
                file.write(data[at:at + 50000])
            self.assertNotIn('k', self.b)
        self.assertEqual(self.b['k'], data)
        self.assertEqual(self.b.metadata('k'), {'a': 1})
        with self.b.open('k') as file:
            self.assertEqual(file.read(10), data[:10])
            self.assertEqual(file.seek(-5, io.SEEK_END), len(data) - 5)
            self.assertRaises(ValueError, file.seek, -1)
            self.assertRaises(ValueError, file.seek, -len(data) - 1, io.SEEK_END)
            self.assertEqual(file.seek(-5, io.SEEK_END), len(data) - 5)
            self.assertEqual(file.read(), data[-5:])
            self.assertEqual(file.read(), b'')
            file.seek(300000)
            self.assertEqual(file.read(400001), data[300000:])
        with self.b.open('t', 'w') as file:
            file.write('grün\n')
            file.write('blau\n')
        with self.b.open('t', 'r') as file:
            self.assertEqual([*file], ['grün\n', 'blau\n'])
        with self.assertRaises(KeyError):
            self.b.open('none')
        for mode in ('a', 'rw', 'r+', 'x', ''):
            with self.assertRaises(beaver.InvalidError):
                self.b.open('k', mode)

    def test_nothing_by_halves(self):
        self.b['k'] = b'before'
        for mode, half in (('wb', b'half'), ('w', 'half')):
            with self.assertRaises(ZeroDivisionError):
                with self.b.open('k', mode) as file:
                    file.write(half)
                    1 / 0
            self.assertEqual(self.b['k'], b'before')
            file = self.b.open('k', mode)
            file.write(half)
            del file
            gc.collect()
            self.assertEqual(self.b['k'], b'before')

    def test_files(self):
        path, out, data = self.file('in'), self.file('out'), os.urandom(3 << 20)
        with open(path, 'wb') as file:
            file.write(data)
        told = []
        self.b.import_file('k', path, {'a': 1}, progress=lambda done, total: told.append((done, total)))
        self.assertEqual(told[-1], (len(data), len(data)))
        self.assertEqual(self.b['k'], data)
        self.b.export_file('k', out)
        with open(out, 'rb') as file:
            self.assertEqual(file.read(), data)
        with self.assertRaises(beaver.NotFoundError):
            self.b.import_file('k', self.file('none'))

        def stop(done, total):
            raise ZeroDivisionError

        with self.assertRaises(ZeroDivisionError):
            self.b.import_file('other', path, progress=stop)
        self.assertNotIn('other', self.b)

    def test_files_awaited(self):
        path, out, data = self.file('in'), self.file('out'), os.urandom(3 << 20)
        with open(path, 'wb') as file:
            file.write(data)

        async def main():
            told = []
            await self.b.import_file_async('k', path, progress=lambda done, total: told.append(done))
            await self.b.export_file_async('k', out)
            self.assertEqual(await self.b.get_async('k'), data)
            with self.assertRaises(beaver.NotFoundError):
                await self.b.export_file_async('none', out)
        asyncio.run(main())
        with open(out, 'rb') as file:
            self.assertEqual(file.read(), data)

    def test_all_of_them(self):
        self.b.put('a', b'1', {'n': 1})
        self.b.put('b', b'')
        self.assertEqual(dict(self.b.items()), {'a': b'1', 'b': b''})
        item = self.b.fetch('a')
        self.assertEqual((item.key, item.data, item.metadata, tuple(item)), ('a', b'1', {'n': 1}, ('a', b'1', {'n': 1})))
        self.assertRaises(KeyError, self.b.fetch, 'none')

        async def main():
            self.assertEqual([key async for key in self.b], ['a', 'b'])
            self.assertEqual([item async for item in self.b.items_async()], [('a', b'1'), ('b', b'')])
            self.assertEqual((await self.b.fetch_async('a')).data, b'1')
        asyncio.run(main())
        # what goes while one iterates is left out
        items = self.b.items()
        self.assertEqual(next(items), ('a', b'1'))
        del self.b['b']
        self.assertEqual([*items], [])

    def test_batch(self):
        self.b['gone'] = b'x'
        with self.b.batched() as batch:
            batch['a'] = b'1'
            batch.put('b', b'2', [1])
            del batch['gone']
            self.assertEqual(len(batch), 3)
            self.assertNotIn('a', self.b)
        self.assertEqual([*self.b], ['a', 'b'])
        with self.assertRaises(ZeroDivisionError):
            with self.b.batched() as batch:
                batch['c'] = b'3'
                1 / 0
        self.assertNotIn('c', self.b)

    def test_dump(self):
        self.b.put('k', b'\0\1', {'a': 1})
        dumped = self.b.dump(payload=True)
        self.assertEqual(dumped, {'metadata': {'type': 'BlobStore', 'name': 'b', 'count': 1},
                                  'items': [{'key': 'k', 'metadata': {'a': 1}, 'size': 2, 'payload': 'AAE='}]})
        self.assertIsNone(self.b.dump()['items'][0]['payload'])
        file = io.StringIO()
        self.b.dump(file, format='jsonl')
        other = self.db.blob('other')
        self.assertEqual(other.load(io.StringIO(file.getvalue()), format='jsonl'), 1)
        self.assertEqual(other.fetch('k'), ('k', b'\0\1', {'a': 1}))
        file = io.StringIO()
        self.b.dump(file)
        with self.assertRaises(ValueError):     # D37: without payloads
            self.b.load(io.StringIO(file.getvalue()))
        self.assertEqual(self.b['k'], b'\0\1')

    def test_closed(self):
        self.b['k'] = b'x'
        reader, writer = self.b.open('k'), self.b.open('k', 'wb')
        self.db.close()
        with self.assertRaises(beaver.ClosedError):
            reader.read()
        with self.assertRaises(beaver.ClosedError):
            self.b.open('k')
        writer.abandon()
        writer.close()
        reader.close()


if __name__ == '__main__':
    tap_unittest.main()
