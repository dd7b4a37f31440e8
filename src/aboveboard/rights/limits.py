"""The limits of this package: each with its unit, its default and its source."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

CODE_LIFE: Final = timedelta(minutes=10)
"""How long a code works that was sent to an address on record (NIST SP 800-63B-4, 3.1.3.2)."""

AGENT_CODE_LIFE: Final = timedelta(days=7)
"""How long a code works that somebody was sent because an agent asked for them. Our choice: they do
not sit before the page when it comes; three tries are as few in a week as in ten minutes."""

COUNTER_CODE_LIFE: Final = timedelta(hours=1)
"""How long a code works that staff gave somebody whom they saw. Our choice: time to get home is not
needed, since it is typed at the counter."""

PACK_CODE_LIFE: Final = timedelta(days=14)
"""How long a code opens one set once. Our choice: time to go to a counter."""

CODE_TRIES: Final = 3
"""Wrong codes before a new one must be asked for: one guess in 33 million. As for signing in."""

CODES_A_DAY: Final = 10
"""Codes that may be made for one request within a day. Our choice: with the tries, 30 guesses of
100 million a day."""

CODE_DIGITS: Final = 8
"""Digits of a code. As for signing in."""

ADDRESS_SETTLED: Final = timedelta(days=30)
"""How long an address must have been on record before a code to it proves as much as signing in.
Our choice: whoever took an account over changed the address first, and the owner was told."""

ADDRESS_LINK_LIFE: Final = timedelta(days=14)
"""How long the link of a letter works by which somebody confirms an address. Our choice: two weeks
of holiday. Nobody is signed in by it."""

ADDRESS_REMINDER: Final = timedelta(days=3)
"""How long after the first letter the only reminder is sent. Our choice."""

ADDRESS_LETTER_AGAIN: Final = timedelta(minutes=10)
"""How long after a letter another one may be asked for. Our choice: mail takes minutes."""

ADDRESS_LETTERS_A_DAY: Final = 3
"""Letters to one address within 24 hours, whoever asks and of whichever record. Our choice: as many
as tries of a code."""

ADDRESS_LETTERS: Final = 8
"""Letters to have one value confirmed, ever. Our choice: whoever has not answered by then does not
want to."""

STEP_TRIES: Final = 6
"""How often a step is tried before a person is called. With the waits below: over about ten
hours. Our choice: a night's maintenance passes by itself."""

STEP_FIRST_WAIT: Final = timedelta(minutes=1)
"""Wait after a first failed try of a step; each further one is five times as long."""

STEP_LONGEST_WAIT: Final = timedelta(hours=8)
"""Longest wait between two tries of a step."""

RUN_AGAIN: Final = timedelta(minutes=15)
"""After how long a request that the worker has to move on gets another job, should its own be lost.
Our choice: it finds nothing to do where the first one works."""

LOCKED_WAIT: Final = timedelta(seconds=5)
"""When a request is tried again that another worker is at. Our choice."""

GRAPH_ROUNDS: Final = 5
"""How often systems are asked with what others told. Our choice: e-mail, customer number, account,
device; a system further away than four hops is asked by hand."""

GRAPH_IDENTIFIERS: Final = 200
"""Identifiers of one person that are followed. Our choice: more than anybody has; a declaration
that takes a shared value for a person's would never end."""

RECORDS_CHUNK: Final = 64 * 1024
"""Bytes of a sealed file that are in memory at once. Our choice."""

DOCUMENT_BYTES: Final = 20 * 1024 * 1024
"""Longest document of proof or evidence, in bytes. Our choice: a scan of a few pages."""

WORDS: Final = 4_000
"""Characters that somebody may write in one place. Our choice: a page."""

REMIND_BEFORE: Final = timedelta(days=7)
"""How long before the day it is due staff are reminded. Our choice: a working week."""

REMINDERS_EVERY: Final = timedelta(hours=1)
"""Within how long what staff are reminded of stands in one mail. Our choice: a mail for each of
fifty requests is read by nobody."""

REMINDER_LINES: Final = 50
"""Requests that one mail to staff names. Our choice: more are in the queue, and in the next."""

UNPROVED_A_DAY: Final = 500
"""Requests of people who are not signed in that are taken within a day, over all visitors, and of
each program: they cost a row each, and nothing is run for them before they are proved. Our
choice."""

MAILS_AT_ONCE: Final = 50
"""New mails of one folder that a look goes through: the rest comes with the next, an hour later."""

MAIL_DAYS: Final = 14
"""Days back from which new mail is proposed as requests. Our choice: older mail was there before
the mailbox was connected, and somebody has read it."""

MAIL_NAME: Final = 200
"""Characters of the name beside an address that are kept. Our choice."""

KEPT_AFTER: Final = timedelta(days=30)
"""How long the sealed answers of systems are kept after a request was closed, where its pack was
not destroyed before. Our choice: the life of a link."""
