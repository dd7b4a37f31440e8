"""An export that is killed, and one during which people change their minds."""

from __future__ import annotations

import hashlib
import os
import signal
import threading
from collections.abc import Iterator, Sequence
from datetime import timedelta
from pathlib import Path
from unittest import mock

import pytest
from django.db import connection

from aboveboard.access import actions as using
from aboveboard.choices.actions import choose
from aboveboard.choices.state import ChoiceAnswer
from aboveboard.custody import actions, export_rows, exporting, manifest, parcel, queries
from aboveboard.custody.models import Export
from aboveboard.ledger.models import Entry
from tests import world
from tests.crash.killing import finish, start
from tests.custody.conftest import parcel_to
from tests.incidents.conftest import AT, STAFF


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("when", ["while it is written", "once it was written down"])
def test_an_export_killed_with_kill_9(when: str, tmp_path: Path) -> None:
    """Before its entry is durable it never left, and what it wrote is put away; afterwards the next
    export to this place finishes it."""
    people = world.load(12)
    key, out = parcel.new_key(tmp_path / "key.txt"), tmp_path / "p.csv.age"

    def killed(*_: object) -> None:
        os.kill(os.getpid(), signal.SIGKILL)

    def dies() -> None:
        if when == "while it is written":
            with mock.patch.object(export_rows.access_limits, "USE_BATCH", 5):
                parcel_to(key, people, out, progress=killed)
        else:
            with mock.patch.object(manifest, "write", killed):
                parcel_to(key, people, out)

    assert finish(start(dies)) == -signal.SIGKILL
    left = Export.objects.get()
    assert not out.exists()
    assert (left.made_at is None) == (when == "while it is written")
    exporting.recover_exports(out)
    assert not list(tmp_path.glob(".*"))
    if left.made_at is None:
        assert queries.exports() == []
        assert parcel_to(key, people, out).people == 12
    else:
        assert left.file_digest == hashlib.sha256(out.read_bytes()).hexdigest()
        assert manifest.sheet_path(out).exists()


def answer_all(people: Sequence[int], answer: ChoiceAnswer, *, minutes: int) -> None:
    """Let everyone answer at the portal."""
    for person_id in people:
        choose(
            person_id,
            "personal-offers",
            answer,
            channel="portal",
            evidence="t:1",
            by=STAFF,
            at=AT + timedelta(minutes=minutes),
        )


class Withdrawal:
    """Everyone says no, in a thread of its own, as soon as ``half`` is set."""

    def __init__(self, people: Sequence[int]) -> None:
        self.half, self.over = threading.Event(), threading.Event()
        self.problems: list[Exception] = []
        self._people = people
        self._thread = threading.Thread(target=self._run)
        self._thread.start()

    def in_the_middle(self) -> Iterator[int]:
        """Yield everyone; half way, wait until all have said no."""
        for number, person_id in enumerate(self._people):
            if number == len(self._people) // 2:
                self.half.set()
                assert self.over.wait(30)
            yield person_id

    def join(self) -> None:
        self._thread.join()
        assert not self.problems

    def _run(self) -> None:
        try:
            self.half.wait(30)
            answer_all(self._people, ChoiceAnswer.NO, minutes=1)
        except Exception as error:
            self.problems.append(error)
        finally:
            self.over.set()
            connection.close()


@pytest.mark.django_db(transaction=True)
def test_a_choice_withdrawn_while_a_batch_is_read_keeps_out_whoever_was_not_yet_decided(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    people = [person_id for person_id, _ in world.load(30)]
    answer_all(people, ChoiceAnswer.YES, minutes=0)
    monkeypatch.setattr(using, "USE_BATCH", 5)
    withdrawal = Withdrawal(people)
    made = actions.make_export(
        withdrawal.in_the_middle(),
        ("email",),
        purpose="personal-offers",
        out=tmp_path / "o.csv",
        recipient="email-provider",
        unprotected=True,
        by=world.OFFERS,
        at=AT + timedelta(minutes=2),
    )
    withdrawal.join()
    assert (made.people, made.refused) == (15, 15)
    refused = {line.person_id for line in queries.export_people(made.id, refused=True)}
    assert refused == set(people[15:])

    uses = Entry.objects.filter(kind__startswith="use.").order_by("id")
    kinds = list(uses.values_list("kind", flat=True))
    assert kinds == ["use.granted"] * 15 + ["use.refused"] * 15
    first_no = Entry.objects.filter(kind="choice.made").order_by("id")[30]
    assert list(uses)[14].pk < first_no.pk, "whoever was granted had not said no yet"
