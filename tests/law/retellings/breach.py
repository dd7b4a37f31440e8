"""Read a retold breach (EDPB-like: short texts, lists, yes/no) into the facts that ``risk`` takes.

The shape, every key optional: ``cause``, ``malicious``, ``breach_types`` (confidentiality,
integrity, availability), ``controller_type``, ``data_categories``, ``special_category``,
``identifiers``, ``data_subject_groups``, ``vulnerable_subjects``, ``persons``
(``{"approx": int}``), ``encryption``, ``key_compromised``, ``backup``, ``exfiltration``,
``recipients``, ``publication``, ``likely_consequences``, ``containment``.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

from aboveboard.basics import shipped
from aboveboard.law import categories
from aboveboard.law.risk import BreachFacts, DataChange, DataHolder, DataOutage
from aboveboard.law.severity import DataKind, SeverityContext

_DATA = Path(__file__).with_name("words.yaml")

Story = Mapping[str, Any]


def facts_of(story: Story) -> BreachFacts:
    """Return the facts that ``story`` tells; what it does not tell is read with care."""
    exposed, steps = _data(story)
    return BreachFacts(
        exposed=exposed,
        hands=_hands(story),
        unintelligible=_unintelligible(story),
        outage=_outage(story),
        change=_change(story),
        context=SeverityContext(steps=steps),
        deletion=bool(
            _first("deletion", _text(story, "containment", "recipients", "exfiltration", "cause"))
        ),
        vulnerable=bool(story.get("vulnerable_subjects"))
        or _found("vulnerable", _text(story, "data_subject_groups")),
        vital=_vital(story),
        people=_people(story),
        recipients=_recipients(story),
    )


def _data(story: Story) -> tuple[frozenset[str], Mapping[DataKind, int]]:
    """Return the categories told of, and ENISA's step for each kind where a word calls for one."""
    words = _words()
    lines = [
        str(line) for key in ("data_categories", "identifiers") for line in _lines(story.get(key))
    ]
    hits = [row for line in lines for row in _rows_in(line, words["data"])]
    hits += _rows_in(
        _text(story, "data_subject_groups", "cause", "controller_type"), words["people_tell"]
    )
    if any(row.get("mild") for row in hits):
        hits = [row for row in hits if not row.get("generic")]
    exposed = {row["category"] for row in hits}
    if story.get("special_category") and not any(
        _kind(category) is DataKind.SENSITIVE for category in exposed
    ):
        exposed.add(words["special_category"])
    if lines and not exposed:
        exposed.add("user.unique_id")
    steps: dict[DataKind, int] = {}
    for kind in {_kind(row["category"]) for row in hits}:
        own = [row.get("step", 0) for row in hits if _kind(row["category"]) is kind]
        # Without a word that calls for a step, the combination of the data decides (severity.yaml).
        if any(own):
            steps[kind] = max(own)
    return frozenset(exposed), {kind: step for kind, step in steps.items() if step}


def _rows_in(line: str, rows: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    hits = [row for row in rows if re.search(row["find"], line, re.IGNORECASE)]
    return [
        row for row in hits if not (row.get("generic") and any(other.get("mild") for other in hits))
    ]


def _kind(category: str) -> DataKind:
    return DataKind(categories.get(category).enisa)


def _hands(story: Story) -> DataHolder:
    """Return in whose hands the data is: from what left, through who has
    it, to how it got there."""
    left = _text(story, "exfiltration")
    types = [str(item).lower() for item in _lines(story.get("breach_types"))]
    if types and "confidentiality" not in types and not left.strip():
        return DataHolder.NOBODY
    if left and _first("nothing_left", left):
        return DataHolder.NOBODY
    who = _text(story, "recipients", "exfiltration")
    if story.get("publication") or (
        _found("public", f"{who} {_text(story, 'cause')}") and not _found("not_public", who)
    ):
        return DataHolder.PUBLIC
    if story.get("malicious"):
        return DataHolder.HOSTILE
    recipients = _text(story, "recipients")
    if _found("trusted", recipients) and not _found("many", recipients):
        return DataHolder.TRUSTED
    lost = _found("lost", _text(story, "cause", "attack_vector"))
    if _found("strangers", recipients) or _found("many", who) or (lost and not recipients):
        return DataHolder.UNKNOWN
    return DataHolder.FEW_KNOWN if recipients else DataHolder.UNKNOWN


def _unintelligible(story: Story) -> bool:
    if story.get("key_compromised"):
        return False
    return bool(_first("unintelligible", _text(story, "encryption")))


def _outage(story: Story) -> DataOutage:
    if "availability" not in _lines(story.get("breach_types")):
        return DataOutage.NONE
    tale = _text(story, "likely_consequences", "containment", "backup", "cause")
    if _vital(story) and _found("harmful", tale):
        return DataOutage.HARMFUL
    backup = _text(story, "backup")
    state = _first("backup", backup) if backup else "not told"
    if state == "none":
        return DataOutage.NONE
    if state == "there":
        return (
            DataOutage.DAYS
            if _found("days", tale) and not _found("hours", backup)
            else DataOutage.BRIEF
        )
    if state == "missing" and not _found("rebuilt", tale):
        return DataOutage.FOR_GOOD
    return DataOutage.DAYS


def _change(story: Story) -> DataChange:
    if "integrity" not in _lines(story.get("breach_types")):
        return DataChange.NONE
    if _found("ransomware", _text(story, "cause", "attack_vector")):
        # What ransomware changes is whether data can be used; the outage counts that.
        return DataChange.NONE
    return (
        DataChange.RESTORED
        if _found("put_right", _text(story, "containment", "likely_consequences", "backup"))
        else DataChange.USED
    )


def _vital(story: Story) -> bool:
    return _found("vital", _text(story, "controller_type", "data_subject_groups"))


def _people(story: Story) -> int | None:
    persons = story.get("persons")
    count = persons.get("approx") if isinstance(persons, Mapping) else persons
    return count if isinstance(count, int) else None


def _recipients(story: Story) -> int | None:
    """Return the number of recipients, if the text has one in figures or in words."""
    text = _text(story, "recipients").lower()
    figures = [int(found.replace(",", "")) for found in re.findall(r"\b\d[\d,]*\b", text)]
    if figures:
        return max(figures)
    counted = [
        value for word, value in _words()["numbers"].items() if re.search(rf"\b{word}s?\b", text)
    ]
    return max(counted, default=None)


def _text(story: Story, *keys: str) -> str:
    return "; ".join(str(line) for key in keys for line in _lines(story.get(key)))


def _lines(value: object) -> Iterable[Any]:
    if value is None or value == "":
        return []
    return value if isinstance(value, list | tuple) else [value]


def _found(name: str, text: str) -> bool:
    return re.search(_words()[name], text, re.IGNORECASE) is not None


def _first(name: str, text: str) -> Any:
    for row in _words()[name]:
        if re.search(row["find"], text.strip(), re.IGNORECASE):
            return row["value"]
    return None


@cache
def _words() -> Mapping[str, Any]:
    loaded: Mapping[str, Any] = shipped.load(_DATA)
    return loaded
