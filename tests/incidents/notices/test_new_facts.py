"""After later facts only what is new is told: the whole notice to who was added, just the new
details to who was told before, and nobody the same twice."""

from __future__ import annotations

import pytest

from aboveboard.basics import clock
from aboveboard.basics.errors import Conflict
from aboveboard.delivery.letters import as_text
from aboveboard.delivery.models import Dispatch
from aboveboard.identity.actions import merge
from aboveboard.incidents import affected
from aboveboard.incidents.exposure.folders import folder_of
from aboveboard.incidents.models import Incident
from aboveboard.incidents.notices import actions, queries
from aboveboard.incidents.notices.recipients import NoticeNews, RecipientsDamaged, count_new
from aboveboard.incidents.notices.review import review
from aboveboard.incidents.public import incident as public_incident
from aboveboard.outbox import jobs
from tests.incidents.conftest import LEAD, SECOND, People
from tests.incidents.test_versions import EMAIL, NAME, add, letter

pytestmark = pytest.mark.django_db


def tell(number: int, news: NoticeNews | None = None) -> set[int]:
    """Prepare, approve and queue notices; return whom they tell."""
    now = clock.now()
    if news is None:
        batch = actions.prepare(number, by=LEAD, at=now)
    else:
        batch = actions.prepare_new(number, news, by=LEAD, at=now)
    approved = actions.approve(batch.id, by=SECOND, at=now)
    jobs.run_jobs_once(worker="test")
    rows = Dispatch.objects.filter(batch_id=approved.delivery_batch)
    return set(rows.values_list("person_id", flat=True))


def test_who_was_added_and_who_has_more_exposed_are_told_and_nobody_twice(people: People) -> None:
    number, ids = letter(), [person for person, _ in people]
    first = add(number, people[:4], NAME)
    assert tell(number) == set(ids[:4])
    # Two of them turn out to be none of it, then are in it again; three others come in.
    affected.withdraw_list(number, first, reason="Another file.", by=LEAD, at=clock.now())
    add(number, people[2:4], NAME, EMAIL)
    add(number, people[4:7], NAME)
    add(number, people[:2], NAME)
    assert count_new(number) == {NoticeNews.ADDED: 3, NoticeNews.MORE: 2}
    assert tell(number, NoticeNews.ADDED) == set(ids[4:7])
    assert count_new(number) == {NoticeNews.ADDED: 0, NoticeNews.MORE: 2}
    assert tell(number, NoticeNews.MORE) == set(ids[2:4])
    assert count_new(number) == dict.fromkeys(NoticeNews, 0)
    for news in NoticeNews:
        with pytest.raises(Conflict, match="new"):
            actions.prepare_new(number, news, by=LEAD, at=clock.now())


def test_an_amended_notice_says_just_what_is_new(people: People) -> None:
    number = letter()
    add(number, people[:2], NAME)
    tell(number)
    add(number, people[:2], EMAIL)
    batch = actions.prepare_new(number, NoticeNews.MORE, by=LEAD, at=clock.now())
    assert batch.people == 2
    texts = review(batch.id).texts
    assert sum(text.people for text in texts) == 2
    for text in texts:
        words = as_text(text.notice, "Ada")
        assert "e-mail" in words or "E-Mail" in words
        assert text.notice.sections[0].sentences[0] in (
            "We wrote to you about this before.",
            "Nous vous avons déjà écrit à ce sujet.",
            "Wir haben Ihnen dazu schon geschrieben.",
        )
        information = next(each for each in text.notice.sections if each.key == "information")
        assert len(information.items) == 1


def test_who_was_merged_since_is_not_told_again(people: People) -> None:
    number = letter()
    (kept, _), (merged, _), *_ = people
    add(number, people[1:3], NAME)
    tell(number)
    merge(kept, merged, chosen={}, reference="case/1", by=LEAD, at=clock.now())
    add(number, people[3:4], NAME)
    assert tell(number, NoticeNews.ADDED) == {people[3][0]}


def test_another_list_than_the_one_prepared_is_not_approved(people: People) -> None:
    number = letter()
    add(number, people[:2], NAME)
    tell(number)
    add(number, people[2:5], NAME)
    batch = actions.prepare_new(number, NoticeNews.ADDED, by=LEAD, at=clock.now())
    with pytest.raises(Conflict, match="wait"):
        actions.prepare_new(number, NoticeNews.ADDED, by=LEAD, at=clock.now())
    (file,) = folder_of(Incident.objects.get(number=number)).glob("recipients-*")
    file.write_bytes(file.read_bytes() + b" ")
    with pytest.raises(RecipientsDamaged):
        actions.approve(batch.id, by=SECOND, at=clock.now())


def test_before_anybody_was_told_there_is_nothing_new(people: People) -> None:
    number = letter()
    add(number, people[:2], NAME)
    assert count_new(number) == dict.fromkeys(NoticeNews, 0)
    with pytest.raises(Conflict, match="everyone"):
        actions.prepare_new(number, NoticeNews.ADDED, by=LEAD, at=clock.now())


def test_all_of_them_count_as_told_once(people: People) -> None:
    number = letter()
    add(number, people[:4], NAME)
    tell(number)
    add(number, people[4:6], NAME)
    add(number, people[:1], EMAIL)
    tell(number, NoticeNews.ADDED)
    tell(number, NoticeNews.MORE)
    seen = queries.overall(number)
    assert seen is not None
    assert seen.people == 6
    assert public_incident(number, at=clock.now()).people == 6
