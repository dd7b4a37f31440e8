"""What keys and the ledger hold of a person, and what becomes of it with them.

The ledger's entries are declared here and not in ``ledger``: which of them are about a person only
the person's own key says.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from aboveboard.basics import clock
from aboveboard.basics.canonical import Json
from aboveboard.basics.package import NotNeeded, Numbers, PersonalData
from aboveboard.keys import queries
from aboveboard.keys.actions import destroy_person_key
from aboveboard.keys.entries_about import every_entry_about
from aboveboard.keys.models import PersonKey
from aboveboard.keys.wrapping import wrapped_by


def _export_keys(numbers: Numbers) -> Iterator[Mapping[str, Json]]:
    """Yield that there is a key and which one wraps it: the key itself opens nothing outside."""
    for key in PersonKey.objects.filter(person_id__in=numbers).order_by("person_id"):
        yield {"person": key.person_id, "wrapped_by": wrapped_by(bytes(key.wrapped)).hex()}


def _erase_keys(numbers: Numbers) -> None:
    for number in numbers:
        destroy_person_key(number)


def _export_entries(numbers: Numbers) -> Iterator[Mapping[str, Json]]:
    """Yield every entry about the person. Staff are named by role and team: who they are is their
    data, not this person's (GDPR Art. 15(4))."""
    about = (
        (known_as, entry)
        for known_as in queries.handles(numbers).values()
        for entry in every_entry_about(known_as)
    )
    for known_as, entry in about:
        yield {
            "entry": entry.id,
            "at": clock.to_text(entry.at),
            "kind": entry.kind,
            "by": {
                "kind": entry.actor.kind.value,
                "role": entry.actor.role,
                "team": entry.actor.team,
            },
            "facts": dict(entry.facts),
            # What checks the sealed facts: nobody but the person has it.
            "keys": known_as.keys_of(entry.handle, entry.facts),
        }


DECLARED: Final = (
    PersonalData(
        name="keys",
        tables=("keys.PersonKey",),
        export=_export_keys,
        erase=_erase_keys,
        merge=NotNeeded(
            "the merged record keeps its key, which opens what undoes the merge; identity gives "
            "the kept record the handles of both"
        ),
        split=NotNeeded("each record has its own key; identity takes the handles apart"),
        re_encrypt=NotNeeded("the key is what changes"),
        in_use=NotNeeded("a key is needed as long as the record that it opens, and no longer"),
    ),
    PersonalData(
        name="ledger_entries",
        tables=("ledger.Entry",),
        export=_export_entries,
        erase=NotNeeded(
            "an entry never changes; without the key nobody can tie its handle to the person"
        ),
        merge=NotNeeded("the handles that entries carry move with the key"),
        split=NotNeeded("the handles that entries carry move with the key"),
        re_encrypt=NotNeeded("a person's handles stay when their key changes"),
        in_use=NotNeeded("entries outlive the record: they are the evidence of what was done"),
    ),
)
