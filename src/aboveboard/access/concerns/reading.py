"""Reading what a person wrote about a use: a use like any other. It is decided by the promise for a
purpose and fields, has its entry, and the person sees it among the others.
"""

from __future__ import annotations

from datetime import datetime

from aboveboard.access.actions import use
from aboveboard.access.concerns import words as sealed
from aboveboard.access.concerns.terms import ANSWERING, NotYoursToAnswer
from aboveboard.access.models import RaisedConcern
from aboveboard.access.use import Subject, UseRequest, UseResult
from aboveboard.basics.actor import Actor
from aboveboard.basics.errors import NotFound
from aboveboard.basics.personal import Personal
from aboveboard.keys.rows import RowNotAuthentic


def read_words(
    number: int,
    purpose: str,
    fields: tuple[str, ...],
    channel: str,
    *,
    by: Actor,
    at: datetime,
) -> tuple[UseResult, Personal[str] | None]:
    """Open the named fields of whoever raised a concern, and with them what they wrote; None where
    that was nothing, cannot be read any more, or the use was refused.

    Raises:
        NotFound: there is no such concern.
        NotYoursToAnswer: it is another role's.
        RowNotAuthentic: the row was written, or changed, past this program.
        NoPromise, Unavailable: as :func:`aboveboard.access.actions.use`.
    """
    if by.role != ANSWERING:
        raise NotYoursToAnswer(reason="what customers write is read by who answers it")
    row = RaisedConcern.objects.filter(pk=number).first()
    if row is None:
        raise NotFound(what="concern")
    if not row.authentic:
        # It may lead to somebody else's data.
        raise RowNotAuthentic(table=RaisedConcern._meta.label)
    subject = Subject(person_id=row.person_id)
    asked = UseRequest(by, purpose, fields, channel, subject, f"concern/{row.entry_id}")
    # Its entry is durable when it returns: the words come after it, as the fields do.
    result = use(asked, at=at)
    words = sealed.read(row, sealed.OWN) if result.allowed else None
    return result, Personal(words) if words else None
