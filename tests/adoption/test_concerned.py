"""Whom a changed promise concerns: a table of changes to the smallest promise."""

from __future__ import annotations

import pytest

from aboveboard.adoption.concerned import ChangeMeans, concerning_changes
from aboveboard.promise.loading import load
from tests.promise import SMALL, edited

POST = (
    "  post: {title: To write, what: We write., why: You ask., basis: contract, fields: [email], "
    "roles: [adviser], channels: [email], retention: {keep: P1Y, starts: collection}}\n"
)
BASE = edited(("losses:\n", POST + "losses:\n"), base=SMALL)
CONSENT_POST = POST.replace(
    "basis: contract", 'basis: consent, choice: {asks: "May we?", fields: [email]}'
)
TELL, ASK = ChangeMeans.TELL, ChangeMeans.ASK_AGAIN

# before, after, the purposes concerned
CHANGES = {
    "nothing": (BASE, BASE, []),
    "other words": (BASE, BASE.replace("We write.", "We write to you."), []),
    "less": (BASE.replace("keep: P1Y, starts: c", "keep: P2Y, starts: c"), BASE, []),
    "a new purpose": (SMALL, BASE, [("post", TELL, True)]),
    "a new purpose that asks": (
        SMALL,
        edited(("losses:\n", CONSENT_POST + "losses:\n"), base=SMALL),
        [],
    ),
    "a longer time": (
        BASE,
        BASE.replace("keep: P1Y, starts: collection", "keep: P2Y, starts: collection"),
        [("post", TELL, False)],
    ),
    "another recipient of what rests on a yes": (
        BASE,
        BASE.replace("name: Mailer Inc", "name: Other Inc"),
        [("news", ASK, False)],
    ),
    "a field more of what rests on a yes": (
        BASE.replace("fields: [email, allergy]", "fields: [allergy]"),
        BASE,
        [("news", ASK, False)],
    ),
    "no longer asked": (
        BASE.replace(POST, CONSENT_POST),
        BASE,
        [("post", TELL, False)],
    ),
    "from now on asked": (
        BASE,
        BASE.replace(POST, CONSENT_POST),
        [("post", ASK, False)],
    ),
    "what is shown is chosen": (
        BASE,
        BASE.replace("basis: contract", "basis: contract, personalises: true"),
        [("post", TELL, False)],
    ),
    "a program decides": (
        BASE,
        BASE
        + "automated:\n  sorter: {title: S, logic: It sorts., consequences: More., "
        "purposes: [post]}\n",
        [("post", TELL, False)],
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", CHANGES)
def test_who_is_told_and_who_is_asked_again(name: str) -> None:
    before, after, expected = CHANGES[name]
    changes = concerning_changes(load(before, name="before"), load(after, name="after"))
    assert [(each.purpose, each.means, each.is_new) for each in changes] == expected
