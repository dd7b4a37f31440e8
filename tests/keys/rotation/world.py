"""People under an old root key, and what must be true of them whatever happens to a rotation."""

from __future__ import annotations

from functools import partial

from aboveboard.basics import clock, settings
from aboveboard.basics.actor import SYSTEM
from aboveboard.intake import load as loading
from aboveboard.intake import mapping as mappings
from aboveboard.keys import ring
from aboveboard.keys.models import PersonKey, Rotation, WrappingKey
from aboveboard.keys.queries import instance_secret
from aboveboard.keys.rotation import root
from aboveboard.ledger.models import Entry
from aboveboard.promise.queries import in_force
from aboveboard.vault import actions as vault_actions
from aboveboard.vault import queries as vault
from aboveboard.vault import record_format, sealed
from aboveboard.vault.origin import ValueOrigin
from tests import world

ROOT = settings.current().path("root.key")
finish_now = partial(root.resume, by=SYSTEM, pause=0.0)


def people(count: int) -> dict[int, str]:
    """Load people; return each one's handle."""
    return {person_id: world.handle(person_id) for person_id, _ in world.load(count)}


def bring_more(count: int) -> None:
    """Import the first ``count`` people of the file again: whoever is not held is new."""
    mapping = mappings.load(world.MAPPING_FILE.read_text("utf-8"), name="mapping")
    adopted = in_force()
    loading.load(
        loading.ImportSource(world._file(count, 2026), mapping, kinds(), adopted.serial),
        by=SYSTEM,
        at=clock.now(),
    )


def rotate() -> None:
    """Rotate the root key to the end, going on with a rotation that was left."""
    finish_now(root.unfinished() or root.begin(by=SYSTEM, at=clock.now()))


def check(known: dict[int, str]) -> None:
    """Whoever is held opens whole, is known by the same handle, and no secret of
    the instance is another."""
    ring.forget()
    records = vault.fetch(list(known))
    assert records.keys() == known.keys()
    for person_id, record in records.items():
        assert record.handle_secret.handle(0) == known[person_id]
        assert open_all(record)
    instance_secret.cache_clear()
    assert {person_id: world.handle(person_id) for person_id in known} == known


def open_all(record: vault.SealedPerson) -> list[str]:
    """Open every box, which nothing but a test does without a grant."""
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    cipher = AESGCM(record._key)
    boxes = record_format.open_record(cipher, record.person_id, record._record)
    return [sealed.unseal(cipher, record.person_id, name, box) for name, box in boxes.items()]


def check_ended(rotations: int) -> None:
    """One wrapping key is left, everything is under it, and each rotation stands in
    the ledger with its end."""
    (key,) = WrappingKey.objects.all()
    heads = {bytes(wrapped)[1:5] for wrapped in PersonKey.objects.values_list("wrapped", flat=True)}
    assert heads <= {int(key.key_id).to_bytes(4, "big")}
    assert not Rotation.objects.filter(finished_at=None).exists()
    assert _entries("keys.rotation.begun") == _entries("keys.rotation.finished") == rotations


def _entries(kind: str) -> int:
    return Entry.objects.filter(kind=kind).count()


def kinds() -> dict[str, str]:
    """Return the kind of each field of the promise in force."""
    return {key: field.kind_and_format for key, field in in_force().promise.fields.items()}


def correct(person_id: int, field: str, value: str) -> None:
    """Correct one field, as its owner does in the portal."""
    adopted = in_force()
    origin = ValueOrigin(adopted.serial, clock.now(), "portal", "")
    vault_actions.correct(
        person_id, field, value, kinds=kinds(), origin=origin, by=SYSTEM, at=clock.now()
    )
