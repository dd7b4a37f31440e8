"""The HTTP interface of a witness, as a WSGI application: ``POST /add-checkpoint`` and
``GET /<origin hash>/checkpoint``."""

from __future__ import annotations

import logging
import os
import re
import time
from collections.abc import Iterable
from functools import cache
from http import HTTPStatus
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from aboveboard.ledger.format import submission as submissions
from aboveboard.ledger.witness.judge import WitnessRefusal
from aboveboard.ledger.witness.state import Witness

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse

VARIABLE: Final = "ABOVEBOARD_WITNESS"
"""The environment variable that names the witness's folder."""

_PLAIN: Final = "text/plain; charset=utf-8"
_CHECKPOINT = re.compile(r"/([0-9a-f]{64})/checkpoint")

log = logging.getLogger("aboveboard.witness")


def application(environ: dict[str, Any], start_response: StartResponse) -> Iterable[bytes]:
    """Answer one request to the witness whose folder the environment names."""
    status, kind, body = answer(_witness(), environ)
    if environ["REQUEST_METHOD"] == "HEAD":
        body = b""
    start_response(
        f"{status} {HTTPStatus(status).phrase}",
        [("Content-Type", kind), ("Content-Length", str(len(body)))],
    )
    return [body]


def answer(witness: Witness, environ: dict[str, Any]) -> tuple[int, str, bytes]:
    """Return the status, the media type and the body of an answer."""
    method, path = environ["REQUEST_METHOD"], environ.get("PATH_INFO", "")
    if path == f"/{submissions.PATH}":
        return _add(witness, environ) if method == "POST" else (405, _PLAIN, b"Use POST.\n")
    match = _CHECKPOINT.fullmatch(path)
    if match and method in ("GET", "HEAD"):
        note = witness.checkpoint(match[1])
        if note is not None:
            return 200, _PLAIN, note.encode("utf-8")
    return 404, _PLAIN, b"There is nothing here.\n"


def _add(witness: Witness, environ: dict[str, Any]) -> tuple[int, str, bytes]:
    try:
        # Judged before a byte is read: a witness is open to everybody.
        length = int(environ.get("CONTENT_LENGTH") or 0)
    except ValueError:
        length = -1
    if not 0 <= length <= submissions.SUBMISSION_BYTES:
        return 413, _PLAIN, b"That is longer than any submission.\n"
    try:
        submission = submissions.parse(environ["wsgi.input"].read(length))
    except submissions.SubmissionRefused as error:
        return 400, _PLAIN, f"{error.message}\n".encode()
    outcome = witness.add_checkpoint(submission, int(time.time()))
    if not isinstance(outcome, WitnessRefusal):
        return 200, _PLAIN, outcome.encode("utf-8")
    if outcome.signed:
        log.warning(
            "a signed checkpoint was not shown to continue what was cosigned: %s", outcome.why
        )
    if outcome.status == 409:
        return 409, submissions.SIZE_TYPE, outcome.why.encode()
    return outcome.status, _PLAIN, f"{outcome.why}\n".encode()


@cache
def _witness() -> Witness:
    return Witness(Path(os.environ[VARIABLE]))
