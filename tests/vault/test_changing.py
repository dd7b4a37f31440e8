"""What a file says is held against what is held: which fields differ, and what taking them over
leaves behind."""

from __future__ import annotations

import pytest

from aboveboard.basics import clock
from aboveboard.basics.actor import SYSTEM
from aboveboard.basics.errors import NotFound
from aboveboard.promise.queries import in_force
from aboveboard.vault import actions, changing, queries
from aboveboard.vault.changing import Residence
from aboveboard.vault.models import BlindIndex, Person
from aboveboard.vault.origin import ValueOrigin
from tests import world

pytestmark = pytest.mark.django_db
PHONE = "01632 960 983"


def kinds() -> dict[str, str]:
    return {key: field.kind_and_format for key, field in in_force().promise.fields.items()}


def replace(person_id: int, home: Residence | None = None, **values: str) -> dict[str, bytes]:
    origin = ValueOrigin(in_force().serial, clock.now(), "phone", "answer-contact")
    return changing.replace(
        person_id,
        values,
        kinds=kinds(),
        origins=dict.fromkeys(values, origin),
        home=home,
        by=SYSTEM,
        at=clock.now(),
    )


def test_a_field_differs_when_its_value_does_and_not_by_how_it_is_spelled() -> None:
    (ada, _), (ben, _) = world.load(2)
    Person.objects.filter(id=ada).update(jurisdiction="GB")
    replace(ada, phone=PHONE, email="ada@example.com", first_name="Ada")
    origins = queries.provenance(ada)

    def differing(**texts: str) -> dict[str, ValueOrigin | None]:
        return changing.compare_values({ada: texts}, kinds())[ada]

    assert differing(phone=PHONE, email="ada@example.com", first_name="Ada") == {}
    assert differing(phone="+44 1632 960983", email="Ada@Example.com") == {}
    assert differing(phone="+33 1632 960983") == {"phone": origins["phone"]}
    assert differing(email="ada@example.org", first_name="ADA") == {
        "email": origins["email"],
        "first_name": origins["first_name"],
    }, "words that nobody is found by are compared as they stand"
    assert differing(email="", first_name="") == {}, "a file that says nothing says no change"
    assert "national_id" not in origins
    assert differing(national_id="1") == {"national_id": None}
    other = changing.compare_values(
        {ada: {}, ben: {"first_name": "Ada"}, 404: {"email": "x"}}, kinds()
    )
    assert other.keys() == {ada, ben}
    assert other[ben].keys() == {"first_name"}
    actions.erase(ben, reason="asked", by=SYSTEM, at=clock.now())
    assert changing.compare_values({ben: {"first_name": "Ada"}}, kinds()) == {}


def test_what_is_taken_over_is_found_by_what_it_is_now_and_by_nothing_it_was() -> None:
    (ada, row), (ben, _) = world.load(2)
    count = BlindIndex.objects.filter(person_id=ada).count()
    assert replace(ada, first_name="Ada") == {}
    assert BlindIndex.objects.filter(person_id=ada).count() == count
    assert replace(ada, email="ada@example.com").keys() == {"email"}
    assert queries.find("email", "ada@example.com") == [ada]
    assert queries.find("email", row["email"]) == []
    assert queries.find("customer_number", row["customer_id"]) == [ada]
    assert BlindIndex.objects.filter(person_id=ada).count() == count
    with pytest.raises(NotFound):
        replace(404, email="ada@example.com")
    assert queries.person(ben) is not None


def test_who_moves_is_found_as_their_new_country_dials_them() -> None:
    ((ada, _),) = world.load(1)
    replace(ada, Residence("GB", "en"), phone=PHONE)
    assert queries.find("phone", PHONE, regions=["GB"]) == [ada]
    assert queries.find("phone", "+44 1632 960983") == [ada]
    replace(ada, Residence("FR", "fr"), phone="04 65 71 23 45")
    person = queries.person(ada)
    assert person is not None
    assert (person.jurisdiction, person.language) == ("FR", "fr")
    assert queries.find("phone", "+33 4 65 71 23 45") == [ada]
    assert queries.find("phone", "+44 4 65 71 23 45") == []
    replace(ada, first_name="Ada")
    assert queries.person(ada) == person, "whoever says nothing of the home leaves it"
