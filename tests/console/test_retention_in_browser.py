"""The privacy lead's pages about retention in a real browser: axe finds nothing, on
a phone and at a desk."""

from __future__ import annotations

from datetime import timedelta

import pytest
from playwright.sync_api import Page

from aboveboard.basics import clock
from aboveboard.basics.actor import SYSTEM, Role
from aboveboard.identity import duplicates, scanning
from aboveboard.intake.models import FieldNote
from aboveboard.promise.queries import in_force
from aboveboard.retention import actions as retention
from aboveboard.retention.reasons import HoldReason, RestrictionReason
from aboveboard.retention.sweep import reviewing
from aboveboard.vault import actions as vault
from aboveboard.vault.origin import ValueOrigin
from tests.accounts.people import staff_member
from tests.console.test_in_browser import seen, sign_in
from tests.intake.strangers import held_back_row
from tests.world import ADVISER, load

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_holds_restrictions_sweeps_and_duplicates(page: Page) -> None:
    (one, row), (other, _), (third, _), *_ = load(5)
    at = clock.now()
    retention.place_hold(
        one, HoldReason.CLAIM, reference="case/2026-417", until=None, by=ADVISER, at=at
    )
    retention.restrict(
        third, RestrictionReason.ACCURACY_CONTESTED, reference="call/88", by=ADVISER, at=at
    )
    kinds = {key: field.kind_and_format for key, field in in_force().promise.fields.items()}
    vault.correct(
        other,
        "email",
        row["email"],
        kinds=kinds,
        origin=ValueOrigin(in_force().serial, at, "phone", ""),
        by=ADVISER,
        at=at,
    )
    note = FieldNote.objects.create(
        person_id=other, field="email", state="asked", digest=b"1", at=at, line=7
    )
    row_held_back = held_back_row()
    sweep = reviewing.review(by=SYSTEM, at=at + timedelta(days=366 * 12))
    scanning.find_duplicates(at=at)
    (group,) = duplicates.duplicate_groups()
    sign_in(page, staff_member(Role.PRIVACY_LEAD, team="Privacy"))
    for name, address in (
        ("retention-overview", "/console/retention/"),
        ("retention-person", f"/console/retention/people/{one}/"),
        ("retention-hold", f"/console/retention/people/{one}/hold/"),
        ("retention-lift", f"/console/retention/people/{third}/restrictions/1/"),
        ("retention-sweep", f"/console/retention/sweeps/{sweep.id}/"),
        ("retention-duplicates", "/console/retention/duplicates/"),
        ("retention-shared-values", "/console/retention/duplicates/placeholders/"),
        ("retention-duplicate-group", f"/console/retention/duplicates/groups/{group.id}/"),
        ("retention-differences", "/console/retention/differences/"),
        ("retention-difference", f"/console/retention/differences/{note.pk}/"),
        ("retention-held-back", "/console/retention/held-back/"),
        ("retention-held-back-row", f"/console/retention/held-back/{row_held_back.pk}/"),
        ("retention-let-in", "/console/retention/let-in/"),
        ("retention-erase", f"/console/retention/people/{other}/erase/"),
        ("retention-write-to", f"/console/retention/people/{other}/write-to/"),
        ("retention-erase-held", f"/console/retention/people/{one}/erase/"),
        ("retention-compare", f"/console/retention/duplicates/{one}/{other}/"),
    ):
        seen(page, name, address)


def test_erasing_somebody_is_confirmed_and_can_be_told(page: Page) -> None:
    ((person, _),) = load(1)
    sign_in(page, staff_member(Role.PRIVACY_LEAD, team="Privacy"))
    page.goto(f"/console/retention/people/{person}/erase/")
    page.get_by_label("They asked").check()
    page.get_by_role("button", name="Continue").click()
    seen(page, "retention-erase-confirm")
    page.get_by_role("button", name="Erase them for good").click()
    seen(page, "retention-erased")


def test_a_row_held_back_is_taken_after_it_was_confirmed_and_that_undone(page: Page) -> None:
    load(1)
    number = held_back_row().pk
    sign_in(page, staff_member(Role.PRIVACY_LEAD, team="Privacy"))
    page.goto(f"/console/retention/held-back/{number}/")
    page.get_by_label("Another person’s").check()
    page.get_by_label("Case number").fill("call/7")
    page.get_by_role("button", name="Continue").click()
    seen(page, "retention-held-back-confirm")
    page.get_by_role("button", name="it is another person").click()
    page.get_by_role("link", name="Decided").click()
    seen(page, "retention-held-back-decided")
    page.get_by_role("link", name="See or undo").click()
    seen(page, "retention-held-back-taken")
    page.get_by_role("button", name="Undo this decision").click()
    seen(page, "retention-held-back-undone")


def test_an_adviser_corrects_a_detail(page: Page) -> None:
    ((_, row),) = load(1)
    sign_in(page, staff_member(Role.ADVISER))
    page.goto("/console/people/answer-contact/")
    page.get_by_label("Who is it about?").fill(row["email"])
    page.get_by_label("By phone").check()
    page.get_by_role("button").last.click()
    page.get_by_role("button", name="Correct a detail").click()
    seen(page, "correct-detail")
