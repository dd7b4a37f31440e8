"""Every limit: a name, a unit, a default and a source. Nothing elsewhere
hides a number of its own."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Final

PAGE_SIZE: Final = 50
"""Rows on a page of a list. Our choice: a screen and a half on a laptop."""

FIELD_BYTES: Final = 64 * 1024
"""Longest plaintext of one sealed field, in bytes. Our choice; attachments come later as blobs."""

FIELD_NAME_BYTES: Final = 255
"""Longest field name in a sealed record, in bytes: its length is one byte (vault/FORMAT.md)."""

ORIGIN_WORD_BYTES: Final = 255
"""Longest channel or purpose in a sealed record, in bytes: its length is one
byte (vault/FORMAT.md)."""

RECORD_ORIGINS: Final = 255
"""Most different origins of the values of one record: their count is one byte (vault/FORMAT.md)."""

CARD_DIGITS: Final = (12, 19)
"""Fewest and most digits of a card number (ISO/IEC 7812-1 allows up to 19; the
shortest in use have 12)."""

OLDEST_DAY: Final = date(1880, 1, 1)
"""Earliest day that is taken for one of somebody's life. Our choice: nobody
alive was born before."""

ADDRESS_LINES: Final = 10
"""Most lines of a postal address. Our choice: above the eight that UPU S42 ever needs."""

ADDRESS_LINE_CHARS: Final = 200
"""Longest line of a postal address, in characters. Our choice."""

ATTACHMENT_BYTES: Final = 20 * 1024 * 1024
"""Longest document kept about a person, in bytes. Our choice: a scan of forty pages."""

IMPORT_BATCH: Final = 2_000
"""People sealed and stored in one transaction of an import. Our choice: below 20 MB of memory."""

IMPORT_BLOCK_BYTES: Final = 4 * 1024 * 1024
"""Bytes of a customer file after which a batch is full before it has its people. Our choice: bounds
memory where rows are long."""

IMPORT_ALONE_BYTES: Final = 2 * 1024 * 1024
"""Up to this size a file is sealed in the process that reads it, in bytes. Our choice: starting
others takes half a second."""

IMPORT_PROCESSES: Final = 8
"""Most processes that seal for one import. Our choice: beyond it the database is
what everyone waits for."""

JURISDICTION_CHARS: Final = 12
"""Longest code of where a person lives, with the state: what the vault's table takes.
ISO 3166-2 needs six."""

SELECT_PAGE: Final = 5_000
"""People whose ids are read at a time while a selection is handed over. Our
choice: ten batches of uses."""

EXPORT_LISTED: Final = 1_000_000
"""People of a list that an export remembers, so that a list with somebody twice has them in once.
Our choice: 100 MB. Selections, which name nobody twice, may be longer."""

USE_BATCH: Final = 500
"""People in one batch request or one transaction of a bulk use (design, section 8)."""

GARBAGE_SEARCH: Final = (20_000, 20, 50)
"""Objects made, and searches of the younger ones, before a process that answers looks for garbage
in circles (``gc.set_threshold``). Our choice: a batch of uses makes some 10,000 objects that are
freed without a search; measured by ``bench/uses.py``."""

UPLOAD_BYTES: Final = 512 * 1024 * 1024
"""Largest file of leaked rows accepted through the console, in bytes. Larger
ones: the command line."""

CSV_LINE_BYTES: Final = 1024 * 1024
"""Longest line read from a file that came from outside, in bytes."""

KEY_PROVIDER_REST: Final = timedelta(seconds=1)
"""After a key provider did not answer, how long others are told so without asking it. Our choice:
below a page's patience."""

REWRAP_BATCH: Final = 2_000
"""People whose keys are wrapped anew in one transaction. Our choice: some 50 ms, so nobody
waits longer for a row."""

RESEAL_BATCH: Final = 200
"""People whose records are sealed anew in one transaction. Our choice: each is held
meanwhile, for some 50 ms."""

KEY_PROVIDER_PATIENCE: Final = timedelta(seconds=3)
"""How long a key provider on the network may take to answer. Our choice: several times what one on
another continent takes."""

KEY_PROVIDER_ANSWER_BYTES: Final = 64 * 1024
"""Longest answer read from a key provider, in bytes. A wrapped key is about 100."""

PASSPHRASE_MEMORY_KIB: Final = 64 * 1024
"""Memory that argon2id takes to try one passphrase, in KiB (RFC 9106, section 4,
second recommended option)."""

PASSPHRASE_CHARS: Final = 15
"""Shortest passphrase of a root key, in characters (NIST SP 800-63B-4, 3.1.1.2, for a
password that stands alone)."""

GRANT_LIFE: Final = timedelta(minutes=1)
"""How long a grant opens a record after its entry was written. Our choice: one page view."""

SEQUENCE_EVERY: Final = timedelta(seconds=1)
"""Longest wait between an entry being durable and being in the tree (issue of the ledger room)."""

SEQUENCE_PAUSE: Final = timedelta(milliseconds=100)
"""How often the worker looks for entries that wait for their place. Our choice: leaves most of the
second above for the work."""

SIGN_IN_LINK_LIFE: Final = timedelta(hours=12)
"""How long an invitation or demo sign-in link works. Used once. Our choice."""

CLIENT_SECRET_LIFE: Final = timedelta(days=365)
"""How long a program's secret works before it must be changed for a new one. Our choice."""

CLIENT_SECRET_OVERLAP: Final = timedelta(hours=24)
"""How long the old secrets of a program work beside a new one. Our choice: a day to
bring it to every machine."""

ACCESS_TOKEN_LIFE: Final = timedelta(minutes=10)
"""How long a program's access token works (RFC 6750, 5.3: an hour or less). Our choice:
six requests an hour."""

TOKEN_MEMORY: Final = timedelta(seconds=1)
"""How long a process trusts a token that it found to work; a token revoked in another process works
here for as long. Our choice: at 1,200 uses a second one statement in 1,200 looks it up."""

REPEAT_LIFE: Final = timedelta(hours=24)
"""How long a change that a program sent with an Idempotency-Key is known again. Our choice:
retries end within a day."""

CLIENT_FAILED_WAIT: Final = timedelta(minutes=1)
"""What a program that gave too many wrong secrets is told to wait: the time that
``client_failed`` below counts in."""

SESSION_IDLE_CUSTOMER: Final = timedelta(minutes=30)
"""A customer's session ends after this long without a click (OWASP ASVS 5.0, 7.3.1)."""

SESSION_IDLE_STAFF: Final = timedelta(hours=8)
"""A member of staff's session ends after a working day (OWASP ASVS 5.0, 7.3.2)."""

SESSION_LIFE_CUSTOMER: Final = timedelta(hours=12)
"""A customer's session ends this long after they signed in, however busy it is
(OWASP ASVS 5.0, 7.3.2)."""

SESSION_LIFE_STAFF: Final = timedelta(hours=16)
"""A member of staff's session ends this long after they signed in: the longest day's work
(OWASP ASVS 5.0, 7.3.2)."""

ENGINE_MEMORY_BYTES: Final = 4 * 1024**3
"""Most memory one set computation takes before it spills to disk, in bytes (design,
section 8: at most 8 GB)."""

ENGINE_BATCH: Final = 20_000
"""Rows read from the database at a time while a snapshot is taken. Our choice: a few MB."""

OUTBOX_LEASE: Final = timedelta(seconds=30)
"""How long a worker may be silent before its messages and jobs are taken for abandoned. Our choice:
renewed every third of it."""

OUTBOX_ATTEMPTS: Final = 8
"""How often a message or job is tried before it is parked as failed. With the waits below:
over about ten minutes."""

OUTBOX_FIRST_WAIT: Final = timedelta(seconds=5)
"""Wait after a first failed attempt; each further one is twice as long."""

OUTBOX_LONGEST_WAIT: Final = timedelta(hours=1)
"""Longest wait between two attempts."""

DELIVERY_QUEUE: Final = 2_000
"""Dispatches written in one transaction when a batch is queued. Our choice."""

DELIVERY_CHUNK: Final = 500
"""Dispatches that a worker claims and renders at a time. As many people as one batch of
uses (``USE_BATCH``)."""

DELIVERY_GROUP: Final = 100
"""Most messages heard to be accepted by the mail server and not yet recorded,
in a group of one commit.

A crash repeats at most these and one for each connection, with the same Message-ID.
"""

DELIVERY_GROUP_WAIT: Final = timedelta(milliseconds=500)
"""Longest time from the mail server's acceptance to its being recorded."""

DELIVERY_LEASE: Final = timedelta(seconds=60)
"""How long a worker may be silent before its dispatches are taken for abandoned.
Renewed every third of it."""

DELIVERY_ATTEMPTS: Final = 30
"""Tries of one message that the mail server puts off (4xx) before it has failed. With the
waits below: over a day.

RFC 5321, 4.5.4.1 asks days of a server that relays; this is the organisation's own client, and the
law's clock is 72 hours.
"""

DELIVERY_FIRST_WAIT: Final = timedelta(minutes=1)
"""Wait after the mail server first put a message off; each further one is twice as long."""

DELIVERY_LONGEST_WAIT: Final = timedelta(hours=1)
"""Longest wait between two tries of one message."""

DELIVERY_SERVER_WAIT: Final = timedelta(seconds=10)
"""Wait before a mail server that could not be used is tried again. Messages wait; none of
their tries is used up."""

DELIVERY_TIMEOUT: Final = timedelta(seconds=30)
"""Longest silence of the mail server before its connection is given up. RFC 5321, 4.5.3.2 allows
minutes; a send at scale does not."""

SESSION_TOUCH: Final = timedelta(minutes=1)
"""A session in use is saved at most this often; its end is counted from the
last save. Our choice."""

SIGN_IN_CODE_LIFE: Final = timedelta(minutes=10)
"""How long an e-mailed sign-in code works (NIST SP 800-63B-4, 3.1.3.2: at most ten minutes)."""

SIGN_IN_CODE_DIGITS: Final = 8
"""Digits of an e-mailed sign-in code (OWASP ASVS 5.0, 6.5.4 asks for 20 bits: six; two
more cost nobody much)."""

SIGN_IN_CODE_TRIES: Final = 3
"""Wrong codes before a new one must be asked for: one guess in 33 million. Our choice."""

CACHE_ENTRIES: Final = 100_000
"""Counters of tries kept before old ones are culled: enough that a flood of them cannot
wash a limit away soon."""

PASSWORD_LENGTH: Final = 12
"""Shortest password of staff, in characters; a second factor is needed besides. Our choice
above ASVS 5.0, 6.2.1 (8)."""

SIGN_IN_RATES: Final = {
    "login": "30/m/ip",
    "request_login_code": "20/m/ip,3/m/key,10/h/key",
    "login_failed": "10/m/ip,5/5m/key",
    "reauthenticate": "10/m/user",
    "change_password": "5/m/user",
    "sign_in_link": "20/m/ip",
    "client_failed": "60/m/ip,10/m/key",
    "look_up": "60/m/key",
}
"""Tries in a time, by address of the network (ip), by what was typed (key) or by account (user).
Our choice: a person never meets them, a guesser does."""

BODY_BYTES: Final = 2 * 1024 * 1024
"""Largest body of a request that is not a file, in bytes. Our choice: a batch
of 500 uses is 100 kB."""

FORM_FIELDS: Final = 1_000
"""Most fields of one form. Django's own default."""

FORM_FILES: Final = 5
"""Most files of one form. Our choice: no page asks for more than one."""

HSTS_LIFE: Final = timedelta(days=365)
"""How long a browser remembers to come by TLS only (RFC 6797, 11.2; a year is what
ASVS 5.0, 3.4.1 asks)."""

ASSET_LIFE: Final = timedelta(hours=1)
"""How long a browser keeps a style sheet or script before it asks again. Addresses
change with the content."""

WORKER_PAUSE: Final = timedelta(seconds=1)
"""Longest rest of the background worker when there is nothing to do. Our choice: nobody notices a
second's wait for a mail."""

STOP_PATIENCE: Final = timedelta(seconds=20)
"""How long a stopping process may finish what it began before it is killed. Our choice:
one group of notices."""

PROMISE_BYTES: Final = 256 * 1024
"""Largest promise file that is read, in bytes. Our choice: the sample has a tenth of it."""

PROMISE_DEPTH: Final = 12
"""Deepest nesting of a promise file that is read, in levels. The format needs six."""

PLAIN_SENTENCE_WORDS: Final = 25
"""Longest sentence shown to a customer, in words (GOV.UK content style; design, section 5)."""

SEQUENCE_BATCH: Final = 8_192
"""Entries put into the ledger's tree under one checkpoint and in one transaction. Our
choice: a tenth of a second in which nobody else writes to SQLite. A multiple of 256, so that
batches end where tiles end."""

LEAK_SAMPLE_LINES: Final = 200
"""Lines of a leaked file from which its form and columns are guessed. Our choice."""

LEAK_ROW_LINES: Final = 50
"""Most lines that one quoted row of a leaked file may run over before the quote counts as a
stray mark. Our choice."""

SERVICE_USES_PER_SECOND: Final = 20_000
"""People whose data one program may ask one process for in a second; above that it is told to wait,
or its stream is slowed down. Our choice: beyond what one process answers in batches, so that it
stops a runaway program and no honest one."""

STREAM_READ_BYTES: Final = 16 * 1024
"""Bytes of a stream of uses read at a time. Our choice: some 300 people."""

STREAM_LINE_BYTES: Final = 4 * 1024
"""Longest line of a stream of uses, in bytes. Our choice: a person is named in a tenth of it."""

STREAMS_AT_ONCE: Final = 2
"""Streams that one process answers at the same time: each keeps a thread. Our choice: a quarter
of the default threads."""

STREAM_WAIT: Final = timedelta(seconds=5)
"""What a program is told to wait when all streams are taken. Our choice."""

STAGED_LIFE: Final = timedelta(hours=12)
"""How long an uploaded leak waits, sealed, for its columns to be confirmed. Our
choice: a working day."""

SWEEP_PAUSE: Final = timedelta(hours=1)
"""How often the worker looks for uploads that waited longer than that. Our choice:
small beside their life."""

LEDGER_WAITING: Final = 10_000
"""Entries outside the tree before `doctor` says to act. Our choice: far above
what one second brings."""

DISK_LEAST_BYTES: Final = 1024**3
"""Free space below which `doctor` says to act, in bytes. Our choice."""

LOOK_UP_NOTE_LIFE: Final = timedelta(minutes=30)
"""How long the note that names a looked-up person works in the console, for the one who looked.
Our choice: a long call."""

SENTENCE_WORDS: Final = 25
"""Most words in a sentence shown to a customer (design, section 5)."""

MAIL_PATIENCE: Final = timedelta(seconds=10)
"""How long a single mail, such as a sign-in code, waits for the mail server. Our choice: the
person waits with it."""

EMERGENCY_LIFE: Final = timedelta(minutes=15)
"""How long an emergency look may be shown again to the one who asked. Our choice: one call to
the emergency services."""

EMERGENCY_REVIEW: Final = timedelta(days=2)
"""In what time an emergency look is to be reviewed before it is overdue. Our choice: within the 72
hours of GDPR Art. 33."""

EMERGENCY_A_DAY: Final = 3
"""Emergency looks that one member of staff may ask for in 24 hours, also those refused. Our
choice: more is a pattern."""

EMERGENCY_WORDS: Final = 500
"""Longest words to the reviewers, in characters. Our choice: a paragraph."""

WHAT_IF_BATCH: Final = 200_000
"""People whom one statement of `promise what-if` counts. Our choice: a second or two of the
database, and progress to see."""

CLOCK_SKEW: Final = timedelta(minutes=1)
"""How far ahead of our clock the moment of a use may be: machines with good clocks
differ by less. Our choice."""

LOOK_UP_WIDTH: Final = 8
"""People decided about when several are known by one e-mail, phone or number; the question is
always this long. Our choice."""
SWEEP_REVIEW_BATCH: Final = 2_000
"""People looked at in one transaction while a sweep reviews. Our choice: below 20 MB of memory."""

SWEEP_ERASE_BATCH: Final = 50
"""People whose fields are erased in one transaction. Our choice: a fraction of a second in which
nobody else writes to SQLite."""

SWEEP_REVIEW_LIFE: Final = timedelta(days=30)
"""How long a review may be acted on. Our choice: the month in which a request for erasure must be
met (GDPR Art. 12(3))."""

MERGE_UNDO_LIFE: Final = timedelta(days=90)
"""How long a merge can be undone; then what was set aside for that is destroyed. Our choice: longer
than a quarterly letter takes to show that two people were taken for one."""
BACKUP_AGE: Final = timedelta(hours=36)
"""Age of the newest backup above which `doctor` says to look. Our choice: a
night that was missed."""
