"""Does a promise say everything that a notice must? Each of the sixteen things, with the line of
the file and what to write. Pure.

What the reader of promises refuses already (a purpose without a basis, a transfer without a
ground) is said by any promise that was read; the rest is up to its author.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from aboveboard.law import organisation as declared
from aboveboard.promise.loading.lines import Table, read
from aboveboard.promise.loading.problems import ProblemReport
from aboveboard.promise.model import LawfulBasis, Promise
from aboveboard.promise.notice.items import ARTICLES, NoticeItem
from aboveboard.promise.notice.sections import complaint_authority


class ItemState(StrEnum):
    """Whether a notice says one of the things."""

    SAID = "said"
    NOT_NEEDED = "not_needed"
    MISSING = "missing"


@dataclass(frozen=True, slots=True)
class ItemFinding:
    """What was found about one thing. ``line`` counts from 1; ``fix`` is "" where nothing is
    missing."""

    item: NoticeItem
    state: ItemState
    line: int
    message: str
    fix: str

    @property
    def article(self) -> str:
        """The part of the GDPR that asks for it."""
        return ARTICLES[self.item]


_Path = tuple[str, ...]
_Gap = tuple[_Path, str, str]
"""Where in the file, what is missing, and what to write."""


def review_notice(promise: Promise, source: str) -> tuple[ItemFinding, ...]:
    """Return what was found about each of the sixteen things: one row where it is said or not
    needed, one for each gap where it is missing. ``source``: the text that the promise was read
    from."""
    root = read(source, ProblemReport("promise"))
    findings = []
    for item in NoticeItem:
        check = _CHECKS.get(item)
        gaps = list(check.gaps(promise)) if check else []
        if gaps:
            findings += [
                ItemFinding(item, ItemState.MISSING, _line(root, path), message, fix)
                for path, message, fix in gaps
            ]
            continue
        needed = check is None or check.needed(promise)
        state = ItemState.SAID if needed else ItemState.NOT_NEEDED
        place = check.place if check else _PLACES[item]
        findings.append(ItemFinding(item, state, _line(root, place), _TITLES[item], ""))
    return tuple(findings)


def _line(root: Table | None, path: _Path) -> int:
    """Return the line of the nearest thing to a path that the file has."""
    item: object = root
    line = 1
    for key in path:
        if not isinstance(item, Table) or key not in item.entries:
            break
        line, item = item.marks[key].line, item.entries[key]
    return line


@dataclass(frozen=True, slots=True)
class _ItemCheck:
    """Whether a thing is needed, and what is missing of it."""

    needed: Callable[[Promise], bool]
    gaps: Callable[[Promise], Iterator[_Gap]]
    place: _Path


def _no_address(promise: Promise) -> Iterator[_Gap]:
    if not promise.organisation.address:
        yield (
            ("organisation",),
            "The organisation has no postal address.",
            "Add `address:` to `organisation:`.",
        )


def _needs_representative(promise: Promise) -> bool:
    """Whether GDPR Art. 27, or that of the UK GDPR, asks for a representative: customers there, and
    no establishment."""
    places = {each.partition("-")[0] for each in promise.organisation.established_in}
    customers = promise.organisation.trades_in
    in_eea = any(map(declared.in_eea, places))
    return (not in_eea and any(map(declared.in_eea, customers))) or (
        "GB" not in places and "GB" in customers
    )


def _no_representative(promise: Promise) -> Iterator[_Gap]:
    if _needs_representative(promise) and not promise.organisation.representative:
        yield (
            ("organisation", "trades_in"),
            "Customers live where the organisation is not established, and no representative is "
            "named.",
            "Add `representative:` with name and address (GDPR Art. 27).",
        )


def _no_dpo(promise: Promise) -> Iterator[_Gap]:
    if promise.organisation.public_body and not promise.organisation.privacy_lead:
        yield (
            ("organisation", "public_body"),
            "A public body has a data protection officer, and none is named.",
            "Add `privacy_lead:` with how to reach them (GDPR Art. 37(1)(a)).",
        )


def _no_interest(promise: Promise) -> Iterator[_Gap]:
    for key, purpose in promise.purposes.items():
        if purpose.basis is LawfulBasis.LEGITIMATE_INTERESTS and purpose.interest is None:
            yield (
                ("purposes", key, "basis"),
                f"`{key}` rests on legitimate interests, and does not say which.",
                "Add `interest:` with the interest, in words to the customer.",
            )


def _no_authority(promise: Promise) -> Iterator[_Gap]:
    if not complaint_authority(promise.organisation):
        yield (
            ("organisation", "country"),
            "No authority is known for this country, so the notice names none.",
            "Where one in the EEA leads for you, add `lead_authority:`.",
        )


def _no_source(promise: Promise) -> Iterator[_Gap]:
    if not promise.collection and not promise.sources:
        yield (
            ("fields",),
            "The promise does not say when data is collected, or where else it comes from.",
            "Add `collection:` with the moments, and `sources:` for what people do not give.",
        )
        return
    given = {
        field
        for point in promise.collection.values()
        for purpose in point.purposes
        for field in promise.purposes[purpose].fields
    }
    for key in promise.fields:
        if key not in given and not promise.sources_of(key):
            yield (
                ("fields", key),
                f"Nothing says where `{key}` comes from.",
                "Name a purpose that uses it in `collection:`, or add it to one of `sources:`.",
            )


_ASKED_FOR: Final = (LawfulBasis.CONTRACT, LawfulBasis.LEGAL_OBLIGATION)


def _no_provision(promise: Promise) -> Iterator[_Gap]:
    collected = {each for point in promise.collection.values() for each in point.purposes}
    for key, purpose in promise.purposes.items():
        asked = key in collected or not promise.collection
        if asked and purpose.basis in _ASKED_FOR and purpose.provision is None:
            yield (
                ("purposes", key, "basis"),
                f"`{key}` does not say whether people must give its data, and what follows if not.",
                "Add `must_provide:` with `ground:` (law, contract or choice) and `otherwise:`.",
            )


def _no_tool(promise: Promise) -> Iterator[_Gap]:
    for key, purpose in promise.purposes.items():
        if purpose.personalises and not promise.automated_for(key):
            yield (
                ("purposes", key, "personalises"),
                f"`{key}` chooses what people are shown, and no program is declared for it.",
                "Add it to `automated:` with `logic:` and `consequences:`.",
            )


def _always(_promise: Promise) -> bool:
    return True


_TITLES: Final[Mapping[NoticeItem, str]] = {
    NoticeItem.CONTROLLER: "Name and contact details of the organisation",
    NoticeItem.REPRESENTATIVE: "Name and contact details of the representative",
    NoticeItem.DPO: "Contact details of the data protection officer",
    NoticeItem.PURPOSES: "Purposes",
    NoticeItem.BASIS: "Lawful basis",
    NoticeItem.INTEREST: "Legitimate interests",
    NoticeItem.CATEGORIES: "Categories of data",
    NoticeItem.RECIPIENTS: "Recipients",
    NoticeItem.TRANSFERS: "Transfers to third countries",
    NoticeItem.RETENTION: "Retention periods",
    NoticeItem.RIGHTS: "Rights",
    NoticeItem.WITHDRAW: "Right to withdraw consent",
    NoticeItem.COMPLAIN: "Right to complain to an authority",
    NoticeItem.SOURCE: "Source of the data",
    NoticeItem.OBLIGATION: "Whether the data must be given",
    NoticeItem.AUTOMATED: "Automated decisions",
}
_PLACES: Final[Mapping[NoticeItem, _Path]] = {
    NoticeItem.PURPOSES: ("purposes",),
    NoticeItem.BASIS: ("purposes",),
    NoticeItem.CATEGORIES: ("fields",),
    NoticeItem.RECIPIENTS: ("recipients",),
    NoticeItem.RETENTION: ("purposes",),
    NoticeItem.RIGHTS: ("purposes",),
}


def _never(_promise: Promise) -> Iterator[_Gap]:
    return iter(())


_CHECKS: Final[Mapping[NoticeItem, _ItemCheck]] = {
    NoticeItem.CONTROLLER: _ItemCheck(_always, _no_address, ("organisation",)),
    NoticeItem.REPRESENTATIVE: _ItemCheck(
        lambda promise: bool(promise.organisation.representative) or _needs_representative(promise),
        _no_representative,
        ("organisation", "representative"),
    ),
    NoticeItem.DPO: _ItemCheck(
        lambda promise: bool(promise.organisation.privacy_lead),
        _no_dpo,
        ("organisation", "privacy_lead"),
    ),
    NoticeItem.INTEREST: _ItemCheck(
        lambda promise: any(
            each.basis is LawfulBasis.LEGITIMATE_INTERESTS for each in promise.purposes.values()
        ),
        _no_interest,
        ("purposes",),
    ),
    NoticeItem.TRANSFERS: _ItemCheck(
        lambda promise: any(each.third_country for each in promise.recipients.values()),
        _never,
        ("recipients",),
    ),
    NoticeItem.WITHDRAW: _ItemCheck(
        lambda promise: any(each.needs_consent for each in promise.purposes.values()),
        _never,
        ("purposes",),
    ),
    NoticeItem.COMPLAIN: _ItemCheck(_always, _no_authority, ("organisation", "country")),
    NoticeItem.SOURCE: _ItemCheck(_always, _no_source, ("collection",)),
    NoticeItem.OBLIGATION: _ItemCheck(_always, _no_provision, ("purposes",)),
    NoticeItem.AUTOMATED: _ItemCheck(
        lambda promise: bool(promise.automated), _no_tool, ("automated",)
    ),
}
