"""A receipt that can be checked without us, and forgeries that fail. One receipt is made in the
database; each forgery is a change of its JSON."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any, Final

import pytest

from aboveboard.basics import clock
from aboveboard.basics.actor import CUSTOMER
from aboveboard.basics.errors import AboveboardError
from aboveboard.choices import queries
from aboveboard.choices.actions import choose
from aboveboard.choices.signed_receipt import ReceiptRefused, check, sign
from aboveboard.choices.state import ChoiceAnswer
from aboveboard.keys.log_signing import sequence_now, signer
from aboveboard.ledger.format.note import Signer, Verifier
from tests.world import ADVISER, load

pytestmark = pytest.mark.django_db


def made(answer: ChoiceAnswer, contact: str = "") -> Any:
    person, _ = load(2)[0]
    how: Any = {"channel": "phone", "evidence": "call:417", "at": clock.now()}
    choice = choose(person, "personal-offers", answer, contact=contact, by=CUSTOMER, **how)
    sequence_now()
    return json.loads(json.dumps(queries.signed_receipt_of(choice)))


def keys() -> list[Verifier]:
    return [Verifier.from_vkey(signer().vkey)]


def test_a_receipt_holds_with_the_key_of_the_log_alone() -> None:
    checked = check(made(ChoiceAnswer.NO, "email"), keys())
    assert (checked.purpose, checked.contact, checked.status, checked.proved) == (
        "personal-offers",
        "email",
        "dpv:ConsentRefused",
        True,
    )
    stranger = Signer.from_seed("other.example", bytes(32))
    with pytest.raises(ReceiptRefused, match="no key that is trusted signed it"):
        check(made(ChoiceAnswer.YES), [stranger.verifier])


# What a forger who has the log's own signing key changes -> what gives it away.
FORGED: Final[dict[str, tuple[Callable[[Any], object], str]]] = {
    "a no as a yes": (
        lambda it: it["ab:event"].update({"dpv:hasConsentStatus": "dpv:ConsentGiven"}),
        "the answer was no",
    ),
    "another purpose": (
        lambda it: it["dpv:hasProcess"]["dpv:hasPurpose"].update(
            {"dct:identifier": "improve-shops"}
        ),
        "the purpose",
    ),
    "another way of contact": (lambda it: it["ab:event"].update({"ab:contact": "sms"}), "the way"),
    "another moment": (
        lambda it: it["ab:event"].update({"dct:date": "2026-01-01T00:00:00Z"}),
        "when",
    ),
    "another person": (lambda it: it.update({"dpv:hasDataSubject": "0" * 32}), "whose it is"),
    "another promise": (
        lambda it: it["dpv:hasNotice"].update({"dct:identifier": "promise/9"}),
        "the version",
    ),
    "another call": (lambda it: it["ab:event"].update({"ab:evidence": "call:1"}), "the evidence"),
}


def test_what_is_changed_is_found_also_by_who_could_sign_it_again() -> None:
    true = json.dumps(made(ChoiceAnswer.NO, "email"))
    for change, gives_away in FORGED.values():
        forged = json.loads(true)
        change(forged)
        with pytest.raises(ReceiptRefused, match="changed after it was signed"):
            check(forged, keys())
        with pytest.raises(ReceiptRefused, match=gives_away):
            check(sign(forged, signer()), keys())
    proof = json.loads(true)
    proof["ab:proof"] = (
        proof["ab:proof"].replace("index 0", "index 1").replace("index 2", "index 1")
    )
    with pytest.raises(AboveboardError):
        check(proof, keys())
    unsigned = json.loads(true)
    del unsigned["ab:signature"]
    with pytest.raises(ReceiptRefused, match="not signed"):
        check(unsigned, keys())


def test_a_yes_that_waits_is_never_shown_as_given() -> None:
    person, _ = load(2)[0]
    how: Any = {"channel": "phone", "evidence": "call:417", "at": clock.now()}
    choose(person, "personal-offers", ChoiceAnswer.NO, by=CUSTOMER, **how)
    waits = choose(person, "personal-offers", ChoiceAnswer.YES, by=ADVISER, **how)
    sequence_now()
    receipt = queries.signed_receipt_of(waits)
    assert check(receipt, keys()).status == "dpv:ConsentRequested"
    event = receipt["ab:event"]
    assert isinstance(event, dict)
    forged = {**receipt, "ab:event": {**event, "dpv:hasConsentStatus": "dpv:ConsentGiven"}}
    with pytest.raises(ReceiptRefused, match="shown as given"):
        check(sign(forged, signer()), keys())
