"""What a person gets: readable, explained, whole, and harmless to open."""

from __future__ import annotations

import csv
import dataclasses
import io
import json
import re
import zipfile
from pathlib import Path
from xml.etree import ElementTree

import pypdf
import pyrage
import pytest
from hypothesis import given
from hypothesis import strategies as st

from aboveboard.basics.canonical import Json
from aboveboard.basics.personal import Personal
from aboveboard.rights.pack import agefile, archive, building, forms, limits, words
from aboveboard.rights.pack.contents import AutomatedDecision, PackRecord, complaint_authority
from aboveboard.rights.pack.explaining import POINTS, general_points, system_points
from aboveboard.rights.pack.others import MentionPlace, MentionVerdict, ReviewDecisions
from aboveboard.rights.pack.pages import POLICY
from tests.rights.pack_samples import NOTHING, facts, file, record, redacted

WORDS = words.PackWords("en")
NASTY: tuple[Json, ...] = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    '=HYPERLINK("http://evil.example")',
    "+1",
    "@SUM(A1)",
    "\0\u202eevil",
    "#panic() *bold* $x$",
    "\ud800",
    "中文 עברית العربية русский",
)


def _pack(folder: Path, *values: Json, language: str = "en") -> zipfile.ZipFile:
    rows = [record("orders", number=number, text=value) for number, value in enumerate(values)]
    spools = {"shop": redacted(folder, rows)}
    made = dataclasses.replace(facts(language=language), systems=(*facts().systems, NOTHING))
    return zipfile.ZipFile(io.BytesIO(b"".join(building.build(made, spools))))


@pytest.fixture(scope="module")
def nasty(tmp_path_factory: pytest.TempPathFactory) -> zipfile.ZipFile:
    return _pack(tmp_path_factory.mktemp("pack"), *NASTY, "y " * 500_000)


def test_every_point_of_article_15_is_there_in_each_language() -> None:
    for language in ("en", "fr", "de"):
        say = words.PackWords(language)
        made = facts(language=language)
        points = [*system_points(made, made.systems[0], say), *general_points(made, say, 2)]
        assert [point.key for point in points] == [
            "what", "why", "categories", "recipients", "until", "origin",
            "automated", "rights", "complain", "others",
        ]  # fmt: skip
        assert {point.key for point in points} == set(POINTS) - {"portable"}
        assert all(sentence for point in points for sentence in point.sentences)
    asked = {part for parts in POINTS.values() for part in re.findall(r"15\(1\)\(\w\)", parts)}
    assert asked == {f"15(1)({letter})" for letter in "abcdefgh"}


def test_decisions_by_a_machine_say_their_logic_and_what_follows() -> None:
    decision = AutomatedDecision("Credit limit", "From your payments.", "You may pay later.")
    made = dataclasses.replace(facts(), automated=(decision,))
    (point,) = (each for each in general_points(made, WORDS) if each.key == "automated")
    assert point.sentences == (
        "Credit limit. A machine decides this alone. How it decides: From your payments. "
        "What follows from it: You may pay later.",
    )


def test_a_system_that_no_purpose_needs_says_so() -> None:
    shop = dataclasses.replace(facts().systems[0], purposes=())
    (why,) = (each for each in system_points(facts(), shop, WORDS) if each.key == "why")
    assert "names no purpose" in why.sentences[0]


def test_the_languages_have_the_same_sentences_and_none_is_long() -> None:
    texts = words._texts()
    for language, sentences in texts.items():
        assert list(sentences) == list(texts["en"]), language
        for key, text in sentences.items():
            assert sorted(re.findall(r"{\w+}", str(text))) == sorted(
                re.findall(r"{\w+}", str(texts["en"][key]))
            ), (language, key)
            for sentence in re.split(r"[.?!] ", text if isinstance(text, str) else " ".join(text)):
                assert len(sentence.split()) <= 25, sentence


def test_every_page_is_well_formed_has_no_script_and_a_policy(nasty: zipfile.ZipFile) -> None:
    for name in nasty.namelist():
        if not name.endswith(".html"):
            continue
        page = nasty.read(name).decode()
        assert POLICY in page.replace("&#x27;", "'")
        assert "<script" not in page
        assert "<img" not in page
        assert not re.search(r"(src|href)=\"(?!\.\./|systems/|data/|tables/|files/|#)[^\"]*:", page)
        # As XML: each value that were not escaped would break it.
        ElementTree.fromstring(  # noqa: S314 - our own page
            re.sub(r"<meta ([^>]*)>", r"<meta \1/>", page.partition("\n")[2])
        )


def test_a_value_comes_back_from_json_as_it_was(nasty: zipfile.ZipFile) -> None:
    rows = json.loads(nasty.read("data/shop.json"))["records"]
    assert [row["values"]["text"] for row in rows][: len(NASTY)] == list(NASTY)
    assert len(rows[-1]["values"]["text"]) == 1_000_000


def test_no_cell_of_a_table_runs_as_a_formula(nasty: zipfile.ZipFile) -> None:
    text = nasty.read("tables/shop/orders.csv").decode("utf-8-sig")
    csv.field_size_limit(10_000_000)
    rows = list(csv.reader(io.StringIO(text)))
    assert rows[0] == ["number", "text"]
    assert not [cell for row in rows[1:] for cell in row if cell[:1] in "=+-@\t\r" and cell]
    assert rows[1][1] == NASTY[0]


def test_the_pdf_is_tagged_has_title_and_language_and_is_no_program(
    nasty: zipfile.ZipFile,
) -> None:
    reader = pypdf.PdfReader(io.BytesIO(nasty.read("summary.pdf")))
    assert reader.metadata is not None
    assert reader.metadata.title == "Your data at Adventure Works"
    root = reader.trailer["/Root"]
    assert root["/Lang"] == "en"
    assert root["/MarkInfo"]["/Marked"]
    text = "\n".join(page.extract_text() for page in reader.pages)
    for part in ("Mary Smith", "1 Wheel Yard", "CRM", "#panic() *bold* $x$", "русский", "□"):
        assert part in text
    assert "Web shop" in str(reader.outline)  # its headings, each within another


def test_the_pdf_prints_the_first_records_and_says_where_the_rest_is(tmp_path: Path) -> None:
    pack = _pack(tmp_path, *range(60))
    reader = pypdf.PdfReader(io.BytesIO(pack.read("summary.pdf")))
    text = " ".join("\n".join(page.extract_text() for page in reader.pages).split())
    assert f"Only the first {limits.PDF_RECORDS} of 60 records are printed here." in text


def test_a_long_system_goes_on_over_pages_that_have_all_of_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "PAGE_RECORDS", 4)
    monkeypatch.setattr("aboveboard.rights.pack.building.print_letter", lambda *_: b"")
    pack = _pack(tmp_path, *(f"row-{number:02}" for number in range(10)))
    pages = [pack.read(f"systems/{name}.html").decode() for name in ("shop", "shop-2", "shop-3")]
    assert re.findall(r"row-\d\d", "".join(pages)) == [f"row-{number:02}" for number in range(10)]
    assert 'href="shop-2.html"' in pages[0]
    assert 'href="shop.html"' in pages[1]


def test_a_system_that_holds_nothing_is_listed_with_when_it_was_asked(
    nasty: zipfile.ZipFile,
) -> None:
    index = nasty.read("index.html").decode()
    assert "Nothing about you is held here. Asked on 1 March 2027." in index
    assert "data/crm.json" not in nasty.namelist()
    systems = json.loads(nasty.read("data/pack.json"))["systems"]
    assert [(each["key"], each["answer"]) for each in systems] == [
        ("shop", "held"),
        ("crm", "nothing"),
    ]


def test_the_manifest_names_every_file_with_its_digest(nasty: zipfile.ZipFile) -> None:
    files = json.loads(nasty.read(archive.MANIFEST))["files"]
    assert [each["path"] for each in files] == nasty.namelist()[:-1]
    assert all(each["bytes"] == nasty.getinfo(each["path"]).file_size for each in files)


def test_a_sealed_pack_opens_with_its_key_and_leaves_nothing_in_clear(tmp_path: Path) -> None:
    identity = pyrage.x25519.Identity.generate()
    spools = {"shop": redacted(tmp_path, [record("orders", text="A red bicycle")])}
    building.seal_pack(tmp_path / "pack.age", facts(), spools, [str(identity.to_public())])
    opened = pyrage.decrypt((tmp_path / "pack.age").read_bytes(), [identity])
    assert b"A red bicycle" in zipfile.ZipFile(io.BytesIO(opened)).read("systems/shop.html")
    assert sorted(each.name for each in tmp_path.iterdir()) == ["pack.age", "shop.age"]
    chunks = agefile.open_chunks(tmp_path / "pack.age", Personal(str(identity)))
    assert b"".join(chunks) == opened


def test_a_file_that_could_run_is_text(tmp_path: Path) -> None:
    files = MentionPlace("shop", "files", "", "file")
    left = ReviewDecisions(of_places={files: MentionVerdict.DISCLOSE})
    items = [*file("../../x.html", b"<script>"), *file("X.HTML", b"2"), *file("C:\\a\0b.svg", b"3")]
    spools = {"shop": redacted(tmp_path, items, left)}
    pack = zipfile.ZipFile(io.BytesIO(b"".join(building.build(facts(), spools))))
    assert [name for name in pack.namelist() if name.startswith("files/")] == [
        "files/shop/x.html.txt",
        "files/shop/X.HTML-2.txt",
        "files/shop/C-a-b.svg.txt",
    ]


@given(st.lists(st.text(max_size=300), max_size=5))
def test_every_name_is_one_file_in_its_folder_on_every_system(given_names: list[str]) -> None:
    names = archive.FileNames()
    paths = [names.unique(name, "files/a/") for name in given_names]
    assert len({path.casefold() for path in paths}) == len(paths)
    for path in paths:
        folder, _, name = path.rpartition("/")
        assert folder == "files/a"
        assert name not in ("", ".", "..")
        assert not re.search(r"[\\:*?\"<>|\x00-\x1f\u202e]|^[-. ]|[. ]$", name)
        assert len(name) <= limits.NAME_CHARACTERS + 10
        assert name.split(".")[0].upper() not in ("CON", "NUL", "AUX", "PRN")


@given(st.text(max_size=200))
def test_a_vcard_has_each_value_on_one_line_of_75_octets(text: str) -> None:
    card = b"".join(
        forms.vcard([("user.name", Personal(text)), ("user.contact.email", Personal(text))])
    )
    assert card.count(b"BEGIN:VCARD") == 1 or "BEGIN:VCARD" in text
    assert all(len(line) <= 75 for line in card.split(b"\r\n"))
    unfolded = card.replace(b"\r\n ", b"").decode().splitlines() if text.isprintable() else []
    assert [line.partition(":")[0] for line in unfolded] in (
        [],
        ["BEGIN", "VERSION", "FN", "EMAIL", "END"],
    )


def test_names_beyond_the_columns_of_a_table_stand_in_the_last(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(limits, "CSV_COLUMNS", 2)
    row = PackRecord("c", Personal({"a": 1, "b": 2, "c": 3}))
    _, line = forms.collection_csv(["a", "b"], [row], WORDS)
    assert line == b'1,2,"{""c"": 3}"\r\n'


def test_the_authority_is_that_of_the_place_and_else_none_is_named() -> None:
    assert complaint_authority("IE").startswith("Data Protection Commission")
    assert "ICO" in complaint_authority("GB") or "Information" in complaint_authority("GB")
    assert complaint_authority("US-CA") == ""
