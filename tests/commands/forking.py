"""Starts ``aboveboard`` commands from a process that has the libraries loaded: each is a process of
its own all the same, with its own arguments, environment, folder and files.

Most of the time of a short command goes into importing Django and what we need; the suite runs
hundreds. So all modules are imported here, with the settings of an instance that is none; a command
reads its own and starts Django with them. With the folder of an instance that is done here too,
for readers who type a hundred commands about it. How the program starts from nothing is what
``test_serve``, ``test_wheel`` and the crash tests are about: they start it in full.
"""

from __future__ import annotations

import contextlib
import gc
import importlib
import json
import os
import pkgutil
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import IO, Any

from aboveboard import commands

LOADED = (
    "argon2",
    "asyncio",
    "django.contrib.auth.hashers",
    "django.contrib.messages.storage.fallback",
    "django.contrib.sessions.backends.base",
    "django.contrib.staticfiles.storage",
    "django.core.handlers.wsgi",
    "django.core.management",
    "django.core.serializers.json",
    "django.db.backends.sqlite3.base",
    "django.db.migrations.executor",
    "django.db.models",
    "django.forms",
    "django.http",
    "django.middleware.csrf",
    "django.template.backends.django",
    "django.urls",
    "django.views.generic",
    "aboveboard.commands.main",
    "aboveboard.keys.handles",
    "aboveboard.kinds.normalise",
    "aboveboard.kinds.recognise",
    "aboveboard.kinds.values",
    "aboveboard.law.binding",
    "aboveboard.law.duties",
    "aboveboard.promise.loading",
    "aboveboard.promise.loading.build",
    "cryptography.hazmat.primitives.ciphers.aead",
    "msgspec",
    "rich.progress",
)
"""Imported before any command: nothing that reads settings, and nothing that starts a thread."""
_MOST_BYTES = 1_000_000


class Forking:
    """The process with the libraries loaded, and a way to ask it for commands: of any instance, or
    of this one alone, as its settings are now."""

    def __init__(self, home: Path | None = None) -> None:
        self._folder = tempfile.TemporaryDirectory(prefix="aboveboard-forking-")
        self.address = str(Path(self._folder.name) / "socket")
        environment = {
            name: value
            for name, value in os.environ.items()
            if not name.startswith(("ABOVEBOARD_", "DJANGO_"))
        }
        if home is not None:
            environment["ABOVEBOARD_HOME"] = str(home)
        ready, ready_end = os.pipe()
        with os.fdopen(ready, "rb") as waiting:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "tests.commands.forking", self.address, str(ready_end)],
                env=environment,
                cwd=Path(__file__).parents[2],
                pass_fds=[ready_end],
            )
            os.close(ready_end)
            waiting.read(1)  # until it listens, or has died

    def run(
        self,
        words: Sequence[str],
        *,
        environment: Mapping[str, str],
        folder: Path,
        typed: str,
        timeout: float,
    ) -> subprocess.CompletedProcess[str]:
        """Run one command to its end."""
        with (
            tempfile.TemporaryFile() as given,
            tempfile.TemporaryFile() as out,
            tempfile.TemporaryFile() as err,
            socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as asking,
        ):
            given.write(typed.encode())
            given.seek(0)
            asking.settimeout(timeout)
            asking.connect(self.address)
            asked = {"words": list(words), "environment": dict(environment), "folder": str(folder)}
            files = [given.fileno(), out.fileno(), err.fileno()]
            socket.send_fds(asking, [json.dumps(asked).encode()], files)
            code = int(asking.recv(16))
            return subprocess.CompletedProcess(list(words), code, _text(out), _text(err))

    def close(self) -> None:
        """End the process."""
        self._process.terminate()
        self._process.wait()
        self._folder.cleanup()


def _text(file: IO[bytes]) -> str:
    file.seek(0)
    return file.read().decode()


def serve(address: str, ready_end: int) -> None:
    """Answer each request with a command's exit code, until terminated."""
    for name in LOADED:
        importlib.import_module(name)
    if "ABOVEBOARD_HOME" in os.environ:
        _load_everything()
    else:
        _load_for_any_instance()
    # What is loaded stays: without this, each command's first collection would look at all of it,
    # and so copy its memory.
    gc.collect()
    gc.freeze()
    signal.signal(signal.SIGTERM, lambda *_: os._exit(0))
    listening = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    listening.bind(address)
    listening.listen(16)
    os.write(ready_end, b"!")
    os.close(ready_end)
    parent = os.getppid()
    listening.settimeout(5)
    while os.getppid() == parent:  # a suite that was killed leaves nothing behind
        with contextlib.suppress(ChildProcessError):
            while os.waitpid(-1, os.WNOHANG)[0]:
                continue
        with contextlib.suppress(TimeoutError):
            asking, _ = listening.accept()
            with asking:
                if os.fork() == 0:
                    listening.close()
                    _answer(asking)


def _load_for_any_instance() -> None:
    """Import everything, with settings that no command will find."""
    from aboveboard.basics import settings

    with tempfile.TemporaryDirectory() as home:
        for name in ("aboveboard.toml", "signing.key"):
            (Path(home) / name).touch()
        os.environ["ABOVEBOARD_HOME"] = home
        _load_everything()
    from django.conf import settings as django_settings
    from django.core.cache import caches
    from django.db import connections
    from django.utils.functional import empty

    del os.environ["ABOVEBOARD_HOME"], os.environ["DJANGO_SETTINGS_MODULE"]
    settings.current.cache_clear()
    # Only this module reads settings when it is imported: each command imports it.
    del sys.modules["aboveboard.site.settings"], sys.modules["aboveboard.site"].settings
    django_settings._wrapped = empty
    for handler in (connections, caches):
        handler.__dict__.clear()
        handler.__init__()  # type: ignore[misc]  # as when its module was imported


def _load_everything() -> None:
    """Start Django, and import what commands import when they run: each would do it anew."""
    from django.db.migrations.loader import MigrationLoader

    from aboveboard.basics.package import gathered
    from aboveboard.commands import main
    from tests import sample_promise, schema_once

    main.start_django()
    sample_promise.use()
    schema_once.use()
    MigrationLoader(None, ignore_no_migrations=True)  # it imports each migration
    for package in gathered():
        for name in package.public:
            importlib.import_module(f"aboveboard.{package.name}.{name}")
    for command in pkgutil.walk_packages(commands.__path__, "aboveboard.commands."):
        importlib.import_module(command.name)


def _answer(asking: socket.socket) -> None:
    """Run the command in a process of its own and send its exit code; never returns."""
    asking.settimeout(None)
    message, files, _, _ = socket.recv_fds(asking, _MOST_BYTES, 3)
    asked: dict[str, Any] = json.loads(message)
    pid = os.fork()
    if pid == 0:
        asking.close()
        for number, file in enumerate(files):
            os.dup2(file, number)
            os.close(file)
        _become(asked)
    _, status = os.waitpid(pid, 0)
    asking.send(str(os.waitstatus_to_exitcode(status)).encode())
    os._exit(0)


def _become(asked: dict[str, Any]) -> None:
    """Go on as the command, as if it had been started from nothing."""
    from aboveboard.commands import main

    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    os.chdir(asked["folder"])
    os.environ.clear()
    os.environ.update(asked["environment"])
    tempfile.tempdir = None  # read from the environment anew
    if asked["words"][:1] == ["-c"]:  # as Python has it: what no command tells
        sys.argv = asked["words"][:1] + asked["words"][2:]
        exec(asked["words"][1], {})  # noqa: S102 - a test's own program
        sys.exit(0)
    sys.argv = ["aboveboard", *asked["words"]]
    sys.exit(main.main())


if __name__ == "__main__":
    serve(sys.argv[1], int(sys.argv[2]))
