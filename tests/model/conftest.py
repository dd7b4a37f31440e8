"""The instance that every life begins as a copy of."""

from __future__ import annotations

import os
from collections.abc import Generator
from contextlib import closing

import pytest

from tests.model.prepared import Prepared


@pytest.fixture(scope="session")
def prepared(on_postgres: bool) -> Generator[Prepared]:
    with closing(Prepared(os.environ["TEST_POSTGRES_URL"] if on_postgres else None)) as made:
        yield made
