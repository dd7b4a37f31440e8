"""Everything that an instance holds, in a form that does not depend on its kind of database.

python -m tests.recovery.contents     (as JSON, of the instance in ABOVEBOARD_HOME)
"""

from __future__ import annotations

import base64
import json
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

Contents = dict[str, dict[str, dict[str, Any]]]
"""Of each table, the row with each key."""


def contents() -> Contents:
    """Return every row of every table that a model names."""
    from django.apps import apps

    return {
        model._meta.label: {
            _key(row.pop("pk")): {name: _plain(value) for name, value in row.items()}
            for row in model._base_manager.values(
                "pk", *(field.attname for field in model._meta.concrete_fields)
            )
        }
        for model in apps.get_models(include_auto_created=True)
    }


def files(folder: Path) -> dict[str, bytes]:
    """Return every file of a folder, but for the locks of whoever is at something."""
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and not path.name.startswith(".") and path.suffix != ".lock"
    }


def _key(key: Any) -> str:
    return "/".join(str(_plain(part)) for part in (key if isinstance(key, tuple) else [key]))


def _plain(value: Any) -> Any:
    if isinstance(value, bytes | memoryview):
        return base64.b64encode(bytes(value)).decode()
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    return value.isoformat() if isinstance(value, date) else value


if __name__ == "__main__":
    from aboveboard.commands.main import start_django

    start_django()
    print(json.dumps(contents()))
