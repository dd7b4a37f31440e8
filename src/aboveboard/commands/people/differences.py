"""What files say otherwise of people who are held: listing it, and deciding about one."""

from __future__ import annotations

import json

from aboveboard.basics.person_codes import person_code
from aboveboard.commands.exits import ATTENTION, DONE


def show(as_json: bool) -> int:
    """List what waits for a decision; exit code 1 when something does."""
    from aboveboard.intake import notes

    after, count = 0, 0
    while rows := notes.list_differences(after=after):
        for row in rows:
            facts = {
                "difference": row.id,
                "person": row.person_id,
                "field": row.field,
                "file": row.file_name,
                "line": row.line,
                "since": f"{row.at:%Y-%m-%d}",
            }
            print(
                json.dumps(facts)
                if as_json
                else f"{row.id}  {row.field} of {person_code(row.person_id)}: line {row.line} of "
                f"{row.file_name}"
            )
        count += len(rows)
        after = rows[-1].id
    if not as_json:
        print(
            "Decide about each: aboveboard import --answer DIFFERENCE keep|take|another"
            if count
            else "No value needs a decision."
        )
    return ATTENTION if count else DONE


def answer(number: str, word: str) -> int:
    """Decide about one."""
    from aboveboard.basics import clock
    from aboveboard.basics.actor import SYSTEM
    from aboveboard.basics.errors import Invalid
    from aboveboard.intake import notes
    from aboveboard.intake.changes import NoteState
    from aboveboard.keys.log_signing import sequence_now

    words = [*map(str, notes.ANSWERS), notes.ANOTHER]
    if not (number.isascii() and number.isdigit()) or word not in words:
        raise Invalid(
            found=f"`--answer {number} {word}` is not a number and keep, take or another"[:120],
            fix="List them: aboveboard import --differences",
        )
    if word == notes.ANOTHER:
        row, *_ = notes.answer_another(int(number), by=SYSTEM, at=clock.now())
        sequence_now()
        print(
            f"Nothing of line {row.line} of {row.file_name} is taken. If somebody else has that "
            "customer number now, give them one of their own in the file and import it again."
        )
        return DONE
    row = notes.answer_difference(int(number), NoteState(word), by=SYSTEM, at=clock.now())
    sequence_now()
    print(
        f"{row.field} stays as it is held, until a file says something else again."
        if row.state is NoteState.KEEP
        else f"{row.field} is taken over when {row.file_name} is imported again."
    )
    return DONE
