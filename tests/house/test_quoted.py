"""What the tutorial, the guides and the explanations quote is there: words of a screen or a message
stand in italics and are said by a template, a module or the sample promise; every command can be
typed. What stands as a quotation is compared with what was really shown (``tests/documents``).
"""

from __future__ import annotations

import argparse
import ast
import contextlib
import io
import re
import shlex
from functools import cache
from pathlib import Path

import pytest

from aboveboard.commands import main
from tests.house import source

DOCS = source.ROOT / "docs"
PAGES = [
    source.ROOT / "README.md",
    *(page for kind in ("tutorial", "how-to", "explanation") for page in DOCS.glob(f"{kind}/*.md")),
]
_CODE = re.compile(r"```(\w*)\n(.*?)```", re.S)
_ITALIC = re.compile(r"(?<![*\w])\*([^*]+)\*(?![*\w])")
_SPOKEN = re.compile(r'"([A-Z][^"]+[.!?])"')
"""A whole sentence in quotation marks, on a page that explains."""
_VARIABLE = re.compile(r"\{\{.*?\}\}|\{%.*?%\}|\{[^{}\s]*\}|%\(\w+\)[sd]|…|\d[\d,.:]*")
_BRANCHES = re.compile(
    r"\{% if [^%]*%\}((?:(?!\{% (?:if|else|endif)).)*)"
    r"\{% else %\}((?:(?!\{% (?:if|endif)).)*)\{% endif %\}",
    re.S,
)
"""What a page says in one case, and in the other."""
_STRESSED = re.compile(r"[a-z]+")
"""A single word in small letters is stressed, not quoted."""
_NAMES = ("George Taylor", "George", "LT-\0", "INC-\0", "Leeds", "Sam Okonjo", "Laptop LT-\0")
"""Of the demonstration's people and things: a page has a variable there."""
_PLACEHOLDER = re.compile(r"\b(PERSON|NUMBER|KEPT|MERGED)\b")


def plain(text: str) -> str:
    """Return words alone: without tags, one blank between, one mark for whatever varies."""
    text = re.sub(r"\{%\s*(?:else|elif|empty|plural)\b.*?%\}", " ¶ ", text)
    text = _VARIABLE.sub("\0", re.sub(r"<[^>]+>", " ", text))
    for name in _NAMES:
        text = text.replace(name, "\0")
    text = re.sub(r"[\0\s]*\0[\0\s]*", " \0 ", text).replace("’", "'")
    return re.sub(r" (?=[.,;:!?])", "", " ".join(text.split()))


@cache
def said() -> str:
    """Return everything that the product says, each text apart."""
    parts = []
    for path in source.files("src"):
        text = source.text(path)
        if path.suffix in (".html", ".txt"):
            parts += [plain(_BRANCHES.sub(branch, text)) for branch in (r"\1", r"\2")]
            # What is said from a tag's arguments too: {% card "Title" %}, with title="...".
            parts += map(plain, re.findall(r'"([^"{}<>]+)"', text))
        elif path.suffix == ".py":
            parts += map(plain, _strings(source.tree(path)))
        elif path.suffix in (".yaml", ".json"):
            parts += [plain(text), *map(plain, re.findall(r'"([^"\n]+)"', text))]
    return "\n".join(parts)


def is_said(words: str) -> bool:
    """Whether the product says this somewhere, with whatever it fills in."""
    asked = plain(words).strip("\0 .")
    return asked in said() or any(text.search(asked) for text in _filled_in())


@cache
def _filled_in() -> list[re.Pattern[str]]:
    """Return each short text with something to fill in, as what it may be when it is filled in."""
    return [
        re.compile("^" + re.escape(line.strip("\0 .")).replace("\0", ".{1,60}?") + "$")
        for line in set(said().splitlines())
        if "\0" in line.strip("\0 .") and 3 <= len(line.split()) <= 20
    ]


def _strings(tree: ast.Module) -> list[str]:
    """Return the texts of a module, what is filled in marked as varying."""
    found = []
    for node in source.nodes(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            found.append(node.value)
        elif isinstance(node, ast.JoinedStr):
            found.append(
                "".join(
                    str(part.value) if isinstance(part, ast.Constant) else "{}"
                    for part in node.values
                )
            )
    return found


def quoted(page: Path) -> list[str]:
    """Return what a page quotes of a screen."""
    text = _CODE.sub("", page.read_text("utf-8"))
    spoken = _SPOKEN.findall(text) if page.parent.name == "explanation" else []
    return [
        " ".join(words.split())
        for words in (*_ITALIC.findall(re.sub(r"`[^`]*`", "…", text)), *spoken)
        if not _STRESSED.fullmatch(words)
    ]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_what_a_page_quotes_of_a_screen_is_said_there(page: Path) -> None:
    missing = [words for words in quoted(page) if not is_said(words)]
    assert not missing, "\n".join(missing)


def test_the_rule_would_notice() -> None:
    assert is_said("Good to see you, George")
    assert is_said("We lost a laptop with your details on it")
    assert not is_said("Open in an emergency")
    assert not is_said("We lost a laptop with their details on it")


def commands(page: Path) -> list[list[str]]:
    """Return every command of ours in a page's blocks of shell."""
    found = []
    for language, block in _CODE.findall(page.read_text("utf-8")):
        for line in block.replace("\\\n", " ").splitlines():
            if language in ("sh", "") and line.startswith("aboveboard "):
                line = re.sub(r"\s+#.*| > .*", "", line)
                found.append(shlex.split(_PLACEHOLDER.sub("1", line))[1:])
    return found


@cache
def _parser(wanted: str | None) -> argparse.ArgumentParser:
    """To build a parser takes far longer than to ask it."""
    return main.build_parser(main.find_commands(), wanted)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_command_on_a_page_can_be_typed(page: Path) -> None:
    names = {command.name for command in main.find_commands()}
    wrong = []
    for words in commands(page):
        wanted = next((word for word in words if word in names), None)
        complaint = io.StringIO()
        with contextlib.redirect_stderr(complaint), contextlib.suppress(SystemExit):
            _parser(wanted).parse_args(words)
            continue
        wrong.append(f"{shlex.join(words)}: {complaint.getvalue().strip().splitlines()[-1]}")
    assert not wrong, "\n".join(wrong)
