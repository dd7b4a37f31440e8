"""What a second person reads: every text once, who gets it, and the others as differences."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aboveboard.delivery import correspondence
from aboveboard.delivery.letters import LetterSection, Notice
from aboveboard.delivery.terms import CorrespondenceReason
from aboveboard.incidents.actions import report_loss
from aboveboard.incidents.limits import SAMPLE_PEOPLE
from aboveboard.incidents.notices import actions
from aboveboard.incidents.notices.differences import TextChange, compare_lines, compare_notices
from aboveboard.incidents.notices.review import (
    NoticeReader,
    commonest_notice,
    gets_notice,
    review,
)
from aboveboard.outbox import jobs
from tests.incidents.conftest import AT, LEAD, STAFF, People, export, laptop

NOTICE = Notice(
    "A loss",
    "We lost your data",
    "en",
    "Dear {name}",
    "Dear customer",
    (
        LetterSection("happened", "What happened", ("A laptop was lost on 3 May.",)),
        LetterSection("information", "What was on it", ("This:",), ("your name", "your phone")),
    ),
    "The shop",
)


def _batch(people: People, folder: Path) -> int:
    device = laptop()
    export(device, [person_id for person_id, _ in people[:30]], folder)
    number = report_loss(device.id, by=STAFF, at=AT).number
    jobs.run_jobs_once(worker="test")
    return actions.prepare(number, by=LEAD, at=AT).id


@pytest.mark.django_db
def test_the_index_adds_up_and_names_every_text(people: People, tmp_path: Path) -> None:
    batch = _batch(people, tmp_path)
    seen = review(batch)
    assert sum(row.people for row in seen.rows) == 30
    assert sum(text.people for text in seen.texts) == 30
    assert seen.unread == 0
    assert {number for row in seen.rows for number in row.texts} == {
        text.number for text in seen.texts
    }
    assert commonest_notice(batch) == seen.texts[0].notice
    first_of: dict[tuple[str, str], int] = {}
    for text in seen.texts:
        # The first of a language and form stands alone; each other says how it differs from it.
        base = first_of.setdefault((text.language, text.layout), text.number)
        assert (text.base is None) == (base == text.number)
        assert (text.difference is None) == (text.base is None)
        assert text.base in (None, base)
        assert 0 < len(text.person_ids) <= SAMPLE_PEOPLE
        assert all(gets_notice(batch, person_id) for person_id in text.person_ids)
    fewer = review(batch, limit=1)
    assert len(fewer.texts) == 1
    assert fewer.unread == 30 - fewer.texts[0].people


@pytest.mark.django_db
def test_a_child_s_notice_is_read_by_the_guardian_and_of_the_dead_by_nobody(
    people: People, tmp_path: Path
) -> None:
    batch = _batch(people, tmp_path)
    said = {"by": LEAD, "at": AT}
    child, dead, other = (person_id for person_id, _ in people[:3])
    correspondence.instruct(child, CorrespondenceReason.CHILD, instead="mum@example.org", **said)
    correspondence.instruct(dead, CorrespondenceReason.DECEASED, instead=None, **said)
    correspondence.instruct(other, CorrespondenceReason.ASKED, instead="x@example.org", **said)
    outsider = people[40][0]
    correspondence.instruct(outsider, CorrespondenceReason.DECEASED, instead=None, **said)
    rows = review(batch).rows
    by_reader = {reader: [row for row in rows if row.reader is reader] for reader in NoticeReader}
    assert [(row.people, row.channel) for row in by_reader[NoticeReader.GUARDIAN]] == [(1, "email")]
    assert [(row.people, row.channel) for row in by_reader[NoticeReader.NOBODY]] == [(1, "")]
    assert [row.people for row in by_reader[NoticeReader.REPRESENTATIVE]] == [1]
    assert sum(row.people for row in by_reader[NoticeReader.THEMSELVES]) == 27
    assert sum(row.people for row in rows) == 30


@pytest.mark.django_db
def test_whoever_is_not_told_gets_no_notice(people: People, tmp_path: Path) -> None:
    batch = _batch(people, tmp_path)
    assert gets_notice(batch, people[0][0])
    assert not gets_notice(batch, people[40][0])


def test_a_notice_differs_from_itself_in_nothing() -> None:
    seen = compare_notices(NOTICE, NOTICE)
    assert seen.sections == ()
    assert seen.same == ("Subject and title", "What happened", "What was on it")


def test_what_changed_is_said_word_by_word_and_what_is_new_line_by_line() -> None:
    happened, information = NOTICE.sections
    other = replace(
        NOTICE,
        sections=(
            replace(happened, sentences=("A laptop was lost on 4 May.",)),
            replace(information, items=("your name", "your phone", "your card number")),
            LetterSection("advice", "What to do", (), ("Call your bank.",)),
        ),
    )
    seen = compare_notices(NOTICE, other)
    assert [section.heading for section in seen.sections] == [
        "What happened",
        "What was on it",
        "What to do",
    ]
    changed = [
        (piece.change.value, piece.words.strip())
        for section in seen.sections
        for line in section.lines
        for piece in line
        if piece.change is not TextChange.SAME
    ]
    assert changed == [
        ("removed", "3"),
        ("added", "4"),
        ("added", "your card number"),
        ("added", "Call your bank."),
    ]
    gone = compare_notices(other, NOTICE)
    assert {piece.change for piece in gone.sections[-1].lines[-1]} == {TextChange.REMOVED}


@given(*[st.lists(st.sampled_from(["a b c", "a b d", "x", "", "a b c d e"]), max_size=6)] * 2)
def test_a_difference_holds_both_texts(before: list[str], after: list[str]) -> None:
    lines = list(compare_lines(before, after))
    kept = [
        "".join(piece.words for piece in line if piece.change is not TextChange.ADDED)
        for line in lines
        if not line or any(piece.change is not TextChange.ADDED for piece in line)
    ]
    made = [
        "".join(piece.words for piece in line if piece.change is not TextChange.REMOVED)
        for line in lines
        if not line or any(piece.change is not TextChange.REMOVED for piece in line)
    ]
    assert kept == before
    assert made == after
