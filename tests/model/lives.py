"""All that happens in a life."""

from __future__ import annotations

from tests.model.losses import Losses
from tests.model.machine import Machine
from tests.model.retaining import Retaining


class Lives(Losses, Retaining, Machine):
    """A life that begins with an instance of this version."""
