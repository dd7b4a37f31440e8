"""Filing people under a new generation of the index key: each look-up that finds them today finds
them under the new one.

What a person is filed under today says what to make: a value is opened, its old digest recognised,
and the new one put beside it. So a second address that a merge brought along, or one filed when the
promise named its kind otherwise, is carried over too. Fields that the promise calls identifiers are
opened first, others only if something was not recognised. Values and keys stay in here.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from aboveboard.basics.package import personal_data
from aboveboard.keys.queries import data_keys
from aboveboard.kinds.kind import formats_of
from aboveboard.kinds.normalise import normal_forms
from aboveboard.vault import blind, generations, record_format, sealed
from aboveboard.vault.models import Alias, BlindIndex, Person, SealedRecord

LookUp = tuple[int, bytes]
"""Kind number and digest."""


@dataclass(slots=True)
class _SealedValues:
    """All boxes in which a person's values are: their record, and the undo data of merges."""

    person_id: int
    boxes: list[tuple[AESGCM, int, dict[str, sealed.SealedField]]] = field(default_factory=list)
    """The cipher, the number that the boxes are bound to, and the boxes."""
    regions: dict[int, str] = field(default_factory=dict)
    """Where each lives: themselves, and whom they were merged with."""
    aliases: list[Alias] = field(default_factory=list)
    """Of the merges that can still be undone."""

    def by_values(
        self, kinds: Mapping[str, str], generation: int, numbers: Collection[int] | None = None
    ) -> set[LookUp]:
        """Return what the identifiers are filed under, of all boxes or of those bound to some
        numbers."""
        look_ups: set[LookUp] = set()
        for cipher, number, boxes in self.boxes:
            # A person kept may have a phone of either country; a merged record is as it was.
            regions = (
                list(self.regions.values()) if number == self.person_id else [self.regions[number]]
            )
            for name, box in boxes.items():
                kind = blind.number_of(kinds.get(name, ""))
                if kind is not None and (numbers is None or number in numbers):
                    value = sealed.unseal(cipher, number, name, box)
                    look_ups.update(
                        (kind, digest)
                        for _, digest in blind.filing_digests(
                            kinds[name], value, regions, (generation,)
                        )
                    )
        return look_ups

    def values(self, kinds: Mapping[str, str], *, identifiers: bool) -> Iterator[tuple[str, str]]:
        """Yield the field and the value of those that are, or are not, identifiers by the
        promise."""
        for cipher, number, boxes in self.boxes:
            for name, box in boxes.items():
                if (blind.number_of(kinds.get(name, "")) is not None) == identifiers:
                    yield name, sealed.unseal(cipher, number, name, box)


def file_under_both(person_ids: Collection[int]) -> None:
    """File people under the generation that is being built, if one is: before what they are filed
    under moves to somebody else.

    Inside a transaction that has locked them.
    """
    written = generations.written_generations()
    if len(written) > 1:
        rebuild(person_ids, {}, old=written[0], new=written[1])


def rebuild(
    person_ids: Collection[int], kinds: Mapping[str, str], *, old: int | None, new: int
) -> int:
    """File people under ``new`` as they are under ``old``; return how many look-ups are of values
    that are held nowhere any more.

    ``old`` None: its key is gone, and people are filed under the identifiers that they hold. Inside
    a transaction that has locked them.

    Raises:
        RecordDamaged: a box does not open.
    """
    people = _sealed_values(person_ids)
    filed: dict[int, set[LookUp]] = {person_id: set() for person_id in people}
    for person_id, kind, digest in BlindIndex.objects.filter(
        person_id__in=list(people), generation=-1 if old is None else old
    ).values_list("person_id", "kind", "digest"):
        filed[person_id].add((kind, bytes(digest)))
    lost, rows = 0, set[tuple[int, LookUp]]()
    for person_id, held in people.items():
        if old is None:
            made = held.by_values(kinds, new)
            _update_merge_look_ups_by_values(held, kinds, made, new)
        else:
            translated = _translate(
                held, filed[person_id] | _merge_look_ups(held.aliases, old), kinds, old, new
            )
            made = {translated[was] for was in filed[person_id] if was in translated}
            lost += len(filed[person_id]) - len(made)
            # Filed by a rule that was another then: at least what they hold finds them.
            if len(made) < len(filed[person_id]):
                made |= held.by_values(kinds, new)
            _update_merge_look_ups(held.aliases, translated, old, new)
        rows |= {(person_id, look_up) for look_up in made}
    BlindIndex.objects.bulk_create(
        (
            BlindIndex(person_id=person_id, kind=kind, digest=digest, generation=new)
            for person_id, (kind, digest) in sorted(rows)
        ),
        ignore_conflicts=True,
    )
    return lost


def held_values(person_ids: Collection[int], kinds: Mapping[str, str]) -> dict[int, set[str]]:
    """Return what these people hold in the fields of ``kinds``, in their record and in the undo
    data of merges. For comparing inside the vault: it leaves it no more than a key does."""
    return {
        person_id: {
            sealed.unseal(cipher, number, name, box)
            for cipher, number, boxes in held.boxes
            for name, box in boxes.items()
            if name in kinds
        }
        for person_id, held in _sealed_values(person_ids).items()
    }


def delete_other_generations(after: int, upto: int | None, *, keep: int) -> None:
    """Delete what the people behind ``after`` up to ``upto`` (None: to the end) are filed under by
    other generations than one."""
    people = BlindIndex.objects.filter(person_id__gt=after)
    aliases = Alias.objects.filter(person_id__gt=after)
    if upto is not None:
        people, aliases = people.filter(person_id__lte=upto), aliases.filter(person_id__lte=upto)
    people.exclude(generation=keep).delete()
    for alias in aliases.select_for_update():
        alias.look_ups = [look_up for look_up in alias.look_ups if look_up[3] == keep]
        alias.save(update_fields=["look_ups"])


def _sealed_values(person_ids: Collection[int]) -> dict[int, _SealedValues]:
    people = {
        number: _SealedValues(number, regions={number: where[:2]})
        for number, where in Person.objects.filter(id__in=person_ids).values_list(
            "id", "jurisdiction"
        )
    }
    aliases = {
        alias.merged_id: alias
        for alias in Alias.objects.filter(person_id__in=list(people)).order_by("at", "merged_id")
    }
    # Records in the vault's format that other packages keep, such as the undo data of merges.
    copies = [
        copy
        for _, data in personal_data()
        if data.sealed_copies is not None
        for copy in data.sealed_copies(list(people))
    ]
    keys = data_keys([*people, *(copy.key_of for copy in copies)])
    for person_id, boxes in SealedRecord.objects.filter(person_id__in=list(people)).values_list(
        "person_id", "boxes"
    ):
        if person_id in keys:
            cipher = AESGCM(keys[person_id].key)
            record = record_format.open_record(cipher, person_id, bytes(boxes))
            people[person_id].boxes.append((cipher, person_id, record))
    for copy in copies:
        alias = aliases.get(copy.key_of)
        if alias is None:
            continue
        held = people[alias.person_id]
        if alias.merged_id not in held.regions:
            held.aliases.append(alias)
            held.regions[alias.merged_id] = alias.facets["jurisdiction"][:2]
        if copy.key_of in keys:
            cipher = AESGCM(keys[copy.key_of].key)
            record = record_format.open_record(cipher, copy.bound_to, copy.record)
            held.boxes.append((cipher, copy.bound_to, record))
    return people


def _translate(
    held: _SealedValues, wanted: set[LookUp], kinds: Mapping[str, str], old: int, new: int
) -> dict[LookUp, LookUp]:
    """Return what each of ``wanted`` is under the new generation, as far as its value is held."""
    translated: dict[LookUp, LookUp] = {}
    regions = (*dict.fromkeys(held.regions.values()), None)
    for name, value in held.values(kinds, identifiers=True):
        _recognise(kinds[name], value, regions, wanted, translated, old, new)
    if len(translated) < len(wanted):
        tried = _kinds_of({kind for kind, _ in wanted - translated.keys()})
        for identifiers in (True, False):
            for _, value in held.values(kinds, identifiers=identifiers):
                for kind in tried:
                    _recognise(kind, value, regions, wanted, translated, old, new)
    return translated


def _recognise(
    kind: str,
    value: str,
    regions: Sequence[str | None],
    wanted: set[LookUp],
    translated: dict[LookUp, LookUp],
    old: int,
    new: int,
) -> None:
    number = blind.number_of(kind)
    for form in normal_forms(kind, value, regions):
        was = (number or 0, blind.digest(kind, form, old))
        if was in wanted:
            translated[was] = (was[0], blind.digest(kind, form, new))


def _kinds_of(numbers: set[int]) -> list[str]:
    """Return every kind, with each of its formats, that is filed under these numbers."""
    plain = [
        kind
        for kind, number in blind.KIND_NUMBERS.items()
        if number in numbers and kind != "national_id"
    ]
    national = blind.KIND_NUMBERS["national_id"] in numbers
    return plain + [
        f"national_id:{form}" for form in (formats_of("national_id") if national else ())
    ]


def _merge_look_ups(aliases: Sequence[Alias], generation: int) -> set[LookUp]:
    return {
        (kind, bytes.fromhex(digest))
        for alias in aliases
        for kind, digest, _, made_by in alias.look_ups
        if made_by == generation
    }


def _update_merge_look_ups(
    aliases: Sequence[Alias], translated: Mapping[LookUp, LookUp], old: int, new: int
) -> None:
    """Let what a merge moved be remembered under the new generation too, so that it can still be
    undone."""
    for alias in aliases:
        look_ups = [look_up for look_up in alias.look_ups if look_up[3] != new]
        for kind, digest, shared, made_by in list(look_ups):
            becomes = translated.get((kind, bytes.fromhex(digest)))
            if becomes is not None and made_by == old:
                look_ups.append([kind, becomes[1].hex(), shared, new])
        alias.look_ups = look_ups
        alias.save(update_fields=["look_ups"])


def _update_merge_look_ups_by_values(
    held: _SealedValues, kinds: Mapping[str, str], made: set[LookUp], new: int
) -> None:
    """The same without the old key: from the values of the merged record, and of the person's own
    and what the merge replaced."""
    for alias in held.aliases:
        theirs = held.by_values(kinds, new, [alias.merged_id])
        mine = held.by_values(kinds, new, [alias.person_id])
        alias.look_ups = [
            [kind, digest.hex(), (kind, digest) in mine, new]
            for kind, digest in sorted(theirs & made)
        ]
        alias.save(update_fields=["look_ups"])
