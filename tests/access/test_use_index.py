"""The index of the uses of one person: it says what the ledger says, to them alone, and its row may
go, be spoiled or be another's without anything being lost."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.db import connection
from django.test.utils import CaptureQueriesContext

from aboveboard.access.actions import use, use_many
from aboveboard.access.explain.person import explain_entry
from aboveboard.access.limits import EXPLANATION_SETTLED, USE_INDEX_TAIL
from aboveboard.access.lookup import NoOneFound
from aboveboard.access.models import UseIndex
from aboveboard.access.queries import indexed_uses, records_of, use_records
from aboveboard.access.use import Subject, UseRequest
from aboveboard.access.use_index.columns import IndexedUses, UseFilter, encode
from aboveboard.basics import clock
from aboveboard.basics.actor import CUSTOMER, SYSTEM
from aboveboard.identity.actions import merge, split
from aboveboard.keys.queries import person_key
from aboveboard.ledger import queries as ledger
from aboveboard.promise.queries import in_force
from aboveboard.vault import actions as vault
from aboveboard.vault.rekeying.people import rotate_one
from tests.world import ADVISER, OFFERS, load

pytestmark = pytest.mark.django_db

ANSWER = UseRequest(ADVISER, "answer-contact", ("email",), "phone")
OFFER = UseRequest(OFFERS, "personal-offers", ("email",), "email")
OWN = UseRequest(CUSTOMER, "show-you-your-data", ("email",), "portal")
MANY = USE_INDEX_TAIL + 6


def use_data(person_id: int, times: int = 1, request: UseRequest = ANSWER) -> list[int]:
    """Use somebody's data so many times; return the entries, the newest first."""
    outcomes = list(use_many(request, [person_id] * times, at=clock.now()))
    return [outcome.entry_id for _, outcome in outcomes][::-1]


def shown(person_id: int) -> list[int]:
    """The entries that somebody is shown, the newest first."""
    return [record.entry_id for record in use_records(person_id, limit=1_000)]


def index_of(person_id: int) -> IndexedUses:
    uses = indexed_uses(person_id)
    assert uses is not None
    return uses


def test_what_was_indexed_and_what_came_since_are_one_list() -> None:
    ((ada, row), (ben, _)) = load(2)
    made = use_data(ada, MANY)
    use_data(ben)
    assert shown(ada) == made
    assert UseIndex.objects.count() == 1
    made = use_data(ada, 2) + made
    with pytest.raises(NoOneFound):
        use(OFFER.for_subject(Subject(kind="email", value=row["email"])), at=clock.now())
    use(OWN.for_subject(Subject(ada)), at=clock.now())
    quiet, *rest = use_records(ada, limit=1_000)
    assert [record.entry_id for record in rest] == made
    assert (quiet.granted, quiet.reasons) == (False, ("no_consent",))
    assert len(use_records(ada, limit=1_000, own=True)) == len(made) + 2


def test_a_look_up_that_ended_in_nothing_is_shown_though_nothing_else_came_since() -> None:
    ((ada, row),) = load(1)
    made = use_data(ada, MANY)
    assert shown(ada) == made
    with pytest.raises(NoOneFound):
        use(OFFER.for_subject(Subject(kind="email", value=row["email"])), at=clock.now())
    (quiet,) = set(shown(ada)) - set(made)
    assert shown(ada) == [quiet, *made]


def test_nothing_is_kept_under_a_key_that_was_replaced_meanwhile(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    ((ada, _),) = load(1)
    made = use_data(ada, MANY)
    read = ledger.explanations

    def read_while_the_key_is_changed(*, after: int = 0) -> list[tuple[int, str, datetime]]:
        rotate_one(ada, by=SYSTEM, at=clock.now())
        return read(after=after)

    with monkeypatch.context() as patched:
        patched.setattr(ledger, "explanations", read_while_the_key_is_changed)
        assert shown(ada) == made
    assert not UseIndex.objects.exists()
    assert shown(ada) == made
    assert UseIndex.objects.exists(), "the next one who asks makes it"


def test_who_asked_why_a_use_came_out_so_is_shown_though_it_was_indexed() -> None:
    ((ada, _), (ben, _)) = load(2)
    made = use_data(ada, MANY)
    index_of(ada)
    of_ben = use_data(ben, MANY)
    index_of(ben)
    long_ago = clock.now() - 2 * EXPLANATION_SETTLED
    first = explain_entry(made[-1], by=SYSTEM, at=long_ago).asked
    explain_entry(of_ben[0], by=SYSTEM, at=long_ago)
    assert shown(ada) == [first, *made], "under the handle of a use that was indexed"
    second = explain_entry(made[-1], by=SYSTEM, at=clock.now()).asked
    later = use_data(ada, MANY)
    assert shown(ada) == [*later, second, first, *made]
    # Kept again meanwhile, and what was asked is neither lost nor doubled.
    assert shown(ada) == [*later, second, first, *made]
    third = explain_entry(made[0], by=SYSTEM, at=clock.now()).asked
    assert shown(ada) == [third, *later, second, first, *made]


def test_a_second_reading_asks_the_ledger_for_what_is_new_alone() -> None:
    ((ada, _),) = load(1)
    use_data(ada, MANY)
    index_of(ada)
    use_data(ada, 2)
    with CaptureQueriesContext(connection) as asked:
        assert len(index_of(ada)) == MANY + 2
    (of_handles,) = [query["sql"] for query in asked if '"handle" IN' in query["sql"]]
    assert of_handles.split("IN (")[1].split(")")[0].count(",") == 1, "two handles"


def test_uses_are_found_by_year_by_who_and_by_purpose() -> None:
    ((ada, _),) = load(1)
    now = clock.now()
    old = use(ANSWER.for_subject(Subject(ada)), at=now - timedelta(days=800)).entry_id
    new = use(ANSWER.for_subject(Subject(ada)), at=now).entry_id
    refused = use(OFFER.for_subject(Subject(ada)), at=now).entry_id
    own = use(OWN.for_subject(Subject(ada)), at=now).entry_id
    uses = index_of(ada)

    def found(**wanted: object) -> list[int]:
        return list(uses.matching(UseFilter(**wanted)).page(None, 10))  # type: ignore[arg-type]

    year = datetime(now.year, 1, 1, tzinfo=UTC)
    assert found() == [refused, new, old]
    assert found(own=True) == [own, refused, new, old]
    assert found(since=year) == [refused, new]
    assert found(until=year) == [old]
    assert found(party=("adviser", "Leeds shop")) == [new, old]
    assert found(purpose="personal-offers") == [refused]
    assert found(purpose="personal-offers", until=year) == []
    assert [record.entry_id for record in records_of(ada, found(since=year))] == [refused, new]


def test_the_row_tells_nothing_and_is_nobody_elses() -> None:
    ((ada, _), (ben, _)) = load(2)
    use_data(ada, MANY)
    made = use_data(ben, MANY)
    shown(ada)
    shown(ben)
    rows = {row.person_id: bytes(row.sealed) for row in UseIndex.objects.all()}
    for word in (b"answer-contact", b"Leeds", b"adviser", b"use.granted"):
        assert word not in rows[ada]
    UseIndex.objects.filter(person_id=ben).update(sealed=rows[ada])
    assert shown(ben) == made, "Ada's row does not open, and Ben's is made again"


@pytest.mark.parametrize("spoiled", [b"", b"short", bytes(500)])
def test_a_spoiled_row_is_made_again(spoiled: bytes) -> None:
    ((ada, _),) = load(1)
    made = use_data(ada, MANY)
    shown(ada)
    kept = bytes(UseIndex.objects.get().sealed)
    UseIndex.objects.update(sealed=spoiled)
    assert shown(ada) == made
    assert len(bytes(UseIndex.objects.get().sealed)) == len(kept)


def test_an_earlier_row_that_was_put_back_hides_nothing() -> None:
    ((ada, _),) = load(1)
    made = use_data(ada, MANY)
    shown(ada)
    earlier = bytes(UseIndex.objects.get().sealed)
    made = use_data(ada, MANY) + made
    shown(ada)
    UseIndex.objects.update(sealed=earlier)
    assert shown(ada) == made


def test_it_stays_when_the_key_is_changed_and_goes_with_the_person() -> None:
    ((ada, _),) = load(1)
    made = use_data(ada, MANY)
    shown(ada)
    before = bytes(UseIndex.objects.get().sealed)
    rotate_one(ada, by=SYSTEM, at=clock.now())
    after = bytes(UseIndex.objects.get().sealed)
    assert before != after
    with CaptureQueriesContext(connection) as asked:
        assert shown(ada) == made
    assert sum("INSERT" in query["sql"] for query in asked) == 0, "it was not made again"
    vault.erase(ada, reason="asked", by=CUSTOMER, at=clock.now())
    assert not UseIndex.objects.exists()
    assert indexed_uses(ada) is None


def test_two_records_of_one_person_have_one_list_and_two_again_after_a_split() -> None:
    ((ada, _), (other, row)) = load(2)
    first, second = use_data(ada, MANY), use_data(other, MANY)
    with pytest.raises(NoOneFound):
        use(OFFER.for_subject(Subject(kind="email", value=row["email"])), at=clock.now())
    quiet, *_ = shown(other)
    assert shown(ada) == first
    case = merge(ada, other, chosen={}, reference="case/1", by=ADVISER, at=clock.now())
    assert shown(ada) == [quiet, *second, *first]
    since = use_data(ada)
    assert shown(ada) == [*since, quiet, *second, *first]
    kinds = {key: field.kind_and_format for key, field in in_force().promise.fields.items()}
    split(case.id, kinds=kinds, reference="case/2", by=ADVISER, at=clock.now())
    assert shown(ada) == [*since, *first]
    assert shown(other) == [quiet, *second]


def test_pages_of_a_filtered_list_follow_each_other() -> None:
    ((ada, _),) = load(1)
    made = []
    for _ in range(5):
        made = use_data(ada, 2) + made
        use_data(ada, 3, OFFER)
    uses = index_of(ada).matching(UseFilter(purpose="answer-contact"))
    pages = [uses.page(None, 4)]
    while page := uses.page(pages[-1][-1], 4):
        pages.append(page)
    assert [entry for page in pages for entry in page] == made


def test_an_index_that_any_version_sealed_as_it_is_written_down_is_gone_on_with() -> None:
    """``12 bytes nonce | AES-256-GCM(index)`` under the person's key, bound to their number."""
    ((ada, _),) = load(1)
    made = use_data(ada, MANY)
    uses, key, nonce = index_of(ada), person_key(ada), bytes(range(12))
    assert key is not None
    bound = b"aboveboard/use-index/v1/" + ada.to_bytes(8, "big")
    UseIndex.objects.update(sealed=nonce + AESGCM(key).encrypt(nonce, encode(uses), bound))
    with CaptureQueriesContext(connection) as asked:
        assert shown(ada) == made
    assert sum("INSERT" in query["sql"] for query in asked) == 0, "it was not made again"
