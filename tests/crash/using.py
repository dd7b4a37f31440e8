"""A program that uses people's data until something ends it: ``python -m tests.crash.using``. The
instance is in the environment.

It prints the entry of each use only once the values are in its hands, so that what
it printed was released.
"""

from __future__ import annotations

import sys


def main() -> int:
    """Use everyone's data again and again; exit as ``aboveboard`` would where it fails."""
    import django

    django.setup()
    from aboveboard.access.actions import use_many
    from aboveboard.access.use import UseRequest
    from aboveboard.basics import clock
    from aboveboard.commands.instance import schema
    from aboveboard.vault.queries import iter_person_ids
    from tests import world

    people = list(iter_person_ids())[:40]
    ask = UseRequest(world.ADVISER, "deliver-orders", ("first_name", "city"), "phone")
    try:
        while True:
            for _, outcome in use_many(ask, people, at=clock.now()):
                assert outcome.allowed
                print(outcome.entry_id, flush=True)
    except Exception as error:
        away = schema.as_database_away(error)
        print(f"{type(error).__name__}: {error}", file=sys.stderr)
        return 6 if away else 70


if __name__ == "__main__":
    sys.exit(main())
