"""How the command line reads its words: what is wrong is said with the nearest word that is right,
and without a secret that is among them."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterable, Iterator, Sequence
from difflib import get_close_matches
from typing import Any, ClassVar, NoReturn

from aboveboard.basics import redaction
from aboveboard.basics.person_codes import PersonCodeMistyped, read_person

_UNKNOWN = "unrecognized arguments: "
_MISSING = "the following arguments are required: "
_LONGEST = 80
"""Most characters of a word that are compared: comparing takes the square of the length."""
_ALIKE = 0.6
"""How alike two words must be, of 1, for one to be taken for the other: difflib's own."""


class CommandParser(argparse.ArgumentParser):
    """Reads the words of a command.

    Attributes:
        given: the words that this process was given, of which a secret is not repeated.
    """

    given: ClassVar[Sequence[str]] = ()

    def error(self, message: str) -> NoReturn:
        """Print the usage and the message, and end. Where only the verb is missing, print every
        verb instead of the usage."""
        if message.startswith(_MISSING) and list(_below(self)):
            self.print_help(sys.stderr)
            self.exit(2, f"\n{self.prog}: say which of these.\n")
        if message.startswith(_UNKNOWN):
            words = message.removeprefix(_UNKNOWN).split()
            meant = dict.fromkeys(filter(None, (self._intended(word) for word in words)))
            message += f". Did you mean {' '.join(meant)}?" if meant else ""
        super().error(redaction.remove_values(message, self.given))

    def _intended(self, word: str) -> str:
        name = word.partition("=")[0]
        if not name.startswith("--"):
            return ""
        # Without what all of them begin with, which would make any two of them alike.
        close = nearest(name[2:], (option[2:] for option in options(self)))
        return f"--{close}" if close else ""

    def _check_value(self, action: argparse.Action, value: Any) -> None:
        choices = [str(choice) for choice in action.choices or ()]
        if action.choices is None or value in action.choices:
            return
        close = nearest(str(value), choices)
        fix = f"Did you mean {close}?" if close else f"Use one of: {', '.join(choices)}."
        shown = redaction.quote_input(value)
        raise argparse.ArgumentError(action, f"there is no {shown}. {fix}")


def person_number(text: str) -> int:
    """Read the number of a person, as its code or as the digits of the old form: a ``type`` of
    argparse."""
    try:
        return read_person(text)
    except PersonCodeMistyped as error:
        raise argparse.ArgumentTypeError(error.message) from None


def nearest(word: str, known: Iterable[str]) -> str:
    """Return the known word that was most likely meant, or ""."""
    return next(iter(get_close_matches(word[:_LONGEST], list(known), n=1, cutoff=_ALIKE)), "")


def options(parser: argparse.ArgumentParser) -> Iterator[str]:
    """Yield every long option of a parser and of its subcommands."""
    yield from (name for name in parser._option_string_actions if name.startswith("--"))
    for _, _, below in _below(parser):
        yield from options(below)


def subcommands(
    parser: argparse.ArgumentParser, at: tuple[str, ...] = ()
) -> Iterator[tuple[tuple[str, ...], str, argparse.ArgumentParser]]:
    """Yield every subcommand below a parser: the words that lead to it, its sentence, and its
    own parser."""
    for name, sentence, below in _below(parser):
        yield (*at, name), sentence, below
        yield from subcommands(below, (*at, name))


def _below(
    parser: argparse.ArgumentParser,
) -> Iterator[tuple[str, str, argparse.ArgumentParser]]:
    # argparse has no public way to reach the parsers of subcommands once they are added.
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            sentences = {choice.dest: choice.help or "" for choice in action._choices_actions}
            for name, below in action.choices.items():
                yield name, sentences.get(name, ""), below


def incident_number(text: str) -> int:
    """Read ``INC-0042`` or ``42``."""
    digits = text.upper().removeprefix("INC-")
    if not digits.isdigit():
        raise argparse.ArgumentTypeError(f"{text} is not an incident, such as INC-0042")
    return int(digits)
