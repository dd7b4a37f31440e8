"""The groups of records that may be of one person, as the newest comparison found them, and how far
somebody has worked through them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Count, Max, Min, Q, QuerySet

from aboveboard.basics.errors import NotFound
from aboveboard.basics.limits import PAGE_SIZE
from aboveboard.identity.distinct import distinct_pairs
from aboveboard.identity.models import CandidatePair, DuplicateScan, SharedValue
from aboveboard.identity.scoring import (
    SHARE_WORDS,
    Likelihood,
    SharedTrait,
    likelihood,
    reasons_in_words,
)
from aboveboard.vault import aliases


@dataclass(frozen=True, slots=True)
class ScanSummary:
    """What a comparison found: ``groups``, of which ``decided`` need nobody any more; ``shared``
    values that more than a handful share, or that are nobody's. ``seconds``: how long it took."""

    at: datetime
    people: int
    seconds: float
    groups: int
    decided: int
    shared: int


@dataclass(frozen=True, slots=True)
class PairView:
    """Two records that may be of one person, by the numbers that they have now. ``distinct_since``:
    since when somebody says that they are two people. ``merged``: they are one now."""

    first: int
    second: int
    score: int
    reasons: tuple[str, ...]
    distinct_since: datetime | None
    merged: bool

    @property
    def is_open(self) -> bool:
        """Whether nobody has decided yet."""
        return not self.merged and self.distinct_since is None


@dataclass(frozen=True, slots=True)
class DuplicateGroup:
    """Records that hang together. ``id``: what names the group while its comparison is the newest.
    ``score``: of its likeliest pair, 0 to 100. ``records``: how many, before any was merged."""

    id: int
    score: int
    likelihood: Likelihood
    records: int
    reasons: tuple[str, ...]
    is_decided: bool


@dataclass(frozen=True, slots=True)
class SharedValueView:
    """A value that was not compared: what it is in words, how many share it, whether by its form it
    is nobody's, and one who has it."""

    words: str
    people: int
    placeholder: bool
    person_id: int


def newest_scan() -> ScanSummary | None:
    """Return what the newest comparison found; None before there was one."""
    scan = DuplicateScan.objects.order_by("-id").first()
    if scan is None:
        return None
    pairs = CandidatePair.objects.filter(scan=scan)
    groups = pairs.aggregate(all=Count("group", distinct=True), open=_OPEN_GROUPS)
    return ScanSummary(
        at=scan.at,
        people=scan.people,
        seconds=scan.seconds,
        groups=groups["all"],
        decided=groups["all"] - groups["open"],
        shared=SharedValue.objects.filter(scan=scan).count(),
    )


def duplicate_groups(
    *, open_only: bool = False, start: int = 0, limit: int = PAGE_SIZE
) -> list[DuplicateGroup]:
    """Return a page of the groups, those that nobody has looked at first, the likeliest first."""
    rows = _groups()
    if open_only:
        rows = rows.filter(undecided__gt=0)
    shown = list(rows[start : start + limit])
    pairs = CandidatePair.objects.filter(group__in=[row["group"] for row in shown])
    members: dict[int, set[int]] = {}
    codes: dict[int, set[str]] = {}
    for pair in pairs:
        members.setdefault(pair.group, set()).update((pair.first_id, pair.second_id))
        codes.setdefault(pair.group, set()).update(pair.reasons)
    return [
        DuplicateGroup(
            id=row["named"],
            score=row["best"],
            likelihood=likelihood(row["best"]),
            records=len(members[row["group"]]),
            reasons=tuple(reasons_in_words(codes[row["group"]])),
            is_decided=not row["undecided"],
        )
        for row in shown
    ]


def pairs_of_group(group_id: int) -> list[PairView]:
    """Return the pairs of a group, the likeliest first.

    Raises:
        NotFound: there is no such group, or a newer comparison replaced it.
    """
    named = CandidatePair.objects.filter(pk=group_id).first()
    if named is None:
        raise NotFound(what="group of possible duplicates")
    pairs = list(
        CandidatePair.objects.filter(scan=named.scan_id, group=named.group).order_by("-score", "id")
    )
    return _views(pairs)


def next_group(group_id: int) -> int | None:
    """Return the group to look at after this one: the likeliest of the others that are open."""
    named = CandidatePair.objects.filter(pk=group_id).first()
    rows = _groups().filter(undecided__gt=0)
    if named is not None:
        rows = rows.exclude(group=named.group)
    following = rows.first()
    return following["named"] if following else None


def shared_values(*, start: int = 0, limit: int = PAGE_SIZE) -> list[SharedValueView]:
    """Return the values that were not compared, those that most people share first."""
    rows = SharedValue.objects.order_by("-people", "id")[start : start + limit]
    return [
        SharedValueView(
            SHARE_WORDS[SharedTrait(row.trait)].removeprefix("the same "),
            row.people,
            row.placeholder,
            row.person_id,
        )
        for row in rows
    ]


def people_of(pairs: Iterable[PairView]) -> Sequence[int]:
    """Return everybody in some pairs, by the numbers that they have now."""
    return sorted({number for pair in pairs for number in (pair.first, pair.second)})


_OPEN_GROUPS = Count("group", distinct=True, filter=Q(decided_at__isnull=True))


def _groups() -> QuerySet[Any, Any]:
    # Any: the columns are the annotations below, and no fields of the model.
    pairs: QuerySet[Any, Any] = CandidatePair.objects.all()
    grouped: QuerySet[Any, Any] = (
        pairs.values("group")
        .annotate(
            named=Min("id"),
            best=Max("score"),
            undecided=Count("id", filter=Q(decided_at__isnull=True)),
            open_best=Max("score", filter=Q(decided_at__isnull=True), default=-1),
        )
        .order_by("-open_best", "-best", "group")
    )
    return grouped


def _views(pairs: Sequence[CandidatePair]) -> list[PairView]:
    numbers = {number for pair in pairs for number in (pair.first_id, pair.second_id)}
    now = aliases.current_numbers(numbers)
    distinct = distinct_pairs(set(now.values()))
    views = []
    for pair in pairs:
        first, second = sorted((now[pair.first_id], now[pair.second_id]))
        views.append(
            PairView(
                first,
                second,
                pair.score,
                tuple(reasons_in_words(pair.reasons)),
                distinct.get((first, second)),
                merged=first == second,
            )
        )
    return views
