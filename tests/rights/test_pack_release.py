"""A pack is handed to the person and to nobody else: by a link that ends, by a code, on paper."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator
from datetime import datetime, timedelta

import pyrage
import pytest

from aboveboard.basics import clock
from aboveboard.basics.actor import CUSTOMER, Actor
from aboveboard.basics.personal import Personal
from aboveboard.ledger.queries import entries_of
from aboveboard.promise.queries import in_force
from aboveboard.rights.models import RightsRequest
from aboveboard.rights.pack import limits, release, reviewing
from aboveboard.rights.pack.others import MentionVerdict
from aboveboard.rights.pack.redacting import CollectedItem
from aboveboard.rights.pack.release import PackLinkDead, PackWay
from aboveboard.rights.pack.reviewing import MentionDecision, ReviewPurposeRefused
from aboveboard.rights.pack.seal import NO_SEAL, PackSeal, make_keys
from aboveboard.rights.requests import actions, files, proving
from aboveboard.rights.requests.terms import (
    CodeRefused,
    NewRequest,
    NotProved,
    ProofEvidence,
    RequestChannel,
    RequestKind,
)
from tests import world
from tests.rights.pack_samples import OWN, facts, record
from tests.world import ADVISER

pytestmark = pytest.mark.django_db
BOB = b"bob.other@example.org"


def shop() -> Iterator[CollectedItem]:
    yield record("tickets", text=f"Mary wrote to {BOB.decode()} about a red bicycle")


ANSWERS: reviewing.CollectedAnswers = {"shop": shop}


@pytest.fixture
def person() -> int:
    (person_id, _), *_ = world.load(1)
    return person_id


def ask(person_id: int, evidence: ProofEvidence | None = ProofEvidence.SIGNED_IN) -> int:
    at = clock.now()
    new = NewRequest(
        kind=RequestKind.ACCESS,
        channel=RequestChannel.PORTAL,
        received_at=at,
        person_id=person_id,
    )
    return actions.ask(new, evidence=evidence, by=CUSTOMER, at=at)


def build(request: int, way: PackWay = PackWay.LINK, seal: PackSeal = NO_SEAL) -> Personal[str]:
    return release.build(
        request, facts(), ANSWERS, OWN, way=way, keys=make_keys(seal), by=ADVISER, at=clock.now()
    )


def fetch(
    token: Personal[str],
    person_id: int | None = None,
    code: str = "",
    passphrase: str = "",
    at: datetime | None = None,
) -> bytes:
    opened = release.open_link(
        token,
        person_id=person_id,
        code=code,
        passphrase=Personal(passphrase) if passphrase else None,
        by=CUSTOMER,
        at=at or clock.now(),
    )
    return b"".join(opened.chunks)


def page(pack: bytes) -> bytes:
    return zipfile.ZipFile(io.BytesIO(pack)).read("systems/shop.html")


def test_the_person_fetches_it_a_few_times_and_nobody_else_does(person: int) -> None:
    request = ask(person)
    token = build(request)
    for stranger in (None, person + 1):
        with pytest.raises((PackLinkDead, CodeRefused)):
            fetch(token, stranger)
    for wrong in ("", "x", f"{request}.{'a' * 43}", f"{request + 1}.x", "9" * 30 + ".x", "²."):
        with pytest.raises(PackLinkDead):
            fetch(Personal(wrong), person)
    for _ in range(limits.LINK_DOWNLOADS):
        pack = page(fetch(token, person))
        assert b"red bicycle" in pack
        assert BOB not in pack
    with pytest.raises(PackLinkDead):
        fetch(token, person)
    assert len(list(entries_of(["pack.opened"]))) == limits.LINK_DOWNLOADS


def test_after_its_time_it_is_destroyed_and_can_be_asked_for_again(person: int) -> None:
    request = ask(person)
    token = build(request)
    with pytest.raises(PackLinkDead):
        fetch(token, person, at=clock.now() + limits.LINK_LIFE + timedelta(seconds=1))
    release.expire({"request": request})  # not yet
    assert "pack.age" in files.names(request)
    assert release.destroy(request, release.PackEnd.FETCHED, by=ADVISER, at=clock.now())
    assert files.names(request) == []
    assert len(list(entries_of(["pack.destroyed"]))) == 1
    with pytest.raises(PackLinkDead):
        fetch(token, person)
    assert page(fetch(build(request), person))


def test_a_new_pack_ends_the_old_link(person: int) -> None:
    request = ask(person)
    old, new = build(request), build(request)
    with pytest.raises(PackLinkDead):
        fetch(old, person)
    assert page(fetch(new, person))


def test_nothing_lies_in_clear_and_the_link_is_not_kept(person: int) -> None:
    request = ask(person)
    token = build(request)
    names = [each.name for each in files.folder(request).iterdir()]
    assert sorted(names) == ["pack-release", "pack.age"]
    for name in names:
        content = (files.folder(request) / name).read_bytes()
        assert b"bicycle" not in content
        assert token.reveal().encode() not in content
        assert b"AGE-SECRET-KEY" not in content


def test_who_is_not_proved_gets_none(person: int) -> None:
    request = ask(person, None)
    with pytest.raises(NotProved):
        build(request)
    assert list(files.folder(request).glob(".*")) == []


def test_a_code_opens_it_at_the_counter_once(person: int) -> None:
    request = ask(person)
    build(request, PackWay.COUNTER)
    code = proving.make_code(request, proving.CodeUse.PACK, by=ADVISER, at=clock.now())
    with pytest.raises(CodeRefused):
        release.open_at_counter(request, "00000000", by=ADVISER, at=clock.now())
    opened = release.open_at_counter(request, code, by=ADVISER, at=clock.now())
    assert b"red bicycle" in page(b"".join(opened.chunks))
    with pytest.raises((PackLinkDead, CodeRefused)):
        release.open_at_counter(request, code, by=ADVISER, at=clock.now())


def test_a_pack_for_the_persons_own_key_is_opened_by_them_alone(person: int) -> None:
    identity = pyrage.x25519.Identity.generate()
    request = ask(person)
    token = build(request, seal=PackSeal(age_key=str(identity.to_public())))
    assert b"red bicycle" in page(pyrage.decrypt(fetch(token, person), [identity]))


def test_a_passphrase_is_asked_for_and_guesses_end(
    person: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "CODE_TRIES", 2)
    request = ask(person)
    token = build(request, seal=PackSeal(passphrase=Personal("correct horse")))
    with pytest.raises(release.agefile.WrongPassphrase):
        fetch(token, person, passphrase="wrong")
    assert page(fetch(token, person, passphrase="correct horse"))
    with pytest.raises(PackLinkDead):
        fetch(token, person, passphrase="correct horse")


def test_on_paper_it_is_a_letter_with_the_address_printed_once_it_is_recorded(
    person: int,
) -> None:
    request = ask(person)
    build(request, PackWay.PAPER)
    letter = release.letter_for_post(request, by=ADVISER, at=clock.now())
    assert letter.startswith(b"%PDF")
    (entry,) = entries_of(["pack.opened"])
    assert entry.facts["proof"] == "paper"


def test_a_reviewer_sees_masks_until_a_purpose_lets_them_and_decides(person: int) -> None:
    request = ask(person)
    (listed,), decided = reviewing.list_others(request, ANSWERS, OWN)
    (group,) = (g for g in listed.mentions.groups.values() if g.place.kind == "email")
    assert BOB.decode() not in repr(group)
    allowed, refused = _purposes(ADVISER)
    for purpose in (refused, "no-such-purpose"):
        with pytest.raises(ReviewPurposeRefused):
            reviewing.show(request, purpose, by=ADVISER, at=clock.now())
    reviewing.show(request, allowed, by=ADVISER, at=clock.now())
    ((value_key, text),) = group.values.items()
    assert text.reveal() == BOB.decode()
    reviewing.decide(
        request,
        [MentionDecision(group.place, MentionVerdict.DISCLOSE, value_key)],
        by=ADVISER,
        at=clock.now(),
    )
    assert BOB in page(fetch(build(request), person))
    (entry,) = entries_of(["pack.mentions-decided"])
    assert entry.facts == {
        "request": RightsRequest.objects.get(pk=request).entry_id,
        "system": "shop",
        "mention": "email",
        "verdict": "disclose",
        "values": 1,
    }
    assert decided.of_values == {}


def _purposes(by: Actor) -> tuple[str, str]:
    purposes = in_force().promise.purposes.values()
    allowed = next(each.key for each in purposes if by.role in each.roles)
    return allowed, next(each.key for each in purposes if by.role not in each.roles)
