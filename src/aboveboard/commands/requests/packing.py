"""``aboveboard requests pack`` and ``letter``: the copy of their data, and paper for the post."""

from __future__ import annotations

import argparse
import os
from datetime import datetime
from pathlib import Path

from aboveboard.basics.actor import SYSTEM
from aboveboard.basics.errors import Conflict, Invalid
from aboveboard.basics.personal import Personal
from aboveboard.rights.pack import preparing, release
from aboveboard.rights.pack.kept import PackWay, pack_offer
from aboveboard.rights.pack.seal import PackSeal
from aboveboard.rights.pack.stating import request_statement
from aboveboard.rights.requests import queries
from aboveboard.rights.running import advance


class LetterNotWritten(Invalid):
    """The letter could not be written to {file}: {why}."""

    code = "letter_not_written"
    next_step = "Name a new file in a folder that you may write to."


class PackNotMade(Conflict):
    """The copy could not be made: {why}."""

    code = "pack_not_made"
    next_step = "Look at the request in the console, and have it made again."


def act(args: argparse.Namespace, *, words: str, at: datetime) -> None:
    """Make the copy of a request and answer it, or write its letter into a new file.

    Raises:
        PackNotMade: something stood in the way; the request is as it was.
    """
    if args.verb == "letter":
        _write_letter(args.request, args.out, at)
        return
    passphrase: Path | None = args.passphrase
    seal = PackSeal(
        age_key=args.age_key,
        passphrase=Personal(passphrase.read_text("utf-8").strip()) if passphrase else None,
    )
    way = PackWay(args.way)
    state = preparing.order(
        args.request, way=way, seal=seal, words=words, part=args.part, by=SYSTEM, at=at
    )
    if not state.makes_pack:
        return
    # Here and now, so that it is there when the command ends; a worker that is at it already goes
    # on with it.
    advance.run_request({"request": args.request})
    failed = queries.request(args.request, at=at).state.order_failed
    if failed is not None:
        raise PackNotMade(why=failed.code.replace("_", " "))


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
