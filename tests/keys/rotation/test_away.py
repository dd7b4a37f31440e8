"""A running process whose key service is stopped and started again: nothing leaves meanwhile, and
nothing needs a restart."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
from django.http import HttpResponse
from django.test import Client, RequestFactory

from aboveboard.access.actions import use
from aboveboard.access.use import Subject, UseRequest, UseResult
from aboveboard.basics import clock, settings
from aboveboard.basics.actor import SYSTEM
from aboveboard.basics.errors import Unavailable, http_status
from aboveboard.keys import ring
from aboveboard.keys.providers.places import provider_at
from aboveboard.keys.providers.provider import ProviderAway
from aboveboard.keys.rotation import root
from aboveboard.ledger.models import Entry
from aboveboard.site.pages import ErrorPages
from tests import world
from tests.api import programs
from tests.keys.rotation.world import ROOT
from tests.keys.transit_server import Engine, Server

pytestmark = pytest.mark.django_db(transaction=True)


def test_uses_stop_with_the_key_service_and_go_on_with_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (person_id, _), *_ = world.load(1)
    server = Server(Engine())
    server.start()
    (tmp_path / "token").write_text(server.engine.token())
    current = settings.current()
    there = replace(current, keys=replace(current.keys, token_file=str(tmp_path / "token")))
    to = provider_at(f"vault:http://127.0.0.1:{server.port}/transit/aboveboard", there)
    root.resume(root.begin(to=to, by=SYSTEM, at=clock.now()), by=SYSTEM, pause=0)
    monkeypatch.setattr(ring, "provider", lambda: to)
    root.remove_other_providers(by=SYSTEM, at=clock.now())
    now = [ring.monotonic()]
    monkeypatch.setattr(ring, "monotonic", lambda: now[0])
    ask = UseRequest(world.ADVISER, "answer-contact", ("first_name",), "phone")

    def use_again() -> UseResult:
        outcome = use(ask.for_subject(Subject(person_id)), at=clock.now())
        assert outcome.allowed
        return outcome

    ring.forget()
    use_again()
    server.stop()
    use_again()  # within the lease
    now[0] += current.keys.lease + 0.1
    written = Entry.objects.count()
    for _ in range(3):
        with pytest.raises(Unavailable, match="nothing listens there"):
            use_again()
    assert Entry.objects.count() == written, "an entry of a use that opened nothing would be untrue"
    server.start()
    now[0] += 1.1
    use_again()
    server.engine.tokens.clear()  # its leave is withdrawn
    now[0] += current.keys.lease + 0.1
    with pytest.raises(Unavailable, match="refuses the token"):
        use_again()
    server.stop()


def test_a_program_is_told_503_with_the_code_and_gets_nothing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    _, row = world.load(1)[0]
    token = programs.program("till", "shop-system", "Shops", ["deliver-orders"], ["api"])[1]
    asked = {
        "person": {"kind": "customer_number", "value": row["customer_id"]},
        "purpose": "deliver-orders",
        "fields": ["city"],
        "channel": "api",
    }

    def post() -> HttpResponse:
        headers = {"Authorization": f"Bearer {token}"}
        return Client().post(
            "/api/v1/uses", json.dumps(asked), content_type="application/json", headers=headers
        )

    assert post().json()["values"] == {"city": row["city"]}
    kept = ROOT.read_bytes()
    ROOT.unlink()
    ring.forget()
    try:
        refused = post()
    finally:
        ROOT.touch(0o600)
        ROOT.write_bytes(kept)
    assert refused.status_code == 503
    assert refused.json()["code"] == "root_key_missing"
    assert row["city"] not in refused.content.decode()
    ring.forget()
    assert post().status_code == 200


def test_a_customer_is_told_to_come_back_and_not_which_file_is_missing(
    caplog: pytest.LogCaptureFixture,
) -> None:
    away = ProviderAway(
        provider="vault:https://v.example/transit/k", why="nothing listens there", fix="Start it."
    )
    answer = ErrorPages(lambda request: HttpResponse()).process_exception(
        RequestFactory().get("/you/"), away
    )
    assert answer is not None
    assert answer.status_code == http_status(away) == 503
    assert "v.example" not in answer.content.decode()
    assert "nothing listens there" in caplog.text
    assert "Start it." in caplog.text
