"""The ledger entries of this package. They name an account by its number."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from aboveboard.basics.facts import Code, Facts, RepeatOnRestore, Word


@dataclass(frozen=True, slots=True)
class PasswordReset(Facts):
    """A member of staff's password was taken away, since it was in a leak of somebody else's.
    ``match``: ``exact`` or ``near``. ``source``: the label of the leak."""

    kind: ClassVar = "password.reset"
    on_restore: ClassVar = RepeatOnRestore("the password was taken away again")

    account: Code
    match: Word
    source: Word
