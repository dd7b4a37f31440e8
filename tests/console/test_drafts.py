"""The promise is written in the console, and a second person adopts it there."""

from __future__ import annotations

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from aboveboard.adoption import queries
from aboveboard.basics.actor import Role
from aboveboard.outbox import jobs
from aboveboard.promise.queries import last_serial
from tests.accounts.people import staff_client
from tests.world import PROMISE_FILE, load

pytestmark = pytest.mark.django_db
SOURCE = PROMISE_FILE.read_text("utf-8")
LONGER = SOURCE.replace("keep: P6Y", "keep: P7Y", 1)


def shown(client: Client, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200, address
    return answer.content.decode()


def test_one_writes_it_another_adopts_it_and_people_are_told() -> None:
    load(3)
    before = last_serial()
    one, two = staff_client(Role.PRIVACY_LEAD), staff_client(Role.ADMINISTRATOR)
    began = one.post("/console/promise/drafts/")
    draft = began["Location"]
    number = int(draft.rstrip("/").rpartition("/")[2])
    assert queries.draft(number).source == SOURCE  # from the promise in force

    # Checked as it is typed: nothing is kept of it.
    wrong = SOURCE.replace("basis: contract", "basis: because", 1).replace("\n", "\r\n")
    piece = one.post(f"{draft}check/", {"source": wrong}).content.decode()
    assert "1 problem to fix" in piece
    line = SOURCE.splitlines().index("    basis: contract") + 1
    assert f"<strong>Line {line}</strong>" in piece
    assert "Use one of: consent, contract" in piece
    assert queries.draft(number).number == 1

    # Without JavaScript it is checked where it is saved.
    one.post(draft, {"source": wrong})
    assert "1 problem to fix" in shown(one, draft)
    assert "Propose this text" not in shown(one, draft)
    one.post(f"{draft}go-back/", {"number": "1"})
    upload = SimpleUploadedFile("p.yaml", LONGER.encode())
    one.post(draft, {"source": "not this", "file": upload})
    page = shown(one, draft)
    assert "is kept seven years instead of six years" in page
    assert "everybody held is told" in page

    one.post(f"{draft}weigh/")
    assert "<progress" in shown(one, draft)
    jobs.run_jobs_once(worker="w")
    assert "3 people were gone through" in shown(one, draft)

    one.post(f"{draft}propose/")
    assert "You proposed it. Ask another" in shown(one, draft)
    refused = one.post(f"{draft}adopt/", {"against": str(before)})
    assert refused.status_code == 403
    assert "does not adopt it" in refused.content.decode()
    moved = two.post(f"{draft}adopt/", {"against": "1234567"})
    assert moved.status_code == 409
    assert "Adopt this promise" in shown(two, draft)
    adopted = two.post(f"{draft}adopt/", {"against": str(before)})
    tell = adopted["Location"]
    assert last_serial() != before

    assert "They have not been told" in shown(two, tell)
    two.post(tell)
    jobs.run_jobs_once(worker="w")
    page = shown(two, tell)
    assert "All of them." in page
    assert "queued" in page.lower()
    assert "adopted" in shown(one, "/console/promise/drafts/")
    assert one.post(draft, {"source": SOURCE}).status_code == 409


def test_what_is_no_text_and_what_is_no_step_is_refused() -> None:
    load(1)
    one = staff_client(Role.PRIVACY_LEAD)
    draft = one.post("/console/promise/drafts/")["Location"]
    for content, status in ((b"\xff\xfe", 422), (b"x" * (256 * 1024 + 1), 413)):
        upload = SimpleUploadedFile("p.yaml", content)
        assert one.post("/console/promise/drafts/", {"file": upload}).status_code == status
    assert one.post(f"{draft}dance/").status_code == 404
    assert one.get("/console/promise/drafts/999999/").status_code == 404
