# SPDX-FileCopyrightText: 2026 The libbeaver authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Reads an encrypted dict without libbeaver: secret.py FILE DICT SECRET, in one snapshot, once for each line of standard input.

Prints one line of JSON: {key: value}; {"wrong": true} when the secret is not the one of that snapshot. The signatures are
checked with hmac and hashlib; decryption is left to the package cryptography, without which values come out as null."""
import base64
import hashlib
import hmac
import json
import sqlite3
import sys

try:
    from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
except ImportError:
    Cipher = None

path, name, secret = sys.argv[1:]
connection = sqlite3.connect(path, timeout=120, isolation_level=None)
keys = {}


def derive(salt):
    if salt not in keys:
        keys[salt] = hashlib.pbkdf2_hmac('sha256', secret.encode(), base64.b64decode(salt), 100000, 32)
    return keys[salt]


def open_token(key, text):
    """The plain bytes; None when another key signed it."""
    token = base64.urlsafe_b64decode(text)
    assert token[0] == 0x80 and (len(token) - 57) % 16 == 0
    if not hmac.compare_digest(hmac.new(key[:16], token[:-32], hashlib.sha256).digest(), token[-32:]):
        return None
    if Cipher is None:
        return b'null'
    decryptor = Cipher(algorithms.AES(key[16:]), modes.CBC(token[9:25])).decryptor()
    plain = decryptor.update(token[25:-32]) + decryptor.finalize()
    return plain[:-plain[-1]]


def read():
    connection.execute('BEGIN')
    try:
        row, = connection.execute("SELECT value FROM __beaver_dicts__ WHERE dict_name = '__security__' AND key = ?", [name])
        metadata = json.loads(row[0])
        assert list(metadata) == ['salt', 'verifier', 'created_at']
        key = derive(metadata['salt'])
        verifier = open_token(key, base64.b64decode(metadata['verifier']))
        if verifier is None:
            return {'wrong': True}
        assert verifier in (b'beaver-secure', b'null')
        result = {}
        for item, value in connection.execute('SELECT key, value FROM __beaver_dicts__ WHERE dict_name = ?', [name]):
            plain = open_token(key, base64.urlsafe_b64decode(value))
            assert plain is not None, item
            result[item] = json.loads(plain)
        return result
    finally:
        connection.execute('COMMIT')


print('ready' if Cipher else 'ready without AES', flush=True)
for line in sys.stdin:
    print(json.dumps(read(), sort_keys=True), flush=True)
