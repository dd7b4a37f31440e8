"""What the worker does for a request: every system asked, one by one, and nobody else disclosed."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest

from aboveboard.basics import clock
from aboveboard.basics.actor import CUSTOMER, SYSTEM
from aboveboard.basics.personal import Personal
from aboveboard.connectors import registry
from aboveboard.connectors.contract import Attachment, Identifier, Record
from aboveboard.connectors.own import KEY as OWN
from aboveboard.outbox import jobs
from aboveboard.outbox.models import Message
from aboveboard.retention import actions as retention
from aboveboard.retention.reasons import HoldReason
from aboveboard.rights import limits
from aboveboard.rights.models import RequestStep, RightsRequest
from aboveboard.rights.requests import actions, files, proving, queries
from aboveboard.rights.requests.state import RequestStage
from aboveboard.rights.requests.terms import (
    NewRequest,
    NotInThisStage,
    NotProved,
    PauseReason,
    ProofEvidence,
    RequestChannel,
    RequestDetails,
    RequestKind,
    StepVerb,
)
from aboveboard.rights.running import by_hand, collected, due
from aboveboard.rights.running.by_hand import CopyMissing, EvidenceDocument, HandAnswer
from aboveboard.vault import queries as vault
from tests import world
from tests.rights.memory_system import MemorySystem
from tests.world import ADVISER

pytestmark = pytest.mark.django_db
Connect = Callable[..., None]


@pytest.fixture
def connect(monkeypatch: pytest.MonkeyPatch) -> Connect:
    def connected(*systems: MemorySystem) -> None:
        monkeypatch.setattr(registry, "active", lambda: list(systems))

    return connected


def customer() -> tuple[int, str]:
    (person, row), *_ = world.load(1)
    return person, row["email"]


def ask(
    person: int | None,
    kind: RequestKind = RequestKind.ACCESS,
    *,
    email: str = "",
    evidence: ProofEvidence | None = ProofEvidence.SIGNED_IN,
    corrections: dict[str, Personal[str]] | None = None,
) -> int:
    identifiers = (Identifier("email", Personal(email)),) if email else ()
    new = NewRequest(
        kind=kind,
        channel=RequestChannel.PORTAL,
        received_at=clock.now(),
        person_id=person,
        jurisdiction="DE",
        details=RequestDetails(identifiers=identifiers, corrections=corrections or {}),
    )
    return actions.ask(new, evidence=evidence, by=CUSTOMER, at=clock.now())


def work() -> None:
    jobs.run_jobs_once(worker="test")


def work_later(number: int) -> None:
    """Let the time come of everything that is tried again."""
    RequestStep.objects.filter(request_id=number).update(next_try_at=None)
    Message.objects.filter(done_at=None).update(due_at=clock.now())
    work()


def stage(number: int) -> RequestStage:
    return queries.request(number).state.stage


def listed(number: int) -> dict[tuple[str, str], str]:
    steps = queries.steps(queries.request(number))
    return {(step.system, step.verb.value): step.why or step.state for step in steps}


def contents(number: int, system: str) -> list[dict[str, object]]:
    (gave,) = (each for each in collected.collected(number) if each.system == system)
    return [
        {name: value.reveal() for name, value in each.values.items()}
        for each in gave.contents
        if isinstance(each, Record)
    ]


def test_an_identifier_that_one_system_tells_asks_the_next(connect: Connect) -> None:
    person, email = customer()
    crm = MemorySystem("crm", {7: {"email": email, "account": "A-7"}}, tells=("account",))
    billing = MemorySystem(
        "billing",
        {1: {"account": "A-7", "iban": "DE02"}, 2: {"account": "A-8", "iban": "DE03"}},
        finds_by=("account",),
        attachment=bytes(200_000),
    )
    empty = MemorySystem("newsletter", {9: {"email": "somebody@else.example"}})
    connect(billing, crm, empty)
    number = ask(person)
    work()
    assert stage(number) is RequestStage.REVIEWING
    assert contents(number, "billing") == [{"account": "A-7", "iban": "DE02"}]
    assert listed(number)["newsletter", "find"] == "done"
    assert ("newsletter", "read") not in listed(number), "nothing is held there"
    state = queries.request(number).state
    assert state.steps["newsletter", StepVerb.FIND].facts["records"] == 0
    hops = state.steps["crm", StepVerb.FIND].facts["hops"]
    assert hops == [{"collection": "customers", "by": ["email"], "learned": ["account"]}]
    (letter,) = (
        each
        for gave in collected.collected(number)
        for each in gave.contents
        if isinstance(each, Attachment)
    )
    assert b"".join(letter.chunks) == bytes(200_000)
    for name in files.names(number):
        assert b"DE02" not in (files.folder(number) / name).read_bytes()
    assert contents(number, OWN), "what we hold ourselves is part of it"
    # As after a restore: a backup has the rows, and leaves out what was collected.
    files.delete_all(number)
    with pytest.raises(collected.CollectedMissing):
        collected.collected(number)
    for system in (OWN, "billing", "crm"):
        by_hand.try_again(number, system, StepVerb.READ, by=ADVISER, at=clock.now())
    work()
    assert contents(number, "billing") == [{"account": "A-7", "iban": "DE02"}]
    actions.review(number, by=ADVISER, at=clock.now())
    assert stage(number) is RequestStage.READY


def test_nothing_runs_for_anybody_who_is_not_proved(connect: Connect) -> None:
    person, email = customer()
    crm = MemorySystem("crm", {7: {"email": email}})
    connect(crm)
    for kind in (RequestKind.ACCESS, RequestKind.ERASURE, RequestKind.CORRECTION):
        number = ask(person, kind, evidence=None, email=email)
        work()
        assert stage(number) is RequestStage.PROVING
        with pytest.raises(NotProved):
            by_hand.answer_step(
                number,
                "crm",
                StepVerb.READ,
                HandAnswer(records=1, words="Here"),
                by=ADVISER,
                at=clock.now(),
            )
    assert crm.calls == []
    assert vault.person(person) is not None


def test_a_system_that_is_down_delays_its_own_part_and_then_calls_a_person(
    connect: Connect,
) -> None:
    person, email = customer()
    up = MemorySystem("up", {1: {"email": email}})
    down = MemorySystem("down", {1: {"email": email}}, down=True)
    connect(up, down)
    number, at = ask(person), clock.now()
    work()
    assert listed(number)["up", "read"] == "done"
    assert listed(number)["down", "find"] == "trying_again"
    for tried in range(limits.STEP_TRIES - 1):
        assert stage(number) is RequestStage.WORKING, tried
        work_later(number)
    step = next(each for each in queries.steps(queries.request(number)) if each.why)
    assert (step.system, step.why, step.error) == ("down", "gave_up", "system_unavailable")
    assert stage(number) is RequestStage.BY_HAND
    assert up.calls.count("read 1") == 1, "what was read is not read again"
    down.down = False
    by_hand.try_again(number, "down", StepVerb.FIND, by=ADVISER, at=at)
    work()
    assert listed(number)["down", "read"] == "done"
    assert stage(number) is RequestStage.REVIEWING


def test_two_people_behind_one_key_are_told_apart_by_a_person(connect: Connect) -> None:
    person, email = customer()
    shop = MemorySystem(
        "shop",
        {
            1: {"email": email, "name": "Ulla", "account": "1"},
            2: {"email": email, "name": "Olaf", "account": "2"},
        },
        tells=("account",),
    )
    loans = MemorySystem("loans", {5: {"account": "2", "debt": "9"}}, finds_by=("account",))
    connect(shop, loans)
    number = ask(person)
    work()
    assert listed(number)["shop", "find"] == "several"
    assert not [call for call in shop.calls if call.startswith("read")]
    assert stage(number) is RequestStage.BY_HAND
    doubtful = by_hand.doubtful_matches(number, "shop")
    assert [match.key.reveal() for match in doubtful] == ["1", "2"]
    by_hand.decide_matches(
        number, "shop", [0], words="She knew her last order", by=ADVISER, at=clock.now()
    )
    work()
    assert [row["name"] for row in contents(number, "shop")] == ["Ulla"]
    assert queries.request(number).state.steps["loans", StepVerb.FIND].facts["records"] == 0
    with pytest.raises(NotInThisStage):
        by_hand.decide_matches(number, "shop", [1], words="no", by=ADVISER, at=clock.now())


def test_a_system_without_the_verb_is_answered_by_hand_with_evidence(connect: Connect) -> None:
    person, _ = customer()
    connect(MemorySystem("cabinet", verbs=frozenset()))
    number, at = ask(person), clock.now()
    work()
    assert listed(number)["cabinet", "find"] == "no_verb"

    def give(verb: StepVerb, given: HandAnswer) -> None:
        by_hand.answer_step(number, "cabinet", verb, given, by=ADVISER, at=at)

    give(StepVerb.FIND, HandAnswer(records=1, words="A file in drawer 4"))
    work()
    assert listed(number)["cabinet", "read"] == "no_verb"
    with pytest.raises(CopyMissing):
        give(StepVerb.READ, HandAnswer(records=1, words="Copied"))
    scan = EvidenceDocument(Personal("scan.pdf"), "application/pdf", [b"%PDF", b"-1"])
    give(StepVerb.READ, HandAnswer(records=1, words="Copied", document=scan))
    (gave,) = (each for each in collected.collected(number) if each.system == "cabinet")
    (copy,) = gave.contents
    assert isinstance(copy, Attachment)
    assert b"".join(copy.chunks) == b"%PDF-1"
    assert stage(number) is RequestStage.REVIEWING


def test_an_erasure_is_counted_looked_at_and_done_our_own_last(connect: Connect) -> None:
    person, email = customer()
    shop = MemorySystem("shop", {1: {"email": email}, 2: {"email": "other@example.org"}}, keeps=3)
    connect(shop)
    number = ask(person, RequestKind.ERASURE)
    work()
    assert (stage(number), shop.calls) == (RequestStage.REVIEWING, ["find", "count"])
    assert queries.request(number).state.steps[OWN, StepVerb.DRY_RUN].facts["records"]
    actions.review(number, by=ADVISER, at=clock.now())
    shop.down = True
    work()
    assert vault.person(person) is not None, "their key opens what is still to be erased elsewhere"
    shop.down = False
    work_later(number)
    assert list(shop.rows) == [2]
    assert vault.person(person) is None
    record = queries.request(number)
    assert (record.state.stage, record.person_id) == (RequestStage.ANSWERED, None)
    assert record.state.closing is not None
    assert record.state.closing.code == "partly", "the invoices are kept, and the person is told"
    assert queries.details(number), "there is somebody to be told what became of it"
    due.do_what_is_due(at=clock.now() + limits.KEPT_AFTER + timedelta(days=1))
    assert not RightsRequest.objects.get(pk=number).key


def test_a_legal_hold_keeps_us_from_erasing_and_is_told(connect: Connect) -> None:
    person, _ = customer()
    connect()
    retention.place_hold(
        person, HoldReason.CLAIM, reference="case/7", until=None, by=SYSTEM, at=clock.now()
    )
    number = ask(person, RequestKind.ERASURE)
    work()
    actions.review(number, by=ADVISER, at=clock.now())
    work()
    assert vault.person(person) is not None
    kept = queries.request(number).state.steps[OWN, StepVerb.ERASE].facts["retained"]
    assert isinstance(kept, list)
    assert "legal claim" in str(kept[0])
    assert RightsRequest.objects.get(pk=number).key_of == person


def test_nothing_held_is_said_only_after_every_system_was_asked(connect: Connect) -> None:
    customer()
    connect(MemorySystem("crm"), MemorySystem("shop"))
    number = ask(None, email="nobody@example.org", evidence=None)
    work()
    assert stage(number) is RequestStage.PROVING
    code = proving.make_code(
        number,
        proving.CodeUse.CONTACT,
        evidence=ProofEvidence.CONTACT_CODE,
        by=SYSTEM,
        at=clock.now(),
    )
    proving.prove_by_code(number, proving.CodeUse.CONTACT, code, by=CUSTOMER, at=clock.now())
    work()
    found = queries.request(number).state.steps
    assert {(system, event.facts["records"]) for (system, _), event in found.items()} == {
        (OWN, 0),
        ("crm", 0),
        ("shop", 0),
    }
    assert stage(number) is RequestStage.REVIEWING


def test_who_asked_without_an_account_and_is_held_gets_their_own(connect: Connect) -> None:
    person, email = customer()
    connect()
    number = ask(None, email=email, evidence=ProofEvidence.CONTACT_CODE)
    work()
    record = queries.request(number)
    assert record.person_id == person
    assert contents(number, OWN)


def test_a_no_is_taken_to_every_system_at_once_and_answered_by_itself(connect: Connect) -> None:
    person, email = customer()
    shop = MemorySystem("shop", {1: {"email": email}})
    connect(shop)
    number = ask(person, RequestKind.STOP_ASKING, evidence=None)
    work()
    assert shop.calls == ["find", "restrict None"]
    assert stage(number) is RequestStage.ANSWERED
    restricting = ask(person, RequestKind.RESTRICTION)
    work()
    facets = vault.person(person)
    assert facets is not None
    assert facets.restricted_until is not None
    assert stage(restricting) is RequestStage.ANSWERED


def test_a_correction_is_looked_at_and_taken_to_every_system(connect: Connect) -> None:
    person, email = customer()
    shop = MemorySystem("shop", {1: {"email": email, "user.name": "Ula"}})
    connect(shop)
    number = ask(person, RequestKind.CORRECTION, corrections={"user.name": Personal("Ulla")})
    work()
    assert shop.rows[1]["user.name"] == "Ula"
    actions.review(number, by=ADVISER, at=clock.now())
    work()
    assert shop.rows[1]["user.name"] == "Ulla"


def test_what_waits_is_moved_on_by_itself_and_nothing_else_is_read(connect: Connect) -> None:
    person, _ = customer()
    connect()
    number, at = ask(person), clock.now()
    Message.objects.filter(kind="rights.run").delete()  # a job that was lost
    assert due.do_what_is_due(at=at) == 0
    assert due.do_what_is_due(at=at + limits.RUN_AGAIN) == 1
    work()
    assert stage(number) is RequestStage.REVIEWING
    until = at + timedelta(days=2)
    actions.pause(number, PauseReason.CLARIFICATION, "Which?", until=until, by=ADVISER, at=at)
    assert due.do_what_is_due(at=until - timedelta(minutes=1)) == 0
    assert due.do_what_is_due(at=until) == 1
    assert queries.request(number).state.paused is None
    day = queries.request(number).due.at
    for moment, code in ((day - limits.REMIND_BEFORE, "due_soon"), (day, "late")):
        assert due.do_what_is_due(at=moment - timedelta(minutes=1)) == 0, code
        assert due.do_what_is_due(at=moment) == 1
        reminded = queries.request(number).state.reminded
        assert reminded is not None
        assert (reminded.at, reminded.code) == (moment, code)
    assert due.do_what_is_due(at=day + timedelta(days=40)) == 0, "once each"
    assert queries.stuck(at=day) == []
