"""What other rooms keep about a person moves along when two records become one, and
back when they become two.

joining.moves("access")(move, move_back)
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from aboveboard.basics.canonical import Json
from aboveboard.basics.package import NotNeeded, personal_data

Move = Callable[[int, int], Json]
"""``move(kept, merged)``: move rows to the person kept, in the merge's transaction; return what is
needed to move them back."""
MoveBack = Callable[[int, int, Json], None]

_moves: dict[str, tuple[Move, MoveBack]] = {}


def moves(room: str, move: Move, back: MoveBack) -> None:
    """Register what a room moves. What is returned is kept in the clear: ids and
    codes, no personal data."""
    _moves[room] = (move, back)


def move_all(kept: int, merged: int) -> dict[str, Json]:
    """Let every room move, and return what each needs to move back."""
    states = {room: move(kept, merged) for room, (move, _) in sorted(_moves.items())}
    for _, data in personal_data():
        if not isinstance(data.merge, NotNeeded):
            states[data.name] = data.merge(kept, merged)
    return states


def move_all_back(kept: int, merged: int, states: Mapping[str, Json]) -> None:
    """Let every room that moved something move it back."""
    for room, (_, back) in sorted(_moves.items()):
        if room in states:
            back(kept, merged, states[room])
    for _, data in personal_data():
        if data.name in states and not isinstance(data.split, NotNeeded):
            data.split(kept, merged, states[data.name])
