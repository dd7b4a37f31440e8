"""A count is right whoever counts, however many count at once, and wherever one of them is killed.

Numbered as in ``incidents.exposure.counting``.
"""

from __future__ import annotations

import os
import shutil
import signal
import threading
from collections.abc import Callable
from contextlib import nullcontext
from datetime import timedelta
from pathlib import Path

import pytest
from django.db import connection

from aboveboard.basics import clock, settings
from aboveboard.custody import actions as custody
from aboveboard.custody.exporting import make_export
from aboveboard.engines import duck
from aboveboard.incidents import actions, lifecycle, limits, queries
from aboveboard.incidents.exposure import counting, folders
from aboveboard.incidents.exposure.folders import (
    claim_path,
    delete_abandoned,
    folder_of,
    incidents_folder,
)
from aboveboard.incidents.leaks import opening, sharing, staging
from aboveboard.incidents.models import Exposure, Incident
from aboveboard.incidents.terms import IncidentKind
from aboveboard.incidents.views import IncidentView
from aboveboard.outbox import jobs
from tests import world
from tests.concurrency.crew import at_once
from tests.crash.killing import finish, start
from tests.incidents.conftest import AT, LEAD, STAFF, export, laptop, leak_bytes, open_leak

alone = pytest.mark.django_db
racing = pytest.mark.django_db(transaction=True)

OURS, STRANGERS = 20, 10
LEFT = (
    "lines.parquet",
    "doubts.parquet",
    "certain.parquet",
    "crowd-lines.parquet",
    "crowds.parquet",
    "unread.parquet",
)


def leak_beside_a_parcel(folder: Path) -> IncidentView:
    """A leaked file of twenty of ours, and a parcel with three others that went to a recipient."""
    people = world.load(40)
    make_export(
        [person_id for person_id, _ in people[30:33]],
        ("email",),
        purpose="deliver-orders",
        out=folder / "parcel.csv",
        recipient="courier",
        unprotected=True,
        by=STAFF,
        at=AT,
    )
    return open_leak(leak_bytes([row for _, row in people[:OURS]], strangers=STRANGERS))


def counts(number: int) -> list[tuple[int, int, int]]:
    rows = Exposure.objects.filter(incident__number=number).order_by("id")
    return [(row.people, row.matched_lines, row.stranger_lines) for row in rows]


def count_twice(number: int) -> list[Exposure | BaseException]:
    """Let a second count pass its first look at the leak, then let the first finish and forget."""
    outcomes: list[Exposure | BaseException] = []
    inside, begun = threading.Event(), threading.Event()

    def run(progress: Callable[[str], None]) -> None:
        try:
            outcomes.append(counting.count(number, progress=progress, by=LEAD, at=AT))
        except BaseException as error:
            outcomes.append(error)
        finally:
            connection.close()

    def wait_for_the_other(step: str) -> None:
        if step == counting.STEPS[0]:
            inside.set()
            assert begun.wait(30)
            other.join(2)  # held off by the claim, it does not end before this one does

    first = threading.Thread(target=run, args=(wait_for_the_other,))
    other = threading.Thread(target=run, args=(lambda step: None,))
    first.start()
    assert inside.wait(30)
    other.start()
    begun.set()
    for thread in (first, other):
        thread.join(60)
        assert not thread.is_alive()
    return outcomes


@racing
def test_two_counts_of_one_leak_at_once_are_one_count(tmp_path: Path) -> None:  # 1
    incident = leak_beside_a_parcel(tmp_path)
    first, second = count_twice(incident.number)
    assert (OURS, OURS, STRANGERS) in counts(incident.number)
    assert len(set(counts(incident.number))) == 1
    assert first == second
    assert queries.page(incident.number, at=AT).exposure.people == OURS  # type: ignore[union-attr]


@racing
def test_a_count_stands_even_where_locks_on_files_do_not_hold(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:  # 5
    incident = leak_beside_a_parcel(tmp_path)
    monkeypatch.setattr(counting, "locked", lambda path: nullcontext())
    outcomes = count_twice(incident.number)
    assert {row[0] for row in counts(incident.number)} == {OURS}
    assert any(isinstance(outcome, Exposure) for outcome in outcomes)


@alone
@pytest.mark.parametrize("step", counting.STEPS[:3])
def test_who_finishes_second_takes_the_count_that_stands(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:  # 5
    """Whatever step of the one the other's whole count falls into."""
    people, device = world.load(6), laptop()
    export(device, [people[0][0], people[1][0]], tmp_path)
    number = actions.report_loss(device.id, by=STAFF, at=AT).number
    monkeypatch.setattr(counting, "locked", lambda path: nullcontext())
    others: list[Exposure] = []

    def meanwhile(now: str) -> None:
        if now == step and not others:
            others.append(counting.count(number, by=LEAD, at=AT))

    assert [counting.count(number, progress=meanwhile, by=LEAD, at=AT)] == others
    assert counts(number) == [(2, 0, 0)]
    stated = [row for row in queries.timeline(number) if row.code == "counted"]
    assert [(row.sentence, row.public) for row in stated] == [
        ("Counted: 2 of our customers are on the device.", True)
    ]


@alone
def test_one_customer_is_counted_in_the_singular(tmp_path: Path) -> None:
    people, device = world.load(6), laptop()
    export(device, [people[0][0]], tmp_path)
    number = actions.report_loss(device.id, by=STAFF, at=AT).number
    counting.count(number, by=LEAD, at=AT)
    stated = [row.sentence for row in queries.timeline(number) if row.code == "counted"]
    assert stated == ["Counted: 1 of our customers is on the device."]


@racing
def test_the_worker_and_the_command_at_once_count_once(tmp_path: Path) -> None:
    incident = leak_beside_a_parcel(tmp_path)
    number = incident.number

    def by_hand() -> object:
        return counting.count(number, by=LEAD, at=AT)

    at_once([by_hand, lambda: jobs.run_jobs_once(worker="test"), by_hand])
    assert {row[0] for row in counts(number)} == {OURS}
    stated = [row.sentence for row in queries.timeline(number) if row.code == "counted"]
    assert stated == [f"Counted: {OURS} of our customers are in the file."]


@alone
def test_a_leak_whose_digests_are_gone_is_never_counted_by_manifest(tmp_path: Path) -> None:  # 4
    incident = leak_beside_a_parcel(tmp_path)
    for path in folder_of(lifecycle.find(incident.number)).glob("leak-*"):
        path.unlink()
    with pytest.raises(counting.NothingToCount):
        counting.count(incident.number, by=LEAD, at=AT)
    assert counts(incident.number) == []


@alone
def test_a_finished_leak_counted_again_is_the_same_count(tmp_path: Path) -> None:  # 2
    incident = leak_beside_a_parcel(tmp_path)
    steps: list[str] = []
    first = counting.count(incident.number, progress=steps.append, by=LEAD, at=AT)
    assert steps == list(counting.STEPS), "each once"
    assert counting.count(incident.number, by=LEAD, at=AT) == first
    jobs.run_jobs_once(worker="test")
    assert counts(incident.number) == [(OURS, OURS, STRANGERS)]


@alone
def test_a_device_that_nobody_named_has_no_exports(tmp_path: Path) -> None:
    leak_beside_a_parcel(tmp_path)
    incident = lifecycle.open_incident(
        IncidentKind.LOST_DEVICE, title="Something", discovered_at=AT, by=LEAD, at=AT
    )
    first = counting.count(incident.number, by=LEAD, at=AT)
    assert first.people == 0
    assert counting.count(incident.number, by=LEAD, at=AT) == first
    # A count of before exports were named in it.
    Exposure.objects.update(exports=None)
    assert counting.count(incident.number, by=LEAD, at=AT) == first


@alone
def test_what_is_known_of_a_loss_is_nobody_elses_to_read(tmp_path: Path) -> None:
    """Folders of incidents, and what is worked out meanwhile, are the instance's own account's."""
    incident = leak_beside_a_parcel(tmp_path)
    counting.count(incident.number, by=LEAD, at=AT)
    with folders.working_folder() as working:
        for folder in (incidents_folder(), folder_of(lifecycle.find(incident.number)), working):
            assert folder.stat().st_mode & 0o777 == 0o700, folder.name


@alone
def test_an_answer_given_before_a_count_ends_is_in_what_it_returns(tmp_path: Path) -> None:
    people, device = world.load(6), laptop()
    export(device, [people[0][0]], tmp_path)
    number = actions.report_loss(device.id, by=STAFF, at=AT).number

    def answer(step: str) -> None:
        if step == counting.STEPS[3]:
            actions.change(number, answers={"hands": "nobody"}, by=LEAD, at=AT)

    count = counting.count(number, progress=answer, by=LEAD, at=AT)
    assert count == Exposure.objects.latest("id")
    assert Exposure.objects.count() == 2, "as it was counted, and as it was answered"


@alone
def test_an_export_begun_before_the_count_and_finished_after_it_is_counted(tmp_path: Path) -> None:
    people, device = world.load(6), laptop()
    export(device, [people[0][0]], tmp_path)
    incident = actions.report_loss(device.id, by=STAFF, at=AT)
    counting.count(incident.number, by=LEAD, at=AT)
    custody.report_found(device.id, by=STAFF, at=AT)
    (tmp_path / "later").mkdir()
    # Its moment is when it began, which is before the count.
    export(device, [people[1][0]], tmp_path / "later", at=AT - timedelta(hours=1))
    assert counting.count(incident.number, by=LEAD, at=AT).people == 2


@racing
def test_an_answer_given_during_a_count_does_not_bring_the_older_count_back(
    tmp_path: Path,
) -> None:
    people, device = world.load(6), laptop()
    export(device, [people[0][0]], tmp_path)
    incident = actions.report_loss(device.id, by=STAFF, at=AT)
    counting.count(incident.number, by=LEAD, at=AT)
    custody.report_found(device.id, by=STAFF, at=AT)
    (tmp_path / "later").mkdir()
    export(device, [people[1][0]], tmp_path / "later", at=AT)

    def answer() -> object:
        return actions.change(incident.number, answers={"hands": "nobody"}, by=LEAD, at=AT)

    at_once([answer, lambda: counting.count(incident.number, by=LEAD, at=AT)])
    page = queries.page(incident.number, at=AT)
    assert page.exposure is not None
    assert page.exposure.people == 2
    assert {part.band for part in page.slices} == {min(part.band for part in page.slices)}


@racing
def test_incidents_opened_at_one_moment_have_numbers_of_their_own() -> None:
    world.adopt()

    def opened() -> object:
        return actions.open_other(title="A door stood open", by=STAFF, at=AT).number

    assert sorted(at_once([opened] * 6), key=str) == [1, 2, 3, 4, 5, 6]


def killed_after(point: str, monkeypatch: pytest.MonkeyPatch, work: Callable[[], object]) -> None:
    """Do ``work`` in a process of its own, and kill it when it has done ``point`` of a module."""
    module, _, name = point.partition(".")
    owner = {"opening": opening, "sharing": sharing, "counting": counting}[module]
    does = getattr(owner, name)

    def dies(*args: object, **named: object) -> object:
        does(*args, **named)
        os.kill(os.getpid(), signal.SIGKILL)
        raise AssertionError("it lived on")

    with monkeypatch.context() as dying:
        dying.setattr(owner, name, dies)
        assert finish(start(work)) == -signal.SIGKILL


def everything_left() -> set[str]:
    """Every file about a leak, but the claims, which are empty."""
    left = [
        path for path in incidents_folder().rglob("*") if path.is_file() and path.stat().st_size
    ]
    return {str(path.relative_to(incidents_folder())) for path in left}


@racing
@pytest.mark.parametrize(
    "point", ["sharing.read", "sharing.share", "opening._seal", "opening._give_name"]
)
def test_a_leak_killed_while_it_is_read_leaves_nothing(
    point: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    if point == "sharing.share":  # read by several processes, as a large file is
        monkeypatch.setattr(limits, "LEAK_ALONE_BYTES", 0)
    people = world.load(30)
    content = leak_bytes([row for _, row in people])
    killed_after(point, monkeypatch, lambda: open_leak(content))
    delete_abandoned()
    if Incident.objects.exists():  # it died after all was written down: nothing is lost
        jobs.run_jobs_once(worker="test")
        assert counts(Incident.objects.get().number)[0][0] == len(people)
    else:
        assert everything_left() == set()


@racing
@pytest.mark.parametrize("point", ["counting.take_snapshot", "counting._write", "counting.assess"])
def test_a_killed_count_leaves_nothing_and_is_done_again(
    point: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    number = leak_beside_a_parcel(tmp_path).number
    killed_after(point, monkeypatch, lambda: counting.count(number, by=LEAD, at=AT))
    counting.count(number, by=LEAD, at=clock.now())
    delete_abandoned()
    assert {row[0] for row in counts(number)} == {OURS}
    files = {row.file_name for row in Exposure.objects.filter(incident__number=number)}
    reference = lifecycle.find(number).reference
    assert everything_left() == {f"{reference}/{name}" for name in [*files, *LEFT]}


@alone
def test_what_somebody_is_still_at_is_left_alone(db: None) -> None:
    with folders.working_folder() as folder, duck.engine() as engine:
        (folder / "leak-keys.csv").write_text("1,1,2,3")
        spill = Path(engine.execute("SELECT current_setting('temp_directory')").fetchone()[0])  # type: ignore[index]
        assert delete_abandoned() == 0
        assert folder.is_dir()
        assert spill.is_dir()
    assert not folder.exists()
    assert not spill.exists()


@alone
def test_a_folder_that_somebody_emptied_meanwhile_is_no_fault(db: None) -> None:
    with folders.working_folder() as folder:
        shutil.rmtree(folder)
    assert not folder.with_suffix(".lock").exists()


@alone
def test_a_sweep_takes_what_was_left_and_no_more(tmp_path: Path) -> None:
    """What a kill left between a lock and its folder is a lock alone; a folder that has no number
    of ours was made by somebody else; and that of an incident is the incident's."""
    ours = folder_of(lifecycle.find(leak_beside_a_parcel(tmp_path).number))
    lock = incidents_folder() / "working" / "0.lock"
    lock.parent.mkdir(parents=True, exist_ok=True)
    lock.touch()
    left = lock.with_name("1")
    left.mkdir()
    left.with_suffix(".lock").touch()
    notes, nobodys = incidents_folder() / "INC-notes", incidents_folder() / "INC-0088"
    for folder in (notes, nobodys):
        folder.mkdir()
    assert delete_abandoned() == 2
    assert [path.exists() for path in (lock, left, left.with_suffix(".lock"))] == [False] * 3
    assert [path.is_dir() for path in (ours, notes, nobodys)] == [True, True, False]
    notes.rmdir()


@alone
def test_digests_of_an_incident_that_is_being_opened_are_left_alone(db: None) -> None:
    incident = Incident(number=77)
    folder_of(incident).mkdir()
    with folders.locked(claim_path(incident)):
        assert delete_abandoned() == 0
        assert folder_of(incident).is_dir()
    assert delete_abandoned() == 1
    assert not folder_of(incident).exists()


@alone
def test_a_part_of_an_upload_is_swept_with_the_others(db: None) -> None:
    staged = settings.current().path("incidents") / "staged"
    staged.mkdir(parents=True, exist_ok=True)
    part = staged / f"{'0' * 32}.sealed.part"
    part.write_bytes(b"sealed")
    os.utime(part, (0, 0))
    assert staging.delete_expired(at=clock.now()) == 1
    assert not part.exists()
