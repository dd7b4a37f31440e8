"""Personal data in running text: what each kind is found by, and what is left alone."""

import itertools
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aboveboard.kinds.limits import TEXT_CHARS
from aboveboard.kinds.text import TextKind, find, mask
from aboveboard.kinds.text.lexicon import WordUse, uses
from aboveboard.kinds.text.span import CATEGORIES
from aboveboard.law.categories import all_categories
from tests.conftest import SHARED
from tests.kinds.labelled import PRESIDIO, LabelledText, made, score, written

STORIES = [
    ("Write to amélie.o'neil@mail.example.org.", "Write to [email]."),
    ("See https://example.org/a?b=c, and www.example.de.", "See [url], and [url]."),
    ("Blocked: 203.0.113.7 and 2001:db8::8a2e:370:7334", "Blocked: [ip_address] and [ip_address]"),
    ("Version 1.2.3.4 came out at 10:30:59.", "Version 1.2.3.4 came out at 10:30:59."),
    ("The card aa:bb:cc:00:11:22 is mine", "The card [mac_address] is mine"),
    ("IBAN DE89 3704 0044 0532 0130 00 please", "IBAN [iban] please"),
    ("IBAN DE88 3704 0044 0532 0130 00 please", "IBAN DE88 3704 0044 0532 0130 00 please"),
    ("my card 4111-1111-1111-1111 expires", "my card [card_number] expires"),
    ("order 4111111111111112 came", "order 4111111111111112 came"),
    ("Her SSN is 078-05-1121.", "Her SSN is [us_ssn]."),
    ("His NHS number: 943 476 5919", "His NHS number: [national_id]"),
    ("the number AB123456C was sent", "the number [national_id] was sent"),
    ("Meine Steuer-ID lautet 36 574 261 809.", "Meine Steuer-ID lautet [national_id]."),
    ("My passport number is C01X00T47", "My passport number is [passport]"),
    ("My driving licence is MORGA753116SM9IJ", "My driving licence is [driving_licence]"),
    ("Das Kennzeichen ist B-MW 1234", "Das Kennzeichen ist [vehicle_registration]"),
    ("Call 020 7946 0018 or +49 30 901820", "Call [phone] or [phone]"),
    ("Fax: 986.291.2294x751", "Fax: [phone]"),
    ("She was born on 12/27/1986", "She was born on [date_of_birth]"),
    ("geboren am 3. März 1961", "geboren am [date_of_birth]"),
    ("We met on 29 March 2017", "We met on [date]"),
    ("a 50 year old man", "a [age] year old man"),
    ("My name is Quillan Abernoth-Vey.", "My name is [person]."),
    ("Dear Mrs. Wexcombe, thank you", "Dear [title] [person], thank you"),
    ("please ask my wife zorabel to call", "please ask my wife [person] to call"),
    ("I work for Brindlemark Software GmbH", "I work for [organisation]"),
    ("We moved here from Küsnacht", "We moved here from [place]"),
    ("I am Danish but I live in Portugal", "I am [nationality] but I live in [place]"),
    ("She lives at 14 Marrowby Lane, Tillingfold", "She lives at [address], [place]"),
    (
        "Ich wohne in der Ziegelgasse 26, 8001 Zürich",
        "Ich wohne in der [address], [postcode] [place]",
    ),
    ("J'habite 12 rue de la Paix, 75002 Paris", "J'habite [address], [postcode] [place]"),
    ("Post it to SW1A 1AA", "Post it to [postcode]"),
    ("How do I check my balance on my credit card?", None),
    ("CAN I SPEAK TO A REAL PERSON?!?!", None),
    ("Capitalized words like Wisdom and Discipline are often mistaken with names.", None),
    ("The invoice of Monday is still open; please send it again.", None),
    ("Die Rechnung vom Montag ist noch offen, bitte senden Sie die Mahnung nicht.", None),
    ("3... 2... 1... liftoff!", None),
]


@pytest.mark.parametrize(("text", "masked"), STORIES, ids=[text[:40] for text, _ in STORIES])
def test_what_is_personal_is_found_and_the_rest_is_not(text: str, masked: str | None) -> None:
    assert mask(text, find(text)) == (masked or text)


def test_every_kind_has_a_category_that_the_law_knows() -> None:
    assert set(CATEGORIES) == set(TextKind)
    assert {each for each in CATEGORIES.values() if each} <= set(all_categories())


def test_no_evidence_says_what_was_found() -> None:
    text = "My name is Quillan Abernoth, card 4111111111111111, 14 Marrowby Lane, Tillingfold"
    for span in find(text):
        assert text[span.start : span.end] not in span.evidence
        assert 0 < span.confidence <= 1


@given(st.text(max_size=200) | st.text(alphabet="aA1 .,@-/:\n+()'#é&", max_size=120))
def test_any_text_is_read_and_no_two_spans_overlap(text: str) -> None:
    spans = find(text)
    assert all(0 <= span.start < span.end <= len(text) for span in spans)
    assert all(one.end <= two.start for one, two in itertools.pairwise(spans))


def test_a_text_of_any_length_is_read_piece_by_piece() -> None:
    line = "Nothing to see here, as we said yesterday.\n"
    text = line * (TEXT_CHARS // len(line) + 5) + "Write to a.b@example.org"
    assert [text[span.start : span.end] for span in find(text)] == ["a.b@example.org"]


def test_texts_of_other_places_with_unseen_names_are_read_as_well() -> None:
    found = score(made(3))
    assert found.precision() >= 0.93
    assert found.recall() >= 0.93
    for group in ("email", "iban", "card_number", "us_ssn", "ip_address", "phone"):
        assert found.precision(group) == found.recall(group) == 1, group


def test_half_of_the_names_it_is_measured_by_are_in_no_list() -> None:
    known = uses()
    names = [*written()["first_names"], *written()["surnames"]]
    unseen = [name for name in names if not known.get(name.lower(), 0) & WordUse.NAME]
    assert len(unseen) * 2 >= len(names)


@pytest.mark.shared
def test_the_published_texts_are_read_better_than_anything_published() -> None:
    file = SHARED / "data" / "pii" / "presidio-research__generated_small.json"
    found = score(
        LabelledText(
            row["full_text"],
            tuple(
                (each["start_position"], each["end_position"], PRESIDIO[each["entity_type"]])
                for each in row["spans"]
            ),
        )
        for row in json.loads(file.read_text("utf-8"))
    )
    assert found.precision() >= 0.87
    assert found.recall() >= 0.84
