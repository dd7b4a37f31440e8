"""Campaigns in the console: what goes out is seen before anything happens, the worker decides, it
is stopped and goes on, the parcel is fetched once, and only who brought the list sees any of it."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from datetime import timedelta
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpResponse
from django.test import Client

from aboveboard.basics import clock, settings
from aboveboard.basics.actor import CUSTOMER, Role
from aboveboard.campaigns.models import Campaign
from aboveboard.choices.actions import choose
from aboveboard.choices.state import ChoiceAnswer
from aboveboard.custody import campaign, parcel, queries
from aboveboard.ledger.models import Entry
from aboveboard.outbox import jobs
from tests.accounts.people import staff_client, staff_member
from tests.pages import words
from tests.world import load

pytestmark = pytest.mark.django_db
NEW = "/console/campaigns/new/personal-offers/"
HEAD = ["Customer ID", "E-Mail", "First name", "Score"]


@pytest.fixture
def people() -> list[tuple[int, dict[str, str]]]:
    """Five customers, of whom two said yes to offers."""
    people = load(5)
    for person, _ in people[:2]:
        choose(
            person, "personal-offers", ChoiceAnswer.YES, channel="portal", evidence="portal:1",
            by=CUSTOMER, at=clock.now(),
        )  # fmt: skip
    return people


@pytest.fixture
def key(tmp_path: Path) -> str:
    return parcel.new_key(tmp_path / "key.txt")


@pytest.fixture
def adviser() -> Client:
    return staff_client(Role.ADVISER)


def listed(people: Sequence[tuple[int, dict[str, str]]]) -> bytes:
    text = io.StringIO()
    rows = csv.writer(text)
    rows.writerow(HEAD)
    for _, row in people:
        rows.writerow([row["customer_id"], row["email"], row["first_name"], "7"])
    rows.writerow(["AW-none", "no@body.example", "Nobody", "1"])
    return text.getvalue().encode()


def brought(
    browser: Client, key: str, data: bytes | None, name: str = "spring.csv", **more: str
) -> HttpResponse:
    """Fill in the first page."""
    answers: dict[str, object] = {
        "channel": "email", "recipient": "email-provider", "keys": key,
        "start": "everybody" if data is None else "list", **more,
    }  # fmt: skip
    if data is not None:
        answers["file"] = SimpleUploadedFile(name, data)
    return browser.post(NEW, answers)  # type: ignore[return-value]


def columns(page: HttpResponse) -> dict[str, str]:
    """Return what the page of columns proposes."""
    form = page.context["form"]  # type: ignore[attr-defined]
    return {name: str(field.initial or "") for name, field in form.fields.items()}


def begun(browser: Client, key: str, data: bytes) -> str:
    place = brought(browser, key, data)["Location"]
    assert browser.post(place, columns(browser.get(place))).status_code == 302
    return place


def opened(folder: Path, data: bytes) -> list[list[str]]:
    (folder / "got.age").write_bytes(data)
    parcel.open_parcel(folder / "got.age", folder / "key.txt", folder / "got.csv")
    with (folder / "got.csv").open(newline="") as text:
        return list(csv.reader(text))


def read(response: Iterable[bytes]) -> bytes:
    return b"".join(response)


def test_a_list_is_seen_before_anything_happens_then_filtered_and_fetched_once(
    people: list[tuple[int, dict[str, str]]], key: str, adviser: Client, tmp_path: Path
) -> None:
    answer = brought(adviser, key, listed(people))
    assert answer.status_code == 302
    page = adviser.get(answer["Location"])
    assert "6 rows" in words(page)
    assert "stay behind unless you choose them: Score" in words(page)
    assert columns(page) == {
        "find_customer_number": "1", "find_email": "2", "find_phone": "",
        "field_first_name": "3", "field_last_name": "", "field_email": "2", "field_phone": "",
        "field_country": "", "field_birth_date": "",
    }  # fmt: skip
    assert not Entry.objects.filter(kind="decision.asked").exists(), "nothing was decided yet"
    waiting = next((settings.current().path("campaigns")).rglob("list.sealed")).read_bytes()
    assert people[0][1]["email"].encode() not in waiting

    place = answer["Location"]
    adviser.post(place, columns(page))
    jobs.run_jobs_once(worker="test", limit=20)
    done = words(adviser.get(place))
    assert "2 of 6 go out" in done
    assert "The person has not said yes to this." in done
    assert "Nobody here is known by what the row says." in done
    csv_of = read(adviser.get(f"{place}left-out.csv")).decode()  # type: ignore[arg-type]
    assert csv_of.splitlines() == [
        "row,reasons", "4,no_consent", "5,no_consent", "6,no_consent", "7,no_one_found",
    ]  # fmt: skip
    got = adviser.post(f"{place}parcel/")
    assert opened(tmp_path, read(got)) == [  # type: ignore[arg-type]
        ["first_name", "email"], *([row["first_name"], row["email"]] for _, row in people[:2]),
    ]  # fmt: skip
    assert adviser.post(f"{place}parcel/").status_code == 409
    assert "The parcel was fetched" in words(adviser.get(place))
    # Everybody whose row was found is on the manifest.
    (export,) = queries.exports()
    assert len(queries.export_people(export.id)) == 5


def test_it_is_stopped_and_goes_on_and_nobody_is_asked_twice(
    people: list[tuple[int, dict[str, str]]], key: str, adviser: Client,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    monkeypatch.setattr(campaign, "USE_BATCH", 2)
    place = begun(adviser, key, listed(people))
    assert "Refresh now" in words(adviser.get(place)), "it moves without a script"
    real = campaign.use_many

    def stopping(*asked: object, **more: object) -> object:
        adviser.post(f"{place}stop/")
        return real(*asked, **more)  # type: ignore[arg-type]

    with monkeypatch.context() as patched:
        patched.setattr(campaign, "use_many", stopping)
        jobs.run_jobs_once(worker="test", limit=20)
    assert "Stopped at" in words(adviser.get(place))
    asked = Entry.objects.filter(kind="decision.asked").count()
    assert asked == 2
    adviser.post(f"{place}go-on/")
    jobs.run_jobs_once(worker="test", limit=20)
    assert "2 of 6 go out" in words(adviser.get(place))
    assert Entry.objects.filter(kind="decision.asked").count() == 5


def test_everybody_held_is_counted_first_and_taken_then(
    people: list[tuple[int, dict[str, str]]], key: str, adviser: Client, tmp_path: Path
) -> None:
    place = brought(adviser, key, None)["Location"]
    page = words(adviser.get(place))
    assert "2 of 5 people may be contacted" in page
    adviser.post(place, {"fields": ["email"]})
    jobs.run_jobs_once(worker="test", limit=20)
    assert "2 of 5 go out" in words(adviser.get(place))
    got = opened(tmp_path, read(adviser.post(f"{place}parcel/")))  # type: ignore[arg-type]
    assert sorted(got[1:]) == sorted([row["email"]] for _, row in people[:2])


@pytest.mark.parametrize(
    ("data", "name", "more", "said"),
    [
        (b'{"ID": 1}\n{"ID"', "a.ndjson", {}, "after row 2"),
        (b"PAR1 and no more", "a.parquet", {}, "cannot be read"),
        (b"ID\n1\n", "a.pdf", {}, "ends in none of"),
        (b"ID,Mail\n", "a.csv", {}, "no row under its heading"),
        (b"ID\n1\n", "a.csv", {"keys": "age1nonsense"}, "age"),
        (b"ID\n1\n", "a.csv", {"keys": ""}, "Enter a key"),
        (b"ID\n1\n", "a.csv", {"recipient": "courier"}, "not one of the available"),
    ],
)
def test_what_is_wrong_is_said_beside_it_and_nothing_stays(
    people: list[tuple[int, dict[str, str]]], key: str, adviser: Client, data: bytes, name: str,
    more: dict[str, str], said: str,
) -> None:  # fmt: skip
    answer = brought(adviser, key, data, name, **more)
    assert answer.status_code == 422
    assert said in words(answer)
    assert not Campaign.objects.exists()


def test_nothing_goes_out_without_a_column_and_a_way_to_find_people(
    people: list[tuple[int, dict[str, str]]], key: str, adviser: Client
) -> None:
    place = brought(adviser, key, b"A,B\n1,2\n")["Location"]
    answer = adviser.post(place, {"find_email": "1"})
    assert (answer.status_code, "Choose at least one" in words(answer)) == (422, True)
    answer = adviser.post(place, {"field_email": "1"})
    assert (answer.status_code, "whose a row is" in words(answer)) == (422, True)


def test_only_who_brought_a_list_sees_it_and_only_roles_of_the_purpose_bring_one(
    people: list[tuple[int, dict[str, str]]], key: str, adviser: Client
) -> None:
    place = begun(adviser, key, listed(people))
    jobs.run_jobs_once(worker="test", limit=20)
    other = staff_client(account=staff_member(email="other@staff.example"))
    for path in (place, f"{place}left-out.csv"):
        assert other.get(path).status_code == 404
    for path in ("parcel/", "stop/", "give-up/"):
        assert other.post(f"{place}{path}").status_code == 404
    assert "spring.csv" not in words(other.get("/console/campaigns/"))
    assert "spring.csv" in words(adviser.get("/console/campaigns/"))
    lead = staff_client(Role.PRIVACY_LEAD)
    assert lead.get(NEW).status_code == 404
    assert "no purpose to make a campaign for" in words(lead.get("/console/campaigns/"))


def test_list_and_parcel_are_gone_after_a_day_or_at_once_when_given_up(
    people: list[tuple[int, dict[str, str]]], key: str, adviser: Client
) -> None:
    folder = settings.current().path("campaigns")
    first, second = (begun(adviser, key, listed(people)) for _ in range(2))
    jobs.run_jobs_once(worker="test", limit=20)
    adviser.post(f"{first}give-up/")
    assert "were deleted" in words(adviser.get(first))
    later = clock.now() + timedelta(hours=25)
    jobs.run_jobs_once(worker="test", at=later, limit=20)
    assert "were deleted" in words(adviser.get(second))
    assert adviser.post(f"{second}parcel/").status_code in (404, 409)
    assert not [path for path in folder.rglob("*") if path.is_file()]


def test_a_row_that_was_changed_past_the_program_is_nobodys(
    people: list[tuple[int, dict[str, str]]], key: str, adviser: Client
) -> None:
    place = begun(adviser, key, listed(people))
    Campaign._base_manager.update(recipient="courier")
    jobs.run_jobs_once(worker="test", limit=20)
    assert adviser.get(place).status_code == 404
    assert not queries.exports()
