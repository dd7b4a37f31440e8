"""Records are compared by digests: what is alike has the same, nothing of it can be used
afterwards, and a key that is changed or destroyed meanwhile is no damage."""

from __future__ import annotations

from collections.abc import Collection

import pytest

from aboveboard.basics import clock
from aboveboard.basics.actor import SYSTEM
from aboveboard.keys.models import PersonKey
from aboveboard.promise.queries import in_force
from aboveboard.vault import actions, changing, likeness
from aboveboard.vault.likeness import Likeness, LikenessKey, likenesses
from aboveboard.vault.models import Person
from aboveboard.vault.origin import ValueOrigin
from aboveboard.vault.rekeying.people import rotate_one
from tests import world

pytestmark = pytest.mark.django_db
NAME = LikenessKey("name", ("first_name", "last_name"))
EMAIL = LikenessKey("email", ("email",), "email")
PHONE = LikenessKey("phone", ("phone",), "phone")
SECRET = bytes(32)


def say(person_id: int, **values: str) -> None:
    origin = ValueOrigin(in_force().serial, clock.now(), "phone", "answer-contact")
    changing.replace(
        person_id,
        values,
        kinds={key: field.kind_and_format for key, field in in_force().promise.fields.items()},
        origins=dict.fromkeys(values, origin),
        by=SYSTEM,
        at=clock.now(),
    )


def compared(*people: int, secret: bytes = SECRET) -> set[Likeness]:
    return set(likenesses(people, [NAME, EMAIL], secret))


def digests(person_id: int) -> dict[str, int]:
    return {each.key: each.digest for each in compared(person_id)}


def test_two_spellings_of_one_name_or_address_are_alike() -> None:
    (ada, _), (ben, _), (eve, _) = world.load(3)
    say(ada, first_name="José", last_name="O'Neill", email="jose@example.com")
    say(ben, first_name="JOSE", last_name="O’ Neill", email="Jose@Example.com")
    say(eve, first_name="Josef", last_name="O'Neill", email="josef@example.com")
    assert digests(ada) == digests(ben)
    assert digests(ada).keys() == {"name", "email"}
    assert not set(digests(ada).values()) & set(digests(eve).values())
    assert not {each.digest for each in compared(ada)} & {
        each.digest for each in compared(ada, secret=b"another" * 5)
    }, "nothing is alike under the key of another comparison"


def test_who_lacks_a_part_of_what_is_compared_is_not_compared_by_it() -> None:
    ((ada, _),) = world.load(1)
    say(ada, first_name="", last_name="Neill")
    assert digests(ada).keys() == {"email"}


def test_a_phone_is_read_as_their_country_dials_also_where_a_state_of_it_is_known() -> None:
    (ada, _), (ben, _), (eve, _) = world.load(3)
    Person.objects.filter(id=ada).update(jurisdiction="US-CA")
    Person.objects.filter(id=eve).update(jurisdiction="FR")
    for person, phone in ((ada, "(415) 555-2671"), (ben, "+1 415 555 2671"), (eve, "4155552671")):
        say(person, phone=phone)
    alike = {
        person: {each.digest for each in likenesses([person], [PHONE], SECRET)}
        for person in (ada, ben, eve)
    }
    assert alike[ada] & alike[ben]
    assert not alike[eve] & alike[ben]


def test_who_has_no_key_is_left_out() -> None:
    (ada, _), (ben, _) = world.load(2)
    PersonKey.objects.filter(person_id=ada).delete()
    assert {each.person_id for each in compared(ada, ben)} == {ben}


@pytest.mark.parametrize("happens", ["a new key", "an erasure"])
def test_what_happens_to_them_while_they_are_compared_is_no_damage(
    happens: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    ((ada, _),) = world.load(1)
    before = compared(ada)
    read, lock = likeness.data_keys, likeness.lock_people

    def read_before_the_rotation(people: Collection[int]) -> object:
        keys = read(people)
        if people == [ada] and not rotated:
            rotated.append(ada)
            rotate_one(ada, by=SYSTEM, at=clock.now())
        return keys

    def lock_after_the_erasure(people: Collection[int]) -> frozenset[int]:
        actions.erase(ada, reason="asked", by=SYSTEM, at=clock.now())
        return lock(people)

    rotated: list[int] = []
    monkeypatch.setattr(likeness, "data_keys", read_before_the_rotation)
    if happens == "an erasure":
        monkeypatch.setattr(likeness, "lock_people", lock_after_the_erasure)
    assert compared(ada) == (set() if happens == "an erasure" else before)
    assert rotated == [ada]
