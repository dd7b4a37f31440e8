"""Who is held: whose each handle is, who lives where, who has no key, in the order of their
numbers."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from aboveboard.basics import clock
from aboveboard.keys.actions import entry_subject
from aboveboard.keys.models import PersonKey
from aboveboard.vault import actions as vault_actions
from aboveboard.vault import aliases, bulk, queries
from aboveboard.vault.models import Person
from tests.world import ADVISER, load

pytestmark = pytest.mark.django_db


def test_whose_each_handle_is_is_found_for_everybody_who_is_held() -> None:
    numbers = [person_id for person_id, _ in load(3)]
    with transaction.atomic():
        subjects = {person_id: entry_subject(person_id) for person_id in (*numbers, *numbers)}
    wanted = {subject.handle: who for who, subject in subjects.items() if subject is not None}
    assert sorted(wanted.values()) == sorted(numbers)
    watched: list[tuple[int, int]] = []
    nobodys = "0" * 32
    resolved, ahead = queries.resolve_handles(
        [*wanted, nobodys], watch=lambda done, total: watched.append((done, total))
    )
    assert (resolved, ahead, watched) == (wanted, {}, [(3, 3)])
    watched.clear()
    assert queries.resolve_handles([], watch=lambda *seen: watched.append(seen)) == ({}, {})
    assert watched == []
    PersonKey.objects.update(entries=0)
    resolved, ahead = queries.resolve_handles(wanted)
    assert (resolved, ahead) == (wanted, dict.fromkeys(numbers, 2)), "the log knows of more"
    vault_actions.erase(numbers[0], reason="asked", by=ADVISER, at=clock.now())
    assert set(queries.resolve_handles(wanted)[0].values()) == set(numbers[1:])


def test_who_lives_where_is_counted_and_gone_through_in_order() -> None:
    numbers = sorted(person_id for person_id, _ in load(5))
    for home, person_id in zip(("GB", "FR", "FR", "FR", "GB"), numbers, strict=True):
        Person.objects.filter(id=person_id).update(jurisdiction=home)
    assert list(queries.by_jurisdiction().items()) == [("FR", 3), ("GB", 2)], "most first"
    assert queries.people_count() == 5
    assert list(queries.iter_person_ids()) == numbers
    assert queries.ids_after(numbers[1], limit=2) == numbers[2:4]
    assert queries.ids_after(numbers[-1], limit=2) == []
    assert (queries.people_without_key(), queries.records_to_migrate()) == ([], 0)
    PersonKey.objects.filter(person_id__in=numbers[:2]).delete()
    assert queries.people_without_key() == numbers[:2]
    person = queries.person(numbers[2])
    assert person is not None
    assert (person.id, person.jurisdiction) == (numbers[2], "FR")
    assert queries.person(numbers[-1] + 1) is None


def test_about_nobody_the_database_is_not_asked() -> None:
    """Most uses have nobody who was merged, and most lines nobody who is held."""
    ((ada, _),) = load(1)
    questions: list[tuple[Callable[[list[Any]], object], object]] = [
        (queries.fetch, ada),
        (aliases.current_numbers, ada),
        (aliases.people_with_aliases, ada),
        (lambda digests: bulk.find_held(1, digests), b"x" * 32),
    ]
    for ask, about in questions:
        with CaptureQueriesContext(connection) as nothing:
            assert not ask([])
        with CaptureQueriesContext(connection) as one:
            ask([about])
        assert (len(nothing), len(one)) == (0, 1), ask
