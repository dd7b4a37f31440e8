"""Reading uses: what the customer is shown of who has looked."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from aboveboard.access.reasons import SENTENCES, Code
from aboveboard.basics.canonical import Json
from aboveboard.ledger import queries as ledger
from aboveboard.vault import queries as vault

KINDS = ("use.granted", "use.refused")


@dataclass(frozen=True, slots=True)
class Look:
    """One use of a person's data, as that person is shown it."""

    entry_id: int
    leaf_index: int | None
    at: datetime
    granted: bool
    actor_kind: str
    role: str
    team: str
    purpose: str
    fields: tuple[str, ...]
    channel: str
    reasons: tuple[str, ...]

    @property
    def own(self) -> bool:
        """Whether the person themself looked."""
        return self.actor_kind == "person"

    @property
    def sentences(self) -> list[str]:
        """The reasons of a refusal in words, without the details that belong to who asked."""
        return [SENTENCES[Code(code)].format(field="that", role="", purpose="", channel="").replace("  ", " ") for code in self.reasons]


def looks(
    person_id: int, *, after: int | None = None, limit: int = 50, kinds: Collection[str] = KINDS, own: bool = False
) -> Sequence[Look]:
    """Return the newest uses of a person's data first, refused ones too; their own only when asked.

    ``after`` is the ``entry_id`` of the last look of the page before. Empty once they are erased:
    nobody can tie the entries to them any more.
    """
    handle = vault.handle(person_id)
    if handle is None:
        return []
    found: list[Look] = []
    while len(found) < limit:
        page = ledger.entries_for(handle, kinds=list(kinds), after=after, limit=limit)
        for entry in page:
            look = _look(entry)
            if (own or not look.own) and len(found) < limit:
                found.append(look)
        if len(page) < limit:
            break
        after = page[-1].id
    return found


def _look(entry: ledger.Recorded) -> Look:
    facts, actor = entry.facts, entry.actor
    return Look(
        entry_id=entry.id,
        leaf_index=entry.leaf_index,
        at=entry.at,
        granted=entry.kind == "use.granted",
        actor_kind=actor.kind.value,
        role=actor.role,
        team=actor.team,
        purpose=str(facts["purpose"]),
        fields=_words(facts["fields"]),
        channel=str(facts["channel"]),
        reasons=_words(facts.get("reasons", ())),
    )


def _words(value: Json) -> tuple[str, ...]:
    return tuple(str(item) for item in value) if isinstance(value, list | tuple) else ()
