"""The limits of this package: each with its unit, its default and its source."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

COMPARE_EVERY: Final = timedelta(minutes=15)
"""How long after the end of a round in which all rows that decide were compared with the log the
next begins; and how long a round that nobody goes on with is left alone. Our choice: how long a
row that was deleted may count on an instance of usual size."""

COMPARE_WORK: Final = timedelta(seconds=1)
"""How long one turn of a round goes on; the worker rests for nine times that. Our choice: a tenth
of one core at most."""

COMPARE_PAGE: Final = 1_000
"""Rows or entries that are compared at a time. Our choice: some 50 ms."""

COMPARE_FOUND: Final = 10_000
"""Most differences that one round remembers. Our choice: more than anybody reads."""

COMPARE_SHOWN: Final = 20
"""Most differences that are shown, and written to the program's log. Our choice."""

COMPARED_AGE: Final = timedelta(days=2)
"""Age of the last round above which `doctor` says to look. Our choice: a round of a hundred
million rows takes less."""

UPGRADE_BACKUP_LIFE: Final = timedelta(days=7)
"""How long the backup from before an upgrade is kept. Its keys open whoever is erased meanwhile
(decision 12), so no longer than it takes to see that the new version works. Our choice."""

OTHERS_PATIENCE: Final = timedelta(seconds=60)
"""How long an upgrade waits for processes of the former version to end. Our choice: longer than
they take to stop."""

WAIT_PAUSE: Final = timedelta(milliseconds=500)
"""How often a process looks whether another has finished the upgrade. Our choice."""

OTHERS_PAUSE: Final = timedelta(milliseconds=300)
"""How often who upgrades looks whether the others have ended. Not the same as above: the short look
of one that waits would else be seen each time."""

WAIT_SAID: Final = timedelta(minutes=1)
"""How often it says that it waits. Our choice."""
