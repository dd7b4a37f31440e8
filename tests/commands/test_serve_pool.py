"""A server's processes are forked: none may inherit a connection to PostgreSQL
that another has too."""

from __future__ import annotations

import pytest
from django.db import connection

from aboveboard.commands.instance import serve


@pytest.mark.django_db(transaction=True)
def test_no_pool_is_left_to_be_forked() -> None:
    connection.ensure_connection()
    serve.prepare()
    assert connection.connection is None or connection.vendor == "sqlite"
    assert not getattr(type(connection), "_connection_pools", {})
