"""The pages on which a lead says who is affected by a loss that is neither a device nor a file."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core.files.base import ContentFile
from django.test import Client
from django.utils import timezone
from playwright.sync_api import Page, expect

from aboveboard.access.actions import use
from aboveboard.access.use import Subject, UseRequest
from aboveboard.accounts.models import Account
from aboveboard.accounts.queries import actor_for
from aboveboard.basics import clock
from aboveboard.basics.actor import Role
from aboveboard.basics.person_codes import person_code
from aboveboard.incidents import actions, queries
from aboveboard.incidents.exposure import versions as counted
from aboveboard.incidents.sources import queries as sources
from aboveboard.ledger.models import Entry
from aboveboard.outbox import jobs
from tests.accounts.people import staff_client, staff_member
from tests.browser import assert_accessible, photograph
from tests.console.asked import refused_to_the_others
from tests.console.test_in_browser import sign_in
from tests.incidents.conftest import STAFF, laptop
from tests.pages import words
from tests.world import load

LEADS = (Role.PRIVACY_LEAD, Role.INCIDENT_LEAD, Role.ADMINISTRATOR)
DATA = ["user.name", "user.contact.email"]
HOUR = {"since": "2026-11-20T08:00:00", "until": "2026-11-20T09:00:00"}


@pytest.fixture
def lead() -> Account:
    return staff_member(Role.INCIDENT_LEAD, team="Security")


@pytest.fixture
def client(lead: Account) -> Client:
    return staff_client(account=lead)


def letter() -> int:
    return actions.open_other(title="A letter went astray", by=STAFF, at=clock.now()).number


def at(number: int, rest: str = "") -> str:
    return f"/console/incidents/{number}/affected/{rest}"


@pytest.mark.django_db
def test_they_are_for_leads_and_for_losses_that_nothing_else_counts(client: Client) -> None:
    load(2)
    number = letter()
    assert refused_to_the_others(at(number), LEADS) == []
    for page in ("", "list/", "estimate/", "login/"):
        assert client.get(at(99, page)).status_code == 404
    assert client.get(at(number, "otherwise/")).status_code == 404
    assert client.get(at(number, "list/1/take-back/")).status_code == 405
    assert client.post(at(number, "list/1/take-back/")).status_code == 404
    lost = actions.report_loss(laptop().id, by=STAFF, at=clock.now()).number
    assert client.get(at(lost)).status_code == 404


@pytest.mark.django_db
def test_until_somebody_says_the_page_of_the_incident_asks_and_shows_the_clock(
    client: Client,
) -> None:
    load(2)
    number = letter()
    jobs.run_jobs_once(worker="test")
    page = words(client.get(f"/console/incidents/{number}/"))
    assert "Say who is affected" in page
    assert "Until you do, we assume the worst" in page
    assert "71 h" in page
    assert "At least 1 person, United Kingdom" in words(client.get(at(number)))
    assert "not known" in words(client.get("/console/incidents/"))


@pytest.mark.django_db
def test_a_list_is_counted_shown_and_taken_back(client: Client) -> None:
    (_, ann), _ = load(2)
    number = letter()
    sent = client.post(
        at(number, "list/"), {"people": f"{ann['email']}\nnobody@example.net", "exposed": DATA}
    )
    assert sent["Location"] == at(number)
    assert "We are counting them" in words(client.get(at(number)))
    jobs.run_jobs_once(worker="test")
    page = words(client.get(at(number)))
    assert "1 person" in page
    assert "Nobody we know is on line 2" in page
    assert "1 person in all: list them" in page
    assert "of our customers are affected" in words(client.get(f"/console/incidents/{number}/"))
    (row,) = sources.affected_lists(number)
    client.post(at(number, f"list/{row.id}/take-back/"), {"reason": "Another file."})
    jobs.run_jobs_once(worker="test")
    assert "At least 1 person" in words(client.get(at(number)))


@pytest.mark.django_db
def test_a_system_an_e_mail_and_a_report_are_added_with_what_they_rest_on(client: Client) -> None:
    (_, ann), (_, bob), _ = load(3)
    number, now = letter(), clock.now()
    data = {"exposed": DATA}
    assert "Everybody whom you held" in words(client.get(at(number, "from/system/")))
    refused = client.post(
        at(number, "from/system/"), {"system": "own", "as_of": "2099-01-01T00:00"}
    )
    assert (refused.status_code, "not come" in words(refused)) == (422, True)
    report = ContentFile(f"customer number\n{bob['customer_id']}\nZZ99\n".encode(), "r.csv")
    for way, given in (
        ("mail", {"pasted": f"To: {ann['email']}, x@elsewhere.example", "certainty": "2"}),
        ("supplier", {"supplier": "Parcel Post", "processor": "yes", "file": report, **data}),
    ):
        sent = client.post(at(number, f"from/{way}/"), given)
        assert sent.status_code == 302, words(sent)
    jobs.run_jobs_once(worker="test")
    page = words(client.get(at(number)))
    assert "2 addresses, each shown to all the others" in page
    assert "Parcel Post, our processor" in page
    assert "Certain: 1" in page
    assert "Probable: 1" in page
    people = f"/console/incidents/{number}/people/"
    assert "1 person" in words(client.get(f"{people}?certainty=2"))
    supplier = sources.affected_lists(number)[1]
    assert "Line 3" in words(client.get(at(number, f"{supplier.id}/unknown/")))
    assert client.get(at(number, f"{supplier.id - 1}/unknown/")).status_code == 404
    assert "not taken back" in words(
        client.post(at(number, f"list/{supplier.id}/take-back/"), follow=True)
    )
    back = client.post(
        at(number, f"list/{supplier.id}/take-back/"), {"reason": "They erred."}, follow=True
    )
    assert "They erred." in words(back)
    moment = timezone.localtime(now - timedelta(days=800)).strftime("%Y-%m-%dT%H:%M:%S")
    client.post(at(number, "from/system/"), {"system": "own", "as_of": moment})
    assert "Our own customer records, as it was" in words(client.get(at(number)))


@pytest.mark.django_db
def test_what_the_promise_does_not_hold_may_be_in_a_letter(client: Client) -> None:
    (person_id, ann), _ = load(2)
    number = letter()
    client.post(at(number, "list/"), {"people": ann["email"], "more": ["user.health"]})
    jobs.run_jobs_once(worker="test")
    (shown,) = queries.people(number)
    assert (shown.person_id, shown.readable) == (person_id, ("information about health",))


@pytest.mark.django_db
def test_a_stolen_login_is_added_and_each_number_opens(client: Client) -> None:
    (person_id, _), (other, _) = load(2)
    number, thief = letter(), staff_member(Role.ADVISER, email="kim@staff.example")
    for person, fields in ((person_id, ("email",)), (other, ("card_number",))):
        asked = UseRequest(actor_for(thief), "answer-contact", fields, "phone", Subject(person))
        use(asked, at=clock.now())
    now = timezone.localtime()
    given = {
        "account": f"staff-{thief.pk}",
        "since": f"{now - timedelta(hours=1):%Y-%m-%dT%H:%M:%S}",
        "until": f"{now + timedelta(minutes=1):%Y-%m-%dT%H:%M:%S}",
    }
    assert client.post(at(number, "login/"), given)["Location"] == at(number)
    jobs.run_jobs_once(worker="test")
    page = words(client.get(at(number)))
    assert "the login of The adviser" in page
    assert "Opened: 1 (about 1 person)" in page
    assert "Refused: 1 (about 1 person)" in page
    (row,) = sources.affected_lists(number)
    acts = at(number, f"{row.id}/acts/")
    refused = words(client.get(acts, {"outcome": "refused"}))
    assert person_code(other) in refused
    assert person_code(person_id) not in refused
    file = client.post(acts, {"format": "csv"})
    text = b"".join(file.streaming_content).decode()  # type: ignore[attr-defined]
    assert [line.split(",")[2] for line in text.splitlines()[1:]] == [
        person_code(person_id),
        person_code(other),
    ]
    assert b"list_taken" in bytes(Entry.objects.latest("pk").body)
    assert refused_to_the_others(acts, LEADS) == []


@pytest.mark.django_db
def test_what_changed_is_shown_with_each_version(client: Client) -> None:
    (ann_id, ann), (bob_id, bob) = load(2)
    number = letter()
    versions = f"/console/incidents/{number}/versions/"
    for person in (ann, bob):
        client.post(at(number, "list/"), {"people": person["email"], "exposed": DATA})
        jobs.run_jobs_once(worker="test")
    newest = len(counted.versions(number))
    page = words(client.get(versions))
    assert f"Version {newest} " in page
    assert f"Version {newest + 1}" not in page
    changed = f"{versions}changes/"
    page = words(client.get(changed, {"change": "added", "version": str(newest)}))
    assert "Added: 1 person" in page
    assert person_code(bob_id) in page
    assert person_code(ann_id) not in page
    file = client.post(changed, {"format": "csv"})
    text = b"".join(file.streaming_content).decode()  # type: ignore[attr-defined]
    assert [line.split(",")[:2] for line in text.splitlines()[1:]] == [
        [person_code(bob_id), "Added"]
    ]
    assert b"list_taken" in bytes(Entry.objects.latest("pk").body)
    assert client.get(changed, {"version": "99"}).status_code == 404
    alone = f"/console/incidents/{letter()}/versions/changes/"
    assert "There are no two versions yet" in words(client.get(alone))
    assert refused_to_the_others(changed, LEADS) == []


@pytest.mark.django_db
def test_an_estimate_is_shown_as_one(client: Client) -> None:
    load(2)
    number = letter()
    client.post(at(number, "estimate/"), {"people": "200", "place": "FR", "exposed": DATA})
    jobs.run_jobs_once(worker="test")
    assert "About 200 people, France" in words(client.get(at(number)))
    assert "About 200 people are affected" in words(client.get(f"/console/incidents/{number}/"))
    assert "about 200" in words(client.get("/console/incidents/"))
    assert "about 200 people" in words(client.get("/console/"))
    (row,) = sources.affected_estimates(number)
    client.post(at(number, f"estimate/{row.id}/take-back/"), {"reason": "Another file."})
    assert "At least 1 person" in words(client.get(at(number)))


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("how", "given", "says"),
    [
        ("login", {}, "Choose a login."),
        ("login", {"account": "person-", **HOUR}, "number"),
        ("login", {"account": "person-", "customer": "1", **HOUR}, "customer"),
        ("list", {}, "Enter at least one person."),
        ("list", {"people": "x"}, "Choose what was in it."),
        ("list", {"people": "x", "exposed": ["made.up"]}, "Select a valid choice"),
        ("list", {"people": "nobody@example.net", "exposed": DATA}, "estimate how many"),
        ("estimate", {}, "Enter a number."),
        ("estimate", {"people": "many"}, "such as 200"),
        ("estimate", {"people": "0"}, "1 or more"),
        ("estimate", {"people": "3", "place": "ZZ"}, "Select a valid choice"),
    ],
)
def test_what_is_no_answer_is_refused_beside_its_field(
    client: Client, how: str, given: dict[str, str], says: str
) -> None:
    load(2)
    number = letter()
    answer = client.post(at(number, f"{how}/"), given)
    assert answer.status_code == 422
    assert says in words(answer)
    if given.get("people"):
        assert given["people"] in answer.content.decode(), "what was typed stays"


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
def test_from_the_incident_to_a_list_and_an_estimate(page: Page, lead: Account) -> None:
    (_, ann), _ = load(2)
    number = letter()
    jobs.run_jobs_once(worker="test")
    sign_in(page, lead)
    page.goto(f"/console/incidents/{number}/")
    assert_accessible(page)
    photograph(page, "console-incident-other")
    page.get_by_role("link", name="Who is affected").press("Enter")
    assert_accessible(page)
    photograph(page, "console-affected")
    page.get_by_role("link", name="List people").press("Enter")
    page.get_by_label("Who are they?").fill(ann["email"])
    page.get_by_role("checkbox", name="Name", exact=True).first.press("Space")
    assert_accessible(page)
    photograph(page, "console-affected-list")
    page.get_by_role("button", name="Add").press("Enter")
    expect(page.get_by_text("We are counting them")).to_be_visible()
    page.get_by_role("link", name="Estimate how many").press("Enter")
    page.get_by_label("About how many people?").fill("40")
    page.get_by_label("Where do they live?").select_option("FR")
    page.get_by_role("checkbox", name="Name", exact=True).first.press("Space")
    assert_accessible(page)
    photograph(page, "console-affected-estimate")
    page.get_by_role("button", name="Add").press("Enter")
    expect(page.get_by_text("About 40 people, France")).to_be_visible()
    assert_accessible(page)
    photograph(page, "console-affected-both")
    page.get_by_role("link", name="the addresses of an e-mail").press("Enter")
    page.get_by_label("Or paste its lines").fill(f"To: {ann['email']}, x@elsewhere.example")
    assert_accessible(page)
    photograph(page, "console-affected-mail")
    page.get_by_role("button", name="Add").press("Enter")
    jobs.run_jobs_once(worker="test")
    page.reload()
    expect(page.get_by_text("2 addresses, each shown to all the others")).to_be_visible()
    for place in ("system", "supplier"):
        page.goto(at(number, f"from/{place}/"))
        assert_accessible(page)
        photograph(page, f"console-affected-{place}")
    page.goto(at(number))
    page.locator("summary", has_text="Take back").first.click()
    page.get_by_label("Why? Do not name customers.").first.fill("It was another box.")
    page.get_by_role("button", name="Take it back").first.press("Enter")
    expect(page.get_by_text("It was another box.")).to_be_visible()
    assert_accessible(page)
    photograph(page, "console-affected-sources")
    page.goto(f"/console/incidents/{number}/people/")
    photograph(page, "console-exposed-certainty")
