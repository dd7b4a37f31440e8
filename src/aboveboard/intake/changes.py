"""What becomes of a value that a file has and the record has otherwise. Pure.

A file is a copy of another system, and knows nothing of what the person said here: what they
corrected or had erased by hand is stronger than the file (docs/decisions/0029). So a value is only
replaced where nothing but files ever said it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from aboveboard.kinds.kind import FieldKind
from aboveboard.vault.origin import ValueOrigin

PORTAL = "portal"
"""The channel of what people change themselves."""

LASTING = frozenset({FieldKind.DATE.value, FieldKind.NATIONAL_ID.value})
"""Kinds of value that do not change in a life. Where one differs, the customer number may have been
given to somebody else, so nothing of the row is taken over before somebody has looked: the new
owner of the number would be shown what is held about the old one."""


class ChangeRule(StrEnum):
    """What a mapping says of values that differ."""

    NEWER = "newer"
    """The newer file wins, unless somebody corrected the value by hand."""
    ASK = "ask"
    """A member of staff decides; until then the value stays."""
    KEEP = "keep"
    """What is held stays."""


class NoteState(StrEnum):
    """What is known of one field of one person where a file differs, or may."""

    ASKED = "asked"
    """Somebody must decide."""
    KEEP = "keep"
    """Somebody decided: what is held stays, as long as files say the same."""
    TAKE = "take"
    """Somebody decided: what the file says, when it is imported again."""
    CORRECTED = "corrected"
    """It was corrected by hand, so no file replaces it by itself."""
    ERASED = "erased"
    """It was erased, so no file brings it back."""


class HeldBackState(StrEnum):
    """What is known of a row that may be of another person than the one who was erased."""

    WAITING = "waiting"
    """Somebody must decide."""
    TAKE = "take"
    """Somebody decided: it is of another person, who comes in with the next import."""
    KEEP_OUT = "keep-out"
    """Somebody decided: it stays out."""


class ChangeOutcome(StrEnum):
    """What becomes of one value."""

    CHANGED = "changed"
    ASKED = "asked"
    KEPT = "kept"


@dataclass(frozen=True, slots=True)
class ChangeRules:
    """The rule of each field; ``default`` for those that have none of their own."""

    default: ChangeRule = ChangeRule.NEWER
    fields: Mapping[str, ChangeRule] = field(default_factory=dict)

    def rule(self, name: str) -> ChangeRule:
        """Return the rule of one field."""
        return self.fields.get(name, self.default)


@dataclass(frozen=True, slots=True)
class KnownField:
    """What is known of a field: its state, and the digest of what a file said then; empty where no
    file was asked."""

    state: NoteState
    digest: bytes = b""


def judge(
    rule: ChangeRule,
    note: KnownField | None,
    digest: bytes,
    *,
    held: ValueOrigin | None,
    channel: str,
    moment: datetime,
) -> ChangeOutcome:
    """Return what becomes of a value that differs.

    ``digest``: of what the file says. ``held``: where the held value comes from; None if none is
    held. ``channel`` and ``moment``: how and when the file says its value was collected.
    """
    if note is not None:
        # Before every rule of the file: a field that was erased stays erased (decision 0029).
        if note.state is NoteState.ERASED:
            return ChangeOutcome.KEPT
        if note.digest == digest and note.state is NoteState.TAKE:
            return ChangeOutcome.CHANGED
        if note.digest == digest and note.state is NoteState.KEEP:
            return ChangeOutcome.KEPT
        # The file says something new, or the value was corrected by hand: nobody has decided about
        # this.
        return ChangeOutcome.KEPT if rule is ChangeRule.KEEP else ChangeOutcome.ASKED
    if rule is ChangeRule.KEEP:
        return ChangeOutcome.KEPT
    if rule is ChangeRule.ASK:
        return ChangeOutcome.ASKED
    if held is not None and held.channel == PORTAL != channel:
        return ChangeOutcome.ASKED  # the person wrote it, before notes were kept of that
    if held is not None and held.collected_at is not None and moment < held.collected_at:
        return ChangeOutcome.ASKED  # the file is the older of the two
    return ChangeOutcome.CHANGED
