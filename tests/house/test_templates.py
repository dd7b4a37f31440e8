"""What a template looks like to who reads it next: narrow, and built from the parts there are."""

from __future__ import annotations

import re

from tests.house import source
from tests.house.source import ROOT

LONGEST = 100
TEMPLATES = [
    path
    for folder in ("src", "tests")
    for path in sorted((ROOT / folder).rglob("*.html"))
    # Mails are text; the page that checks proofs is one file, made smaller on purpose.
    if "mail" not in path.parts and "offline" not in path.parts
]


def test_no_line_of_a_template_is_longer_than_a_line_of_code() -> None:
    long = [
        source.named(path, number)
        for path in TEMPLATES
        for number, line in enumerate(path.read_text("utf-8").splitlines(), 1)
        if len(line) > LONGEST
    ]
    assert not long, "lay it out (blocktranslate trimmed, url … as):\n" + "\n".join(long)


def test_a_part_that_has_a_tag_is_made_with_it() -> None:
    # (A form or a section with words of its own in its title may be a card.)
    by_hand = re.compile(r'<table|<div class="ab-empty')
    own = ROOT / "src" / "aboveboard" / "site" / "templates" / "components"
    found = [
        f"{source.named(path, text.count(chr(10), 0, match.start()) + 1)}: {match[0]}"
        for path in TEMPLATES
        if not path.is_relative_to(own)
        for text in [path.read_text("utf-8")]
        for match in by_hand.finditer(text)
    ]
    assert not found, "use {% table %} or {% no_results %}:\n" + "\n".join(found)


def test_no_link_is_underlined_past_its_last_letter() -> None:
    # A link that ends with a line break has a blank at its end; with words after it, it shows.
    alone = re.compile(r"</a>\n\s*(?!</|<(?:p|div|ul|li|br|h\d|dd|dt|td|section|form)\b|\{%)\S")
    found = [
        source.named(path, text.count(chr(10), 0, match.start()) + 1)
        for path in TEMPLATES
        for text in [path.read_text("utf-8")]
        for match in alone.finditer(text)
        if not text[: match.start()].rpartition("\n")[2].strip()
    ]
    assert not found, "write the link's words and </a> on one line:\n" + "\n".join(found)
