"""The limits of this package: each with its unit, its default and its source."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

ASKED_AGAIN: Final = timedelta(days=183)
"""How long a visitor's answer, yes or no, is remembered before they are asked again. Six months:
CNIL, Recommandation cookies et autres traceurs (17 September 2020), paragraph 38."""

PROOF_KEPT: Final = timedelta(days=183 + 366)
"""How long a proved choice is kept: as long as it is remembered, and a year in which somebody may
still ask how consent was given (GDPR Art. 7(1)). Our choice."""

UNPROVED_KEPT: Final = timedelta(days=7)
"""How long a choice is kept that came without its work. Our choice: nobody's evidence, kept to see
that they come."""

WORK_BITS: Final = 12
"""Zero bits at the start of the digest that a browser must find, about 4,000 digests. Our choice: a
tenth of a second for a visitor, minutes of a core for a flood of thousands."""

VISITOR_ROWS: Final = 50
"""Choices that are kept of one visitor; further ones are refused. Our choice: nobody changes their
mind so often."""

UNPROVED_ROWS: Final = 10_000
"""Choices without work that are kept at the same time; further ones are refused. Our choice: two
megabytes."""

PROVED_A_DAY: Final = 1_000_000
"""Proved choices that are kept within a day; further ones are refused. Our choice: 200 MB, and more
visitors than most sites see."""

BATCH_EVERY: Final = timedelta(hours=1)
"""How often what came is put under one entry of the log. Our choice: the log grows by 24 entries a
day, however many visitors there are."""

BODY_BYTES: Final = 8 * 1024
"""Largest body of a choice, in bytes. Our choice: a hundred purposes with long keys."""

HANDED_OVER: Final = timedelta(hours=1)
"""How long a visitor's number waits for them to sign in. Our choice: a code by e-mail, and time."""

SCAN_PAGE: Final = timedelta(seconds=30)
"""How long a page may take to load when a website is looked at. Playwright's own default."""

SCAN_SETTLE: Final = timedelta(milliseconds=700)
"""How long is waited after a page has loaded, for tags that load later. Our choice: most do within
half a second."""

SCAN_PAGES: Final = 10
"""Pages of a website that are looked at. Our choice: a minute; `--pages` takes more."""
