"""Uses that a law forbids to show now, and those shown in general words alone: committed at once,
told no more of than the promise allows, and shown on their day by themselves."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from django.test import Client

from aboveboard.access.actions import use, use_many
from aboveboard.access.lookup import NoOneFound
from aboveboard.access.queries import (
    indexed_uses,
    is_about,
    own_list_file,
    reference_keys,
    use_record,
    use_records,
)
from aboveboard.access.sealed_uses import count_hidden
from aboveboard.access.use import Subject, UseRecord, UseRequest
from aboveboard.basics import clock
from aboveboard.basics.actor import CUSTOMER, SYSTEM
from aboveboard.keys.log_signing import sequence_now, signer
from aboveboard.ledger import queries as ledger
from aboveboard.ledger.committing import commit_handles
from aboveboard.ledger.format import own_list
from aboveboard.ledger.format.sealed_use import BoxRefused, key_of_box, open_box, seal_use
from aboveboard.promise.actions import adopt_promise
from aboveboard.vault import actions as vault
from aboveboard.vault.rekeying.people import rotate_one
from tests.accounts.people import customer_client
from tests.pages import words
from tests.world import ADVISER, PROMISE_FILE, load

TEXT = PROMISE_FILE.read_text("utf-8")
LAW = "Proceeds of Crime Act 2002, s 333A"
WILLS = "Somebody who looks after other people’s wills"
ASK = UseRequest(ADVISER, "answer-contact", ("email",), "phone", reference="CASE-7")
SEALED_WORDS = ("CASE-7", "email", "answer-contact", "Leeds", "adviser", "phone")
"""Nothing of these may be read by anybody before the day."""


def promise(tells: str = "", *, general: bool = False) -> None:
    """Adopt the sample promise, with uses to answer customers delayed or in general words."""
    more = ""
    if tells:
        more += f"    delay: {{law: '{LAW}', longest: P6M, tells: {tells}}}\n"
    if general:
        more += f"    shown_in_general: {{who: {WILLS}, what: For a matter of somebody else}}\n"
    begin = TEXT.index("  answer-contact:")
    at = TEXT.index("    basis: contract\n", begin)
    basis = "    basis: public_task\n    law: The statute\n"
    text = TEXT[:at] + basis + more + TEXT[at + len("    basis: contract\n") :]
    adopt_promise(text, name="promise.yaml", by=SYSTEM, at=clock.now())


def shown(person_id: int) -> list[UseRecord]:
    return [each for each in use_records(person_id, limit=100) if not each.is_own]


def whole_list(person_id: int) -> set[int]:
    """The entries of somebody's list, which is proved to be whole."""
    own = UseRequest(CUSTOMER, "show-you-your-data", ("email",), "portal")
    use(own.for_subject(Subject(person_id)), at=clock.now())
    sequence_now()
    commit_handles(by=SYSTEM, at=clock.now())
    sequence_now()
    text = own_list_file(person_id)
    assert text is not None
    whole = own_list.verify(own_list.parse(text), signer().verifier)
    return {entry.id for _, entry in whole.entries}


def later(monkeypatch: pytest.MonkeyPatch, months: int = 7) -> None:
    now = clock.now() + timedelta(days=31 * months)
    monkeypatch.setattr(clock, "now", lambda: now)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("tells", ["count", "ground", "nothing"])
def test_a_delayed_use_is_committed_now_and_shown_on_its_day(
    monkeypatch: pytest.MonkeyPatch, tells: str
) -> None:
    ((ada, row), (ben, _)) = load(2)
    before = len(shown(ada))
    promise(tells)
    by_email = ASK.for_subject(Subject(kind="email", value=row["email"]))
    entry_id = use(by_email, at=clock.now()).entry_id
    ((_, other),) = list(use_many(ASK, [ben], at=clock.now()))
    entry = ledger.entry(entry_id)
    assert (entry.kind, entry.actor.kind) == ("use.sealed", "system")
    assert not any(word in json.dumps(dict(entry.facts)) for word in SEALED_WORDS)
    assert (entry.handle is None) is (tells == "nothing")
    # Nothing of it is in the index, on a page, in her own list or for who answers a question.
    records = shown(ada)
    if tells == "nothing":
        assert len(records) == before
        assert not is_about(ada, entry)
        assert count_hidden(clock.now()) == 2
    else:
        record, *_ = records
        assert (record.entry_id, record.is_sealed, record.fields) == (entry_id, True, ())
        assert record.withheld_until is not None
        assert record.withheld_until > clock.now() + timedelta(days=180)
        assert record.ground == (LAW if tells == "ground" else "")
    assert reference_keys(ada, entry) == ()
    staff = use_record(entry_id)
    assert staff is not None
    assert staff.is_sealed
    uses = indexed_uses(ada)
    assert uses is not None
    assert "answer-contact" not in str(uses.groups)
    page = words(customer_client(ada).get("/you/who-has-looked/"))
    assert "Leeds" not in page
    assert ("A law forbids us to say more before" in page) is (tells != "nothing")
    assert (LAW in page) is (tells == "ground")
    assert ("2 are withheld now" in page) is (tells == "nothing")
    # A look-up that found nobody for whoever asked tells of itself no more.
    with pytest.raises(NoOneFound):
        use(ASK.for_subject(Subject(kind="email", value="nobody@example.org")), at=clock.now())
    # Her list is whole with it, or without a gap.
    assert (entry_id in whole_list(ada)) is (tells != "nothing")
    # Her key may be changed meanwhile.
    rotate_one(ada, by=SYSTEM, at=clock.now())
    later(monkeypatch)
    record, *_ = shown(ada)
    assert (record.entry_id, record.purpose) == (entry_id, "answer-contact")
    assert record.fields == ("email",)
    assert record.actor.team == "Leeds shop"
    assert not any(each.entry_id == other.entry_id for each in shown(ada)), "Ben's is not hers"
    assert is_about(ada, entry)
    assert not is_about(ben, entry)
    (key,) = reference_keys(ada, entry)
    inner = json.loads(open_box(bytes.fromhex(key), str(entry.facts["box"])))
    assert inner["kind"] == "use.granted"
    vault.erase(ada, reason="asked", by=SYSTEM, at=clock.now())
    assert not is_about(ada, entry), "nobody can tell any more"


@pytest.mark.django_db
def test_a_use_that_would_tell_anothers_secret_is_shown_in_general_words() -> None:
    ((ada, _), _) = load(2)
    promise(general=True)
    entry_id = use(ASK.for_subject(Subject(ada)), at=clock.now()).entry_id
    facts = ledger.entry(entry_id).facts
    assert facts["why"] == "general"
    assert "until" not in facts
    assert not any(word in json.dumps(dict(facts)) for word in SEALED_WORDS)
    record, *_ = shown(ada)
    assert record.general is not None
    assert record.general.who.say("en") == WILLS
    assert (record.purpose, record.fields) == ("", ())
    assert reference_keys(ada, ledger.entry(entry_id)) == (), "it is never opened"
    client: Client = customer_client(ada)
    for address in ("", "who-has-looked/", f"who-has-looked/concern/?about={entry_id}"):
        page = words(client.get(f"/you/{address}"))
        assert WILLS in page, address
        assert "Leeds" not in page, address


def test_a_box_opens_with_its_own_key_alone() -> None:
    secret = bytes(range(32))
    box, again = seal_use(secret, "what it was"), seal_use(secret, "x" * 300)
    assert len(again) - len(box) == 2 * 256, "its length tells 256 bytes and no less"
    assert open_box(key_of_box(secret, box), box) == "what it was"
    for key in (key_of_box(secret, again), key_of_box(bytes(32), box), bytes(32)):
        with pytest.raises(BoxRefused):
            open_box(key, box)
    for at in range(0, len(box), 37):
        changed = box[:at] + ("0" if box[at] != "0" else "1") + box[at + 1 :]
        with pytest.raises(BoxRefused):
            open_box(key_of_box(secret, box), changed)
