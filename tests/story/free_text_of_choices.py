"""As ``free_text.py``: whom a person keeps out, and how long something is kept."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial

from aboveboard.choices import bounding
from aboveboard.choices.boundaries import Boundary, BoundaryKind
from tests.story.free_text import Call, Case, Stage


def _bound(stage: Stage, text: str) -> Iterator[Call]:
    go = partial(bounding.set_boundary, stage.ada, **stage.said)
    yield partial(go, Boundary(BoundaryKind.TEAM, text), channel="phone", evidence="call/1")
    yield partial(go, Boundary(BoundaryKind.ROLE, text), channel="phone", evidence="call/1")
    yield partial(
        go, Boundary(BoundaryKind.KEEP, "personal-offers", text), channel="phone", evidence="call/1"
    )
    yield partial(go, Boundary(BoundaryKind.ROLE, "finance"), channel="phone", evidence=text)
    yield partial(
        bounding.lift_boundary,
        stage.ada,
        Boundary(BoundaryKind.ROLE, "finance"),
        channel=text,
        evidence="call/1",
        **stage.said,
    )


CASES: dict[Callable[..., object], Case] = {
    bounding.set_boundary: _bound,
    bounding.lift_boundary: _bound,
}
