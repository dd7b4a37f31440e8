"""Limits of an API that is spoken to by a declaration."""

from __future__ import annotations

from typing import Final

PAGES: Final = 100_000
"""Most pages of one listing: ten million records at 100 a page. More is an API that never ends."""

PEOPLE: Final = 100
"""Most records that an identifier may find where a person has one: more is no person's address, and
every one of them is marked for somebody to decide."""

ERASED_AT_ONCE: Final = 10_000
"""Most items of a part whose keys are held in memory while they are erased. What is over is erased
when the step runs again."""

DEPTH: Final = 4
"""Most parts below parts in a declaration."""

SAMPLE_ITEMS: Final = 50
"""Most records that discovery looks at in a collection."""

SAMPLE_PATHS: Final = 500
"""Most paths that discovery names in a collection."""
