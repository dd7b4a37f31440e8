"""The trust centre in a real browser, on a phone and at a desk, light and dark: axe
finds nothing on any page."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from aboveboard.basics import clock, settings
from aboveboard.basics.actor import SYSTEM, Role
from aboveboard.incidents import actions as incidents
from aboveboard.keys.log_signing import sequence_now
from aboveboard.ledger.format.cosignature import ED25519, Cosigner
from aboveboard.ledger.models import WitnessRow
from aboveboard.promise.actions import adopt_promise
from tests.accounts.people import staff_client
from tests.browser import assert_accessible, photograph
from tests.loss import LEAD, approved, lost_laptop, send_all
from tests.world import PROMISE_FILE, adopt, load

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_every_page_after_a_loss(page: Page, tmp_path: Path) -> None:
    now = clock.now()
    loss = lost_laptop([person for person, _ in load(20)], tmp_path, at=now - timedelta(hours=30))
    approved(loss, at=now - timedelta(hours=20))
    send_all(at=now - timedelta(hours=11))  # within nineteen hours
    incidents.publish(loss.number, by=LEAD, at=now - timedelta(hours=19))
    newer = adopt_promise(
        PROMISE_FILE.read_text("utf-8").replace("keep: P2Y", "keep: P5Y", 1),
        name="retailer.yaml",
        by=SYSTEM,
        at=now,
    )
    sequence_now()
    pages = {
        "centre": "/trust/",
        "centre-promise": "/trust/promise/",
        "centre-version": f"/trust/promise/{newer.serial}/",
        "centre-register": "/trust/register/",
        "centre-incidents": "/trust/incidents/",
        "centre-incident": f"/trust/incidents/{loss.number}/",
        "centre-check": "/trust/check/",
    }
    for name, address in pages.items():
        page.goto(address)
        assert_accessible(page)
        photograph(page, name, keep=name == "centre")


def test_every_page_before_anything_happened(page: Page) -> None:
    adopt()
    page.goto("/")
    expect(page.get_by_role("heading", level=1)).to_have_text("Your data, above board")
    for name, address in (
        ("centre", "/trust/"),
        ("centre-incidents", "/trust/incidents/"),
        ("centre-check", "/trust/check/"),
    ):
        page.goto(address)
        assert_accessible(page)
        photograph(page, f"{name}-empty")


def test_who_else_watches_is_shown_to_everyone_and_a_refusal_to_the_leads(
    page: Page, monkeypatch: pytest.MonkeyPatch
) -> None:
    adopt()
    sequence_now()
    well, away, no = (
        Cosigner(f"witness.example/{name}", ED25519, bytes([n]) * 32).key
        for n, name in enumerate(("well", "away", "no"), 1)
    )
    current = settings.current()
    lines = "\n".join(f"{key.vkey} https://witness.example" for key in (well, away, no))
    changed = replace(current, ledger=replace(current.ledger, witnesses=lines))
    monkeypatch.setattr(settings, "current", lambda: changed)
    now = clock.now()
    for key, problem, refuses in (
        (well, "", False),
        (away, "The witness gave no cosignature.", False),
        (no, "It REFUSES this log.", True),
    ):
        name = f"{key.name}+{key.key_id.hex()}"
        WitnessRow.objects.create(
            name=name, size=1, cosigned_at=now, asked_at=now, problem=problem, refuses=refuses
        )
    page.goto("/trust/check/")
    expect(page.get_by_role("main")).to_contain_text(
        "It refuses: it saw another record under our name"
    )
    assert_accessible(page)
    photograph(page, "centre-witnesses")
    home = staff_client(Role.PRIVACY_LEAD).get("/console/").content.decode()
    assert "witness.example/no refuses our record" in home
    assert "witness.example/away" not in home
