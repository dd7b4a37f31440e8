"""A week-old backup is restored. Whoever was erased since stays erased, whoever said no is not
asked again, and the log goes on."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path

import pytest

from aboveboard.access import actions as access
from aboveboard.access.use import Subject, UseRequest, UseResult
from aboveboard.accounts import actions as accounts
from aboveboard.accounts.clients import actions as clients
from aboveboard.accounts.models import Account, ServiceClient
from aboveboard.accounts.queries import StaffMember
from aboveboard.basics.actor import SYSTEM, Role
from aboveboard.choices import queries as choices
from aboveboard.choices.actions import choose
from aboveboard.choices.state import ChoiceAnswer
from aboveboard.keys.log_signing import sequence_now
from aboveboard.keys.models import PersonKey
from aboveboard.ledger import queries as ledger
from aboveboard.ledger.models import Entry
from aboveboard.recovery.queries import RestoreReport
from aboveboard.recovery.restoring.rules import ReplayOutcome
from aboveboard.vault import actions as vault
from aboveboard.vault.models import SealedRecord
from aboveboard.vault.queries import find, held_fields, person
from tests.recovery import stand
from tests.recovery.stand import NOW, WEEK
from tests.world import ADVISER, entries, load

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.one_database("which keys open what; test_restore puts rows back on both"),
]


class Week:
    """What happened in a week, and what everybody was before it."""

    def __init__(self, tmp_path: Path) -> None:
        self.chain = NOW - WEEK
        self.people = load(12)
        (self.erased, self.erased_row), (self.withdrew, _), (self.stays, self.stays_row) = (
            self.people[:3]
        )
        self.begin()
        self.wrapped = bytes(PersonKey.objects.get(person_id=self.erased).wrapped)
        self.sealed = bytes(SealedRecord.objects.get(person_id=self.erased).boxes)[:64]
        self.made = stand.back_up(tmp_path / "backups", self.chain)
        self.go_by()
        sequence_now()
        self.size = ledger.size()

    def begin(self) -> None:
        """What the backup holds."""
        self.choose(self.withdrew, ChoiceAnswer.YES, "call:1", self.chain)
        self.choose(self.erased, ChoiceAnswer.YES, "call:2", self.chain)
        self.hire("admin@example.org", Role.ADMINISTRATOR)
        self.leaver = self.hire("leaver@example.org", Role.ADVISER)
        self.till, _ = clients.make_client(
            name="till",
            role="shop-system",
            team="Shops",
            purposes=["deliver-orders"],
            channels=["api"],
            by=SYSTEM,
            at=self.chain,
        )

    def go_by(self) -> None:
        """What happened after it."""
        vault.erase(self.erased, reason="asked", by=SYSTEM, at=self.chain + WEEK / 7)
        self.choose(self.withdrew, ChoiceAnswer.NO, "call:3", self.chain + WEEK / 6)
        accounts.close(self.leaver.id, by=SYSTEM, at=self.chain + WEEK / 5)
        clients.revoke_client(self.till.id, by=SYSTEM, at=self.chain + WEEK / 4)
        self.later = [each for each in load(20, seed=7) if each[0] not in dict(self.people)]
        self.choose(self.later[0][0], ChoiceAnswer.YES, "call:4", self.chain + WEEK / 3)
        vault.erase(self.later[1][0], reason="asked", by=SYSTEM, at=self.chain + WEEK / 2)

    def hire(self, email: str, role: Role) -> StaffMember:
        return accounts.add_staff(
            email=email, name=email[0].upper(), team="Shops", role=role, by=SYSTEM, at=self.chain
        )

    @staticmethod
    def choose(person_id: int, answer: ChoiceAnswer, evidence: str, at: datetime) -> None:
        choose(
            person_id,
            "personal-offers",
            answer,
            channel="phone",
            evidence=evidence,
            by=ADVISER,
            at=at,
        )


@pytest.fixture
def week(tmp_path: Path) -> Week:
    return Week(tmp_path)


def use(person_id: int) -> UseResult:
    ask = UseRequest(ADVISER, "answer-contact", ("first_name",), "phone")
    return access.use(ask.for_subject(Subject(person_id)), at=NOW)


def outcomes(done: RestoreReport, outcome: ReplayOutcome) -> dict[str, int]:
    return {line.kind: line.count for line in done.lines if line.outcome == outcome}


def assert_as_after_the_week(week: Week, done: RestoreReport) -> None:
    # The erased person: no look-up, no key, no record, no sign-in, no choices; to
    # everybody they are unknown.
    assert not find("customer_number", week.erased_row["customer_id"])
    assert not find("email", week.erased_row["email"])
    assert person(week.erased) is None
    assert held_fields(week.erased) == frozenset()
    assert entries(week.erased) == []
    assert choices.history(week.erased) == []
    assert not use(week.erased).allowed
    # The one who took their consent back did so.
    assert choices.consent_state(week.withdrew).answer("personal-offers") is ChoiceAnswer.NO
    again, before = choices.history(week.withdrew)
    assert (again.evidence, before.evidence) == (f"entry:{again.entry_id}", "call:1")
    # The one who left stays outside, and so does the program.
    assert Account.objects.get(pk=week.leaver.id).closed_at is not None
    assert ServiceClient.objects.get(pk=week.till.id).revoked_at is not None
    # Everybody else opens.
    result = use(week.stays)
    assert result.allowed
    name = result.values["first_name"]
    assert name is not None
    assert name.reveal() == week.stays_row["first_name"]
    # What cannot be repeated is said, with how many and why.
    assert outcomes(done, ReplayOutcome.REPEATED) == {
        "erasure.done": 1,
        "choice.made": 1,
        "staff.closed": 1,
        "client.revoked": 1,
    }
    assert outcomes(done, ReplayOutcome.NOT_REPEATED)["people.imported"] == 1
    # Of somebody who came after the backup.
    assert outcomes(done, ReplayOutcome.NOT_REPEATED)["choice.made"] == 1
    assert all(line.reason for line in done.lines)
    # The log goes on: nothing that anybody saw is gone, and the next entry follows it.
    stand.assert_ledger_whole(week.size + 2)
    assert Entry.objects.filter(kind="restore.done").count() == 1
    assert (
        max(Entry.objects.values_list("id", flat=True))
        == Entry.objects.order_by("-leaf_index").values_list("id", flat=True)[0]
    )


def test_what_was_erased_and_withdrawn_since_stays_so(week: Week) -> None:
    done = stand.restore(week.made.records, week.made.keys)
    assert_as_after_the_week(week, done)
    assert done.log == "the log in the instance's folder"
    # The backup is older than the erasure, and knows of it all the same: the next file does not
    # bring them back.
    load(12)
    assert not find("customer_number", week.erased_row["customer_id"])


def test_so_it_does_when_the_log_comes_from_a_mirror(week: Week, tmp_path: Path) -> None:
    with stand.mirrored(tmp_path) as mirror:
        stand.lose_everything()
        done = stand.restore(week.made.records, week.made.keys, log_copy=mirror)
    assert done.log == "a mirror"
    assert_as_after_the_week(week, done)


def test_old_records_with_the_newest_keys_do_not_open_whom_the_log_forgot(
    week: Week, tmp_path: Path
) -> None:
    """The keys of a newer backup say who was erased, even where no log does."""
    newer = stand.back_up(tmp_path / "backups", NOW)
    assert newer.keys_removed == (week.made.keys.name,)
    stand.lose_everything()
    done = stand.restore(week.made.records, newer.keys, without_log=True)
    assert outcomes(done, ReplayOutcome.REPEATED) == {"person without a key": 1}
    assert (
        outcomes(done, ReplayOutcome.NOT_REPEATED)["person without a record"] == len(week.later) - 1
    )
    assert not find("customer_number", week.erased_row["customer_id"])
    assert person(week.erased) is None
    assert use(week.stays).allowed
    assert json.loads(Entry.objects.get(kind="restore.done").body)["facts"]["log"] is False


def test_an_old_backup_and_the_live_database_together_open_nobody_who_was_erased(
    week: Week, tmp_path: Path
) -> None:
    """Invariant 5, with what is left after the next backup: old records, new keys, the live
    database, and the root key."""
    parts = (week.made.records, week.made.keys)
    assert [_holds(part, week.sealed) for part in parts] == [True, False]
    assert [_holds(part, week.wrapped) for part in parts] == [False, True], (
        "while it is the newest, the old keys open the old records"
    )
    newer = stand.back_up(tmp_path / "backups", NOW)
    assert not week.made.keys.exists()
    assert _holds(week.made.records, week.sealed), "the record is in the old backup still, as noise"
    assert not any(
        _holds(part, week.wrapped) for part in (week.made.records, newer.records, newer.keys)
    )
    assert week.wrapped not in [
        bytes(key) for key in PersonKey.objects.values_list("wrapped", flat=True)
    ]


def _holds(part: Path, needle: bytes) -> bool:
    return any(needle in path.read_bytes() for path in part.rglob("*") if path.is_file())
