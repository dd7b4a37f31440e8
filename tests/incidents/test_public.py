"""What anyone may read: what happened against what was promised, and nothing
before it is published."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from aboveboard.basics.errors import NotFound
from aboveboard.incidents import actions, public, queries
from aboveboard.incidents.notices import actions as notices
from aboveboard.outbox import jobs
from tests.incidents.conftest import AT, LEAD, SECOND, STAFF, People, export, laptop
from tests.loss import send_all

pytestmark = pytest.mark.django_db

HOUR = timedelta(hours=1)


def _kept(number: int, at_hours: int) -> dict[str, bool | None]:
    return {
        row.promise.key: row.kept for row in public.incident(number, at=AT + at_hours * HOUR).kept
    }


def test_what_happened_is_set_beside_what_was_promised(people: People, tmp_path: Path) -> None:
    device = laptop()
    export(device, [person_id for person_id, _ in people[:20]], tmp_path)
    incident = actions.report_loss(device.id, note="Jane left it.", by=STAFF, at=AT)
    jobs.run_jobs_once(worker="test")
    with pytest.raises(NotFound):
        public.incident(incident.number, at=AT)
    actions.publish(incident.number, by=LEAD, at=AT + 2 * HOUR)
    assert _kept(incident.number, 3) == {
        "tell-you": None,
        "say-what": None,
        "reach-you": None,
        "tell-authority": None,
        "say-it-openly": True,
        "learn": None,
    }
    assert _kept(incident.number, 73)["tell-you"] is False
    assert _kept(incident.number, 73)["tell-authority"] is False

    notices.approve(notices.prepare(incident.number, by=LEAD, at=AT).id, by=SECOND, at=AT)
    jobs.run_jobs_once(worker="test")
    send_all(at=AT + 9 * HOUR)
    due = queries.page(incident.number, at=AT).next_duty
    assert due is not None
    actions.mark_done(due.id, by=LEAD, at=AT + 10 * HOUR)
    shown = public.incident(incident.number, at=AT + 73 * HOUR)
    rows = {row.promise.key: row for row in shown.kept}
    assert (rows["tell-you"].kept, rows["tell-you"].took) == (True, 9 * HOUR)
    assert (rows["reach-you"].kept, rows["reach-you"].share) == (True, 100)
    assert (rows["tell-authority"].kept, rows["tell-authority"].took) == (True, 10 * HOUR)
    assert (shown.people, shown.notified) == (20, 20)
    assert not any(
        "Jane" in event.sentence or device.tag in event.sentence for event in shown.timeline
    )


def test_notes_are_public_only_when_said_so(people: People) -> None:
    incident = actions.open_other(title="A door stood open", by=STAFF, at=AT)
    actions.publish(incident.number, by=LEAD, at=AT)
    actions.publish(incident.number, by=LEAD, at=AT + HOUR)
    actions.note(incident.number, "Inside only.", by=LEAD, at=AT)
    actions.note(incident.number, "We changed the lock.", public=True, lessons=True, by=LEAD, at=AT)
    sentences = [event.sentence for event in public.incidents(at=AT)[0].timeline]
    assert "We changed the lock." in sentences
    assert "Inside only." not in sentences
    assert sentences.count("Shown on our public trust centre.") == 1
