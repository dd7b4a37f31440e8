"""One rule for every sentence that a customer reads: the promise's and the notices'."""

import pytest

from aboveboard.basics.limits import PLAIN_SENTENCE_WORDS
from aboveboard.basics.plainness import count_words, long_sentences, split_sentences


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("One. Two! Three? Four", 4),
        ("Write to privacy@shop.example or call 0800.123, please.", 1),
        ("A list: first; second", 3),
        ("A heading\n\nA paragraph", 2),
        ("A line that\nruns on", 1),
        ("  ", 0),
    ],
)
def test_where_a_sentence_ends(text: str, count: int) -> None:
    assert len(split_sentences(text)) == count


def test_a_dash_is_no_word() -> None:
    assert count_words("We keep it – as promised – for six years.") == 8


def test_a_sentence_is_long_from_one_word_more() -> None:
    most = " ".join(["word"] * PLAIN_SENTENCE_WORDS)
    assert list(long_sentences(most + ".")) == []
    assert list(long_sentences(f"{most} more. Short.")) == [f"{most} more."]
