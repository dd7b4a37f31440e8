"""What a file says otherwise of people who are held: taken over, asked about, or left as it is.

The procedure, numbered as in the code:

1. Compare each row with the record, inside the vault. A row that found its person by a number that
   leads to them since a merge is not compared: it is of the other record.
2. Judge each field that differs (``changes.judge``).
3. Lock whoever is to be changed, and compare again: a correction may have been made meanwhile.
4. Replace the values, each with its entry; note what somebody must decide.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from aboveboard.basics.actor import Actor
from aboveboard.intake import former
from aboveboard.intake.changes import (
    LASTING,
    ChangeOutcome,
    ChangeRule,
    KnownField,
    NoteState,
    judge,
)
from aboveboard.intake.erased import value_digest
from aboveboard.intake.mapping import ColumnMapping as FileMapping
from aboveboard.intake.models import FieldNote
from aboveboard.intake.people_file import RowProblem
from aboveboard.vault import changing
from aboveboard.vault.changing import Residence
from aboveboard.vault.locking import lock_people
from aboveboard.vault.origin import ValueOrigin

_SENTENCES = {
    ChangeOutcome.CHANGED: "{} is another than held, and was taken over.",
    ChangeOutcome.ASKED: "{} is another than held. Decide: aboveboard import --differences",
    ChangeOutcome.KEPT: "{} is another than held, which stays as it is.",
}
_WOULD = {
    ChangeOutcome.CHANGED: "{} is another than held, and would be taken over.",
    ChangeOutcome.ASKED: "{} is another than held, and somebody would have to decide.",
    ChangeOutcome.KEPT: "{} is another than held, which would stay as it is.",
}


@dataclass(frozen=True, slots=True)
class HeldRow:
    """A row of somebody who is held: its line, and its values by field, as they would be sealed."""

    line: int
    person_id: int
    texts: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class JudgedRow:
    """One row with the fields that differ, and what becomes of each."""

    row: HeldRow
    outcomes: Mapping[str, ChangeOutcome]

    def fields(self, outcome: ChangeOutcome) -> list[str]:
        """Return the fields that this becomes of."""
        return [name for name, each in self.outcomes.items() if each is outcome]


@dataclass(slots=True)
class RowDifferences:
    """What a block of rows says otherwise. Made and applied in one transaction."""

    mapping: FileMapping
    kinds: Mapping[str, str]
    origins: Mapping[str, ValueOrigin]
    moment: datetime
    judged: list[JudgedRow] = field(default_factory=list)
    _agreed: dict[int, set[str]] = field(default_factory=dict)

    def find(self, rows: Sequence[HeldRow]) -> None:
        """Compare and judge; lock whoever is to be changed, or asked about.

        People are locked here and not where they are changed, because the generations of the index
        key must be fixed in between: everybody takes locks in that order (``vault.generations``).
        """
        self.judged = self._judge(rows)
        # Those who are asked about, too: a note written beside an erasure would outlive it.
        written = [
            each.row
            for each in self.judged
            if each.fields(ChangeOutcome.CHANGED) or each.fields(ChangeOutcome.ASKED)
        ]
        if written:
            lock_people([row.person_id for row in written])  # 3
            again = {each.row.line: each for each in self._judge(written)}
            lines = {row.line for row in written}
            self.judged = [
                again.get(each.row.line, each)
                for each in self.judged
                if each.row.line not in lines or each.row.line in again
            ]

    def preview(self, rows: Sequence[HeldRow]) -> list[tuple[int, RowProblem]]:
        """Compare and judge, and change and lock nothing; return what would be listed of each
        row."""
        self.judged = self._judge(rows)
        return [problem for each in self.judged for problem in _listed(each, _WOULD)]

    def apply(self, *, run_id: int, by: Actor, at: datetime) -> list[tuple[int, RowProblem]]:
        """Take over what is to be taken over, and note what somebody must decide; return what is to
        be listed of each row."""
        listed = []
        for each in self.judged:
            row, changed = each.row, each.fields(ChangeOutcome.CHANGED)
            if changed:
                replaced = changing.replace(  # 4
                    row.person_id,
                    {name: row.texts[name] for name in changed},
                    kinds=self.kinds,
                    origins=self.origins,
                    home=self._home(row, each.outcomes),
                    by=by,
                    at=at,
                )
                former.store_former(row.person_id, replaced, at=at)
                # Answered by what was done: a note that stayed would ask again about a value that
                # is no longer held.
                FieldNote.objects.filter(person_id=row.person_id, field__in=changed).delete()
            for name in each.fields(ChangeOutcome.ASKED):
                FieldNote.objects.update_or_create(
                    person_id=row.person_id,
                    field=name,
                    defaults={
                        "state": NoteState.ASKED,
                        "digest": value_digest(row.person_id, name, row.texts[name]),
                        "at": at,
                        "run_id": run_id,
                        "line": row.line,
                    },
                )
            listed += _listed(each, _SENTENCES)
        for person_id, names in self._agreed.items():
            FieldNote.objects.filter(person_id=person_id, field__in=names).delete()
        return listed

    def count(self, outcome: ChangeOutcome) -> int:
        """Return of how many people some field became this."""
        return len({each.row.person_id for each in self.judged if each.fields(outcome)})

    def _judge(self, rows: Sequence[HeldRow]) -> list[JudgedRow]:
        differing = changing.compare_values(
            {row.person_id: row.texts for row in rows}, self.kinds
        )  # 1
        noted: dict[int, dict[str, KnownField]] = {}
        for note in FieldNote.objects.filter(person_id__in=differing):
            # What somebody wrote past the program lets no file replace anything.
            state = NoteState(note.state) if note.authentic else NoteState.CORRECTED
            known = KnownField(state, bytes(note.digest))
            noted.setdefault(note.person_id, {})[note.field] = known
        judged = []
        for row in rows:
            fields = differing.get(row.person_id)
            # Found by a number that is not the record's own: the row is of a record that was merged
            # into it, and would undo what the merge chose.
            if fields is None or self.mapping.identify_by in fields:
                continue
            notes = noted.get(row.person_id, {})
            if agreed := {name for name in notes if row.texts.get(name) and name not in fields}:
                self._agreed[row.person_id] = agreed
            if fields:
                judged.append(JudgedRow(row, self._outcomes(row, fields, notes)))
        return judged

    def _outcomes(
        self,
        row: HeldRow,
        fields: Mapping[str, ValueOrigin | None],
        notes: Mapping[str, KnownField],
    ) -> dict[str, ChangeOutcome]:
        outcomes = {}  # 2
        for name, held in fields.items():
            # One that was noted was made with the secret that digests; else there may be none yet.
            known = notes.get(name)
            digest = b""
            if known is not None and known.digest:
                digest = value_digest(row.person_id, name, row.texts[name])
            outcomes[name] = judge(
                self.mapping.changes.rule(name),
                known,
                digest,
                held=held,
                channel=self.origins[name].channel,
                moment=self.moment,
            )
        if any(
            held is not None
            and self.kinds[name].partition(":")[0] in LASTING
            and self.mapping.changes.rule(name) is not ChangeRule.KEEP
            and not (name in notes and notes[name].state is NoteState.TAKE)
            for name, held in fields.items()
        ):
            return {
                name: ChangeOutcome.ASKED if outcome is ChangeOutcome.CHANGED else outcome
                for name, outcome in outcomes.items()
            }
        return outcomes

    def _home(self, row: HeldRow, outcomes: Mapping[str, ChangeOutcome]) -> Residence | None:
        """Return where the person lives from now on, if that is taken over whole."""
        mapping = self.mapping
        became = {outcomes.get(name) for name in (mapping.country, mapping.region) if name}
        if ChangeOutcome.CHANGED not in became or became & {
            ChangeOutcome.ASKED,
            ChangeOutcome.KEPT,
        }:
            return None
        return Residence(mapping.jurisdiction(row.texts), mapping.language(row.texts))


def _listed(
    judged: JudgedRow, sentences: Mapping[ChangeOutcome, str]
) -> list[tuple[int, RowProblem]]:
    return [
        (judged.row.line, RowProblem(name, outcome.value, sentences[outcome].format(name)))
        for name, outcome in judged.outcomes.items()
    ]
