"""Which tables a backup has, and in which part each belongs."""

from __future__ import annotations

from typing import Final

from django.apps import apps
from django.db import connection

LEFT_OUT: Final = {
    "site_cache": "it is a cache",
    "django_session": "a session that ended since would live again; people sign in anew",
    "accounts_accesstoken": (
        "a program's token that was ended since would work again; it asks for another"
    ),
    "accounts_signinlink": "a link that was used since would work again",
}
"""Tables whose rows are not copied, and why."""


def keys_tables() -> set[str]:
    """Return the tables of the keys room: wrapped keys and secrets. They go into
    the part of their own."""
    return {
        model._meta.db_table
        for model in apps.get_app_config("keys").get_models(include_auto_created=True)
    }


def all_tables() -> list[str]:
    """Return every table whose rows are copied, by name."""
    return sorted(set(connection.introspection.table_names()) - set(LEFT_OUT))
