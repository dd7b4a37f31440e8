"""What a witness keeps in its folder: its key, the logs it knows, what it cosigned last of
each, and what it refused.

Invariant: of one log, no two checkpoints are cosigned of which one is not the beginning of the
other. Reading the latest one, judging and storing the new one are one transaction,
which is on the disk before the signature leaves; a witness that is killed at any moment has at most
signed something it never sent.

A folder restored from an older copy breaks this: a witness's folder is not
restored: a new witness is made.
"""

from __future__ import annotations

import hashlib
import json
import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from aboveboard.basics.errors import Conflict, NotFound
from aboveboard.ledger.format.cosignature import ED25519, ML_DSA_44, Cosigner
from aboveboard.ledger.format.note import Verifier, signature_line, split
from aboveboard.ledger.format.submission import Submission
from aboveboard.ledger.witness.judge import LatestCosigned, WitnessRefusal, judge, origin_of

KINDS: Final = {"ed25519": ED25519, "ml-dsa-44": ML_DSA_44}
EVIDENCE: Final = 100
"""Refused checkpoints kept of each log. Our choice: one is proof enough, and a sender
must not fill the disk."""

_KEY, _DATABASE = "witness.key", "witness.sqlite3"
_TABLES = """
CREATE TABLE log (vkey TEXT PRIMARY KEY, origin TEXT NOT NULL);
CREATE TABLE latest (origin TEXT PRIMARY KEY, hash TEXT NOT NULL UNIQUE,
    size INTEGER NOT NULL, root BLOB NOT NULL, note TEXT NOT NULL);
CREATE TABLE refused (origin TEXT NOT NULL, at INTEGER NOT NULL, why TEXT NOT NULL,
    note TEXT NOT NULL, UNIQUE (origin, note));
"""


class WitnessExists(Conflict):
    """There is a witness in {folder} already."""

    code = "witness_exists"
    next_step = "Choose another folder. A witness's key is never replaced where it is."


@dataclass(frozen=True, slots=True)
class KnownLog:
    """A log that the witness knows, and how far it cosigned it."""

    origin: str
    vkeys: tuple[str, ...]
    size: int
    refused: int


def make(folder: Path, name: str, kind: int) -> Witness:
    """Make a witness with a fresh key in a folder.

    Raises:
        WitnessExists: there is one.
        NoteRefused: the name cannot be a key's name.
    """
    folder.mkdir(parents=True, exist_ok=True)
    if (folder / _KEY).exists():
        raise WitnessExists(folder=folder)
    seed = os.urandom(32)
    Cosigner(name, kind, seed)  # a name that cannot be used is refused before anything is written
    with sqlite3.connect(folder / _DATABASE) as database:
        database.executescript(_TABLES)
    database.close()
    # The key last: a folder with a key is a witness, and one without is none.
    handle = os.open(folder / _KEY, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        json.dump({"name": name, "kind": kind, "seed": seed.hex()}, file)
        file.flush()
        os.fsync(file.fileno())
    return Witness(folder)


class Witness:
    """One witness. Many threads and processes may use it at once."""

    def __init__(self, folder: Path) -> None:
        """Open the witness in a folder.

        Raises:
            NotFound: there is none.
        """
        if not (folder / _KEY).is_file():
            raise NotFound(what=f"witness in {folder}")
        key = json.loads((folder / _KEY).read_text("utf-8"))
        self._path = folder / _DATABASE
        self._cosigner = Cosigner(key["name"], key["kind"], bytes.fromhex(key["seed"]))
        self.key = self._cosigner.key

    def add_log(self, verifier: Verifier) -> None:
        """Cosign a log from now on. A log whose key changes has several."""
        with self._transaction() as database:
            database.execute(
                "INSERT OR IGNORE INTO log (vkey, origin) VALUES (?, ?)",
                (verifier.vkey, verifier.name),
            )

    def known_logs(self) -> list[KnownLog]:
        """Return the logs it knows."""
        with self._transaction() as database:
            keys: dict[str, list[str]] = {}
            for origin, vkey in database.execute(
                "SELECT origin, vkey FROM log ORDER BY origin, rowid"
            ):
                keys.setdefault(origin, []).append(vkey)
            sizes = dict(database.execute("SELECT origin, size FROM latest"))
            refused = dict(database.execute("SELECT origin, COUNT(*) FROM refused GROUP BY origin"))
        return [
            KnownLog(origin, tuple(vkeys), sizes.get(origin, 0), refused.get(origin, 0))
            for origin, vkeys in keys.items()
        ]

    def refused_checkpoints(self) -> list[tuple[str, int, str, str]]:
        """Return the signed checkpoints that were refused because they contradict what was
        cosigned: origin, when, why, note."""
        with self._transaction() as database:
            return list(database.execute("SELECT origin, at, why, note FROM refused ORDER BY at"))

    def add_checkpoint(self, submission: Submission, at: int) -> str | WitnessRefusal:
        """Judge a submission; return the signature line, which is kept before it is returned,
        or why there is none."""
        origin = origin_of(submission)
        if isinstance(origin, WitnessRefusal):
            return origin
        with self._transaction() as database:
            trusted = [
                Verifier.from_vkey(vkey)
                for (vkey,) in database.execute("SELECT vkey FROM log WHERE origin = ?", (origin,))
            ]
            # Read, judged and stored in one transaction: two submissions at once cannot both follow
            # the same checkpoint.
            row = database.execute(
                "SELECT size, root FROM latest WHERE origin = ?", (origin,)
            ).fetchone()
            head = judge(submission, trusted, LatestCosigned(*row) if row else LatestCosigned())
            if isinstance(head, WitnessRefusal):
                # Signed by the log and in contradiction: evidence of a fork, and its only copy.
                if head.signed:
                    self._keep_evidence(database, origin, at, head.why, submission.note)
                return head
            line = self._cosigner.line(submission.note.rpartition("\n\n")[0] + "\n", at)
            database.execute(
                "INSERT INTO latest (origin, hash, size, root, note) VALUES (?, ?, ?, ?, ?) ON "
                "CONFLICT (origin) DO UPDATE SET size = excluded.size, root = excluded.root, note "
                "= excluded.note",
                (
                    origin,
                    hashlib.sha256(origin.encode("utf-8")).hexdigest(),
                    head.size,
                    head.root,
                    self._with_verified_lines(submission.note, trusted) + line,
                ),
            )
        return line

    def checkpoint(self, origin_hash: str) -> str | None:
        """Return what was cosigned last of the log whose origin has this SHA-256, with the
        log's signature and ours."""
        with self._transaction() as database:
            row = database.execute(
                "SELECT note FROM latest WHERE hash = ?", (origin_hash,)
            ).fetchone()
        return row[0] if row else None

    @staticmethod
    def _with_verified_lines(note: str, trusted: list[Verifier]) -> str:
        """Return a note with the lines of the keys that were verified alone."""
        text, signatures = split(note)
        keys = {(key.name, key.key_id) for key in trusted}
        return f"{text}\n" + "".join(
            signature_line(signature.name, signature.key_id, signature.value)
            for signature in signatures
            if (signature.name, signature.key_id) in keys
        )

    @staticmethod
    def _keep_evidence(
        database: sqlite3.Connection, origin: str, at: int, why: str, note: str
    ) -> None:
        database.execute(
            (
                "INSERT OR IGNORE INTO refused SELECT ?, ?, ?, ? WHERE (SELECT COUNT(*) FROM "
                "refused WHERE origin = ?) < ?"
            ),
            (origin, at, why, note, origin, EVIDENCE),
        )

    @contextmanager
    def _transaction(self) -> Iterator[sqlite3.Connection]:
        database = sqlite3.connect(self._path, timeout=30, isolation_level=None)
        try:
            # A cosignature that left is a promise never to sign a fork: what it rests on must be on
            # the disk before (C2SP tlog-witness).
            database.execute("PRAGMA synchronous = FULL")
            database.execute("BEGIN IMMEDIATE")
            yield database
            database.execute("COMMIT")
        finally:
            database.close()  # what was not committed is undone
