"""An export never leaves without its manifest, and everyone asked for is on it: in the file, or
with the reasons why not."""

from __future__ import annotations

import csv
import hashlib
import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from aboveboard.basics.errors import Invalid, NotFound
from aboveboard.basics.sealing import verify_text
from aboveboard.choices.actions import choose
from aboveboard.choices.state import ChoiceAnswer
from aboveboard.custody import actions, export_rows, exporting, manifest, parcel, queries, selection
from aboveboard.custody.exporting import ExportFormat
from aboveboard.custody.models import Export
from aboveboard.custody.queries import DeviceRow, ExportRow
from aboveboard.custody.terms import DeviceDisposal, EncryptionState, ExportProtection
from aboveboard.keys.log_signing import sequence_now, signer
from aboveboard.law.categories import from_bitmap
from aboveboard.ledger.format import proof as proofs
from aboveboard.ledger.format.entry import parse
from aboveboard.ledger.models import Entry
from aboveboard.promise.words import NotInPromise
from tests import world
from tests.custody.conftest import People, parcel_to
from tests.incidents.conftest import AT, EXPORTED, STAFF, export, laptop

pytestmark = pytest.mark.django_db


def test_the_file_the_manifest_and_the_entry_say_the_same(people: People, tmp_path: Path) -> None:
    made = export(laptop(), [person_id for person_id, _ in people], tmp_path)
    file = tmp_path / made.file_name
    with file.open(newline="") as text:
        rows = list(csv.DictReader(text))
    assert [row["email"] for row in rows] == [row["email"] for _, row in people]
    assert made.file_digest == hashlib.sha256(file.read_bytes()).hexdigest()
    assert file.stat().st_mode & 0o077 == 0
    listed = queries.export_people(made.id)
    assert [line.person_id for line in listed] == sorted(person_id for person_id, _ in people)
    entry = Entry.objects.get(kind="export.made")
    fact = str(parse(bytes(entry.body)).facts["file"])
    assert verify_text(fact, made.file_digest, bytes.fromhex(made.file_key))
    assert made.file_digest not in bytes(entry.body).decode(), "a small file can be guessed"
    assert people[0][1]["last_name"] not in bytes(entry.body).decode()


def test_the_manifest_says_what_is_really_in_the_file_of_each(
    people: People, tmp_path: Path
) -> None:
    made = export(laptop(), [person_id for person_id, _ in people], tmp_path)
    cards = {person_id: bool(row["card_number"]) for person_id, row in people}
    for line in queries.export_people(made.id):
        assert ("user.financial.card_last_digits" in from_bitmap(line.categories)) == cards[
            line.person_id
        ]


def test_whoever_is_refused_is_a_line_with_the_reasons_and_not_in_the_file(
    people: People, tmp_path: Path
) -> None:
    device = laptop()
    ids = [person_id for person_id, _ in people]
    made = actions.make_export(
        [*ids, 12345],
        ("email", "birth_date"),
        purpose="personal-offers",
        out=tmp_path / "offers.csv",
        device_id=device.id,
        unprotected=True,
        by=STAFF,
        at=AT,
    )
    assert (made.people, made.refused) == (0, 13)
    reasons = {
        line.person_id: line.reasons.split()
        for line in queries.export_people(made.id, refused=True)
    }
    assert "no_consent" in reasons[ids[0]]
    assert "person_unknown" in reasons[12345]
    assert (tmp_path / "offers.csv").read_text().splitlines() == ["email,birth_date"]


def test_a_person_asked_for_twice_is_in_once(people: People, tmp_path: Path) -> None:
    assert export(laptop(), [people[0][0], people[0][0]], tmp_path).people == 1


@pytest.mark.parametrize(
    ("encrypted", "protected"),
    [(EncryptionState.YES, True), (EncryptionState.NO, False), (EncryptionState.UNKNOWN, False)],
)
def test_only_a_disk_known_to_be_encrypted_protects(
    people: People, tmp_path: Path, encrypted: EncryptionState, protected: bool
) -> None:
    made = export(laptop(encrypted), [people[0][0]], tmp_path)
    assert made.protection == (ExportProtection.DISK if protected else ExportProtection.NONE)
    person_id, categories, shield = next(queries.manifest([made.id]))
    assert person_id == people[0][0]
    assert shield == (categories if protected else 0)


def _try(
    people: People,
    out: Path,
    device: DeviceRow | None,
    recipient: str = "",
    *,
    unprotected: bool = False,
) -> ExportRow:
    return actions.make_export(
        [people[0][0]],
        EXPORTED,
        purpose="deliver-orders",
        out=out,
        device_id=device.id if device else None,
        recipient=recipient,
        unprotected=unprotected,
        by=STAFF,
        at=AT,
    )


def test_what_is_refused_before_anything_is_opened(people: People, tmp_path: Path) -> None:
    device, taken = laptop(), tmp_path / "taken.csv"
    taken.write_text("")
    used = Entry.objects.filter(kind__startswith="use.").count()
    with pytest.raises(exporting.Unprotected):
        _try(people, tmp_path / "x.csv", device)
    with pytest.raises(Invalid):
        _try(people, tmp_path / "x.csv", None, unprotected=True)
    with pytest.raises(Invalid):
        _try(people, tmp_path / "x.csv", device, "courier", unprotected=True)
    with pytest.raises(NotInPromise):
        _try(people, tmp_path / "x.csv", None, "a-friend", unprotected=True)
    with pytest.raises(Invalid):
        _try(people, taken, device, unprotected=True)
    assert Entry.objects.filter(kind__startswith="use.").count() == used
    assert not Export.objects.exists()
    assert (
        _try(people, tmp_path / "x.csv", None, "courier", unprotected=True).recipient == "courier"
    )


@pytest.mark.parametrize("gone", ["missing", "retired"])
@pytest.mark.parametrize("when", ["before", "meanwhile"])
def test_nothing_goes_onto_a_device_that_nobody_has(
    people: People, tmp_path: Path, gone: str, when: str
) -> None:
    device, out = laptop(), tmp_path / "x.csv"

    def goes() -> None:
        if gone == "missing":
            actions.report_missing(device.id, by=STAFF, at=AT)
        else:
            actions.retire(device.id, how=DeviceDisposal.WIPED, by=STAFF, at=AT)

    def listed() -> Iterator[int]:
        yield people[0][0]
        if when == "meanwhile":
            goes()

    if when == "before":
        goes()
    with pytest.raises(exporting.DeviceAway):
        exporting.make_export(
            listed(),
            EXPORTED,
            purpose="deliver-orders",
            out=out,
            device_id=device.id,
            unprotected=True,
            by=STAFF,
            at=AT,
        )
    assert not list(tmp_path.iterdir())
    assert not Entry.objects.filter(kind="export.made").exists()
    assert bool(Entry.objects.filter(kind__startswith="use.").exists()) == (when == "meanwhile")


def test_an_export_that_died_half_way_never_left(
    people: People, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Step 2 dies: the manifest stands, no file does, and the export does not count as made."""
    device = laptop()

    def dies(*args: object, **options: object) -> object:
        yield from ((person_id, outcome) for person_id, outcome in list(real(*args, **options))[:3])  # type: ignore[arg-type]
        raise RuntimeError("killed")

    real = exporting.use_many
    monkeypatch.setattr(exporting, "use_many", dies)
    monkeypatch.setattr(export_rows.access_limits, "USE_BATCH", 2)
    with pytest.raises(RuntimeError):
        export(device, [person_id for person_id, _ in people], tmp_path)
    assert not list(tmp_path.iterdir())
    begun = Export.objects.get()
    assert begun.made_at is None
    assert begun.manifest.count() == 2
    assert queries.exports_on(device.id) == []
    assert list(queries.manifest([begun.id])) == []
    assert not Entry.objects.filter(kind="export.made").exists()


def test_a_parcel_may_leave_and_counts_as_encrypted_when_it_is_lost(
    people: People, tmp_path: Path
) -> None:
    key = parcel.new_key(tmp_path / "key.txt")
    device = laptop(EncryptionState.NO)
    made = parcel_to(key, people, out := tmp_path / "p.csv.age", recipient="", device_id=device.id)
    assert (made.protection, made.age_keys) == (ExportProtection.PARCEL, (key,))
    assert people[0][1]["email"].encode() not in out.read_bytes()
    assert all(categories == shield for _, categories, shield in queries.manifest([made.id]))
    parcel.open_parcel(out, tmp_path / "key.txt", rows := tmp_path / "rows.csv")
    with rows.open(newline="", encoding="utf-8") as text:
        assert [row["email"] for row in csv.DictReader(text)] == [row["email"] for _, row in people]


def test_the_sheet_beside_a_parcel_proves_it_and_names_nobody(
    people: People, tmp_path: Path
) -> None:
    made = parcel_to(parcel.new_key(tmp_path / "key.txt"), people, out := tmp_path / "p.csv.age")
    before = json.loads(manifest.sheet_path(out).read_text("utf-8"))
    assert (before["people"], before["sha256"], before["ledger"]["proof"]) == (
        12,
        hashlib.sha256(out.read_bytes()).hexdigest(),
        None,
    )
    sequence_now()
    sheet = manifest.write(made, out).read_text("utf-8")
    entry = Entry.objects.get(kind="export.made")
    assert json.loads(sheet)["ledger"]["entry"] == entry.pk
    proved, _, _ = proofs.verify(json.loads(sheet)["ledger"]["proof"], signer().verifier)
    key = bytes.fromhex(json.loads(sheet)["ledger"]["key"])
    assert verify_text(str(proved.facts["file"]), made.file_digest, key)
    personal = {
        value
        for _, row in people
        for value in (row["email"], row["last_name"], row["customer_id"])
        if len(value) > 5
    }
    assert personal, "a short name turns up in base64 by chance; longer ones are looked for"
    assert not any(value in sheet for value in personal)


def test_pseudonyms_tell_rows_apart_and_tie_no_two_files(people: People, tmp_path: Path) -> None:
    keys = []
    for name in ("one.csv", "two.csv"):
        made = actions.make_export(
            [person_id for person_id, _ in people],
            ("city", "country"),
            purpose="deliver-orders",
            out=tmp_path / name,
            device_id=queries.exports()[0].device_id if queries.exports() else laptop().id,
            unprotected=True,
            file_format=ExportFormat(pseudonyms=True),
            by=STAFF,
            at=AT,
        )
        assert made.pseudonyms
        with (tmp_path / name).open(newline="", encoding="utf-8") as text:
            keys.append([row["key"] for row in csv.DictReader(text)])
    assert len(set(keys[0])) == len(set(keys[1])) == len(people)
    assert not set(keys[0]) & set(keys[1])


def test_a_recipient_gets_only_what_the_promise_shares_with_them(
    people: People, tmp_path: Path
) -> None:
    with pytest.raises(exporting.NotSharedWith):
        parcel_to(
            parcel.new_key(tmp_path / "key.txt"),
            people,
            tmp_path / "p.age",
            recipient="tax-authority",
        )
    assert not Export.objects.exists()


def test_everyone_whom_a_purpose_may_reach_is_asked_and_the_decision_has_the_last_word(
    people: People, tmp_path: Path
) -> None:
    (ann, _), (ben, _), *_ = people
    for person_id, answer in (
        (ann, ChoiceAnswer.YES),
        (ben, ChoiceAnswer.YES),
        (ben, ChoiceAnswer.NO),
    ):
        choose(
            person_id, "personal-offers", answer, channel="portal", evidence="t:1", by=STAFF, at=AT
        )
    assert list(selection.everyone_for("personal-offers")) == sorted([ann, ben])
    assert list(selection.everyone_for("deliver-orders")) == sorted(
        person_id for person_id, _ in people
    )
    made = actions.make_export(
        selection.everyone_for("personal-offers"),
        ("email",),
        purpose="personal-offers",
        out=tmp_path / "o.csv",
        recipient="email-provider",
        unprotected=True,
        by=world.OFFERS,
        at=AT + timedelta(minutes=1),
    )
    assert (made.people, made.refused) == (1, 1)
    (line,) = queries.export_people(made.id, refused=True)
    assert (line.person_id, line.reasons) == (ben, "consent_withdrawn")
    with pytest.raises(NotFound):
        selection.everyone_for("no-such-purpose")


@pytest.mark.parametrize(
    "given",
    [
        {"purpose": "ada.lovelace@example.org"},
        {"fields": ("email", "ada.lovelace")},
        {"recipient": "ada.lovelace"},
    ],
)
def test_words_that_the_promise_does_not_have_are_refused_and_written_nowhere(
    people: People, tmp_path: Path, given: dict[str, object]
) -> None:
    before = Entry.objects.count()
    asked = {"fields": ("email",), "purpose": "deliver-orders", "recipient": "courier"} | given
    with pytest.raises(NotInPromise):
        actions.make_export(
            [people[0][0]],
            out=tmp_path / "x.csv",
            unprotected=True,
            by=STAFF,
            at=AT,
            **asked,  # type: ignore[arg-type]
        )
    assert Entry.objects.count() == before
    assert not Export.objects.exists()
