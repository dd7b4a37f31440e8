"""A process that has collected the tests of an area, and forks once for each mutant.

To start Python, Django and pytest takes longer than most mutants live. So this is done once: in the
fork the spoiled function takes the place of the true one, and the tests that call it are run, the
quickest first. What is spoiled outside every function works only when a file is imported, and is
tried in a process of its own (``bench.py``).

Requests and answers are lines of JSON on two pipes; standard output is pytest's.
"""

from __future__ import annotations

import ast
import gc
import importlib
import json
import os
import signal
import sys
import time
import traceback
from collections.abc import Generator, Iterable
from functools import _lru_cache_wrapper
from pathlib import Path
from types import CodeType, FunctionType
from typing import TextIO, cast

import pytest

from scripts.mutants import sites

MARK = "__import__('sys').modules['aboveboard_called'].add({!r})"
"""What a function of ours begins with while it is watched which test calls it."""
called: set[str] = set()
sys.modules["aboveboard_called"] = called  # type: ignore[assignment]
NOT_SPOILED = 99
"""The exit code of a fork that could not put the mutant in its place."""
Calls = dict[str, tuple[float, set[str]]]
"""For each test, how long it took, and which functions of ours it called (``file:line``)."""


class Warm:
    """The plugin that takes pytest's place between collecting the tests and running them."""

    def __init__(self, requests: TextIO, answers: TextIO) -> None:
        self.requests = requests
        self.answers = answers
        self.calls: Calls | None = None

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtestloop(self, session: pytest.Session) -> bool | None:
        """Fork for each request. In the fork, go on to run the tests that it names."""
        for line in self.requests:
            request = json.loads(line)
            for file in request.get("files", ()):
                # What a test would import, views above all, has no function yet to be replaced.
                importlib.import_module(module_of(Path(file)))
            child = os.fork()
            if child == 0:
                os.setsid()
                try:
                    self._prepare(session, request)
                except Exception:  # not to be taken for a test that noticed
                    traceback.print_exc()
                    os._exit(NOT_SPOILED)
                return None
            self.answers.write(json.dumps(_ended(child, request["seconds"])) + "\n")
            self.answers.flush()
        return True

    def _prepare(self, session: pytest.Session, request: dict[str, object]) -> None:
        session.config.option.maxfail = 1
        if "calls" in request:
            self.calls = {}
            self.place = Path(str(request["calls"]))
            for file in cast("list[str]", request["files"]):
                _replace(sites.marked_tree(Path(file), MARK), file)
            return
        wanted = {name: at for at, name in enumerate(cast("list[str]", request["tests"]))}
        session.items[:] = sorted(
            (item for item in session.items if item.nodeid in wanted),
            key=lambda item: wanted[item.nodeid],
        )
        if not spoil(Path(str(request["file"])), request["node"], request["what"]):
            os._exit(NOT_SPOILED)

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> Generator[None, object, object]:
        """Note what this test calls, when the request was to look."""
        began = time.monotonic()
        called.clear()
        result = yield
        if self.calls is not None:
            self.calls[item.nodeid] = time.monotonic() - began, set(called)
        return result

    def finish(self) -> None:
        """Write down which test calls what."""
        if self.calls is not None:
            listed = {name: (took, sorted(called)) for name, (took, called) in self.calls.items()}
            self.place.write_text(json.dumps(listed), "utf-8")


def module_of(file: Path) -> str:
    """Return the name by which a file of ours is imported."""
    return ".".join(file.with_suffix("").parts[1:])


def spoil(file: Path, node: object, what: object) -> bool:
    """Put the spoiled functions of a file in the place of the true ones; return whether there were
    any, of the same outer variables: ``super()`` and what stands around a function are among
    them."""
    site = next(s for s in sites.sites(file) if (s.node, s.what) == (node, what))
    replaced = _replace(sites.spoiled_tree(site), str(file))
    text = (sites.ROOT / file).read_text("utf-8")
    true = sites.functions(ast.parse(text), str(sites.ROOT / file))
    there = any(true.get(name) != code for name, code in replaced.items())
    for cached in gc.get_objects():  # what the true functions had answered before
        if isinstance(cached, _lru_cache_wrapper):
            wrapped = getattr(cached, "__wrapped__", None)
            if str(getattr(wrapped, "__module__", "")).startswith("aboveboard."):
                cached.cache_clear()
    return there


def _replace(tree: ast.Module, file: str) -> dict[tuple[str, int], CodeType]:
    name = str(sites.ROOT / file)
    changed, replaced = sites.functions(tree, name), {}
    for function in gc.get_objects():
        if isinstance(function, FunctionType) and function.__code__.co_filename == name:
            place = function.__code__.co_qualname, function.__code__.co_firstlineno
            code = changed.get(place)
            if code is not None and code.co_freevars == function.__code__.co_freevars:
                function.__code__ = replaced[place] = code
    return replaced


def _ended(child: int, seconds: float) -> int | None:
    """Wait for the fork; return its exit code, or ``None`` where it did not end in time."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        found, status = os.waitpid(child, os.WNOHANG)
        if found:
            _kill_group(child)  # servers and workers that its tests left behind
            return os.waitstatus_to_exitcode(status)
        time.sleep(0.005)
    _kill_group(child)
    os.waitpid(child, 0)
    return None


def _kill_group(child: int) -> None:
    try:
        os.killpg(child, signal.SIGKILL)
    except ProcessLookupError:
        return


def main(requests: str, answers: str, options: Iterable[str]) -> None:
    """Collect the tests, and answer until the requests end."""
    parent = os.getpid()
    plugin = Warm(os.fdopen(int(requests)), os.fdopen(int(answers), "w"))
    code = pytest.main([*options], plugins=[plugin])
    if os.getpid() != parent:
        plugin.finish()
        os._exit(code)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], sys.argv[3:])
