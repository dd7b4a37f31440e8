"""An engine is alone: what one computation makes, another does not see."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager

import duckdb
import pytest

from tests import one_engine

Opened = Callable[[], AbstractContextManager[duckdb.DuckDBPyConnection]]
WAYS = {"as in an instance": one_engine.of_an_instance, "as in other tests": one_engine.opened}


@pytest.mark.parametrize("opened", WAYS.values(), ids=WAYS)
def test_what_one_makes_another_does_not_see(opened: Opened) -> None:
    with opened() as one, opened() as other:
        one.execute("CREATE TABLE digests AS SELECT 1 AS digest")
        with pytest.raises(duckdb.CatalogException):
            other.execute("SELECT * FROM digests")
    with opened() as later, pytest.raises(duckdb.CatalogException):
        later.execute("SELECT * FROM digests")
