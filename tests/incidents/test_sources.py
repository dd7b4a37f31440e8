"""Sources of whom a loss affects, alone and together: a whole system, an e-mail, a supplier's
report. Of each person and each data the strongest counts."""

from __future__ import annotations

import io
from datetime import timedelta
from email.message import EmailMessage
from typing import Any

import pytest

from aboveboard.basics import clock
from aboveboard.basics.errors import Conflict, Invalid, NotFound
from aboveboard.incidents import actions, affected, queries, reports
from aboveboard.incidents.case.sealing import CaseWordsRefused
from aboveboard.incidents.exposure import versions
from aboveboard.incidents.exposure.folders import folder_of
from aboveboard.incidents.exposure.versions import ExposureChange
from aboveboard.incidents.models import Incident
from aboveboard.incidents.sources.mails import NoAddresses, add_mail
from aboveboard.incidents.sources.queries import affected_lists, source_lines, taken_back
from aboveboard.incidents.sources.recording import ExposedData
from aboveboard.incidents.sources.suppliers import ReportingSupplier, add_report
from aboveboard.incidents.sources.systems import add_system, datasets
from aboveboard.incidents.terms import Certainty
from aboveboard.outbox import jobs
from aboveboard.vault.actions import erase
from aboveboard.vault.models import Person
from tests.incidents.conftest import AT, LEAD, STAFF, People, laptop

EMAIL, NAME, HEALTH = "user.contact.email", "user.name", "user.health"
POST = ReportingSupplier("Parcel Post", processor=True)


def loss() -> int:
    number = actions.open_other(title="Something was lost", by=STAFF, at=AT).number
    jobs.run_jobs_once(worker="test")
    return number


def counted(number: int) -> dict[int, Certainty]:
    jobs.run_jobs_once(worker="test")
    return {row.person_id: row.certainty for row in queries.people(number, limit=100)}


def test_a_whole_system_is_everybody_who_was_held_then(people: People) -> None:
    number, now = loss(), clock.now()
    later = [person_id for person_id, _ in people[:5]]
    Person.objects.filter(pk__in=later).update(collected_at=now - timedelta(minutes=1))
    Person.objects.exclude(pk__in=later).update(collected_at=now - timedelta(days=9))
    row = add_system(number, "own", now - timedelta(days=1), by=LEAD, at=clock.now())
    assert row.people == 55
    assert set(counted(number)) == {person_id for person_id, _ in people[5:]}
    (view,) = affected_lists(number)
    (own,) = datasets()
    assert len(view.exposed) == len(own.categories), "all that we hold"
    assert view.evidence["erased_since"] == 0


def test_whoever_was_erased_since_is_a_number_alone(people: People) -> None:
    number, before = loss(), clock.now()
    erase(people[0][0], reason="asked", by=LEAD, at=clock.now())
    add_system(number, "own", before, categories=[EMAIL], by=LEAD, at=clock.now())
    (view,) = affected_lists(number)
    assert (view.people, view.evidence["erased_since"]) == (59, 1)
    assert len(counted(number)) == 59


def test_a_system_that_is_none_and_a_moment_to_come_are_refused(people: People) -> None:
    number = loss()
    with pytest.raises(NotFound):
        add_system(number, "cellar", AT, by=LEAD, at=clock.now())
    with pytest.raises(Invalid, match="not come"):
        add_system(number, "own", clock.now() + timedelta(days=1), by=LEAD, at=clock.now())
    lost = actions.report_loss(laptop().id, by=STAFF, at=AT).number
    with pytest.raises(Conflict):
        add_system(lost, "own", AT, by=LEAD, at=clock.now())


def test_everybody_in_an_e_mail_was_shown_to_all_the_others(people: People) -> None:
    number = loss()
    message = EmailMessage()
    message["From"] = "shop@example.com"
    message["To"] = f"Ann <{people[0][1]['email'].upper()}>, {people[1][1]['email']}"
    message["Cc"] = "nobody@elsewhere.example, NOBODY@elsewhere.example"
    message.set_content(f"To: {people[2][1]['email']}\nYour appointment at the clinic")
    add_mail(number, message.as_string(), more=[HEALTH], by=LEAD, at=AT)
    assert counted(number) == dict.fromkeys((people[0][0], people[1][0]), Certainty.CERTAIN), (
        "neither the sender nor who is quoted in the text"
    )
    (view,) = affected_lists(number)
    assert set(view.exposed) == {"name", "e-mail address", "information about health"}
    assert (view.evidence["addresses"], view.evidence["unknown"]) == (3, 1)
    kept = b"".join(
        file.read_bytes() for file in folder_of(Incident.objects.get(number=number)).iterdir()
    )
    assert b"elsewhere" not in kept


@pytest.mark.parametrize(
    "pasted",
    [
        "{0}; {1}",
        "An: {0}; {1}\nKopie: x@elsewhere.example",
        "To:\r\n {0},\r\n\t<{1}>\r\n\r\nhello",
        "Bcc: =?utf-8?q?J=C3=B6rg?= <{0}>, {1}",
    ],
)
def test_what_is_pasted_is_read_however_it_is_written(people: People, pasted: str) -> None:
    number = loss()
    text = pasted.format(people[0][1]["email"], people[1][1]["email"])
    assert add_mail(number, text, by=LEAD, at=AT).people == 2


def test_what_is_no_message_says_what_to_do(people: People) -> None:
    number = loss()
    for text in ("", "Dear all", f"To: {people[0][1]['email']}"):
        with pytest.raises(NoAddresses):
            add_mail(number, text, by=LEAD, at=AT)
    with pytest.raises(Invalid, match=r"\.eml"):
        add_mail(number, "\x00\x01", by=LEAD, at=AT)
    assert affected_lists(number) == []


def report(*numbers: str, header: str = "customer number;note") -> io.BytesIO:
    rows = [header, *(f"{number};lost" for number in numbers)]
    return io.BytesIO("\n".join(rows).encode())


def test_a_suppliers_report_names_people_and_its_other_lines_are_listed(people: People) -> None:
    number = loss()
    file = report(people[0][1]["customer_id"], "ZZ999999", people[1][1]["customer_id"])
    exposed = ExposedData((EMAIL,), (), Certainty.PROBABLE)
    row = add_report(number, file, POST, exposed, file_name="loss.csv", by=LEAD, at=AT)
    assert row.people == 2
    assert counted(number) == dict.fromkeys((people[0][0], people[1][0]), Certainty.PROBABLE)
    (view,) = affected_lists(number)
    evidence = view.evidence
    assert (evidence["supplier"], evidence["processor"]) == ("Parcel Post", True)
    assert (evidence["lines"], evidence["matched"], evidence["unknown"]) == (3, 2, 1)
    assert [line.line for line in source_lines(number, row.pk, "stranger")] == [3]


def test_bare_customer_numbers_are_a_report(people: People) -> None:
    number = loss()
    file = io.BytesIO("\n".join(row["customer_id"] for _, row in people[:20]).encode())
    exposed = ExposedData((NAME,))
    assert add_report(number, file, POST, exposed, file_name="n.txt", by=LEAD, at=AT).people == 20


def test_of_each_data_the_strongest_source_counts_and_versions_say_what_changed(
    people: People,
) -> None:
    number = loss()
    ann, bob = people[0], people[1]
    affected.add_list(
        number,
        [ann[1]["email"], bob[1]["email"]],
        [EMAIL],
        certainty=Certainty.NOT_EXCLUDED,
        by=LEAD,
        at=AT,
    )
    assert counted(number) == dict.fromkeys((ann[0], bob[0]), Certainty.NOT_EXCLUDED)
    add_mail(number, f"To: {ann[1]['email']}, x@elsewhere.example", by=LEAD, at=AT)
    assert counted(number) == {ann[0]: Certainty.CERTAIN, bob[0]: Certainty.NOT_EXCLUDED}
    assert queries.page(number, at=AT).certainties == {
        Certainty.CERTAIN: 1,
        Certainty.NOT_EXCLUDED: 1,
    }
    affected.add_estimate(number, "FR", 30, [EMAIL], by=LEAD, at=AT)
    report = reports.report_json(number, at=AT)
    assert report["people_by_certainty"] == {"certain": 1, "not_excluded": 1, "probable": 30}
    newest = len(versions.versions(number))
    (changed,) = versions.changed_people(number, newest)
    assert (changed.person_id, changed.change) == (ann[0], ExposureChange.SURER)
    assert (changed.sure_before, changed.sure_now) == (Certainty.NOT_EXCLUDED, Certainty.CERTAIN)


def test_a_source_is_taken_back_with_a_reason_that_stays(
    people: People, django_capture_on_commit_callbacks: Any
) -> None:
    number = loss()
    row = add_mail(number, f"{people[0][1]['email']} {people[1][1]['email']}", by=LEAD, at=AT)
    assert len(counted(number)) == 2
    with pytest.raises(CaseWordsRefused):
        affected.withdraw_list(number, row.pk, reason=" ", by=LEAD, at=AT)
    assert len(counted(number)) == 2
    with django_capture_on_commit_callbacks(execute=True):
        affected.withdraw_list(number, row.pk, reason="It was never sent.", by=LEAD, at=AT)
    assert counted(number) == {}
    (back,) = taken_back(number)
    assert back.taken_back is not None
    assert back.taken_back.reason == "It was never sent."
    folder = folder_of(Incident.objects.get(number=number))
    assert not [file for file in folder.iterdir() if file.name.startswith(row.file_name)]
    row.refresh_from_db()
    assert b"never sent" not in bytes(row.withdrawn_reason or b"")


def test_a_report_that_nothing_matches_by_leaves_nothing(people: People) -> None:
    number = loss()
    with pytest.raises(Invalid):
        add_report(
            number,
            io.BytesIO(b"\n\n"),
            POST,
            ExposedData((EMAIL,)),
            file_name="empty.csv",
            by=LEAD,
            at=AT,
        )
    assert affected_lists(number) == []
