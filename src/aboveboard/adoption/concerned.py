"""Whom a changed promise concerns: who must hear of it (GDPR Art. 13(3), 14(4)), and who is asked
again because their yes was to something else (Art. 4(11), 7). Pure."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from aboveboard.promise.model import Promise, Purpose


class ChangeMeans(StrEnum):
    """What a changed purpose means for people."""

    TELL = "tell"
    """Everybody whose data is used for it is told."""
    ASK_AGAIN = "ask_again"
    """Whoever said yes is asked again, and nothing is done meanwhile."""


@dataclass(frozen=True, slots=True)
class ConcerningChange:
    """A purpose that changed so that people must know: ``is_new`` where there was none."""

    purpose: str
    means: ChangeMeans
    is_new: bool


def concerning_changes(old: Promise, new: Promise) -> tuple[ConcerningChange, ...]:
    """Return the purposes of the new promise by which people are concerned, in its order.

    A new purpose that rests on consent concerns nobody yet: whoever says yes is told then. What
    only narrowed, or was said in other words, concerns nobody.
    """
    changes = []
    for key, purpose in new.purposes.items():
        before = old.purposes.get(key)
        if before is None:
            if not purpose.needs_consent:
                changes.append(ConcerningChange(key, ChangeMeans.TELL, is_new=True))
        elif _does_more(before, purpose, old, new):
            means = ChangeMeans.ASK_AGAIN if purpose.needs_consent else ChangeMeans.TELL
            changes.append(ConcerningChange(key, means, is_new=False))
    return tuple(changes)


def _does_more(before: Purpose, after: Purpose, old: Promise, new: Promise) -> bool:
    """Whether more is done than was told: other data, other recipients, a longer time, another
    basis, a choice of what is shown, a program that decides."""
    return (
        bool(set(after.fields) - set(before.fields))
        or any(_recipient(new, key) != _recipient(old, key) for key in after.recipients)
        or after.basis is not before.basis
        or after.retention.keep.longest() > before.retention.keep.longest()
        or after.retention.starts is not before.retention.starts
        or (after.personalises and not before.personalises)
        or (after.direct_marketing and not before.direct_marketing)
        or _deciders(new, after.key) > _deciders(old, after.key)
        or bool(set(after.recipients) - set(before.recipients))
    )


def _recipient(promise: Promise, key: str) -> tuple[str, str] | None:
    """Return who receives data, and where; None where the promise has no such recipient."""
    recipient = promise.recipients.get(key)
    return (recipient.name, recipient.country) if recipient else None


def _deciders(promise: Promise, purpose: str) -> set[tuple[str, bool]]:
    return {(tool.key, tool.decides_alone) for tool in promise.automated_for(purpose)}
