"""The sheet that travels beside a parcel: what it is, for what, for whom, and the proof that it was
written down. No personal data.

Who is in the parcel stays here, in the manifest of the database. Pure apart
from reading the ledger.
"""

from __future__ import annotations

import json
from pathlib import Path

from aboveboard.basics.canonical import Json
from aboveboard.basics.clock import to_text
from aboveboard.custody.queries import ExportRow
from aboveboard.custody.terms import FileForm
from aboveboard.ledger import queries as ledger
from aboveboard.promise.queries import in_force

FORMAT = "aboveboard/parcel/v1"


def sheet(export: ExportRow) -> dict[str, Json]:
    """Return what travels with an export that was made. The proof is null until the entry is
    in the tree: a second."""
    try:
        proof: str | None = ledger.proof(export.entry_id or 0)
    except ledger.NotYet:
        proof = None
    return {
        "format": FORMAT,
        "export": export.id,
        "organisation": in_force().promise.organisation.name,
        "purpose": export.purpose,
        "fields": list(export.fields),
        "form": export.form,
        # So that a program can take the apostrophe off again which keeps a spreadsheet from running
        # a cell.
        "escape": "'" if export.form == FileForm.CSV else None,
        "pseudonyms": export.pseudonyms,
        "device": export.device_tag or None,
        "recipient": export.recipient or None,
        "people": export.people,
        "made_at": to_text(export.made_at) if export.made_at else None,
        "file": export.file_name,
        "sha256": export.file_digest,
        "age_keys": list(export.age_keys),
        "ledger": {"entry": export.entry_id, "key": export.file_key or None, "proof": proof},
    }


def sheet_path(out: Path) -> Path:
    """Return where the sheet of a file lies."""
    return out.with_name(f"{out.name}.manifest.json")


def write(export: ExportRow, out: Path) -> Path:
    """Write the sheet beside the file, whole or not at all; return where."""
    place = sheet_path(out)
    part = place.with_name(f".{place.name}.part")
    part.write_text(json.dumps(sheet(export), indent=1, ensure_ascii=False) + "\n", "utf-8")
    part.replace(place)
    return place
