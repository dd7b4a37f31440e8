"""People without an e-mail address get a letter: sealed for the print house, never in two parcels,
and followed until it was posted or came back."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path

import pytest

from aboveboard.basics import clock
from aboveboard.basics.errors import Conflict
from aboveboard.custody import queries as custody
from aboveboard.delivery import actions as delivery
from aboveboard.delivery.models import Dispatch, PrintLetter
from aboveboard.delivery.post import actions, queries, reports
from aboveboard.delivery.terms import LetterState
from aboveboard.ledger.models import Entry
from tests import letters, loss
from tests.letters import PrintHouse
from tests.loss import LEAD

pytestmark = pytest.mark.django_db


@pytest.fixture
def house(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, db: None) -> PrintHouse:
    return PrintHouse(monkeypatch, tmp_path)


def lose(rows: list[dict[str, str]], folder: Path, *, promised: bool = True) -> list[int]:
    """Lose a laptop with customers who have no e-mail address, and approve the notices."""
    people = letters.load_without_email(rows, folder)
    if promised:
        letters.adopt()
    incident = loss.lost_laptop(people, folder, at=clock.now())
    loss.approved(incident, at=clock.now())
    return people


def send() -> None:
    delivery.drain(worker="test", at=clock.now() + timedelta(minutes=1))


def notice_states() -> list[tuple[str, str]]:
    return list(Dispatch.objects.order_by("id").values_list("state", "reason"))


def report(*rows: str) -> reports.TakenReport:
    text = "\n".join(["letter,state,date,reason", *rows])
    return reports.take_report(text.encode(), by=LEAD, at=clock.now() + timedelta(days=9))


def opened_for_the_post() -> list[bytes]:
    return [
        bytes(body)
        for body in Entry.objects.values_list("body", flat=True)
        if b'"channel":"post"' in bytes(body) and b'"tell-you-of-a-loss"' in bytes(body)
        if b"notice.sent" not in bytes(body)
    ]


def day(after: int = 0) -> str:
    return (clock.now() + timedelta(days=after)).date().isoformat()


def test_each_gets_a_letter_that_only_the_print_house_opens(
    house: PrintHouse, tmp_path: Path
) -> None:
    rows = letters.made_up(12)
    people = lose(rows, tmp_path)
    send()
    (parcel,) = queries.parcels()
    assert (parcel.letters, parcel.recipient) == (12, "print-house")
    sealed = queries.parcel_file(parcel.number).read_bytes()
    assert sealed.startswith(b"age-encryption.org/v1")
    texts = house.texts(parcel.number)
    assert len(texts) == 12
    for each in rows:
        (own,) = [text for text in texts.values() if each["address_line1"] in text]
        assert each["last_name"] in own
    for letter, text in texts.items():
        assert letter in text
    # A lost parcel is an exact list of people.
    assert {line.person_id for line in custody.manifest_lines(parcel.export)} == set(people)
    assert len(opened_for_the_post()) == 12
    assert set(notice_states()) == {("sent", "at-print-house")}


def test_without_a_print_house_nobody_is_called_reached(db: None, tmp_path: Path) -> None:
    lose(letters.made_up(2), tmp_path)
    for _ in range(3):  # one channel after the other
        send()
    # What the next channel would do is a row of its own: it waits for the mail server.
    states = set(notice_states())
    assert ("skipped", "channel-not-available") in states
    assert states <= {("skipped", "channel-not-available"), ("queued", "")}


def test_letters_wait_while_the_promise_does_not_name_the_print_house(
    house: PrintHouse, tmp_path: Path
) -> None:
    lose(letters.made_up(2), tmp_path, promised=False)
    send()
    assert {state for state, _ in notice_states()} == {"queued"}
    assert not queries.parcels()
    # Nobody's address was opened for nothing.
    assert not opened_for_the_post()


def test_who_has_no_address_or_one_in_no_font_is_a_row_and_the_others_get_theirs(
    house: PrintHouse, tmp_path: Path
) -> None:
    rows = letters.made_up(3)
    nowhere = {"address_line1": "", "city": "", "postal_code": "", "region": ""}
    rows[0] |= nowhere
    rows[1] |= {"last_name": "\U00012000\U00012001"}  # cuneiform
    lose(rows, tmp_path)
    send()
    assert sorted(notice_states()) == [
        ("failed", "letter-not-printable"),
        ("sent", "at-print-house"),
        ("skipped", "no-postal-address"),
    ]


def test_a_letter_is_never_in_two_parcels(
    house: PrintHouse, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lose(letters.made_up(4), tmp_path)
    # As if the worker had been killed when the parcel was made and nothing recorded.
    with monkeypatch.context() as dying:
        dying.setattr("aboveboard.delivery.claims.record", _killed)
        with pytest.raises(KeyboardInterrupt):
            send()
    assert {state for state, _ in notice_states()} == {"sending"}
    delivery.drain(worker="another", at=clock.now() + timedelta(hours=1))
    assert set(notice_states()) == {("sent", "at-print-house")}
    assert [parcel.letters for parcel in queries.parcels()] == [4]


def _killed(*_: object) -> None:
    raise KeyboardInterrupt


def test_a_parcel_that_was_cut_short_before_its_name_is_finished(
    house: PrintHouse, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lose(letters.made_up(3), tmp_path)
    # Killed once the entry says that it was made; then a part file is left, which the lock that
    # went with the process no longer guards.
    with monkeypatch.context() as dying:
        dying.setattr("aboveboard.custody.manifest.write", _killed)
        dying.setattr(Path, "unlink", lambda *_, **__: None)
        with pytest.raises(KeyboardInterrupt):
            send()
    (parcel,) = queries.parcels()
    assert not parcel.is_here
    delivery.drain(worker="another", at=clock.now() + timedelta(hours=1))
    assert len(house.listed(parcel.number)) == 3
    assert len(queries.parcels()) == 1


def test_what_the_print_house_says_is_where_each_notice_stands(
    house: PrintHouse, tmp_path: Path
) -> None:
    lose(letters.made_up(5), tmp_path)
    send()
    (parcel,) = queries.parcels()
    names = [row["letter"] for row in house.listed(parcel.number)]
    taken = report(
        f"{names[0]},printed,{day()}",
        f"{names[0]},posted,{day(1)}",
        f"{names[1]},Posted,{day(1)}",
        f"{names[2]},returned,{day(7)},Gone away",
        f"{names[3]},spoiled,{day()}",
        "99-1,posted," + day(),
        f"{names[4]},lost,{day()}",
        f"{names[4]},posted,tomorrow",
        f"{names[4]},posted,{day(-3)}",
    )
    assert [row.line for row in taken.bad] == [7, 8, 9, 10]
    assert taken.moved == {
        LetterState.PRINTED: 1,
        LetterState.POSTED: 2,
        LetterState.RETURNED: 1,
        LetterState.SPOILED: 1,
    }
    assert sorted(notice_states()) == [
        ("failed", "letter-returned"),
        ("queued", "letter-spoiled"),
        ("sent", "at-print-house"),
        ("sent", "posted"),
        ("sent", "posted"),
    ]
    again = report(f"{names[1]},posted,{day(1)}", f"{names[2]},posted,{day(1)}")
    assert (again.same, again.bad_rows, sum(again.moved.values())) == (1, 1, 0)
    # What was spoiled is printed anew, and nothing else is.
    delivery.drain(worker="test", at=clock.now() + timedelta(days=10))
    assert [each.letters for each in queries.parcels()] == [5, 1]
    assert set(notice_states()) == {
        ("failed", "letter-returned"),
        ("sent", "at-print-house"),
        ("sent", "posted"),
    }


def test_a_parcel_is_acknowledged_by_its_digest_and_then_leaves_this_machine(
    house: PrintHouse, tmp_path: Path
) -> None:
    lose(letters.made_up(2), tmp_path)
    send()
    (parcel,) = queries.parcels()
    with pytest.raises(actions.OtherParcel):
        actions.acknowledge(parcel.number, "00" * 32, by=LEAD, at=clock.now())
    assert queries.parcel(parcel.number).is_here
    known = actions.acknowledge(parcel.number, parcel.sha256, by=LEAD, at=clock.now())
    assert known.acknowledged_at is not None
    assert not known.is_here
    with pytest.raises(Conflict):
        actions.withdraw(parcel.number, by=LEAD, at=clock.now())
    assert json.loads((tmp_path / "letters" / f"{known.file_name}.manifest.json").read_text())


def test_a_parcel_that_never_arrived_is_made_anew(house: PrintHouse, tmp_path: Path) -> None:
    lose(letters.made_up(3), tmp_path)
    send()
    (lost,) = queries.parcels()
    assert actions.withdraw(lost.number, by=LEAD, at=clock.now()) == 3
    send()
    first, second = queries.parcels()
    assert first.states == {LetterState.SPOILED: 3}
    assert (second.letters, second.states) == (3, {LetterState.SEALED: 3})
    assert PrintLetter.objects.count() == 6
