"""What a package above must give: for each dispatch, a message or the reason why there is none.

It declares what renders each kind of batch, in its ``apps.py``::

    Package(name="incidents", letters=(Letter("incident.notice", render_notices),))

What renders opens addresses and names through ``access`` with a Grant; what it
yields is turned into a message and forgotten. It is called outside any transaction,
with up to ``limits.DELIVERY_CHUNK`` items of one batch, and may be called again for
the same items after a crash.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from aboveboard.basics.errors import Misconfigured
from aboveboard.basics.package import gathered
from aboveboard.basics.personal import Personal
from aboveboard.delivery.letters import LetterBody, Notice


@dataclass(frozen=True, slots=True)
class DispatchItem:
    """A dispatch to render: ids, and the language (BCP 47) and channel it was queued for."""

    id: int
    batch_id: int
    person_id: int
    template: str
    language: str
    channel: str


@dataclass(frozen=True, slots=True)
class LetterSheet:
    """What a letter needs beyond its words: the notice and whom it greets; the country it goes to
    (ISO 3166-1, or ""); and for custody what is in it of the person: the purpose, the fields and
    the bitmap of their categories."""

    notice: Notice
    name: Personal[str]
    country: str
    purpose: str
    fields: tuple[str, ...]
    categories: int


@dataclass(frozen=True, slots=True)
class RenderedNotice:
    """A message: ``to`` is an address (for e-mail, an addr-spec; for post, the lines of the
    envelope); ``html`` says the same as ``text``. Of a ``LetterBody`` what is everybody's is
    encoded once."""

    to: Personal[str]
    subject: str
    text: str | LetterBody
    html: str | LetterBody | None = None
    sheet: LetterSheet | None = None
    note: str = ""
    """A code for what is particular about it, such as that it goes to somebody else; it stays on
    the row once it was sent."""

    def __repr__(self) -> str:
        return "Rendered(•••)"


@dataclass(frozen=True, slots=True)
class SkippedNotice:
    """There is no message for this person; ``reason`` is a code such as ``"no-address"``."""

    reason: str


Renderer: TypeAlias = Callable[
    [Sequence[DispatchItem]], Iterable[tuple[int, RenderedNotice | SkippedNotice]]
]
"""Given items of one batch, yields ``(item.id, RenderedNotice | SkippedNotice)`` for each, in any
order."""


class UnknownBatchKind(Misconfigured):
    """No package declares how notices of the kind {kind} are rendered."""

    code = "unknown_batch_kind"
    next_step = "Add it to Package.letters in the package's apps.py."


def renderer_for(kind: str) -> Renderer:
    """Return what renders this kind of batch.

    Raises:
        UnknownBatchKind: no package declares it.
    """
    try:
        return _renderers()[kind]
    except KeyError:
        raise UnknownBatchKind(kind=kind) from None


def kinds() -> list[str]:
    """Return the kinds of batch that can be rendered here."""
    return list(_renderers())


def _renderers() -> dict[str, Renderer]:
    return {letter.kind: letter.render for package in gathered() for letter in package.letters}
