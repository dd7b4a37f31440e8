"""Two histories of one log, what a log offers a witness, and a witness on a real socket."""

from __future__ import annotations

import threading
import urllib.error
import urllib.request
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, make_server

from aboveboard.ledger.format.checkpoint import Checkpoint
from aboveboard.ledger.format.cosignature import WitnessKey
from aboveboard.ledger.format.note import Signer
from aboveboard.ledger.format.submission import Submission
from aboveboard.ledger.format.tree import consistency_ranges, leaf_hash, root_of
from aboveboard.ledger.witness import app
from aboveboard.ledger.witness.client import WitnessAddress, ask
from aboveboard.ledger.witness.state import Witness
from tests.ledger.logs import SIGNER

TRUE = [leaf_hash(b"%d" % number) for number in range(600)]
FORK = [*TRUE[:5], *(leaf_hash(b"other %d" % number) for number in range(5, 600))]


def head(size: int, leaves: list[bytes] = TRUE) -> Checkpoint:
    return Checkpoint("localhost/log", size, root_of(leaves[:size]))


def proved(old: int, size: int, leaves: list[bytes] = TRUE) -> list[bytes]:
    return (
        [root_of(leaves[start:end]) for start, end in consistency_ranges(0, old, size)]
        if 0 < old < size
        else []
    )


def submission(old: int, size: int, leaves: list[bytes] = TRUE, signer: Signer = SIGNER) -> bytes:
    return Submission(old, proved(old, size, leaves), head(size, leaves).sign(signer)).encode()


class serving:
    """Serve a witness on a real socket."""

    def __init__(self, witness: Witness) -> None:
        class Quiet(WSGIRequestHandler):
            def log_message(self, *args: object) -> None: ...

        def application(environ: dict[str, Any], start_response: Any) -> list[bytes]:
            status, kind, body = app.answer(witness, environ)
            start_response(
                f"{status} x", [("Content-Type", kind), ("Content-Length", str(len(body)))]
            )
            return [body]

        self._server = make_server("127.0.0.1", 0, application, handler_class=Quiet)
        self._thread = threading.Thread(target=self._server.serve_forever)

    def __enter__(self) -> str:
        self._thread.start()
        return f"http://127.0.0.1:{self._server.server_port}"

    def __exit__(self, *args: object) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()


def post(url: str, body: bytes) -> tuple[int, str, bytes]:
    request = urllib.request.Request(f"{url}/add-checkpoint", body)
    try:
        with urllib.request.urlopen(request, timeout=10) as answer:
            return answer.status, answer.headers["Content-Type"], answer.read()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.headers["Content-Type"], error.read()


def asked(key: WitnessKey, url: str, old: int, size: int, leaves: list[bytes] = TRUE) -> str:
    at = head(size, leaves)
    return ask(
        WitnessAddress(key, url),
        at,
        at.sign(SIGNER),
        old,
        lambda span: root_of(leaves[span[0] : span[1]]),
    )
