"""The formats of the vault, byte for byte: ``vectors.json`` was written once, and every
release must still read it.

Each vector that must be refused names the failure it shows.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from datetime import datetime
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from aboveboard.basics import sealing
from aboveboard.keys.handles import handles_of
from aboveboard.keys.ring import person_context
from aboveboard.keys.wrapping import KeyUnwrapFailed, LocalKey
from aboveboard.kinds import normalise
from aboveboard.vault import record_format, sealed
from aboveboard.vault.documents import stream
from aboveboard.vault.documents.descriptor import DocumentDescriptor
from aboveboard.vault.documents.descriptor import read as read_descriptor
from aboveboard.vault.origin import ValueOrigin

VECTORS = json.loads(Path(__file__).with_name("vectors.json").read_text("utf-8"))
PERSON = VECTORS["person"]
KEY = bytes.fromhex(PERSON["key"])


def test_the_wrapped_key_unwraps() -> None:
    root = LocalKey(bytes.fromhex(VECTORS["root_key"]))
    assert root.unwrap(bytes.fromhex(PERSON["wrapped_key"]), person_context(PERSON["id"])) == KEY


def test_the_handle_is_the_same() -> None:
    assert handles_of(PERSON["id"], KEY, None, 0).lasting == (PERSON["handle"],)


def test_the_handles_of_their_entries_are_the_same() -> None:
    secret = handles_of(PERSON["id"], KEY, None, 0).secret
    assert secret.value.hex() == PERSON["ledger_secret"]
    assert [secret.handle(number) for number in (0, 1, 1_000)] == PERSON["entry_handles"]


def test_a_sealed_fact_is_checked_with_the_same_key() -> None:
    sealed_fact = VECTORS["sealed_fact"]
    key = sealing.derive_key(bytes.fromhex(PERSON["ledger_secret"]), sealed_fact["fact"])
    assert key is not None
    assert key.hex() == sealed_fact["key"]
    assert sealing.verify_text(sealed_fact["fact"], sealed_fact["text"], key)
    assert not sealing.verify_text(sealed_fact["fact"], "ORD-10024", key)


def test_kept_handles_are_read_in_both_versions() -> None:
    kept = handles_of(PERSON["id"], KEY, bytes.fromhex(PERSON["kept_handles"]), 3)
    assert (kept.secret.value.hex(), kept.secret.count) == (PERSON["ledger_secret"], 3)
    assert [(secret.value, secret.count) for secret in kept.joined] == [(bytes(range(32)), 5)]
    old = handles_of(PERSON["id"], KEY, bytes.fromhex(PERSON["kept_handles_of_version_1"]), 0)
    assert old.secret.value == kept.secret.value
    assert old.lasting == kept.lasting == (PERSON["handle"],)


@pytest.mark.parametrize("failure", VECTORS["refused_kept_handles"])
def test_other_kept_handles_are_refused(failure: str) -> None:
    with pytest.raises(KeyUnwrapFailed):
        handles_of(PERSON["id"], KEY, bytes.fromhex(VECTORS["refused_kept_handles"][failure]), 0)


def test_the_record_of_format_3_opens_to_the_same_values() -> None:
    record = bytes.fromhex(PERSON["record_of_format_3"])
    assert _opened(record) == PERSON["values"]
    nonce, covered = record[1:13], bytes.fromhex(PERSON["record"])
    assert record_format.pad_and_seal(AESGCM(KEY), PERSON["id"], covered, nonce) == record


def test_the_record_of_format_2_opens_to_the_same_values() -> None:
    record = sealed.decode(bytes.fromhex(PERSON["record"]))
    assert _opened(bytes.fromhex(PERSON["record"])) == PERSON["values"]
    assert sealed.encode(record).hex() == PERSON["record"]


@pytest.mark.parametrize("field", PERSON["origins"])
def test_the_origin_is_the_same(field: str) -> None:
    origin, said = (
        sealed.decode(bytes.fromhex(PERSON["record"]))[field].origin,
        PERSON["origins"][field],
    )
    when = datetime.fromisoformat(said["collected_at"]) if said["collected_at"] else None
    assert origin == ValueOrigin(said["promise"], when, said["channel"], said["purpose"])


def test_the_record_of_format_1_opens_to_the_same_values() -> None:
    record = bytes.fromhex(PERSON["record_of_format_1"])
    assert _opened(record) == PERSON["values"]
    assert _opened(sealed.encode(sealed.decode(record))) == PERSON["values"]


@pytest.mark.parametrize(
    "vector",
    VECTORS["refused_records"]
    + VECTORS["refused_records_of_format_1"]
    + VECTORS["refused_records_of_format_3"],
    ids=lambda vector: vector["shows"],
)
def test_a_record_is_refused_that_shows(vector: dict[str, str]) -> None:
    with pytest.raises(sealed.RecordDamaged):
        _opened(bytes.fromhex(vector["record"]))


def _opened(record: bytes) -> dict[str, str]:
    return {
        name: sealed.unseal(AESGCM(KEY), PERSON["id"], name, box)
        for name, box in record_format.open_record(AESGCM(KEY), PERSON["id"], record).items()
    }


@pytest.mark.parametrize(
    "vector", VECTORS["blind"], ids=lambda vector: f"{vector['kind']} {vector['typed']}"
)
def test_the_blind_digest_is_the_same(vector: dict[str, str]) -> None:
    (normal,) = normalise.normal_forms(vector["kind"], vector["typed"], [vector.get("region")])
    assert normal == vector["normal"]
    secret = bytes.fromhex(VECTORS["index_secret"])
    key = hmac.digest(
        secret, b"aboveboard/blind/v1/" + vector["kind"].partition(":")[0].encode(), "sha256"
    )
    assert hmac.digest(key, normal.encode(), "sha256").hex() == vector["digest"]


DOCUMENT = VECTORS["document"]
CONTENT = (
    DOCUMENT["content"]["starts"] + DOCUMENT["content"]["repeats"] * DOCUMENT["content"]["times"]
).encode()


def _descriptor() -> DocumentDescriptor:
    found = read_descriptor(_opened(bytes.fromhex(DOCUMENT["record"]))["purchase_proof"])
    assert found
    return found


def test_the_document_s_descriptor_and_chunks_are_the_same() -> None:
    found = _descriptor()
    assert (found.name, found.media_type, found.size) == (
        DOCUMENT["name"],
        DOCUMENT["type"],
        DOCUMENT["size"],
    )
    chunks = list(stream.seal(found.key, [CONTENT]))
    assert [hashlib.sha256(chunk).hexdigest() for chunk in chunks] == DOCUMENT["chunks_sha256"]
    assert b"".join(stream.unseal(found.key, chunks)) == CONTENT


@pytest.mark.slow
@pytest.mark.parametrize("vector", DOCUMENT["refused"], ids=lambda vector: vector["shows"])
def test_a_document_is_refused_that_shows(vector: dict[str, list[int | str]]) -> None:
    key = _descriptor().key
    mine: dict[int | str, bytes] = dict(enumerate(stream.seal(key, [CONTENT])))
    theirs = {
        f"other {place}": chunk
        for place, chunk in enumerate(stream.seal(bytes.fromhex(DOCUMENT["other_key"]), [CONTENT]))
    }
    with pytest.raises(stream.AttachmentDamaged):
        list(stream.unseal(key, [(mine | theirs)[place] for place in vector["chunks"]]))
