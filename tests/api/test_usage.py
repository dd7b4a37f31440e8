"""The door for another portal: it shows people their uses at several organisations, tells nobody
else's, and is seen by whom it asks about."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils.http import urlencode

from aboveboard.access.actions import use_many
from aboveboard.access.use import UseRequest
from aboveboard.basics import clock
from aboveboard.keys.log_signing import sequence_now
from tests.api.programs import program
from tests.world import ADVISER, OFFERS, entries, load

pytestmark = pytest.mark.django_db(transaction=True)
ANSWER = UseRequest(ADVISER, "answer-contact", ("email",), "phone")
OFFER = UseRequest(OFFERS, "personal-offers", ("phone",), "sms")


class Portal:
    """Another portal, which knows people by their customer number."""

    def __init__(self, *rights: str) -> None:
        given = rights or ("usage:customer_number",)
        self.token = program(f"Portal {len(given)}", "shop-system", "", [], [], rights=given)[1]

    def ask(self, code: str, *, asker: str = "", where: str = "findUsage", **query: Any) -> Any:
        headers = {"Authorization": f"Bearer {self.token}", "X-Road-UserId": asker or code}
        text = urlencode({"userCode": code, **query})
        return Client().get(f"/api/v1/usage/v2/{where}?{text}", headers=headers)


def test_a_portal_is_told_the_uses_of_one_person_and_of_nobody_else() -> None:
    ((ada, row), (ben, other)) = load(2)
    start = clock.now()
    list(use_many(ANSWER, [ada, ada, ben], at=clock.now()))
    list(use_many(OFFER, [ada], at=clock.now()))
    sequence_now()
    portal = Portal()
    answer = portal.ask(row["customer_id"])
    assert answer.status_code == 200, answer.content
    body = answer.json()
    assert body["totalUsages"] == 3
    refusal, *allowed = [each["action"] for each in body["usages"]]
    assert refusal.startswith("Refused: ")
    assert allowed == ["To answer when you contact us"] * 2
    newest = body["usages"][1]
    assert newest["receiverSystem"] == "Our advisers, Leeds shop"
    assert newest["receiverName"] == "Adventure Works"
    assert newest["logtime"].endswith("Z")
    assert portal.ask(other["customer_id"]).json()["totalUsages"] == 1
    # Everybody sees who asked for their list, and whether it was for them.
    (asked,) = entries(ada, "usage.disclosed")
    assert (asked.facts["acting"], asked.actor.role) == (False, "shop-system")
    # Pages and periods.
    page = portal.ask(row["customer_id"], offset=1, limit=1).json()
    assert (page["totalUsages"], page["usages"]) == (3, body["usages"][1:2])
    later = (clock.now() + timedelta(days=1)).isoformat()
    before = (start - timedelta(days=1)).isoformat()
    assert portal.ask(row["customer_id"], periodStart=later).json()["totalUsages"] == 0
    assert portal.ask(row["customer_id"], periodEnd=before).json()["totalUsages"] == 0
    period = {"periodStart": before, "periodEnd": later}
    assert portal.ask(row["customer_id"], **period).json()["totalUsages"] == 3
    # Somebody who is not held here has an empty list, like somebody whom nobody looked up.
    assert portal.ask("AW99999999").json() == {"totalUsages": 0, "usages": []}
    assert portal.ask("x", where="heartbeat").json()["status"] == "OK"
    assert "periodStart" in portal.ask("x", where="usagePeriod").json()


def test_nobody_asks_for_somebody_else_or_without_the_scope() -> None:
    ((ada, row), (_, other)) = load(2)
    portal = Portal()
    refused = portal.ask(row["customer_id"], asker=other["customer_id"])
    assert (refused.status_code, "usage:acting" in refused.content.decode()) == (403, True)
    assert entries(ada, "usage.disclosed") == []
    acting = Portal("usage:customer_number", "usage:acting")
    assert acting.ask(row["customer_id"], asker=other["customer_id"]).status_code == 200
    (asked,) = entries(ada, "usage.disclosed")
    assert asked.facts["acting"] is True
    assert other["customer_id"] not in str(asked.facts), "who acted is sealed"
    none = Portal("request:access", "request:erasure", "request:objection")
    for where in ("findUsage", "usagePeriod", "heartbeat"):
        assert none.ask(row["customer_id"], where=where).status_code == 403
        address = f"/api/v1/usage/v2/{where}?userCode=1"
        answer = Client().get(address, headers={"X-Road-UserId": "1"})
        assert answer.status_code == 401


@pytest.mark.parametrize(
    "query",
    [
        {"limit": "0"},
        {"limit": "1001"},
        {"limit": "x"},
        {"offset": "-1"},
        {"periodStart": "yesterday"},
        {"periodStart": "2026-01-31T10:20:30"},
        {"periodEnd": "2026-13-31T10:20:30Z"},
        {"code": ""},
    ],
)
def test_what_is_asked_wrongly_is_named(query: dict[str, str]) -> None:
    load(1)
    code = query.pop("code", "AW1")
    answer = Portal().ask(code, asker="AW1", **query)
    assert answer.status_code == 422
    assert next(iter(query), "userCode") in answer.content.decode()
