"""The limits of this package: each with its unit, its default and its source."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

UPLOAD_BYTES: Final = 512 * 1024 * 1024
"""Largest file of leaked rows accepted through the console, in bytes. Larger
ones: the command line."""

LEAK_SAMPLE_LINES: Final = 200
"""Lines of a leaked file from which its form and columns are guessed. Our choice."""

LEAK_ROW_LINES: Final = 50
"""Most lines that one quoted row of a leaked file may run over before the quote counts as a
stray mark. Our choice."""

STAGED_LIFE: Final = timedelta(hours=12)
"""How long an uploaded leak waits, sealed, for its columns to be confirmed. Our
choice: a working day."""

LEAK_COLUMNS: Final = 300
"""Most columns of a leaked file that are asked about. Our choice: nobody checks more, and a form of
more than 1,000 fields is refused by Django."""

LEAK_SAMPLE_BYTES: Final = 1024 * 1024
"""Most bytes of a leaked file's first lines that are looked at, so that wide lines take no longer
than narrow ones. Our choice: well below a second."""

LEAK_SAMPLE_RECORDS: Final = 32 * 1024 * 1024
"""How far into a dump of several tables its tables are looked for, in bytes. Our choice: the tables
of people are seldom the first."""

LEAK_UNPACKED_BYTES: Final = 64 * 1024**3
"""Most bytes that a packed file may unpack to. Our choice: 145 million rows are about 15 GB."""

LEAK_RATIO: Final = 100
"""Most bytes that come out of a packed file for each that went in. Our choice: rows of people pack
to a tenth, and of one person repeated hardly to a hundredth."""

LEAK_RATIO_FROM: Final = 1024 * 1024
"""Bytes that a packed file is taken to have at least when that is worked out. Our choice."""

LEAK_MEMBERS: Final = 1_000
"""Most files in an archive whose names are looked at. Our choice."""

LEAK_DIRECTORY_BYTES: Final = 512 * 1024
"""Largest list of the files in an archive that is read. Our choice: a thousand long names."""

LEAK_BLOCK_BYTES: Final = 512 * 1024
"""Bytes of a leaked file that a process reads at a time. Our choice: a third of a second of work,
so that none waits long for the others at the end."""

LEAK_BATCH: Final = 4_000
"""Records of a JSON document or a dump that a process reads at a time. Our choice: as much work."""

LEAK_ALONE_BYTES: Final = 2 * 1024 * 1024
"""Up to this size a leaked file is read by one process, in bytes. Our choice: starting others takes
half a second."""

LEAK_PROCESSES: Final = 8
"""Most processes that read one leaked file. Our choice: beyond it the one that cuts it into blocks
is what everyone waits for."""

LEAK_XZ_BYTES: Final = 128 * 1024 * 1024
"""Most memory that unpacking an xz file may take: it says itself how much, up to 4 GB. The highest
level of xz takes 65 MB (its manual)."""

LEAK_SEVENZIP_BYTES: Final = 256 * 1024 * 1024
"""Largest dictionary of a 7-Zip archive, in bytes, which reading it takes in memory: that of its
highest level (7-Zip's own help)."""

LEAK_DEPTH: Final = 3
"""How often a file may be packed, one in the other. Our choice: an archive of packed files is
two."""

LEAK_LOADED_BYTES: Final = 256 * 1024 * 1024
"""Largest workbook, database or archive in an archive that is held in memory to be read, in bytes.
Our choice: a workbook of a million rows is about a fifth."""

AFFECTED_LINES: Final = 20_000
"""Most lines of one list of affected people. Our choice: what a form of 2 MB holds, looked up in
seconds. Lists may be added one after the other."""

LEAK_SEARCHED: Final = 40
"""Most words of one line that are tried as a customer number, and phones as a phone. Our choice:
a line of people has fewer."""

CHANGE_WORDS: Final = 2_000
"""Most characters of a request to change notices, and of its answer. Our choice: a page."""

REASON_WORDS: Final = 2_000
"""Most characters of the reason why somebody is not notified, and of its evidence. Our choice: a
page."""

SAMPLE_PEOPLE: Final = 3
"""How many people who get a text are named to whoever reads it, by their numbers. Our choice:
enough to see whether the text fits, and nobody looks at more."""

NOTIFIED_PEOPLE: Final = 2_000_000
"""Most people whose numbers are read at once to list those who were notified, or those who were
not. Our choice: some seconds and 100 MB. Either are few before and after a batch is sent."""

OUTSIDE_WAITING: Final = 500
"""Most reports from outside that wait for a lead; more are refused. Our choice: what one day of a
flood brings, and nobody reads more."""

CASE_TASKS: Final = 200
"""Most tasks of one incident. Our choice: nobody works through a longer list."""

LOGIN_PAGE: Final = 2_000
"""People whose keys are opened at a time to find whose records a stolen login opened. Our choice:
some megabytes, and a hundredth of a second."""

MAIL_BYTES: Final = 32 * 1024 * 1024
"""Largest message whose addresses are read, in bytes. Our choice: the largest that most providers
take (RFC 5321 sets none)."""
