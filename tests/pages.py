"""Reading a page as a person does: its words, however the template breaks its lines."""

from __future__ import annotations

import html
import re
from typing import Any


def words(answer: Any) -> str:
    """Return what a page says: without tags, one blank between words, none before a full stop."""
    text = re.sub(r"<(script|style).*?</\1>|<[^>]+>", " ", answer.content.decode(), flags=re.S)
    return re.sub(r" (?=[.,;:!?])", "", " ".join(html.unescape(text).split()))
