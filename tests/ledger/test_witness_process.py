"""A witness in a process of its own, which the command line serves too, never signs a fork, however
often it is killed."""

from __future__ import annotations

import os
import random
import signal
import socket
import subprocess
import sys
import threading
import time
from contextlib import suppress
from pathlib import Path
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, make_server

import pytest

from aboveboard.ledger.format.cosignature import ED25519, WitnessKey
from aboveboard.ledger.format.tree import root_of
from aboveboard.ledger.witness import app
from aboveboard.ledger.witness.client import WitnessRefuses, WitnessSilent
from aboveboard.ledger.witness.state import Witness, make
from tests.ledger.logs import SIGNER
from tests.ledger.witnesses import FORK, TRUE, asked


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def child(folder: Path, port: int) -> int:
    """Serve a witness in a process of its own."""
    process = os.fork()
    if process:
        return process
    try:
        with suppress(BaseException):
            witness = Witness(folder)

            def application(environ: dict[str, Any], start_response: Any) -> list[bytes]:
                status, kind, body = app.answer(witness, environ)
                start_response(
                    f"{status} x", [("Content-Type", kind), ("Content-Length", str(len(body)))]
                )
                return [body]

            class Quiet(WSGIRequestHandler):
                def log_message(self, *args: object) -> None: ...

            make_server("127.0.0.1", port, application, handler_class=Quiet).serve_forever()
    finally:
        os._exit(0)


@pytest.mark.crash
def test_a_witness_killed_at_any_moment_never_signs_a_fork(tmp_path: Path) -> None:
    """Two histories are offered in turn by whoever holds the log's key; what was ever cosigned
    must be of one of them."""
    key = make(tmp_path / "witness", "witness.example/w1", ED25519).key
    Witness(tmp_path / "witness").add_log(SIGNER.verifier)
    picks = random.Random(6962)
    cosigned: list[tuple[int, bytes]] = []
    kills = 0
    port = free_port()
    for _ in range(15):
        process = child(tmp_path / "witness", port)
        killer = threading.Timer(0.03 + picks.random() * 0.2, os.kill, (process, signal.SIGKILL))
        killer.start()
        end = time.monotonic() + 10
        while time.monotonic() < end:
            leaves = picks.choice((TRUE, FORK))
            size = picks.randrange(6, 600)
            try:
                asked(
                    key,
                    f"http://127.0.0.1:{port}",
                    max((size for size, _ in cosigned), default=0),
                    size,
                    leaves,
                )
                cosigned.append((size, root_of(leaves[:size])))
            except WitnessRefuses:
                continue
            except WitnessSilent:
                if os.waitpid(process, os.WNOHANG)[0]:
                    kills += 1
                    break
        killer.join()
    assert kills == 15
    assert cosigned
    histories = {
        name
        for name, leaves in (("true", TRUE), ("fork", FORK))
        if (cosigned[0][0], cosigned[0][1]) == (cosigned[0][0], root_of(leaves[: cosigned[0][0]]))
    }
    assert len(histories) == 1
    leaves = TRUE if histories == {"true"} else FORK
    assert all(root == root_of(leaves[:size]) for size, root in cosigned)
    assert [size for size, _ in cosigned] == sorted(size for size, _ in cosigned)
    # What the folder holds is at least what was sent.
    assert Witness(tmp_path / "witness").known_logs()[0].size >= cosigned[-1][0]


@pytest.mark.slow
def test_the_program_serves_a_witness(tmp_path: Path) -> None:
    def program(*words: str) -> list[str]:
        return [sys.executable, "-m", "aboveboard.commands.main", "witness", *words]

    folder, port = str(tmp_path / "witness"), free_port()
    made = subprocess.run(
        program("init", folder, "--name", "witness.example/w1"),
        capture_output=True,
        text=True,
        check=True,
    )
    subprocess.run(program("add-log", folder, SIGNER.vkey), check=True)
    serving = subprocess.Popen(
        program("serve", folder, "--port", str(port)), stdout=subprocess.DEVNULL
    )
    try:
        key, end = WitnessKey.from_vkey(made.stdout.strip()), time.monotonic() + 30
        while True:
            try:
                line = asked(key, f"http://127.0.0.1:{port}", 0, 3)
                break
            except WitnessSilent:
                assert time.monotonic() < end
                time.sleep(0.1)
        assert line.startswith("— witness.example/w1 ")
        with pytest.raises(WitnessRefuses):
            asked(key, f"http://127.0.0.1:{port}", 3, 9, [*FORK[5:]])
    finally:
        serving.terminate()
        serving.wait(20)
    status = subprocess.run(program("status", folder), capture_output=True, text=True, check=False)
    assert (status.returncode, status.stdout) == (
        1,
        "localhost/log: cosigned at 3 entries; 1 REFUSED: see --json\n",
    )
