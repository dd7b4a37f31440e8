"""``aboveboard requests pack`` and ``letter``: the copy of their data, and paper for the post."""

from __future__ import annotations

import argparse
import os
from datetime import datetime
from pathlib import Path

from aboveboard.basics.actor import SYSTEM
from aboveboard.basics.errors import Invalid
from aboveboard.basics.personal import Personal
from aboveboard.rights.pack import preparing, release
from aboveboard.rights.pack.kept import PackWay, pack_offer
from aboveboard.rights.pack.release import PackSeal
from aboveboard.rights.pack.stating import request_statement
from aboveboard.rights.requests import queries


class LetterNotWritten(Invalid):
    """The letter could not be written to {file}: {why}."""

    code = "letter_not_written"
    next_step = "Name a new file in a folder that you may write to."


def act(args: argparse.Namespace, *, words: str, at: datetime) -> None:
    """Make the copy of a request and answer it, or write its letter into a new file."""
    if args.verb == "letter":
        _write_letter(args.request, args.out, at)
        return
    passphrase: Path | None = args.passphrase
    seal = PackSeal(
        age_key=args.age_key,
        passphrase=Personal(passphrase.read_text("utf-8").strip()) if passphrase else None,
    )
    way = PackWay(args.way)
    preparing.prepare(args.request, way=way, seal=seal, words=words, by=SYSTEM, at=at)


def _write_letter(request_id: int, out: Path, at: datetime) -> None:
    stated = request_statement(queries.request(request_id, at=at))
    if stated is not None and pack_offer(request_id, at=at) is None:
        content = stated.as_pdf()
    else:
        content = release.letter_for_post(request_id, by=SYSTEM, at=at)
    try:
        # Whoever else uses this machine does not read it.
        file = os.open(out, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except OSError as error:
        raise LetterNotWritten(file=out, why=error.strerror or "it cannot be made") from None
    with os.fdopen(file, "wb") as written:
        written.write(content)
