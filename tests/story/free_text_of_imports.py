"""The actions of imports and of connected systems that take words: for
``test_nothing_personal_in_the_log.py``."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial

from aboveboard.connectors import actions as systems
from aboveboard.intake import held_back
from aboveboard.intake import load as loading
from aboveboard.intake import mapping as mappings
from aboveboard.intake.changes import HeldBackState
from aboveboard.intake.erased import readmit
from aboveboard.intake.models import ErasedPerson
from aboveboard.promise.queries import in_force
from aboveboard.vault import actions as vault
from aboveboard.vault import queries as vault_queries
from tests import world
from tests.connectors.declared import BY_HAND
from tests.intake.strangers import held_back_row
from tests.story.free_text import Call, Case, Stage


def _load(stage: Stage, text: str) -> Iterator[Call]:
    mapping = mappings.load(world.MAPPING_FILE.read_text("utf-8"), name=text)
    place = stage.folder / f"{text}.csv"
    place.write_bytes(world._file(12, 2026).read_bytes())
    source = loading.ImportSource(place, mapping, stage.kinds, in_force().serial)
    yield partial(loading.load, source, processes=1, **stage.said)


def _decide_held_back(stage: Stage, text: str) -> Iterator[Call]:
    go = partial(held_back.decide, state=HeldBackState.TAKE, **stage.said)
    yield lambda: go(held_back_row().pk, reference=text)


def _readmit(stage: Stage, text: str) -> Iterator[Call]:
    (person_id, *_) = vault_queries.ids_after(-1, limit=1) or [stage.ada]
    vault.erase(person_id, reason="asked", **stage.said)
    erased = ErasedPerson.objects.order_by("-pk").values_list("pk", flat=True)[0]
    yield partial(readmit, erased, reference=text, **stage.said)


def _declare(stage: Stage, text: str) -> Iterator[Call]:
    good = BY_HAND.format(key="cabinet", name="A cabinet")
    yield partial(systems.declare, good.replace("A cabinet", text), name=text, **stage.said)
    yield partial(systems.declare, good.replace("cabinet", text), name="x.yaml", **stage.said)


def _remove(stage: Stage, text: str) -> Iterator[Call]:
    systems.declare(BY_HAND.format(key="cabinet", name=text), name=text, **stage.said)
    yield partial(systems.remove, text, **stage.said)
    yield partial(systems.remove, "cabinet", **stage.said)


CASES: dict[Callable[..., object], Case] = {
    loading.load: _load,
    held_back.decide: _decide_held_back,
    readmit: _readmit,
    systems.declare: _declare,
    systems.remove: _remove,
}
