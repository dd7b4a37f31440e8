"""Serving: up with little work, a busy port said plainly, a worker that
comes back, a clean stop."""

from __future__ import annotations

import os
import resource
import signal
import socket
import subprocess
import time
import urllib.request
from collections.abc import Callable, Generator
from contextlib import suppress
from pathlib import Path

import pytest

from aboveboard.commands import exits
from tests.commands.conftest import Run, clean_environment, command

SLOWEST_START = 3.0
PATIENCE = 60


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def until(what: str, seconds: float, check: object) -> None:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if check():  # type: ignore[operator]
            return
        time.sleep(0.05)
    pytest.fail(f"{what} did not happen within {seconds} seconds")


def answers(port: int) -> bool:
    with (
        suppress(OSError),
        urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=2) as response,
    ):
        return bool(response.status == 200)
    return False


def children(pid: int) -> dict[int, str]:
    found = {}
    for entry in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            if int((entry / "stat").read_text().rsplit(")", 1)[1].split()[1]) == pid:
                found[int(entry.name)] = (entry / "cmdline").read_text().replace("\0", " ")
    return found


def worker_of(pid: int) -> int | None:
    return next(
        (child for child, line in children(pid).items() if line.rstrip().endswith("main worker")),
        None,
    )


@pytest.fixture
def serving(
    new_instance: Callable[[Path], Path], tmp_path: Path
) -> Generator[tuple[subprocess.Popen[str], int]]:
    new_instance(tmp_path / "home")
    port = free_port()
    with (tmp_path / "said").open("w") as said:
        words = command("serve", "--home", tmp_path / "home", "--port", port)
        process = subprocess.Popen(
            words, stdout=said, stderr=subprocess.STDOUT, text=True, env=clean_environment()
        )
    try:
        until("an answer", PATIENCE, lambda: answers(port))
        yield process, port
    finally:
        if process.poll() is None:
            process.terminate()
            process.wait(PATIENCE)


def test_it_starts_with_little_work_and_stops_cleanly(
    new_instance: Callable[[Path], Path], tmp_path: Path
) -> None:
    """Starting is bound by the processor, so its work is counted in its seconds: how busy the
    machine is with other tests makes no difference."""
    new_instance(tmp_path / "home")
    port, before = free_port(), work_of_children()
    words = command("serve", "--home", tmp_path / "home", "--port", port)
    output = tmp_path / "output"
    with (
        output.open("wb") as out,
        subprocess.Popen(
            words, stdout=out, stderr=subprocess.STDOUT, env=clean_environment()
        ) as process,
    ):
        try:
            # It says so once it answers: whoever waits for the sentence may ask.
            until(
                "its address", PATIENCE, lambda: f"http://127.0.0.1:{port}/" in output.read_text()
            )
            assert answers(port)
        finally:
            process.send_signal(signal.SIGINT)
            process.wait(PATIENCE)
    said = output.read_text()
    assert process.returncode == exits.DONE, said
    assert "Traceback" not in said
    # Three processes each import Django: that which serves, its answering one, and the worker.
    assert work_of_children() - before < 3 * SLOWEST_START


def work_of_children() -> float:
    """Return the processor's seconds of all processes that this one started and that ended."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def test_a_busy_port_is_said_plainly(
    aboveboard: Run, serving: tuple[subprocess.Popen[str], int]
) -> None:
    _, port = serving
    refused = aboveboard("serve", "--home", "home", "--port", port)
    assert refused.returncode == exits.CONFLICT
    assert refused.stderr.strip() == (
        f"Port {port} is in use. Stop the program that uses it, or choose another port: "
        f"--port {port + 1}"
    )


def test_a_worker_that_dies_comes_back_and_ends_with_the_server(
    serving: tuple[subprocess.Popen[str], int], tmp_path: Path
) -> None:
    process, _ = serving
    until("a worker", PATIENCE, lambda: worker_of(process.pid))
    first = worker_of(process.pid)
    assert first
    os.kill(first, signal.SIGKILL)
    until("another worker", PATIENCE, lambda: worker_of(process.pid) not in (None, first))
    second = worker_of(process.pid)
    until(
        "its start", PATIENCE, lambda: (tmp_path / "said").read_text().count("worker started") >= 1
    )
    process.terminate()
    assert process.wait(PATIENCE) == exits.DONE
    assert not Path(f"/proc/{second}").exists()


def test_a_worker_does_not_outlive_a_server_that_was_killed(
    serving: tuple[subprocess.Popen[str], int], tmp_path: Path
) -> None:
    process, _ = serving
    until("a worker at work", PATIENCE, lambda: "worker started" in (tmp_path / "said").read_text())
    worker, answering = worker_of(process.pid), children(process.pid)
    process.kill()
    process.wait()
    try:
        until("its end", PATIENCE, lambda: not Path(f"/proc/{worker}").exists())
    finally:
        for pid in answering:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)


def test_it_is_said_to_run_once_it_answers(
    new_instance: Callable[[Path], Path], tmp_path: Path
) -> None:
    new_instance(tmp_path / "home")
    port = free_port()
    words = command("serve", "--home", tmp_path / "home", "--port", port, "--no-worker")
    with subprocess.Popen(
        words, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env=clean_environment(), text=True
    ) as process:
        assert process.stdout is not None
        try:
            assert any("Aboveboard is running" in line for line in process.stdout)
            assert answers(port)
        finally:
            process.terminate()
