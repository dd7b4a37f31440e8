"""The limits of a pack: each with its unit, its default and its source."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

ATTACHMENT_CHUNK: Final = 192 * 1024
"""Bytes of a file that stand in one line of a spool. Our choice: many times age's own blocks."""

GROUP_BYTES: Final = 8 * 1024 * 1024
"""Bytes of the collections of a system that are held in memory at once, so that hundreds of small
ones need one reading of the spool. Larger ones are read alone, a record at a time. Our choice."""

PAGE_RECORDS: Final = 1_000
"""Records on one HTML page; more go on to a next page. Our choice: a phone still opens it."""

TABLE_COLUMNS: Final = 8
"""Columns that a table of an HTML page may have; wider records are lists. Our choice."""

CSV_COLUMNS: Final = 1_000
"""Columns of a CSV; what has more names stands in the last one as JSON. Our choice: spreadsheets
stop at 1,024 (LibreOffice before 7.4)."""

PDF_RECORDS: Final = 25
"""Records of each collection that the PDF prints. It says where the rest is. Our choice: a letter
that can be posted."""

PDF_ALL_RECORDS: Final = 500
"""Records that the PDF prints of all systems. Our choice, as above."""

PDF_TEXT: Final = 300
"""Characters of a value that the PDF prints. Our choice, as above."""

REVIEW_VALUES: Final = 100
"""Different values of one kind in one place that are put before a reviewer one by one. Where there
are more they are decided as a kind. Our choice."""

REVIEW_GROUPS: Final = 2_000
"""Kinds in places that a reviewer is asked about; those beyond are blacked out, and counted. Our
choice: one day's work."""

LISTED_AT_ONCE: Final = 128 * 1024
"""Bytes of collected records up to which a page itself goes through them for other people; the
worker goes through more. Our choice: less than a second."""

PROGRESS_EVERY: Final = timedelta(seconds=2)
"""How often the worker notes how far it is with a pack. Our choice: nobody looks more often."""

MAKING_TRIES: Final = 5
"""How often the making of a pack is begun, by workers that died or failed, before somebody is
called. Our choice: more than a restart or a full disk that is seen to."""

JUDGED_TEXTS: Final = 20_000
"""Short texts whose mentions are remembered while a spool is read, because the same ones come
again and again. Our choice: 10 MB."""

JUDGED_TEXT: Final = 200
"""Characters up to which a text is short in that sense."""

NAME_CHARACTERS: Final = 80
"""Characters of the name of a file in the pack: with its folder it fits every file system."""

LINK_LIFE: Final = timedelta(days=14)
"""How long a pack can be fetched. Our choice: two weeks of holiday; whoever is late asks again."""

LINK_DOWNLOADS: Final = 3
"""How often a pack can be fetched: a line that breaks is no reason to ask again. Our choice."""

CODE_LIFE: Final = timedelta(minutes=15)
"""How long a code opens a pack at the counter. Our choice: one visit."""

CODE_TRIES: Final = 5
"""Wrong codes after which a link is dead (OWASP ASVS 5.0, 6.6.3)."""
