"""A pack is made by the worker: once, whatever happens to the worker, and never in silence."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable, Iterator

import pytest
from django.core import mail

from aboveboard.basics import clock
from aboveboard.basics.actor import CUSTOMER, Role
from aboveboard.basics.errors import Unavailable
from aboveboard.basics.personal import Personal
from aboveboard.connectors import registry
from aboveboard.outbox import jobs
from aboveboard.rights.limits import RUN_AGAIN
from aboveboard.rights.models import RightsRequest
from aboveboard.rights.pack import kept, limits, mentions, preparing, progress, release
from aboveboard.rights.pack.mentions import MentionsNotListed
from aboveboard.rights.pack.progress import PackPhase
from aboveboard.rights.pack.seal import PackSeal
from aboveboard.rights.requests import actions, files, queries
from aboveboard.rights.requests.state import RequestStage, RequestState
from aboveboard.rights.requests.terms import (
    NewRequest,
    NotInThisStage,
    ProofEvidence,
    RequestChannel,
    RequestEventKind,
    RequestKind,
    StepVerb,
)
from aboveboard.rights.running import advance, by_hand, due
from tests import world
from tests.accounts.people import staff_client
from tests.pages import words
from tests.rights.memory_system import MemorySystem
from tests.world import ADVISER

pytestmark = pytest.mark.django_db
SECRET = "correct horse battery"


class Killed(BaseException):
    """The worker is gone."""


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> int:
    """Return a request for a copy of which everything is collected."""
    (person, row), *_ = world.load(1)
    monkeypatch.setattr(
        registry, "active", lambda: [MemorySystem("shop", {1: {"email": row["email"]}})]
    )
    new = NewRequest(
        kind=RequestKind.ACCESS,
        channel=RequestChannel.PORTAL,
        received_at=clock.now(),
        person_id=person,
    )
    number = actions.ask(new, evidence=ProofEvidence.SIGNED_IN, by=CUSTOMER, at=clock.now())
    work()
    assert state(number).stage is RequestStage.REVIEWING
    return number


def work() -> None:
    for _ in range(3):
        jobs.run_jobs_once(worker="test")


def state(number: int) -> RequestState:
    return queries.request(number).state


def order(number: int, seal: PackSeal = PackSeal()) -> RequestState:  # noqa: B008  (frozen)
    return preparing.order(number, seal=seal, by=ADVISER, at=clock.now())


def dying(times: int, what: BaseException) -> Callable[..., object]:
    left, real = [times], release.building.seal_pack

    def die(*args: object, **more: object) -> object:
        left[0] -= 1
        if left[0] >= 0:
            raise what
        return real(*args, **more)  # type: ignore[arg-type]

    return die


def test_no_passphrase_lies_anywhere_while_the_pack_waits_to_be_made(asked: int) -> None:
    order(asked, PackSeal(passphrase=Personal(SECRET)))
    row = RightsRequest.objects.get(pk=asked)
    plain = b"".join(files.read(asked, "pack-order", release.sealing.request_key(row)))
    assert SECRET.encode() not in plain
    assert b"AGE-SECRET-KEY" not in plain, "the secret half is under the passphrase"
    work()
    offer = kept.pack_offer(asked, at=clock.now())
    assert offer is not None
    assert offer.locked
    assert {each for each in files.names(asked) if each.startswith("pack")} == {
        "pack-mentions",
        "pack-release",
        "pack.age",
    }, "the order and its progress are gone"


def test_a_worker_that_is_killed_leaves_it_to_the_next(
    asked: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    order(asked)
    monkeypatch.setattr(release.building, "seal_pack", dying(2, Killed()))
    for _ in range(2):
        with pytest.raises(Killed):
            advance.run_request({"request": asked})
        left = [each.name for each in files.folder(asked).iterdir()]
        assert kept.pack_offer(asked, at=clock.now()) is None
        assert state(asked).makes_pack
        (files.folder(asked) / ".abcd.age").write_bytes(b"cut off")
    due.do_what_is_due(at=clock.now() + RUN_AGAIN)
    work()
    assert state(asked).stage is RequestStage.ANSWERED
    assert "You can fetch it until" in str(mail.outbox[-1].body)
    left = [each.name for each in files.folder(asked).iterdir()]
    assert [each for each in left if each.startswith(".")] == []


def test_what_never_comes_to_its_end_calls_somebody(
    asked: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    order(asked)
    with monkeypatch.context() as full:
        full.setattr(release.building, "seal_pack", dying(99, OSError(28, "disk full")))
        for _ in range(limits.MAKING_TRIES):
            with pytest.raises(OSError, match="disk full"):
                advance.run_request({"request": asked})
        advance.run_request({"request": asked})
    failed = state(asked).order_failed
    assert failed is not None
    assert failed.code == "making_gave_up"
    page = words(staff_client(Role.PRIVACY_LEAD).get(f"/console/requests/{asked}/"))
    assert "It could not be made" in page
    assert "never came to its end" in page
    order(asked)
    work()
    assert state(asked).stage is RequestStage.ANSWERED


def test_a_key_service_that_is_away_delays_it_and_loses_nothing(
    asked: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    order(asked)
    monkeypatch.setattr(
        release.building, "seal_pack", dying(1, Unavailable(what="the key service", fix=""))
    )
    with pytest.raises(Unavailable):
        advance.run_request({"request": asked})
    assert state(asked).makes_pack
    advance.run_request({"request": asked})
    assert state(asked).stage is RequestStage.ANSWERED


def test_who_takes_it_back_meanwhile_leaves_no_pack(
    asked: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    order(asked)
    real = release.building.seal_pack

    def withdrawn(*args: object, **more: object) -> object:
        actions.withdraw(asked, by=CUSTOMER, at=clock.now())
        return real(*args, **more)  # type: ignore[arg-type]

    monkeypatch.setattr(release.building, "seal_pack", withdrawn)
    advance.run_request({"request": asked})
    assert state(asked).stage is RequestStage.WITHDRAWN
    assert kept.pack_offer(asked, at=clock.now()) is None
    assert not files.exists(asked, "pack.age")


def test_an_answered_one_is_made_again_by_the_worker_and_after_a_restore_it_is_said(
    asked: int,
) -> None:
    order(asked)
    work()
    order(asked)
    assert state(asked).makes_pack
    work()
    made = [each.event.kind for each in queries.events(asked)][-2:]
    assert made == [RequestEventKind.PACK_ORDERED, RequestEventKind.PACK_MADE]
    order(asked)
    files.delete(asked, "pack-order")
    work()
    failed = state(asked).order_failed
    assert failed is not None
    assert failed.code == "pack_order_lost"
    assert state(asked).stage is RequestStage.ANSWERED


def test_a_lot_is_gone_through_by_the_worker_alone(
    asked: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "LISTED_AT_ONCE", 0)
    with pytest.raises(MentionsNotListed):
        mentions.mentions_of(asked)
    lead, others = staff_client(Role.PRIVACY_LEAD), f"/console/requests/{asked}/others/"
    assert "it is being gone through" in words(lead.get(others))
    work()
    assert mentions.is_listed(asked)
    monkeypatch.setattr(mentions, "list_others", _never)
    assert lead.get(others).status_code == 200, "a page reads what was listed, and not all of it"
    row = RightsRequest.objects.get(pk=asked)
    note = progress.ProgressNote(row, now=iter(_seconds()).__next__)
    read = note.reading(PackPhase.REDACTING, {"shop": lambda: iter([]), "crm": _three})
    assert [len(list(each())) for each in read.values()] == [0, 3]
    seen = progress.progress_of(asked)
    assert seen is not None
    assert seen[:4] == (PackPhase.REDACTING, 2, 2, 3)


def _never(*_: object) -> None:
    raise AssertionError


def _three() -> Iterator[object]:
    yield from (1, 2, 3)


def _seconds() -> Iterator[object]:
    at = clock.now()
    while True:
        yield at
        at += limits.PROGRESS_EVERY


def test_a_part_goes_out_while_a_system_is_missing_and_the_rest_follows(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    (person, row), *_ = world.load(1)
    shop = MemorySystem("shop", {1: {"email": row["email"]}})
    archive = MemorySystem("archive", {1: {"email": row["email"]}}, down=True)
    monkeypatch.setattr(registry, "active", lambda: [shop, archive])
    number = actions.ask(
        NewRequest(
            kind=RequestKind.ACCESS,
            channel=RequestChannel.PORTAL,
            received_at=clock.now(),
            person_id=person,
        ),
        evidence=ProofEvidence.SIGNED_IN,
        by=CUSTOMER,
        at=clock.now(),
    )
    work()
    with pytest.raises(NotInThisStage):
        order(number)
    lead, console = staff_client(Role.PRIVACY_LEAD), f"/console/requests/{number}/"
    assert "Nothing is known yet of Archive." in words(lead.get(console))
    lead.post(f"{console}pack/", {"way": "link", "words": "As much as we have.", "part": "1"})
    work()
    letter = str(mail.outbox[-1].body)
    assert "We could not ask in time: Archive." in letter
    assert "You can fetch it until" in letter
    assert state(number).stage is RequestStage.WORKING, "it stays open, and late if it gets late"
    assert state(number).part is not None
    with zip_of(number, person) as part:
        assert row["email"] in part.read("data/shop.json").decode()
        assert "We could not ask this system in time" in part.read("index.html").decode()

    archive.down = False
    advance_by_hand(number, "archive")
    assert state(number).stage is RequestStage.REVIEWING
    order(number)
    work()
    assert state(number).stage is RequestStage.ANSWERED
    assert "You got a part of it on" in str(mail.outbox[-1].body)
    with zip_of(number, person) as whole:
        assert row["email"] in whole.read("data/archive.json").decode()
    happened = [each.event.kind for each in queries.events(number)]
    assert RequestEventKind.PART_ANSWERED in happened
    assert happened[-1] is RequestEventKind.ANSWERED


def advance_by_hand(number: int, system: str) -> None:
    by_hand.try_again(number, system, StepVerb.FIND, by=ADVISER, at=clock.now())
    work()


def zip_of(number: int, person: int) -> zipfile.ZipFile:
    opened = release.open_signed_in(number, person, by=CUSTOMER, at=clock.now())
    return zipfile.ZipFile(io.BytesIO(b"".join(opened.chunks)))
