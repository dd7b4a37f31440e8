"""What points at other people in a request, kept once everything was gone through: a reviewer pages
through it, and nothing that was collected is read again for each page.

It lies sealed beside the request, under its key, and names the readings that it is of: where a
system is read again, it is made anew. Where little was collected, it is made when it is first asked
for; else the worker makes it.
"""

from __future__ import annotations

import json
from typing import Final

from django.db import transaction

from aboveboard.basics.canonical import Json
from aboveboard.basics.errors import Conflict, NotFound
from aboveboard.basics.personal import Personal
from aboveboard.outbox import jobs
from aboveboard.rights.models import RightsRequest
from aboveboard.rights.pack import limits
from aboveboard.rights.pack.assembling import own_values, pack_answers
from aboveboard.rights.pack.others import MentionPlace
from aboveboard.rights.pack.progress import PROGRESS, PackPhase, ProgressNote
from aboveboard.rights.pack.redacting import MentionGroup, MentionList
from aboveboard.rights.pack.reviewing import ListedMentions, list_others
from aboveboard.rights.requests import files, queries, sealing
from aboveboard.rights.requests.locking import read_state
from aboveboard.rights.requests.recording import RUN
from aboveboard.rights.running.collected import collected_bytes, read_systems

MENTIONS: Final = "pack-mentions"
"""The name of the sealed file."""


class MentionsNotListed(Conflict):
    """A lot was collected, and it is being gone through for what may be about other people."""

    code = "mentions_not_listed"
    next_step = "Come back in some minutes."


def mentions_of(request_id: int) -> list[ListedMentions]:
    """Return what points at other people in a request, as it was listed; little is listed at once.

    Raises:
        NotFound: there is no such request.
        RequestUnreadable: its key is destroyed.
        CollectedMissing: a system was read, and what it gave is not here any more.
        MentionsNotListed: the worker is still to go through it, or at it.
    """
    row = _row(request_id)
    kept = _read_kept(row)
    if kept is not None:
        return kept
    if is_large(request_id):
        with transaction.atomic():
            jobs.enqueue(RUN, {"request": request_id})
        raise MentionsNotListed
    return list_mentions_of(request_id)


def is_listed(request_id: int) -> bool:
    """Whether it was listed since all that is here was collected."""
    row = _row(request_id)
    return bool(row.key) and _read_kept(row) is not None


def is_large(request_id: int) -> bool:
    """Whether so much was collected that only the worker goes through it."""
    return collected_bytes(request_id) > limits.LISTED_AT_ONCE


def list_mentions_of(request_id: int) -> list[ListedMentions]:
    """Go through all that was collected, keep what points at other people, and return it.

    Raises: as :func:`mentions_of`, but ``MentionsNotListed``.
    """
    row, record = _row(request_id), queries.request(request_id)
    readings = _readings(row)
    answers = ProgressNote(row).reading(PackPhase.LOOKING, pack_answers(record))
    listed, _ = list_others(request_id, answers, own_values(request_id))
    plain = json.dumps({"of": readings, "systems": [_stored(each) for each in listed]}).encode()
    files.write(row.pk, MENTIONS, sealing.request_key(row), [plain])
    files.delete(row.pk, PROGRESS)
    return listed


def _read_kept(row: RightsRequest) -> list[ListedMentions] | None:
    if not files.exists(row.pk, MENTIONS):
        return None
    stored = json.loads(b"".join(files.read(row.pk, MENTIONS, sealing.request_key(row))))
    if stored["of"] != _readings(row):
        return None
    return [_read(each) for each in stored["systems"]]


def _readings(row: RightsRequest) -> list[Json]:
    """Return what tells one collection of everything from the next."""
    _, state = read_state(row)
    readings = sorted(read_systems(state), key=lambda each: each[0])
    return [[system, event.at.isoformat()] for system, event in readings]


def _stored(listed: ListedMentions) -> Json:
    groups: list[Json] = [
        [
            group.place.collection,
            group.place.path,
            group.place.kind,
            group.count,
            group.many,
            {key: text.reveal() for key, text in group.values.items()},
        ]
        for group in listed.mentions.groups.values()
    ]
    return [listed.system, listed.mentions.unlisted, groups]


def _read(stored: list[object]) -> ListedMentions:
    system, unlisted, groups = str(stored[0]), int(str(stored[1])), stored[2]
    mentions = MentionList(unlisted=unlisted)
    for collection, path, kind, count, many, values in groups if isinstance(groups, list) else ():
        place = MentionPlace(system, collection, path, kind)
        texts = {key: Personal(text) for key, text in values.items()}
        mentions.groups[place] = MentionGroup(place, count, texts, many)
    return ListedMentions(system, mentions)


def _row(request_id: int) -> RightsRequest:
    row: RightsRequest | None = RightsRequest.objects.filter(pk=request_id).first()
    if row is None:
        raise NotFound(what="request")
    return row
