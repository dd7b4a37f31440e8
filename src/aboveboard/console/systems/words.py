"""What pages call kinds of systems, what can be done there, and what was found of a column."""

from __future__ import annotations

from typing import Final

from aboveboard.connectors.contract import Verb
from aboveboard.discovery.survey import ColumnState

KINDS: Final = {
    "by_hand": "Looked after by hand",
    "files": "Files",
    "http": "HTTP API",
    "imap": "Mailbox",
    "sql": "SQL database",
}
VERBS: Final = {
    Verb.FIND: "Find a person",
    Verb.READ: "Read what it has of them",
    Verb.CORRECT: "Correct it",
    Verb.ERASE: "Erase it",
    Verb.RESTRICT: "Stop its use",
}
STATES: Final = {
    ColumnState.NEW: ("new", "look"),
    ColumnState.CHANGED: ("changed", "look"),
    ColumnState.GONE: ("gone", "look"),
    ColumnState.CONFIRMED: ("personal", "kept"),
    ColumnState.REJECTED: ("not personal", ""),
}
"""The pill of each state, and its tone."""
