"""An export never leaves without its manifest, and everyone asked for is on it: in the file, or with the reasons why not."""

from __future__ import annotations

import csv
import hashlib
from collections.abc import Sequence
from pathlib import Path

import pytest

from aboveboard.basics.errors import BadInput, NotFound
from aboveboard.custody import actions, exporting, queries
from aboveboard.custody.models import Device, Encrypted, Export, Protection
from aboveboard.ledger.models import Entry
from aboveboard.promise.categories import from_bitmap
from tests import world
from tests.incidents.conftest import AT, EXPORTED, STAFF, export, laptop

pytestmark = pytest.mark.django_db

People = Sequence[tuple[int, dict[str, str]]]


@pytest.fixture
def people(db: None) -> People:
    return world.load(12)


def test_the_file_the_manifest_and_the_entry_say_the_same(people: People, tmp_path: Path) -> None:
    made = export(laptop(), [person_id for person_id, _ in people], tmp_path)
    file = tmp_path / made.file_name
    with file.open(newline="") as text:
        rows = list(csv.DictReader(text))
    assert [row["email"] for row in rows] == [row["email"] for _, row in people]
    assert made.file_digest == hashlib.sha256(file.read_bytes()).hexdigest()
    assert file.stat().st_mode & 0o077 == 0
    listed = queries.export_people(made.pk)
    assert [line.person_id for line in listed] == sorted(person_id for person_id, _ in people)
    entry = Entry.objects.get(kind="export.made")
    assert f'"file":"{made.file_digest}"' in bytes(entry.body).decode()
    assert people[0][1]["last_name"] not in bytes(entry.body).decode()


def test_the_manifest_says_what_is_really_in_the_file_of_each(people: People, tmp_path: Path) -> None:
    made = export(laptop(), [person_id for person_id, _ in people], tmp_path)
    cards = {person_id: bool(row["card_number"]) for person_id, row in people}
    for line in queries.export_people(made.pk):
        assert ("user.financial.credit_card" in from_bitmap(line.categories)) == cards[line.person_id]


def test_whoever_is_refused_is_a_line_with_the_reasons_and_not_in_the_file(people: People, tmp_path: Path) -> None:
    device = laptop()
    ids = [person_id for person_id, _ in people]
    made = actions.make_export(
        [*ids, 12345], ("email", "birth_date"), purpose="personal-offers", out=tmp_path / "offers.csv", device=device, unprotected=True,
        by=STAFF, at=AT,
    )  # fmt: skip
    assert (made.people, made.refused) == (0, 13)
    reasons = {line.person_id: line.reasons.split() for line in queries.export_people(made.pk, refused=True)}
    assert "no_consent" in reasons[ids[0]]
    assert "person_unknown" in reasons[12345]
    assert (tmp_path / "offers.csv").read_text().splitlines() == ["email,birth_date"]


def test_a_person_asked_for_twice_is_in_once(people: People, tmp_path: Path) -> None:
    assert export(laptop(), [people[0][0], people[0][0]], tmp_path).people == 1


@pytest.mark.parametrize(("encrypted", "protected"), [(Encrypted.YES, True), (Encrypted.NO, False), (Encrypted.UNKNOWN, False)])
def test_only_a_disk_known_to_be_encrypted_protects(people: People, tmp_path: Path, encrypted: Encrypted, protected: bool) -> None:
    made = export(laptop(encrypted), [people[0][0]], tmp_path)
    assert made.protection == (Protection.DISK if protected else Protection.NONE)
    person_id, categories, shield = next(queries.manifest([made.pk]))
    assert person_id == people[0][0]
    assert shield == (categories if protected else 0)


def _try(people: People, out: Path, device: Device | None, recipient: str = "", *, unprotected: bool = False) -> Export:
    return actions.make_export(
        [people[0][0]], EXPORTED, purpose="deliver-orders", out=out, device=device, recipient=recipient, unprotected=unprotected,
        by=STAFF, at=AT,
    )  # fmt: skip


def test_what_is_refused_before_anything_is_opened(people: People, tmp_path: Path) -> None:
    device, taken = laptop(), tmp_path / "taken.csv"
    taken.write_text("")
    used = Entry.objects.filter(kind__startswith="use.").count()
    with pytest.raises(exporting.Unprotected):
        _try(people, tmp_path / "x.csv", device)
    with pytest.raises(BadInput):
        _try(people, tmp_path / "x.csv", None, unprotected=True)
    with pytest.raises(BadInput):
        _try(people, tmp_path / "x.csv", device, "courier", unprotected=True)
    with pytest.raises(NotFound):
        _try(people, tmp_path / "x.csv", None, "a-friend", unprotected=True)
    with pytest.raises(BadInput):
        _try(people, taken, device, unprotected=True)
    assert Entry.objects.filter(kind__startswith="use.").count() == used
    assert not Export.objects.exists()
    assert _try(people, tmp_path / "x.csv", None, "courier", unprotected=True).recipient == "courier"


def test_an_export_that_died_half_way_never_left(people: People, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Step 2 dies: the manifest stands, no file does, and the export does not count as made."""
    device = laptop()

    def dies(*args: object, **options: object) -> object:
        yield from ((person_id, outcome) for person_id, outcome in list(real(*args, **options))[:3])  # type: ignore[arg-type]
        raise RuntimeError("killed")

    real = exporting.use_many
    monkeypatch.setattr(exporting, "use_many", dies)
    monkeypatch.setattr(exporting.limits, "USE_BATCH", 2)
    with pytest.raises(RuntimeError):
        export(device, [person_id for person_id, _ in people], tmp_path)
    assert not list(tmp_path.iterdir())
    begun = Export.objects.get()
    assert begun.made_at is None
    assert begun.manifest.count() == 2
    assert queries.exports(device_id=device.pk) == []
    assert list(queries.manifest([begun.pk])) == []
    assert not Entry.objects.filter(kind="export.made").exists()
