"""The instance that is photographed: the demonstration, and everything that its story leaves out.

What is added here is added by the same actions as the pages use, so that every list has a row and
every state somebody in it: holds and restrictions, two records of one person, a difference, a
sweep, emergencies, choices that wait, documents, devices in every state, an incident of the third
kind, a colleague who has not signed in before.
"""

from __future__ import annotations

import csv
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from urllib.request import urlopen

COUNTRY = {"en": "GB", "fr": "FR", "de": "DE"}
PROGRAM = Path(sys.executable).with_name("aboveboard")
PDF = b"%PDF-1.7 " + bytes(70_000)


@dataclass(frozen=True, slots=True)
class Stage:
    """The furnished instance: where it answers, and what the acts need to know of it."""

    home: Path
    base: str
    links: dict[str, str]
    """Who walks, and the path of the link that signs them in."""
    customer: dict[str, str]
    """The row of the customers' file that the customer is."""
    spare: tuple[dict[str, str], ...]
    """Rows of customers to whom anything may happen."""
    used_link: str
    late_link: str


def make(home: Path, *, port: int, people: int, language: str) -> Stage:
    """Play the demonstration's story into ``home`` and furnish it."""
    subprocess.run(
        [
            PROGRAM,
            "demo",
            f"--home={home}",
            f"--port={port}",
            f"--people={people}",
            "--no-serve",
        ],
        check=True,
        stdout=subprocess.DEVNULL,
    )
    os.environ["ABOVEBOARD_HOME"] = str(home)
    # Playwright's loop runs in this thread; Django would refuse the database calls beside it.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    start_django()
    with (home / "customers.csv").open(encoding="utf-8", newline="") as text:
        rows = list(csv.DictReader(text))
    country = COUNTRY[language[:2]]
    ours = [row for row in rows if row["country"] == country]
    from scripts.screens import furniture

    customer, kept, *spare = ours
    return Stage(
        home=home,
        base=f"http://127.0.0.1:{port}",
        links=furniture.add(customer, kept, spare),
        customer=customer,
        spare=tuple(spare[8:]),
        used_link=furniture.link_of("adviser", used=True),
        late_link=furniture.link_of("adviser", life=timedelta(0)),
    )


def start_django() -> None:
    """Start Django on the instance that ``ABOVEBOARD_HOME`` names."""
    os.environ["DJANGO_SETTINGS_MODULE"] = "aboveboard.site.settings"
    import django
    from django.apps import apps

    if not apps.ready:
        django.setup()


@contextmanager
def served(stage: Stage) -> Iterator[None]:
    """Serve the instance until the block ends."""
    serving = subprocess.Popen(
        [PROGRAM, "serve", f"--home={stage.home}", f"--port={stage.base.rpartition(':')[2]}"],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        _wait(f"{stage.base}/healthz")
        yield
    finally:
        serving.terminate()
        serving.wait(30)


def _wait(address: str) -> None:
    for _ in range(120):
        try:
            with urlopen(address, timeout=5):  # noqa: S310 - our own server
                return
        except OSError:
            time.sleep(0.5)
    raise SystemExit("The demonstration did not start. Try: aboveboard demo")
