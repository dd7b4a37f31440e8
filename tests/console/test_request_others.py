"""``/console/requests/N/others/``: what may be somebody else's is hidden until somebody decides,
and shown for a purpose alone."""

from __future__ import annotations

import re

import pytest
from django.test import Client

from aboveboard.basics.actor import Role
from aboveboard.console import limits
from aboveboard.ledger.models import Entry
from aboveboard.rights.models import RightsRequest
from aboveboard.rights.pack.others import MentionVerdict
from aboveboard.rights.pack.reviewing import decisions
from aboveboard.rights.requests import files
from tests.accounts.people import staff_client
from tests.console.asked import refused_to_the_others
from tests.console.worked_requests import LIST, Connect, ask, connect, customer, work
from tests.pages import words
from tests.rights.memory_system import MemorySystem

__all__ = ["connect"]
pytestmark = pytest.mark.django_db
DISCLOSE = {"do": "look", "purpose": "answer-contact"}
NOTES = "Her neighbour bob.brown@example.org and carla.cruz@example.org rang about the parcel."


def keys(client: Client, address: str, name: str) -> list[str]:
    """The keys of the groups, or of their values, in the order of a page that shows them."""
    page = client.post(address, DISCLOSE).content.decode()
    return list(dict.fromkeys(re.findall(rf'name="{name}-(\w+)"', page)))


def verdicts(number: int) -> dict[str, set[str]]:
    """What was decided, by kind; of single values where some were."""
    made = decisions(RightsRequest.objects.get(pk=number))
    by_kind = {place.kind: {verdict.value} for place, verdict in made.of_places.items()}
    for (place, _), verdict in made.of_values.items():
        by_kind[place.kind].add(f"one: {verdict.value}")
    return by_kind


def test_what_is_anothers_is_listed_hidden_seen_for_a_purpose_and_decided(connect: Connect) -> None:
    person_id, email = customer()
    rows = {1: {"email": email, "notes": NOTES, "alarm": "Call Dr Eve Stone on +44 20 7946 0018"}}
    desk = MemorySystem("desk", rows, attachment=b"%PDF-1")
    connect(desk)
    number = ask(person_id)
    work()
    lead, place = staff_client(Role.PRIVACY_LEAD), f"{LIST}{number}/others/"
    assert "go through what may be about other people" in words(lead.get(f"{LIST}{number}/"))
    assert refused_to_the_others(place, (Role.PRIVACY_LEAD,)) == []
    page = words(lead.get(place))
    total = int(re.findall(r"0 of (\d+) decided", page)[0])
    assert total >= 3
    for value in ("bob.brown", "carla.cruz", "Eve Stone", "letter.pdf"):
        assert value not in page
    assert "desk › customers › notes: 2 times, 2 different" in page

    assert "Choose what you need" in words(lead.post(place, {"do": "look"}))
    shown = words(lead.post(place, DISCLOSE))
    assert "bob.brown@example.org" in shown
    assert "letter.pdf" in shown
    assert email not in shown, "what is their own is not asked about"
    assert Entry.objects.filter(kind="pack.mentions-shown").count() == 1

    assert lead.post(place, {"do": "decide"}).status_code == 422
    body = lead.post(place, DISCLOSE).content.decode()
    (value, group) = re.findall(
        r'name="value-(\w+)"\s+value="(\w+)"[^>]*>\s*<label[^>]*>\s*carla', body
    )[0][::-1]
    chosen = {f"verdict-{group}": "some", f"value-{group}": value}
    assert lead.post(place, chosen).status_code == 302
    assert f"1 of {total} decided" in words(lead.get(place))
    black, given = MentionVerdict.BLACK_OUT.value, MentionVerdict.DISCLOSE.value
    assert verdicts(number)["email"] == {black, f"one: {black}", f"one: {given}"}

    # Said of all, what was said of single ones is over; and the rest is one button.
    lead.post(place, {f"verdict-{group}": "give"})
    assert verdicts(number)["email"] == {given, f"one: {given}"}
    lead.post(place, {"do": "rest"})
    assert f"{total} of {total} decided" in words(lead.get(place))
    assert verdicts(number)["file"] == {black}
    assert lead.post(place, {"do": "rest"}).status_code == 422, "nothing is left"
    assert lead.post(place, {"verdict-0": "give"}).status_code == 422, "no group of this request"

    # As after a restore: what was read is not in a backup, and is read again.
    files.delete_all(number)
    gone = lead.get(place)
    assert gone.status_code == 409
    assert "read again" in words(gone)


def test_many_are_asked_page_by_page(connect: Connect, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "REVIEW_GROUPS", 1)
    person_id, email = customer()
    rows = {1: {"email": email, "notes": NOTES, "more": "From dora@example.org"}}
    connect(MemorySystem("desk", rows))
    number = ask(person_id)
    work()
    lead, place = staff_client(Role.PRIVACY_LEAD), f"{LIST}{number}/others/"
    assert "Page 1 of 2" in words(lead.get(place))
    (second,) = {*re.findall(r'name="verdict-(\w+)"', lead.get(f"{place}?page=2").content.decode())}
    answer = lead.post(place, {f"verdict-{second}": "hide", "page": "2"})
    assert answer["Location"].endswith("?page=2")


def test_a_request_that_gives_nothing_says_so() -> None:
    person_id, _ = customer()
    number = ask(person_id, proved=False)
    lead = staff_client(Role.PRIVACY_LEAD)
    assert "Nothing points at anybody else" in words(lead.get(f"{LIST}{number}/others/"))
