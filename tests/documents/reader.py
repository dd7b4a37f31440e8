"""A reader at a terminal: types what a page says to type, and holds what is printed against what
the page says."""

from __future__ import annotations

import os
import re
import stat
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from tests.commands.conftest import clean_environment
from tests.commands.forking import Forking
from tests.documents.blocks import QUOTE, SHELL, Block, blocks, commands
from tests.documents.left_out import left_out
from tests.documents.printed import is_printed

PATIENCE = 600
"""Seconds that anything may take on a machine that does much else."""
Text = str | Callable[[], str]
_Value = TypeVar("_Value")
_Table = dict[str, list[_Value]]
"""For the beginning of a command or block, what holds for it: each time, or one time after the
other."""

_COMMAND = """\
#!{python} -SE
import json, os, socket, sys
address, prepared = {address!r}, {prepared!r}
if prepared and not {{"--home", "init", "restore"}}.intersection(sys.argv[1:]):
    ours = {{name: value for name, value in os.environ.items() if name.startswith("ABOVEBOARD_")}}
    home, settings, ready = prepared
    if ours == {{"ABOVEBOARD_HOME": home}}:
        with open(os.path.join(home, "aboveboard.toml"), encoding="utf-8") as file:
            address = ready if file.read() == settings else address
asking = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
asking.connect(address)
asked = {{"words": sys.argv[1:], "environment": dict(os.environ), "folder": os.getcwd()}}
socket.send_fds(asking, [json.dumps(asked).encode()], [0, 1, 2])
code = int(asking.recv(16))
sys.exit(code if code >= 0 else 128 - code)
"""
"""``aboveboard`` on the path: a process of its own for each command, without the second that it
takes to import Django (:mod:`tests.commands.forking`). A command about the instance that was made
finds Django set up as well; one about another, or with other settings, reads them itself."""


class Reader:
    """Somebody in a folder with a shell, who has read a page as far as they have.

    What the page leaves to the reader is said before: what to type in place of an example
    (:meth:`replace`), what to have ready (:meth:`before`), what to answer (:meth:`answer`), what
    to keep of what is printed (:meth:`after`). Each must be needed. Where several are given for
    commands that start alike, each is for one of them, in their order.
    """

    def __init__(
        self, folder: Path, forking: Forking, home: Path, prepared: Forking | None = None
    ) -> None:
        self.folder, self.home = folder, home
        folder.mkdir()
        programs = folder / ".programs"
        programs.mkdir()
        program = programs / "aboveboard"
        ready = prepared and (
            str(home),
            (home / "aboveboard.toml").read_text("utf-8"),
            prepared.address,
        )
        program.write_text(
            _COMMAND.format(python=sys.executable, address=forking.address, prepared=ready)
        )
        program.chmod(program.stat().st_mode | stat.S_IXUSR)
        self.environment = clean_environment() | {
            "ABOVEBOARD_HOME": str(home),
            "PATH": f"{programs}:{Path(sys.executable).parent}:{os.environ['PATH']}",
            "LANG": "C.UTF-8",
            "TERM": "dumb",
            "COLUMNS": "200",
            "HOME": str(folder),
        }
        # Where output goes to a terminal, curl shows no meter.
        (folder / ".curlrc").write_text("silent\nshow-error\n")
        self.printed = ""
        self._running: list[subprocess.Popen[bytes]] = []
        self._replaced: dict[str, Text] = {}
        self._codes: _Table[int] = {}
        self._answers: _Table[Text] = {}
        self._before: _Table[Callable[[], object]] = {}
        self._after: _Table[Callable[[], object]] = {}
        self._stays: _Table[Callable[[], bool]] = {}
        self._needed: set[str] = set()

    # What the page leaves to the reader

    def replace(self, example: str, value: Text) -> None:
        """Type this in place of an example; a function is asked when it is typed."""
        self._replaced[example] = value

    def ends_with(self, start: str, *codes: int) -> None:
        """Expect this exit code of the command that starts so; 0 of all others."""
        self._codes[start] = list(codes)

    def answer(self, start: str, *typed: Text) -> None:
        """Type this when the command that starts so asks."""
        self._answers[start] = list(typed)

    def before(self, start: str, *prepare: Callable[[], object]) -> None:
        """Do this before the command that starts so, or with the block that does."""
        self._before[start] = list(prepare)

    def after(self, start: str, *keep: Callable[[], object]) -> None:
        """Do this with what the command that starts so printed."""
        self._after[start] = list(keep)

    def after_block(self, start: str, act: Callable[[], object]) -> None:
        """Do this once what is printed was compared with the block that starts so."""
        self._after[start] = [act]

    def stays(self, start: str, ready: Callable[[], bool]) -> None:
        """Let the command that starts so run on, once it is ready."""
        self._stays[start] = [ready]

    # Reading

    def read(self, page: Path, *, screens: bool = True) -> None:
        """Go through a page: type what is to be typed, compare what is printed. ``screens``:
        quotations of screens are compared too, and not by another reader.

        Raises:
            AssertionError: something else happened than the page says, or what was said to be
                needed was not.
        """
        printed = ""
        for block in blocks(page):
            if block.language == SHELL:
                typed = [line for line in commands(block) if not left_out(page.name, line)]
                printed = "".join(self._command(block, line) for line in typed)
            elif block.after_commands:
                expected = self._typed(block.text)
                assert is_printed(expected, printed, block.language), (
                    f"{block} says\n{expected}\nprinted was\n{printed}"
                )
                self._do(self._after, block.first_line)
            elif not left_out(page.name, block.first_line):
                self.printed = block.text
                must = "" if block.language == QUOTE and not screens else str(block)
                self._do(self._before, block.first_line, must=must)
        left = {*self._replaced, *self._codes, *self._answers, *self._before, *self._after}
        assert not (left := (left | self._stays.keys()) - self._needed), f"not needed: {left}"

    def type(self, line: str, typed: str = "", *, code: int = 0) -> str:
        """Run a line in a shell; return what it printed. What is typed is typed at a terminal."""
        terminal = ["script", "-qec", line, "/dev/null"] if typed else ["bash", "-c", line]
        done = subprocess.run(
            terminal,
            cwd=self.folder,
            env=self.environment,
            input=typed.encode(),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            check=False,
            timeout=PATIENCE,
        )
        self.printed = _as_seen(done.stdout.decode()).removeprefix(typed)  # as it was echoed
        assert done.returncode == code, f"{line}\nended with {done.returncode}:\n{self.printed}"
        return self.printed

    def close(self) -> None:
        """End what still runs, as Ctrl-C does."""
        for process in self._running:
            process.terminate()
            process.wait(PATIENCE)
        self._running.clear()

    def running(self) -> str:
        """Return what the programs that run have printed."""
        return (self.folder / ".running.txt").read_text("utf-8")

    def _command(self, block: Block, command: str) -> str:
        self._do(self._before, command)
        line = self._typed(command)
        if ready := self._of(self._stays, command):
            return self.start(line, ready)
        answer = self._of(self._answers, command) or ""
        typed = answer() if callable(answer) else answer
        code = self._of(self._codes, command) or 0
        try:
            printed = self.type(line, typed, code=code)
        except AssertionError as failed:
            raise AssertionError(f"{block}: {failed}") from None
        self._do(self._after, command)
        return printed

    def start(self, line: str, ready: Callable[[], bool]) -> str:
        """Start a program that runs on; return what it has printed once it is ready."""
        if line.startswith("aboveboard "):  # from nothing: it is to be ended
            line = f"{sys.executable} -m aboveboard.commands.main {line.partition(' ')[2]}"
        file = self.folder / ".running.txt"
        with file.open("ab") as log:
            begins = log.tell()
            started = subprocess.Popen(
                ["bash", "-c", f"exec {line}"],
                cwd=self.folder,
                env=self.environment | {"PYTHONUNBUFFERED": "1"},
                stdout=log,
                stderr=log,
            )
        self._running.append(started)
        until(f"{line} is ready", lambda: started.poll() is not None or ready())
        printed = file.read_bytes()[begins:].decode()
        assert started.poll() is None, f"{line}\nended:\n{printed}"
        return printed

    def _typed(self, text: str) -> str:
        """Return what a reader types where the page has examples."""
        for example, value in self._replaced.items():
            if example in text:
                self._needed.add(example)
                text = text.replace(example, value() if callable(value) else value)
        return text

    def _do(self, steps: _Table[Callable[[], object]], line: str, *, must: str = "") -> None:
        step = self._of(steps, line)
        assert step or not must, f"{must} is not run, not compared and not in the list"
        if step:
            step()

    def _of(self, table: _Table[_Value], line: str) -> _Value | None:
        """Return what the table has for this command; where it has several, the next of them."""
        for start, values in table.items():
            if line.startswith(start):
                self._needed.add(start)
                return values.pop(0) if len(values) > 1 else values[0]
        return None


def _as_seen(printed: str) -> str:
    """Return what stands on a terminal at the end: no bar of progress, and no colours."""
    plain = re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", printed.replace("\r\n", "\n"))
    lines = (line.rpartition("\r")[2] for line in plain.split("\n"))
    return "\n".join(line for line in lines if "━" not in line)


def until(what: str, check: Callable[[], bool]) -> None:
    """Wait until that is so.

    Raises:
        AssertionError: it was not so in time.
    """
    end = time.monotonic() + PATIENCE
    while not check():
        assert time.monotonic() < end, f"{what}: not within {PATIENCE} seconds"
        time.sleep(0.1)
