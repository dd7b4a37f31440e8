"""The cache that all processes share: counters of tries, in a table of the database.

Django's own loads what stands there as a pickle, which is a program: whoever can write a row would
run code in this process, beside the keys. Here nothing is loaded but numbers, texts and lists.
"""

from __future__ import annotations

import base64
import io
import logging
import pickle
from collections.abc import Iterable
from typing import Any, NoReturn

from django.core.cache.backends.db import DatabaseCache
from django.db import connections, models, router
from django.utils.timezone import now

log = logging.getLogger(__name__)


class _PlainValues(pickle.Unpickler):
    """Makes no object of any class: a pickle without a name of one runs nothing (the library's
    own "restricting globals")."""

    def find_class(self, module: str, name: str) -> NoReturn:
        """Refuse."""
        raise pickle.UnpicklingError(f"{module}.{name}")


class SharedCache(DatabaseCache):
    """Django's database cache that believes no row."""

    def get_many(self, keys: Iterable[Any], version: int | None = None) -> dict[Any, Any]:
        """Return what is there and still good. What is not a plain value counts as not there."""
        asked = {self.make_and_validate_key(key, version=version): key for key in keys}
        if not asked:
            return {}
        connection = connections[router.db_for_read(self.cache_model_class)]
        # The stubs leave out what is private to the class that this one is a kind of.
        table = connection.ops.quote_name(self._table)  # type: ignore[attr-defined]
        places = ", ".join(["%s"] * len(asked))
        with connection.cursor() as cursor:
            cursor.execute(
                f"SELECT cache_key, value, expires FROM {table} "  # noqa: S608 - our own table
                f"WHERE cache_key IN ({places})",
                list(asked),
            )
            rows = cursor.fetchall()
        moment: models.Expression = models.Expression(output_field=models.DateTimeField())
        converters = [
            *connection.ops.get_db_converters(moment),
            *moment.get_db_converters(connection),
        ]
        values, over = {}, []
        for key, value, expires in rows:
            for converter in converters:
                expires = converter(expires, moment, connection)
            if expires < now():
                over.append(key)
                continue
            try:
                # Strict: what is not whole base64 was not written here.
                plain = base64.b64decode(value.encode(), validate=True)
                values[asked[key]] = _PlainValues(io.BytesIO(plain)).load()
            except Exception as error:
                # Whatever a row holds: a counter that cannot be read starts again, and is told of.
                log.warning("a row of the shared cache was passed over: %s", type(error).__name__)
        self._base_delete_many(over)  # type: ignore[attr-defined]
        return values
