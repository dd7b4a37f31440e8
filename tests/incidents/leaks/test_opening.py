"""Opening from a leak: evidence first, each category only where the row really has it,
nothing left on failure."""

from __future__ import annotations

import io
from datetime import timedelta
from pathlib import Path

import pytest

from aboveboard.basics import clock, settings
from aboveboard.basics.errors import Invalid, NotFound
from aboveboard.engines.leak import unread_file
from aboveboard.incidents import limits, queries
from aboveboard.incidents.exposure.folders import folder_of
from aboveboard.incidents.leaks import staging
from aboveboard.incidents.leaks.opening import (
    FileOpenedBefore,
    file_digest,
    open_from_leak,
    opened_before,
    sample,
)
from aboveboard.incidents.models import Incident, UnreadRow
from aboveboard.keys.sealed_files import UploadDamaged
from aboveboard.outbox import jobs
from tests.incidents.conftest import AT, LEAD, People, open_leak

pytestmark = pytest.mark.django_db


def _folder() -> Path:
    return settings.current().path("incidents")


def test_only_what_a_row_really_shows_is_exposed(people: People) -> None:
    with_hash, plain, without = (row["email"] for _, row in people[:3])
    content = (
        f"email,password,card\n{with_hash},$2b$12${'a' * 53},NULL\n{plain},hunter2,\n"
        f"{without},,4111111111111111\n"
    )
    incident = open_leak(content.encode())
    jobs.run_jobs_once(worker="test")
    found = {person.person_id: person for person in queries.people(incident.number)}
    ids = [person_id for person_id, _ in people[:3]]
    assert (found[ids[0]].readable, found[ids[0]].protected) == (
        ("e-mail address",),
        ("password",),
    )
    assert found[ids[1]].readable == ("e-mail address", "password")
    assert found[ids[2]].readable == ("e-mail address", "payment card details")
    assert found[ids[2]].band > found[ids[0]].band


def test_lines_that_cannot_be_read_are_listed_page_by_page_and_are_no_rows(people: People) -> None:
    rubbish = "".join(f"no address {number}\n" for number in range(30))
    view = open_leak(f"email,name\n{people[0][1]['email']},X\n{rubbish}".encode())
    jobs.run_jobs_once(worker="test")
    incident = Incident.objects.get(number=view.number)
    assert queries.page(view.number, at=AT).exposure.unread_lines == 30  # type: ignore[union-attr]
    assert incident.evidence.unread == 30
    first = queries.unread_lines(view.number, limit=20)
    rest = queries.unread_lines(view.number, after=first[-1].line, limit=20)
    assert [row.line for row in [*first, *rest]] == list(range(3, 33))
    assert {row.reason for row in first} == {"columns"}
    assert not UnreadRow.objects.exists()


def test_lines_that_an_earlier_version_kept_as_rows_are_listed_still(people: People) -> None:
    view = open_leak(f"email,name\n{people[0][1]['email']},X\nrubbish\n".encode())
    incident = Incident.objects.get(number=view.number)
    unread_file(folder_of(incident)).unlink()
    UnreadRow.objects.create(incident=incident, line=3, reason="columns")
    jobs.run_jobs_once(worker="test")
    assert queries.page(view.number, at=AT).exposure.unread_lines == 1  # type: ignore[union-attr]
    assert [row.line for row in queries.unread_lines(view.number)] == [3]


def test_a_phone_is_matched_in_the_countries_where_our_people_live(people: People) -> None:
    phones = [row["phone"] for _, row in people]
    person_id, row = next(
        (person_id, row)
        for person_id, row in people
        if row["phone"] and phones.count(row["phone"]) == 1
    )
    incident = open_leak(f"phone,name\n{row['phone']},X\n+1 202 555 0100,Y\n".encode())
    jobs.run_jobs_once(worker="test")
    assert [
        (line.line, line.matched_by, line.person_id)
        for line in queries.lines(incident.number, "matched")
    ] == [(2, "phone", person_id)]


def test_a_file_without_a_readable_line_opens_nothing(people: People) -> None:
    seen = sample(io.BytesIO(b"email,phone\nnobody,nothing\n"))
    with pytest.raises(Invalid):
        open_from_leak(
            io.BytesIO(b"email,phone\nnobody,nothing\n"),
            seen.form,
            ["email", "phone"],
            file_name="x",
            by=LEAD,
            at=AT,
        )
    assert not Incident.objects.exists()
    assert not list(_folder().glob("new-*"))


def test_the_same_file_is_opened_again_only_if_that_is_said(people: People) -> None:
    content = f"email,name\n{people[0][1]['email']},X\n".encode()
    first = open_leak(content)
    shape = sample(io.BytesIO(content))
    roles = [guess.role for guess in shape.columns]
    said = {"file_name": "other.csv", "by": LEAD, "at": AT}
    with pytest.raises(FileOpenedBefore, match=first.reference):
        open_from_leak(io.BytesIO(content), shape.form, roles, **said)  # type: ignore[arg-type]
    assert Incident.objects.count() == 1
    assert opened_before(file_digest(io.BytesIO(content))) == [first]
    assert opened_before(file_digest(io.BytesIO(content + b"\n"))) == []
    again = open_from_leak(  # type: ignore[call-overload]
        io.BytesIO(content), shape.form, roles, again=True, **said
    )
    assert opened_before(file_digest(io.BytesIO(content))) == [first, again]
    jobs.run_jobs_once(worker="test")
    assert queries.people(again.number)


def test_an_upload_waits_sealed(db: None) -> None:
    content = b"email,phone\n" + b"someone@x.io,1\n" * 60_000
    token = staging.store(content[at : at + 70_001] for at in range(0, len(content), 70_001))
    file = _folder() / "staged" / f"{token}.sealed"
    assert b"someone" not in file.read_bytes()
    assert staging.read(token).read() == content
    assert [guess.role for guess in sample(staging.read(token)).columns] == ["email", "phone"]
    staging.delete(token)
    with pytest.raises(NotFound):
        staging.read(token)
    with pytest.raises(NotFound):
        staging.read("../../root.key")


def test_a_sealed_upload_that_was_cut_or_swapped_does_not_open(db: None) -> None:
    token = staging.store([b"a" * (600 * 1024)])
    file = _folder() / "staged" / f"{token}.sealed"
    whole = file.read_bytes()
    block = (1 << 18) + 16
    for damaged in (
        whole[:block],
        whole[: 2 * block],
        whole[block : 2 * block] + whole[:block] + whole[2 * block :],
        whole[:-1],
    ):
        file.write_bytes(damaged)
        with pytest.raises(UploadDamaged):
            staging.read(token).read()


def test_an_upload_too_large_leaves_nothing(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "UPLOAD_BYTES", 1_000)
    before = list(_folder().rglob("*"))
    with pytest.raises(staging.UploadTooLarge):
        staging.store([b"x" * 600, b"x" * 600])
    assert [path for path in _folder().rglob("*") if path not in before and path.is_file()] == []


def test_uploads_that_nobody_confirmed_are_swept(db: None) -> None:
    token = staging.store([b"x"])
    assert staging.delete_expired(at=clock.now()) == 0
    assert staging.delete_expired(at=clock.now() + limits.STAGED_LIFE + timedelta(seconds=1)) >= 1
    with pytest.raises(NotFound):
        staging.read(token)
