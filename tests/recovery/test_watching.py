"""The rows that decide are compared with the log by the worker itself, a little at a time."""

from __future__ import annotations

import logging
from datetime import timedelta

import pytest

from aboveboard.basics import clock, settings
from aboveboard.basics.actor import SYSTEM, Role
from aboveboard.commands import limits as of_commands
from aboveboard.commands.instance import doctor
from aboveboard.recovery import limits
from aboveboard.recovery.models import RowComparison
from aboveboard.recovery.queries import last_comparison
from aboveboard.recovery.watching import RowWatch
from aboveboard.vault.actions import erase
from tests.accounts.people import staff_client, staff_member
from tests.recovery.everything import Everything, written

pytestmark = [pytest.mark.django_db, pytest.mark.database]


def in_small_turns(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a turn be one page."""
    monkeypatch.setattr(limits, "COMPARE_WORK", timedelta())
    monkeypatch.setattr(limits, "COMPARE_PAGE", 1)


def to_the_end(watch: RowWatch) -> int:
    """Take turns until the round is over; return how many it took."""
    turns = 1
    while watch():
        turns += 1
    return turns


def rows_by_the_worker(monkeypatch: pytest.MonkeyPatch) -> doctor.HealthCheck:
    """What doctor says where there are too many rows for itself."""
    monkeypatch.setattr(of_commands, "ROWS_COMPARED", 0)
    return doctor.CHECKS["rows"](settings.current())


def test_a_row_that_was_deleted_is_noticed_by_itself_and_shown(
    everything: Everything, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    assert rows_by_the_worker(monkeypatch).verdict == doctor.WARN, "nobody has compared them yet"
    written("DELETE FROM choices_choice WHERE answer = 'no'")
    with caplog.at_level(logging.ERROR):
        to_the_end(RowWatch())
    last = last_comparison()
    assert last is not None
    assert (last.differing, len(last.findings)) == (1, 1)
    assert "has no row any more" in last.findings[0]
    assert last.findings[0] in caplog.text
    check = rows_by_the_worker(monkeypatch)
    assert (check.verdict, check.message) == (doctor.ACT, last.findings[0])
    for role in (Role.ADMINISTRATOR, Role.PRIVACY_LEAD):
        page = staff_client(account=staff_member(role)).get("/console/").content.decode()
        assert "Rows differ from the record" in page
        assert last.findings[0] in page
    page = staff_client(account=staff_member(Role.ADVISER)).get("/console/").content.decode()
    assert "Rows differ from the record" not in page


def test_what_is_as_the_log_says_is_said_with_its_moment(
    everything: Everything, monkeypatch: pytest.MonkeyPatch
) -> None:
    erase(everything.chose, reason="asked", by=SYSTEM, at=clock.now())
    to_the_end(RowWatch())
    last = last_comparison()
    assert last is not None
    assert (last.differing, last.rows > 10) == (0, True)
    assert rows_by_the_worker(monkeypatch).verdict == doctor.OK
    page = staff_client(Role.ADMINISTRATOR).get("/console/settings/").content.decode()
    assert "as the log says" in page
    RowComparison.objects.update(finished_at=clock.now() - timedelta(days=3))
    check = rows_by_the_worker(monkeypatch)
    assert (check.verdict, "not since" in check.message) == (doctor.WARN, True)


def test_a_round_goes_on_in_small_turns_and_one_process_is_in_it(
    everything: Everything, monkeypatch: pytest.MonkeyPatch
) -> None:
    in_small_turns(monkeypatch)
    first, second = RowWatch(), RowWatch()
    assert first()
    assert not second(), "another process is in the round"
    assert first()
    # It dies, or sleeps: after a while another begins anew, and the first lets go of its own.
    RowComparison.objects.update(compared_at=clock.now() - limits.COMPARE_EVERY)
    assert second()
    assert not first()
    assert last_comparison() is None
    assert to_the_end(second) > 20
    assert last_comparison() is not None
    assert not first(), "the next round is not due yet"
    RowComparison.objects.update(compared_at=clock.now() - limits.COMPARE_EVERY)
    assert first()


def test_what_differed_for_a_moment_alone_is_not_found(
    everything: Everything, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As where a change was half seen: what differs is looked at again at the end."""
    in_small_turns(monkeypatch)
    watch = RowWatch()
    written("UPDATE choices_choice SET answer = 'off' WHERE answer = 'no'")
    seen = 0
    while watch():
        seen += 1
        if seen == 60:
            break
    written("UPDATE choices_choice SET answer = 'no' WHERE answer = 'off'")
    to_the_end(watch)
    last = last_comparison()
    assert last is not None
    assert last.differing == 0


def test_a_turn_that_fails_says_nothing_and_the_next_round_begins_anew(
    everything: Everything, monkeypatch: pytest.MonkeyPatch
) -> None:
    in_small_turns(monkeypatch)
    watch = RowWatch()
    assert watch()
    with monkeypatch.context() as broken:
        broken.setattr(limits, "COMPARE_PAGE", "many")
        with pytest.raises(TypeError):
            watch()
    assert not watch(), "not before its time"
    assert last_comparison() is None
    RowComparison.objects.update(compared_at=clock.now() - limits.COMPARE_EVERY)
    to_the_end(watch)
    assert last_comparison() is not None
