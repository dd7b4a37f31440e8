"""What counts as the same: figures and dates by shape, words as they stand."""

from __future__ import annotations

import pytest

from tests.documents.printed import is_printed

SAME = [
    ("59 rows: 54 imported.", "3 rows: 2 imported.", ""),
    ("It works until 22 November 2027:", "It works until 1 May 2031:", ""),
    ("a  12\nb   7", "a  1,200\nb      7", ""),
    ("first\n…\nlast", "first\nsecond\nthird\nlast", ""),
    ("first\n…\nlast", "first\nlast", ""),
    ("client_id  3f0c…", "client_id  77ab12", ""),
    (
        "Lines: 5,593 entries lead to\nthe signed root.",
        "x\nLines: 1 entries lead to the signed root.",
        ">",
    ),
    (
        '{"entry": 6, "waits": false, "token": "ab_…"}',
        '{"waits":false,"entry":19,"token":"ab_x"}',
        "json",
    ),
]
OTHER = [
    ("59 rows: 54 imported.", "59 rows: 54 stored.", ""),
    ("first", "first\nsecond", ""),
    ("first\nsecond", "first", ""),
    ("first\n…\nlast", "first\nsecond", ""),
    ("Entry 170 at place 169", "Entry many at place 169", ""),
    ("The ledger is intact: 5 entries.", "The ledger is NOT intact: 5 entries.", ">"),
    ('{"entry": 6}', '{"entry": 6, "more": 1}', "json"),
    ('{"entry": 6}', '{"entry": "6"}', "json"),
    ('{"waits": false}', '{"waits": true}', "json"),
    ('{"city": "Leeds"}', '{"city": "Paris"}', "json"),
]


@pytest.mark.parametrize(("page", "printed", "language"), SAME)
def test_the_same_words_with_other_figures_are_the_same(
    page: str, printed: str, language: str
) -> None:
    assert is_printed(page, printed, language)


@pytest.mark.parametrize(("page", "printed", "language"), OTHER)
def test_other_words_or_lines_are_not(page: str, printed: str, language: str) -> None:
    assert not is_printed(page, printed, language)
