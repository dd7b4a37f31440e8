"""Every list of the console is asked in one way: search, filters, order, pages, CSV."""

from __future__ import annotations

import csv
import io
import re
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from aboveboard.basics import clock
from aboveboard.basics.actor import Role
from aboveboard.basics.errors import NotFound
from aboveboard.basics.limits import PAGE_SIZE
from aboveboard.console.lists.asked import (
    ColumnKind,
    ListColumn,
    ListFilter,
    ListShape,
    read_list,
)
from aboveboard.console.lists.page import ListPage
from aboveboard.custody.actions import register_device
from aboveboard.custody.models import Export
from aboveboard.custody.terms import DeviceKind, EncryptionState
from aboveboard.incidents import actions
from tests.accounts.people import staff_client, staff_member
from tests.pages import words
from tests.world import ADVISER, adopt

# What the lists ask for is ordered and compared by the database.
pytestmark = pytest.mark.database
SHAPE = ListShape(
    nouns=("boat", "boats"),
    columns=(ListColumn("Name", "name"), ListColumn("Length", "length", ColumnKind.NUMBER)),
    order="name",
    filters=(ListFilter("state", "State", {"afloat": "Afloat", "sunk": "Sunk"}),),
    dates={"from": "Launched from"},
    search="Name",
)


def csv_rows(answer: Any) -> list[dict[str, str]]:
    """Return the rows of a CSV by its heads."""
    assert answer["Content-Type"] == "text/csv; charset=utf-8"
    assert answer.streaming
    return list(csv.DictReader(io.StringIO(b"".join(answer).decode())))


def test_what_is_asked_is_read() -> None:
    given = {"q": " Ark ", "state": "sunk", "sort": "-length", "from": "2026-01-02", "page": "2"}
    asked = read_list(SHAPE, given, posted=True)
    assert (asked.search, asked.chosen, asked.order) == ("Ark", {"state": "sunk"}, "-length")
    assert (asked.sort, asked.falling, asked.start) == ("length", True, PAGE_SIZE)
    assert str(asked.days["from"]) == "2026-01-02"
    assert asked.state == {"state": "sunk", "from": "2026-01-02", "sort": "-length"}


def test_words_in_an_address_are_left_unread_and_never_put_there() -> None:
    assert read_list(SHAPE, {"q": "Ada"}, posted=False).search == ""
    page = ListPage(read_list(SHAPE, {"q": "Ada"}, posted=True), total=PAGE_SIZE * 2)
    ways = [page.csv, page.older, *(head.order for head in page.heads)]
    assert page.posted
    assert all(way is not None and "Ada" not in way.href for way in ways)


@pytest.mark.parametrize(
    "given",
    [
        {"state": "eaten"},
        {"sort": "colour"},
        {"sort": "--name"},
        {"page": "0"},
        {"page": "x"},
        {"page": "²"},
        {"page": str(2**63)},
        {"after": "7"},
    ],
)
def test_what_no_link_of_ours_asks_is_not_there(given: dict[str, str]) -> None:
    with pytest.raises(NotFound):
        read_list(SHAPE, given, posted=False)


@pytest.mark.parametrize("text", ["soon", "2026-02-30", "0001-01-01", "9999-12-31"])
def test_a_date_that_cannot_be_read_is_said(text: str) -> None:
    assert set(read_list(SHAPE, {"from": text}, posted=False).errors) == {"from"}


def test_a_search_that_is_too_long_is_said() -> None:
    assert set(read_list(SHAPE, {"q": "x" * 255}, posted=True).errors) == {"q"}


def test_a_head_turns_the_order_round_and_gives_numbers_the_highest_first() -> None:
    name, length = ListPage(read_list(SHAPE, {}, posted=False), total=1).heads
    assert (name.sorted, name.order and name.order.value) == ("ascending", "-name")
    assert (length.sorted, length.order and length.order.value) == ("", "-length")
    asked = read_list(SHAPE, {"sort": "-length"}, posted=False)
    name, length = ListPage(asked, total=1).heads
    assert (name.sorted, length.sorted) == ("", "descending")
    assert length.order is not None
    assert length.order.value == "length"


@pytest.mark.parametrize(
    ("total", "capped", "given", "says"),
    [
        (0, False, {}, "0 boats"),
        (1, False, {}, "1 boat"),
        (1200, False, {}, "1,200 boats"),
        (1, False, {"state": "sunk"}, "1 boat matches"),
        (10_000, True, {"state": "sunk"}, "more than 10,000 boats match"),
    ],
)
def test_it_says_how_many_there_are(
    total: int, capped: bool, given: dict[str, str], says: str
) -> None:
    assert ListPage(read_list(SHAPE, given, posted=False), total=total, capped=capped).words == says


def test_no_page_behind_the_last() -> None:
    asked = read_list(SHAPE, {"page": "2"}, posted=False)
    with pytest.raises(NotFound):
        asked.check_page(PAGE_SIZE)
    asked.check_page(PAGE_SIZE + 1)


@pytest.fixture
def lead(db: None) -> Client:
    adopt()
    return staff_client(Role.INCIDENT_LEAD)


def three_incidents() -> list[int]:
    at = clock.now()
    return [
        actions.open_other(
            title=title, discovered_at=at - timedelta(days=days), by=ADVISER, at=at
        ).number
        for days, title in enumerate(("Élan brochures", "=HYPERLINK(1)", "Box of forms"))
    ]


def titles(answer: Any) -> list[str]:
    return re.findall(r"<strong>(.*?)</strong>", answer.content.decode())


def test_incidents_are_searched_by_title_and_number_whatever_the_case(lead: Client) -> None:
    *_, last = three_incidents()
    assert titles(lead.post("/console/incidents/", {"q": "ÉLAN"})) == ["Élan brochures"]
    assert titles(lead.post("/console/incidents/", {"q": f"inc-{last:04}"})) == ["Box of forms"]
    nothing = lead.post("/console/incidents/", {"q": "zeppelin"})
    assert "No incidents match" in words(nothing)
    assert 'href="/console/incidents/"' in nothing.content.decode(), "clears the search"


def test_incidents_are_filtered_and_ordered(lead: Client) -> None:
    one, *_ = three_incidents()
    actions.contain(one, by=ADVISER, at=clock.now())
    page = lead.get("/console/incidents/", {"state": "contained"})
    assert titles(page) == ["Élan brochures"]
    assert "1 incident matches" in words(page)
    ordered = titles(lead.get("/console/incidents/", {"sort": "title"}))
    assert ordered.index("Box of forms") < ordered.index("Élan brochures")
    turned = lead.get("/console/incidents/", {"sort": "-title"})
    assert titles(turned) == ordered[::-1]
    assert 'aria-sort="descending"' in turned.content.decode()
    # Whom it affects is only assumed, and nothing was counted yet.
    assert len(titles(lead.get("/console/incidents/", {"risk": "none"}))) == 3
    assert titles(lead.get("/console/incidents/", {"risk": "high"})) == []


def test_incidents_leave_as_csv_that_no_spreadsheet_runs(lead: Client) -> None:
    three_incidents()
    rows = csv_rows(lead.get("/console/incidents/", {"format": "csv", "sort": "title"}))
    assert {row["Title"] for row in rows} == {"'=HYPERLINK(1)", "Box of forms", "Élan brochures"}
    assert {(row["State"], row["What was lost"]) for row in rows} == {("Open", "Something odd")}
    found = csv_rows(lead.post("/console/incidents/", {"q": "forms", "format": "csv"}))
    assert [row["Title"] for row in found] == ["Box of forms"], "what was searched for, not all"


def test_an_empty_list_offers_nothing_to_search(lead: Client) -> None:
    page = lead.get("/console/incidents/").content.decode()
    assert "No incidents" in page
    assert 'name="q"' not in page


def some_devices() -> None:
    holder = staff_member(Role.ADVISER, email="zoe@staff.example")
    holder.name = "Zoë Quick"
    holder.save()
    for tag, kind, encrypted, holder_id in (
        ("LT-1", DeviceKind.LAPTOP, EncryptionState.YES, holder.pk),
        ("PH-2", DeviceKind.PHONE, EncryptionState.NO, None),
        ("ST-3", DeviceKind.STICK, EncryptionState.UNKNOWN, None),
    ):
        register_device(
            kind=kind,
            name=f"The {kind.label}",
            tag=tag,
            encrypted=encrypted,
            holder_id=holder_id,
            by=ADVISER,
            at=clock.now(),
        )


@pytest.mark.parametrize(
    ("asked", "tags"),
    [
        ({"kind": "phone"}, ["PH-2"]),
        ({"encrypted": "unknown"}, ["ST-3"]),
        ({"state": "missing"}, []),
        ({"sort": "-tag"}, ["ST-3", "PH-2", "LT-1"]),
        ({"sort": "-records"}, ["LT-1", "PH-2", "ST-3"]),
    ],
)
def test_devices_are_filtered_and_ordered(
    asked: dict[str, str], tags: list[str], lead: Client
) -> None:
    some_devices()
    assert titles(lead.get("/console/devices/", asked)) == tags
    rows = csv_rows(lead.get("/console/devices/", asked | {"format": "csv"}))
    assert [row["Label"] for row in rows] == tags


def test_devices_are_searched_by_label_name_and_holder(lead: Client) -> None:
    some_devices()
    for search, tag in (("lt-1", "LT-1"), ("the usb", "ST-3"), ("ZOË", "LT-1")):
        assert titles(lead.post("/console/devices/", {"q": search})) == [tag], search


def test_whoever_does_not_lead_lists_their_own_devices_whatever_they_ask(lead: Client) -> None:
    some_devices()
    other = staff_client(Role.ADVISER)
    assert titles(other.get("/console/devices/")) == []
    assert titles(other.post("/console/devices/", {"q": "LT-1"})) == []
    assert csv_rows(other.get("/console/devices/", {"format": "csv"})) == []


def test_exports_are_filtered_by_where_they_went(lead: Client) -> None:
    for name, recipient in (("a.csv.age", "courier"), ("b.csv.age", "gone-since")):
        Export.objects.create(
            recipient=recipient,
            purpose="deliver-orders",
            fields=["city"],
            protection="parcel",
            begun_at=clock.now(),
            by={},
            file_name=name,
        )
    page = lead.get("/console/exports/", {"recipient": "courier"})
    assert titles(page) == ["a.csv.age"]
    assert lead.get("/console/exports/", {"recipient": "nobody"}).status_code == 404
    assert titles(lead.get("/console/exports/", {"sort": "-file"})) == ["b.csv.age", "a.csv.age"]
    assert titles(lead.get("/console/exports/", {"state": "made"})) == []
    assert titles(lead.post("/console/exports/", {"q": "B.CSV"})) == ["b.csv.age"]
    rows = csv_rows(lead.get("/console/exports/", {"format": "csv", "recipient": "courier"}))
    assert [(row["State"], row["If it is lost"]) for row in rows] == [
        ("Never made", "An encrypted parcel")
    ]


def test_staff_are_filtered_by_role_and_state_and_leave_as_csv(db: None) -> None:
    adopt()
    tom = staff_client(Role.ADMINISTRATOR)
    staff_member(Role.ADVISER, email="ada@staff.example")
    staff_member(Role.INCIDENT_LEAD, email="lee@staff.example")
    found = tom.get("/console/staff/", {"role": "incident-lead"})
    assert "lee@staff.example" in found.content.decode()
    assert "1 person matches" in words(found)
    rows = csv_rows(tom.get("/console/staff/", {"state": "invited", "format": "csv"}))
    assert {row["Role"] for row in rows} <= {"Adviser", "Incident lead", "Administrator"}
    assert {row["State"] for row in rows} == {"Invited"}
    assert tom.get("/console/staff/", {"role": "king"}).status_code == 404
    assert len(csv_rows(tom.get("/console/staff/", {"format": "csv"}))) == 3


def test_a_list_is_searched_and_turned_without_its_words_in_an_address(lead: Client) -> None:
    for number in range(PAGE_SIZE + 1):
        register_device(
            kind=DeviceKind.LAPTOP,
            name="Counter laptop",
            tag=f"LT-{number:03}",
            encrypted=EncryptionState.YES,
            holder_id=None,
            by=ADVISER,
            at=clock.now(),
        )
    page = lead.post("/console/devices/", {"q": "counter", "sort": "-tag"})
    body = page.content.decode()
    assert len(titles(page)) == PAGE_SIZE
    assert "counter" not in "".join(re.findall(r'(?:href|action)="(.*?)"', body))
    assert 'form="list-again"' in body
    last = lead.post("/console/devices/", {"q": "counter", "sort": "-tag", "page": "2"})
    assert titles(last) == ["LT-000"]
    assert lead.post("/console/devices/", {"q": "counter", "page": "3"}).status_code == 404
