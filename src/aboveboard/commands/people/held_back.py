"""Rows of imports that may be of another person than the one who was erased: listing them, and
deciding about one."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from aboveboard.commands.exits import ATTENTION, DONE

if TYPE_CHECKING:
    from aboveboard.intake.held_back import HeldBackRecord

UNDO = "undo"
_SAID = {
    "waiting": "waits for a decision",
    "take": "to be taken",
    "keep-out": "kept out",
}


def show(run_id: int | None, as_json: bool) -> int:
    """List the rows, of one import or of all: first those that wait, then those that are decided;
    exit code 1 when one waits."""
    from aboveboard.intake import held_back, queries

    if run_id is not None:
        queries.import_run(run_id)  # one that there never was is said, and not an empty list
    for decided in (False, True):
        after = 0
        while rows := held_back.list_held_back(run_id=run_id, decided=decided, after=after):
            for row in rows:
                print(json.dumps(_facts(row)) if as_json else _line(row))
            after = rows[-1].id
    counts = held_back.count_held_back(run_id=run_id)
    if not as_json:
        if counts.waiting or counts.decided:
            print(f"{counts.waiting:,} to decide, {counts.decided:,} decided.")
        print(
            "Decide about each: aboveboard import --decide ROW take|keep-out"
            if counts.waiting
            else "No row that was held back needs a decision."
        )
    return ATTENTION if counts.waiting else DONE


def decide(number: str, word: str, *, reference: str, confirmed: bool) -> int:
    """Decide about one, or undo the decision. Without ``--yes`` nobody is taken, and the exit code
    is 1."""
    from aboveboard.basics import clock
    from aboveboard.basics.actor import SYSTEM
    from aboveboard.basics.errors import Invalid
    from aboveboard.intake import held_back
    from aboveboard.intake.changes import HeldBackState
    from aboveboard.keys.log_signing import sequence_now

    words = [*map(str, held_back.ANSWERS), UNDO]
    if not (number.isascii() and number.isdigit()) or word not in words:
        raise Invalid(
            found=f"`--decide {number} {word}` is not a number and take, keep-out or undo"[:120],
            fix="List them: aboveboard import --held-back",
        )
    if word == UNDO:
        row = held_back.undo(int(number), by=SYSTEM, at=clock.now())
        sequence_now()
        print(f"Undone. Line {row.line} of {row.file_name} waits for a decision again.")
        return DONE
    state = HeldBackState(word)
    if state is HeldBackState.TAKE and not confirmed:
        row = held_back.held_back_row(int(number))
        print(f"Line {row.line} of {row.file_name}: {row.sentence}")
        print(
            "If it is the person who was erased, taking it brings them back against their will. "
            "Nothing was decided. If you have made sure that it is another person, run the same "
            "command again with --yes and --reference CASE."
        )
        return ATTENTION
    row = held_back.decide(int(number), state, reference=reference, by=SYSTEM, at=clock.now())
    sequence_now()
    print(
        f"Line {row.line} of {row.file_name} is taken when the file is imported again."
        if state is HeldBackState.TAKE
        else f"Line {row.line} of {row.file_name} stays out, as long as files say the same of them."
    )
    print(f"To undo: aboveboard import --decide {row.id} undo")
    return DONE


def _line(row: HeldBackRecord) -> str:
    return f"{row.id}  {_SAID[row.state]}: line {row.line} of {row.file_name}. {row.sentence}"


def _facts(row: HeldBackRecord) -> dict[str, object]:
    return {
        "row": row.id,
        "import": row.run_id,
        "file": row.file_name,
        "line": row.line,
        "shares": row.shares,
        "erasure": row.erasure,
        "erased_on": f"{row.erased_on:%Y-%m-%d}",
        "state": row.state.value,
        "ends_on": f"{row.ends_on:%Y-%m-%d}",
    }
