"""The scope of a client is words of the promise in force, and no others."""

from __future__ import annotations

import argparse
import json
from typing import Any

import pytest
from django.db.models import QuerySet
from django.test import Client as Browser
from django.test import override_settings

from aboveboard.accounts.clients import tokens
from aboveboard.accounts.clients.actions import make_client, revoke_client
from aboveboard.accounts.models import ServiceClient
from aboveboard.accounts.queries import Client
from aboveboard.basics import clock
from aboveboard.basics.actor import SYSTEM
from aboveboard.basics.errors import Invalid
from aboveboard.commands import client
from aboveboard.keys.rows import RowNotAuthentic
from aboveboard.ledger.models import Entry
from aboveboard.ledger.queries import entry
from aboveboard.promise.queries import NoPromise
from aboveboard.promise.words import NotInPromise
from aboveboard.recovery.comparing import compare_rows
from tests.accounts.people import service_client
from tests.world import adopt

pytestmark = pytest.mark.django_db


def make(**changed: Any) -> Client:
    given: dict[str, Any] = {
        "name": "Till",
        "role": "shop-system",
        "team": "Shops",
        "purposes": ["deliver-orders"],
        "channels": ["shop"],
    }
    return make_client(**(given | changed), by=SYSTEM, at=clock.now())[0]


def test_every_word_of_the_promise_is_taken() -> None:
    promise = adopt().promise
    for number, role in enumerate(promise.roles):
        made = make(
            name=f"Till {number}",
            role=f" {role} ",
            purposes=list(promise.purposes),
            channels=list(promise.channels),
        )
        assert (made.role, set(made.purposes), set(made.channels)) == (
            role,
            set(promise.purposes),
            set(promise.channels),
        )


@pytest.mark.parametrize(
    ("story", "changed", "said"),
    [
        (
            "a misspelt role",
            {"role": "shop-sytem"},
            ["role `shop-sytem`", "Did you mean `shop-system`?", "Its roles: customer, adviser"],
        ),
        (
            "a purpose of nobody's",
            {"purposes": ["sell"]},
            ["purpose `sell`", "Its purposes: deliver-orders, "],
        ),
        (
            "one right, one wrong",
            {"purposes": ["deliver-orders", "delivr-orders"]},
            ["`delivr-orders`", "Did you mean `deliver-orders`?"],
        ),
        (
            "a channel nobody has",
            {"channels": ["shop", "pigeon"]},
            ["channel `pigeon`", "Its channels: portal, phone, shop"],
        ),
        ("capitals", {"channels": ["Shop"]}, ["channel `Shop`", "Did you mean `shop`?"]),
        ("an empty word", {"channels": [""]}, ["channel ``"]),
        (
            "two at once",
            {"role": "till", "channels": ["fone"]},
            ["role `till` and no channel `fone`", "Its roles: ", "Its channels: "],
        ),
    ],
)
def test_a_word_that_the_promise_does_not_have_is_refused(
    story: str, changed: dict[str, Any], said: list[str]
) -> None:
    adopt()
    before = Entry.objects.count()
    with pytest.raises(NotInPromise) as refused:
        make(**changed)
    assert [part for part in said if part not in str(refused.value)] == []
    assert (ServiceClient.objects.count(), Entry.objects.count()) == (0, before)


def test_what_is_missing_is_still_said_to_be_missing() -> None:
    adopt()
    for changed in ({"role": " "}, {"purposes": []}, {"channels": []}):
        with pytest.raises(Invalid, match="A client needs a"):
            make(**changed)


def test_without_a_promise_there_is_nothing_that_a_client_may_do() -> None:
    with pytest.raises(NoPromise, match="No promise is in force"):
        make()
    assert not ServiceClient.objects.exists()


def test_the_command_makes_and_refuses_in_the_same_words(
    capsys: pytest.CaptureFixture[str],
) -> None:
    adopt()
    parser = argparse.ArgumentParser()
    client.configure(parser)
    words = [
        "add",
        "Till",
        "--role",
        "shop-system",
        "--purpose",
        "deliver-orders",
        "--channel",
        "shop",
        "--json",
    ]
    assert client.run(parser.parse_args(words)) == 0
    assert json.loads(capsys.readouterr().out)["client_secret"].startswith("abs_")
    with pytest.raises(NotInPromise, match="Did you mean `deliver-orders`"):
        client.run(
            parser.parse_args(
                [
                    word.replace("deliver-orders", "deliver-order").replace("Till", "Other")
                    for word in words
                ]
            )
        )


@pytest.mark.parametrize(
    "choices", [(), ("personal-offers",), ("personal-offers", "improve-shops")]
)
def test_the_log_says_about_which_choices_a_client_may_record_a_yes(
    choices: tuple[str, ...],
) -> None:
    adopt()
    client = make(choices=choices)
    facts = entry(Entry.objects.get(kind="client.made").pk).facts
    assert (facts.get("choices") or []) == sorted(choices)
    assert client.choices == tuple(sorted(choices))
    assert list(compare_rows()) == []


def test_an_end_that_somebody_wrote_past_the_program_is_not_taken_for_one() -> None:
    """Nobody is told that a client is revoked whose row may be anybody's."""
    row, _ = service_client()
    token = tokens.issue(row, at=clock.now())
    QuerySet(ServiceClient).filter(pk=row.pk).update(revoked_at=clock.now())
    with pytest.raises(RowNotAuthentic):
        revoke_client(row.pk, by=SYSTEM, at=clock.now())
    assert tokens.client_for_token(token, at=clock.now()) is None, "it is not believed at all"
    assert not Entry.objects.filter(kind="client.revoked").exists()


@override_settings(ROOT_URLCONF="aboveboard.site.urls")
def test_a_client_ends_its_own_tokens_and_nobody_elses() -> None:
    """RFC 7009, 2.1."""
    (mine, secret), (other, other_secret) = service_client(name="A"), service_client(name="B")
    token = tokens.issue(mine, at=clock.now())

    def revoke(client: ServiceClient, its_secret: str) -> int:
        asked = {"token": token, "client_id": client.client_id, "client_secret": its_secret}
        return int(Browser().post("/oauth/revoke", asked).status_code)

    assert revoke(other, other_secret) == 400
    assert tokens.client_for_token(token, at=clock.now()) is not None
    assert revoke(mine, secret) == 200
    assert tokens.client_for_token(token, at=clock.now()) is None
