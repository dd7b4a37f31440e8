"""What a site does, held against the promise: each difference is said once, the worst first."""

from __future__ import annotations

import pytest

from aboveboard.promise.loading import load
from aboveboard.website.scan.compare import Deviation, compare
from aboveboard.website.scan.known import known_cookie
from aboveboard.website.scan.observed import ItemKind, Observation, ScanMoment, SeenItem
from tests.promise import SMALL, WEBSITE, retailer

SITE = "https://shop.example/"
PANEL = load(SMALL + WEBSITE, name="small")


def seen(name: str, kind: ItemKind = ItemKind.COOKIE, days: float | None = None) -> SeenItem:
    """Something that was seen on the first page."""
    return SeenItem(kind, name, SITE, days)


def observed(panel: bool = True, **moments: list[SeenItem]) -> Observation:
    """A look at the site: what was seen ``before``, ``refused`` and ``allowed``."""
    return Observation(
        SITE, (SITE,), panel, {ScanMoment(key): tuple(items) for key, items in moments.items()}
    )


STORIES = {
    "a cookie for a purpose, before anybody answered": (
        observed(before=[seen("_n1")]),
        [(Deviation.WITHOUT_YES, "_n1", "news", "before any answer")],
    ),
    "the same after a no alone": (
        observed(refused=[seen("_n1")]),
        [(Deviation.WITHOUT_YES, "_n1", "news", "after a no")],
    ),
    "the same after a yes, as promised": (observed(allowed=[seen("_n1", days=365)]), []),
    "a cookie that the promise does not have, after a yes": (
        observed(allowed=[seen("_ga")]),
        [(Deviation.UNDECLARED, "_ga", "", "nowhere in the promise")],
    ),
    "the same before any answer is both": (
        observed(before=[seen("x1")]),
        [
            (Deviation.WITHOUT_YES, "x1", "", "before any answer"),
            (Deviation.UNDECLARED, "x1", "", "nowhere in the promise"),
        ],
    ),
    "a cookie that is needed": (observed(before=[seen("basket")]), []),
    "one that is kept longer than it is said": (
        observed(before=[seen("basket", days=30)]),
        [(Deviation.TOO_LONG, "basket", "necessary", "30 days; the promise says session")],
    ),
    "a host below the one that is declared": (
        observed(allowed=[seen("cdn.news.example", ItemKind.HOST)]),
        [],
    ),
    "a host whose name only ends alike": (
        observed(allowed=[seen("badnews.example", ItemKind.HOST)]),
        [(Deviation.UNDECLARED, "badnews.example", "", "The host badnews.example")],
    ),
    "storage is not a cookie of that name": (
        observed(allowed=[seen("basket", ItemKind.STORAGE)]),
        [(Deviation.UNDECLARED, "basket", "", "The storage basket")],
    ),
    "no panel where one has to ask": (
        observed(panel=False, before=[]),
        [(Deviation.NO_PANEL, "", "", "No consent panel was found")],
    ),
}


@pytest.mark.parametrize(("observation", "wanted"), STORIES.values(), ids=STORIES)
def test_each_difference_is_said(
    observation: Observation, wanted: list[tuple[Deviation, str, str, str]]
) -> None:
    findings = [
        finding
        for finding in compare(observation, PANEL)
        if finding.deviation is not Deviation.NEVER_SEEN
    ]
    assert len(findings) == len(wanted), findings
    for finding, (deviation, name, purpose, words) in zip(findings, wanted, strict=True):
        assert (finding.deviation, finding.name, finding.purpose) == (deviation, name, purpose)
        assert words in finding.sentence


def test_what_is_declared_and_never_seen_is_said_last() -> None:
    findings = compare(observed(allowed=[seen("_n1")]), PANEL)
    assert {(each.deviation, each.name) for each in findings} == {
        (Deviation.NEVER_SEEN, name) for name in ("basket", "news", "news.example")
    }


def test_what_the_open_cookie_database_knows_is_said_with_it() -> None:
    (finding,) = [
        each
        for each in compare(observed(allowed=[seen("_ga_ABC123")]), retailer())
        if each.deviation is Deviation.UNDECLARED
    ]
    assert finding.known == "Google Analytics, Analytics"
    assert known_cookie("_ga").category == "Analytics"  # type: ignore[union-attr]
    assert known_cookie("no-such-cookie-anywhere") is None
    # Declared as needed, and known for something else.
    doubtful = load(SMALL + WEBSITE.replace("basket: session", "_fbp: session"), name="doubtful")
    (finding,) = [
        each
        for each in compare(observed(before=[seen("_fbp")]), doubtful)
        if each.deviation is not Deviation.NEVER_SEEN
    ]
    assert finding.deviation is Deviation.NOT_NECESSARY
    assert "Marketing" in finding.sentence
