"""The statement that answers a request, made from what its steps did: a letter, a page, and the
text of a mail.

What became of each system stands in the events of the request, so that it can be read on a page
as long as there is the request, and says the same in each form.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final

from aboveboard.connectors.contract import Retained, SystemChange
from aboveboard.rights.pack.assembling import OwnRecord, pack_facts
from aboveboard.rights.pack.contents import PackFacts
from aboveboard.rights.pack.letter import LetterText, PrintedSection, print_letter
from aboveboard.rights.pack.statement import (
    StatementKind,
    SystemStatement,
    statement_letter,
    system_sentences,
)
from aboveboard.rights.pack.words import PackWords
from aboveboard.rights.requests.queries import RequestRecord
from aboveboard.rights.requests.terms import (
    Answer,
    RequestEvent,
    RequestEventKind,
    RequestKind,
    StepVerb,
)

_STATED: Final[Mapping[RequestKind, tuple[StatementKind, StepVerb]]] = {
    RequestKind.ERASURE: (StatementKind.ERASE, StepVerb.ERASE),
    RequestKind.CORRECTION: (StatementKind.CORRECT, StepVerb.CORRECT),
    RequestKind.RESTRICTION: (StatementKind.RESTRICT, StepVerb.RESTRICT),
    RequestKind.OBJECTION: (StatementKind.OBJECT, StepVerb.RESTRICT),
    RequestKind.STOP_ASKING: (StatementKind.OBJECT, StepVerb.RESTRICT),
}


@dataclass(frozen=True, slots=True)
class RequestStatement:
    """What a request came to, system by system, in the language of the person."""

    kind: StatementKind
    facts: PackFacts
    systems: tuple[SystemStatement, ...]

    @property
    def words(self) -> PackWords:
        """The words of its language."""
        return PackWords(self.facts.language)

    @property
    def letter(self) -> LetterText:
        """The statement as a letter."""
        return statement_letter(self.kind, self.facts, self.systems, self.words)

    @property
    def sections(self) -> tuple[PrintedSection, ...]:
        """Each system with its sentences, for a page."""
        return tuple(
            PrintedSection(each.system.name, system_sentences(self.kind, each, self.words))
            for each in self.systems
        )

    def as_text(self) -> str:
        """Return it as the text of a mail."""
        letter = self.letter
        parts = [letter.title, *letter.intro]
        for section in letter.sections:
            parts.append("\n".join([section.heading, *(f"  {each}" for each in section.sentences)]))
        return "\n\n".join(parts)

    def as_pdf(self) -> bytes:
        """Return it as a PDF.

        Raises:
            LetterNotPrinted: it could not be set.
        """
        return print_letter(self.letter, self.words)


def request_statement(record: RequestRecord) -> RequestStatement | None:
    """Return what an answered request came to; None where its answer is no statement, but a copy of
    the data or a person's words."""
    closing = record.state.closing
    if closing is None or closing.kind is not RequestEventKind.ANSWERED:
        return None
    facts = pack_facts(record, OwnRecord(), at=closing.at)
    if closing.code == Answer.NOTHING_HELD and record.state.planned:
        asked = tuple(map(SystemStatement, facts.systems))
        return RequestStatement(StatementKind.NOTHING, facts, asked)
    if record.kind not in _STATED:
        return None
    kind, verb = _STATED[record.kind]
    steps = record.state.steps
    systems = tuple(
        SystemStatement(each, change_of(event) if event is not None else None)
        for each in facts.systems
        for event in (steps.get((each.key, verb)),)
    )
    return RequestStatement(kind, facts, systems)


def change_of(event: RequestEvent) -> SystemChange:
    """Return what the event of a step says became of a system: as the system answered, or as
    somebody wrote down."""
    facts = event.facts
    collections, retained, messages = (
        facts.get(name) for name in ("collections", "retained", "messages")
    )
    records = facts.get("records")
    # By hand, and after a restore, there is the count alone.
    changed = {"records": records} if isinstance(records, int) and records else {}
    if isinstance(collections, Mapping) and collections:
        changed = {name: count for name, count in collections.items() if isinstance(count, int)}
    return SystemChange(
        changed,
        tuple(_retained(each) for each in retained if isinstance(each, Mapping))
        if isinstance(retained, list)
        else (),
        tuple(map(str, messages)) if isinstance(messages, list) else (),
    )


def _retained(stored: Mapping[str, object]) -> Retained:
    until, records = stored.get("until"), stored.get("records")
    return Retained(
        str(stored.get("collection", "")),
        records if isinstance(records, int) else 0,
        str(stored.get("ground", "")),
        date.fromisoformat(until) if isinstance(until, str) else None,
    )
