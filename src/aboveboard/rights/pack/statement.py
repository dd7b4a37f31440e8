"""What became of an erasure, a correction, a restriction or an objection, system by system: what
was done, what is kept, on what ground, until when (GDPR Arts 12(3), 12(4), 17 to 19 and 21). Pure.

Also the answer to somebody of whom nothing is held: it lists each system that was asked, and when.
The same sections are a letter (PDF), a page, and JSON.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from aboveboard.basics import clock
from aboveboard.connectors.contract import Retained, SystemChange
from aboveboard.rights.pack.contents import PackFacts, PackSystem, SystemAnswer
from aboveboard.rights.pack.letter import LetterText, PrintedSection, reveal_address
from aboveboard.rights.pack.words import PackWords

FORMAT = "aboveboard/rights-statement/v1"


class StatementKind(StrEnum):
    """What was asked, as the statement answers it."""

    ERASE = "erase"
    CORRECT = "correct"
    RESTRICT = "restrict"
    OBJECT = "object"
    NOTHING = "nothing"
    """Nothing was held in any system."""


_COUNTS: Mapping[StatementKind, str] = {
    StatementKind.ERASE: "erased_count",
    StatementKind.CORRECT: "corrected_count",
    StatementKind.RESTRICT: "restricted_count",
    StatementKind.OBJECT: "restricted_count",
}


@dataclass(frozen=True, slots=True)
class SystemStatement:
    """One system and what became of it there; ``change`` None where nothing was asked of it,
    because it holds nothing or has not answered."""

    system: PackSystem
    change: SystemChange | None = None


def statement_letter(
    kind: StatementKind,
    facts: PackFacts,
    systems: Sequence[SystemStatement],
    words: PackWords,
    *,
    grounds: str = "",
) -> LetterText:
    """Return the statement as a letter.

    ``grounds``: of an objection that is not followed, the compelling grounds as the person is told
    them (Art. 21(1)); of anything refused in part, why (Art. 12(4)).
    """
    organisation = facts.promise.organisation
    intro = words.say(
        f"{kind}_intro",
        received=words.day(facts.received_on),
        request=facts.reference,
        made=words.day(facts.made_at),
    )
    sections = [
        PrintedSection(each.system.name, system_sentences(kind, each, words)) for each in systems
    ]
    complain = (
        words.say("complain_to", authority=facts.authority)
        if facts.authority
        else words.say("complain_any")
    )
    ends = [words.say("disagree", contact=organisation.contact), complain]
    if kind is StatementKind.ERASE:
        ends.insert(0, words.say("repeats"))
    opening = [intro, words.say("grounds_against", grounds=grounds)] if grounds else [intro]
    return LetterText(
        title=words.say(f"statement_{kind}"),
        organisation=organisation.name,
        language=words.language,
        intro=tuple(opening),
        sections=(*sections, PrintedSection(words.say("rights"), tuple(ends))),
        footer=f"{organisation.name}, {facts.reference}",
        address=reveal_address(facts.address),
    )


def system_sentences(
    kind: StatementKind, statement: SystemStatement, words: PackWords
) -> tuple[str, ...]:
    """Return what became of it in one system, as sentences."""
    system, change = statement.system, statement.change
    asked = [words.say("asked", at=words.day(system.asked_at))] if system.asked_at else []
    if change is None:
        key = "nothing" if system.answer is SystemAnswer.NOTHING else "missing"
        return (words.say("waiting" if key == "missing" else key), *asked)
    sentences = []
    if (changed := sum(change.changed.values())) and kind in _COUNTS:
        sentences.append(words.say(_COUNTS[kind], count=words.number(changed)))
    sentences += [_retained(each, words) for each in change.retained]
    sentences += change.messages
    if not change.done:
        sentences.append(words.say("waiting"))
    return (*(sentences or [words.say("unchanged")]), *asked)


def statement_json(
    kind: StatementKind,
    facts: PackFacts,
    systems: Sequence[SystemStatement],
    *,
    grounds: str = "",
) -> bytes:
    """Return the statement for programs, as ``docs/reference/pack.md`` describes it."""
    document = {
        "format": FORMAT,
        "kind": kind,
        "organisation": facts.promise.organisation.name,
        "request": facts.request,
        "received_on": facts.received_on.isoformat(),
        "made_at": clock.to_text(facts.made_at),
        "grounds": grounds,
        "systems": [_system(each) for each in systems],
    }
    return json.dumps(document, ensure_ascii=False, indent=1).encode() + b"\n"


def _system(statement: SystemStatement) -> Mapping[str, object]:
    system, change = statement.system, statement.change or SystemChange(done=False)
    nothing = statement.change is None and system.answer is SystemAnswer.NOTHING
    return {
        "key": system.key,
        "name": system.name,
        "asked_at": clock.to_text(system.asked_at) if system.asked_at else None,
        "held": not nothing,
        "done": change.done or nothing,
        "changed": dict(change.changed),
        "kept": [
            {
                "collection": each.collection,
                "records": each.records,
                "ground": each.ground,
                "until": each.until.isoformat() if each.until else None,
            }
            for each in change.retained
        ],
        "messages": list(change.messages),
    }


def _retained(retained: Retained, words: PackWords) -> str:
    end = (
        words.say("kept_until", day=words.day(retained.until))
        if retained.until
        else words.say("kept_open")
    )
    kept = words.say("kept_count", count=words.number(retained.records), ground=retained.ground)
    return f"{kept} {end}"
