"""What an answer is about: a purpose as a whole, or one way of contact of it. Pure.

Written as one word, so that answers are kept by topic as they were kept by purpose: the key of the
purpose, and behind a slash the way of contact where the answer is about that way alone
(``personal-offers/email``). No key of a promise has a slash (``promise.schema.json``).
"""

from __future__ import annotations

from typing import NewType

Topic = NewType("Topic", str)
"""A purpose, or a purpose and a way of contact, as one word."""

WHOLE = ""
"""Stands for the way of contact where an answer is about the purpose as a whole."""


def topic_of(purpose: str, contact: str = WHOLE) -> Topic:
    """Return the topic of an answer about a purpose, or one way of contact of it."""
    return Topic(f"{purpose}/{contact}" if contact else purpose)


def parts_of(topic: str) -> tuple[str, str]:
    """Return the purpose and the way of contact of a topic; :data:`WHOLE` where it has none."""
    purpose, _, contact = topic.partition("/")
    return purpose, contact
