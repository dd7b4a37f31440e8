"""The limits of this package: each with its unit, its default and its source."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

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
"""Wait before a channel that could not be used is tried again; each further one is twice as long.
Messages wait; none of their tries is used up."""

DELIVERY_LONGEST_SERVER_WAIT: Final = timedelta(minutes=5)
"""Longest wait before a channel that could not be used is tried again. Our choice: a server that is
back is noticed soon, against the law's 72 hours."""

DELIVERY_LONGEST_ASKED: Final = timedelta(hours=1)
"""Longest wait that a provider's Retry-After (RFC 9110, 10.2.3) is given. Our choice."""

DELIVERY_BURST: Final = timedelta(seconds=2)
"""How much of a channel's rate may leave at once: the worker looks each second."""

DELIVERY_TIMEOUT: Final = timedelta(seconds=30)
"""Longest silence of the mail server before its connection is given up. RFC 5321, 4.5.3.2 allows
minutes; a send at scale does not."""

SMS_ANSWER: Final = 64 * 1024
"""Longest answer of a provider of text messages, in bytes. Our choice."""

SMS_CALL: Final = timedelta(seconds=20)
"""Longest time of one call to a provider of text messages; within a claim's lease."""

SMS_PARTS: Final = 4
"""Most parts of a text message. Our choice: each is paid for, and more belongs on a page."""

RECEIPT_BYTES: Final = 64 * 1024
"""Longest message from a provider about what became of a notice, in bytes. Our choice."""

RECEIPT_FIELDS: Final = 100
"""Most fields of such a message. Our choice: Twilio sends about twenty."""

MAIL_PATIENCE: Final = timedelta(seconds=10)
"""Longest silence of the mail server while a sign-in code or a word to staff is sent: somebody
waits for it. Our choice."""

LETTERS_A_FILE: Final = 50
"""Letters in one PDF: as many as are set while a worker's claim is renewed, and a print house can
take in at once. Our choice."""

LETTERS_REPORT_BYTES: Final = 20_000_000
"""Longest list of a print house that is taken in. Our choice: half a million letters."""

LETTERS_BAD_ROWS: Final = 200
"""Rows of such a list that are shown with what is wrong in them; more are counted. Our choice."""

WEBHOOK_WAITS: Final = (
    timedelta(seconds=5),
    timedelta(minutes=5),
    timedelta(minutes=30),
    timedelta(hours=2),
    timedelta(hours=5),
    timedelta(hours=10),
    timedelta(hours=14),
    timedelta(hours=20),
    timedelta(hours=24),
)
"""Waits after each attempt at a message that failed; after the last it has failed. Standard
Webhooks 1.0.0, "Deliverability and reliability": ten attempts in three days and four hours."""

WEBHOOK_JITTER: Final = 0.2
"""Most of a wait that is added to it at random, so that what failed together does not come back
together. Standard Webhooks asks for some; how much is our choice."""

WEBHOOK_LONGEST_ASKED: Final = timedelta(hours=24)
"""Longest wait that an endpoint's Retry-After is given. Our choice: the longest of the waits."""

WEBHOOK_FAILING: Final = timedelta(days=5)
"""How long an endpoint may take nothing before it is paused and staff are notified. Our choice: a
long weekend, and longer than one message is tried."""

WEBHOOK_CALL: Final = timedelta(seconds=20)
"""Longest time of one attempt, from the connection on. Standard Webhooks, "Request timeouts":
15 to 30 seconds."""

WEBHOOK_SLOW: Final = timedelta(seconds=5)
"""An attempt that failed only after this long lets the endpoint rest, so that it does not hold up
others."""

WEBHOOK_REST: Final = timedelta(seconds=30)
"""How long such an endpoint rests. Our choice."""

WEBHOOK_CHUNK: Final = 50
"""Messages that a worker claims at a time. Our choice."""

WEBHOOK_CONNECTIONS: Final = 8
"""Endpoints that are called at the same time. Our choice."""

WEBHOOK_LEASE: Final = timedelta(minutes=10)
"""How long a worker may have messages in hand before they are taken for abandoned: longer than a
chunk to one slow endpoint takes, since the first slow answer ends its turn."""

WEBHOOK_OVERLAP: Final = timedelta(hours=24)
"""How long both secrets sign after a rotation, where nothing else is said. Our choice: as long as
the receivers need to take the new one up."""

WEBHOOK_LONGEST_OVERLAP: Final = timedelta(days=30)
"""Longest time for which two secrets may sign. Our choice."""

WEBHOOK_KEPT: Final = timedelta(days=30)
"""How long a message that is done, with its attempts, is kept and can be replayed. Our choice."""

WEBHOOK_SWEPT: Final = 5_000
"""Messages deleted in one statement."""
