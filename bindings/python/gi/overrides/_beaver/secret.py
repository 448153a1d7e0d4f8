# SPDX-FileCopyrightText: 2026 The libbeaver authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""What is kept of a password."""
from .base import override, raw, wrap

_new = wrap(lambda cls, text: raw.Secret.new(text), 'Secret')
_new_from_json = wrap(lambda cls, text: raw.Secret.new_from_json(text), 'Secret')


@override
class Secret(raw.Secret):
    """A text that can be recognised and not be read: Secret('hunter2') == 'hunter2'."""

    def __new__(cls, text):
        return _new(cls, text)

    def __init__(self, text=None):
        pass

    @classmethod
    def model_validate_json(cls, text):
        return _new_from_json(cls, text.decode() if isinstance(text, (bytes, bytearray)) else text)

    def model_dump_json(self):
        return self.to_json()

    def __eq__(self, other):
        if isinstance(other, str):
            return self.matches(other)
        return self.equal(other) if isinstance(other, raw.Secret) else NotImplemented

    def __hash__(self):
        return hash(self.to_json())

    def __str__(self):
        return self.to_string()

    __repr__ = __str__
