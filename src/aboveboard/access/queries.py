"""Reading uses: what the customer is shown of who has looked."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from aboveboard.access.emergency.queries import verdicts
from aboveboard.access.models import QuietRefusal
from aboveboard.access.reasons import SENTENCES, Code
from aboveboard.basics.canonical import Json
from aboveboard.ledger import queries as ledger
from aboveboard.vault import queries as vault

KINDS = ("use.granted", "use.refused", "use.emergency", "explain.asked")


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
    emergency: str = ""
    """Why it was an emergency (a code of ``emergency.why``), or empty."""
    asked: bool = False
    """Whether it was only asked whether a use would be allowed, and nothing was opened."""
    verdict: str = ""
    """What the review of an emergency found, or empty."""

    @property
    def own(self) -> bool:
        """Whether the person themself looked."""
        return self.actor_kind == "person"

    @property
    def sentences(self) -> list[str]:
        """The reasons of a refusal in words, without the details that belong to who asked."""
        return [
            SENTENCES[Code(code)]
            .format(field="that", role="", purpose="", channel="")
            .replace("  ", " ")
            for code in self.reasons
        ]


def looks(
    person_id: int,
    *,
    after: int | None = None,
    limit: int = 50,
    kinds: Collection[str] = KINDS,
    own: bool = False,
) -> Sequence[Look]:
    """Return the newest uses of a person's data first, refused ones too; their own only when asked.

    ``after`` is the ``entry_id`` of the last look of the page before. Empty once they are erased:
    nobody can tie the entries to them any more.
    """
    handles = vault.all_handles(person_id)
    if not handles:
        return []
    found: list[Look] = []
    while len(found) < limit:
        page = _page(person_id, handles, list(kinds), after, limit)
        found += [look for look in page if own or not look.own]
        if len(page) < limit:
            break
        after = page[-1].entry_id
    return found[:limit]


def _page(
    person_id: int, handles: Sequence[str], kinds: list[str], after: int | None, limit: int
) -> list[Look]:
    """Return the newest looks before ``after``: those whose entry names the person, and those
    kept apart from the log."""
    named = [
        _look(entry)
        for handle in handles
        for entry in ledger.entries_for(handle, kinds=kinds, after=after, limit=limit)
    ]
    rows = QuietRefusal.objects.filter(person_id=person_id)
    if after is not None:
        rows = rows.filter(entry_id__lt=after)
    quiet = dict(rows.order_by("-entry_id").values_list("entry_id", "reasons")[:limit])
    apart = [
        replace(_look(entry), reasons=tuple(quiet[entry.id]))
        for entry in ledger.entries(quiet)
        if entry.kind in kinds
    ]
    page = sorted([*named, *apart], key=lambda look: look.entry_id, reverse=True)[:limit]
    found = verdicts([look.entry_id for look in page if look.emergency])
    return [replace(look, verdict=found.get(look.entry_id, "")) for look in page] if found else page


def is_about(person_id: int, entry: ledger.Recorded) -> bool:
    """Whether an entry concerns this person: it names them, or they were the one found by a look-up
    that ended in nothing."""
    handles = vault.all_handles(person_id)
    if not handles:
        return False
    return (
        entry.handle in handles
        or QuietRefusal.objects.filter(entry_id=entry.id, person_id=person_id).exists()
    )


def _look(entry: ledger.Recorded) -> Look:
    facts, actor = entry.facts, entry.actor
    return Look(
        entry_id=entry.id,
        leaf_index=entry.leaf_index,
        at=entry.at,
        granted=entry.kind != "use.refused",
        actor_kind=actor.kind.value,
        role=actor.role,
        team=actor.team,
        purpose=str(facts["purpose"]),
        fields=_words(facts["fields"]),
        channel=str(facts["channel"]),
        reasons=_words(facts.get("reasons", ())),
        asked=entry.kind == "explain.asked",
        emergency=str(facts["why"]) if entry.kind == "use.emergency" else "",
    )


def _words(value: Json) -> tuple[str, ...]:
    return tuple(str(item) for item in value) if isinstance(value, list | tuple) else ()
