"""What public bodies owe: with whom data is shared, and what decides about people."""

from __future__ import annotations

import pytest
from django.test import Client

from aboveboard.basics import clock
from aboveboard.basics.actor import SYSTEM
from aboveboard.custody import sharing
from aboveboard.custody.agreement import read_register
from aboveboard.promise.algorithms import algorithm_fields
from aboveboard.promise.loading import load
from aboveboard.promise.records import algorithm_records
from tests.centre.sharing_sample import REGISTER
from tests.promise import edited
from tests.world import adopt


@pytest.mark.django_db
def test_anyone_reads_each_agreement_and_what_the_promise_shares_under_it() -> None:
    adopt()
    client = Client()
    assert "There is no agreement" in client.get("/trust/sharing/").content.decode()
    sharing.take_in(REGISTER, by=SYSTEM, at=clock.now())
    listed = client.get("/trust/sharing/").content.decode()
    assert "/trust/sharing/2/" in listed
    assert "Digital Economy Act 2017 s. 48" in listed
    page = client.get("/trust/sharing/1/").content.decode()
    for words in ("To find who can pay", "Legal power disclosure", "To keep accounts for tax"):
        assert words in page
    assert "What our promise shares" not in client.get("/trust/sharing/2/").content.decode()
    assert client.get("/trust/sharing/3/").status_code == 404
    assert read_register(client.get("/trust/sharing.csv").content) == read_register(REGISTER)

    german = Client(headers={"accept-language": "de"})
    shown = german.get("/trust/algorithms/").content.decode()
    assert "Das Programm für Angebote" in shown
    assert "Nein, es hilft Menschen beim Entscheiden" in shown
    (record,) = client.get("/trust/algorithms.json").json()["records"]
    assert record["standard_version"] == "3.0"
    assert record["organisation"] == "Adventure Works Cycles Ltd"


def test_a_record_stands_in_the_order_of_the_standard_with_what_the_promise_says() -> None:
    filled = "    record:\n" + "".join(
        f"      {item.key}: Said of {item.number}.\n" for item in reversed(algorithm_fields())
    )
    source = edited(("automated:\n  offer-chooser:\n", f"automated:\n  offer-chooser:\n{filled}"))
    (record,) = algorithm_records(load(source, name="promise.yaml"), "fr-CA")
    numbers = [[int(part) for part in each.number.split(".")] for each in record.fields]
    assert numbers == sorted(numbers)
    keys = {each.key for each in record.fields}
    assert keys >= {item.key for item in algorithm_fields()} | {"name", "description"}
    assert record.title == "Le programme qui choisit les offres"
