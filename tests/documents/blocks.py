"""Reads a page of documentation: its fenced blocks and block quotes, in order."""

from __future__ import annotations

import re
import shlex
import textwrap
from dataclasses import dataclass
from pathlib import Path

_BLOCK = re.compile(
    r"^(?P<indent> *)```(?P<language>\w*)\n(?P<code>.*?)^(?P=indent)```$"
    r"|^(?P<quote>> [^\n]*(?:\n>[^\n]*)*)",
    re.M | re.S,
)
SHELL, QUOTE = "sh", ">"
OUTPUTS = {"", "json", "ndjson", QUOTE}
"""The languages of what commands print."""


@dataclass(frozen=True)
class Block:
    """A fenced block of a page, or a quotation (its language is ``>``)."""

    page: str
    line: int
    language: str
    text: str
    after_commands: bool
    """Whether the block before it is one of commands: then it is what they print."""

    @property
    def first_line(self) -> str:
        """How the block is named in lists."""
        return self.text.splitlines()[0].strip()

    def __str__(self) -> str:
        return f"{self.page}:{self.line}"


def blocks(page: Path) -> list[Block]:
    """Return the blocks of a page, in the order in which a reader meets them."""
    text, found, end = page.read_text("utf-8"), list[Block](), 0
    for match in _BLOCK.finditer(text):
        if match["quote"]:
            language, code = QUOTE, re.sub(r"^> ?", "", match["quote"], flags=re.M)
        else:
            language, code = match["language"], textwrap.dedent(match["code"])
        line = text.count("\n", 0, match.start()) + 1
        after = bool(found) and found[-1].language == SHELL and language in OUTPUTS
        after = after and "\n#" not in text[end : match.start()]  # not what another section quotes
        end = match.end()
        found.append(Block(page.name, line, language, code.strip("\n"), after))
    fences = len(re.findall(r"^ *```", text, re.M))
    if fences != 2 * sum(block.language != QUOTE for block in found):
        raise ValueError(f"{page.name}: not every fenced block was read")
    return found


def commands(block: Block) -> list[str]:
    """Return the commands of a block, each whole: what is quoted or continued over several lines
    is one command."""
    whole, part = list[str](), ""
    for line in block.text.splitlines():
        part += f"\n{line}" if part else line
        if part.endswith("\\"):
            continue
        try:
            words = shlex.split(part, comments=True)
        except ValueError:  # a quotation goes on in the next line
            continue
        if words:
            whole.append(part)
        part = ""
    if part:
        raise ValueError(f"{block}: the last command does not end: {part}")
    return whole
