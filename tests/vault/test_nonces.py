"""No nonce is used twice under one key: with AES-GCM a second use shows what was sealed, and lets
anybody forge (NIST SP 800-38D, section 8).

Elsewhere a fixed nonce was a fault of a product like this one (Databunker).
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from aboveboard.access.emergency import notes
from aboveboard.accounts import sealing as account_sealing
from aboveboard.basics import clock
from aboveboard.keys import handles
from aboveboard.keys.queries import person_key
from aboveboard.keys.wrapping import LocalKey
from aboveboard.vault import record_format, sealed
from aboveboard.vault.documents import stream
from aboveboard.vault.models import SealedRecord
from aboveboard.vault.origin import ValueOrigin
from aboveboard.vault.rekeying import people
from tests import world

KEY = bytes(32)
CIPHER = AESGCM(KEY)
ORIGIN = ValueOrigin(1, clock.now(), "portal", "answer-contact")
BOX = sealed.SealedField(ORIGIN, bytes(28))
ONE = handles.handles_of(7, KEY, None, 0)

# Each seals the same thing under the same key, and says where its nonce is.
SEALERS: dict[str, tuple[Callable[[], bytes], slice]] = {
    "a value": (lambda: sealed.seal(CIPHER, 7, "email", ORIGIN, "a@b.example").sealed, slice(12)),
    "a record": (lambda: record_format.seal_record(CIPHER, 7, {"email": BOX}), slice(1, 13)),
    "handles": (lambda: handles.seal(7, KEY, ONE), slice(1, 13)),
    "a wrapped key": (lambda: LocalKey(KEY).wrap(KEY, b"context"), slice(5, 17)),
    "a note of an emergency": (lambda: notes.seal(CIPHER, 7, "a note"), slice(12)),
}


@pytest.mark.parametrize("name", SEALERS)
def test_the_same_sealed_twice_has_nothing_in_common(name: str) -> None:
    seal, where = SEALERS[name]
    made = [seal() for _ in range(1_000)]
    nonces = [bytes(each)[where] for each in made]
    assert all(len(nonce) == 12 for nonce in nonces)
    assert len(set(nonces)) == len(set(made)) == 1_000
    # Random, not counted: no byte of it is the same in all.
    assert all(len({nonce[at] for nonce in nonces}) > 100 for at in range(12))


@pytest.mark.django_db
def test_what_an_account_seals_has_a_nonce_of_its_own_each_time() -> None:
    made = [account_sealing.seal("totp", b"secret") for _ in range(200)]
    assert len({each[:12] for each in made}) == len({each[-16:] for each in made}) == 200


def test_the_chunks_of_a_document_are_numbered_under_a_key_that_seals_one_document(
    tmp_path: Path,
) -> None:
    pieces = [bytes(stream.CHUNK_BYTES)] * 3
    one, other = (list(stream.seal(bytes([key]) * 32, pieces)) for key in (1, 2))
    assert len({*one, *other}) == 6, "equal chunks of one document, and of two, differ"


@pytest.mark.django_db(transaction=True)
def test_nothing_that_is_stored_of_anybody_has_a_nonce_of_something_else() -> None:
    held = [person_id for person_id, _ in world.load(40)]
    seen: list[bytes] = []
    for _ in range(2):
        for person_id in held:
            record = bytes(SealedRecord.objects.get(person_id=person_id).boxes)
            key = person_key(person_id)
            assert key is not None
            boxes = record_format.open_record(AESGCM(key), person_id, record)
            seen += [record[1:13], *(box.sealed[:12] for box in boxes.values())]
        people.rotate_all(by=world.SYSTEM, at=clock.now())
    assert len(set(seen)) == len(seen) > 1_000
