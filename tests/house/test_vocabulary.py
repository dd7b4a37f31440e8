"""One thing has one name, and it is the field's (``docs/reference/glossary.md``): words that this
project has retired are no of an identifier, an address or a command."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from django.urls import get_resolver

from aboveboard.commands import main
from tests.house import not_yet, source
from tests.house.test_routes import routes

RETIRED = {
    "anew": "re-encrypt, rotate, write again",
    "aside": "undo data",
    "behind": "resolve",
    "doors": "fast path",
    "keeping": "retention, devices, exports",
    "keyless": "people without a key",
    "leave": "scope, grant, permission",
    "look": "use record, disclosure",
    "looked": "use record, disclosure",
    "looks": "use record, disclosure",
    "pace": "rate limit",
    "room": "package",
    "rooms": "package",
    "shelf": "retention state",
    "shelves": "retention state",
    "sought": "subject",
    "standing": "consent state, key status, open hold",
    "telling": "notify, notice",
    "together": "group commit",
    "told": "notify, notice",
    "whoever": "say who",
}
VAGUE = {"one", "found", "said"}
"""Names for whatever came out of a line: the noun says more (``person_id``, ``record``)."""
_SCRAPS = """
    about after against ago alone among anybody anyone anything be before behind beside between
    beyond both by came coded come counted covered done down each found from gave given gone
    handed held how in is kept known lately later lent less made meant merely mostly nobody once
    only opened other ours out over own past placed plus rather rest said same seen sent
    shown so soon sound stands still stopped taken then there things thus to too toward tried
    twice under unlike unseen until used usual ways what whole whom whose why with within
    without wrong
"""
NO_FUNCTION = frozenset(_SCRAPS.split())
"""Words that say neither what a function does nor what it returns: the ends and beginnings of
sentences. A verb and its object says it (``delete_person``), or the noun that comes back
(``retention_statuses``)."""
OLD_NAMES = {"tests/oldest/make_oldest.py"}
"""It speaks to the modules of an old version, by their names."""
_PART = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[0-9]+")


def retired_in(name: str) -> set[str]:
    """Return the retired words that are parts of a name. To look something up is a plain word."""
    parts = [part.lower() for part in _PART.findall(re.sub(r"(?i)look_?ups?(?![a-z])", "", name))]
    return {part for part in parts if part in RETIRED}


def _names(tree: ast.Module) -> Iterator[str]:
    for node in source.nodes(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            # A test's name is a sentence.
            if not node.name.startswith("test_"):
                yield node.name
        elif isinstance(node, ast.arg):
            yield node.arg
        elif isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Load):
            yield node.id
        elif isinstance(node, ast.Attribute) and not isinstance(node.ctx, ast.Load):
            yield node.attr
        elif isinstance(node, ast.alias):
            yield node.asname or node.name.split(".")[-1]
        elif isinstance(node, ast.keyword) and node.arg:
            yield node.arg


def retired_words() -> Iterator[str]:
    """Yield each file, address or command with a retired word in a name of it."""
    for path in source.python():
        if source.named(path) in OLD_NAMES:
            continue
        names = [*_names(source.tree(path)), *source.named(path).removesuffix(".py").split("/")]
        for word in set().union(*map(retired_in, names)):
            yield f"{source.named(path)} {word}"
    for address, name, _ in routes(get_resolver().url_patterns):
        # Customers read their addresses: "Who has looked" is said to them in plain words.
        words = (
            address.removeprefix("/you/who-has-looked")
            .removeprefix("/you/looked")
            .removeprefix("/you/who-may-look")
        )
        for word in retired_in(words) | retired_in(name or ""):
            yield f"address {address} {word}"
    for command in main.find_commands():
        for word in retired_in(command.name):
            yield f"command {command.name} {word}"


def test_no_retired_word_is_in_a_name() -> None:
    breaking = sorted(retired_words())
    better = {word: RETIRED[word] for word in {row.split()[-1] for row in breaking}}
    not_yet.check("retired_words", breaking, f"the word is retired, use: {better}")


def vague_names() -> Iterator[str]:
    """Yield the files with a variable or a parameter whose name says nothing of what it holds."""
    for path in source.python("src"):
        for node in source.nodes(source.tree(path)):
            name = (
                node.arg
                if isinstance(node, ast.arg)
                else node.id
                if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)
                else ""
            )
            if name in VAGUE:
                yield f"{source.in_source(path)} {name}"


def test_a_name_says_what_it_holds() -> None:
    not_yet.check("vague_names", vague_names(), "use the noun (docs/conventions.md, Names):")


def half_sentences(body: list[ast.stmt]) -> Iterator[str]:
    """Yield the functions and methods whose whole name is a scrap of a sentence. One that stands
    within another function is read with the sentence around it."""
    for node in body:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            if node.name.strip("_") in NO_FUNCTION:
                yield node.name
        elif isinstance(node, ast.ClassDef):
            yield from half_sentences(node.body)


def test_a_function_says_what_it_does_or_returns() -> None:
    breaking = [
        f"{source.in_source(path)} {name}"
        for path in source.python("src")
        for name in half_sentences(source.tree(path).body)
    ]
    assert breaking == [], "name it by verb and object (docs/conventions.md, Names)"


def test_words_are_found_wherever_they_stand() -> None:
    for name in ("keepingOrder", "_told", "ASIDE", "LookRow", "api:doors", "set-aside"):
        assert retired_in(name), name
    for name in ("look_up", "lookup", "LookUps", "altogether", "leaves", "space", "Bedroom"):
        assert not retired_in(name), name
