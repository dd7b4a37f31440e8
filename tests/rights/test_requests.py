"""Requests as they are kept: sealed, proved, paused, closed, and gone with the person."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from aboveboard.basics import clock
from aboveboard.basics.actor import CUSTOMER, SYSTEM
from aboveboard.basics.errors import NotFound
from aboveboard.basics.package import gathered
from aboveboard.basics.personal import Personal
from aboveboard.rights import limits
from aboveboard.rights.models import RequestEventRow, RightsRequest
from aboveboard.rights.requests import actions, files, proving, queries, sealing
from aboveboard.rights.requests.proving import CodeUse
from aboveboard.rights.requests.state import RequestStage
from aboveboard.rights.requests.terms import (
    Asker,
    CodeRefused,
    ExtensionReason,
    NewRequest,
    NotInThisStage,
    NotProved,
    PauseReason,
    ProofEvidence,
    RefusalGround,
    RequestChannel,
    RequestClosed,
    RequestDetails,
    RequestKind,
    TooManyRequests,
    WordsNeeded,
)
from aboveboard.vault import actions as vault
from tests import world
from tests.world import ADVISER

pytestmark = pytest.mark.django_db
WORDS = "I want everything that you have of me, says Ulla"


def ask(
    person: int | None = None,
    kind: RequestKind = RequestKind.ACCESS,
    *,
    evidence: ProofEvidence | None = None,
    asker: Asker = Asker.SELF,
    at: datetime | None = None,
) -> int:
    at = at or clock.now()
    new = NewRequest(
        kind=kind,
        channel=RequestChannel.PORTAL,
        received_at=at,
        person_id=person,
        asker=asker,
        jurisdiction="" if person else "DE",
        details=RequestDetails(words=Personal(WORDS)),
    )
    return actions.ask(new, evidence=evidence, by=CUSTOMER, at=at)


def stage(number: int) -> RequestStage:
    return queries.request(number).state.stage


def test_what_somebody_wrote_is_sealed_and_goes_with_them() -> None:
    (person, _), *_ = world.load(1)
    number = ask(person, evidence=ProofEvidence.SIGNED_IN)
    row = RightsRequest.objects.get(pk=number)
    assert WORDS.encode() not in bytes(row.details)
    assert queries.details(number).words == Personal(WORDS)
    files.write(number, "read-1.records", sealing.request_key(row), [b"secret"])
    vault.erase(person, reason="asked", by=ADVISER, at=clock.now())
    record = queries.request(number)
    assert (record.state.stage, record.person_id) == (RequestStage.FORGOTTEN, None)
    assert record.next_move is None
    assert not files.names(number)
    with pytest.raises(sealing.RequestUnreadable):
        queries.details(number)


def test_a_duplicate_is_proved_like_the_first_and_blocks_nothing() -> None:
    (person, _), *_ = world.load(1)
    stranger = ask(person)
    own = ask(person, evidence=ProofEvidence.SIGNED_IN)
    assert stage(stranger) is RequestStage.PROVING
    assert stage(own) is RequestStage.WORKING
    assert [each.id for each in queries.like_it(queries.request(own), at=clock.now())] == [stranger]
    with pytest.raises(NotInThisStage):
        actions.review(stranger, by=ADVISER, at=clock.now())
    with pytest.raises(NotProved):
        actions.refuse(stranger, RefusalGround.LEGAL_CLAIMS, "A case", by=ADVISER, at=clock.now())


def test_a_code_proves_once_within_its_time_and_tries() -> None:
    (person, _), *_ = world.load(1)
    number, at = ask(person), clock.now()
    contact = CodeUse.CONTACT

    def code(evidence: ProofEvidence = ProofEvidence.CONTACT_CODE) -> str:
        return proving.make_code(number, contact, evidence=evidence, by=SYSTEM, at=at)

    def give(text: str, *, at: datetime = at) -> RequestStage:
        return proving.prove_by_code(number, contact, text, by=CUSTOMER, at=at).stage

    first, second = code(), code()
    with pytest.raises(CodeRefused):
        give(first)  # the second ended it
    with pytest.raises(CodeRefused):
        give(second, at=at + limits.CODE_LIFE)
    for _ in range(limits.CODE_TRIES):
        with pytest.raises(CodeRefused):
            give("00000000")
    with pytest.raises(CodeRefused):
        give(second)  # its tries are over
    assert stage(number) is RequestStage.PROVING
    third = code()
    assert give(f" {third[:4]}-{third[4:]} ") is RequestStage.WORKING
    with pytest.raises(CodeRefused):
        give(third)


def test_codes_are_counted_and_a_counter_s_is_given_by_staff() -> None:
    (person, _), *_ = world.load(1)
    number, at = ask(person), clock.now()
    with pytest.raises(proving.NotYoursToProve):
        proving.make_code(number, CodeUse.COUNTER, by=CUSTOMER, at=at)
    with pytest.raises(NotProved):
        proving.make_code(number, CodeUse.PACK, by=ADVISER, at=at)
    counter = ProofEvidence.COUNTER_CODE
    for _ in range(limits.CODES_A_DAY):
        code = proving.make_code(number, CodeUse.COUNTER, evidence=counter, by=ADVISER, at=at)
    with pytest.raises(TooManyRequests):
        proving.make_code(number, CodeUse.COUNTER, evidence=counter, by=ADVISER, at=at)
    with pytest.raises(proving.CodeMadeByYou):
        proving.prove_by_code(number, CodeUse.COUNTER, code, by=ADVISER, at=at)
    state = proving.prove_by_code(number, CodeUse.COUNTER, code, by=CUSTOMER, at=at)
    assert state.evidence == (ProofEvidence.COUNTER_CODE,)


def test_a_person_cannot_say_that_they_were_checked() -> None:
    (person, _), *_ = world.load(1)
    number, at = ask(person, asker=Asker.AGENT), clock.now()
    for evidence in ProofEvidence:
        with pytest.raises(proving.NotYoursToProve):
            proving.prove(number, evidence, by=CUSTOMER, at=at)
    with pytest.raises(proving.NotYoursToProve):
        proving.prove(number, ProofEvidence.SIGNED_IN, by=ADVISER, at=at)
    proving.prove(number, ProofEvidence.AUTHORITY, by=ADVISER, at=at)
    assert stage(number) is RequestStage.PROVING


@pytest.mark.parametrize("accepted", [True, False])
def test_a_document_is_deleted_with_the_verdict(accepted: bool) -> None:
    number = ask()
    proving.store_document(number, [b"%PDF-1.7 passport"])
    stored = files.folder(number) / proving.DOCUMENT
    assert b"passport" not in stored.read_bytes()
    proving.judge_document(number, accepted=accepted, by=ADVISER, at=clock.now())
    assert not stored.exists()
    assert queries.request(number).state.proof.enough is accepted
    with pytest.raises(NotFound):
        proving.judge_document(number, accepted=True, by=ADVISER, at=clock.now())


def test_a_sealed_file_opens_whole_or_not_at_all() -> None:
    number, key = ask(), bytes(32)
    plain = bytes(range(256)) * 1_000  # several chunks
    files.write(number, "records", key, [plain[:70_000], plain[70_000:]])
    assert b"".join(files.read(number, "records", key)) == plain
    path = files.folder(number) / "records"
    whole = path.read_bytes()
    chunk = limits.RECORDS_CHUNK + 16 + 4
    for spoiled in (
        whole[: 16 + chunk],
        whole[:16],
        whole[:16] + whole[16 + chunk :],
        whole[:-1] + bytes([whole[-1] ^ 1]),
    ):
        path.write_bytes(spoiled)
        with pytest.raises(sealing.RequestUnreadable):
            list(files.read(number, "records", key))
    with pytest.raises(files.SealedFileTooLong):
        files.write(number, "long", key, [b"four"], longest=3)
    assert files.names(number) == ["records"], "nothing is left of what was too long"


def test_the_clock_stops_goes_on_and_is_extended_once_with_its_reason() -> None:
    (person, _), *_ = world.load(1)
    at = clock.now()
    number = ask(person, evidence=ProofEvidence.SIGNED_IN, at=at)
    with pytest.raises(WordsNeeded):
        actions.pause(number, PauseReason.CLARIFICATION, " ", by=ADVISER, at=at)
    actions.pause(number, PauseReason.CLARIFICATION, "Which shop?", by=ADVISER, at=at)
    with pytest.raises(NotInThisStage):
        actions.pause(number, PauseReason.FEE, "Again", by=ADVISER, at=at)
    record = queries.request(number, at=at)
    assert record.due.paused
    assert record.next_move is not None
    actions.resume(number, by=ADVISER, at=at + timedelta(days=3))
    actions.extend(number, ExtensionReason.COMPLEX, "Nine systems", by=ADVISER, at=at)
    with pytest.raises(NotInThisStage):
        actions.extend(number, ExtensionReason.COMPLEX, "Again", by=ADVISER, at=at)
    record = queries.request(number, at=at)
    assert record.due.extended
    assert not record.due.paused
    words = [each.words.reveal() for each in queries.events(number) if each.words]
    assert words == ["Which shop?", "Nine systems"]


def test_what_is_closed_stays_closed_and_its_ground_is_told() -> None:
    number, at = ask(), clock.now()
    state = actions.refuse(number, RefusalGround.NOT_PROVED, "Nothing came back", by=ADVISER, at=at)
    assert state.stage is RequestStage.REFUSED
    for change in (
        lambda: actions.withdraw(number, by=CUSTOMER, at=at),
        lambda: proving.make_code(number, CodeUse.CONTACT, by=SYSTEM, at=at),
        lambda: proving.prove(number, ProofEvidence.KNOWLEDGE, by=ADVISER, at=at),
    ):
        with pytest.raises(RequestClosed):
            change()


def test_whose_it_is_is_settled_later_and_their_key_takes_over() -> None:
    (person, _), *_ = world.load(1)
    number = ask()
    actions.name_person(number, person, by=ADVISER, at=clock.now())
    assert RightsRequest.objects.get(pk=number).key_of == person
    assert queries.details(number).words == Personal(WORDS)
    with pytest.raises(NotInThisStage):
        actions.name_person(number, person, by=ADVISER, at=clock.now())


def test_a_flood_of_nobody_in_particular_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "UNPROVED_A_DAY", 2)
    ask(), ask()
    with pytest.raises(TooManyRequests):
        ask()
    (person, _), *_ = world.load(1)
    assert ask(person, evidence=ProofEvidence.SIGNED_IN), "who is known is not kept out by it"


def test_a_row_that_was_changed_past_the_program_moves_nothing() -> None:
    (person, _), *_ = world.load(1)
    number = ask(person)
    proof = RequestEventRow.objects.get(request_id=number)
    RequestEventRow._base_manager.filter(pk=proof.pk).update(kind="proved", code="document")
    with pytest.raises(Exception, match="not written by this program"):
        queries.request(number)


def test_an_open_request_keeps_the_sweep_away() -> None:
    (person, _), *_ = world.load(1)
    number = ask(person)
    (data,) = [
        each
        for package in gathered()
        if package.name == "rights"
        for each in package.personal_data
        if each.name == "requests"
    ]
    assert callable(data.in_use)
    assert data.in_use([person], clock.now()) == {person: "open_request"}
    actions.withdraw(number, by=CUSTOMER, at=clock.now())
    assert data.in_use([person], clock.now()) == {}
