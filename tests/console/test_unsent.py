"""A list of notices says why one was not sent, in words and not in delivery's codes."""

from __future__ import annotations

import re
from pathlib import Path

from aboveboard.console.incidents.unsent import in_words
from aboveboard.delivery.terms import CorrespondenceReason

SOURCE = Path(__file__).parents[2] / "src" / "aboveboard"
CODE = re.compile(r'(?:SkippedNotice\(|DispatchState\.\w+, |_REASONS = \()"([a-z0-9-]+)"')


def test_every_reason_that_is_written_has_words() -> None:
    files = [
        *SOURCE.glob("delivery/*.py"),
        *SOURCE.glob("delivery/post/*.py"),
        *SOURCE.glob("incidents/notices/*.py"),
    ]
    codes = {code for file in files for code in CODE.findall(file.read_text("utf-8"))}
    codes |= {f"do-not-write-{each.value}" for each in CorrespondenceReason}
    assert len(codes) > 10, codes
    assert {code for code in codes if in_words(code) == code.replace("-", " ")} == set()
