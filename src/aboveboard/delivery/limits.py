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
"""Wait before a mail server that could not be used is tried again. Messages wait; none of
their tries is used up."""

DELIVERY_TIMEOUT: Final = timedelta(seconds=30)
"""Longest silence of the mail server before its connection is given up. RFC 5321, 4.5.3.2 allows
minutes; a send at scale does not."""

MAIL_PATIENCE: Final = timedelta(seconds=10)
"""Longest silence of the mail server while a sign-in code or a word to staff is sent: somebody
waits for it. Our choice."""
