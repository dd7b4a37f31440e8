"""The ledger: how fast entries are written and put into the tree, and how soon
after they are durable."""

from __future__ import annotations

from bench.row import Row


def run() -> list[Row]:
    """Run both."""
    from bench.ledger import latency, rates  # each is also a program of its own

    return [*rates.run(), *latency.run()]
