"""What ``group`` holds of people: which organisations they linked, and who may show their uses."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from aboveboard.basics import clock
from aboveboard.basics.canonical import Json
from aboveboard.basics.package import NotNeeded, Numbers, PersonalData
from aboveboard.group import links
from aboveboard.group.models import OwnLink, ShownLink
from aboveboard.keys.queries import person_key


def _export_own(numbers: Numbers) -> Iterator[Mapping[str, Json]]:
    rows = OwnLink.objects.filter(person_id__in=numbers).select_related("organisation")
    for row in rows.order_by("pk"):
        yield {
            "organisation": row.organisation.name,
            "at": clock.to_text(row.at),
            "until": clock.to_text(row.until),
            "entry": row.entry_id,
        }


def _merge_own(kept: int, merged: int) -> Json:
    """Give them to the person kept, where those have no link to the same organisation."""
    theirs = set(OwnLink.objects.filter(person_id=kept).values_list("organisation_id", flat=True))
    rows = OwnLink.objects.filter(person_id=merged).exclude(organisation_id__in=theirs)
    return _give(rows, merged, kept)


def _split_own(kept: int, merged: int, state: Json) -> None:
    _give(OwnLink.objects.filter(person_id=kept, entry_id__in=_entries(state)), kept, merged)


def _give(rows: Iterable[OwnLink], giver: int, taker: int) -> Json:
    old, new = person_key(giver), person_key(taker)
    moved: list[Json] = []
    for row in rows:
        row.person_id = taker
        row.save(update_fields=["person_id"])
        if old is not None and new is not None:
            links.re_encrypt_one(row, AESGCM(old), AESGCM(new))
        moved.append(row.entry_id)
    return moved


def _export_shown(numbers: Numbers) -> Iterator[Mapping[str, Json]]:
    for row in ShownLink.objects.filter(person_id__in=numbers).order_by("pk"):
        yield {
            "client": row.client_id,
            "at": clock.to_text(row.at),
            "until": clock.to_text(row.until),
            "entry": row.entry_id,
        }


def _merge_shown(kept: int, merged: int) -> Json:
    rows = ShownLink.objects.filter(person_id=merged)
    moved: list[Json] = [row.entry_id for row in rows]
    rows.update(person_id=kept)
    return moved


def _split_shown(kept: int, merged: int, state: Json) -> None:
    rows = ShownLink.objects.filter(person_id=kept, entry_id__in=_entries(state))
    rows.update(person_id=merged)


def _entries(state: Json) -> list[int]:
    return [int(str(entry)) for entry in state] if isinstance(state, list) else []


_NOBODY_WAITS: Final = NotNeeded("it serves the person's own page alone")

PERSONAL_DATA: Final = (
    PersonalData(
        name="organisations_linked",
        tables=("group.OwnLink",),
        export_by=("group.OwnLink.person_id",),
        export=_export_own,
        erase=lambda numbers: OwnLink.objects.filter(person_id__in=numbers).delete(),
        merge=_merge_own,
        split=_split_own,
        re_encrypt=links.re_encrypt,
        in_use=_NOBODY_WAITS,
    ),
    PersonalData(
        name="portals_that_show_uses",
        tables=("group.ShownLink",),
        export_by=("group.ShownLink.person_id",),
        export=_export_shown,
        erase=lambda numbers: ShownLink.objects.filter(person_id__in=numbers).delete(),
        merge=_merge_shown,
        split=_split_shown,
        re_encrypt=NotNeeded("nothing of it is sealed: it is a digest of random bytes"),
        in_use=_NOBODY_WAITS,
    ),
)
