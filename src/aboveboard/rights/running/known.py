"""By what somebody is known so far: to tell them from others, in a doubtful match or a review.
Values stay in their wrapping; nothing is opened in the vault for it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from aboveboard.basics.errors import NotFound
from aboveboard.basics.personal import Personal
from aboveboard.connectors.contract import Identifier, Record
from aboveboard.connectors.own import KEY as OWN
from aboveboard.connectors.own import PERSON, RECORD
from aboveboard.rights.models import RightsRequest
from aboveboard.rights.requests import sealing
from aboveboard.rights.requests.queries import details
from aboveboard.rights.running.collected import collected
from aboveboard.rights.running.memory import read_memories

_LONGEST: Final = 100
"""Characters of a value that names somebody. A longer one is a text about them, and the names in it
may be others'."""


def known_identifiers(request_id: int) -> list[Identifier]:
    """Return the identifiers that the asker gave and that systems told, each once; nothing of a
    match that is in doubt.

    Raises:
        NotFound: there is no such request.
        RequestUnreadable: it was destroyed.
    """
    row = RightsRequest.objects.filter(pk=request_id).first()
    if row is None:
        raise NotFound(what="request")
    known = {_name(each): each for each in details(request_id).identifiers}
    for memory in read_memories(row, sealing.request_key(row)).values():
        for match in memory.matches:
            if not match.several:
                known.update((_name(each), each) for each in match.learned)
    return [each for each in known.values() if each.kind != PERSON]


def own_values(request_id: int) -> list[Personal[str]]:
    """Return the person's names, addresses and numbers, as systems know them by, and as this
    instance holds them, if it was read. A name that was only given is none: it may be anybody's.

    Raises:
        NotFound, RequestUnreadable: as :func:`known_identifiers`.
        CollectedMissing: what this instance gave is not here any more.
    """
    contact = details(request_id).contact
    values = [contact, *(each.value for each in known_identifiers(request_id))]
    values += _held_here(request_id)
    return [value for value in values if value.reveal().strip()]


def _held_here(request_id: int) -> Iterator[Personal[str]]:
    for system in collected(request_id):
        if system.system != OWN:
            continue
        for piece in system.contents:
            if not isinstance(piece, Record) or piece.collection != RECORD:
                continue
            for value in piece.values.values():
                text = value.reveal()
                if isinstance(text, str) and len(text) <= _LONGEST:
                    yield Personal(text)


def _name(identifier: Identifier) -> tuple[str, str]:
    return identifier.kind, identifier.value.reveal()
