"""Asking a witness for its cosignature (C2SP tlog-witness)."""

from __future__ import annotations

import urllib.error
import urllib.request
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from http.client import HTTPException
from typing import Final

from aboveboard.basics.errors import Invalid, Unavailable
from aboveboard.ledger.format.checkpoint import Checkpoint
from aboveboard.ledger.format.cosignature import WitnessKey
from aboveboard.ledger.format.note import NoteRefused, split
from aboveboard.ledger.format.submission import PATH, Submission, parse_size
from aboveboard.ledger.format.tree import Range, consistency_ranges
from aboveboard.ledger.verify.sources import is_web_address

TIMEOUT: Final = 10
"""Seconds to wait for a witness. Our choice: nothing waits for it."""

_ANSWER_BYTES: Final = 64 * 1024

Prove = Callable[[Range], bytes]
"""Returns the root of a range of leaves."""


class WitnessSilent(Unavailable):
    """The witness {witness} gave no cosignature: {found}."""

    code = "witness_silent"
    next_step = "The log goes on without it, and it is asked again."


class WitnessRefuses(Unavailable):
    """The witness {witness} REFUSES this log: {found}."""

    code = "witness_refuses"
    next_step = (
        "It saw another log under this name. Find out why before anything else: was the database "
        "restored, or did the log fork?"
    )


@dataclass(frozen=True, slots=True)
class WitnessAddress:
    """A witness as it is set: its key, and where it is asked (the submission prefix)."""

    key: WitnessKey
    url: str


def read_addresses(text: str) -> list[WitnessAddress]:
    """Read the setting ``ledger.witnesses``: for each, its verifier key and
    its address; one a line.

    Raises:
        Invalid: a line has another form.
    """
    addresses = []
    for line in filter(None, (part.strip() for part in text.replace(";", "\n").split("\n"))):
        vkey, _, url = line.partition(" ")
        try:
            key = WitnessKey.from_vkey(vkey)
        except NoteRefused as error:
            raise Invalid(
                found=f"in ledger.witnesses: {error.message}",
                fix="Get the line from: aboveboard witness key",
            ) from None
        if not is_web_address(url.strip()):
            raise Invalid(
                found=f"in ledger.witnesses: {key.name} has no address",
                fix="Write: KEY https://witness.example",
            )
        addresses.append(WitnessAddress(key, url.strip().rstrip("/")))
    return addresses


def ask(address: WitnessAddress, head: Checkpoint, note: str, old: int, prove: Prove) -> str:
    """Return the signature lines of the witness for a signed checkpoint; ``old`` is the size it is
    thought to have cosigned last.

    Raises:
        WitnessSilent: it cannot be reached, or answers what no witness answers.
        WitnessRefuses: it saw more of this log, or another one.
    """
    status, body = _post(address, head, note, old, prove)
    if status == 409:
        size = parse_size(body)
        if size is None or size == old:
            raise WitnessSilent(
                witness=address.key.name, found="it contradicts itself about what it cosigned last"
            )
        if size > head.size:
            raise WitnessRefuses(
                witness=address.key.name,
                found=f"it saw {size:,} entries, and the log shows {head.size:,}",
            )
        # Once: whoever restored this database may have forgotten what the witness remembers.
        status, body = _post(address, head, note, size, prove)
    if status == 422:
        raise WitnessRefuses(
            witness=address.key.name, found="the log does not continue what it saw"
        )
    if status != 200:
        raise WitnessSilent(
            witness=address.key.name, found=_MEANINGS.get(status, f"it answered {status}")
        )
    return _lines(address.key, note, body)


_MEANINGS = {
    400: "it did not understand the request",
    403: (
        "it does not trust the key that this log is signed with. Was the key changed? Tell the "
        "witness's operator"
    ),
    404: "it does not know this log. Ask its operator to add the log's key",
    409: "others ask it for the same log at the same time",
}


class _NoRedirects(urllib.request.HTTPRedirectHandler):
    """Refuses to go elsewhere: a witness that was taken over would choose whom this machine asks,
    inside its own network too."""

    def redirect_request(self, *_: object) -> None:
        """Follow none: the redirect is the answer, and no cosignature."""


@cache
def _opener() -> urllib.request.OpenerDirector:
    return urllib.request.build_opener(_NoRedirects)


def _post(
    address: WitnessAddress, head: Checkpoint, note: str, old: int, prove: Prove
) -> tuple[int, bytes]:
    # A witness that saw more than the log shows answers with its size, and is believed there.
    old = min(old, head.size)
    proof: Sequence[bytes] = (
        [prove(span) for span in consistency_ranges(0, old, head.size)]
        if 0 < old < head.size
        else []
    )
    data = Submission(old, proof, note).encode()
    request = urllib.request.Request(  # noqa: S310 - http(s) alone, see read_addresses
        f"{address.url}/{PATH}", data, {"Content-Type": "text/plain; charset=utf-8"}
    )
    try:
        with _opener().open(request, timeout=TIMEOUT) as answer:
            # Of an answer no more than this: a witness is somebody else's machine.
            return answer.status, answer.read(_ANSWER_BYTES)
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.read(_ANSWER_BYTES)
    except (OSError, ValueError, HTTPException) as error:
        raise WitnessSilent(
            witness=address.key.name,
            found=str(getattr(error, "reason", error)) or type(error).__name__,
        ) from None


def _lines(key: WitnessKey, note: str, body: bytes) -> str:
    """Return the lines of this witness's key in an answer; other lines are passed over,
    as the standard asks."""
    text = split(note)[0]
    try:
        text_of_answer = body.decode("utf-8")
        mine = "".join(
            line + "\n"
            for line in text_of_answer.split("\n")[:-1]
            if line.startswith(f"— {key.name} ")
        )
        # Checked before it is published beside our own signature.
        if key.signed_at(f"{text}\n{mine}") is None:
            raise NoteRefused(found="it is not of the key that is set")
    except (UnicodeDecodeError, NoteRefused) as error:
        raise WitnessSilent(
            witness=key.name, found=f"its cosignature does not hold ({error})"
        ) from None
    return mine
