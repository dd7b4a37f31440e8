"""The limits of this package: each with its unit, its default and its source."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

USE_BATCH: Final = 500
"""People in one batch request or one transaction of a bulk use (design, section 8)."""

EMERGENCY_LIFE: Final = timedelta(minutes=15)
"""How long what an emergency opened may be shown again to the one who asked. Our choice: one call
to the emergency services."""

EMERGENCY_REVIEW: Final = timedelta(days=2)
"""How soon an emergency use must be reviewed before the review is overdue. Our choice: within the
72 hours of GDPR Art. 33."""

EMERGENCY_A_DAY: Final = 3
"""Emergency uses that one member of staff may ask for in 24 hours, those refused included. Our
choice: more is a pattern."""

EMERGENCY_WORDS: Final = 500
"""Longest words to the reviewers, in characters. Our choice: a paragraph."""

CONCERNS_A_DAY: Final = 5
"""Concerns that one person may raise in 24 hours. Our choice: who finds more wrong than that is
better served by a conversation, and a mailbox that is flooded is read by nobody."""

CONCERN_ANSWER: Final = timedelta(days=28)
"""How soon a concern is to be answered. Our choice: within the month of GDPR Art. 12(3), in
February too."""

CONCERN_WORDS: Final = 2_000
"""Longest words of a customer about a use, and of an answer to them, in characters. Our choice: a
page."""

CONCERN_DIGEST: Final = timedelta(hours=1)
"""How long after one mail about concerns the next one comes, with all that were raised meanwhile.
Our choice: the privacy lead has days."""

CONCERN_LINES: Final = 100
"""Concerns in one mail. Our choice."""

WHAT_IF_BATCH: Final = 200_000
"""People whom one statement of `promise what-if` counts. Our choice: a second or two of the
database, and progress to see."""

CLOCK_SKEW: Final = timedelta(minutes=1)
"""How far ahead of our clock the moment of a use may be: machines with good clocks
differ by less. Our choice."""

USE_INDEX_TAIL: Final = 64
"""Entries about a person that are read beside the index of their uses before it is sealed again.
Our choice: as many as are read in the time that sealing takes."""

EXPLANATION_SETTLED: Final = timedelta(hours=1)
"""After which an entry that asks about another is surely committed, though it took its number
before others that are. Our choice: no transaction is open as long."""

LOOK_UP_WIDTH: Final = 8
"""People decided about when several match one e-mail address, phone or number; the question is
always this long. Our choice."""

LOOK_UP_DECOYS: Final = 256
"""People whom a process keeps to stand in for nobody in a look-up; as many as a batch has people
where that is more. Our choice."""

SWEEP_REVIEW_BATCH: Final = 2_000
"""People looked at in one transaction while a sweep reviews. Our choice: below 20 MB of memory."""
