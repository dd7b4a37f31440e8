"""A concern about a use: put into a queue, taken, handed over and answered; sealed; never answered
by the one who is questioned."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.core import mail
from django.db import connection, transaction

from aboveboard.access.actions import use
from aboveboard.access.concerns import queries, words
from aboveboard.access.concerns.actions import answer, hand_over, raise_concern, take
from aboveboard.access.concerns.queries import own_concerns
from aboveboard.access.concerns.reading import read_words
from aboveboard.access.concerns.terms import (
    AlreadyAnswered,
    AlreadyRaised,
    Concern,
    ConcernVerdict,
    NotYoursToAnswer,
    OwnedBySomeoneElse,
    WordsMissing,
    WordsTooLong,
)
from aboveboard.access.limits import CONCERN_ANSWER, CONCERN_WORDS
from aboveboard.access.models import RaisedConcern
from aboveboard.access.personal_data import PERSONAL_DATA
from aboveboard.access.queries import use_records
from aboveboard.access.use import Subject, UseRequest
from aboveboard.accounts import actions as accounts
from aboveboard.accounts.queries import actor_for
from aboveboard.basics import clock
from aboveboard.basics.actor import CUSTOMER, SYSTEM, Actor, Role
from aboveboard.basics.errors import NotFound
from aboveboard.identity.actions import merge, split
from aboveboard.keys.queries import person_key
from aboveboard.keys.rows import RowNotAuthentic
from aboveboard.ledger.models import Entry
from aboveboard.outbox import jobs
from aboveboard.vault import actions as vault_actions
from aboveboard.vault.rekeying import records
from tests.accounts.people import staff_member
from tests.world import ADVISER, entries, load

pytestmark = pytest.mark.django_db
NOTE = "My neighbour Ann works there"
WRONG, RIGHT = ConcernVerdict.WRONG, ConcernVerdict.RIGHT
Someone = tuple[int, dict[str, str]]


@pytest.fixture
def ann() -> Someone:
    return load(3)[0]


@pytest.fixture
def lead() -> Actor:
    return actor_for(staff_member(Role.PRIVACY_LEAD))


@pytest.fixture
def second() -> Actor:
    return actor_for(staff_member(Role.PRIVACY_LEAD, email="second@staff.example"))


def questioned_use(person: int, by: Actor = ADVISER) -> int:
    ask = UseRequest(by, "answer-contact", ("first_name",), "phone", Subject(person))
    return use(ask, at=clock.now()).entry_id


def raised(person: int, about: int | None = None, words: str = NOTE) -> int:
    entry = raise_concern(
        person, about, Concern.NO_CONTACT, words=words, by=CUSTOMER, at=clock.now()
    )
    return int(RaisedConcern.objects.get(entry_id=entry).pk)


def read(number: int, by: Actor) -> str | None:
    _, words = read_words(
        number, "answer-contact", ("first_name",), "portal", by=by, at=clock.now()
    )
    return words.reveal() if words else None


def done(number: int, by: Actor, verdict: ConcernVerdict = WRONG) -> None:
    take(number, by=by, at=clock.now())
    answer(number, verdict, "It will not recur.", by=by, at=clock.now())


def their_answer(person: int) -> str | None:
    words = own_concerns(person)[0].words
    return words.reveal() if words else None


def test_it_waits_with_a_date_is_taken_and_answered_each_with_an_entry_of_codes(
    ann: Someone, lead: Actor
) -> None:
    about = questioned_use(ann[0])
    number = raised(ann[0], about)
    (waiting,) = queries.open_concerns()
    assert (waiting.about, waiting.owner_id, waiting.verdict) == (about, None, None)
    assert waiting.due_at - waiting.at == CONCERN_ANSWER
    assert not waiting.is_overdue(clock.now())
    assert waiting.is_overdue(clock.now() + CONCERN_ANSWER + timedelta(seconds=9))
    done(number, lead)
    assert not queries.open_concerns()
    (answered,) = queries.answered_concerns()
    assert (answered.owner_id, answered.verdict) == (int(lead.id), WRONG)
    kinds = [entry.kind for entry in entries(ann[0], "concern.raised")]
    assert kinds == ["concern.raised"]
    stored = Entry.objects.filter(kind__startswith="concern.").order_by("pk")
    assert [row.kind for row in stored] == [
        "concern.raised",
        "concern.assigned",
        "concern.answered",
    ]
    assert len({row.handle for row in stored}) == 1, "they answer the entry that they name"
    bodies = b"".join(bytes(row.body) for row in stored)
    assert b"neighbour" not in bodies
    assert b"recur" not in bodies


def test_the_oldest_is_first_and_the_pages_meet(ann: Someone) -> None:
    person, now = ann[0], clock.now()
    made = [
        raise_concern(person, None, Concern.OTHER, by=CUSTOMER, at=now - timedelta(days=2 * day))
        for day in range(5)
    ]
    listed = [record.entry_id for record in queries.open_concerns()]
    assert listed == made[::-1]
    paged = [
        record.entry_id
        for page in range(3)
        for record in queries.open_concerns(page=page, limit=2)[:2]
    ]
    assert paged == listed
    assert len(queries.open_concerns(limit=2)) == 3, "one more says that a page follows"
    assert queries.count_overdue(now + CONCERN_ANSWER - timedelta(days=3)) == 3


def test_the_words_are_a_use_that_the_person_sees(ann: Someone, lead: Actor) -> None:
    number = raised(ann[0], questioned_use(ann[0]))
    assert NOTE.encode() not in bytes(RaisedConcern.objects.get().words)
    assert read(number, lead) == NOTE
    newest = use_records(ann[0])[0]
    assert (newest.actor.role, newest.purpose, newest.fields) == (
        "privacy-lead",
        "answer-contact",
        ("first_name",),
    )


@pytest.mark.parametrize(
    ("purpose", "fields", "channel"),
    [
        ("personal-offers", ("first_name",), "email"),
        ("answer-contact", ("card_number",), "portal"),
        ("answer-contact", ("first_name",), "sms"),
        ("answer-contact", (), "portal"),
    ],
)
def test_what_the_promise_does_not_allow_opens_no_words(
    ann: Someone, lead: Actor, purpose: str, fields: tuple[str, ...], channel: str
) -> None:
    number = raised(ann[0])
    result, words = read_words(number, purpose, fields, channel, by=lead, at=clock.now())
    assert not result.allowed
    assert words is None
    assert not use_records(ann[0])[0].granted, "the refusal is written down, and they see it"


def test_others_do_not_read_it(ann: Someone) -> None:
    number = raised(ann[0])
    with pytest.raises(NotYoursToAnswer):
        read(number, actor_for(staff_member(Role.ADVISER)))
    assert not use_records(ann[0])


def test_nobody_answers_for_a_use_of_their_own(ann: Someone, lead: Actor, second: Actor) -> None:
    number = raised(ann[0], questioned_use(ann[0], by=lead))
    with pytest.raises(NotYoursToAnswer):
        take(number, by=lead, at=clock.now())
    take(number, by=second, at=clock.now())
    with pytest.raises(NotYoursToAnswer):
        hand_over(number, to=int(lead.id), by=second, at=clock.now())
    with pytest.raises(NotYoursToAnswer):
        answer(number, RIGHT, "Fine.", by=lead, at=clock.now())
    assert int(lead.id) not in queries.may_answer(RaisedConcern.objects.get().about)


@pytest.mark.parametrize("by", [SYSTEM, CUSTOMER, ADVISER])
def test_only_the_role_answers(ann: Someone, by: Actor) -> None:
    number = raised(ann[0])
    with pytest.raises(NotYoursToAnswer):
        take(number, by=by, at=clock.now())
    with pytest.raises(NotYoursToAnswer):
        answer(number, RIGHT, "Fine.", by=by, at=clock.now())


def test_one_has_it_until_they_hand_it_over_or_leave(
    ann: Someone, lead: Actor, second: Actor
) -> None:
    number = raised(ann[0])
    with pytest.raises(OwnedBySomeoneElse):
        answer(number, RIGHT, "Fine.", by=lead, at=clock.now())
    take(number, by=lead, at=clock.now())
    take(number, by=lead, at=clock.now())  # again: nothing more happens
    assert Entry.objects.filter(kind="concern.assigned").count() == 1
    for act in (
        lambda: take(number, by=second, at=clock.now()),
        lambda: hand_over(number, to=int(second.id), by=second, at=clock.now()),
        lambda: answer(number, RIGHT, "Fine.", by=second, at=clock.now()),
    ):
        with pytest.raises(OwnedBySomeoneElse):
            act()
    adviser = staff_member(Role.ADVISER)
    with pytest.raises(NotYoursToAnswer):
        hand_over(number, to=adviser.pk, by=lead, at=clock.now())
    hand_over(number, to=int(second.id), by=lead, at=clock.now())
    assert [record.id for record in queries.open_concerns(owner=int(second.id))] == [number]
    accounts.close(int(second.id), by=SYSTEM, at=clock.now())
    take(number, by=lead, at=clock.now())
    assert queries.concern(number).owner_id == int(lead.id)


def test_who_it_is_handed_to_is_mailed_a_link(ann: Someone, lead: Actor, second: Actor) -> None:
    number = raised(ann[0])
    take(number, by=lead, at=clock.now())
    hand_over(number, to=int(second.id), by=lead, at=clock.now())
    jobs.run_jobs_once(worker="test", limit=9)
    (sent,) = [message for message in mail.outbox if message.to == ["second@staff.example"]]
    assert f"/console/concerns/{number}/" in sent.body
    assert not any(value in sent.body for value in (NOTE, ann[1]["email"], ann[1]["first_name"]))


def test_an_answer_stands_and_has_words_of_its_own(ann: Someone, lead: Actor) -> None:
    number = raised(ann[0])
    take(number, by=lead, at=clock.now())
    with pytest.raises(WordsMissing):
        answer(number, RIGHT, " \n", by=lead, at=clock.now())
    with pytest.raises(WordsTooLong):
        answer(number, RIGHT, "x" * (CONCERN_WORDS + 1), by=lead, at=clock.now())
    answer(number, RIGHT, "It was our letter.", by=lead, at=clock.now())
    for act in (
        lambda: answer(number, WRONG, "No.", by=lead, at=clock.now()),
        lambda: take(number, by=lead, at=clock.now()),
    ):
        with pytest.raises(AlreadyAnswered):
            act()
    (own,) = own_concerns(ann[0])
    assert (own.verdict, their_answer(ann[0])) == (RIGHT, "It was our letter.")
    assert "letter" not in repr(own), "personal data does not print itself"


def test_a_look_is_questioned_again_only_once_it_is_answered(ann: Someone, lead: Actor) -> None:
    about = questioned_use(ann[0])
    number = raised(ann[0], about)
    with pytest.raises(AlreadyRaised):
        raised(ann[0], about)
    done(number, lead)
    assert raised(ann[0], about) != number


def test_a_number_that_nobody_has_is_not_there(ann: Someone, lead: Actor) -> None:
    for act in (
        lambda: take(4711, by=lead, at=clock.now()),
        lambda: answer(4711, RIGHT, "Fine.", by=lead, at=clock.now()),
        lambda: read(4711, lead),
        lambda: queries.concern(4711),
    ):
        with pytest.raises(NotFound):
            act()


def test_a_new_key_leaves_the_words_to_both(ann: Someone, lead: Actor) -> None:
    number = raised(ann[0])
    done(number, lead)
    with transaction.atomic():
        assert records.rotate(ann[0])
    assert read(number, lead) == NOTE
    assert their_answer(ann[0]) == "It will not recur."


def test_they_go_with_a_merge_and_come_back_with_a_split(lead: Actor) -> None:
    (kept, _), (gone, _), _ = load(3)
    number = raised(gone)
    done(number, lead)
    said: dict[str, Any] = {"by": SYSTEM, "at": clock.now()}
    record = merge(kept, gone, chosen={}, reference="case/1", **said)
    assert [own.entry_id for own in own_concerns(kept)] == [queries.concern(number).entry_id]
    assert read(number, lead) == NOTE
    assert their_answer(kept) == "It will not recur."
    kinds = {"customer_number": "customer_number"}
    split(record.id, kinds=kinds, reference="case/2", **said)
    assert not own_concerns(kept)
    assert their_answer(gone) == "It will not recur."
    assert read(number, lead) == NOTE


def test_they_are_named_in_the_persons_own_copy_and_erased_with_them(ann: Someone) -> None:
    (data,) = (each for each in PERSONAL_DATA if each.name == "concerns")
    raised(ann[0])
    assert callable(data.export)
    assert callable(data.in_use)
    (row,) = data.export([ann[0]])
    assert (row["concern"], row["sealed_words"], row["verdict"]) == ("no-contact", True, "")
    assert data.in_use([ann[0]], clock.now()) == {ann[0]: "awaits_answer"}
    vault_actions.erase(ann[0], reason="asked", by=SYSTEM, at=clock.now())
    assert not RaisedConcern.objects.exists()
    jobs.run_jobs_once(worker="test", limit=9)
    assert not mail.outbox, "nothing is left to answer"


def test_a_row_that_somebody_else_wrote_decides_nothing(ann: Someone, lead: Actor) -> None:
    """Whoever is questioned could turn it to another look, or answer it by hand."""
    number = raised(ann[0], questioned_use(ann[0], by=lead))
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE access_raisedconcern SET about = NULL, owner_id = %s, verdict = 'right',"
            " answered_at = at, answered_by = '{}' WHERE id = %s",
            [int(lead.id), number],
        )
    (own,) = own_concerns(ann[0])
    assert (own.verdict, own.answered_at) == (None, None)
    assert queries.concern(number).authentic is False
    with pytest.raises(RowNotAuthentic):
        answer(number, RIGHT, "Fine.", by=lead, at=clock.now())
    with pytest.raises(RowNotAuthentic):
        read(number, lead)


def test_words_that_any_version_sealed_as_it_is_written_down_are_read(ann: Someone) -> None:
    """``12 bytes nonce | AES-256-GCM(words)``, bound to the entry and to whose words they are."""
    key, nonce = person_key(ann[0]), bytes(range(12))
    assert key is not None
    bound = b"aboveboard/concern/v1/words" + (7).to_bytes(8, "big")
    sealed = nonce + AESGCM(key).encrypt(nonce, NOTE.encode(), bound)
    row = RaisedConcern(person_id=ann[0], entry_id=7, words=sealed, answer_words=sealed)
    assert words.read(row, words.OWN) == NOTE
    assert words.read(row, words.ANSWER) is None, "it is what they wrote, and no answer"
    row.entry_id = 8
    assert words.read(row, words.OWN) is None, "of another concern"
