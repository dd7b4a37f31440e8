"""The signing key is changed: the log goes on, what was signed before still verifies, and nobody is
misled about the key."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from django.db import transaction

from aboveboard.basics import settings
from aboveboard.basics.actor import SYSTEM
from aboveboard.basics.clock import now
from aboveboard.keys.log_signing import _signer, rotate_key, sequence_now, signers
from aboveboard.ledger import actions, queries
from aboveboard.ledger.actions import NewEntry
from aboveboard.ledger.audit import verify_database
from aboveboard.ledger.format import proof as proofs
from aboveboard.ledger.format.checkpoint import open_note
from aboveboard.ledger.format.note import NoteRefused, Verifier
from aboveboard.ledger.signing import SigningKeyChanged
from aboveboard.ledger.verify.findings import FindingKind
from aboveboard.ledger.verify.log import verify_log
from aboveboard.ledger.verify.sources import LogDirectory

pytestmark = pytest.mark.django_db(transaction=True)


def add(count: int) -> list[int]:
    with transaction.atomic():
        return actions.append_many(
            [NewEntry("use.granted", SYSTEM, now(), "a" * 32, {"n": n}) for n in range(count)]
        )


def log() -> Path:
    return settings.current().path("log")


def keys() -> list[Verifier]:
    return [Verifier.from_vkey(vkey) for vkey in queries.verifier_keys()]


def test_the_log_goes_on_under_the_new_key_and_old_checkpoints_still_verify() -> None:
    (early, *_) = add(300)
    sequence_now()
    before = (log() / "checkpoint").read_text()
    old_proof = queries.proof(early)
    rotate_key(by=SYSTEM)
    add(5)
    sequence_now()
    old, new = keys()
    assert [signer.vkey for signer in signers()] == [old.vkey, new.vkey]
    assert open_note(before, old).size == 300
    assert proofs.verify(old_proof, old)[1] == 0
    note = queries.proof(early)
    assert proofs.verify(note, new)[1] == 0
    with pytest.raises(NoteRefused):
        proofs.verify(note, old)
    assert verify_database(LogDirectory(log()), [old, new], now=now())[0].findings == []
    assert verify_log(LogDirectory(log()), [new], remembered=open_note(before, old))[0].ok
    changed = next(
        entry for n in range(310) if (entry := queries.entry_at(n)).kind == "ledger.key-changed"
    )
    assert changed.facts == {"generation": 2, "old": old.vkey, "new": new.vkey}


def test_the_first_checkpoint_under_a_new_key_is_signed_by_both_and_kept() -> None:
    add(3)
    sequence_now()
    rotate_key(by=SYSTEM)
    old, new = keys()
    handover = (log() / "handover/2").read_text()
    assert open_note(handover, old) == open_note(handover, new)
    assert open_note(handover, new).size == 4
    add(1)
    sequence_now()
    with pytest.raises(NoteRefused):
        open_note((log() / "checkpoint").read_text(), old)
    assert queries.resource("handover/2") is not None
    assert queries.resource("handover/../checkpoint") is None


def test_whoever_trusts_only_the_old_key_is_told_plainly() -> None:
    add(3)
    sequence_now()
    rotate_key(by=SYSTEM)
    rotate_key(by=SYSTEM)
    add(1)
    sequence_now()
    first, _, third = keys()
    (finding,) = verify_log(LogDirectory(log()), [first])[0].findings
    assert finding.what is FindingKind.NEW_KEY
    assert third.vkey in finding.sentence
    assert "handed over to it at 4 entries" in finding.sentence
    (log() / "handover/2").unlink()
    (finding,) = verify_log(LogDirectory(log()), [first])[0].findings
    assert "did not hand over" in finding.sentence


def test_a_log_written_anew_has_every_key_and_handover_again() -> None:
    add(3)
    sequence_now()
    rotate_key(by=SYSTEM)
    add(1)
    sequence_now()
    whole = {
        str(path.relative_to(log())): path.read_bytes()
        for path in log().rglob("*")
        if path.is_file() and ".p/" not in str(path)
    }
    shutil.rmtree(log())
    sequence_now()
    assert {name: (log() / name).read_bytes() for name in whole} == whole


def test_a_process_that_still_holds_the_old_key_cannot_sign() -> None:
    add(1)
    sequence_now()
    (old,) = signers()
    rotate_key(by=SYSTEM)
    add(1)
    with pytest.raises(SigningKeyChanged):
        actions.sequence(at=now(), signer=old)
    assert queries.count_waiting() == 1
    assert sequence_now() is not None


def test_a_change_before_anything_was_signed_needs_no_handover() -> None:
    rotate_key(by=SYSTEM)
    add(2)
    sequence_now()
    assert not (log() / "handover").exists()
    assert verify_database(LogDirectory(log()), keys(), now=now())[0].findings == []


def test_a_key_that_was_changed_again_before_it_signed_hands_over_too() -> None:
    add(3)
    sequence_now()
    first = signers()[0]
    for number in (2, 3):
        with transaction.atomic():
            actions.change_key(
                number, old=_signer(number - 1).vkey, new=_signer(number).vkey, by=SYSTEM, at=now()
            )
    sequence_now()
    assert (log() / "handover/2").read_text() == (log() / "handover/3").read_text()
    assert verify_log(LogDirectory(log()), [first.verifier])[0].ok
    add(1)
    sequence_now()
    (finding,) = verify_log(LogDirectory(log()), [first.verifier])[0].findings
    assert "handed over to it at 5 entries" in finding.sentence
