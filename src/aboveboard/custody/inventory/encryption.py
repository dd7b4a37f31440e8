"""What the words of an inventory say about whether a finder can read a device. Pure.

Nothing here takes silence for an answer: an empty cell, a word that nobody knows and "unknown" are
"not known", never "no" and never "yes". Where a row says two things, the worse one counts.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path
from typing import Final

from aboveboard.basics import shipped
from aboveboard.custody.terms import EncryptionState

YES, NO = EncryptionState.YES, EncryptionState.NO
SUSPENDED, UNFINISHED = EncryptionState.SUSPENDED, EncryptionState.UNFINISHED
UNKNOWN = EncryptionState.UNKNOWN

_WORST_FIRST: Final = (NO, UNFINISHED, SUSPENDED, UNKNOWN, YES)

# Win32_EncryptableVolume, GetConversionStatus: 0 to 5. A drive that is being decrypted is as little
# protected as one that is being encrypted.
_CONVERSION: Final = {
    "0": NO,
    "1": YES,
    "2": UNFINISHED,
    "3": UNFINISHED,
    "4": UNFINISHED,
    "5": UNFINISHED,
}
# GetProtectionStatus: 0 off, 1 on, 2 not known (the drive is locked). Off is for `judge_row`: what
# it means depends on whether the drive is converted.
_PROTECTION: Final = {"0": NO, "1": YES, "2": UNKNOWN}


def judge_row(values: Mapping[str, str]) -> EncryptionState | None:
    """Return what a row says, by the kind of column (``columns.yaml``); None where no column of it
    is about encryption, which is less than "not known"."""
    if not values:
        return None
    stated = [_plain(values[key]) for key in ("encrypted", "filevault") if _cell(values, key)]
    if bitlocker := _bitlocker(values):
        stated.append(bitlocker)
    return worst(stated) if stated else UNKNOWN


def worst(states: Iterable[EncryptionState]) -> EncryptionState:
    """Return the state that protects least. "Not known" is worse than "encrypted": several disks
    of which one is not known are not known to be protected."""
    return min(states, key=_WORST_FIRST.index, default=UNKNOWN)


def _plain(text: str) -> EncryptionState:
    word = _normal(text)
    return _words().get(word, UNKNOWN)


@cache
def _words() -> Mapping[str, EncryptionState]:
    states = shipped.load(Path(__file__).with_name("words.yaml"))
    return {word: EncryptionState(state) for state, words in states.items() for word in words}


def _bitlocker(values: Mapping[str, str]) -> EncryptionState | None:
    """Return what conversion and protection say together. A converted drive whose protection is
    off is open: its key lies beside it."""
    conversion = _state_of_code(values, "conversion", _CONVERSION)
    protection = _state_of_code(values, "protection", _PROTECTION)
    percentage = _percentage(_cell(values, "percentage"))
    if conversion is None and percentage is not None:
        conversion = YES if percentage >= 100 else NO if percentage <= 0 else UNFINISHED
    if conversion is None and protection is None:
        return None
    if conversion is None:
        # Protected means converted; not protected may be either, and neither is safe.
        return protection
    if conversion is not YES:
        return conversion
    if protection is NO:
        return SUSPENDED
    return UNKNOWN if protection is None else protection


def _state_of_code(
    values: Mapping[str, str], key: str, codes: Mapping[str, EncryptionState]
) -> EncryptionState | None:
    text = _cell(values, key)
    if not text:
        return None
    # "Protection On" and "Fully Encrypted" are what manage-bde writes for the same codes.
    word = _normal(text).removeprefix("protection ")
    return codes[word] if word in codes else _plain(word)


def _percentage(text: str) -> float | None:
    try:
        return float(text.strip().removesuffix("%").replace(",", "."))
    except ValueError:
        return None


def _cell(values: Mapping[str, str], key: str) -> str:
    return values.get(key, "").strip()


def _normal(text: str) -> str:
    return re.sub(r"[\s_\-.]+", " ", text.strip().casefold()).strip()
