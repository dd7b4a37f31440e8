"""The keys that sign the log: the one that signs now, those before it, and what a restored database
may sign with."""

from __future__ import annotations

import pytest

from aboveboard.basics import clock, settings
from aboveboard.basics.actor import SYSTEM
from aboveboard.basics.facts import VerifierKey
from aboveboard.basics.package import RecordedEntry
from aboveboard.keys import log_signing, queries
from aboveboard.keys.models import InstanceSecret
from aboveboard.ledger import signing
from aboveboard.ledger.entries import SigningKeyReplaced
from aboveboard.ledger.format.note import Signer
from aboveboard.ledger.published import VKEY, LogOfAnotherKey

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _fresh() -> None:
    log_signing.forget()


def replaced(generation: int, old: str, new: str) -> RecordedEntry[SigningKeyReplaced]:
    entry = SigningKeyReplaced(generation, VerifierKey(old), VerifierKey(new))
    return RecordedEntry(7, clock.now(), SYSTEM, entry, None)


def test_one_key_signs_until_it_is_replaced_and_the_newest_comes_last() -> None:
    assert log_signing.local_verifier_keys() == [], "none is made by asking"
    first = log_signing.signer()
    assert log_signing.signers() == [first]
    assert log_signing.local_verifier_keys() == [first.vkey]
    assert log_signing.sequence_now() is None, "nothing waits"
    second = log_signing.rotate_key(by=SYSTEM)
    assert second.vkey != first.vkey
    assert [each.vkey for each in log_signing.signers()] == [first.vkey, second.vkey]
    assert log_signing.signer().vkey == second.vkey
    assert log_signing.local_verifier_keys() == [first.vkey, second.vkey]
    log_signing.forget()
    queries.forget()
    assert [each.vkey for each in log_signing.signers()] == [first.vkey, second.vkey]


def test_a_restored_database_signs_with_a_key_only_if_it_holds_its_secret() -> None:
    first = log_signing.signer()
    second = log_signing._signer(2)
    InstanceSecret.objects.filter(name="ledger-signing.2").delete()
    log_signing.forget()
    queries.forget()
    entry = replaced(2, first.vkey, second.vkey)
    with pytest.raises(log_signing.SigningKeyNotRestored):
        log_signing.repeat_replacement(entry)
    assert queries.secret_names() == ["ledger-signing"], "none was made"
    again = log_signing._signer(2)
    assert not log_signing.holds_secret_of(2, second.vkey)
    assert log_signing.holds_secret_of(2, again.vkey)
    with pytest.raises(log_signing.SigningKeyNotRestored):
        log_signing.repeat_replacement(entry)
    assert signing.generation() == 1
    log_signing.repeat_replacement(replaced(2, first.vkey, again.vkey))
    assert signing.generation() == 2
    assert log_signing.signer().vkey == again.vkey


def test_a_log_that_another_key_published_is_refused() -> None:
    log_signing.check_published()
    folder = settings.current().path("log")
    folder.mkdir()
    log_signing.check_published()
    stranger = Signer.from_seed("localhost/log", bytes(range(32)))
    (folder / VKEY).write_text(f"{stranger.vkey}\n")
    with pytest.raises(LogOfAnotherKey):
        log_signing.check_published()
    (folder / VKEY).write_text(f"{stranger.vkey}\n{log_signing.signer().vkey}\n")
    log_signing.check_published()
