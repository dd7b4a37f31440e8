"""Nobody else is disclosed: what points at other people is put before a reviewer, and what nobody
decided is black in every form."""

from __future__ import annotations

import io
import json
import zipfile
from pathlib import Path

import pypdf
import pytest
from hypothesis import given
from hypothesis import strategies as st

from aboveboard.basics.personal import Personal
from aboveboard.connectors.contract import Attachment, Record
from aboveboard.rights.pack import building, redacting
from aboveboard.rights.pack.others import (
    BLACK,
    MentionFinder,
    MentionPlace,
    MentionVerdict,
    OwnValues,
    ReviewDecisions,
)
from tests.rights.pack_samples import OWN, facts, file, find, record, redacted

FINDER = MentionFinder("shop", OwnValues(OWN), Personal("of the request"), find)
DISCLOSE = MentionVerdict.DISCLOSE


def _redacted(item: Record, decisions: ReviewDecisions | None = None) -> dict[str, object]:
    return dict(FINDER.redact(item, decisions or ReviewDecisions()).values.reveal())


def _texts(item: Record | Attachment) -> list[str]:
    return [mention.text.reveal() for mention in FINDER.mentions(item)]


@pytest.mark.parametrize(
    ("text", "leaving"),
    [
        ("Mary Smith and John Doe came.", f"Mary Smith and {BLACK} came."),
        ("MARY@example.com, bob@example.com", f"MARY@example.com, {BLACK}"),
        ("ring 020 7946 0958 or 020 7946 0999", f"ring 020 7946 0958 or {BLACK}"),
        ("John Smith and Mary Smith", f"{BLACK} and Mary Smith"),
        ("Nothing of anybody.", "Nothing of anybody."),
    ],
)
def test_the_person_stays_and_who_stands_beside_them_does_not(text: str, leaving: str) -> None:
    assert _redacted(record("notes", text=text)) == {"text": leaving}


def test_where_nobody_stands_nothing_is_looked_for() -> None:
    own = OwnValues(OWN)
    finder = MentionFinder("us", own, Personal("key"), find, frozenset({"log"}))
    row = {"text": "John Doe", "at": float("nan")}
    assert list(finder.mentions(record("log", **row))) == []
    assert finder.redact(record("log", **row), ReviewDecisions()).values.reveal() == {
        "text": "John Doe",
        "at": "nan",
    }
    assert [each.text.reveal() for each in finder.mentions(record("notes", **row))] == ["John Doe"]


def test_what_the_declaration_says_is_somebody_elses_is_black_whole() -> None:
    row = FINDER.redact(record("tickets", ["agent"], agent="Bob", id=4), ReviewDecisions())
    assert row.values.reveal() == {"agent": BLACK, "id": 4}
    assert row.blacked_out == ("agent",)
    assert _redacted(record("tickets", ["agent"], agent=None)) == {"agent": None}


def test_people_are_found_however_deep_and_in_names_too() -> None:
    row = record("c", data={"to": ["bob@example.com"], "eve@example.com": {"ann@example.com": 3}})
    assert _texts(row) == ["bob@example.com", "eve@example.com", "ann@example.com"]
    assert "@" not in json.dumps(_redacted(row))


def test_two_who_are_black_are_still_two() -> None:
    row = record("c", likes={"bob@example.com": 1, "eve@example.com": 2})
    assert list(_redacted(row)["likes"].values()) == [1, 2]  # type: ignore[attr-defined]


def test_a_decision_on_a_value_is_stronger_than_one_on_its_kind() -> None:
    row = record("notes", text="bob@example.com eve@example.com")
    bob, eve = FINDER.mentions(row)
    kind = ReviewDecisions(of_places={bob.place: DISCLOSE})
    assert _redacted(row, kind) == {"text": "bob@example.com eve@example.com"}
    not_eve = ReviewDecisions(
        {(eve.place, eve.value_key): MentionVerdict.BLACK_OUT}, {bob.place: DISCLOSE}
    )
    assert _redacted(row, not_eve) == {"text": f"bob@example.com {BLACK}"}
    only_bob = ReviewDecisions({(bob.place, bob.value_key): DISCLOSE})
    assert _redacted(row, only_bob) == {"text": f"bob@example.com {BLACK}"}


def test_a_key_of_a_value_tells_nothing_without_the_request() -> None:
    row = record("notes", text="bob@example.com")
    other = MentionFinder("shop", OwnValues(OWN), Personal("of another"), find)
    (here,), (there,) = FINDER.mentions(row), other.mentions(row)
    assert here.value_key != there.value_key
    assert [each.value_key for each in FINDER.mentions(row)] == [here.value_key]


def test_the_list_for_a_reviewer_is_short_however_much_there_is(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("aboveboard.rights.pack.limits.REVIEW_VALUES", 3)
    monkeypatch.setattr("aboveboard.rights.pack.limits.REVIEW_GROUPS", 2)
    rows = [record("notes", text=f"user{number}@example.com") for number in range(50)]
    more = [record(f"c{number}", text="John Doe") for number in range(5)]
    listed = redacting.list_mentions([*rows, *more], FINDER)
    first = next(iter(listed.groups.values()))
    assert (first.count, len(first.values), first.many) == (50, 3, True)
    assert (len(listed.groups), listed.unlisted) == (2, 4)


@given(
    st.text(),
    st.sampled_from(["zoe.other@example.org", "Zebedee Zucker", "+44 7700 900999"]),
    st.text(),
)
def test_whatever_stands_around_them_somebody_else_is_gone(
    before: str, other: str, after: str
) -> None:
    leaving = _redacted(record("notes", text=f"{before} {other} {after}"))["text"]
    for part in other.split():
        assert part not in str(leaving) or part in before + after


HIDDEN = ("Zebedee", "zoe.other", "900999", "Bartholomew")


def _everything(pack: bytes) -> str:
    archive = zipfile.ZipFile(io.BytesIO(pack))
    texts = []
    for name in archive.namelist():
        content = archive.read(name)
        texts.append(f"{name} {content.decode('utf-8', 'replace')}")
        if name.endswith(".pdf"):
            reader = pypdf.PdfReader(io.BytesIO(content))
            texts += [page.extract_text() for page in reader.pages]
            texts += [repr(reader.metadata), repr(reader.xmp_metadata)]
    return "\n".join(texts)


def test_what_is_black_is_in_no_byte_of_any_form(tmp_path: Path) -> None:
    items = [
        record(
            "tickets",
            ["agent"],
            text="Mary Smith met Zebedee Zucker (zoe.other@example.org, +44 7700 900999)",
            agent="Bartholomew",
            nested={"zoe.other@example.org": ["Zebedee Zucker"]},
        ),
        *file("Zebedee.txt", b"Zebedee"),
    ]
    pack = b"".join(building.build(facts(), {"shop": redacted(tmp_path, items)}))
    everything = _everything(pack)
    assert "Mary Smith met" in everything
    assert not [word for word in HIDDEN if word in everything]

    files = MentionPlace("shop", "files", "", "file")
    left = ReviewDecisions(of_places={files: DISCLOSE})
    items[1:] = file("Zebedee.txt", b"Zebedee")
    pack = b"".join(building.build(facts(), {"shop": redacted(tmp_path, items, left)}))
    assert zipfile.ZipFile(io.BytesIO(pack)).read("files/shop/Zebedee.txt") == b"Zebedee"
