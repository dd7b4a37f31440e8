"""Proofs that a person can keep (C2SP tlog-proof): one entry, its way up the tree,
and the signed checkpoint.

The entry's own bytes ride along as the proof's extra data, so that the file alone, with the log's
verifier key, shows what was recorded. They are trusted only after they hash to the proved leaf.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from aboveboard.basics.errors import Invalid
from aboveboard.ledger.format.checkpoint import Checkpoint, open_with
from aboveboard.ledger.format.entry import EntryBody
from aboveboard.ledger.format.entry import parse as parse_entry
from aboveboard.ledger.format.note import Verifier
from aboveboard.ledger.format.tree import leaf_hash, verify_inclusion

HEADER: Final = "c2sp.org/tlog-proof@v1"
PROOF_CHARS: Final = 1_200_000
"""Longest proof that is read: the longest entry in base64, 63 hashes, and the longest note."""

_INDEX = re.compile(r"index (0|[1-9][0-9]{0,18})")


class ProofMalformed(Invalid):
    """The proof is not of the form of a C2SP tlog-proof: {found}."""

    code = "proof_malformed"
    next_step = ""


@dataclass(frozen=True, slots=True)
class Proof:
    """What a proof file says, none of it checked: the leaf's place, its siblings
    upwards, the signed note."""

    index: int
    hashes: Sequence[bytes]
    note: str
    extra: bytes | None = None

    def text(self) -> str:
        """Return the proof as it is written in a file."""
        lines = [HEADER]
        if self.extra is not None:
            lines.append(f"extra {base64.b64encode(self.extra).decode()}")
        lines.append(f"index {self.index}")
        lines += [base64.b64encode(hash_).decode() for hash_ in self.hashes]
        return "\n".join(lines) + "\n\n" + self.note


def parse(text: str) -> Proof:
    """Read a proof file.

    Raises:
        ProofMalformed: it does not have the lines that C2SP tlog-proof demands.
    """
    if len(text) > PROOF_CHARS:
        raise ProofMalformed(found="it is too long")
    head, separator, note = text.partition("\n\n")
    lines = head.split("\n")
    if not separator or lines.pop(0) != HEADER:
        raise ProofMalformed(found=f"it does not begin with {HEADER}")
    extra = None
    if lines and lines[0].startswith("extra "):
        extra = _from_base64(lines.pop(0).removeprefix("extra "))
    index = _INDEX.fullmatch(lines.pop(0)) if lines else None
    if not index:
        raise ProofMalformed(found="it has no index line")
    if len(lines) > 64:
        raise ProofMalformed(found="it has more hashes than any tree has levels")
    hashes = [_from_base64(line) for line in lines]
    return Proof(int(index[1]), hashes, note, extra)


def verify(text: str, *trusted: Verifier) -> tuple[EntryBody, int, Checkpoint]:
    """Check a proof that carries its entry, and return the entry, its place, and the
    checkpoint it is proved under.

    1. The checkpoint is signed by one of the keys that are trusted.
    2. The entry's bytes hash to a leaf that the siblings lead to the checkpoint's root.
    3. The bytes are an entry.

    Raises:
        ProofMalformed, NoteRefused, CheckpointRefused, ProofRefused, EntryRefused: a step fails.
    """
    proof = parse(text)
    if proof.extra is None:
        raise ProofMalformed(found="it does not carry the entry it proves")
    # The signature first: until it holds, the size and root beside which the rest is judged are
    # anybody's.
    checkpoint = open_with(proof.note, trusted)
    verify_inclusion(
        leaf_hash(proof.extra), proof.index, 0, checkpoint.size, proof.hashes, checkpoint.root
    )
    return parse_entry(proof.extra), proof.index, checkpoint


def _from_base64(text: str) -> bytes:
    try:
        data = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        data = b""
    # Written back and compared: base64 leaves bits of its last letter unused, and one proof must
    # not have several texts.
    if not data or base64.b64encode(data).decode() != text:
        raise ProofMalformed(found="a line is not base64")
    return data
