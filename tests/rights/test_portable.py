"""What is taken elsewhere is what somebody provided, for consent or a contract, by computer (GDPR
Art. 20(1)); the rest is left out, and the copy says what and why."""

from __future__ import annotations

import io
import json
import zipfile
from dataclasses import replace

import pytest

from aboveboard.basics import clock
from aboveboard.basics.actor import CUSTOMER
from aboveboard.basics.personal import Personal
from aboveboard.connectors import registry
from aboveboard.connectors.contract import Record
from aboveboard.connectors.own import KEY, RECORD
from aboveboard.outbox import jobs
from aboveboard.promise.collecting import DataSource
from aboveboard.promise.model import LawfulBasis, TranslatedText
from aboveboard.rights.pack import assembling, preparing, release, reviewing
from aboveboard.rights.pack.contents import AutomatedDecision
from aboveboard.rights.pack.explaining import general_points
from aboveboard.rights.pack.others import MentionVerdict
from aboveboard.rights.pack.portable import LeftOut, LeftOutWhy, declared_rule, own_rule
from aboveboard.rights.pack.reviewing import MentionDecision
from aboveboard.rights.pack.words import PackWords
from aboveboard.rights.requests import actions, queries
from aboveboard.rights.requests.terms import (
    NewRequest,
    ProofEvidence,
    RequestChannel,
    RequestKind,
)
from tests import world
from tests.rights.memory_system import MemorySystem
from tests.rights.pack_samples import PROMISE, facts
from tests.world import ADVISER

SHOP = """
system: shop
name: Web shop
kind: by_hand
why: What you ordered.
by_hand: {find: Look., read: Copy., erase: Shred.}
collections:
  orders:
    fields: {sum: {}, risk: {provided: false}}
  scores: {provided: false}
"""
BASES = {purpose.basis: key for key, purpose in PROMISE.purposes.items()}


def declared(**keys: str) -> str:
    return SHOP + "".join(f"{key}: {value}\n" for key, value in keys.items())


def rule(text: str) -> LeftOutWhy | None:
    return declared_rule(registry.read_declaration(text, name="shop.yaml"), PROMISE).whole


def test_a_system_is_left_out_for_its_basis_for_paper_or_for_where_it_is_from() -> None:
    contract, duty = BASES[LawfulBasis.CONTRACT], BASES[LawfulBasis.LEGAL_OBLIGATION]
    assert rule(declared(data_uses=f"[{contract}, {duty}]")) is None
    assert rule(declared(data_uses=f"[{duty}]")) is LeftOutWhy.BASIS
    assert rule(declared(automated="false")) is LeftOutWhy.BY_HAND
    assert rule(declared(provided="false")) is LeftOutWhy.NOT_PROVIDED
    assert rule(SHOP) is None, "what nobody said is taken for the person's"


def test_collections_and_fields_are_left_out_and_listed() -> None:
    shop = declared_rule(registry.read_declaration(SHOP, name="shop.yaml"), PROMISE)
    values = {"sum": Personal(3), "risk": Personal("high")}
    given: list[Record] = [Record("orders", values), Record("scores", {"x": Personal(1)})]
    (kept,) = shop.keep(given)
    assert isinstance(kept, Record)
    assert list(kept.values) == ["sum"]
    assert list(shop.left_out(["orders", "scores"])) == [
        LeftOut("shop", "orders", "risk", LeftOutWhy.NOT_PROVIDED),
        LeftOut("shop", "scores", "", LeftOutWhy.NOT_PROVIDED),
    ]


def test_our_own_record_goes_by_the_promise() -> None:
    tax = {"tax-accounts": PROMISE.purposes["tax-accounts"]}
    bureau = DataSource("bureau", TranslatedText({"en": "a bureau"}), ("title",), is_public=False)
    for promise, expected in (
        (PROMISE, {}),
        (replace(PROMISE, purposes=tax), dict.fromkeys(PROMISE.fields, LeftOutWhy.BASIS)),
        (replace(PROMISE, sources={"bureau": bureau}), {"title": LeftOutWhy.NOT_PROVIDED}),
    ):
        assert own_rule(KEY, promise).fields[RECORD] == expected


def test_a_copy_says_what_was_left_out_and_what_decides() -> None:
    left = (LeftOut("shop", "orders", "risk", LeftOutWhy.NOT_PROVIDED),)
    helps = AutomatedDecision("Offers", "By age.", "Another offer.", alone=False, review="Ask us.")
    for language in ("en", "fr", "de"):
        words = PackWords(language)
        made = replace(facts(language=language), portable=True, left_out=left, automated=(helps,))
        points = {each.key: " ".join(each.sentences) for each in general_points(made, words)}
        assert "Web shop · orders › risk" in points["portable"]
        assert words.say("left_out_not_provided") in points["portable"]
        assert words.say("automated_helps") in points["automated"]
        assert "Ask us." in points["automated"]
        nothing = replace(made, automated=(), portable=False)
        points = {each.key: " ".join(each.sentences) for each in general_points(nothing, words)}
        assert points["automated"] == words.say("automated_none")
        assert "portable" not in points


@pytest.mark.django_db
def test_what_was_not_provided_never_reaches_the_copy(monkeypatch: pytest.MonkeyPatch) -> None:
    (person, row), *_ = world.load(1)
    shop = MemorySystem("shop", {1: {"email": row["email"], "risk": "high-risk"}})
    monkeypatch.setattr(registry, "active", lambda: [shop])
    text = declared().replace("orders:", "customers:")
    monkeypatch.setattr(
        registry, "declaration", lambda _: registry.read_declaration(text, name="shop.yaml")
    )
    new = NewRequest(
        kind=RequestKind.PORTABILITY,
        channel=RequestChannel.PORTAL,
        received_at=clock.now(),
        person_id=person,
    )
    number = actions.ask(new, evidence=ProofEvidence.SIGNED_IN, by=CUSTOMER, at=clock.now())
    jobs.run_jobs_once(worker="test")
    listed, _ = reviewing.list_others(
        number, assembling.pack_answers(queries.request(number)), assembling.own_values(number)
    )
    made = [
        MentionDecision(place, MentionVerdict.BLACK_OUT)
        for each in listed
        for place in each.mentions.groups
    ]
    if made:
        reviewing.decide(number, made, by=ADVISER, at=clock.now())
    preparing.order(number, by=ADVISER, at=clock.now())
    jobs.run_jobs_once(worker="test")
    opened = release.open_signed_in(number, person, by=CUSTOMER, at=clock.now())
    pack = zipfile.ZipFile(io.BytesIO(b"".join(opened.chunks)))
    assert b"high-risk" not in b"".join(pack.read(name) for name in pack.namelist())
    assert row["email"].encode() in pack.read("data/shop.json")
    own = json.loads(pack.read("data/aboveboard.json"))
    assert {each["collection"] for each in own["records"]} <= {RECORD, "choices", "documents"}
    left = json.loads(pack.read("data/pack.json"))["left_out"]
    assert {
        "system": "shop",
        "collection": "customers",
        "field": "risk",
        "why": "not_provided",
    } in left
    assert any(each["collection"] == "ledger_entries" for each in left)
