"""The keys of the blind indexes in hand: digests of what a leaked file says, without the database.

Pure, so that other processes can do it: they get these keys and neither the root key nor a
connection. It makes the digests that :mod:`aboveboard.vault.blind` would; a property test holds the
two against each other.
"""

from __future__ import annotations

import hmac
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Final

from aboveboard.engines.leak import SEARCHED
from aboveboard.kinds import compared, normalise
from aboveboard.kinds.normalise import search_forms

_LONGEST_PADDED: Final = 13
"""Digits up to which zeros are put in front. Our choice: longer numbers begin with none."""

LeakKey = tuple[int, bytes]
"""The number of a kind of look-up, and a digest."""


@dataclass(frozen=True, slots=True)
class IndexKeys:
    """``look_ups``: kind of field to the number of its index and the keys of its digests, one for
    each generation. It is never written down."""

    look_ups: Mapping[str, tuple[int, tuple[bytes, ...]]] = field(repr=False)

    def number(self, kind: str) -> int:
        """Return the number under which a kind is filed."""
        return self.look_ups[kind][0]

    def find(
        self, kind: str, value: str, regions: Iterable[str | None], mark: int = 0
    ) -> set[LeakKey]:
        """Return the keys of all that somebody with a value may be filed under, by an earlier
        version's rule too; ``mark`` is added to the number of the kind."""
        if kind == "email_digest":
            digest = compared.email_digest(value)
            return self.digests(kind, [digest] if digest else [])
        return self.digests(kind, search_forms(kind, value, regions), mark)

    def find_address(self, value: str, mark: int = 0) -> set[LeakKey]:
        """Return the keys of an e-mail address, and, as found by searching, those of other
        addresses that reach the same mailbox."""
        keys = self.find("email", value, (None,), mark)
        if keys and ("+" in value or value.lower().endswith(("@gmail.com", "@googlemail.com"))):
            normal = normalise.email(value)
            others = compared.mailboxes(normal) if normal else ()
            keys |= self.digests("email", others, SEARCHED)
        return keys

    def find_number(self, value: str) -> set[LeakKey]:
        """Return the keys of a customer number, and, as found by searching, those of digits with
        the zeros in front that a spreadsheet took away, or without those that a program added."""
        keys = self.find("customer_number", value, (None,))
        digits = value.strip()
        if digits.isdecimal() and digits.isascii():
            bare = digits.lstrip("0")
            padded = (
                {bare.zfill(length) for length in range(len(bare), _LONGEST_PADDED)} if bare else ()
            )
            keys |= self.digests("customer_number", set(padded) - {digits}, SEARCHED)
        return keys

    def find_name(self, names: Iterable[str], born: str) -> set[LeakKey]:
        """Return the keys of a name with a date of birth, in each reading of the date, marked as
        found by searching."""
        forms = compared.names_with_birth(names, born)
        return self.digests("name_birth", forms, SEARCHED)

    def digests(self, kind: str, forms: Collection[str], mark: int = 0) -> set[LeakKey]:
        """Return the keys of normal forms."""
        if not forms or kind not in self.look_ups:
            return set()
        number, keys = self.look_ups[kind]
        return {(number | mark, _digest(key, form)) for key in keys for form in forms}


def _digest(key: bytes, form: str) -> bytes:
    # Copying a prepared HMAC saves the two blocks of its key, half of what a short digest costs.
    mac = _prepared(key).copy()
    mac.update(form.encode())
    return mac.digest()


@lru_cache(maxsize=16)
def _prepared(key: bytes) -> hmac.HMAC:
    return hmac.new(key, digestmod="sha256")
