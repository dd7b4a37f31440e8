"""A worker in a process of its own, so that a test can kill it:
``python -m tests.delivery.sending_process SECONDS``.

It drains once, at ``SECONDS`` after the moment the tests queue at. The instance, the database and
the mail server are in the environment.
"""

from __future__ import annotations

import sys
from datetime import timedelta


def main() -> None:
    import django

    django.setup()
    from aboveboard.basics.package import gathered
    from aboveboard.delivery.actions import drain
    from tests.declared import gather_these
    from tests.delivery.conftest import AT, FakeRenderer, declaring

    gather_these([*gathered(), declaring(FakeRenderer())])
    drain(worker="process", at=AT + timedelta(seconds=float(sys.argv[1])))


if __name__ == "__main__":
    main()
