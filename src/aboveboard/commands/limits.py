"""The limits of the command line: each with its unit, its default and its source."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

SEQUENCE_EVERY: Final = timedelta(seconds=1)
"""Longest wait between an entry being durable and being in the tree (design, section 3: ledger)."""

SEQUENCE_PAUSE: Final = timedelta(milliseconds=100)
"""How often the worker looks for entries that wait for their place. Our choice: leaves most of the
second above for the work."""

COMMIT_PAUSE: Final = timedelta(seconds=30)
"""How often the worker commits to the index of handles, if entries about people came since. Our
choice: as often as witnesses are asked by default, so that what they cosign covers it; at most a
million entries a year."""

WORKER_PAUSE: Final = timedelta(seconds=1)
"""Longest rest of the background worker when there is nothing to do. Our choice: nobody notices a
second's wait for a mail."""

RATE_PAUSE: Final = timedelta(milliseconds=500)
"""How long a channel that has sent what its rate allows rests: a quarter of its burst."""

START_PROBE: Final = timedelta(milliseconds=50)
"""How often a starting server looks whether it answers. Our choice: nobody notices it."""

START_ANSWER: Final = timedelta(seconds=5)
"""How long it waits for one such answer. Our choice: far above what a page takes."""

STOP_PATIENCE: Final = timedelta(seconds=20)
"""How long a stopping process may finish what it began before it is killed. Our choice:
one group of notices."""

SWEEP_PAUSE: Final = timedelta(hours=1)
"""How often the worker looks for uploads that waited longer than that. Our choice:
small beside their life."""

COMPARE_PAUSE: Final = timedelta(seconds=9)
"""How long the worker rests between two turns of comparing the rows that decide with the log. Our
choice: with turns of a second, a tenth of one core at most."""

LEDGER_WAITING: Final = 10_000
"""Entries outside the tree before `doctor` says to act. Our choice: far above
what one second brings."""

DISK_LEAST_BYTES: Final = 1024**3
"""Free space below which `doctor` says to act, in bytes. Our choice."""

BACKUP_AGE: Final = timedelta(hours=36)
"""Age of the newest backup above which `doctor` says to look. Our choice: a
night that was missed."""

ROWS_COMPARED: Final = 100_000
"""Rows that decide up to which `doctor` compares them with the log itself. Our choice: some
seconds; above it, it says what the worker found."""

HEAD_WAIT: Final = timedelta(seconds=15)
"""How long the head of a request may take, from the connection or the answer before it. A
connection that is kept open and not used ends after it too."""

HEAD_BYTES: Final = 64 * 1024
"""Largest head of a request. Some proxies send cookies of 16 kB."""

CONNECTIONS: Final = 4096
"""Connections open to one process at the same time, most of them idle; a further one waits until
one ends. Never more than the system's own limit for open files leaves."""

OTHER_FILES: Final = 256
"""Open files of a serving process beside its connections: the database, the ledger, uploads."""

BACKLOG: Final = 1024
"""Connections that the system keeps while a process cannot take them. Granian's own default."""

BREACHED_LIST_AGE: Final = timedelta(days=180)
"""Age of the list of leaked passwords from which `doctor` asks for a newer one. Our choice: what is
leaked comes into it within weeks."""
