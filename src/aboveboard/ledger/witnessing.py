"""Asking the configured witnesses to cosign the published log. Nothing waits for them, and none of
them stops anything.

1. Every witness is asked at the same time, with a consistency proof from what it cosigned last.
2. Each answer is stored as a row, with the reasons of those that did not cosign.
3. The cosignatures are added to the ``checkpoint`` if that is still the one they are of.
4. In a log that grows fast it is not, any more. So the newest checkpoint with as many cosignatures
   as there were before is published as ``witnessed`` too, where verifiers look for it.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from aboveboard.basics import settings
from aboveboard.basics.errors import AboveboardError
from aboveboard.ledger.folder import CHECKPOINT, LogFolder
from aboveboard.ledger.format import checkpoint as checkpoints
from aboveboard.ledger.format import note as notes
from aboveboard.ledger.format.checkpoint import Checkpoint
from aboveboard.ledger.format.cosignature import WitnessKey, cosigned
from aboveboard.ledger.format.note import NoteRefused
from aboveboard.ledger.format.tiles import HashReader, Tile, decode_hashes
from aboveboard.ledger.models import WitnessRow
from aboveboard.ledger.published import log_folder
from aboveboard.ledger.witness.client import WitnessAddress, WitnessRefuses, ask, read_addresses

WITNESSED: Final = "witnessed"

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class WitnessState:
    """The state of one configured witness: what it cosigned last, when by its own clock, and what
    is wrong, if anything is."""

    name: str
    size: int
    cosigned_at: datetime | None
    asked_at: datetime | None
    problem: str
    refuses: bool


def witness_states() -> list[WitnessState]:
    """Return the state of each configured witness, in the order of the setting."""
    addresses = read_addresses(settings.current().ledger.witnesses)
    rows = {row.name: row for row in WitnessRow.objects.all()} if addresses else {}
    states = []
    for address in addresses:
        row = rows.get(_row_name(address.key))
        if row is None:
            states.append(WitnessState(address.key.name, 0, None, None, "", refuses=False))
        else:
            states.append(
                WitnessState(
                    address.key.name,
                    row.size,
                    row.cosigned_at,
                    row.asked_at,
                    row.problem,
                    row.refuses,
                )
            )
    return states


def ask_witnesses(*, at: datetime) -> int:
    """Ask every configured witness to cosign the newest checkpoint; return how many did."""
    addresses = read_addresses(settings.current().ledger.witnesses)
    folder = log_folder()
    data = folder.read(CHECKPOINT)
    if not addresses or data is None:
        return 0
    note = notes.only_signed_by(notes.decode(data), settings.current().ledger.origin)
    head = checkpoints.parse(notes.split(note)[0])
    rows = WitnessRow.objects.in_bulk([_row_name(address.key) for address in addresses])
    olds = {
        address: rows[name].size if (name := _row_name(address.key)) in rows else 0
        for address in addresses
    }
    # All at once, and outside any lock: a witness may take its time, and the log waits for none.
    with ThreadPoolExecutor(max_workers=len(addresses)) as pool:
        answers = dict(
            zip(
                addresses,
                pool.map(
                    lambda address: _ask(folder, address, head, note, olds[address]), addresses
                ),
                strict=True,
            )
        )
    for address, answer in answers.items():
        _store(address.key, head, note, answer, at)
    lines = {address.key: answer for address, answer in answers.items() if isinstance(answer, str)}
    if lines:
        _publish(folder, note, lines, [address.key for address in addresses])
    return len(lines)


def _ask(
    folder: LogFolder, address: WitnessAddress, head: Checkpoint, note: str, old: int
) -> str | AboveboardError:
    def hashes(tile: Tile) -> list[bytes]:
        return decode_hashes(folder.read_tile(tile) or b"", tile.width)

    try:
        return ask(address, head, note, old, HashReader(head.size, hashes).root)
    except AboveboardError as error:
        return error


def _store(
    key: WitnessKey, head: Checkpoint, note: str, answer: str | AboveboardError, at: datetime
) -> None:
    """Step 2. What a witness cosigned before stays with its row when it is silent now."""
    if isinstance(answer, AboveboardError):
        refuses = isinstance(answer, WitnessRefuses)
        _log.log(logging.ERROR if refuses else logging.WARNING, "%s", answer)
        now: dict[str, object] = {"asked_at": at, "problem": str(answer), "refuses": refuses}
    else:
        seconds = key.signed_at(note + answer) or 0
        # The witness's clock, which it may set as it likes: bounded to what a date can hold.
        signed = datetime.fromtimestamp(min(seconds, 2**37), UTC)
        now = {
            "asked_at": at,
            "problem": "",
            "refuses": False,
            "size": head.size,
            "lines": answer,
            "cosigned_at": signed,
        }
    WitnessRow.objects.update_or_create(name=_row_name(key), defaults=now)


def _publish(
    folder: LogFolder, note: str, lines: Mapping[WitnessKey, str], keys: list[WitnessKey]
) -> None:
    """Steps 3 and 4, under the lock that keeps the sequencer from publishing in between."""
    text = notes.split(note)[0]
    with folder.lock():
        data = folder.read(CHECKPOINT)
        # Another checkpoint may have been published while the witnesses answered: their lines are
        # signatures over this text and no other.
        if data is not None and notes.split(notes.decode(data))[0] == text:
            folder.write_note(CHECKPOINT, note + "".join(lines.values()))
        before = folder.read(WITNESSED)
        if before is None or len(lines) >= _count(before, keys):
            folder.write_note(WITNESSED, note + "".join(lines.values()))


def _count(data: bytes, keys: list[WitnessKey]) -> int:
    try:
        return len(cosigned(notes.decode(data), keys))
    except NoteRefused:
        return 0


def _row_name(key: WitnessKey) -> str:
    return f"{key.name}+{key.key_id.hex()}"[-300:]
