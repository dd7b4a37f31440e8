"""A print house for tests: in the promise, in the settings, and with the only key to its parcels;
and customers of whom no e-mail address is held."""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import pypdf
import pyrage
import pytest

from aboveboard.basics import clock, settings
from aboveboard.basics.actor import SYSTEM
from aboveboard.commands.demo.people import COLUMNS, people
from aboveboard.delivery.post import print_house
from aboveboard.delivery.post.queries import parcel_file
from aboveboard.intake import load as loading
from aboveboard.intake import mapping as mappings
from aboveboard.promise.actions import adopt_promise
from aboveboard.vault import queries as vault
from tests import world

_RECIPIENT = """  print-house:
    title: {en: the print house, fr: l’imprimeur, de: die Druckerei}
    name: Clear Print Ltd
    kind: processor
    country: GB

purposes:
"""


_CONTACT = "privacy@adventure-works.example"
"""The last of the sender's lines, which stand before the address."""


class PrintHouse:
    """The print house, which opens what is sealed to it."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, home: Path) -> None:
        self._identity = pyrage.x25519.Identity.generate()
        current = settings.current()
        post = replace(
            current.post,
            print_house="print-house",
            print_house_keys=str(self._identity.to_public()),
        )
        changed = replace(current, post=post)
        monkeypatch.setattr(settings, "current", lambda: changed)
        # One instance serves every test: parcels of one must not wait for another.
        monkeypatch.setattr(print_house, "FOLDER", str(home / "letters"))

    def opened(self, number: int) -> zipfile.ZipFile:
        """What is in a parcel."""
        plain = pyrage.decrypt(parcel_file(number).read_bytes(), [self._identity])
        return zipfile.ZipFile(io.BytesIO(plain))

    def texts(self, number: int) -> dict[str, str]:
        """What each letter in a parcel says, from the address on."""
        opened, texts = self.opened(number), {}
        for row in self.listed(number):
            pdf = pypdf.PdfReader(io.BytesIO(opened.read(row["file"])))
            first = int(row["first_page"]) - 1
            pages = pdf.pages[first : first + int(row["pages"])]
            text = "\n".join(page.extract_text() for page in pages)
            texts[row["letter"]] = text[text.index(_CONTACT) + len(_CONTACT) :]
        return texts

    def lose_key(self, patch: pytest.MonkeyPatch) -> None:
        """Let the settings name no key of it any more."""
        current = settings.current()
        changed = replace(current, post=replace(current.post, print_house_keys=""))
        patch.setattr(settings, "current", lambda: changed)

    def listed(self, number: int) -> list[dict[str, str]]:
        """The list of the letters in a parcel."""
        text = self.opened(number).read("letters.csv").decode()
        return list(csv.DictReader(io.StringIO(text)))


def adopt(text: str = "", *, at: datetime | None = None) -> None:
    """Let the promise, the sample or another, say that letters about a loss are shared with the
    print house."""
    text = text or world.PROMISE_FILE.read_text("utf-8")
    text = text.replace("\npurposes:\n", f"\n{_RECIPIENT}", 1)
    before, purpose, rest = text.partition("  tell-you-of-a-loss:")
    rest = rest.replace("[email-provider]", "[email-provider, print-house]", 1)
    text = before + purpose + rest
    adopt_promise(text, name="retailer.yaml", by=SYSTEM, at=at or clock.now())


def load_without_email(rows: Sequence[dict[str, str]], folder: Path) -> list[int]:
    """Load customers of whom no e-mail address is held; return their numbers."""
    adopted = world.adopt()
    file = folder / "by-post.csv"
    with file.open("w", encoding="utf-8", newline="") as out:
        writer = csv.DictWriter(out, COLUMNS)
        writer.writeheader()
        writer.writerows({**row, "email": ""} for row in rows)
    kinds = {key: field.kind_and_format for key, field in adopted.promise.fields.items()}
    mapping = mappings.load(world.MAPPING_FILE.read_text("utf-8"), name="adventureworks.yaml")
    loading.load(
        loading.ImportSource(file, mapping, kinds, adopted.serial), by=SYSTEM, at=clock.now()
    )
    return [person for row in rows for person in vault.find("customer_number", row["customer_id"])]


def made_up(count: int) -> list[dict[str, str]]:
    """Made-up customers, as rows of a file."""
    return list(people(count))
