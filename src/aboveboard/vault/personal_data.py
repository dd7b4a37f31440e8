"""What the vault holds of people, declared: for export, erasure, merging and new keys. And
gathering what every package declares that it holds of one person."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from typing import Final

from django.apps import apps
from django.db.models import Count

from aboveboard.basics import clock
from aboveboard.basics.canonical import Json
from aboveboard.basics.package import NotNeeded, Numbers, PersonalData, personal_data
from aboveboard.vault import aliases, blind, prepared
from aboveboard.vault.documents import actions as documents
from aboveboard.vault.models import Alias, AttachmentChunk, BlindIndex, Person, SealedRecord
from aboveboard.vault.records import provenance

_KINDS: Final = {number: kind for kind, number in blind.KIND_NUMBERS.items()}
_RECORDS: Final = NotNeeded("identity merges and splits records with vault.merging")
_CLEAR: Final = NotNeeded("nothing of it is sealed under the person's key")
_UNUSED: Final = NotNeeded("it serves the person's record alone")


def export_person(person_id: int) -> dict[str, list[Mapping[str, Json]]]:
    """Return the rows that are held about a person, by the name of the declaration they belong to.

    Under all of their numbers; a declaration with nothing to show has no rows. This is structure:
    what is sealed is named and not opened, because only ``access`` opens.
    """
    numbers = aliases.numbers_of(aliases.current_number(person_id))
    holding = _holding(numbers)
    return {
        data.name: []
        if isinstance(data.export, NotNeeded)
        or (data.export_by and holding.isdisjoint(data.export_by))
        else list(data.export(numbers))
        for _, data in personal_data()
    }


def _holding(numbers: Numbers) -> frozenset[str]:
    """Return by which columns there is a row of these numbers: most people are in few tables, and
    one statement takes less than one for each table."""
    columns, asked, sql = _holding_statement()
    return frozenset(columns[place] for (place,) in prepared.ask(sql, *[list(numbers)] * asked))


@cache
def _holding_statement() -> tuple[tuple[str, ...], int, str]:
    """Return the columns, how many of them name people, and the statement."""
    columns = tuple(dict.fromkeys(each for _, data in personal_data() for each in data.export_by))
    parts = []
    for place, column in enumerate(columns):
        app, model, *name = column.split(".")
        where = f" WHERE {name[0]} {{some}}" if name else ""
        table = apps.get_model(app, model)._meta.db_table
        parts.append(f"SELECT {place} WHERE EXISTS (SELECT 1 FROM {table}{where})")  # noqa: S608 - our own tables
    return columns, sum(column.count(".") > 1 for column in columns), " UNION ALL ".join(parts)


def _people(numbers: Numbers) -> Iterator[Mapping[str, Json]]:
    for person in Person.objects.filter(id__in=numbers).order_by("id"):
        yield {
            "person": person.id,
            "jurisdiction": person.jurisdiction,
            "language": person.language,
            "collected_at": clock.to_text(person.collected_at),
            "last_active_at": clock.to_text(person.last_active_at),
        }


def _records(numbers: Numbers) -> Iterator[Mapping[str, Json]]:
    for number in sorted(numbers):
        # Their key opens the cover of the record, and no value.
        for name, origin in provenance(number).items():
            yield {
                "person": number,
                "field": name,
                "collected_at": clock.to_text(origin.collected_at) if origin.collected_at else None,
                "channel": origin.channel,
                "purpose": origin.purpose,
                "promise": origin.promise_serial,
            }


def _look_ups(numbers: Numbers) -> Iterator[Mapping[str, Json]]:
    rows = BlindIndex.objects.filter(person_id__in=numbers).order_by("person_id", "kind")
    for person_id, kind, generation in rows.values_list("person_id", "kind", "generation"):
        # Not the digest: whoever has it and the key can test a guess.
        yield {"person": person_id, "kind": _KINDS.get(kind, str(kind)), "generation": generation}


def _aliases(numbers: Numbers) -> Iterator[Mapping[str, Json]]:
    for alias in Alias.objects.filter(person_id__in=numbers).order_by("at", "merged_id"):
        yield {
            "merged": alias.merged_id,
            "person": alias.person_id,
            "at": clock.to_text(alias.at),
            "facets": alias.facets,
            "look_ups": len(alias.look_ups),
        }


def _documents(numbers: Numbers) -> Iterator[Mapping[str, Json]]:
    rows = (
        AttachmentChunk.objects.filter(person_id__in=numbers)
        .values_list("person_id", "field", "attachment")
        .annotate(chunks=Count("id"))
        .order_by("person_id", "field")
    )
    # The name, kind and size of a document are sealed in the record.
    for person_id, field, _, chunks in rows:
        yield {"person": person_id, "field": field, "chunks": chunks}


PERSONAL_DATA: Final = (
    PersonalData(
        name="look_ups",
        tables=("vault.BlindIndex",),
        export=_look_ups,
        erase=lambda numbers: BlindIndex.objects.filter(person_id__in=numbers).delete(),
        merge=_RECORDS,
        split=_RECORDS,
        re_encrypt=NotNeeded("a digest is made with the key of the index, not the person's"),
        in_use=_UNUSED,
    ),
    PersonalData(
        name="sealed_fields",
        tables=("vault.SealedRecord",),
        export=_records,
        erase=lambda numbers: SealedRecord.objects.filter(person_id__in=numbers).delete(),
        merge=_RECORDS,
        split=_RECORDS,
        re_encrypt=NotNeeded("who gives the new key stores the record under it"),
        in_use=NotNeeded("the sweep asks the promise about each field"),
    ),
    PersonalData(
        name="documents",
        tables=("vault.AttachmentChunk",),
        export_by=("vault.AttachmentChunk.person_id",),
        export=_documents,
        erase=documents.delete_documents,
        erase_fields=documents.delete_documents,
        merge=NotNeeded("erased under every number of the person"),
        split=_RECORDS,
        re_encrypt=NotNeeded("sealed under keys of their own, which are sealed in the record"),
        in_use=_UNUSED,
    ),
    PersonalData(
        name="aliases",
        tables=("vault.Alias",),
        export_by=("vault.Alias.person_id",),
        export=_aliases,
        erase=lambda numbers: Alias.objects.filter(person_id__in=numbers).delete(),
        merge=_RECORDS,
        split=_RECORDS,
        re_encrypt=_CLEAR,
        in_use=_UNUSED,
    ),
    PersonalData(
        name="people",
        tables=("vault.Person",),
        export=_people,
        erase=lambda numbers: Person.objects.filter(id__in=numbers).delete(),
        merge=_RECORDS,
        split=_RECORDS,
        re_encrypt=_CLEAR,
        in_use=NotNeeded("the sweep asks the promise about each field"),
    ),
)
