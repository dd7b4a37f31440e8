"""A root key in shares for safekeeping: any ``threshold`` of them give it back,
fewer say nothing about it.

SLIP-39 (Shamir's scheme over GF(256)) by ``shamir-mnemonic``, its reference implementation
(decision 10): a share is 33 words from a list of 1,024, made to be written down, with a checksum
that finds up to three wrong words. Pure.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from shamir_mnemonic import MnemonicError, Share, combine_mnemonics, generate_mnemonics

from aboveboard.basics.errors import Invalid
from aboveboard.keys.wrapping import KEY_BYTES

MOST: Final = 16
"""Most shares of one key: SLIP-39, its member index has four bits."""


def split(key: bytes, *, threshold: int, shares: int) -> list[str]:
    """Return the shares, as lines of words.

    Raises:
        Invalid: fewer than two are needed, or more than there are.
    """
    if not 2 <= threshold <= shares <= MOST:
        fix = f"At least 2 must be needed, and at most {MOST} made: --threshold 3 --shares 5"
        raise Invalid(found=f"{threshold} of {shares} shares", fix=fix)
    (made,) = generate_mnemonics(1, [(threshold, shares)], key)
    return list(made)


def read(text: str) -> tuple[int, int]:
    """Return (number, threshold) of a share as somebody typed it: any case, any white space.

    Raises:
        Invalid: a word is not on the list, or the checksum says that one is wrong.
    """
    words = _plain(text)
    try:
        share = Share.from_mnemonic(words)
    except (MnemonicError, ValueError, IndexError, KeyError, OverflowError):
        misfit = f"a share of {len(words.split())} words that does not add up"
        raise Invalid(
            found=misfit,
            fix="Compare each word with the paper: 33 words, and one of them is not right.",
        ) from None
    if share.group_count != 1 or share.group_threshold != 1 or len(share.value) != KEY_BYTES:
        raise Invalid(
            found="a share of something else",
            fix="Use the shares that aboveboard keys split printed.",
        )
    return share.index + 1, share.member_threshold


def join(texts: Sequence[str]) -> bytes:
    """Return the key that the shares were made of.

    Raises:
        Invalid: one does not add up, they belong to different splits, or there are too few.
    """
    shares_read = [read(text) for text in texts]
    needed = max((threshold for _, threshold in shares_read), default=2)
    have = len({number for number, _ in shares_read})
    if have < needed:
        raise Invalid(found=f"{have} different shares", fix=f"{needed} are needed.")
    try:
        key = combine_mnemonics(list(dict.fromkeys(_plain(text) for text in texts))[:needed])
    except (MnemonicError, ValueError):
        raise Invalid(
            found="shares that do not belong together",
            fix="Use shares from one and the same splitting.",
        ) from None
    if len(key) != KEY_BYTES:
        raise Invalid(
            found="a secret of another length",
            fix="Use the shares that aboveboard keys split printed.",
        )
    return bytes(key)


def _plain(text: str) -> str:
    """Words alone: the numbers beside them on paper are left out."""
    return " ".join(word for word in text.lower().split() if not word.isdigit())
