"""What the law asks the lead besides circumstances: sectors, moments, and whom not to notify."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from aboveboard.basics.errors import Conflict, Invalid, NotFound
from aboveboard.incidents import actions, law_questions, not_notifying, queries
from aboveboard.incidents.models import NotNotified
from aboveboard.incidents.not_notifying import ReasonRefused
from aboveboard.ledger.models import Entry
from aboveboard.outbox import jobs
from aboveboard.promise.actions import adopt_promise
from tests.incidents.conftest import AT, LEAD, People
from tests.loss import CLOSING
from tests.promise import edited

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)


@pytest.fixture
def number(people: People) -> int:
    """A letter that went astray, of which nobody knows yet whom it affects."""
    opened = actions.open_other(title="A letter", by=LEAD, at=AT)
    jobs.run_jobs_once(worker="test")
    return opened.number


def _sectors(number: int) -> dict[str, law_questions.SectorQuestion]:
    return {each.key: each for each in law_questions.sector_questions(number)}


def _duties(number: int) -> set[str]:
    return {duty.duty_id for duty in queries.duties(number, at=AT)}


def test_a_sector_that_is_not_declared_is_a_question(number: int) -> None:
    asked = _sectors(number)["telecoms"]
    assert asked.answer is None
    assert asked.words == "Provider of a public electronic communications service"
    assert asked.tells
    before = _duties(number)
    actions.change(number, sectors={"telecoms": True}, by=LEAD, at=AT)
    assert _duties(number) > before
    assert _sectors(number)["telecoms"].answer is True
    actions.change(number, sectors={"telecoms": None}, by=LEAD, at=AT + HOUR)
    assert _duties(number) == before
    assert _sectors(number)["telecoms"].answer is None


def test_a_no_is_remembered_and_brings_nothing(number: int) -> None:
    before = _duties(number)
    actions.change(number, sectors={"telecoms": False}, by=LEAD, at=AT)
    questions = law_questions.sector_questions(number)
    assert [each.answer for each in questions if each.key == "telecoms"] == [False]
    # What is answered stands last: the open questions come first.
    assert questions[-1].key == "telecoms"
    assert _duties(number) == before


def test_a_sector_that_the_promise_declares_is_not_asked(number: int) -> None:
    source = edited(("  sectors: []", "  sectors: [telecoms]"))
    adopt_promise(source, name="p.yaml", by=LEAD, at=AT + HOUR)
    actions.change(number, title="Letters", by=LEAD, at=AT + HOUR)
    assert "telecoms" not in _sectors(number)
    assert "UK-PECR" in " ".join(_duties(number))


def test_there_is_no_such_sector(number: int) -> None:
    with pytest.raises(Invalid):
        actions.change(number, sectors={"bicycles": True}, by=LEAD, at=AT)


def test_what_starts_a_clock_can_be_recorded_corrected_and_taken_back(number: int) -> None:
    """Form 8-K, Item 1.05: four business days after materiality was determined."""
    key, duty = "materiality_determined", "US-SEC-8K-105"
    assert key not in _moments(number)
    source = edited(("  country: GB\n", "  country: GB\n  establishments: [GB, US]\n"))
    adopt_promise(source, name="p.yaml", by=LEAD, at=AT)
    actions.change(number, sectors={"us_listed": True}, by=LEAD, at=AT)
    asked = _moments(number)[key]
    assert asked.at is None
    assert asked.tells
    assert _due(number, duty) is None
    ends = []
    for moment in (AT, AT + 96 * HOUR):
        actions.change(number, moments={key: moment}, by=LEAD, at=AT + 97 * HOUR)
        assert _moments(number)[key].at == moment
        ends.append(_due(number, duty))
    assert None not in ends
    assert ends[0] != ends[1]
    actions.change(number, moments={key: None}, by=LEAD, at=AT + 98 * HOUR)
    assert _moments(number)[key].at is None
    assert _due(number, duty) is None


def _moments(number: int) -> dict[str, law_questions.MomentQuestion]:
    return {each.key: each for each in law_questions.moment_questions(number)}


def _due(number: int, duty_id: str) -> datetime | None:
    duties = {duty.duty_id: duty for duty in queries.duties(number, at=AT)}
    return duties[duty_id].due_at


def test_a_moment_lies_neither_in_the_future_nor_before_the_loss(number: int) -> None:
    actions.change(number, moments={"occurred_at": AT - HOUR}, by=LEAD, at=AT)
    for moment in (AT + HOUR, AT - 2 * HOUR):
        with pytest.raises(Invalid):
            actions.change(number, moments={"scope_known": moment}, by=LEAD, at=AT)
    with pytest.raises(Invalid):
        actions.change(number, moments={"full_moon": AT}, by=LEAD, at=AT)


def _ico(number: int) -> int:
    return next(duty.id for duty in queries.duties(number, at=AT) if duty.is_open)


def test_not_notified_is_a_decision_with_reason_person_and_evidence(number: int) -> None:
    """GDPR Art. 33(5)."""
    duty = _ico(number)
    not_notifying.decide_not_to_notify(
        duty, reason="It came back unopened.", evidence="Photo 7", by=LEAD, at=AT
    )
    shown = queries.duty(duty, at=AT)
    assert shown is not None
    assert shown.not_notified is not None
    assert shown.not_notified.reason == "It came back unopened."
    assert shown.not_notified.evidence == "Photo 7"
    assert shown.not_notified.by == LEAD.as_json()
    assert not shown.is_open
    assert not shown.late
    written = [bytes(body).decode() for body in Entry.objects.values_list("body", flat=True)]
    assert any("not_notified" in each for each in written)
    assert not any("unopened" in each for each in written)
    assert b"unopened" not in bytes(NotNotified.objects.get().words)


def test_it_is_decided_once_and_can_be_taken_back(number: int) -> None:
    duty = _ico(number)
    with pytest.raises(NotFound):
        not_notifying.take_back_decision(duty, by=LEAD, at=AT)
    not_notifying.decide_not_to_notify(duty, reason="Counsel says no.", by=LEAD, at=AT)
    with pytest.raises(Conflict):
        not_notifying.decide_not_to_notify(duty, reason="Again.", by=LEAD, at=AT)
    not_notifying.take_back_decision(duty, by=LEAD, at=AT + HOUR)
    shown = queries.duty(duty, at=AT)
    assert shown is not None
    assert shown.not_notified is None
    assert shown.is_open
    # It stays on record that it had been decided.
    assert NotNotified.objects.get().withdrawn_at == AT + HOUR


@pytest.mark.parametrize("reason", ["", "   ", "x" * 2_001])
def test_a_decision_needs_a_reason(number: int, reason: str) -> None:
    with pytest.raises(ReasonRefused):
        not_notifying.decide_not_to_notify(_ico(number), reason=reason, by=LEAD, at=AT)


def test_a_duty_that_was_done_is_not_decided_on_and_doing_it_ends_the_decision(
    number: int,
) -> None:
    duty = _ico(number)
    not_notifying.decide_not_to_notify(duty, reason="Counsel says no.", by=LEAD, at=AT)
    actions.mark_done(duty, by=LEAD, at=AT)
    shown = queries.duty(duty, at=AT)
    assert shown is not None
    assert (shown.not_notified, shown.done is not None) == (None, True)
    with pytest.raises(Conflict):
        not_notifying.decide_not_to_notify(duty, reason="No.", by=LEAD, at=AT)


def test_closing_names_whom_the_law_names_and_nobody_told(number: int) -> None:
    with pytest.raises(actions.DutiesOpen):
        actions.close(number, review=CLOSING, by=LEAD, at=AT)
    for duty in queries.duties(number, at=AT):
        if duty.is_open:
            not_notifying.decide_not_to_notify(duty.id, reason="Nobody.", by=LEAD, at=AT)
    actions.close(number, review=CLOSING, by=LEAD, at=AT)
    said = [row.sentence for row in queries.timeline(number)]
    assert any(each.startswith("Not notified, by decision: ") for each in said)
    with pytest.raises(Conflict):
        not_notifying.take_back_decision(
            NotNotified.objects.filter(duty__required="yes")[0].duty_id, by=LEAD, at=AT
        )


def test_what_is_coming_is_said_and_binds_nobody(number: int) -> None:
    coming = law_questions.coming(number, on=AT.date())
    ids = {duty.duty_id for duty in coming}
    assert not ids & {
        duty.duty_id
        for duty in queries.duties(number, at=AT)
        if duty.duty_id in ids and duty.required == "yes"
    }
