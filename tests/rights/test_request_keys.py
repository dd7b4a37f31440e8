"""What was sealed of a request follows the person: in a merge and back, and under a new key."""

from __future__ import annotations

import pytest

from aboveboard.basics import clock
from aboveboard.basics.actor import CUSTOMER
from aboveboard.basics.errors import NotFound
from aboveboard.basics.personal import Personal
from aboveboard.connectors import registry
from aboveboard.connectors.contract import Identifier, Record, SystemRefused, Verb
from aboveboard.connectors.own import PERSON
from aboveboard.identity import actions as identity
from aboveboard.outbox import jobs
from aboveboard.promise.queries import in_force
from aboveboard.rights.models import RightsRequest
from aboveboard.rights.requests import actions, queries
from aboveboard.rights.requests.sealing import RequestUnreadable
from aboveboard.rights.requests.terms import (
    NewRequest,
    ProofEvidence,
    RequestChannel,
    RequestDetails,
    RequestKind,
)
from aboveboard.rights.running import collected
from aboveboard.rights.running.own import own_connector
from aboveboard.vault.actions import erase
from aboveboard.vault.rekeying.people import rotate_one
from tests.rights.memory_system import MemorySystem
from tests.world import ADVISER, load

pytestmark = pytest.mark.django_db
WORDS = "Everything since May"


def ask(person: int, email: str) -> int:
    """Ask for a copy, and have it collected."""
    details = RequestDetails((Identifier("email", Personal(email)),), words=Personal(WORDS))
    new = NewRequest(
        kind=RequestKind.ACCESS,
        channel=RequestChannel.PORTAL,
        received_at=clock.now(),
        person_id=person,
        details=details,
    )
    number = actions.ask(new, evidence=ProofEvidence.SIGNED_IN, by=CUSTOMER, at=clock.now())
    jobs.run_jobs_once(worker="test")
    return number


def opens(number: int) -> bool:
    """Whether what was asked and what the shop gave can be read; both or neither."""
    (shop,) = (each for each in collected.collected(number) if each.system == "shop")
    (record,) = shop.contents
    assert isinstance(record, Record)
    return queries.details(number).words.reveal() == WORDS


def test_it_opens_after_a_merge_a_split_and_a_new_key_and_not_after_an_erasure(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    (kept, _), (merged, row) = load(2)
    monkeypatch.setattr(
        registry, "active", lambda: [MemorySystem("shop", {1: {"email": row["email"]}})]
    )
    number = ask(merged, row["email"])
    assert opens(number)
    done = identity.merge(kept, merged, chosen={}, reference="case/1", by=ADVISER, at=clock.now())
    stored = RightsRequest.objects.get(pk=number)
    assert (stored.person_id, stored.key_of) == (kept, kept)
    assert opens(number)
    rotate_one(kept, by=ADVISER, at=clock.now())
    assert bytes(RightsRequest.objects.get(pk=number).key) != bytes(stored.key)
    assert opens(number)
    kinds = {key: each.kind_and_format for key, each in in_force().promise.fields.items()}
    identity.split(done.id, kinds=kinds, reference="case/2", by=ADVISER, at=clock.now())
    assert RightsRequest.objects.get(pk=number).key_of == merged
    assert opens(number)
    erase(kept, reason="asked", by=ADVISER, at=clock.now())
    assert opens(number), "it is the other's again"
    erase(merged, reason="asked", by=ADVISER, at=clock.now())
    with pytest.raises((RequestUnreadable, NotFound)):
        queries.details(number)


def test_this_instance_is_asked_like_every_other_system() -> None:
    (person, row), (other, _) = load(2)
    own = own_connector(RightsRequest(entry_id=1, pk=1, kind="access"))
    assert own.verbs == frozenset(Verb)
    assert own.test().ok
    assert {field.declared for field in own.describe()} >= {"user.contact.email"}
    (match,) = own.find(
        [Identifier("email", Personal(row["email"].upper())), Identifier(PERSON, Personal("x"))]
    )
    assert (match.key.reveal(), match.by, match.several) == (str(person), ("email",), False)
    both = own.find([Identifier(PERSON, Personal(str(number))) for number in (person, other)])
    assert [each.several for each in both] == [False, False], "by their own numbers"
    records = [each for each in own.read(match) if isinstance(each, Record)]
    assert records[0].values["email"].reveal() == row["email"]
    counted = own.erase(match, dry_run=True).changed
    assert counted["sealed_fields"] > 1
    changed = own.correct(match, {"user.name.first": Personal("Ulla")})
    assert (changed.changed, changed.done) == ({"fields": 1}, True)
    erased = own.erase(match)
    assert erased.done
    assert list(own.read(match)) == []
    assert own.erase(match).changed == {}
    with pytest.raises(SystemRefused):
        own.erase(type(match)("people", match.key, (), (), several=True))
