"""Data categories: fideslang keys, each with its bit, its words, its DPV term and its ENISA kind.

The list is data (``categories.yaml``). A category's bit is written into exposure sets, so it never
changes and is never given to another category.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path
from types import MappingProxyType

from aboveboard.basics import shipped

_FILE = Path(__file__).with_name("categories.yaml")


@dataclass(frozen=True, slots=True)
class Category:
    """One category of data.

    ``label``: by language, a lower-case noun phrase that fits a sentence: "your e-mail address".
    ``noun``: the same in English about somebody else, for staff and authorities: "e-mail address".
    ``dpv``: the term in the W3C Data Privacy Vocabulary's personal-data extension,
    ``pd:EmailAddress``. ``enisa``: one of :class:`~.severity.DataKind`. ``special``: GDPR
    Art. 9(1). ``credential``: opens an account; ENISA scores what it opens, not the credential.
    ``formerly``: the key's name before fideslang 3.2, or "".
    """

    key: str
    bit: int
    label: Mapping[str, str]
    noun: str
    dpv: str
    enisa: str
    special: bool
    credential: bool
    formerly: str


@cache
def all_categories() -> Mapping[str, Category]:
    """Return every category by key, in the order of their bits."""
    rows = shipped.load(_FILE)["categories"]
    categories = [
        Category(
            key=row["key"],
            bit=row["bit"],
            label=MappingProxyType(row["label"]),
            noun=row.get("noun") or row["label"]["en"].removeprefix("your "),
            dpv=f"pd:{row['dpv']}",
            enisa=row["enisa"],
            special=row.get("special", False),
            credential=row.get("credential", False),
            formerly=row.get("formerly", ""),
        )
        for row in rows
    ]
    return MappingProxyType(
        {
            category.key: category
            for category in sorted(categories, key=lambda category: category.bit)
        }
    )


def get(key: str) -> Category:
    """Return one category.

    Raises:
        KeyError: there is no category of that key.
    """
    return all_categories()[key]


def bitmap(keys: Iterable[str]) -> int:
    """Return the categories as one signed 64-bit integer, which is never negative.

    Raises:
        KeyError: there is no category of some key.
    """
    bits = 0
    for key in keys:
        bits |= 1 << get(key).bit
    return bits


# A count has a few dozen combinations, and each answer asks for all of them again.
@lru_cache(maxsize=4_096)
def from_bitmap(bits: int) -> tuple[str, ...]:
    """Return the keys in a bitmap, in the order of their bits.

    Raises:
        ValueError: the bitmap is negative or has a bit that belongs to no category.
    """
    keys = tuple(category.key for category in all_categories().values() if bits >> category.bit & 1)
    if bits < 0 or bitmap(keys) != bits:
        raise ValueError(f"{bits} is not a bitmap of known categories")
    return keys
