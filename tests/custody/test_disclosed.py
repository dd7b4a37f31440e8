"""To whom a person's data was given, on their own page; what a recipient was given, through the
API: each sees their own, and nothing of others."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from aboveboard.accounts.clients.actions import make_client
from aboveboard.basics import clock
from aboveboard.basics.actor import SYSTEM
from aboveboard.basics.errors import Invalid
from aboveboard.custody import sharing
from aboveboard.custody.queries import export_people
from tests.accounts.people import customer_client
from tests.api.programs import program
from tests.centre.sharing_sample import REGISTER
from tests.custody.conftest import People, parcel_to
from tests.custody.test_parcel import keys
from tests.incidents.conftest import EXPORTED
from tests.pages import words

pytestmark = pytest.mark.django_db(transaction=True)
PAGE = "/you/who-was-given/"


def ask(token: str, place: str = "") -> Any:
    return Client().get(f"/api/v1/disclosures{place}", headers={"Authorization": f"Bearer {token}"})


def client_of_recipient(name: str) -> str:
    return program(name, "shop-system", "", [], [], rights=(f"recipient:{name}",))[1]


def test_a_customer_sees_who_got_what_when_and_under_which_agreement(
    people: People, tmp_path: Path
) -> None:
    key, _ = keys(tmp_path)
    (ada, row), (ben, _), *rest = people
    parcel_to(key, [(ada, row), *rest[:2]], tmp_path / "p.csv.age")
    register = REGISTER.replace(b"Energy plc", b"Swift Parcels plc")
    sharing.take_in(register, by=SYSTEM, at=clock.now())
    page = customer_client(ada).get(PAGE)
    assert "Swift Parcels plc (the courier)" in words(page)
    assert "To deliver what you order" in words(page)
    assert 'href="/trust/sharing/2/"' in page.content.decode()
    assert 'href="/trust/sharing/1/"' not in page.content.decode()
    assert row["last_name"] not in words(page), "labels, and no values"
    nobody = words(customer_client(ben).get(PAGE))
    assert "We have sent your details to nobody" in nobody
    assert "Swift Parcels" not in nobody


def test_a_recipient_sees_its_own_parcels_and_their_rows_and_no_others(
    people: People, tmp_path: Path
) -> None:
    key, _ = keys(tmp_path)
    made = parcel_to(key, people[:3], tmp_path / "p.csv.age")
    other = parcel_to(key, people[3:5], tmp_path / "q.csv.age", recipient="payment-provider")
    token, foreign = client_of_recipient("courier"), client_of_recipient("payment-provider")
    (parcel,) = ask(token).json()["disclosures"]
    assert (parcel["id"], parcel["people"], parcel["purpose"]) == (made.id, 3, "deliver-orders")
    assert (parcel["fields"], parcel["sha256"]) == (list(EXPORTED), made.file_digest)
    rows = ask(token, f"/{made.id}/rows").json()["rows"]
    assert [each["row"] for each in rows] == [1, 2, 3], "the number opens as rows"
    assert all("user.name" in " ".join(each["categories"]) for each in rows)
    assert ask(token, f"/{made.id}/rows?after=2").json()["rows"] == rows[2:]
    assert ask(token, f"/{made.id}/rows?after={2**63 - 1}").json()["rows"] == []
    listed = str(ask(token).json()) + str(rows)
    for line in export_people(made.id):
        assert str(line.person_id) not in listed, "no number of ours leaves"
    assert [each["id"] for each in ask(foreign).json()["disclosures"]] == [other.id]
    assert ask(foreign, f"/{made.id}/rows").status_code == 404
    assert ask(token, "?before=0").status_code == 422
    none = program("Till", "shop-system", "", ["deliver-orders"], ["shop"])[1]
    for place in ("", f"/{made.id}/rows"):
        assert ask(none, place).status_code == 403


@pytest.mark.parametrize(
    "rights", [["recipient:nobody"], ["recipient:courier", "recipient:payment-provider"]]
)
def test_a_client_is_of_one_recipient_that_the_promise_names(
    people: People, rights: list[str]
) -> None:
    with pytest.raises(Invalid, match="recipient"):
        make_client(
            name="x", role="shop-system", team="", purposes=[], channels=[], rights=rights,
            by=SYSTEM, at=clock.now(),
        )  # fmt: skip


def test_people_of_a_recipient_without_a_program_see_it_on_a_page(
    people: People, tmp_path: Path
) -> None:
    key, _ = keys(tmp_path)
    made = parcel_to(key, people[:3], tmp_path / "p.csv.age")
    other = parcel_to(key, people[3:5], tmp_path / "q.csv.age", recipient="payment-provider")
    given: dict[str, Any] = {"role": "shop-system", "team": "", "by": SYSTEM, "at": clock.now()}
    courier, secret = make_client(
        name="Courier", purposes=["deliver-orders"], channels=["api"], rights=["recipient:courier"],
        **given,
    )  # fmt: skip
    till, till_secret = make_client(
        name="Till", purposes=["deliver-orders"], channels=["shop"], **given
    )
    page, browser = "/trust/given/", Client()
    assert "Sign in" in words(browser.get(page))
    assert browser.get(f"{page}{made.id}/").status_code == 302, "nobody is signed in"
    for client_id, wrong in (
        (courier.client_id, "ab_wrong"),
        (till.client_id, till_secret),
        ("\x00", secret),
    ):
        refused = browser.post(page, {"client_id": client_id, "secret": wrong})
        assert refused.status_code == 422
        assert "aboveboard-given" not in refused.cookies
    sent = {"client_id": courier.client_id, "secret": secret}
    listed = browser.post(page, sent, follow=True)
    cookie = browser.cookies["aboveboard-given"]
    assert (cookie["httponly"], cookie["samesite"], cookie["path"]) == (True, "Strict", page)
    assert "What Swift Parcels plc was given" in words(listed)
    assert made.file_digest in words(listed)
    assert other.file_digest not in words(listed)
    rows = words(browser.get(f"{page}{made.id}/"))
    assert "Row 1" in rows
    assert "Row 3" in rows
    assert all(row["last_name"] not in rows for _, row in people[:3])
    assert browser.get(f"{page}{other.id}/").status_code == 404
    # What let them in opens nobody's data.
    use = {"person": {"kind": "email", "value": people[0][1]["email"]}, "channel": "api"}
    use |= {"purpose": "deliver-orders", "fields": ["email"]}
    asked = Client().post(
        "/api/v1/uses", use, content_type="application/json",
        headers={"Authorization": f"Bearer {cookie.value}"},
    )  # fmt: skip
    assert asked.status_code == 403
    kept = cookie.value
    assert browser.post(f"{page}sign-out/").status_code == 302
    browser.cookies["aboveboard-given"] = kept
    assert "Client secret" in words(browser.get(page)), "it works no more"
