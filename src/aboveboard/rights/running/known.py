"""By what somebody is known so far: to tell them from others in a doubtful match. Values stay in
their wrapping; nothing is opened in the vault for it."""

from __future__ import annotations

from aboveboard.basics.errors import NotFound
from aboveboard.connectors.contract import Identifier
from aboveboard.connectors.own import PERSON
from aboveboard.rights.models import RightsRequest
from aboveboard.rights.requests import sealing
from aboveboard.rights.requests.queries import details
from aboveboard.rights.running.memory import read_memories


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


def _name(identifier: Identifier) -> tuple[str, str]:
    return identifier.kind, identifier.value.reveal()
