"""A copy of the tree in which one mutant after another is tried: the worktree is never touched."""

from __future__ import annotations

import ast
import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import IO

from scripts.mutants.sites import ROOT, Site, spoiled_tree
from scripts.mutants.warm import NOT_SPOILED

VENDOR = Path("src/aboveboard/site/static/vendor")
OPTIONS = ("-q", "-p", "no:cacheprovider", "-m", "not browser and not crash")


class Bench:
    """The tests of one area, in a folder of their own."""

    def __init__(self, folder: Path, tests: tuple[str, ...], files: Sequence[Path]) -> None:
        self.folder = folder / "tree"
        self.tests = tests
        _copy(self.folder)
        if (ROOT.parent / "shared").is_dir():
            (folder / "shared").symlink_to(ROOT.parent / "shared")
        self.environment = os.environ | {"PYTHONPATH": str(self.folder / "src")}
        self._start()
        self._watch(files)

    def _start(self) -> None:
        """Start the process that has everything imported."""
        ours, theirs = os.pipe(), os.pipe()
        program = [sys.executable, "-m", "scripts.mutants.warm", str(ours[0]), str(theirs[1])]
        self.warm = subprocess.Popen(
            [*program, *OPTIONS, *self.tests],
            cwd=self.folder,
            env=self.environment,
            pass_fds=(ours[0], theirs[1]),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        os.close(ours[0])
        os.close(theirs[1])
        self.requests: IO[str] = os.fdopen(ours[1], "w")
        self.answers: IO[str] = os.fdopen(theirs[0])

    def _ask(self, **request: object) -> int | None:
        self.requests.write(json.dumps(request) + "\n")
        self.requests.flush()
        answer = self.answers.readline()
        if not answer:
            sys.exit(
                "The process that runs the tests ended: run them by themselves, and mend that."
            )
        code: int | None = json.loads(answer)
        return code

    def _watch(self, files: Sequence[Path]) -> None:
        """Run all the tests once on the true tree, and keep which of them calls what."""
        place, began = self.folder / "calls.json", time.monotonic()
        if self._ask(calls=str(place), files=[str(file) for file in files], seconds=1800) != 0:
            sys.exit(f"{' '.join(self.tests)} do not pass on the tree as it is: mend that first.")
        self.seconds = 2 * (time.monotonic() - began) + 30
        calls = json.loads(place.read_text("utf-8"))
        self.quickest = sorted(calls, key=lambda name: calls[name][0])
        self.called = {name: set(called) for name, (_, called) in calls.items()}

    def survives(self, site: Site, quick: bool) -> bool:
        """Return whether all the tests pass on the spoiled file.

        Those that call the spoiled function are tried first, in a fork if it can be put in its
        place there. When they pass, and it is not to be ``quick``, all are run in a process of
        their own: the programs that a test starts then read the spoiled file too.
        """
        first = self._calling(site)
        if not first or not self._has_caller(site):
            return self._alone(site, first, quick)
        spoiled = {"file": str(site.file), "node": site.node, "what": site.what}
        code = self._ask(**spoiled, tests=first, seconds=self.seconds)
        if code == NOT_SPOILED:
            return self._alone(site, first, quick)
        return code == 0 and (quick or self._alone(site, [], quick))

    def _calling(self, site: Site) -> list[str]:
        """Return the tests that call the function of this site, the quickest first. Of what none
        calls, as it runs when the process starts: those that call any function of the file."""
        place = f"{site.file}:"
        if site.function is not None and self._has_caller(site):
            place += str(site.function)
            return [name for name in self.quickest if place in self.called[name]]
        return [
            name
            for name in self.quickest
            if any(called.startswith(place) for called in self.called[name])
        ]

    def _has_caller(self, site: Site) -> bool:
        place = f"{site.file}:{site.function}"
        return any(place in called for called in self.called.values())

    def _alone(self, site: Site, first: list[str], quick: bool) -> bool:
        """Run the tests in a new process, with the spoiled file on the disk."""
        place = self.folder / site.file
        original = place.read_bytes()
        place.write_text(ast.unparse(spoiled_tree(site)), "utf-8")
        try:
            return self._passes(first) and (quick or self._passes(self.tests))
        finally:
            place.write_bytes(original)

    def _passes(self, tests: list[str] | tuple[str, ...]) -> bool:
        """Return whether these pass, in time."""
        if not tests:
            return True
        process = subprocess.Popen(
            [sys.executable, "-m", "pytest", "-x", *OPTIONS, *tests],
            cwd=self.folder,
            env=self.environment,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        try:
            return process.wait(timeout=self.seconds) == 0
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, 9)  # with the servers and workers that a test had started
            process.wait()
            return False

    def close(self) -> None:
        """End the process that was kept warm."""
        self.requests.close()
        self.warm.wait()
        self.answers.close()


def _copy(folder: Path) -> None:
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
    )
    for name in filter(None, listed.stdout.split("\0")):
        if (ROOT / name).is_file():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, folder / name)
    if (ROOT / VENDOR).is_dir():
        shutil.copytree(ROOT / VENDOR, folder / VENDOR, dirs_exist_ok=True)
