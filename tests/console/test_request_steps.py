"""``/console/requests/N/systems/…``: what a system cannot do by itself is done by hand, with
evidence, and what failed is tried again."""

from __future__ import annotations

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from aboveboard.basics import clock
from aboveboard.basics.actor import SYSTEM, Role
from aboveboard.connectors import actions as systems
from aboveboard.connectors.contract import Attachment
from aboveboard.ledger.models import Entry
from aboveboard.rights.models import RequestStep
from aboveboard.rights.requests import actions, queries
from aboveboard.rights.requests.state import RequestStage
from aboveboard.rights.requests.terms import RequestKind, StepVerb
from aboveboard.rights.running import collected
from tests.accounts.people import staff_client
from tests.connectors.declared import BY_HAND
from tests.console.asked import refused_to_the_others
from tests.console.worked_requests import LIST, Connect, ask, connect, customer, states, work
from tests.pages import words
from tests.rights.memory_system import MemorySystem

__all__ = ["connect"]
pytestmark = pytest.mark.django_db


def test_a_cabinet_of_paper_is_searched_and_copied_by_hand() -> None:
    person_id, _ = customer()
    declaration = BY_HAND.format(key="cabinet", name="Cabinet of contracts")
    systems.declare(declaration, name="cabinet.yaml", by=SYSTEM, at=clock.now())
    number = ask(person_id)
    work()
    lead, place = staff_client(Role.PRIVACY_LEAD), f"{LIST}{number}/"
    assert "Answer it by hand: cabinet, find" in words(lead.get(place))
    step = f"{place}systems/cabinet/find/"
    assert refused_to_the_others(step, (Role.PRIVACY_LEAD,)) == []
    assert "on the second shelf" in words(lead.get(step)), "as the declaration says"

    # What does not fit together is said, field by field.
    for given, error in (
        ({"words": "I looked"}, "Choose what came of it."),
        ({"answer": "something", "words": "I looked"}, "at least 1"),
        ({"answer": "nothing", "records": "2", "words": "I looked"}, "there is nothing"),
        ({"answer": "nothing"}, "Write what you did"),
    ):
        answer = lead.post(step, given)
        assert answer.status_code == 422
        assert error in words(answer), given
    found = {"answer": "something", "records": "2", "words": "Two contracts, folder 7"}
    picture = SimpleUploadedFile("shelf.pdf", b"%PDF-1.7 a picture of the shelf", "application/pdf")
    assert lead.post(step, found | {"document": picture}).status_code == 302
    assert "Open the evidence" in words(lead.get(place))
    evidence = lead.post(f"{step}evidence/")
    seen = b"".join(evidence.streaming_content)  # type: ignore[attr-defined]
    assert seen == b"%PDF-1.7 a picture of the shelf"
    assert Entry.objects.filter(kind="request.evidence-opened").count() == 1
    assert lead.post(f"{place}systems/cabinet/read/evidence/").status_code == 409
    assert lead.post(step, found).status_code == 409, "it is done"
    assert "Nothing waits for you here" in words(lead.get(step))

    work()
    copy, have = f"{place}systems/cabinet/read/", {"answer": "something", "records": "2"}
    without = lead.post(copy, have | {"words": "Copied"})
    assert "attach a file" in words(without)
    scan = SimpleUploadedFile("contract.pdf", b"%PDF-1.7 signed", "application/pdf")
    both = lead.post(copy, have | {"words": "Copied", "text": "Signed", "document": scan})
    assert "not both" in words(both)
    scan.seek(0)
    assert lead.post(copy, have | {"words": "Copied", "document": scan}).status_code == 302
    (gave,) = (each for each in collected.collected(number) if each.system == "cabinet")
    (attachment,) = gave.contents
    assert isinstance(attachment, Attachment)
    assert b"".join(attachment.chunks) == b"%PDF-1.7 signed"
    assert queries.request(number).state.stage is RequestStage.REVIEWING


def test_what_is_kept_is_answered_with_its_ground_and_its_end(connect: Connect) -> None:
    person_id, email = customer()
    shop = MemorySystem("shop", {1: {"email": email}}, finished=False)
    connect(shop)
    number = ask(person_id, RequestKind.ERASURE)
    work()
    lead, step = staff_client(Role.PRIVACY_LEAD), f"{LIST}{number}/systems/shop/dry_run/"
    kept = {"answer": "kept", "kept": "3", "words": "Asked accounting"}
    assert "Write why they are kept" in words(lead.post(step, kept))
    assert "some is kept" in words(lead.post(step, kept | {"answer": "something", "records": "1"}))
    kept |= {"ground": "Tax law keeps invoices.", "until": "2036-12-31"}
    assert lead.post(step, kept).status_code == 302
    facts = queries.request(number).state.steps["shop", StepVerb.DRY_RUN].facts
    (retained,) = facts["retained"]  # type: ignore[misc]
    assert retained == {
        "collection": "evidence",
        "records": 3,
        "ground": "Tax law keeps invoices.",
        "until": "2036-12-31",
    }
    assert "3 kept" in words(lead.get(f"{LIST}{number}/"))


def test_what_failed_says_why_and_when_next_and_is_tried_again_at_once(connect: Connect) -> None:
    person_id, email = customer()
    crm = MemorySystem("crm", {7: {"email": email}}, down=True)
    connect(crm)
    number = ask(person_id)
    work()
    lead, place = staff_client(Role.PRIVACY_LEAD), f"{LIST}{number}/"
    page = words(lead.get(place))
    assert "It could not be reached. Tried once. Next try" in page
    assert "Try again: crm, find" in page
    step = f"{place}systems/crm/find/"
    assert "calls you when it cannot go on" in words(lead.get(step))
    crm.down = False
    assert lead.post(f"{step}again/").status_code == 302
    work()
    assert states(number)["crm read"] == "done"
    assert lead.post(f"{step}again/").status_code == 409
    assert lead.get(f"{place}systems/crm/burn/").status_code == 404
    assert lead.get(f"{place}systems/nowhere/find/").status_code == 404


def test_nothing_is_answered_of_what_is_closed(connect: Connect) -> None:
    person_id, _ = customer()
    connect(MemorySystem("cabinet", verbs=frozenset()))
    number = ask(person_id)
    work()
    actions.withdraw(number, by=SYSTEM, at=clock.now())
    lead, step = staff_client(Role.PRIVACY_LEAD), f"{LIST}{number}/systems/cabinet/find/"
    answer = lead.post(step, {"answer": "nothing", "words": "I looked"})
    assert answer.status_code == 409
    assert "Answer it by hand" not in words(lead.get(f"{LIST}{number}/"))
    assert not RequestStep.objects.filter(system="cabinet", done_at__isnull=False).exists()
