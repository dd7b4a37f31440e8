"""Which tables a backup has, and in which part each belongs."""

from __future__ import annotations

from django.apps import apps
from django.db import connection

from aboveboard.basics.package import gathered


def keys_tables() -> set[str]:
    """Return the tables of ``keys``: wrapped keys and secrets. They go into a part of their own."""
    return {
        model._meta.db_table
        for model in apps.get_app_config("keys").get_models(include_auto_created=True)
    }


def all_tables() -> list[str]:
    """Return every table whose rows are copied, by name."""
    # What the database has, not what the models name: a table that no model knows any more, of an
    # older version, is data too.
    return sorted(set(connection.introspection.table_names()) - excluded_tables())


def excluded_tables() -> set[str]:
    """Return the tables whose rows are not copied; each package says why
    (``Package.not_backed_up``)."""
    return {table for package in gathered() for table in package.not_backed_up}
