"""From what the systems answered to what may leave: one reading lists what a reviewer is asked,
one writes the spool that every format is made from. Only blacked-out values are in that spool, so
there is no format from which one could be had."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from aboveboard.basics.personal import Personal
from aboveboard.connectors.contract import Attachment, Record
from aboveboard.rights.pack import limits, spool
from aboveboard.rights.pack.contents import PackRecord
from aboveboard.rights.pack.others import MentionFinder, MentionPlace, ReviewDecisions

CollectedItem = Record | PackRecord | Attachment


@dataclass(slots=True)
class MentionGroup:
    """Mentions of one kind in one place. ``values``: each different one by its key, until there are
    more than ``limits.REVIEW_VALUES``: then ``many``, and they are decided as a kind."""

    place: MentionPlace
    count: int = 0
    values: dict[str, Personal[str]] = field(default_factory=dict)
    many: bool = False


@dataclass(slots=True)
class MentionList:
    """What a reviewer is asked of one system. ``unlisted``: mentions beyond
    ``limits.REVIEW_GROUPS``, which are blacked out."""

    groups: dict[MentionPlace, MentionGroup] = field(default_factory=dict)
    unlisted: int = 0


@dataclass(slots=True)
class RedactionTally:
    """What stands in a redacted spool, and what was taken out: places of values that were blacked
    out, and files that stayed out, by collection."""

    collections: spool.SpoolTally = field(default_factory=dict)
    blacked_out: int = 0
    withheld_files: dict[str, int] = field(default_factory=dict)


def list_mentions(items: Iterable[CollectedItem], finder: MentionFinder) -> MentionList:
    """Return all that points at other people in what one system answered, in memory that does not
    grow with it. Whatever ``items`` raises comes out as it is."""
    listed = MentionList()
    for item in items:
        if isinstance(item, PackRecord):
            continue  # blacked out already
        for mention in finder.mentions(item):
            group = listed.groups.get(mention.place)
            if group is None:
                if len(listed.groups) >= limits.REVIEW_GROUPS:
                    listed.unlisted += 1
                    continue
                group = listed.groups[mention.place] = MentionGroup(mention.place)
            group.count += 1
            if mention.value_key in group.values or group.many:
                continue
            if len(group.values) < limits.REVIEW_VALUES:
                group.values[mention.value_key] = mention.text
            else:
                group.many = True
    return listed


def redact_spool(
    items: Iterable[CollectedItem],
    out: Path,
    identity: Personal[str],
    finder: MentionFinder,
    decisions: ReviewDecisions,
) -> RedactionTally:
    """Write what may leave of one system under a key, and return what there is. Whatever ``items``
    raises comes out as it is, and nothing is left then."""
    tally = RedactionTally()
    tally.collections = spool.write(out, _leaving(items, finder, decisions, tally), identity)
    return tally


def _leaving(
    items: Iterable[CollectedItem],
    finder: MentionFinder,
    decisions: ReviewDecisions,
    tally: RedactionTally,
) -> Iterator[PackRecord | Attachment]:
    for item in items:
        if isinstance(item, PackRecord):
            yield item
        elif isinstance(item, Attachment):
            if finder.may_be_disclosed(item, decisions):
                yield item
            else:
                tally.withheld_files[item.collection] = (
                    tally.withheld_files.get(item.collection, 0) + 1
                )
        else:
            record = finder.redact(item, decisions)
            tally.blacked_out += len(record.blacked_out)
            yield record
