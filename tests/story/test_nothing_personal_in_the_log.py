"""Whatever anybody types into any action of any package, no entry of the public log holds it, in
clear or as a digest that can be guessed.

The actions are found by looking: a new one that takes words from outside fails until it has a case
in ``free_text.py``.
"""

from __future__ import annotations

import base64
import hashlib
import importlib
import inspect
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from aboveboard.basics.errors import AboveboardError
from aboveboard.basics.package import gathered
from aboveboard.ledger.models import Entry
from aboveboard.recovery import actions as recovery
from tests.story import (
    free_text,
    free_text_of_access,
    free_text_of_choices,
    free_text_of_clients,
    free_text_of_imports,
    free_text_of_losses,
    free_text_of_rights,
    free_text_of_sources,
)
from tests.story.free_text import NO_FREE_TEXT, Stage

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.one_database("what actions hand to the log, before it is kept anywhere"),
]

PARTS = ("Mike.Victim", "1980-01-02")
TEXTS = {
    # As a reference may be written, which many actions insist on.
    "a name or a date of birth": (":".join(PARTS), PARTS),
    "a phone": ("+447700900123", ()),
    "an e-mail address": ("mike.victim@example.org", ()),
}
"""What is typed, and what of it must be nowhere by itself either."""

CASES = (
    free_text.CASES
    | free_text_of_imports.CASES
    | free_text_of_losses.CASES
    | free_text_of_sources.CASES
    | free_text_of_access.CASES
    | free_text_of_choices.CASES
    | free_text_of_clients.CASES
    | free_text_of_rights.CASES
)
TYPED = (
    "str",
    "Mapping[str",
    "Sequence[str",
    "Collection[str",
    "ValueOrigin",
    "Subject",
    "UseRequest",
    "UsageQuestion",
)
"""Types of parameters that carry what somebody wrote."""


def public_actions() -> Iterator[Callable[..., object]]:
    """Yield every public function that somebody acts by, of a module that its package gives to
    others, and that takes words."""
    for package in gathered():
        for name in package.public:
            module = importlib.import_module(f"aboveboard.{package.name}.{name}")
            for action in vars(module).values():
                if not inspect.isfunction(action) or action.__name__.startswith("_"):
                    continue
                parameters = inspect.signature(action).parameters
                types = [
                    str(each.annotation)
                    for name, each in parameters.items()
                    if name != "by" and "Callable" not in str(each.annotation)
                ]
                acts = "by" in parameters and "Actor" in str(parameters["by"].annotation)
                uses = "at" in parameters and any("UseRequest" in each for each in types)
                if (acts or uses) and any(word in each for each in types for word in TYPED):
                    yield action


def test_every_action_that_takes_words_has_a_case() -> None:
    names = {f"{action.__module__}.{action.__qualname__}": action for action in public_actions()}
    assert len(names) > 40, "the actions were not found"
    missing = sorted(
        name for name, action in names.items() if action not in CASES and name not in NO_FREE_TEXT
    )
    assert missing == []
    assert sorted(NO_FREE_TEXT.keys() - names.keys()) == [], "gone, or needs no reason any more"


# A backup reads one snapshot, which must be the first statement of its transaction.
OWN_TRANSACTION = {recovery.back_up: pytest.mark.django_db(transaction=True)}


@pytest.mark.parametrize(
    "action",
    [
        pytest.param(
            action,
            marks=OWN_TRANSACTION.get(action, ()),
            id=f"{action.__module__[11:]}.{action.__name__}",
        )
        for action in CASES
    ],
)
def test_no_entry_holds_what_was_typed(action: Callable[..., object], tmp_path: Path) -> None:
    stage, written = Stage(tmp_path), 0
    for what, (text, parts) in TEXTS.items():
        for call in CASES[action](stage, text):
            before = Entry.objects.count()
            with suppress(AboveboardError):  # refused, and then not written either
                call()
            written += Entry.objects.count() - before
        personal = set().union(*map(forms, (text, *parts)))
        for body in Entry.objects.values_list("body", flat=True):
            found = [form for form in personal if form in bytes(body).decode().lower()]
            assert found == [], f"{what} is in the log: {bytes(body).decode()}"
    assert written, "nothing was written, so nothing was shown"


def forms(text: str) -> set[str]:
    """Return the text, its usual forms, and the plain digests of each, in lower case."""
    digits = "".join(filter(str.isdigit, text))
    plain = {text, text.lower(), text.upper(), text.replace(".", " ").title(), f"+{digits}"}
    plain |= {digits, text.replace("-", "")} if len(digits) > 7 else set()
    found = {each.lower() for each in plain if len(each) > 3}
    for each in plain:
        for name in ("md5", "sha1", "sha256", "sha512", "blake2b"):
            digest = hashlib.new(name, each.encode()).digest()
            found |= {digest.hex(), digest.hex()[:32], base64.b64encode(digest).decode().lower()}
            found.add(base64.urlsafe_b64encode(digest).decode().rstrip("=").lower())
    return found
