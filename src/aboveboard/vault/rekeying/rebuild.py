"""Filing people under a new generation of the index key: each look-up that finds them today
finds them under the new one.

What a person is filed under today says what to make: a value is opened, its old digest recognised,
and the new one put beside it. So a second address that a merge brought along, or one filed when the
promise named its kind otherwise, is carried over too. Fields that the promise calls identifiers are
opened first, others only if something was not recognised. Values and keys stay in here.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from aboveboard.identity.models import MergedPerson
from aboveboard.keys.queries import data_keys
from aboveboard.kinds.kind import formats_of
from aboveboard.kinds.normalise import forms
from aboveboard.vault import blind, generations, sealed
from aboveboard.vault.models import BlindIndex, Person, SealedRecord

Filed = tuple[int, bytes]
"""Kind number and digest."""


@dataclass(slots=True)
class _Held:
    """All boxes in which a person's values stand: their record, and what merges set aside."""

    boxes: list[tuple[AESGCM, int, dict[str, sealed.Box]]] = field(default_factory=list)
    regions: dict[int, str] = field(default_factory=dict)
    """Where each lives: themselves, and whom they were merged with."""
    merges: list[MergedPerson] = field(default_factory=list)

    def by_values(
        self, kinds: Mapping[str, str], generation: int, numbers: Collection[int] | None = None
    ) -> set[Filed]:
        """Return what the identifiers are filed under, of all boxes or of those
        bound to some numbers."""
        found: set[Filed] = set()
        for cipher, number, boxes in self.boxes:
            # A person kept may have a phone of either country; a merged record is as it was.
            regions = (
                list(self.regions.values())
                if number == next(iter(self.regions))
                else [self.regions[number]]
            )
            for name, box in boxes.items():
                kind = blind.number_of(kinds.get(name, ""))
                if kind is not None and (numbers is None or number in numbers):
                    value = sealed.unseal(cipher, number, name, box)
                    found.update(
                        (kind, digest)
                        for _, digest in blind.filed(kinds[name], value, regions, (generation,))
                    )
        return found

    def values(self, kinds: Mapping[str, str], *, identifiers: bool) -> Iterator[tuple[str, str]]:
        """Yield the field and the value of those that are, or are not,
        identifiers by the promise."""
        for cipher, number, boxes in self.boxes:
            for name, box in boxes.items():
                if (blind.number_of(kinds.get(name, "")) is not None) == identifiers:
                    yield name, sealed.unseal(cipher, number, name, box)


def file_under_both(person_ids: Collection[int]) -> None:
    """File people under the generation that is being built, if one is: before what they are filed
    under moves to somebody else.

    Inside a transaction that holds them.
    """
    written = generations.written()
    if len(written) > 1:
        rebuild(person_ids, {}, old=written[0], new=written[1])


def rebuild(
    person_ids: Collection[int], kinds: Mapping[str, str], *, old: int | None, new: int
) -> int:
    """File people under ``new`` as they are under ``old``; return how many look-ups are of values
    that are held nowhere any more.

    ``old`` None: its key is gone, and people are filed under the identifiers that they hold. Inside
    a transaction that holds them.

    Raises:
        RecordDamaged: a box does not open.
    """
    held = _held(person_ids)
    filed: dict[int, set[Filed]] = {person_id: set() for person_id in held}
    for person_id, kind, digest in BlindIndex.objects.filter(
        person_id__in=list(held), generation=-1 if old is None else old
    ).values_list("person_id", "kind", "digest"):
        filed[person_id].add((kind, bytes(digest)))
    lost, rows = 0, set[tuple[int, Filed]]()
    for person_id, one in held.items():
        if old is None:
            made = one.by_values(kinds, new)
            _tell_merges_anew(one, kinds, made, new)
        else:
            translated = _translated(
                one, filed[person_id] | _remembered(one.merges, old), kinds, old, new
            )
            made = {translated[was] for was in filed[person_id] if was in translated}
            lost += len(filed[person_id]) - len(made)
            # Filed by a rule that was another then: at least what they hold finds them.
            if len(made) < len(filed[person_id]):
                made |= one.by_values(kinds, new)
            _tell_merges(one.merges, translated, old, new)
        rows |= {(person_id, this) for this in made}
    BlindIndex.objects.bulk_create(
        (
            BlindIndex(person_id=person_id, kind=kind, digest=digest, generation=new)
            for person_id, (kind, digest) in sorted(rows)
        ),
        ignore_conflicts=True,
    )
    return lost


def drop(after: int, upto: int | None, *, keep: int) -> None:
    """Delete what the people behind ``after`` up to ``upto`` (None: to the end) are filed under by
    other generations than one."""
    people, merges = (
        BlindIndex.objects.filter(person_id__gt=after),
        MergedPerson.objects.filter(person_id__gt=after),
    )
    if upto is not None:
        people, merges = people.filter(person_id__lte=upto), merges.filter(person_id__lte=upto)
    people.exclude(generation=keep).delete()
    for row in merges.select_for_update():
        row.state["look_ups"] = [one for one in row.state["look_ups"] if _generation(one) == keep]
        row.save(update_fields=["state"])


def _held(person_ids: Collection[int]) -> dict[int, _Held]:
    found = {
        number: _Held(regions={number: where[:2]})
        for number, where in Person.objects.filter(id__in=person_ids).values_list(
            "id", "jurisdiction"
        )
    }
    merges = list(
        MergedPerson.objects.filter(
            person_id__in=list(found), split_at__isnull=True, boxes__isnull=False
        ).order_by("id")
    )
    keys = data_keys([*found, *(row.merged_id for row in merges)])
    for person_id, boxes in SealedRecord.objects.filter(person_id__in=list(found)).values_list(
        "person_id", "boxes"
    ):
        if person_id in keys:
            found[person_id].boxes.append(
                (AESGCM(keys[person_id].key), person_id, sealed.decode(bytes(boxes)))
            )
    for row in merges:
        one = found[row.person_id]
        one.merges.append(row)
        one.regions[row.merged_id] = row.state["facets"]["jurisdiction"][:2]
        if row.merged_id in keys:
            cipher = AESGCM(keys[row.merged_id].key)
            one.boxes.append((cipher, row.merged_id, sealed.decode(bytes(row.boxes or b""))))
            one.boxes.append((cipher, row.person_id, sealed.decode(bytes(row.set_aside or b""))))
    return found


def _translated(
    one: _Held, wanted: set[Filed], kinds: Mapping[str, str], old: int, new: int
) -> dict[Filed, Filed]:
    """Return what each of ``wanted`` is under the new generation, as far as its value is held."""
    found: dict[Filed, Filed] = {}
    regions = (*dict.fromkeys(one.regions.values()), None)
    for name, value in one.values(kinds, identifiers=True):
        _recognise(kinds[name], value, regions, wanted, found, old, new)
    if len(found) < len(wanted):
        tried = _kinds_of({kind for kind, _ in wanted - found.keys()})
        for identifiers in (True, False):
            for _, value in one.values(kinds, identifiers=identifiers):
                for kind in tried:
                    _recognise(kind, value, regions, wanted, found, old, new)
    return found


def _recognise(
    kind: str,
    value: str,
    regions: Sequence[str | None],
    wanted: set[Filed],
    found: dict[Filed, Filed],
    old: int,
    new: int,
) -> None:
    number = blind.number_of(kind)
    for form in forms(kind, value, regions):
        was = (number or 0, blind.digest(kind, form, old))
        if was in wanted:
            found[was] = (was[0], blind.digest(kind, form, new))


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


def _remembered(merges: Sequence[MergedPerson], generation: int) -> set[Filed]:
    return {
        (one[0], bytes.fromhex(one[1]))
        for row in merges
        for one in row.state["look_ups"]
        if _generation(one) == generation
    }


def _tell_merges(
    merges: Sequence[MergedPerson], translated: Mapping[Filed, Filed], old: int, new: int
) -> None:
    """Let what a merge moved be remembered under the new generation too, so that
    it can still be undone."""
    for row in merges:
        kept = [one for one in row.state["look_ups"] if _generation(one) != new]
        for kind, digest, shared, *rest in list(kept):
            is_now = translated.get((kind, bytes.fromhex(digest)))
            if is_now is not None and (rest[0] if rest else 0) == old:
                kept.append([kind, is_now[1].hex(), shared, new])
        row.state["look_ups"] = kept
        row.save(update_fields=["state"])


def _tell_merges_anew(one: _Held, kinds: Mapping[str, str], made: set[Filed], new: int) -> None:
    """The same without the old key: from the values of the merged record, and of the person's
    own and what it lost."""
    for row in one.merges:
        theirs = one.by_values(kinds, new, [row.merged_id])
        mine = one.by_values(kinds, new, [row.person_id])
        row.state["look_ups"] = [
            [kind, digest.hex(), (kind, digest) in mine, new]
            for kind, digest in sorted(theirs & made)
        ]
        row.save(update_fields=["state"])


def _generation(look_up: Sequence[object]) -> object:
    return look_up[3] if len(look_up) > 3 else 0
