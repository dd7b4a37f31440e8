"""What a higher room must give: for each dispatch, a message or the reason why there is none.

A room registers one renderer for each kind of batch, in its app's ``ready``::

    rendering.renderer("incident.notice")(render_notices)

The renderer opens addresses and names through ``access`` with a Grant; what it
yields is turned into a message and forgotten. It is called outside any transaction,
with up to ``limits.DELIVERY_CHUNK`` items of one batch, and may be called again for
the same items after a crash.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from aboveboard.basics.errors import AboveboardError
from aboveboard.basics.personal import Personal


@dataclass(frozen=True, slots=True)
class Item:
    """A dispatch to render: ids, and the language (BCP 47) and channel it was queued for."""

    id: int
    batch_id: int
    person_id: int
    template: str
    language: str
    channel: str


@dataclass(frozen=True, slots=True)
class Rendered:
    """A message: ``to`` is an address (for e-mail, an addr-spec); ``html`` says
    the same as ``text``."""

    to: Personal[str]
    subject: str
    text: str
    html: str | None = None

    def __repr__(self) -> str:
        return "Rendered(•••)"


@dataclass(frozen=True, slots=True)
class Skip:
    """There is no message for this person; ``reason`` is a code such as ``"no-address"``."""

    reason: str


Renderer: TypeAlias = Callable[[Sequence[Item]], Iterable[tuple[int, Rendered | Skip]]]
"""Given items of one batch, yields ``(item.id, Rendered | Skip)`` for each, in any order."""

_renderers: dict[str, Renderer] = {}


class UnknownBatchKind(AboveboardError):
    """No room has registered a renderer for batches of kind {kind}."""

    code = "unknown_batch_kind"
    next_step = "Register it in the room's apps.py, in ready()."


def renderer(kind: str) -> Callable[[Renderer], Renderer]:
    """Register the decorated function for batches of this kind; a later one takes its place."""

    def register(function: Renderer) -> Renderer:
        _renderers[kind] = function
        return function

    return register


def renderer_for(kind: str) -> Renderer:
    """Return the renderer of this kind of batch.

    Raises:
        UnknownBatchKind: nobody registered one.
    """
    try:
        return _renderers[kind]
    except KeyError:
        raise UnknownBatchKind(kind=kind) from None


def registered_kinds() -> list[str]:
    """Return the kinds of batch that this process can render."""
    return list(_renderers)
