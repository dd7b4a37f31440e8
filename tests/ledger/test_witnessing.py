"""The log asks its witnesses: cosignatures are published, a witness that is silent or refuses is
shown and stops nothing."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from django.db import transaction

from aboveboard.basics import setting_checks as checks
from aboveboard.basics import settings
from aboveboard.basics.actor import SYSTEM
from aboveboard.basics.clock import now
from aboveboard.commands.instance import doctor
from aboveboard.keys.log_signing import sequence_now, signer
from aboveboard.ledger import actions, queries
from aboveboard.ledger.actions import NewEntry
from aboveboard.ledger.audit import verify_database
from aboveboard.ledger.format import proof as proofs
from aboveboard.ledger.format.checkpoint import Checkpoint
from aboveboard.ledger.format.cosignature import ED25519, ML_DSA_44, WitnessKey, cosigned
from aboveboard.ledger.verify.fresh import FreshnessPolicy
from aboveboard.ledger.verify.log import verify_log
from aboveboard.ledger.verify.sources import LogDirectory
from aboveboard.ledger.witness.state import Witness, make
from aboveboard.ledger.witnessing import ask_witnesses, witness_states
from tests.ledger.test_witness import serving

pytestmark = pytest.mark.django_db(transaction=True)


def add(count: int) -> list[int]:
    with transaction.atomic():
        ids = actions.append_many(
            [NewEntry("use.granted", SYSTEM, now(), "a" * 32, {"n": n}) for n in range(count)]
        )
    sequence_now()
    return ids


def log() -> Path:
    return settings.current().path("log")


def ask() -> int:
    return ask_witnesses(at=now())


@pytest.fixture
def witnesses(tmp_path: Path) -> list[Witness]:
    made = [
        make(tmp_path / f"w{kind}", f"witness.example/w{kind}", kind)
        for kind in (ED25519, ML_DSA_44)
    ]
    for witness in made:
        witness.add_log(signer().verifier)
    return made


def point_to(monkeypatch: pytest.MonkeyPatch, *lines: str) -> None:
    current = settings.current()
    changed = replace(current, ledger=replace(current.ledger, witnesses="\n".join(lines)))
    monkeypatch.setattr(settings, "current", lambda: changed)


@pytest.fixture
def served(witnesses: list[Witness], monkeypatch: pytest.MonkeyPatch) -> Iterator[list[WitnessKey]]:
    with serving(witnesses[0]) as first, serving(witnesses[1]) as second:
        keys = [witness.key for witness in witnesses]
        point_to(monkeypatch, f"{keys[0].vkey} {first}", f"{keys[1].vkey} {second}/")
        yield keys


def test_cosignatures_are_added_to_the_published_checkpoint_and_to_proofs(
    served: list[WitnessKey],
) -> None:
    ids = add(300)
    assert ask() == 2
    assert set(cosigned((log() / "checkpoint").read_text(), served)) == set(served)
    assert set(cosigned(proofs.parse(queries.proof(ids[7])).note, served)) == set(served)
    assert [(one.size, one.problem) for one in witness_states()] == [(300, ""), (300, "")]
    # The log goes on, and its files stay what its database signed.
    ids += add(400)
    assert cosigned((log() / "checkpoint").read_text(), served) == {}
    assert set(cosigned(proofs.parse(queries.proof(ids[7])).note, served)) == set(served), (
        "the witnessed checkpoint covers it"
    )
    assert proofs.verify(queries.proof(ids[600]), signer().verifier)[2].size == 700
    assert (
        verify_log(
            LogDirectory(log()), [signer().verifier], demands=FreshnessPolicy(now(), served, 2)
        )[0].findings
        == []
    )
    assert ask() == 2
    assert verify_database(LogDirectory(log()), [signer().verifier], now=now())[0].findings == []
    assert ask() == 2, "asked again, a witness says again that this is the newest"


def test_a_witness_that_is_away_is_shown_and_stops_nothing(
    witnesses: list[Witness], served: list[WitnessKey], monkeypatch: pytest.MonkeyPatch
) -> None:
    add(3)
    assert ask() == 2
    add(3)
    with serving(witnesses[0]) as first:
        point_to(monkeypatch, f"{served[0].vkey} {first}", f"{served[1].vkey} http://127.0.0.1:1")
        assert ask() == 1
        assert add(3)
        problems = [(one.size, one.refuses, one.problem != "") for one in witness_states()]
        assert problems == [(6, False, False), (3, False, True)]
        # Two cosignatures of an earlier checkpoint are worth more than one of a later.
        assert set(cosigned((log() / "witnessed").read_text(), served)) == set(served)
        check = doctor._witnesses(settings.current())
        assert (check.verdict, "w6" in check.message) == (doctor.WARN, True)


def test_a_log_that_forked_is_refused_and_that_is_shown(
    witnesses: list[Witness], served: list[WitnessKey]
) -> None:
    add(3)
    # Somebody with the log's key showed the witness another log.
    other = Checkpoint("localhost/log", 5, bytes(32)).sign(signer())
    from aboveboard.ledger.format.submission import Submission

    assert isinstance(witnesses[0].add_checkpoint(Submission(0, [], other), 1), str)
    assert ask() == 1
    assert [one.refuses for one in witness_states()] == [True, False]
    add(9)
    assert ask() == 1
    first = witness_states()[0]
    assert (first.refuses, first.size) == (True, 0)
    assert doctor._witnesses(settings.current()).verdict == doctor.ACT
    assert queries.size() == 12


def test_without_witnesses_nothing_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    add(3)
    assert ask() == 0
    assert not (log() / "witnessed").exists()
    assert doctor._witnesses(settings.current()).verdict == doctor.OK


@pytest.mark.parametrize(
    "text", ["nonsense", "key https://w.example", "w.example/w1+00000000+AAAA ftp://w.example"]
)
def test_a_setting_that_names_no_witness_is_refused(text: str) -> None:
    assert checks.check_witnesses(text) is not None
    assert checks.check_witnesses("") is None
