"""One organisation's instance for all guides, and a reader for each."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.commands.conftest import forking
from tests.commands.forking import Forking
from tests.documents.instance import SAMPLE, Databases, Instance, served
from tests.documents.reader import Reader

__all__ = ["forking"]  # a fixture


@pytest.fixture(scope="session")
def databases(on_postgres: bool) -> Iterator[Databases]:
    """The databases of the instances that readers make."""
    made = Databases(os.environ["TEST_POSTGRES_URL"] if on_postgres else None)
    yield made
    made.drop()


@pytest.fixture(scope="session")
def instance(
    tmp_path_factory: pytest.TempPathFactory, forking: Forking, databases: Databases
) -> Iterator[Instance]:
    """The organisation's instance, served."""
    with served(tmp_path_factory.mktemp("organisation"), forking, databases.new) as made:
        yield made


@pytest.fixture
def reader(tmp_path: Path, forking: Forking, instance: Instance) -> Iterator[Reader]:
    """Somebody who works with that instance."""
    instance.adopt(SAMPLE)  # the guide before may have put another in force
    reading = Reader(tmp_path / "reader", forking, instance.home, instance.prepared)
    yield reading
    reading.close()
