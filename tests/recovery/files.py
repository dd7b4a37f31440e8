"""Files of made-up customers for ``once.py``, and settings that hold for a moment."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import pytest

from aboveboard.basics import settings
from aboveboard.commands.demo.people import COLUMNS, people
from aboveboard.intake import mapping as mappings
from aboveboard.intake.load import ImportSource
from aboveboard.promise.queries import in_force
from tests import world

ASK = "\nchanges: {default: newer, email: ask}\n"
"""Added to the sample mapping: an e-mail address that differs is asked about."""


def customers(round_: int) -> list[dict[str, str]]:
    """Return the customers of one round, who share nothing with those of another."""
    return [
        row
        | {
            "customer_id": row["customer_id"].replace("AW", f"AW{round_}"),
            "email": f"r{round_}.{row['email']}",
        }
        for row in people(30, seed=round_)
    ]


def lapsed(round_: int) -> list[dict[str, str]]:
    """Return two customers of long ago."""
    return [
        row
        | {
            "customer_id": row["customer_id"].replace("AW", f"OLD{round_}"),
            "email": f"old{round_}.{row['email']}",
            "phone": "",
        }
        for row in people(2, seed=100 + round_)
    ]


def written(path: Path, rows: Sequence[dict[str, str]]) -> Path:
    """Write customers to a file."""
    with path.open("w", encoding="utf-8", newline="") as out:
        writer = csv.DictWriter(out, COLUMNS)
        writer.writeheader()
        writer.writerows(rows)
    return path


def source(path: Path, more: str = "") -> ImportSource:
    """Return a file as it is imported by the sample mapping, with ``more`` added to it."""
    adopted = in_force()
    mapping = mappings.load(world.MAPPING_FILE.read_text("utf-8") + more, name="mapping.yaml")
    kinds = {key: field.kind_and_format for key, field in adopted.promise.fields.items()}
    return ImportSource(path, mapping, kinds, adopted.serial)


@contextmanager
def mail_to(patch: pytest.MonkeyPatch, port: int) -> Iterator[None]:
    """Send mail to a server of ours."""
    with patch.context() as inside:
        inside.setenv("ABOVEBOARD_MAIL_URL", f"smtp://127.0.0.1:{port}")
        settings.current.cache_clear()
        yield
    settings.current.cache_clear()
