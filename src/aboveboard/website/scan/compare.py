"""What a website does, held against the promise. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum

from aboveboard.promise.model import Period, Promise, Website, WebsitePart
from aboveboard.promise.website import host_fits, name_fits
from aboveboard.website.scan.known import NOT_NECESSARY, known_cookie
from aboveboard.website.scan.observed import ItemKind, Observation, ScanMoment, SeenItem

NECESSARY = "necessary"


class Deviation(StrEnum):
    """How a website and the promise differ. All but the last want somebody's attention."""

    WITHOUT_YES = "without_yes"
    UNDECLARED = "undeclared"
    TOO_LONG = "too_long"
    NOT_NECESSARY = "not_necessary"
    NO_PANEL = "no_panel"
    NEVER_SEEN = "never_seen"


@dataclass(frozen=True, slots=True)
class SiteFinding:
    """One difference. ``purpose``: the part of the promise that declares it, "" where none does.
    ``known``: what the Open Cookie Database calls it, "" where it does not know it."""

    deviation: Deviation
    kind: ItemKind | None
    name: str
    purpose: str
    page: str
    sentence: str
    known: str = ""


def compare(observation: Observation, promise: Promise) -> list[SiteFinding]:
    """Return where the website differs from the promise: what is worst first."""
    website = promise.website or Website()
    findings = [*_differences(observation, website), *_unseen_declarations(observation, website)]
    if not observation.panel and website.purposes:
        sentence = "No consent panel was found, so only what loads before an answer was looked at."
        findings.append(SiteFinding(Deviation.NO_PANEL, None, "", "", observation.site, sentence))
    order = list(Deviation)
    findings.sort(key=lambda each: (order.index(each.deviation), str(each.kind), each.name))
    return findings


def _differences(observation: Observation, website: Website) -> Iterator[SiteFinding]:
    reported: set[tuple[Deviation, ItemKind, str]] = set()
    # In the order of the moments: what loads before an answer is said as that, and once.
    for moment in ScanMoment:
        for item in observation.seen.get(moment, ()):
            for finding in _of_item(item, moment, website):
                key = (finding.deviation, item.kind, item.name)
                if key not in reported:
                    reported.add(key)
                    yield finding


def _of_item(item: SeenItem, moment: ScanMoment, website: Website) -> Iterator[SiteFinding]:
    purpose, kept = declared_for(item, website)
    known = known_cookie(item.name) if item.kind is ItemKind.COOKIE else None
    hint = f"{known.platform}, {known.category}" if known else ""

    def finding(deviation: Deviation, sentence: str) -> SiteFinding:
        return SiteFinding(deviation, item.kind, item.name, purpose, item.page, sentence, hint)

    thing = f"The {item.kind} {item.name}"
    if not purpose:
        yield finding(Deviation.UNDECLARED, f"{thing} is nowhere in the promise.")
    if purpose != NECESSARY and moment is not ScanMoment.ALLOWED:
        when = "before any answer" if moment is ScanMoment.BEFORE else "after a no"
        yield finding(Deviation.WITHOUT_YES, f"{thing} is there {when}.")
    if purpose == NECESSARY and known and known.category in NOT_NECESSARY:
        yield finding(
            Deviation.NOT_NECESSARY, f"{thing} is declared as necessary, and is known for {hint}."
        )
    if kept and item.days is not None and item.days > _days(kept) + 1:
        yield finding(
            Deviation.TOO_LONG,
            f"{thing} is kept {item.days:.0f} days; the promise says {kept}.",
        )


def declared_for(item: SeenItem, website: Website) -> tuple[str, str]:
    """Return which part of the promise declares something, and how long it is kept there; two
    empty texts where none does."""
    parts = {NECESSARY: website.necessary, **website.purposes}
    for key, part in parts.items():
        if item.kind is ItemKind.HOST:
            if any(host_fits(host, item.name) for host in part.hosts):
                return key, ""
            continue
        for pattern, kept in _items(part, item.kind).items():
            if name_fits(pattern, item.name):
                return key, kept
    return "", ""


def _items(part: WebsitePart, kind: ItemKind) -> dict[str, str]:
    return dict(part.cookies if kind is ItemKind.COOKIE else part.storage)


def _days(kept: str) -> float:
    if kept == "session":
        return 0
    if kept == "until_removed":
        return float("inf")
    began = datetime(2026, 1, 1, tzinfo=UTC)
    return (Period.parse(kept).add_to(began) - began).total_seconds() / 86_400


def _unseen_declarations(observation: Observation, website: Website) -> Iterator[SiteFinding]:
    everything = [item for items in observation.seen.values() for item in items]
    for key, part in {NECESSARY: website.necessary, **website.purposes}.items():
        names = {
            **{(ItemKind.COOKIE, name): None for name in part.cookies},
            **{(ItemKind.STORAGE, name): None for name in part.storage},
            **{(ItemKind.HOST, host): None for host in part.hosts},
        }
        for kind, name in names:
            fits = host_fits if kind is ItemKind.HOST else name_fits
            if not any(item.kind is kind and fits(name, item.name) for item in everything):
                sentence = f"The {kind} {name} is declared, and was not seen."
                yield SiteFinding(Deviation.NEVER_SEEN, kind, name, key, "", sentence)
